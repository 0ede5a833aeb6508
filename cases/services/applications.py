"""Applications: register, declare, survey, notice, decide. State changes go through the flow."""
# requirements: B02, B04, B05, B13, B15

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from cases import checklist
from cases.agreed import agreed_of, amount_of
from cases.exclusion import AHEAD, hindering, renewed, replaced, rivals
from cases.models import (
    Application,
    Benefit,
    CollectiveDecision,
    Declaration,
    Household,
    KinshipTie,
    Notice,
    Survey,
    Surveyor,
    TermMember,
)
from cases.models.choices import DIBAO, LASTING, Area, Program
from cases.selectors import coverage_in, open_applications
from cases.services.authorisations import authorise_all
from cases.services.benefits import Granted, Share
from cases.services.complaints import ask_county_visit
from cases.services.conversions import may_convert, open_confirmed
from cases.services.cycle import first_month
from cases.services.discoveries import applied
from cases.services.emergencies import running_mode
from cases.services.materials import on_corrected, open_list
from cases.services.outdated import refuse_outdated
from cases.services.single_cover import leave_family
from cases.services.specials import shares_agreed
from cases.services.visit_rules import NO_DETAILS, SurveyDetails, SurveyorInput, checked_visit
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.clock import work_calendar
from salvation.flow.clocks import start_clock
from salvation.flow.engine import begin
from salvation.flow.numbers import next_number
from salvation.flow.table import Context, Step
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.registers.models import Meeting
from salvation.registers.selectors import DECIDING
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.vault import facts as sealed_facts

register(survey__record="记录入户调查", declaration__save="登记家庭经济状况")

# Before the first regulation of 低保 (1999) nobody applied.
EARLIEST = date(2000, 1, 1)
# While a visit may be recorded; before a confirmation the county visits relatives of staff (L57 第20条).
VISITABLE = frozenset({"ACCEPTED", "SURVEYING", "OBJECTION", "COUNTY_REVIEW", "TOWN_CONFIRM"})

# The total limit of what is not 低保 (LGX 第8条, L43).
TOTALS = {
    Program.RIGID_EXPENSE.value: "sla.rigid.total",
    Program.TEKUN_DISPERSED.value: "sla.tekun.total",
    Program.TEKUN_CENTRALIZED.value: "sla.tekun.total",
}


@dataclass(frozen=True, slots=True)
class TieInput:
    """A declared relative in office: ``member`` is a person's id, ``relation`` a word of the parameter kinship.relations."""

    member: int
    relation: str
    staff_name: str
    staff_place: str = ""


