"""Applications on their way, one in each stage for every township, made by the services themselves."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw

from cases.demo.people import GIVEN, SURNAMES, make_number
from cases.models import Application, Household
from cases.rules.materials import ITEMS
from cases.services.applications import create_application, record_survey, save_declaration
from cases.services.assessments import assess_application
from cases.services.checks import Answer, record_answers, request_check
from cases.services.deliberation import record_debate
from cases.services.kinship import Match, RelativeInput, draft_filing, save_relatives
from cases.services.people import PersonInput, register_household
from cases.services.visit_rules import SurveyorInput
from salvation.demo.registry import Demo
from salvation.files.services import add_attachment
from salvation.flow.engine import perform
from salvation.registers.models import Meeting, StaffMember
from salvation.units.models import Unit
from salvation.units.selectors import villages_of

EVERYTHING = frozenset(item.code for item in ITEMS)
STAGES = ("DRAFT", "SUBMITTED", "SURVEYING", "TOWN_REVIEW", "NOTICING", "COUNTY_REVIEW", "REJECTED")


def seed_running(demo: Demo) -> str:
    """A seventh of the townships' stages each, so that every desk has something to do."""
    bureau = _meeting(demo, demo.county, Meeting.Kind.BUREAU, "局务会", 0)
    made = 0
    for number, unit in enumerate(demo.units):
        panel = _meeting(demo, unit, Meeting.Kind.PANEL, "社会救助审核确认领导组会议", 10)
        _meeting(demo, unit, Meeting.Kind.PANEL, "社会救助审核确认领导组会议", 0)
        for stage in (STAGES[number % 7], STAGES[(number + 2) % 7], STAGES[(number + 4) % 7]):
            _carry(demo, unit, stage, panel, bureau)
            made += 1
    return f"{made} 件，各环节都有"


def _meeting(demo: Demo, unit: Unit, kind: str, title: str, days_ago: int) -> Meeting:
    held = demo.today - timedelta(days=days_ago)
    return Meeting.objects.create(
        unit=unit, kind=kind, title=title, held_on=held, place="会议室（演示）", host="主持人",
        attendees="组长\n副组长\n成员甲\n成员乙\n成员丙", agenda="逐案研究救助申请", resolutions="逐案表决，结论见各件",
    )  # fmt: skip


def _carry(demo: Demo, unit: Unit, stage: str, panel: Meeting, bureau: Meeting) -> None:
    start = demo.now - timedelta(days=12)
    clerk, leader = demo.cast[("clerk", unit.pk)], demo.cast[("leader", unit.pk)]
    village = villages_of(unit).first()
    if village is None:
        return
    household = _household(demo, unit, village, clerk)
    application = create_application(
        household=household, program="DIBAO_RURAL", applied_on=start.date(), actor=clerk, now=start,
        authorised=True, kinship_declared=True, received=EVERYTHING, reason="家庭主要劳动力患病，收入减少（演示）",
    )  # fmt: skip
    Application.objects.filter(pk=application.pk).update(demo=True)
    wages = "500" if stage != "REJECTED" else "6000"
    save_declaration(
        household=household, application=application, document=_economy(household, wages), actor=clerk
    )
    if stage == "DRAFT":
        return
    perform(subject=application, step="submit", actor=clerk, now=start)
    if stage == "SUBMITTED":
        return
    perform(subject=application, step="accept", actor=clerk, now=start)
    perform(subject=application, step="survey", actor=clerk, now=start)
    if stage == "SURVEYING":
        request_check(application=application, actor=clerk, now=demo.now)
        return
    _visit(demo, application, clerk, start)
    if _every_second(unit):
        _debate(application, start, clerk)
    assess_application(application=application, actor=clerk, now=timezone.now())
    _check(demo, application, clerk, start)
    perform(subject=application, step="propose", actor=clerk, now=start + timedelta(days=1))
    if stage == "TOWN_REVIEW":
        return
    _decide(demo, application, stage, panel, bureau, clerk, leader, start + timedelta(days=2))


def _check(demo: Demo, application: Application, clerk: Any, at: datetime) -> None:
    """A check that found nothing."""
    checker = demo.cast[("checker", demo.county.pk)]
    request = request_check(application=application, actor=clerk, now=at)
    perform(subject=request, step="start", actor=checker, now=at)
    answers = [
        Answer(person.pk, department, finding)
        for person in request.people.all()
        for department, finding in (("ESTATE", "名下一套农村自建房"), ("BANK", "存款与申报一致"))
    ]
    record_answers(request=request, answers=answers, actor=checker)
    given = {"summary": "各部门反馈与申报一致，未发现疑点。"}
    perform(subject=request, step="conforms", actor=checker, now=at, data=given)


