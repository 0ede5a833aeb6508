"""无纸化审核审批 (B23): a county's switch, and what it puts on papers. Off, everything is as it was on paper."""
# requirements: B23

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from salvation.documents.official import Paper
from salvation.flow.engine import history
from salvation.flow.models import FlowSubject
from salvation.parameters.book import at
from salvation.parameters.registry import Parameter
from salvation.units.models import Unit

KEY = "paperless.on"
PARAMETERS = (
    Parameter(
        KEY, "无纸化审核审批", "bool", False, "004 第9条、第12条、第13条；是否启用由县局规定", "原文",
    ),
)  # fmt: skip
# As many steps as fit under a form.
SHOWN_STEPS = 8


def paperless(unit: Unit, on: date) -> bool:
    """Whether the unit's county examines and approves without paper on a day."""
    return bool(at(KEY, on=on, unit=unit).value)


def signed(paper: Paper, *, unit: Unit, actor: Any, now: datetime) -> Paper:
    """A 文书 that is issued electronically: who signed it and when, with the place of the electronic seal."""
    if not paperless(unit, timezone.localdate(now)):
        return paper
    who = str(actor) if actor is not None else "按审核确认流程出具"
    return replace(paper, signatures=(f"电子签名：{who}　{timezone.localtime(now):%Y-%m-%d %H:%M}",))


def with_steps(paper: Paper, subject: Any, *, on: date) -> Paper:
    """A form of a record: the steps taken in the system so far stand for signatures on paper."""
    if not isinstance(subject, FlowSubject) or not paperless(subject.flow_unit, on):
        return paper
    taken = [entry for entry in history(subject) if entry.actor is not None][-SHOWN_STEPS:]
    lines = tuple(
        f"电子签名：{subject.flow.step(entry.step).label}　{entry.actor}　{timezone.localtime(entry.at):%Y-%m-%d %H:%M}"
        for entry in taken
    )
    return replace(paper, signatures=lines)
