"""Ask for a core check, start it, report, tell the family, look again after an objection (B07)."""
# requirements: B07

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import checklist
from cases.models import Application, CheckedPerson, CheckRequest, CheckResult, ReviewTask
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.duties.services import close_duties
from salvation.flow.clock import due_date
from salvation.flow.engine import begin, perform
from salvation.flow.numbers import next_number
from salvation.flow.table import Context, Deadline, Step
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at

register(check__read="查看核对报告", check__answer="登记核对结果")

TO_START = Deadline("sla.check.start")
UNREPORTED = ("REQUESTED", "STARTED", "OBJECTED")
ASKABLE = frozenset({"ACCEPTED", "SURVEYING", "TOWN_REVIEW", "OBJECTION", "COUNTY_REVIEW", "TOWN_CONFIRM"})


@transaction.atomic
def request_check(*, application: Application, actor: Any, now: datetime) -> CheckRequest:
    """Ask the county for a check of everybody who signed. Raises Refusal without every authorisation."""
    require(actor, "check.request", application.unit)
    making_up = application.state == "CONFIRMED" and application.emergency_id is not None
    if application.state not in ASKABLE and not making_up and not under_review(application):
        raise Refusal(f"该件现在是“{application.get_state_display()}”，受理后、决定前才能提请核对")
    today = timezone.localdate(now)
    signers = checklist.signers(application, on=today)
    lacking = [signer.name for signer in signers if signer.row is None]
    if lacking:
        raise Refusal(
            f"{'、'.join(lacking[:6])}没有有效的核对授权书，不得提请核对；请先登记授权", rule="002 第27条"
        )
    request = CheckRequest(
        no=next_number(f"H{application.unit.code}{today:%y}"), application=application, county=application.county,
        unit=application.unit, requested_by=actor, requested_on=today, due_on=due_date(TO_START, start=today, unit=application.unit),
    )  # fmt: skip
    try:
        with transaction.atomic():
            begin(request, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal("本件已有办理中的核对，请在“核对”中查看") from error
    CheckedPerson.objects.bulk_create(_asked(request, signer) for signer in signers)
    return request


def under_review(application: Application) -> bool:
    """Confirmed, and the family's review is due: the departments are asked once more (C03)."""
    waiting = ReviewTask.objects.filter(benefit__household=application.household_id, done_on__isnull=True)
    return application.state == "CONFIRMED" and waiting.exists()


def _asked(request: CheckRequest, signer: checklist.Signer) -> CheckedPerson:
    if signer.member is None:
        return CheckedPerson(
            request=request, name=signer.name, relation="法定义务人", id_no=_plain(signer.row.id_no),
            id_index=signer.row.id_index, authorisation=signer.row,
        )  # fmt: skip
    person = signer.member.person
    return CheckedPerson(
        request=request, person=person, name=person.name, relation=signer.member.get_relation_display(),
        id_no=_plain(person.id_no), id_index=person.id_index, authorisation=signer.row,
    )  # fmt: skip


def _plain(sealed: Any) -> str | None:
    return sealed.plain() if sealed else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one department says of one person of a request (by his place in the request)."""

    person_id: int
    department: str
    finding: str
    amount: Decimal | None = None
    suspicious: bool = False
    as_of: date | None = None


@transaction.atomic
def record_answers(*, request: CheckRequest, answers: Iterable[Answer], actor: Any) -> int:
    """Keep answers in the present round; returns how many. Raises Refusal when the request is not being checked."""
    require(actor, "check.issue", request.unit)
    locked = CheckRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state not in {"STARTED", "OBJECTED"}:
        raise Refusal(f"提请 {locked.no} 现在是“{locked.get_state_display()}”，启动后、出报告前才能登记结果")
    people = set(locked.people.values_list("pk", flat=True))
    given = list(answers)
    if any(answer.person_id not in people for answer in given):
        raise Refusal(f"核对结果中有人不在提请 {locked.no} 的名单里，请核对")
    made = CheckResult.objects.bulk_create(
        CheckResult(request=locked, person_id=answer.person_id, round=locked.round, department=answer.department,
                    finding=answer.finding, amount=answer.amount, suspicious=answer.suspicious, as_of=answer.as_of,
                    recorded_by=actor)
        for answer in given
    )  # fmt: skip
    facts = {"rows": len(made), "round": locked.round}
    record(actor=actor, action="check.answer", subject=locked, unit=locked.unit, facts=facts)
    return len(made)


# Effects.


def on_started(context: Context) -> None:
    context.subject.started_on = timezone.localdate(context.now)
    context.subject.save(update_fields=["started_on"])


def on_reported(context: Context) -> None:
    """A report holds for the days of the parameter, from the day it was issued."""
    request = context.subject
    today = timezone.localdate(context.now)
    days = int(at("check.valid_days", on=today, unit=request.unit).value)
    request.reported_on, request.valid_until = today, today + timedelta(days=days)
    request.summary = str(context.data["summary"])
    request.save(update_fields=["reported_on", "valid_until", "summary"])


def on_objected(context: Context) -> None:
    """The departments are asked again; what they said before stays."""
    context.subject.round += 1
    context.subject.save(update_fields=["round"])


def suggest(request: CheckRequest, step: Step) -> dict[str, Any]:
    """First values of what a step asks: today, the applicant, what the departments found suspicious."""
    if step.code == "tell":
        return {"told_on": timezone.localdate(), "told_to": request.application.applicant.name}
    rows = request.results.filter(round=request.round, suspicious=True).select_related("person")
    found = [f"{row.person.name}：{row.get_department_display()}，{row.finding.plain()}" for row in rows]
    return {"summary": "\n".join(found) or "各部门反馈与申报一致，未发现疑点。"}


def on_application_ended(context: Context) -> None:
    """Nobody is looked into any longer for an application that is over; what waited for its family waits no more."""
    for request in context.subject.checks.filter(state__in=UNREPORTED):
        perform(subject=request, step="lapse", actor=None, now=context.now)
    told = context.subject.checks.filter(state__in=("FAILED", "TOLD")).values_list("pk", flat=True)
    close_duties(kind=CheckRequest.flow.code, subjects=list(told), now=context.now)


def on_application_confirmed(context: Context) -> None:
    """Granted although a report spoke against it (一事一议): nobody waits for an objection any longer."""
    told = context.subject.checks.filter(state="TOLD").values_list("pk", flat=True)
    close_duties(kind=CheckRequest.flow.code, subjects=list(told), now=context.now)


APPLICATION = {
    **dict.fromkeys(
        ("decline", "reject_county", "reject_town", "withdraw", "terminate"), (on_application_ended,)
    ),
    **dict.fromkeys(("confirm_county", "confirm_town"), (on_application_confirmed,)),
}
EFFECTS = {
    "start": (on_started,),
    "conforms": (on_reported,),
    "fails": (on_reported,),
    "object": (on_objected,),
}
