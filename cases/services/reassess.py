"""Judge every household in receipt again, as at the yearly review or a change of the standard, and keep the verdicts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction

from cases.models import Assessment, BenefitTerm, Declaration
from cases.services.judging import Judged, Kin, Policy, case_of, judge, kin_of
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.intake.copying import copy_rows, new_ids
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.vault.crypto import seal

register(assessment__make_all="批量复核在保家庭")

# Households read, judged and written at a time: bounds the memory, whatever the number.
PORTION = 1000
NO_DECLARATION = "没有家庭经济状况申报，请先登记"
JUDGED = (
    "program", "on", "eligible", "base", "uplift", "care", "total", "standard", "annual_income", "per_capita", "people",
    "care_level",
)  # fmt: skip
COLUMNS = (
    "id", "household", *JUDGED, "result", "facts", "parameters", "unconfirmed", "made_by", "made_at",
)  # fmt: skip


class Entitled(NamedTuple):
    """A benefit in force and what it pays a month (yuan)."""

    benefit: int
    household: int
    household_no: str
    program: str
    area: str
    applicant: int
    is_single: bool
    unit: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """The verdict is not what is paid: a person decides whether a change order follows."""

    benefit: int
    assessment: int
    eligible: bool
    paid: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A household that could not be judged, and why."""

    benefit: int
    household_no: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """What a re-assessment found; amounts are yuan a month."""

    judged: int = 0
    differences: list[Difference] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@transaction.atomic
def reassess_all(*, unit: Unit, on: date, actor: Any, now: datetime) -> Outcome:
    """Judge every benefit in force below ``unit`` by the latest declaration and the parameters of the day.

    Nothing is changed for anybody: the verdicts are kept as assessments, differences are listed. Households without a
    declaration or with facts the rules refuse are left out with the reason. A town's clerk may ask for his town, the
    county's for the county; ``actor=None`` is the system.
    """
    if actor is not None and not actor.may("case.edit", unit):
        require(actor, "case.review", unit)
    outcome = Outcome()
    policies = Policies(unit, on)
    waiting = iter(entitled_below(unit, on))
    while portion := list(islice(waiting, PORTION)):
        _reassess(portion, policies, on, actor, now, outcome)
    facts = {
        "on": on.isoformat(),
        "judged": outcome.judged,
        "different": len(outcome.differences),
        "left_out": len(outcome.left_out),
    }
    record(actor=actor, action="assessment.make_all", subject=unit, unit=unit, facts=facts)
    return outcome


class Policies:
    """The parameters of each unit, read once."""

    def __init__(
        self,
        unit: Unit,
        on: date,
        also: ParameterVersion | None = None,
        before: ParameterVersion | None = None,
    ) -> None:
        self._also, self._before = also, before
        self._units = {found.pk: found for found in Unit.objects.filter(path__startswith=unit.path)}
        self._on = on
        self._known: dict[int, Policy] = {}

    def of(self, unit: int) -> Policy:
        if unit not in self._known:
            self._known[unit] = Policy(self._units[unit], self._on, self._also, self._before)
        return self._known[unit]


def entitled_below(unit: Unit, on: date) -> list[Entitled]:
    """Benefits in force on a day below a unit."""
    terms = BenefitTerm.objects.filter(
        benefit__unit__path__startswith=unit.path, months__contains=Month.of(on).first_day
    )
    rows = terms.order_by("benefit__household_id", "benefit_id").values_list(
        "benefit_id",
        "benefit__household_id",
        "benefit__household__no",
        "benefit__program",
        "benefit__household__standard_area",
        "benefit__applicant_id",
        "benefit__is_single",
        "benefit__household__handling_unit_id",
        "total",
    )
    return [Entitled(*row) for row in rows]


def _reassess(
    portion: Sequence[Entitled], policies: Policies, on: date, actor: Any, now: datetime, outcome: Outcome
) -> None:
    households = {entitled.household for entitled in portion}
    kin = kin_of(households)
    declared = declarations(households)
    ids = iter(new_ids(Assessment, len(portion)))

    def verdicts() -> Iterator[tuple[int, int, Judged]]:
        for entitled in portion:
            try:
                judged = _judged(entitled, kin, declared, policies, on)
            except Refusal as refusal:
                outcome.left_out.append(LeftOut(entitled.benefit, entitled.household_no, str(refusal)))
                continue
            pk = next(ids)
            _compare(entitled, pk, judged, outcome)
            yield pk, entitled.household, judged

    keep(verdicts(), actor=actor, now=now)


def keep(verdicts: Iterable[tuple[int, int, Judged]], *, actor: Any, now: datetime) -> None:
    """Store verdicts as assessments, sealed: keys drawn beforehand, households, what was judged."""
    maker = actor.pk if actor is not None else None
    copy_rows(
        Assessment,
        COLUMNS,
        (_row(pk, household, judged.columns, maker, now) for pk, household, judged in verdicts),
    )


def declarations(households: set[int]) -> dict[int, Any]:
    """The latest declaration of each household, still sealed."""
    rows = Declaration.objects.filter(household__in=households).order_by("household_id", "-pk")
    return dict(rows.distinct("household_id").values_list("household_id", "facts"))


def _judged(
    entitled: Entitled,
    kin: dict[int, list[Kin]],
    declared: dict[int, Any],
    policies: Policies,
    on: date,
) -> Judged:
    sealed = declared.get(entitled.household)
    if sealed is None:
        raise Refusal(NO_DECLARATION)
    single = entitled.applicant if entitled.is_single else None
    members = kin.get(entitled.household, [])
    case = case_of(members, entitled.area, sealed_facts.load(sealed), on, single_for=single)
    return judge(case, entitled.program, policies.of(entitled.unit), on)


def _compare(entitled: Entitled, pk: int, judged: Judged, outcome: Outcome) -> None:
    found = judged.verdict
    outcome.judged += 1
    if not found.eligible or found.total != entitled.total:
        outcome.differences.append(
            Difference(entitled.benefit, pk, found.eligible, entitled.total, found.total)
        )


def _row(
    pk: int, household: int, columns: dict[str, Any], maker: int | None, now: datetime
) -> tuple[Any, ...]:
    return (
        pk,
        household,
        *(columns[name] for name in JUDGED),
        seal(columns["result"], "assessment"),
        seal(columns["facts"], "facts"),
        sealed_facts.dump(columns["parameters"]),
        array(columns["unconfirmed"]),
        maker,
        now,
    )


def array(words: Sequence[str]) -> str:
    """Texts as PostgreSQL writes an array."""
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"
