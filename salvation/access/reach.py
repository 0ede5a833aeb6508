"""How far a person sees: the units and villages of his current posts that carry a permission."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from salvation.accounts.roles import ROLES
from salvation.units.models import Unit


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids of reporting units (and the counties above them) and of single villages."""

    units: frozenset[int]
    villages: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.units or self.villages)


NOWHERE = Reach(frozenset(), frozenset())


def reach_of(user: Any, permission: str) -> Reach:
    """Where ``user`` holds ``permission`` today; nowhere without a current post. Cached on the loaded account."""
    if user is None or not user.is_authenticated or not user.is_active:
        return NOWHERE
    cache: dict[str, Reach] = user.__dict__.setdefault("_reach", {})
    if permission not in cache:
        cache[permission] = _reach(user, permission)
    return cache[permission]


def _reach(user: Any, permission: str) -> Reach:
    units = [post.unit for post in user.current_posts if permission in ROLES[post.role].permissions]
    villages = frozenset(unit.pk for unit in units if unit.kind == Unit.Kind.VILLAGE)
    roots = frozenset(unit.path for unit in units if unit.kind != Unit.Kind.VILLAGE)
    return Reach(_below(user, roots), villages)


def _below(user: Any, roots: frozenset[str]) -> frozenset[int]:
    """Units under ``roots``. Most permissions of a person share their roots: one query, not one a permission."""
    cache: dict[frozenset[str], frozenset[int]] = user.__dict__.setdefault("_units_below", {})
    if roots and roots not in cache:
        under = reduce(or_, (Q(path__startswith=root) for root in roots))
        below = Unit.objects.filter(under).exclude(kind=Unit.Kind.VILLAGE)
        cache[roots] = frozenset(below.values_list("pk", flat=True))
    return cache.get(roots, frozenset())