@transaction.atomic
def create_application(
    *,
    household: Household,
    program: str,
    applied_on: date,
    actor: Any,
    now: datetime,
    is_single: bool = False,
    single_reason: str = "",
    applicant_id: int | None = None,
    reason: str = "",
    event: str = "",
    authorised: bool = False,
    kinship_declared: bool = False,
    kinship_flag: bool = False,
    received: Collection[str] = (),
    ties: Sequence[TieInput] = (),
    apart_village: Unit | None = None,
    apart_place: str = "",
    converts: Benefit | None = None,
) -> Application:
    """Register an application of a household (or of one member, 单人保). Raises Refusal for a repeat.

    ``authorised``: everybody signed the authorisation today, the applicant for the minors; ``received``: codes of the
    pieces that were handed in with it; ``apart_village``, ``apart_place``: where else the family is registered or lives;
    ``converts``: the benefit that the new one is to take the place of (类别转换).
    """
    require(actor, "case.create", household.village)
    if program not in {code.value for code in LASTING}:
        raise Refusal("请选择申请类别", field="program")
    if is_single and (program not in DIBAO or not single_reason):
        raise Refusal(
            "单人保只适用于低保，并须选择依据", rule="最低生活保障审核确认办法第8条", field="single_reason"
        )
    _fits_area(program, household.standard_area)
    if not EARLIEST <= applied_on <= timezone.localdate(now):
        raise Refusal(f"申请日期不能晚于今天，也不能早于{EARLIEST.year}年", field="applied_on")
    _refuse_apart(household, apart_village, apart_place)
    if converts is not None:
        may_convert(converts, program, household, is_single=is_single, on=timezone.localdate(now))
    applicant_id = applicant_id or household.head_id
    giving_way = replaced(household, converts.pk if converts else None, program, is_single=is_single)
    _refuse_repeat(program, applicant_id, is_single=is_single, giving_way=giving_way)
    application = Application(
        no=application_number(household, now), program=program, household=household, applicant_id=applicant_id,
        county=household.county, unit=household.handling_unit, village=household.village, apart_village=apart_village,
        apart_place=apart_place.strip(), standard_area=household.standard_area, is_single=is_single,
        single_reason=single_reason, reason=reason, event=event, kinship_declared=kinship_declared,
        kinship_flag=kinship_flag, applied_on=applied_on, created_by=actor, converts=converts,
    )  # fmt: skip
    try:
        with transaction.atomic():
            begin(application, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal("该申请人已有在办的同类申请，请在“申请”中查看") from error
    _hand_in(application, received, ties, authorised=authorised, actor=actor)
    return application


def _refuse_apart(household: Household, village: Unit | None, place: str) -> None:
    if village is None:
        return
    if place.strip():
        raise Refusal("另一公示地在本县的，县外的不填", field="apart_place")
    if village.pk == household.village_id:
        raise Refusal("另一公示地就是受理的村（社区），没有人户分离的不填", field="apart_village")
    if village.kind != Unit.Kind.VILLAGE or county_of(village) != household.county:
        raise Refusal(
            "另一公示地应是本县的村（社区）；在县外的，填县外的户籍地或居住地", field="apart_village"
        )


def _hand_in(
    application: Application,
    received: Collection[str],
    ties: Sequence[TieInput],
    *,
    authorised: bool,
    actor: Any,
) -> None:
    KinshipTie.objects.bulk_create(
        KinshipTie(application=application, member_id=tie.member, relation=tie.relation, staff_name=tie.staff_name,
                   staff_place=tie.staff_place)
        for tie in ties
    )  # fmt: skip
    open_list(application, received, actor=actor, on=application.applied_on)
    applied(application.household, application=application)
    if authorised:
        authorise_all(application, on=application.applied_on, actor=actor)


def _fits_area(program: str, area: str) -> None:
    fitting = {Program.DIBAO_URBAN: Area.URBAN, Program.DIBAO_RURAL: Area.RURAL}.get(Program(program))
    if fitting is not None and fitting != area:
        raise Refusal(f"本户适用{Area(area).label}标准，不能申请{Program(program).label}", field="program")


def _refuse_repeat(program: str, applicant_id: int, *, is_single: bool, giving_way: Any) -> None:
    """Already applying, or helped by a benefit that does not give way to this one (B02)."""
    in_hand = open_applications([applicant_id]).select_related("applicant")
    waiting = rivals(in_hand, program, is_single=is_single).first()
    if waiting:
        raise Refusal(f"{waiting.applicant.name} 已有在办申请 {waiting.no}（{waiting.get_state_display()}）")
    # What stops before a new benefit could begin is no obstacle (02 §2.8).
    coming = Month.of(timezone.localdate()) + 1
    coverage = coverage_in(coming, [applicant_id]).exclude(term__benefit__in=giving_way)
    covered = hindering(coverage, program, is_single=is_single, coming=coming).first()
    if covered:
        raise Refusal(
            f"{covered.person.name} 正在享受{covered.term.benefit.get_program_display()}，"
            "不能重复申请；需要调整的请办理变更，转为其他类别的选“类别转换”"
        )


def application_number(household: Household, now: datetime) -> str:
    """Unit code, year and running number within the unit's year."""
    return next_number(f"{household.handling_unit.code}-{timezone.localtime(now).year}-")


@transaction.atomic
def save_declaration(
    *, household: Household, application: Application | None, document: Mapping[str, Any], actor: Any
) -> Declaration:
    """Keep the household's economy, sealed. Only while the application is being investigated."""
    require(actor, "case.edit", household.handling_unit)
    if application and application.state not in {"DRAFT", "SUBMITTED", "CORRECTING", "ACCEPTED", "SURVEYING"}:
        raise Refusal(f"该件已是“{application.get_state_display()}”，不能再改家庭经济状况；请退回重查后再改")
    text = sealed_facts.dump(document)
    lookup = {"application": application} if application else {"household": household, "application": None}
    declaration, _ = Declaration.objects.update_or_create(
        **lookup, defaults={"household": household, "facts": text, "updated_by": actor}
    )
    record(actor=actor, action="declaration.save", subject=household, unit=household.handling_unit)
    return declaration


@transaction.atomic
def record_survey(
    *,
    application: Application,
    method: str,
    visited_at: datetime,
    place: str,
    present: str,
    findings: str,
    conclusion: str,
    signed_by_family: bool,
    surveyors: Sequence[SurveyorInput],
    actor: Any,
    details: SurveyDetails = NO_DETAILS,
) -> Survey:
    """Add a visit; it is never changed, a correction is a new version (B04). Raises Refusal."""
    require(actor, "case.survey", application.village)
    locked = Application.objects.select_for_update().get(pk=application.pk)
    making_up = locked.state == "CONFIRMED" and locked.emergency_id is not None
    if locked.state not in VISITABLE and not making_up:
        raise Refusal(f"该件现在是“{locked.get_state_display()}”，调查、异议复核和确认环节才能记录入户调查")
    named = checked_visit(method, visited_at, surveyors, details, locked.unit)
    survey = Survey.objects.create(
        application=locked,
        version=locked.surveys.count() + 1,
        method=method,
        visited_at=visited_at,
        place=place,
        present=present,
        findings=findings,
        conclusion=conclusion,
        signed_by_family=signed_by_family,
        recorded_by=actor,
        no_visit_reason=details.no_visit_reason,
        sent_on=details.sent_on,
        replied_on=details.replied_on,
        seen=sealed_facts.dump(details.seen) if details.seen else None,
        spot=details.spot,
        sent_key=details.sent_key,
        sent_digest=details.sent_digest,
    )
    Surveyor.objects.bulk_create(
        Surveyor(survey=survey, name=given.name.strip(), level=given.level, user_id=given.user_id)
        for given in named
    )
    record(
        actor=actor,
        action="survey.record",
        subject=locked,
        unit=locked.unit,
        facts={"version": survey.version},
    )
    ask_county_visit(locked, now=timezone.now(), actor=actor)
    return survey


# Effects of the flow: run inside perform()'s transaction.


def on_accepted(context: Context) -> None:
    """Fix the day of acceptance, whose decision it will be, and the total time limit (B14, 02 §2.9)."""
    application = context.subject
    today = timezone.localdate(context.now)
    application.accepted_on = today
    level = at(f"approval_level.{application.program}", on=today, unit=application.unit).value
    application.level = str(level)
    application.emergency = running_mode(application.county, on=today)
    delegated = "sla.dibao.total_delegated" if level == Application.Level.TOWNSHIP else "sla.dibao.total"
    limit = TOTALS.get(application.program, delegated)
    application.save(update_fields=["accepted_on", "level", "emergency"])
    start_clock(application, parameter=limit, on=today)


def on_first_review(context: Context) -> None:
    """Keep the panel's resolution and post the notice: seven calendar days from the day after posting."""
    application, assessment = context.subject, context.subject.assessment
    amount = amount_of(application)
    _resolve(context, stage="初审", approved=True, amount=amount)
    today = timezone.localdate(context.now)
    days = int(at("sla.notice.days", on=today, unit=application.unit).value)
    common = {
        "application": application, "posted_on": today, "ends_on": today + timedelta(days=days),
        "people": assessment.people, "amount": amount, "made_by": context.actor,
    }  # fmt: skip
    other = application.apart_village
    if other is not None or application.apart_place:
        # 人户分离: at both places, as one notice (L57 第19条).
        place = f"{other}公开栏" if other is not None else application.apart_place
        Notice.objects.create(**common, place=place, village=other, elsewhere=True)
    Notice.objects.create(**common, place=str(context.data["place"]))


def on_reaffirmed(context: Context) -> None:
    """The panel stands by its first review; the notice that hung stays the one of this case."""
    _resolve(context, stage="初审", approved=True, amount=amount_of(context.subject))


def on_first_rejected(context: Context) -> None:
    _resolve(context, stage="初审", approved=False, amount=Decimal(0))


def on_confirmed(context: Context) -> None:
    """Open the benefit from the month after the decision (L57 第21条)."""
    application = context.subject
    assessment = application.assessment
    refuse_outdated(application, on=timezone.localdate(context.now))
    _resolve(context, stage="确认", approved=True, amount=amount_of(application))
    today = timezone.localdate(context.now)
    special = agreed_of(application)
    first = _first_month(application, today)
    if application.is_single:
        leave_family(application.applicant, first, context.actor)
    granted: Granted | None = None
    shares: Sequence[Share] = shares_of(assessment)
    if special is not None:
        shares = shares_agreed(application, special.program, special.amount)
        granted = Granted(special.program, special.amount, max(Month.of(special.valid_until) + 1, first + 1))
    benefit = open_confirmed(application, assessment, shares, first=first, granted=granted, now=context.now)
    application.decided_on, application.benefit = today, benefit
    application.stat_month = context.transition.stat_month
    application.save(update_fields=["decided_on", "benefit", "stat_month"])


def _first_month(application: Application, today: date) -> Month:
    """The month after the decision (L57 第21条); what is applied for anew before it ends begins where it ends; what
    takes another benefit's place, in a month for which that one is on no roster yet."""
    first = Month.of(today) + 1
    if application.converts_id:
        first = max(first, first_month(application.county, today))
    covered = TermMember.objects.filter(months__overlap=(first.first_day, None))
    if application.is_single:
        covered = covered.filter(person=application.applicant)
    else:
        covered = covered.filter(
            person__memberships__household=application.household, person__memberships__left_on__isnull=True
        )
    soon = renewed(covered, application.program, until=first + AHEAD)
    ends = soon.aggregate(last=Max("term__benefit__stop_month"))["last"]
    return max(first, Month.of(ends)) if ends else first


def on_rejected(context: Context) -> None:
    _resolve(context, stage="确认", approved=False, amount=Decimal(0))
    context.subject.decided_on = timezone.localdate(context.now)
    context.subject.stat_month = context.transition.stat_month
    context.subject.save(update_fields=["decided_on", "stat_month"])


def _resolve(context: Context, *, stage: str, approved: bool, amount: Decimal) -> None:
    """The meeting's word on this case; no meeting, no decision (B15). Raises Refusal."""
    application = context.subject
    meeting = deciding_meeting(context)
    CollectiveDecision.objects.create(
        application=application,
        meeting=meeting,
        stage=stage,
        approved=approved,
        amount=amount,
        note=context.comment[:300],
        lag=work_calendar().between(meeting.held_on, timezone.localdate(context.now)),
    )


def deciding_meeting(context: Context) -> Meeting:
    """The meeting named in the form: visible to the actor, of the right kind and day, with a quorum."""
    application = context.subject
    raw = str(context.data.get("meeting", ""))
    if not raw.isdecimal():
        raise Refusal("请选择集体审批会议", field="meeting")
    meeting: Meeting = get_visible(Meeting.objects, context.actor, pk=int(raw))
    today = timezone.localdate(context.now)
    if meeting.kind not in DECIDING:
        raise Refusal(f"“{meeting}”是{meeting.get_kind_display()}，不能作为集体审批依据", field="meeting")
    if meeting.held_on > today or (application.accepted_on and meeting.held_on < application.accepted_on):
        raise Refusal("会议日期须在受理之后、今天之前（含当日）", field="meeting")
    if county_of(meeting.unit) != application.county:
        raise Refusal("会议不属于本县", field="meeting")
    quorum = int(at("panel.quorum", on=today, unit=application.unit).value)
    if meeting.attending < quorum:
        raise Refusal(
            f"会议到会{meeting.attending}人（回避人不计），不足{quorum}人", rule="002 第53条", field="meeting"
        )
    return meeting


def shares_of(assessment: Any) -> list[Share]:
    """Who is covered and with which parts, from the frozen result."""
    result = sealed_facts.load(assessment.result)
    parts = {share["member"]: share for share in result["members"]}
    covered = result["covered"] or list(parts)
    return [
        Share(
            person_id=int(key),
            base=Decimal(parts[key]["base"]) if key in parts else Decimal(0),
            uplift=Decimal(parts[key]["uplift"]) - Decimal(parts[key].get("care", 0))
            if key in parts
            else Decimal(0),
            kinds=tuple(parts[key]["uplift_kinds"]) if key in parts else (),
        )
        for key in covered
    ]


def suggest(application: Application, step: Step) -> dict[str, Any]:
    """First values for what a step asks: the calculated amount, the village's notice board."""
    known: dict[str, Any] = {"place": f"{application.village}公开栏"}
    if step.code == "correct":
        known["comment"] = "\n".join(checklist.missing(application))
    if application.assessment is not None:
        known["amount"] = amount_of(application)
    return known


EFFECTS = {
    "correct": (on_corrected,),
    "accept": (on_accepted,),
    "first_review": (on_first_review,),
    "reaffirm_county": (on_reaffirmed,),
    "reaffirm_town": (on_reaffirmed,),
    "first_reject": (on_first_rejected,),
    "first_reject_town": (on_first_rejected,),
    "confirm_county": (on_confirmed,),
    "confirm_town": (on_confirmed,),
    "reject_county": (on_rejected,),
    "reject_town": (on_rejected,),
}
