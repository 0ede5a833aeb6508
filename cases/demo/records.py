"""Archives of what was closed, insurance of most people, bodies that meet with their rules, in the demonstration."""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from cases.models import MonitoringAlert
from cases.services.alerts import raise_alerts
from cases.services.archives import file_closed
from salvation.demo.registry import Demo
from salvation.flow.engine import perform
from salvation.registers.conferences import save_meeting, save_task
from salvation.registers.models import Meeting, MeetingRule, MeetingTask, MemberUnit
from salvation.units.models import Unit

# Of twenty people sixteen are insured, one is not, one stopped paying, of two nothing is known.
INSURED = """
INSERT INTO cases_insurance (person_id, kind, year, scheme, standing, subsidised, as_of, note, recorded_at)
SELECT p.id, k.kind, %(year)s, 'RESIDENT',
       CASE WHEN (p.id * 7 + k.shift) %% 20 = 0 THEN 'NONE' WHEN (p.id * 7 + k.shift) %% 20 = 1 THEN 'LAPSED'
            WHEN k.kind = 'PENSION' AND p.birth_date <= %(on)s::date - interval '60 years' THEN 'RECEIVING'
            ELSE 'INSURED' END,
       CASE WHEN (p.id * 7 + k.shift) %% 20 > 9 AND k.kind = 'MEDICAL' THEN 320 ELSE 0 END,
       %(on)s, '（演示）', now()
FROM cases_person p JOIN units_unit u ON u.id = p.unit_id,
     (VALUES ('MEDICAL', 0), ('PENSION', 11)) k (kind, shift)
WHERE p.demo AND p.died_on IS NULL AND u.county_id = %(county)s AND (p.id * 7 + k.shift) %% 20 < 18
  AND (k.kind = 'MEDICAL' OR p.birth_date <= %(on)s::date - interval '16 years')
"""
# One of thirty households asks for what other departments give; half of it was handed over, half of that answered.
ASKED = """
INSERT INTO cases_referral (unit_id, village_id, household_id, person_id, need, situation, raised_on, pushed_on,
                            answered_on, outcome, amount, answer)
SELECT handling_unit_id, village_id, id, head_id,
       (ARRAY['MEDICAL', 'EDUCATION', 'HOUSING', 'JOB', 'DISABILITY'])[1 + id / 30 %% 5],
       (ARRAY['大病自付费用高，医保报销后仍有缺口', '子女上大学，学费筹措困难', '房屋墙体开裂，需要鉴定改造',
              '有劳动能力，想就近务工', '残疾等级变化，需要辅助器具'])[1 + id / 30 %% 5] || '（演示）',
       %(on)s::date - 30, CASE WHEN id %% 2 = 0 THEN %(on)s::date - 20 END, CASE WHEN id %% 4 = 0 THEN %(on)s::date - 5 END,
       CASE WHEN id %% 4 = 0 THEN 'HELPED' ELSE '' END, CASE WHEN id %% 4 = 0 THEN 1000 END, ''
FROM cases_household WHERE demo AND county_id = %(county)s AND id %% 30 < 2
"""
MEMBERS = (
    "县医疗保障局",
    "县人力资源和社会保障局",
    "县教育体育局",
    "县住房和城乡建设局",
    "县残疾人联合会",
    "县财政局",
)
RESOLUTIONS = "一、完成困难群众参保核查（县医疗保障局）\n二、建立困难学生信息推送机制（县教育体育局）"


def seed_archives(demo: Demo) -> str:
    return f"归档 {file_closed(county=demo.county, now=demo.now):,} 件"


def seed_insurances(demo: Demo) -> str:
    with connection.cursor() as cursor:
        cursor.execute(INSURED, {"county": demo.county.pk, "on": demo.today, "year": demo.today.year})
        return f"参保情况 {cursor.rowcount:,} 条"


def seed_alerts(demo: Demo) -> str:
    """What the screening finds today; in every third the check is written down."""
    made = raise_alerts(county=demo.county, on=demo.today, now=demo.now)
    data = {
        "checked_on": demo.today.isoformat(),
        "checkers": "钟经办、村干部",
        "finding": "已电话核实，正在办理（演示）",
    }
    for alert in MonitoringAlert.objects.filter(county=demo.county).select_related("unit")[:9:3]:
        perform(
            subject=alert, step="check", actor=demo.cast[("clerk", alert.unit_id)], now=demo.now, data=data
        )
    return f"{made} 件"


def seed_referrals(demo: Demo) -> str:
    with connection.cursor() as cursor:
        cursor.execute(ASKED, {"county": demo.county.pk, "on": demo.today})
        return f"转介 {cursor.rowcount:,} 条"


def seed_conferences(demo: Demo) -> str:
    """Rules of the county's bodies and of every panel; two of three townships were mobilised."""
    county, actor = demo.county, demo.cast[("county", demo.county.pk)]
    year = demo.today.replace(month=1, day=1)
    MemberUnit.objects.bulk_create(
        MemberUnit(unit=county, name=name, task="信息共享、专项救助（演示）", contact="联络员", from_on=year) for name in MEMBERS
    )  # fmt: skip
    rules = [
        _rule(county, "LEADING", "社会救助工作领导小组", 4, 3),
        _rule(county, "JOINT", "困难群众基本生活保障工作联席会议", 2, 3),
    ]
    rules += [_rule(unit, "PANEL", f"{unit}社会救助审核确认领导组", 2, 3) for unit in demo.units]
    MeetingRule.objects.bulk_create(rules)
    held = max(year, demo.today - timedelta(days=40))
    for kind, title in (("LEADING", "领导小组会议"), ("JOINT", "联席会议")):
        _meet(demo, county, kind, title, held, actor)
    mobilised = [unit for place, unit in enumerate(demo.units) if place % 3 != 1]
    for unit in mobilised:
        held = max(year, demo.today - timedelta(days=20))
        _meet(demo, unit, "MOBILIZE", "专项治理动员部署会", held, demo.cast[("clerk", unit.pk)])
    _settle(demo)
    return f"议事规则 {len(rules)} 份，动员部署会 {len(mobilised)} 次"


def _settle(demo: Demo) -> None:
    """Two of three resolutions are carried out; of the county's own one is late."""
    for task in MeetingTask.objects.filter(unit__in=[demo.county, *demo.units]).order_by("pk"):
        if task.pk % 3:
            task.done_on, task.result = demo.today - timedelta(days=3), "已按会议要求落实（演示）"
            save_task(record=task, actor=None, now=demo.now, new=False)


def _rule(unit: Unit, kind: str, body: str, per_year: int, quorum: int) -> MeetingRule:
    return MeetingRule(
        unit=unit, kind=kind, body=body, per_year=per_year, quorum=quorum, most_absent=2,
        leave="因故不能到会的，会前向召集人请假并说明事由（演示）", text="按期召开，集体讨论，逐案表决，形成纪要（演示）",
        from_on=date(2022, 1, 1),
    )  # fmt: skip


def _meet(demo: Demo, unit: Unit, kind: str, title: str, held: Any, actor: Any) -> None:
    meeting = Meeting(
        unit=unit, kind=kind, title=f"{unit}{title}（演示）", held_on=held, place="会议室", host="主持人",
        attendees="组长\n副组长\n成员甲\n成员乙", absent="" if kind == "JOINT" else "成员丙", agenda="研究困难群众救助工作",
        resolutions=RESOLUTIONS if kind == "JOINT" else "按方案分解任务，逐村落实",
    )  # fmt: skip
    save_meeting(record=meeting, actor=actor, now=demo.now, new=True)