def _decide(
    demo: Demo,
    application: Application,
    stage: str,
    panel: Meeting,
    bureau: Meeting,
    clerk: Any,
    leader: Any,
    at: datetime,
) -> None:
    data = {"meeting": str(panel.pk), "place": "村公开栏"}
    if stage == "REJECTED":
        perform(
            subject=application,
            step="first_reject",
            actor=leader,
            now=at,
            data=data,
            comment="月人均收入高于标准",
        )
        approver = demo.cast[("approver", demo.county.pk)]
        given = {"meeting": str(bureau.pk)}
        reason = "月人均收入高于标准，不符合第6条"
        perform(
            subject=application,
            step="reject_county",
            actor=approver,
            now=demo.now,
            data=given,
            comment=reason,
        )
        return
    perform(subject=application, step="first_review", actor=leader, now=at, data=data)
    if stage == "NOTICING":
        if _every_second(application.unit):
            given = {"objector": "村民（演示）"}
            perform(
                subject=application,
                step="object",
                actor=clerk,
                now=demo.now,
                data=given,
                comment="其子在外务工，收入没有申报（演示）",
            )
        return
    for name in ("公示开始.jpg", "公示结束.jpg"):
        add_attachment(
            subject=application, unit=application.unit, village=application.village, kind="NOTICE", name=name,
            content=_photo(), actor=clerk,
        )  # fmt: skip
    perform(subject=application, step="to_county", actor=clerk, now=demo.now)


def _household(demo: Demo, unit: Unit, village: Unit, clerk: Any) -> Household:
    rng = demo.rng
    surname = rng.choice(SURNAMES)
    people = []
    for relation, years in (
        ("HEAD", rng.randint(61, 75)),
        ("CHILD", rng.randint(35, 50)),
        ("GRANDCHILD", rng.randint(7, 15)),
    ):
        born = demo.today.replace(year=demo.today.year - years, day=min(demo.today.day, 28)) - timedelta(
            days=40
        )
        number = make_number(born, rng.random() < 0.5, demo)
        people.append(PersonInput(f"{surname}{rng.choice(GIVEN)}{rng.choice(GIVEN)}", number, relation))
    household = register_household(
        unit=unit,
        village=village,
        members=people,
        standard_area="RURAL",
        actor=clerk,
        address="（演示）",
        group_name="1组",
    )
    Household.objects.filter(pk=household.pk).update(demo=True)
    return household


def _economy(household: Household, wages: str) -> dict[str, Any]:
    by_relation = {member.relation: str(member.person_id) for member in household.members.all()}
    return {
        "incomes": [
            {"member": by_relation["HEAD"], "item": "FARM_SUBSIDY", "yearly": "600"},
            {"member": by_relation["CHILD"], "item": "SALARY", "monthly": wages, "cost": "100"},
        ]
    }


def _visit(demo: Demo, application: Application, clerk: Any, at: datetime) -> None:
    record_survey(
        application=application, method="HOME", visited_at=at + timedelta(hours=3), place="申请人家中", present="户主",
        findings="住房为砖混平房，家庭主要收入为务工收入，与申报一致（演示）。", conclusion="情况属实", signed_by_family=True,
        surveyors=[SurveyorInput(clerk.name, "TOWN", clerk.pk), SurveyorInput("村干部", "VILLAGE")], actor=clerk,
    )  # fmt: skip


def _every_second(unit: Unit) -> bool:
    return sum(map(ord, unit.code)) % 2 == 0


def _debate(application: Application, at: datetime, clerk: Any) -> None:
    record_debate(
        application=application, held_on=at.date(), place="村委会会议室", host="村主任", due=9, present=7, agree=6, disagree=0,
        abstain=1, conclusion="家庭情况属实，同意上报（演示）", actor=clerk,
    )  # fmt: skip


def _photo() -> bytes:
    image = Image.new("RGB", (320, 200), "#dfe7ef")
    ImageDraw.Draw(image).rectangle((20, 20, 300, 180), outline="#1d4f91", width=4)
    stream = BytesIO()
    image.save(stream, "JPEG")
    return stream.getvalue()


def seed_kinship(demo: Demo) -> str:
    """In every second township a village worker whose father is applying: drawn up, some of them filed."""
    made = 0
    for number, unit in enumerate(demo.units[::2]):
        application = Application.objects.filter(unit=unit, demo=True, state="SURVEYING").first()
        clerk, leader = demo.cast[("clerk", unit.pk)], demo.cast[("leader", unit.pk)]
        if application is None or application.applicant.id_no is None:
            continue
        staff = StaffMember.objects.create(
            unit=unit, name=f"{application.applicant.name[0]}干部（演示）", kind=StaffMember.Kind.VILLAGE,
            post=f"{application.village}村委会委员", from_on=demo.today.replace(year=demo.today.year - 3),
        )  # fmt: skip
        relative = RelativeInput("父母", application.applicant.name, application.applicant.id_no.plain())
        save_relatives(staff=staff, relatives=[relative], actor=clerk, now=demo.now)
        match = Match(staff, application.applicant, "父母")
        filing = draft_filing(match=match, application=application, actor=clerk, now=demo.now)
        Application.objects.filter(pk=application.pk).update(kinship_flag=True)
        if number % 2 == 0:
            perform(subject=filing, step="approve", actor=leader, now=demo.now)
            county = demo.cast[("county", demo.county.pk)]
            perform(subject=filing, step="file", actor=county, now=demo.now)
        made += 1
    return f"{made} 件近亲属备案"
