"""What a parameter would do: every household judged under the values before and after it, nothing decided.

Both verdicts rest on the same facts and the same day, so that the difference is the parameter's alone. Of a standard the
imported benefits without a declaration are told too, by what they are paid.
"""
# requirements: C12

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from cases.models import BenefitTerm, Declaration, Household, SimulatedChange
from cases.models.choices import DIBAO, PAID, Area, Program, Standing
from cases.rules.compare import assess
from cases.rules.result import Assessment as Verdict
from cases.rules.standards import Paid, PaidShare, concerns, is_standard
from cases.services.judging import Case, Kin, Policy, case_of, kin_of, verdict_of
from cases.services.raises import by_amount, by_verdict, plain, shares_of_terms
from cases.services.reassess import PORTION, Policies, declarations
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.intake.copying import copy_rows
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts

Kind = SimulatedChange.Kind
# What a change keeps, as the model names it and as an object holds it.
KEPT = (
    "version", "unit", "village", "household", "benefit", "program", "kind", "before", "after", "reason", "shares",
    "standard_before", "standard_after",
)  # fmt: skip
ATTRIBUTES = tuple(f"{key}_id" if place < 5 else key for place, key in enumerate(KEPT))
ZERO = Decimal("0.00")
DIBAO_OF = {Area.URBAN.value: Program.DIBAO_URBAN, Area.RURAL.value: Program.DIBAO_RURAL}


class Subject(NamedTuple):
    """A household to be judged: with its benefit (as it is paid last), or as one that might come in."""

    household: int
    unit: int
    village: int
    area: str
    program: str
    benefit: int | None
    single_for: int | None
    term: int | None = None
    standing: str = Standing.ACTIVE
    total: Decimal = ZERO
    care_level: str = ""
    # Whether the benefit still runs on the day of the trial; an ended one has months to be paid back at most.
    runs: bool = True


@dataclass(slots=True)
class Sum:
    """What a unit's households add up to; money is yuan a month."""

    judged: int = 0
    enter: int = 0
    leave: int = 0
    gain: int = 0
    lose: int = 0
    check: int = 0
    before: Decimal = ZERO
    after: Decimal = ZERO


@dataclass(slots=True)
class Trial:
    """What is tried, and the outcome: sums by unit, single changes, how many households could not be judged."""

    version: ParameterVersion
    on: date
    now: Policies
    then: Policies
    sums: dict[int, Sum] = field(default_factory=dict)
    changes: list[SimulatedChange] = field(default_factory=list)
    left_out: int = 0

    def policies(self, subject: Subject) -> tuple[Policy, Policy]:
        """Under the values before, and under those after."""
        return self.now.of(subject.unit), self.then.of(subject.unit)


def simulate(
    *, version: ParameterVersion, report: Callable[[int, int], None], since: Month | None = None
) -> dict[str, Any]:
    """Try a version out over everybody in receipt from ``since`` on and everybody who declared below its unit.

    A proposal is taken as confirmed, a confirmed version is compared with what held before it. ``report`` is told
    (done, total). Returns the sums as the run keeps them; single changes replace those of an earlier trial.
    """
    on = max(version.valid_from, timezone.localdate())
    trial = _trial(version, on)
    subjects = subjects_below(version.unit, on, since, version)
    for start in range(0, len(subjects), PORTION):
        report(start, len(subjects))
        _try(subjects[start : start + PORTION], trial)
    with transaction.atomic():
        # Two trials of one version keep their changes one after the other; what was decided meanwhile rests on its own.
        locked = ParameterVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
        if locked.state != version.state:
            raise Refusal("试算期间该取值已确认或退回，本次结果没有保存")
        SimulatedChange.objects.filter(version=version).delete()
        copy_rows(SimulatedChange, KEPT, (_row(change) for change in trial.changes))
    report(len(subjects), len(subjects))
    sums = {
        str(unit): {
            key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(found).items()
        }
        for unit, found in trial.sums.items()
    }
    return {"on": on.isoformat(), "left_out": trial.left_out, "units": sums}


def _row(change: SimulatedChange) -> tuple[Any, ...]:
    """A change as it is copied into its table; the shares as JSON."""
    values = {key: getattr(change, key) for key in ATTRIBUTES}
    return tuple({**values, "shares": json.dumps(change.shares)}.values())


