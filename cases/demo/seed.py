"""Seeders of cases."""

from collections import Counter

from cases.demo.care import seed_care
from cases.demo.discoveries import seed_discoveries
from cases.demo.economy import write_declarations
from cases.demo.exceptional import seed_emergency, seed_lists, seed_specials
from cases.demo.groups import seed_groups
from cases.demo.history import make_stories, write_stories
from cases.demo.living import (
    seed_adjustment,
    seed_cycle,
    seed_late_deaths,
    seed_review_visit,
    seed_reviews,
)
from cases.demo.parameters import seed_parameters, seed_population
from cases.demo.people import make_households, write_households
from cases.demo.records import seed_alerts, seed_archives, seed_conferences, seed_insurances, seed_referrals
from cases.demo.relief import seed_reliefs
from cases.demo.reports import seed_reports
from cases.demo.running import seed_kinship, seed_running
from cases.models import Household
from cases.services.snapshots import freeze_month
from salvation.demo.registry import Demo, Seeder, register
from salvation.domain.errors import Refusal


def seed_households(demo: Demo) -> str:
    if Household.objects.filter(county=demo.county, demo=True).exists():
        raise Refusal(f"{demo.county}已有演示数据；要重新生成请先换一个 DATA_DIR")
    households = make_households(demo)
    write_households(demo, households)
    stories = make_stories(demo, households)
    write_stories(demo, stories)
    write_declarations(demo)
    people = Counter(h.unit.pk for h in households for _ in h.people)
    demo.facts["people_by_unit"] = people
    changes = sum(len(story.orders) for story in stories)
    confirmed = sum(story.confirmed for story in stories)
    return f"{len(households):,} 户 {sum(people.values()):,} 人，申请 {confirmed} 件，变更 {changes} 件"


def seed_snapshots(demo: Demo) -> str:
    rows = 0
    for month in demo.first.until(demo.month - 1):
        rows += freeze_month(county=demo.county, month=month, now=demo.now, actor=None)
    return f"冻结 12 个月，{rows:,} 行"


def register_seeders() -> None:
    register(
        Seeder("参数", 10, seed_parameters),
        Seeder("家庭与待遇", 20, seed_households),
        Seeder("户籍人口", 30, seed_population),
        Seeder("在办申请", 40, seed_running),
        Seeder("临时救助", 42, seed_reliefs),
        Seeder("特困照料", 44, seed_care),
        Seeder("近亲属备案", 45, seed_kinship),
        Seeder("主动发现", 46, seed_discoveries),
        Seeder("月末快照", 50, seed_snapshots),
        Seeder("月度动态管理", 55, seed_cycle),
        Seeder("核查与提醒", 56, seed_reviews),
        Seeder("核查入户", 57, seed_review_visit),
        Seeder("追缴建议", 58, seed_late_deaths),
        Seeder("提标试算", 59, seed_adjustment),
        Seeder("参保情况", 57, seed_insurances),
        Seeder("转介", 57, seed_referrals),
        Seeder("家庭变化报告", 57, seed_reports),
        Seeder("一事一议", 58, seed_specials),
        Seeder("应急简化程序", 58, seed_emergency),
        Seeder("部门名单", 58, seed_lists),
        Seeder("监测预警", 58, seed_alerts),
        Seeder("会议与议事规则", 58, seed_conferences),
        Seeder("弱势群体核对", 58, seed_groups),
        Seeder("电子档案", 59, seed_archives),
    )
