"""Demo submissions: eleven months accepted, the last one to be signed; the report of May drafted."""

from reports.governance.services import draft_month
from reports.ledger.services import draft_ledgers
from reports.summary.services import draft_summary, save_texts
from salvation.demo.registry import Demo, Seeder, register
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.periods.models import Submission

TEXTS = {
    "opening": "按照专项治理工作方案要求，我镇迅速部署、全面排查、立行立改，现将有关情况报告如下。（演示）",
    "organisation": "成立领导小组，3月下旬召开动员会，明确专人负责。（演示）",
    "difficulties": "经办力量不足，部门比对数据更新不及时。（演示）",
    "next": "建立月度比对、季度抽查制度，长期公示在保对象。（演示）",
}


def seed_submissions(demo: Demo) -> str:
    last = demo.month - 1
    drafted = 0
    for month in demo.first.until(last):
        drafted += len(draft_month(county=demo.county, month=month, now=demo.now))
    ledgers = draft_ledgers(county=demo.county, month=last, now=demo.now)
    earlier = Submission.objects.filter(county=demo.county, period__lt=last.first_day)
    Duty.objects.filter(kind="submission", subject_id__in=earlier.values("pk")).update(done_at=demo.now)
    earlier.update(state="ACCEPTED")
    return f"{drafted} 份，{last.label}待填报，台账 {len(ledgers)} 份"


def seed_summaries(demo: Demo) -> str:
    year = demo.today.year if demo.month > Month(demo.today.year, 5) else demo.today.year - 1
    month = Month(year, 5)
    for unit in (demo.county, *demo.units[:3]):
        who = ("county", unit.pk) if unit == demo.county else ("clerk", unit.pk)
        report = draft_summary(unit=unit, month=month, actor=demo.cast[who], now=demo.now)
        own = (
            TEXTS
            if unit != demo.county
            else {key: text.replace("我镇", "我县") for key, text in TEXTS.items()}
        )
        save_texts(report=report, texts=own, actor=demo.cast[who])
    return f"{month.label}报告 4 份"


def register_seeders() -> None:
    register(Seeder("统计表", 80, seed_submissions), Seeder("专项治理报告", 90, seed_summaries))
