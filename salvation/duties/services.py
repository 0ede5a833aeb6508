"""Open and close duties. Called by perform() and by the periods' jobs, inside their transactions."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from salvation.duties.models import Duty
from salvation.units.models import Unit

# Kinds of duties that tell somebody higher up of a late one: they are no late matters of their own.
ESCALATIONS: set[str] = set()


def open_duty(
    *,
    kind: str,
    subject_id: int,
    unit: Unit,
    permission: str,
    title: str,
    url: str,
    now: datetime,
    due_on: date | None,
) -> Duty:
    """One open duty per kind and subject: an older one is replaced."""
    Duty.objects.filter(kind=kind, subject_id=subject_id, done_at__isnull=True).update(done_at=now)
    return Duty.objects.create(
        kind=kind, subject_id=subject_id, unit=unit, permission=permission, title=title[:120], url=url,
        opened_at=now, due_on=due_on,
    )  # fmt: skip


def open_duties(asked: Iterable[Mapping[str, Any]]) -> None:
    """``open_duty()`` for many new subjects, of which nothing is open yet."""
    Duty.objects.bulk_create(
        Duty(
            kind=one["kind"], subject_id=one["subject_id"], unit=one["unit"], permission=one["permission"],
            title=one["title"][:120], url=one["url"], opened_at=one["now"], due_on=one["due_on"],
        )
        for one in asked
    )  # fmt: skip


def close_duty(*, kind: str, subject_id: int, now: datetime, actor: Any) -> None:
    Duty.objects.filter(kind=kind, subject_id=subject_id, done_at__isnull=True).update(
        done_at=now, done_by=actor
    )


def close_duties(*, kind: str, subjects: Collection[int], now: datetime) -> None:
    """``close_duty()`` by the system for many subjects."""
    Duty.objects.filter(kind=kind, subject_id__in=subjects, done_at__isnull=True).update(done_at=now)
