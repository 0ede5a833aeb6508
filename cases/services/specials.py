"""Propose, resolve and carry out 一事一议 (B16)."""
# requirements: B16

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import checklist
from cases.models import Application, SpecialDeliberation
from cases.models.choices import TEKUN
from cases.services.benefits import Share
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.domain.money import CENT
from salvation.flow.engine import begin, perform
from salvation.flow.numbers import next_number
from salvation.flow.table import Context, Step
from salvation.parameters.book import at
from salvation.registers.models import Meeting
from salvation.units.services import county_of

# While the township has it before it; what is confirmed later must have been noticed.
PROPOSABLE = ("SURVEYING", "TOWN_REVIEW")
KINDS = (Meeting.Kind.SPECIAL, Meeting.Kind.JOINT)


@transaction.atomic
def propose_special(
    *, application: Application, difficulty: str, proposed: str, basis: str, actor: Any, now: datetime
) -> SpecialDeliberation:
    """Draw the form up. Raises Refusal for a case not assessed yet, decided, or deliberated already."""
    require(actor, "case.submit", application.unit)
    if application.state not in PROPOSABLE:
        raise Refusal(
            f"该件现在是“{application.get_state_display()}”；入户调查之后、公示之前才能申报一事一议，"
            "已报确认的请先退回乡镇初审"
        )
    if application.assessment is None:
        raise Refusal("请先核算；一事一议须写明按常规核算为什么不能纳入")
    county = application.county
    special = SpecialDeliberation(
        no=next_number(f"YSYY{county.code}{timezone.localdate(now).year}-", digits=4), application=application,
        county=county, unit=application.unit, difficulty=difficulty.strip(), proposed=proposed, basis=basis.strip(),
        filed_on=timezone.localdate(now), created_by=actor,
    )  # fmt: skip
    try:
        with transaction.atomic():
            begin(special, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal("本件已有一事一议，请打开原来的那一件") from error
    return special


def _meeting(context: Context) -> Meeting:
    """The meeting named: of the right kind, of this county, after the filing, with a quorum. Raises Refusal."""
    subject, today = context.subject, timezone.localdate(context.now)
    raw = str(context.data.get("meeting", ""))
    if not raw.isdecimal():
        raise Refusal("请选择会议", field="meeting")
    meeting: Meeting = get_visible(Meeting.objects, context.actor, pk=int(raw))
    if meeting.kind not in KINDS:
        raise Refusal(
            f"“{meeting}”是{meeting.get_kind_display()}；须由一事一议会议或联席会议研究（000 第73条）",
            field="meeting",
        )
    if county_of(meeting.unit) != subject.county:
        raise Refusal("会议不属于本县", field="meeting")
    if not subject.filed_on <= meeting.held_on <= today:
        raise Refusal("会议日期须在申报之后、今天之前（含当日）", field="meeting")
    quorum = int(at("panel.quorum", on=today, unit=subject.county).value)
    if meeting.attending < quorum:
        raise Refusal(f"会议到会{meeting.attending}人（回避人不计），不足{quorum}人", field="meeting")
    return meeting


# Effects.


def on_checked(context: Context) -> None:
    context.subject.opinion = str(context.data["opinion"])
    context.subject.save(update_fields=["opinion"])


def on_decided(context: Context) -> None:
    """Keep what the meeting said; an agreement names programme, amount and its end. Raises Refusal."""
    subject, data = context.subject, context.data
    subject.meeting, subject.reason = _meeting(context), context.comment
    subject.decided_on = timezone.localdate(context.now)
    subject.stat_month = context.transition.stat_month
    assessment = subject.application.assessment
    subject.calculated = assessment.total if assessment else None
    if context.step.code == "agree":
        subject.program = str(data["program"])
        subject.amount = Decimal(str(data.get("amount") or "0").replace(",", ""))
        given = data["valid_until"]
        subject.valid_until = given if isinstance(given, date) else date.fromisoformat(str(given))
    subject.save()


def on_application_ended(context: Context) -> None:
    """No meeting is asked about an application that is over."""
    for special in context.subject.specials.filter(state__in=("DRAFT", "CHECKING", "MEETING")):
        perform(subject=special, step="lapse", actor=None, now=context.now)


APPLICATION = dict.fromkeys(
    ("decline", "reject_county", "reject_town", "withdraw", "terminate"), (on_application_ended,)
)
EFFECTS = {"check": (on_checked,), "agree": (on_decided,), "refuse": (on_decided,)}


def suggest(special: SpecialDeliberation, step: Step) -> dict[str, Any]:
    """First values: the programme proposed."""
    return {"program": special.proposed}


def shares_agreed(application: Application, program: str, amount: Decimal) -> Sequence[Share]:
    """The meeting's amount in equal parts to those covered, in full cents; what is left goes to the first."""
    if application.is_single or program in TEKUN:
        people = [application.applicant_id]
    else:
        people = [member.person_id for member in checklist.members_of(application)]
    each = (amount / len(people)).quantize(CENT, ROUND_DOWN)
    first = amount - each * (len(people) - 1)
    return [Share(person, each if place else first) for place, person in enumerate(people)]
