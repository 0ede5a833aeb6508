"""Who has a reason of 单人保 and gets neither 低保 nor 特困 (B22)."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cases.models import Application, TermMember
from cases.models.choices import PAID, Disability, Program
from salvation.domain.month import Month

SEVERE = Q(disability_level__in=(1, 2))
MIND = Q(disability_level=3, disability_kind__in=(Disability.INTELLECT, Disability.MENTAL))
ILL = Q(critical_illness=True)


def screened(people: Any) -> Any:
    """Of these people, those with a reason and without 低保 or 特困 this month; ``marginal``, ``applying`` annotated."""
    month = Month.of(timezone.localdate()).first_day
    covered = TermMember.objects.filter(person=OuterRef("pk"), months__contains=month)
    paid = [program.value for program in PAID]
    waiting = Application.objects.filter(
        Q(applicant=OuterRef("pk"))
        | Q(household__members__person=OuterRef("pk"), household__members__left_on__isnull=True)
    ).exclude(state__in=Application.flow.ended)
    return people.filter(SEVERE | MIND | ILL, died_on__isnull=True).filter(
        ~Exists(covered.filter(term__benefit__program__in=paid))
    ).annotate(
        marginal=Exists(covered.filter(term__benefit__program=Program.MARGINAL.value)), applying=Exists(waiting)
    )  # fmt: skip
