"""How people on 特困 stand with their care: who lacks what, today (R38). Set-based."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from cases.models import (
    CareAgreement,
    CareAssessment,
    CareWish,
    MedicalContract,
    SupportCertificate,
    TermMember,
)
from cases.models.choices import TEKUN, Program
from cases.services.residences import queued
from cases.services.visits import planned_per_month, qualified
from salvation.domain.month import Month
from salvation.parameters.book import Book
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.web.desk import counted

MISSING = (
    ("assessment", "没有有效评定"),
    ("agreement", "分散供养没有有效协议"),
    ("visit", "本月巡访次数不足"),
    ("contract", "没有定点医疗签约"),
    ("certificate", "没有供养证"),
)


def _covered(today: date, unit: Unit) -> Any:
    """Who is on 特困 this month. ``unit``: whose county's benefits are looked through."""
    members = TermMember.objects.filter(
        months__contains=Month.of(today).first_day, term__benefit__program__in=TEKUN
    )
    county = county_of(unit)
    return members.filter(term__benefit__unit__county=county) if county else members


def supported(people: Any, today: date, unit: Unit) -> Any:
    """Of these people, those on 特困 this month, and those confirmed for the months to come.

    ``unit``: whose county's benefits are looked through.
    """
    members = TermMember.objects.filter(
        months__startswith__gt=Month.of(today).first_day, term__benefit__program__in=TEKUN
    )
    county = county_of(unit)
    coming = members.filter(term__benefit__unit__county=county) if county else members
    return people.filter(Q(pk__in=_covered(today, unit).values("person")) | Q(pk__in=coming.values("person")))


def with_care(people: Any, today: date, unit: Unit) -> Any:
    """Their programme, level, and what is valid today, as columns. ``unit``: whose parameters say how often to visit."""
    month = Month.of(today).first_day
    covered = TermMember.objects.filter(
        person=OuterRef("pk"), months__overlap=(month, None), term__benefit__program__in=TEKUN
    ).order_by("months")
    found = people.annotate(
        program=Subquery(covered.values("term__benefit__program")[:1]),
        since=Subquery(covered.values("term__benefit__first_month")[:1]),
    )
    return _with_records(found, "pk", today, unit)


def _with_records(rows: Any, person: str, today: date, unit: Unit) -> Any:
    """What is recorded of the ``person`` of each row, with what must be by the parameters of ``unit``."""
    mine = Q(person=OuterRef(person))
    assessed = CareAssessment.objects.filter(mine).order_by("-assessed_on", "-pk")
    during = Q(from_on__lte=today, until_on__gte=today)
    agreement = CareAgreement.objects.filter(mine, during)
    visits = qualified(Month.of(today)).filter(mine)
    made = visits.order_by().values("person").annotate(n=Count("pk")).values("n")
    book = Book(unit=unit, on=today)
    return rows.annotate(
        level=Subquery(assessed.values("level")[:1]),
        next_on=Subquery(assessed.values("next_on")[:1]),
        agreed_until=Subquery(agreement.values("until_on")[:1]),
        caregiver=Subquery(agreement.values("caregiver__name")[:1]),
        visits=Coalesce(Subquery(made[:1], output_field=IntegerField()), 0),
        contracted=Exists(MedicalContract.objects.filter(mine, during, kind="ORDINARY")),
        certified=Exists(SupportCertificate.objects.filter(mine, collected_on__isnull=True)),
    ).annotate(planned=planned_per_month(book), agreement_due=_agreement_due(book))


def _agreement_due(book: Book) -> Case:
    """Whether somebody supported at home must have an agreement by now: some days after support began."""
    begun = book.on - timedelta(days=int(book["agreement.sign_days"]))
    home = When(
        program=Program.TEKUN_DISPERSED, since__lte=begun, then=Value(bool(book["agreement.required"]))
    )
    return Case(home, default=Value(False), output_field=BooleanField())


def _lacks(today: date) -> dict[str, Q]:
    return {
        "assessment": Q(next_on__isnull=True) | Q(next_on__lte=today),
        "agreement": Q(agreement_due=True, agreed_until__isnull=True),
        "visit": Q(program=Program.TEKUN_DISPERSED, since__lte=today, visits__lt=F("planned")),
        "contract": Q(contracted=False),
        "certificate": Q(certified=False),
    }


def lacking(people: Any, what: str, today: date) -> Any:
    """Of people ``with_care``, those without one thing."""
    wrong = _lacks(today).get(what)
    return people if wrong is None else people.filter(wrong)


def missing_counts(people: Any, whats: Iterable[str], today: date, unit: Unit) -> dict[str, int]:
    """How many of these people who are on 特困 lack each thing: one statement, from their benefits on."""
    rows = _covered(today, unit).filter(person__in=people)
    named = rows.annotate(program=F("term__benefit__program"), since=F("term__benefit__first_month"))
    return counted(
        _with_records(named, "person_id", today, unit), **{what: _lacks(today)[what] for what in whats}
    )


def waiting_wishes(user: Any, today: date) -> Any:
    """Wishes for an institution that are not met yet."""
    return queued(CareWish.objects.visible_to(user), today)
