"""Temporary relief: register, verify, work out, pay, visit again. States change through the flow (03 §3.3)."""
# requirements: E01, E02, E03, E04, E06, E07, E08, E09, E10, A18

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Assessment, Benefit, Household, Relief
from cases.models.choices import RELIEFS
from cases.rules.codes import Program, Situation
from cases.selectors import earlier_reliefs, year_before
from cases.services.applications import deciding_meeting
from cases.services.discoveries import applied
from cases.services.judging import Policy, case_of, judge, kin_of
from salvation.access.services import get_visible, must_still_see, require
from salvation.domain import bank
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.mask import Scene
from salvation.domain.month import Month
from salvation.duties.services import close_duty, open_duty
from salvation.flow.clock import work_calendar
from salvation.flow.engine import begin
from salvation.flow.numbers import next_number
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.registers.models import Meeting
from salvation.vault import facts as sealed_facts

register(
    relief__visit="登记临时救助核实情况",
    relief__economy="登记临时救助家庭经济状况",
    relief__payee="登记临时救助收款账户",
    relief__assess="核算临时救助",
    relief__file="临时救助报县备案",
)
# 特别救助 is never one office's own idea (E03).
SPECIAL_MEETINGS = frozenset({Meeting.Kind.SPECIAL, Meeting.Kind.JOINT})
FILING = "relief_filing"
INVESTIGATED = frozenset({"DRAFT", "ACCEPTED", "ADVANCE", "ADVANCE_PAID"})


