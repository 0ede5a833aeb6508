"""What the register already knows about the people of a roster: a handful of queries for any number of rows."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from cases.models import BenefitTerm, Household, Member, PayAccount, Person, TermMember
from salvation.domain.month import Month
from salvation.units.models import Unit

PORTION = 5000


@dataclass(frozen=True, slots=True)
class Cover:
    """A person's cover at or after the month of the import."""

    program: str
    term: int
    household: int
    unit_path: str
    from_month: date

    def holds_in(self, month: Month) -> bool:
        return self.from_month <= month.first_day


@dataclass(slots=True)
class KnownPerson:
    pk: int
    name: str
    died_on: date | None
    unit_path: str
    village: int
    household: int | None = None
    covers: list[Cover] = field(default_factory=list)


@dataclass(slots=True)
class KnownHousehold:
    pk: int
    no: str
    head: int
    unit_path: str
    village: int
    members: set[int] = field(default_factory=set)
    has_account: bool = False
    # The programme that helps the whole family in or after the month of the import.
    helped_by: str = ""


@dataclass(slots=True)
class KnownTerm:
    """A benefit in force: its monthly total (yuan) and the people it covers."""

    pk: int
    household: int
    household_no: str
    head_name: str
    total: Decimal
    covered: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Known:
    people: dict[UUID, KnownPerson]
    households: dict[int, KnownHousehold]
    by_number: dict[tuple[int, str], int]
    terms: dict[int, KnownTerm]


def known_to_register(
    indexes: Collection[UUID],
    numbers: Collection[str],
    unit: Unit,
    month: Month,
    terms: dict[int, "KnownTerm"],
) -> Known:
    """Look up people by blind index, their households and covers, and household numbers of this unit; `terms` are
    the benefits in force, which are the same for the whole file."""
    people = _people(indexes)
    by_pk = {person.pk: person for person in people.values()}
    _add_households(by_pk)
    _add_covers(by_pk, month)
    households = _households({person.household for person in by_pk.values() if person.household}, month)
    own = Household.objects.filter(handling_unit__path__startswith=unit.path)
    by_number = {
        (owner, no): pk
        for portion in _portions(numbers)
        for owner, no, pk in own.filter(no__in=portion).values_list("handling_unit", "no", "pk")
    }
    return Known(people, households, by_number, terms)


def _people(indexes: Collection[UUID]) -> dict[UUID, KnownPerson]:
    fields = ("id_index", "pk", "name", "died_on", "unit__path", "village")
    return {
        index: KnownPerson(pk, name, died_on, path, village)
        for portion in _portions(indexes)
        for index, pk, name, died_on, path, village in Person.objects.filter(
            id_index__in=portion
        ).values_list(*fields)
        if index
    }


def _portions(asked: Iterable[Any]) -> Iterator[list[Any]]:
    """A statement names so many values at a time: its text is held several times over while it is asked."""
    waiting = iter(asked)
    while portion := list(islice(waiting, PORTION)):
        yield portion


def _add_households(people: dict[int, KnownPerson]) -> None:
    rows = Member.objects.filter(person__in=people, left_on__isnull=True).order_by("-counted")
    for person, household in rows.values_list("person", "household"):
        people[person].household = people[person].household or household


def _add_covers(people: dict[int, KnownPerson], month: Month) -> None:
    rows = TermMember.objects.filter(person__in=people, months__overlap=(month.first_day, None)).values_list(
        "person",
        "term__benefit__program",
        "term",
        "term__benefit__household",
        "term__benefit__unit__path",
        "months",
    )
    for person, program, term, household, path, months in rows:
        people[person].covers.append(Cover(program, term, household, path, months.lower))


def _households(pks: Iterable[int], month: Month) -> dict[int, KnownHousehold]:
    rows = Household.objects.filter(pk__in=pks).values_list(
        "pk", "no", "head", "handling_unit__path", "village"
    )
    found = {pk: KnownHousehold(pk, no, head, path, village) for pk, no, head, path, village in rows}
    for household, person in Member.objects.filter(household__in=found, left_on__isnull=True).values_list(
        "household", "person"
    ):
        found[household].members.add(person)
    for household in PayAccount.objects.filter(household__in=found, valid_to__isnull=True).values_list(
        "household", flat=True
    ):
        found[household].has_account = True
    helped = BenefitTerm.objects.filter(
        benefit__household__in=found, family__isnull=False, months__overlap=(month.first_day, None)
    )
    for household, program in helped.values_list("benefit__household", "benefit__program"):
        found[household].helped_by = program
    return found


def terms_in_force(unit: Unit, program: str, month: Month) -> dict[int, KnownTerm]:
    """Every benefit of the programme in force below `unit` in `month`, and whom it covers."""
    rows = BenefitTerm.objects.filter(
        benefit__unit__path__startswith=unit.path, benefit__program=program, months__contains=month.first_day
    ).values_list("pk", "benefit__household", "benefit__household__no", "benefit__applicant__name", "total")
    terms = {pk: KnownTerm(pk, household, no, head, total) for pk, household, no, head, total in rows}
    covered = TermMember.objects.filter(
        term__benefit__unit__path__startswith=unit.path,
        term__benefit__program=program,
        term__months__contains=month.first_day,
    )
    for term, person in covered.values_list("term", "person"):
        terms[term].covered.add(person)
    return terms
