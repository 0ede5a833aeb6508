"""Which cover keeps people out of which programme (02 §2.8)."""
# requirements: B22

from typing import Any

from django.db.models import QuerySet

from cases.models.choices import Program


def rivals(applications: QuerySet[Any], program: str, *, is_single: bool) -> QuerySet[Any]:
    """What of these applications in hand keeps a person from applying: 单人保 and 低保边缘 are handled side by side."""
    if is_single:
        return applications.exclude(program=Program.MARGINAL)
    if program == Program.MARGINAL:
        return applications.exclude(is_single=True)
    return applications


def hindering(covered: QuerySet[Any], program: str, *, is_single: bool) -> QuerySet[Any]:
    """What of this cover keeps people out of a programme (02 §2.8): 单人保 and 低保边缘 of a family stand side by side."""
    if is_single:
        return covered.exclude(term__benefit__program=Program.MARGINAL)
    if program == Program.MARGINAL:
        return covered.exclude(term__benefit__is_single=True)
    return covered