@transaction.atomic
def create_relief(
    *,
    household: Household,
    program: str,
    situation: str,
    applicant_id: int,
    happened_on: date,
    applied_on: date,
    persons: int,
    reason: str,
    actor: Any,
    now: datetime,
    from_elsewhere: bool = False,
    event: str = "",
    proposed: Decimal | None = None,
) -> Relief:
    """Register an application for temporary relief of a household on file. Raises Refusal.

    A household from elsewhere may be helped where an emergency struck it, and only then (L18 14).
    """
    require(actor, "case.create", household.village)
    if program not in dict(RELIEFS) or situation not in {code.value for code in Situation}:
        raise Refusal("请选择类型和情形", field="program")
    if applied_on > timezone.localdate(now) or happened_on > applied_on:
        raise Refusal("发生日期不能晚于申请日期，申请日期不能晚于今天", field="happened_on")
    if from_elsewhere and program != Program.TEMP_EMERGENCY:
        raise Refusal("户籍不在本县的只能申请急难型救助（急难发生地受理）", field="from_elsewhere")
    members = household.members.filter(left_on__isnull=True)
    if not members.filter(person=applicant_id).exists():
        raise Refusal("申请人不是本户现有成员", field="applicant_id")
    if not 1 <= persons <= members.count():
        raise Refusal(f"受助人数须在1至{members.count()}之间（本户现有成员）", field="persons")
    relief = Relief(
        no=relief_number(household, now),
        program=program,
        situation=situation,
        household=household,
        applicant_id=applicant_id,
        county=household.county,
        unit=household.handling_unit,
        village=household.village,
        from_elsewhere=from_elsewhere,
        happened_on=happened_on,
        applied_on=applied_on,
        persons=persons,
        reason=reason,
        event=event,
        proposed=proposed,
        created_by=actor,
    )
    _take_over_account(relief)
    try:
        with transaction.atomic():
            begin(relief, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal("本户同一情形已有在办的临时救助，请在“临时救助”中查看") from error
    must_still_see(actor, relief)
    applied(household, relief=relief)
    return relief


def relief_number(household: Household, now: datetime) -> str:
    """Unit code, year and running number within the unit's year."""
    return next_number(f"LS{household.handling_unit.code}-{timezone.localtime(now).year}-")


def _take_over_account(relief: Relief) -> None:
    """The account known already, where it is the applicant's own (E06)."""
    known = relief.household.accounts.filter(valid_to__isnull=True, holder=relief.applicant_id).first()
    if known is not None:
        relief.account, relief.account_kind, relief.bank = known.number.plain(), known.kind, known.bank
        relief.channel = Relief.Channel.ONE_CARD


def _locked(relief: Relief, actor: Any, permission: str, states: frozenset[str]) -> Relief:
    found: Relief = get_visible(Relief.objects.select_for_update(of=("self",)), actor, pk=relief.pk)
    require(actor, permission, found.unit)
    if found.state not in states:
        raise Refusal(f"该件现在是“{found.get_state_display()}”，不能再改；需要更正请先退回")
    return found


@transaction.atomic
def record_visit(*, relief: Relief, visited_on: date, visitors: str, findings: str, actor: Any) -> None:
    """Keep what was found on the spot. Raises Refusal."""
    locked = _locked(relief, actor, "case.survey", INVESTIGATED)
    if not locked.happened_on <= visited_on <= timezone.localdate():
        raise Refusal("核实日期须在发生日期之后、今天之前（含当日）", field="visited_on")
    locked.visited_on, locked.visitors, locked.findings = visited_on, visitors.strip(), findings
    locked.save(update_fields=["visited_on", "visitors", "findings"])
    record(actor=actor, action="relief.visit", subject=locked, unit=locked.unit)


@transaction.atomic
def save_economy(*, relief: Relief, document: Mapping[str, Any], actor: Any) -> None:
    """Keep the household's declared economy, sealed; a new working is needed after it."""
    locked = _locked(relief, actor, "case.edit", INVESTIGATED)
    locked.facts, locked.assessment = sealed_facts.dump(document), None
    locked.save(update_fields=["facts", "assessment"])
    record(actor=actor, action="relief.economy", subject=locked, unit=locked.unit)


@transaction.atomic
def set_payee(
    *,
    relief: Relief,
    channel: str,
    number: str,
    kind: str,
    bank_name: str,
    cash_reason: str,
    actor: Any,
) -> None:
    """Where the money goes: the applicant's own account; cash only with the reason (E06, 002 L33). Raises Refusal."""
    locked = _locked(relief, actor, "case.edit", frozenset({*INVESTIGATED, "DECIDE_TOWN", "PAYING"}))
    if channel == Relief.Channel.CASH:
        if len(cash_reason.strip()) < 4:
            raise Refusal("现金发放须写明理由（不少于4个字）", rule="002 第33条", field="cash_reason")
        locked.account, locked.cash_reason = None, cash_reason.strip()
    else:
        if number or not locked.account:
            locked.account = _account(number, kind)
        locked.account_kind, locked.bank, locked.cash_reason = kind, bank_name, ""
    locked.channel = channel
    locked.save(update_fields=["channel", "account", "account_kind", "bank", "cash_reason"])
    kept: Any = Relief.objects.get(pk=locked.pk).account
    shown = kept.masked(Scene.LOG) if kept else "现金"
    record(actor=actor, action="relief.payee", subject=locked, unit=locked.unit, facts={"account": shown})


def _account(number: str, kind: str) -> str:
    try:
        return bank.parse(number, bank.AccountKind(kind))
    except (BadValue, ValueError) as error:
        raise Refusal(str(error) or "请选择账户类型", field="number") from error


@transaction.atomic
def assess_relief(*, relief: Relief, actor: Any, now: datetime) -> Assessment:
    """Work out the amount on the day of acceptance and keep the working (02 §2.7). Raises Refusal."""
    locked = _locked(relief, actor, "case.edit", frozenset({"ACCEPTED", "ADVANCE", "ADVANCE_PAID"}))
    if locked.program == Program.TEMP_EXPENSE and not locked.facts:
        raise Refusal("支出型须先登记家庭经济状况和必需支出")
    on = locked.accepted_on or timezone.localdate(now)
    declared = sealed_facts.load(locked.facts) if locked.facts else {}
    kin = kin_of([locked.household_id]).get(locked.household_id, [])
    case = case_of(kin, locked.household.standard_area, {**declared, "relief": relief_facts(locked)}, on)
    judged = judge(case, locked.program, Policy(locked.unit, on), on)
    made = Assessment.objects.create(household=locked.household, made_by=actor, made_at=now, **judged.columns)
    locked.assessment = made
    locked.save(update_fields=["assessment"])
    summary = {"eligible": made.eligible, "total": made.total}
    record(actor=actor, action="relief.assess", subject=locked, unit=locked.unit, facts=summary)
    return made


def relief_facts(relief: Relief) -> dict[str, Any]:
    """What the rules want to know of the request itself (shape of docs/assess.md)."""
    facts: dict[str, Any] = {
        "situation": relief.situation,
        "persons": relief.persons,
        "times": times_before(relief),
    }
    if is_recognised(relief.household, relief.applied_on):
        facts["recognised"] = True
    if relief.program == Program.TEMP_SPECIAL:
        facts |= {"proposed": str(relief.proposed or 0), "meeting": "待集体研究"}
    return facts


def times_before(relief: Relief) -> int:
    """Grants for the same cause: within twelve months to this household; to an unemployed person, ever (E08, E09)."""
    earlier = earlier_reliefs(relief).filter(situation=relief.situation)
    if relief.situation == Situation.UNEMPLOYED:
        return earlier.filter(applicant=relief.applicant_id).count()
    return earlier.filter(decided_on__gt=year_before(relief.applied_on)).count()


def is_recognised(household: Household, on: date) -> bool:
    """Whether the household is on 低保 or 特困 then: only its necessary costs are verified (LLS)."""
    running = Benefit.objects.filter(household=household, first_month__lte=on)
    return running.exclude(stop_month__lte=on).exclude(program__in=("MARGINAL", "RIGID_EXPENSE")).exists()


@transaction.atomic
def file_relief(*, relief: Relief, note: str, actor: Any, now: datetime) -> None:
    """The county takes a township's decision on file (E04: 报县备案). Raises Refusal."""
    found: Relief = get_visible(Relief.objects.select_for_update(of=("self",)), actor, pk=relief.pk)
    require(actor, "case.review", found.county)
    if found.level != Relief.Level.TOWNSHIP or found.decided_on is None:
        raise Refusal("乡镇审批决定后才报县备案")
    if found.filed_on is not None:
        raise Refusal(f"该件已于{found.filed_on:%Y年%m月%d日}备案")
    found.filed_on, found.filing_note = timezone.localdate(now), note.strip()
    found.save(update_fields=["filed_on", "filing_note"])
    record(
        actor=actor, action="relief.file", subject=found, unit=found.unit, facts={"note": found.filing_note}
    )
    close_duty(kind=FILING, subject_id=found.pk, now=now, actor=actor)


# Effects of the flow: run inside perform()'s transaction.


def on_accepted(context: Context) -> None:
    context.keep(accepted_on=timezone.localdate(context.now))


def on_advanced(context: Context) -> None:
    context.keep(
        advance=True,
        level=Relief.Level.TOWNSHIP,
        amount=Decimal(str(context.data["amount"]).replace(",", "")),
    )


def on_advance_paid(context: Context) -> None:
    context.keep(**_payment(context))


def on_no_advance(context: Context) -> None:
    context.keep(advance=False, level="", amount=None)


def on_refunded(context: Context) -> None:
    """The money came back: not before it was paid. Raises Refusal."""
    day = date.fromisoformat(str(context.data["refunded_on"]))
    paid_on = context.subject.paid_on
    if (paid_on and day < paid_on) or day > timezone.localdate(context.now):
        raise Refusal("追回日期须在付款之后、今天之前（含当日）", field="refunded_on")


def on_supplemented(context: Context) -> None:
    context.keep(settled_month=context.transition.stat_month)


def on_advance_returned(context: Context) -> None:
    context.keep(settled_month=None)


def on_proposed(context: Context) -> None:
    to_county = context.step.code == "propose_county"
    context.keep(level=Relief.Level.COUNTY if to_county else Relief.Level.TOWNSHIP)


def on_approved(context: Context) -> None:
    """Keep the meeting's word and the amount. Raises Refusal for a meeting that may not decide it."""
    amount = Decimal(str(context.data["amount"]).replace(",", ""))
    context.keep(meeting=_meeting(context), amount=amount, decided_on=timezone.localdate(context.now))
    _ask_filing(context)


def on_advance_confirmed(context: Context) -> None:
    context.keep(meeting=_meeting(context), decided_on=timezone.localdate(context.now))
    _due_for_visit(context)
    _ask_filing(context)


def on_rejected(context: Context) -> None:
    context.keep(meeting=_meeting(context), decided_on=timezone.localdate(context.now))


def on_paid(context: Context) -> None:
    context.keep(**_payment(context))
    _due_for_visit(context)


def on_called_off(context: Context) -> None:
    close_duty(kind=FILING, subject_id=context.subject.pk, now=context.now, actor=context.actor)


def _ask_filing(context: Context) -> None:
    """What a township decided lies on the county's desk until it is on file (E04: 报县备案)."""
    relief, today = context.subject, timezone.localdate(context.now)
    if relief.level != Relief.Level.TOWNSHIP or relief.filed_on is not None:
        return
    days = int(at("sla.temp.file", on=today, unit=relief.unit).value)
    open_duty(
        kind=FILING, subject_id=relief.pk, unit=relief.county, permission="case.review",
        title=f"临时救助报县备案：{relief.applicant.name}（{relief.unit}）",
        url=reverse("cases:relief_filing", args=[relief.pk]), now=context.now, due_on=work_calendar().add(today, days),
    )  # fmt: skip


def on_followed_up(context: Context) -> None:
    context.keep(outcome=str(context.data["outcome"]))


def _meeting(context: Context) -> Meeting:
    meeting = deciding_meeting(context)
    if context.subject.program == Program.TEMP_SPECIAL and meeting.kind not in SPECIAL_MEETINGS:
        raise Refusal("特别救助须由一事一议会议或联席会议研究决定", field="meeting")
    return meeting


def _payment(context: Context) -> dict[str, Any]:
    relief, today = context.subject, timezone.localdate(context.now)
    paid_on = date.fromisoformat(str(context.data["paid_on"]))
    if not (relief.accepted_on or relief.applied_on) <= paid_on <= today:
        raise Refusal("到账日期须在受理之后、今天之前（含当日）", field="paid_on")
    return {
        "paid_on": paid_on,
        "voucher": str(context.data["voucher"]),
        "stat_month": max(Month.of(paid_on).first_day, context.transition.stat_month),
    }


def _due_for_visit(context: Context) -> None:
    """The household is visited again some months after the payment (E10)."""
    relief = context.subject
    months = int(at("temp.followup_months", on=relief.paid_on, unit=relief.unit).value)
    due = Month.of(relief.paid_on) + months
    context.keep(due_on=due.first_day.replace(day=min(relief.paid_on.day, due.last_day.day)))


def suggest(relief: Relief, step: Any) -> dict[str, Any]:
    """First values for what a step asks: the amount worked out, today."""
    known: dict[str, Any] = {"paid_on": timezone.localdate(), "visited_on": timezone.localdate()}
    if relief.assessment is not None:
        known["amount"] = relief.assessment.total
    return known


EFFECTS = {
    "accept": (on_accepted,),
    "advance": (on_advanced,),
    "pay_advance": (on_advance_paid,),
    "no_advance": (on_no_advance,),
    "refund": (on_refunded,),
    "call_off_town": (on_called_off,),
    "call_off_county": (on_called_off,),
    "supplement": (on_supplemented,),
    "return_advance": (on_advance_returned,),
    "propose_town": (on_proposed,),
    "propose_county": (on_proposed,),
    "approve_town": (on_approved,),
    "approve_county": (on_approved,),
    "confirm_advance": (on_advance_confirmed,),
    "deny_advance": (on_rejected,),
    "reject_town": (on_rejected,),
    "reject_county": (on_rejected,),
    "pay": (on_paid,),
    "follow_up": (on_followed_up,),
}
