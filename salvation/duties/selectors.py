"""What waits for a person: open duties of his units for which he holds the permission."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from salvation.access.models import recused_rows
from salvation.access.reach import reach_of
from salvation.accounts.roles import ROLES
from salvation.duties.models import Duty
from salvation.duties.services import ESCALATIONS
from salvation.flow.models import FlowSubject
from salvation.units.models import Unit

LOCAL = (Unit.Kind.TOWN, Unit.Kind.VILLAGE)
TOWNS_OWN = frozenset[str]().union(
    *(role.permissions for role in ROLES.values() if Unit.Kind.TOWN in role.kinds)
)


def duties_for(user: Any) -> QuerySet[Duty]:
    """Open duties, earliest deadline first; those without a deadline last."""
    # Most permissions of a person reach the same units: one condition for all of these together.
    alike: dict[frozenset[int], list[str]] = {}
    for permission in sorted(user.permission_codes):
        units = reach_of(user, permission).units
        if units:
            alike.setdefault(units, []).append(permission)
    if not alike:
        return Duty.objects.none()
    parts = [Q(permission__in=permissions, unit__in=units) for units, permissions in alike.items()]
    waiting = Duty.objects.filter(reduce(or_, parts), done_at__isnull=True)
    if all(post.unit.kind not in LOCAL for post in user.current_posts):
        # A county may do what its townships do, and sees it in the calendar; to do it is the township's.
        waiting = waiting.exclude(unit__kind=Unit.Kind.TOWN, permission__in=TOWNS_OWN)
    return _of_others(waiting, user).select_related("unit").order_by("due_on", "opened_at", "id")


def duties_overseen(user: Any) -> QuerySet[Duty]:
    """What a person sees in the calendar: his own duties, and of units he oversees everybody's."""
    own = duties_for(user)
    reach = reach_of(user, "duty.oversee")
    if not reach.units:
        return own
    waiting = Duty.objects.filter(unit__in=reach.units, done_at__isnull=True).exclude(kind__in=ESCALATIONS)
    return _of_others(waiting, user).select_related("unit").order_by("due_on", "opened_at", "id")


def _of_others(waiting: QuerySet[Duty], user: Any) -> QuerySet[Duty]:
    """Files of oneself and of relatives, and the documents about them, are others' work (回避)."""
    for model, hidden in recused_rows(user):
        kind = model.flow.code if issubclass(model, FlowSubject) else getattr(model, "duty_kind", "")
        if kind:
            waiting = waiting.exclude(kind=kind, subject_id__in=hidden)
    return waiting


def light(due_on: date | None, today: date) -> str:
    """late, today, soon (within three days), later or none."""
    if due_on is None:
        return "none"
    days = (due_on - today).days
    if days < 0:
        return "late"
    if days == 0:
        return "today"
    return "soon" if days <= 3 else "later"