def _trial(version: ParameterVersion, on: date) -> Trial:
    if version.state == ParameterVersion.State.CONFIRMED:
        return Trial(version, on, Policies(version.unit, on, before=version), Policies(version.unit, on))
    return Trial(version, on, Policies(version.unit, on), Policies(version.unit, on, version))


def subjects_below(
    unit: Unit, on: date, since: Month | None = None, version: ParameterVersion | None = None
) -> list[Subject]:
    """Benefits in force on a day (or at any time from ``since`` on), then households that declared and receive nothing.

    What was judged by ``version`` already has it.
    """
    month = Month.of(on).first_day
    terms = BenefitTerm.objects.filter(benefit__unit__path__startswith=unit.path)
    if since is None:
        terms = terms.filter(months__contains=month)
    else:
        terms = terms.filter(months__overlap=(since.first_day, None))
    served = terms.filter(months__overlap=(month, None)).values("benefit__household")
    if version is not None:
        terms = terms.exclude(assessment__parameters__contains={version.key: str(version.pk)})
    running = (
        terms.order_by("benefit__household_id", "benefit_id", "-months")
        .distinct("benefit__household_id", "benefit_id")
        .values_list(
            "benefit__household_id", "benefit__household__handling_unit_id", "benefit__village_id",
            "benefit__household__standard_area", "benefit__program", "benefit_id", "benefit__is_single",
            "benefit__applicant_id", "pk", "standing", "total", "care_level", "months",
        )
    )  # fmt: skip
    found = [
        Subject(*row[:6], row[7] if row[6] else None, *row[8:12], runs=row[12].upper is None or row[12].upper > month)
        for row in running
    ]  # fmt: skip
    held = [subject.household for subject in found if subject.runs]
    waiting = (
        Household.objects.filter(
            handling_unit__path__startswith=unit.path, pk__in=Declaration.objects.values("household")
        )
        .exclude(pk__in=held)
        .exclude(pk__in=served)
        .order_by("pk")
        .values_list("pk", "handling_unit_id", "village_id", "standard_area")
    )
    return found + [Subject(*row, DIBAO_OF[row[3]].value, None, None) for row in waiting]


def _try(portion: Sequence[Subject], trial: Trial) -> None:
    households = {subject.household for subject in portion}
    kin, declared = kin_of(households), declarations(households)
    standard, unjudged = is_standard(trial.version.key), list[Subject]()
    for subject in portion:
        try:
            case = _case(subject, kin, declared, trial.on)
            trial.changes += _judged(subject, case, trial)
        except Refusal:
            if standard and subject.benefit is not None:
                unjudged.append(subject)
            else:
                trial.left_out += 1
    shares = shares_of_terms(subject.term for subject in unjudged if subject.term)
    for subject in unjudged:
        trial.changes += _unjudged(subject, trial, shares.get(subject.term or 0, []))


def _case(subject: Subject, kin: dict[int, list[Kin]], declared: dict[int, Any], on: date) -> Case:
    sealed = declared.get(subject.household)
    if sealed is None or not subject.runs:
        raise Refusal("没有家庭经济状况申报，请先登记")
    members = kin.get(subject.household, [])
    facts = sealed_facts.load(sealed)
    return case_of(members, subject.area, facts, on, single_for=subject.single_for)


def _verdicts(program: str, subject: Subject, case: Case, trial: Trial) -> tuple[Verdict, Verdict]:
    """Under the values before, and under those after."""
    now, then = trial.policies(subject)
    if subject.benefit is not None:
        return (
            verdict_of(program, case, now.parameters, trial.on),
            verdict_of(program, case, then.parameters, trial.on),
        )
    # Who receives nothing yet may come in alone too (单人保).
    return (
        assess(Program(program), case.facts, now.parameters, trial.on),
        assess(Program(program), case.facts, then.parameters, trial.on),
    )


def _judged(subject: Subject, case: Case, trial: Trial) -> Iterator[SimulatedChange]:
    now, then = _verdicts(subject.program, subject, case, trial)
    total = trial.sums.setdefault(subject.unit, Sum())
    total.judged += 1
    found = list(_counted(subject, now, then, trial, case))
    if subject.benefit is not None and subject.program not in PAID:
        found += _risen(subject, case, trial)
    yield from found
    if not found and not then.eligible and subject.benefit is not None and _paid_by(subject, trial):
        total.check += 1
        missed = then.nearest_miss
        because = f"按最近一次申报已不符合：{missed.message}" if missed else "按最近一次申报已不符合"
        yield _change(subject, Kind.CHECK, trial, before=subject.total, after=subject.total, reason=because)


