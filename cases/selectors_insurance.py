"""Who is helped and how he is insured (N08). What no list spoke of is unknown, not uninsured."""

from datetime import date
from typing import Any

from django.db.models import (
    Count,
    DecimalField,
    Exists,
    OuterRef,
    Q,
    Subquery,
    Sum,
)

from cases.models import Insurance, TermMember
from salvation.domain.ages import birthday
from salvation.domain.month import Month

# Below this age nobody is insured for a pension (国发〔2014〕8号: 年满16周岁、非在校学生).
PENSION_AGE = 16
COVERED = ("INSURED", "RECEIVING")


def helped(people: Any, today: date) -> Any:
    """Of these people, those covered by a benefit this month."""
    covered = TermMember.objects.filter(person=OuterRef("pk"), months__contains=Month.of(today).first_day)
    return people.filter(Exists(covered), died_on__isnull=True)


def with_insurance(people: Any, year: int, today: date) -> Any:
    """Annotated: ``medical``, ``pension`` (standing or None), ``subsidised`` (yuan) in a year, ``pension_due``."""

    def of(kind: str, field: str) -> Subquery:
        rows = Insurance.objects.filter(person=OuterRef("pk"), kind=kind, year=year)
        return Subquery(rows.values(field)[:1])

    paid = Insurance.objects.filter(person=OuterRef("pk"), year=year).values("person")
    born_before = birthday(today, -PENSION_AGE)
    return people.annotate(
        medical=of("MEDICAL", "standing"),
        pension=of("PENSION", "standing"),
        subsidised=Subquery(
            paid.annotate(sum=Sum("subsidised")).values("sum"), output_field=DecimalField(max_digits=10, decimal_places=2)
        ),
        pension_due=Q(birth_date__lte=born_before, in_school=False),
    )  # fmt: skip


def lacking(people: Any, kind: str) -> Any:
    """Of people annotated by ``with_insurance``: 未参保 and 断缴, of pensions those old enough only."""
    if kind == "MEDICAL":
        return people.filter(medical__in=("NONE", "LAPSED"))
    return people.filter(pension_due=True, pension__in=("NONE", "LAPSED"))


def unknown(people: Any, kind: str) -> Any:
    """Of whom no list and no clerk said anything."""
    if kind == "MEDICAL":
        return people.filter(medical__isnull=True)
    return people.filter(pension_due=True, pension__isnull=True)


def by_unit(people: Any) -> Any:
    """How many of ``people`` (annotated) stand how, by unit."""
    return (
        people.values("unit__name", "unit__sort", "unit__code")
        .annotate(
            people=Count("pk"),
            medical_insured=Count("pk", filter=Q(medical__in=COVERED)),
            medical_none=Count("pk", filter=Q(medical__in=("NONE", "LAPSED"))),
            medical_unknown=Count("pk", filter=Q(medical__isnull=True)),
            pension_people=Count("pk", filter=Q(pension_due=True)),
            pension_insured=Count("pk", filter=Q(pension_due=True, pension__in=COVERED)),
            pension_none=Count("pk", filter=Q(pension_due=True, pension__in=("NONE", "LAPSED"))),
            pension_unknown=Count("pk", filter=Q(pension_due=True, pension__isnull=True)),
            paid_people=Count("pk", filter=Q(subsidised__gt=0)),
            paid=Sum("subsidised"),
        )
        .order_by("unit__sort", "unit__code")
    )
