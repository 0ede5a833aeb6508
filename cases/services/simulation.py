"""What a proposed parameter would do: every household judged under the present and the proposed values, nothing decided.

Both verdicts rest on the same facts and the same day, so that the difference is the parameter's alone.
"""
# requirements: C12 part

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from cases.models import BenefitTerm, Declaration, Household, SimulatedChange
from cases.models.choices import PAID, Area, Program
from cases.rules.compare import assess
from cases.rules.result import Assessment as Verdict
from cases.services.judging import Case, Kin, case_of, kin_of
from cases.services.reassess import PORTION, Policies, declarations
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts

Kind = SimulatedChange.Kind
ZERO = Decimal("0.00")
DIBAO_OF = {Area.URBAN.value: Program.DIBAO_URBAN, Area.RURAL.value: Program.DIBAO_RURAL}


class Subject(NamedTuple):
    """A household to be judged: with its benefit in force, or as one that might come in."""

    household: int
    unit: int
    village: int
    area: str
    program: str
    benefit: int | None
    single_for: int | None


@dataclass(slots=True)
class Sum:
    """What a unit's households add up to; money is yuan a month."""

    judged: int = 0
    enter: int = 0
    leave: int = 0
    gain: int = 0
    lose: int = 0
    before: Decimal = ZERO
    after: Decimal = ZERO


@dataclass(slots=True)
class Trial:
    """The outcome: sums by unit, single changes, and how many households could not be judged."""

    sums: dict[int, Sum] = field(default_factory=dict)
    changes: list[SimulatedChange] = field(default_factory=list)
    left_out: int = 0


def simulate(*, version: ParameterVersion, report: Callable[[int, int], None]) -> dict[str, Any]:
    """Try a proposal out over everybody in receipt and everybody who declared below its unit.

    ``report`` is told (done, total). Returns the sums as the run keeps them; single changes replace those of an
    earlier trial of the same proposal.
    """
    on = max(version.valid_from, timezone.localdate())
    subjects = subjects_below(version.unit, on)
    now, then = Policies(version.unit, on), Policies(version.unit, on, version)
    trial = Trial()
    for start in range(0, len(subjects), PORTION):
        report(start, len(subjects))
        _try(subjects[start : start + PORTION], version, (now, then), on, trial)
    with transaction.atomic():
        # Two trials of one proposal keep their changes one after the other.
        ParameterVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
        SimulatedChange.objects.filter(version=version).delete()
        SimulatedChange.objects.bulk_create(trial.changes, batch_size=1000)
    report(len(subjects), len(subjects))
    sums = {
        str(unit): {
            key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(found).items()
        }
        for unit, found in trial.sums.items()
    }
    return {"on": on.isoformat(), "left_out": trial.left_out, "units": sums}


def subjects_below(unit: Unit, on: date) -> list[Subject]:
    """Benefits in force on a day, then households that declared and receive nothing."""
    month = Month.of(on).first_day
    terms = BenefitTerm.objects.filter(benefit__unit__path__startswith=unit.path, months__contains=month)
    running = terms.order_by("benefit__household_id", "benefit_id").values_list(
        "benefit__household_id", "benefit__household__handling_unit_id", "benefit__village_id",
        "benefit__household__standard_area", "benefit__program", "benefit_id", "benefit__is_single",
        "benefit__applicant_id",
    )  # fmt: skip
    found = [Subject(*row[:6], row[7] if row[6] else None) for row in running]
    waiting = (
        Household.objects.filter(
            handling_unit__path__startswith=unit.path, pk__in=Declaration.objects.values("household")
        )
        .exclude(pk__in=[subject.household for subject in found])
        .order_by("pk")
        .values_list("pk", "handling_unit_id", "village_id", "standard_area")
    )
    return found + [Subject(*row, DIBAO_OF[row[3]].value, None, None) for row in waiting]


def _try(
    portion: Sequence[Subject],
    version: ParameterVersion,
    policies: tuple[Policies, Policies],
    on: date,
    trial: Trial,
) -> None:
    households = {subject.household for subject in portion}
    kin, declared = kin_of(households), declarations(households)
    for subject in portion:
        try:
            case = _case(subject, kin, declared, on)
            now, then = _verdicts(Program(subject.program), subject, case, policies, on)
            trial.sums.setdefault(subject.unit, Sum()).judged += 1
            trial.changes += _counted(subject, version, now, then, trial)
            if subject.benefit is not None and subject.program not in PAID:
                trial.changes += _risen(subject, version, case, policies, on, trial)
        except Refusal:
            trial.left_out += 1


def _verdicts(
    program: Program, subject: Subject, case: Case, policies: tuple[Policies, Policies], on: date
) -> tuple[Verdict, Verdict]:
    """Under the present values, and under the proposed ones."""
    now, then = policies
    return (
        assess(program, case.facts, now.of(subject.unit).parameters, on),
        assess(program, case.facts, then.of(subject.unit).parameters, on),
    )


def _case(subject: Subject, kin: dict[int, list[Kin]], declared: dict[int, Any], on: date) -> Case:
    sealed = declared.get(subject.household)
    if sealed is None:
        raise Refusal("没有家庭经济状况申报，请先登记")
    members = kin.get(subject.household, [])
    facts = sealed_facts.load(sealed)
    return case_of(members, subject.area, facts, on, single_for=subject.single_for)


def _counted(
    subject: Subject, version: ParameterVersion, now: Verdict, then: Verdict, trial: Trial
) -> Iterator[SimulatedChange]:
    """Add what a verdict changes to the unit's sums; yields the change, if there is one."""
    total = trial.sums[subject.unit]
    before, after = (found.total if found.eligible else ZERO for found in (now, then))
    total.before, total.after = total.before + before, total.after + after
    kind = _kind(now, then)
    if kind is None:
        return
    setattr(total, kind.lower(), getattr(total, kind.lower()) + 1)
    missed = then.nearest_miss if kind == Kind.LEAVE else None
    reason = f"{missed.condition}：{missed.message}"[:200] if missed else ""
    yield SimulatedChange(
        version=version, unit_id=subject.unit, village_id=subject.village, household_id=subject.household,
        benefit_id=subject.benefit, program=then.program.value, kind=kind, before=before, after=after, reason=reason,
    )  # fmt: skip


def _kind(now: Verdict, then: Verdict) -> str | None:
    if now.eligible != then.eligible:
        return Kind.ENTER if then.eligible else Kind.LEAVE
    if not then.eligible or now.total == then.total:
        return None
    return Kind.GAIN if then.total > now.total else Kind.LOSE


def _risen(
    subject: Subject,
    version: ParameterVersion,
    case: Case,
    policies: tuple[Policies, Policies],
    on: date,
    trial: Trial,
) -> Iterator[SimulatedChange]:
    """A household that is only recognised today may come to be paid: 低保边缘 into 低保."""
    dibao = DIBAO_OF[subject.area]
    now, then = _verdicts(dibao, subject, case, policies, on)
    if not then.eligible or now.eligible:
        return
    yield from _counted(subject._replace(program=dibao.value), version, now, then, trial)
