"""The clock over a whole flow (02 §2.9, B18): started, paused, resumed, extended; its end is the subject's total_due_on."""
# requirements: B18

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.flow.clock import work_calendar
from salvation.flow.models import Clocked
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at

register(clock__extend="延长办理时限")

WRITTEN = ["clock_from", "clock_days", "paused_on", "paused_days", "extension", "total_due_on"]


def start_clock(subject: Clocked, *, parameter: str, on: date) -> None:
    """Begin to count: the day ``on`` itself does not count. ``parameter`` names the limit in working days."""
    subject.clock_from = on
    subject.clock_days = int(at(parameter, on=on, unit=subject.flow_unit).value)
    _settle(subject)


def keep_time(subject: Clocked, *, step: str, before: str, on: date) -> None:
    """What a step means for a running clock: pause, resume, a ground for extension. Called by ``perform()``."""
    clock = subject.flow.clock
    if clock is None or subject.clock_from is None:
        return
    stood, stands = before in clock.pauses, subject.state in clock.pauses
    if stands and not stood:
        subject.paused_on = on
    elif stood and not stands and subject.paused_on:
        subject.paused_days += work_calendar().between(subject.paused_on, on)
        subject.paused_on = None
    if (ground := clock.grounded_by.get(step)) and not subject.extension:
        _extend(subject, ground)
    _settle(subject)


@transaction.atomic
def extend_clock(*, subject: Clocked, ground: str, note: str, actor: Any, now: datetime) -> None:
    """Extend the total limit on a legal ground, once. Raises Refusal, Http404, PermissionDenied."""
    clock = subject.flow.clock
    if clock is None:
        raise Refusal(f"{subject.flow.label}没有总时限，不需要延长")
    rows = type(subject)._default_manager.select_for_update(of=("self",))
    locked: Clocked = get_visible(rows, actor, pk=subject.pk)
    require(actor, clock.permission, locked.flow_unit)
    if reason := why_not_extend(locked):
        raise Refusal(reason)
    if ground not in dict(clock.grounds):
        raise Refusal("请选择法定的延长情形", rule=clock.basis, field="ground")
    if len(note.strip()) < 2:
        raise Refusal("请写明延长的具体情况（不少于2个字）", field="note")
    _extend(locked, ground)
    locked.extension_note, locked.extended_at, locked.extended_by = note.strip()[:300], now, actor
    locked.save(update_fields=["extension_note", "extended_at", "extended_by"])
    _settle(locked)
    facts = {"ground": dict(clock.grounds)[ground], "due": str(locked.total_due_on)}
    record(actor=actor, action="clock.extend", subject=locked, unit=locked.flow_unit, facts=facts)
    subject.refresh_from_db()


def why_not_extend(subject: Clocked) -> str:
    """Why the limit cannot be extended now; empty when it can."""
    if subject.clock_from is None:
        return "该件还没有开始计时，不需要延长"
    if subject.state in subject.flow.ended:
        return f"该件已是“{subject.get_state_display()}”，不能再延长时限"
    if subject.extension:
        return f"该件已按“{subject.get_extension_display()}”延长过一次，不能再延长"
    return ""


def _extend(subject: Clocked, ground: str) -> None:
    """From the same starting day, the longer limit; never a shorter one."""
    start = subject.clock_from or timezone.localdate()
    longer = int(at(subject.extended_limit, on=start, unit=subject.flow_unit).value)
    subject.extension, subject.clock_days = ground, max(longer, subject.clock_days or 0)


def _settle(subject: Clocked) -> None:
    if subject.clock_from is not None and subject.clock_days is not None:
        days = subject.clock_days + subject.paused_days
        subject.total_due_on = work_calendar().add(subject.clock_from, days)
    subject.save(update_fields=WRITTEN)