def _counted(
    subject: Subject, now: Verdict, then: Verdict, trial: Trial, case: Case
) -> Iterator[SimulatedChange]:
    """Add what a verdict changes to the unit's sums; yields the change, if there is one."""
    total = trial.sums[subject.unit]
    kind = _kind(now, then)
    # Whoever receives nothing and would receive as much (or as little) as before costs nothing.
    if subject.benefit is None and kind != Kind.ENTER:
        return
    before, after = (found.total if found.eligible else ZERO for found in (now, then))
    total.before, total.after = total.before + before, total.after + after
    # Who tapers off keeps the old amounts.
    if kind is None or (subject.standing == Standing.GRACE and kind != Kind.ENTER):
        return
    setattr(total, kind.lower(), getattr(total, kind.lower()) + 1)
    missed = then.nearest_miss if kind == Kind.LEAVE else None
    reason = f"{missed.condition}：{missed.message}" if missed else ""
    made = _change(subject, kind, trial, before=before, after=after, reason=reason)
    made.program = then.program.value
    if subject.benefit is not None and kind in {Kind.GAIN, Kind.LOSE}:
        made.shares = plain(by_verdict(now, then, case.ids))
    yield made


def _change(
    subject: Subject, kind: str, trial: Trial, *, before: Decimal, after: Decimal, reason: str = ""
) -> SimulatedChange:
    now, then = trial.policies(subject)
    dibao = subject.program in DIBAO
    return SimulatedChange(
        version=trial.version, unit_id=subject.unit, village_id=subject.village, household_id=subject.household,
        benefit_id=subject.benefit, program=subject.program, kind=kind, before=before, after=after, reason=reason[:200],
        standard_before=now.standard(subject.area) if dibao else None,
        standard_after=then.standard(subject.area) if dibao else None,
    )  # fmt: skip


def _kind(now: Verdict, then: Verdict) -> str | None:
    if now.eligible != then.eligible:
        return Kind.ENTER if then.eligible else Kind.LEAVE
    if not then.eligible or now.total == then.total:
        return None
    return Kind.GAIN if then.total > now.total else Kind.LOSE


def _risen(subject: Subject, case: Case, trial: Trial) -> Iterator[SimulatedChange]:
    """A household that is only recognised today may come to be paid: 低保边缘 into 低保."""
    dibao = DIBAO_OF[subject.area]
    now, then = _verdicts(dibao, subject, case, trial)
    if not then.eligible or now.eligible:
        return
    yield from _counted(subject._replace(program=dibao.value), now, then, trial, case)


def _paid(subject: Subject, trial: Trial) -> Paid:
    """How a benefit is paid; 单人保 is the difference in a tiered county too."""
    tiered = trial.policies(subject)[1].value("dibao.mode") == "TIER" and subject.single_for is None
    return Paid(subject.program, subject.area, subject.care_level, tiered and subject.program in DIBAO)


def _paid_by(subject: Subject, trial: Trial) -> bool:
    """Whether the version is a standard that changes what this benefit is paid by."""
    key, (now, then) = trial.version.key, trial.policies(subject)
    return is_standard(key) and concerns(key, _paid(subject, trial)) and now.value(key) != then.value(key)


def _unjudged(subject: Subject, trial: Trial, shares: Sequence[PaidShare]) -> Iterator[SimulatedChange]:
    """A benefit without facts: what it is paid, and what the standard adds to that."""
    if subject.standing == Standing.GRACE or not _paid_by(subject, trial):
        return
    total = trial.sums.setdefault(subject.unit, Sum())
    try:
        found = by_amount(
            trial.version.key, trial.policies(subject), _paid(subject, trial), shares
        )  # fmt: skip
    except Refusal as refusal:
        total.check += 1
        yield _change(
            subject, Kind.CHECK, trial, before=subject.total, after=subject.total, reason=str(refusal)
        )
        return
    more = sum((each.total for each in found), ZERO)
    if not more:
        return
    kind = Kind.GAIN if more > 0 else Kind.LOSE
    setattr(total, kind.lower(), getattr(total, kind.lower()) + 1)
    total.before, total.after = total.before + subject.total, total.after + subject.total + more
    made = _change(
        subject,
        kind,
        trial,
        before=subject.total,
        after=subject.total + more,
        reason="未核算，按现发金额调整",
    )
    made.shares = plain(found)
    yield made
