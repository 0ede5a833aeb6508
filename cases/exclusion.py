"""Which cover keeps people out of which programme (02 §2.8)."""
# requirements: B22, B30

from typing import Any

from django.db.models import Q, QuerySet

from cases.models.choices import TEKUN, Program, StopReason
from salvation.domain.month import Month

# So many months before a recognition ends it may be applied for anew (满期重新申请): the way takes up to 45 working days.
AHEAD = 3


def rivals(applications: QuerySet[Any], program: str, *, is_single: bool) -> QuerySet[Any]:
    """What of these applications in hand keeps a person from applying: 单人保 and 低保边缘 are handled side by side."""
    if is_single:
        return applications.exclude(program=Program.MARGINAL)
    if program == Program.MARGINAL:
        return applications.exclude(is_single=True)
    return applications


def replaced(household: Any, converts: int | None, program: str, *, is_single: bool) -> QuerySet[Any]:
    """The benefits whose place a conversion takes: the one it names; one of the whole family, 单人保 and 边缘 of it too."""
    own = Q(pk=converts)
    if converts and not is_single and program not in TEKUN:
        own |= Q(program=Program.MARGINAL)
        if program != Program.MARGINAL:
            own |= Q(is_single=True)
    found: QuerySet[Any] = household.benefits.filter(own)
    return found


def hindering(covered: QuerySet[Any], program: str, *, is_single: bool, coming: Month) -> QuerySet[Any]:
    """What of this cover keeps people out of a programme (02 §2.8): 单人保 and 低保边缘 of a family stand side by side.

    ``coming``: the first month that a new benefit could have. What ends by itself soon after is only being renewed.
    """
    covered = covered.exclude(pk__in=renewed(covered, program, until=coming + (AHEAD - 1)).values("pk"))
    if is_single:
        return covered.exclude(term__benefit__program=Program.MARGINAL)
    if program == Program.MARGINAL:
        return covered.exclude(term__benefit__is_single=True)
    return covered


def renewed(covered: QuerySet[Any], program: str, *, until: Month) -> QuerySet[Any]:
    """Of this cover, what ends by itself (认定有效期满) by the first day of ``until``, of the same programme."""
    return covered.filter(
        term__benefit__program=program,
        term__benefit__stop_reason=StopReason.EXPIRED,
        term__benefit__stop_month__lte=until.first_day,
    )
