"""Cases off the usual way in the demonstration: 一事一议 in every stage, an emergency that is over, lists handed over."""

from datetime import timedelta

from cases.emergency_flow import NOTICE, VISIT
from cases.models import Application, Person, Referral, SpecialDeliberation
from cases.services.assessments import assess_application
from cases.services.emergencies import ask_emergency
from cases.services.insurances import Sheet, import_insurances
from cases.services.referrals import push_list
from cases.services.specials import propose_special
from salvation.demo.registry import Demo
from salvation.flow.engine import perform
from salvation.registers.models import Meeting
from salvation.units.models import Unit

# What lies before the county's decision stands with a township each, by its place in the list.
STAGES = {0: "CHECKING", 1: "MEETING", 3: "AGREED", 6: "REFUSED"}
DIFFICULTIES = {
    0: "户主与子女分户多年，子女下落不明，赡养能力无法核实（演示）",
    1: "主要劳动力服刑，家中仅余老人和未成年人，收入证明无法取得（演示）",
    3: "独女远嫁外省、本人重病，按常规核算的赡养费无法兑现（演示）",
    6: "申请人在外务工，收入按当地行业水平推算，本人有异议（演示）",
}
BASIS = "002 第29条；000 第73条（演示）"
LISTED = 40


def seed_specials(demo: Demo) -> str:
    """One case a stage; those decided were resolved by a meeting held today."""
    made = 0
    meeting = Meeting.objects.create(
        unit=demo.county, kind=Meeting.Kind.SPECIAL, title="一事一议专题会议（演示）", held_on=demo.today, place="局会议室",
        host="主持人", attendees="局长\n分管副局长\n股长\n纪检组长\n财务负责人", agenda="研究疑难个案", resolutions="逐案表决，结论见各件",
    )  # fmt: skip
    for place, stage in STAGES.items():
        unit = demo.units[place % len(demo.units)]
        application = Application.objects.filter(
            unit=unit, demo=True, state__in=("SURVEYING", "TOWN_REVIEW"), specials=None
        ).first()
        if application is not None:
            _deliberate(demo, unit, application, DIFFICULTIES[place], stage, meeting)
            made += 1
    return f"{made} 件"


def _deliberate(
    demo: Demo, unit: Unit, application: Application, difficulty: str, stage: str, meeting: Meeting
) -> None:
    clerk, now = demo.cast[("clerk", unit.pk)], demo.now
    if application.assessment is None:
        assess_application(application=application, actor=clerk, now=now)
        application.refresh_from_db()
    special = propose_special(
        application=application, difficulty=difficulty, proposed=application.program, basis=BASIS, actor=clerk, now=now
    )  # fmt: skip
    perform(subject=special, step="submit", actor=clerk, now=now)
    if stage == "CHECKING":
        return
    county = demo.cast[("county", demo.county.pk)]
    opinion = {"opinion": "入户核实，困难属实，常规核算不能反映实际困难（演示）"}
    perform(subject=special, step="check", actor=county, now=now, data=opinion)
    if stage != "MEETING":
        _resolve(demo, special, stage, meeting)


def _resolve(demo: Demo, special: SpecialDeliberation, stage: str, meeting: Meeting) -> None:
    data = {"meeting": str(meeting.pk)}
    reason = "经集体研究，现有证据不足以认定赡养费无法兑现，退回按常规办理（演示）"
    if stage == "AGREED":
        until = demo.today + timedelta(days=300)
        data |= {"program": special.proposed, "amount": "420.00", "valid_until": until.isoformat()}
        reason = "经集体研究，赡养费无法兑现，不计入家庭收入（演示）"
    perform(
        subject=special,
        step="agree" if stage == "AGREED" else "refuse",
        actor=demo.cast[("approver", demo.county.pk)],
        now=demo.now,
        data=data,
        comment=reason,
    )


def seed_emergency(demo: Demo) -> str:
    """A flood half a year ago: opened, closed, everything made up for since."""
    county, approver = demo.cast[("county", demo.county.pk)], demo.cast[("approver", demo.county.pk)]
    began = demo.today - timedelta(days=190)
    mode = ask_emergency(
        unit=demo.county, number=f"演示〔{began.year}〕21号", event="洪涝灾害（演示）", from_on=began,
        until_on=began + timedelta(days=30), replaced=(VISIT, NOTICE), actor=county, now=demo.now,
    )  # fmt: skip
    perform(subject=mode, step="open", actor=approver, now=demo.now)
    closing = {
        "closing_no": f"演示〔{began.year}〕34号",
        "catch_up_until": (demo.today + timedelta(days=30)).isoformat(),
    }
    perform(subject=mode, step="ask_close", actor=county, now=demo.now, data=closing)
    perform(subject=mode, step="close", actor=approver, now=demo.now)
    perform(subject=mode, step="settle", actor=county, now=demo.now)
    return "应急简化程序 1 次，已补齐"


def seed_lists(demo: Demo) -> str:
    """What was exchanged with other departments as files: who needs a job, and who is insured."""
    county = demo.cast[("county", demo.county.pk)]
    waiting = Referral.objects.filter(unit__county=demo.county, pushed_on=None).order_by("pk").first()
    pushed = 0
    if waiting is not None:
        purpose = "与主管部门对接，落实专项救助（演示）"
        batch = push_list(need=waiting.need, purpose=purpose, county=demo.county, actor=county, now=demo.now)
        pushed = batch.rows
    people = Person.objects.filter(unit=demo.units[0], demo=True, died_on=None, id_no__isnull=False)
    lines = [
        f"{person.name},{person.id_no.plain()},基本医疗保险,已参保"
        for person in people.order_by("pk")[:LISTED]
        if person.id_no
    ]
    content = "\n".join(["姓名,身份证号,险种,参保状态", *lines]).encode()
    sheet = Sheet(content, "县医疗保障局（演示）", demo.today.year, demo.today - timedelta(days=10))
    taken = import_insurances(sheet=sheet, county=demo.county, actor=county, now=demo.now)
    return f"推送 {pushed} 人，参保名单 {taken.matched} 人"
