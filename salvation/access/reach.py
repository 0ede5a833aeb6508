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
    trees = [Q(path__startswith=unit.path) for unit in units if unit.kind != Unit.Kind.VILLAGE]
    if not trees:
        return Reach(frozenset(), villages)
    below = Unit.objects.filter(reduce(or_, trees)).exclude(kind=Unit.Kind.VILLAGE)
    return Reach(frozenset(below.values_list("pk", flat=True)), villages)
