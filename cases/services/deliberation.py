"""Register objections and deliberations; what the village said stands with the application (B11, B13)."""
# requirements: B11, B13

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Application, DemocraticReview, Objection
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record

register(debate__record="登记民主评议")


def on_objected(context: Context) -> None:
    """Keep the objection; an anonymous one is heard too (B13)."""
    Objection.objects.create(
        application=context.subject,
        raised_on=timezone.localdate(context.now),
        objector=str(context.data.get("objector") or ""),
        content=context.comment,
        recorded_by=context.actor,
    )


def on_answered(context: Context) -> None:
    """Close what was open with the handling and its conclusion."""
    context.subject.objections.filter(closed_on__isnull=True).update(
        handling=context.comment,
        conclusion=str(context.data.get("conclusion") or ""),
        closed_on=timezone.localdate(context.now),
    )


@transaction.atomic
def record_debate(
    *,
    application: Application,
    held_on: date,
    place: str,
    host: str,
    due: int,
    present: int,
    agree: int,
    disagree: int,
    abstain: int,
    conclusion: str,
    actor: Any,
) -> DemocraticReview:
    """Keep a deliberation. Raises Refusal below two thirds of the representatives or where votes do not add up."""
    require(actor, "case.survey", application.village)
    if application.state not in {"SURVEYING", "OBJECTION"}:
        raise Refusal(f"该件现在是“{application.get_state_display()}”，入户调查或异议复核时才能登记民主评议")
    if held_on > timezone.localdate():
        raise Refusal("评议日期不能晚于今天", field="held_on")
    if present > due or present * 3 < due * 2:
        raise Refusal(f"应到{due}人，实到{present}人；实到须在三分之二以上、不多于应到", field="present")
    if agree + disagree + abstain != present:
        raise Refusal(f"票数合计 {agree + disagree + abstain}，与实到 {present} 人不符", field="agree")
    made = DemocraticReview.objects.create(
        application=application, held_on=held_on, place=place, host=host, due=due, present=present, agree=agree,
        disagree=disagree, abstain=abstain, conclusion=conclusion, recorded_by=actor,
    )  # fmt: skip
    facts = {"agree": agree, "disagree": disagree}
    record(actor=actor, action="debate.record", subject=application, unit=application.unit, facts=facts)
    return made


EFFECTS = {"object": (on_objected,), "answer": (on_answered,)}
