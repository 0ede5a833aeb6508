"""Today and this month, asked anew each time: a run of the tests may go on past midnight."""

from datetime import date

from django.utils import timezone

from salvation.domain.month import Month


def today() -> date:
    return timezone.localdate()


def this_month() -> Month:
    return Month.of(today())


def next_month() -> Month:
    return this_month() + 1
