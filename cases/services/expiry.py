"""Recognitions whose time has run out (低保边缘, 刚性支出, 一事一议): the exit is written down, as of any other stop.

Their ranges end by themselves; what is missing is who left, and in which month the statistics count it (04 §4.4).
"""
# requirements: B30, C06

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, ChangeOrder, ChangePerson
from cases.models.choices import ChangeKind, StopReason
from cases.services.orders import other_benefits
from cases.services.single_cover import rejoin_family
from salvation.domain.month import Month
from salvation.flow.engine import begin_all, stat_month
from salvation.flow.numbers import next_numbers
from salvation.flow.table import Context
from salvation.units.models import Unit

ZERO = Decimal("0.00")
WORDS = "认定有效期满，自动终止；仍有困难的可以重新申请"


@transaction.atomic
def end_recognitions(*, county: Unit, on: date, now: datetime) -> int:
    """Write the exits of benefits that ended by themselves by ``on``; returns how many. Done twice it adds nothing."""
    written = ChangeOrder.objects.filter(benefit=OuterRef("pk"), effective_month=OuterRef("stop_month"))
    over = Benefit.objects.filter(
        county=county, stop_reason=StopReason.EXPIRED, stop_month__lte=Month.of(on).first_day
    ).exclude(Exists(written.filter(kind=ChangeKind.STOP, state__in=("EFFECTIVE", "MERGED"))))
    last = (
        BenefitTerm.objects.filter(benefit__in=over, months__endswith=F("benefit__stop_month"))
        .select_related("benefit__unit__county", "benefit__county", "benefit__village", "benefit__household")
        .prefetch_related("covered")
        .order_by("benefit__unit", "benefit")
    )
    orders: list[ChangeOrder] = []
    stat, terms = stat_month(county, now), list(last)
    for _, of_unit in groupby(terms, key=lambda term: term.benefit.unit_id):
        orders += _exits(list(of_unit), stat, now)
    begin_all(orders, step="expire", now=now)
    ChangePerson.objects.bulk_create(
        ChangePerson(order=order, person_id=row.person_id, leaves=True)
        for order, term in zip(orders, terms, strict=True)
        for row in term.covered.all()
    )
    return len(orders)


def _exits(terms: Sequence[BenefitTerm], stat: Any, now: datetime) -> list[ChangeOrder]:
    """One order a benefit of a unit."""
    prefix = f"B{terms[0].benefit.unit.code}-{timezone.localtime(now).year}-"
    numbers = next_numbers(prefix, len(terms))
    return [
        ChangeOrder(
            no=number, kind=ChangeKind.STOP, benefit=term.benefit, county=term.benefit.county, unit=term.benefit.unit,
            village=term.benefit.village, effective_month=term.months.upper, stop_reason=StopReason.EXPIRED,
            old_total=term.total, new_total=ZERO, reason=WORDS, stat_month=stat, demo=term.benefit.demo,
            household_out=not other_benefits(term.benefit, Month.of(term.months.upper)),
        )
        for number, term in zip(numbers, terms, strict=True)
    ]  # fmt: skip


def on_expired(context: Context) -> None:
    """Whoever had 低保 alone for a time is again one of his family."""
    order = context.subject
    rejoin_family(order.benefit, Month.of(order.effective_month), context.actor)


EFFECTS = {"expire": (on_expired,)}
