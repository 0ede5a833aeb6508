"""Twelve months of benefits: what ran before, what was confirmed, changed, stopped since. Written by COPY."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.demo.people import DemoHousehold, DemoPerson
from cases.models import Application, Benefit, BenefitTerm, ChangeOrder, ChangePerson, TermMember
from cases.models.choices import ChangeKind, Source, Standing, StopReason
from cases.rules.codes import Program, SingleReason
from salvation.demo.registry import Demo
from salvation.domain.ages import age
from salvation.domain.month import Month
from salvation.flow.models import Transition
from salvation.intake.copying import analyse, copy_rows, new_ids

ZERO = Decimal("0.00")
STANDARD = {"URBAN": Decimal(750), "RURAL": Decimal(600)}
UPLIFT = {"ELDER": Decimal(100), "CHILD": Decimal(80), "DISABLED": Decimal(120), "ILL": Decimal(120)}
STOPS = (
    StopReason.INCOME,
    StopReason.INCOME,
    StopReason.PROPERTY,
    StopReason.HUKOU_OUT,
    StopReason.VOLUNTARY,
    StopReason.DUPLICATE,
)


@dataclass(slots=True)
class Share:
    person: DemoPerson
    base: Decimal
    uplift: Decimal
    kinds: list[str]


@dataclass(slots=True)
class Term:
    pk: int
    first: Month
    stop: Month | None
    shares: list[Share]
    care: Decimal = ZERO
    standing: str = Standing.ACTIVE.value

    @property
    def base(self) -> Decimal:
        return sum((share.base for share in self.shares), ZERO)

    @property
    def uplift(self) -> Decimal:
        return sum((share.uplift for share in self.shares), ZERO)

    @property
    def total(self) -> Decimal:
        return self.base + self.uplift + self.care


@dataclass(slots=True)
class Order:
    kind: str
    month: Month
    old: Decimal
    term: Term | None
    out: list[DemoPerson] = field(default_factory=list)
    reason: str = ""
    household_out: bool = False
    care: Decimal = ZERO
    grace_until: Month | None = None


@dataclass(slots=True)
class Story:
    """One household's benefit with everything that happened to it."""

    pk: int
    household: DemoHousehold
    first: Month
    confirmed: bool
    single: str = ""
    terms: list[Term] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    stop: Month | None = None
    stop_reason: str = ""


def make_stories(demo: Demo, households: list[DemoHousehold]) -> list[Story]:
    rng, stories = demo.rng, []
    ids = iter(new_ids(Benefit, len(households)))
    terms = iter(new_ids(BenefitTerm, len(households) * 2))
    for household in households:
        fresh = rng.random() < 0.12
        first = demo.first + rng.randint(1, 12) if fresh else demo.first - rng.randint(1, 60)
        story = Story(next(ids), household, first, fresh)
        if household.program in (Program.DIBAO_URBAN, Program.DIBAO_RURAL) and rng.random() < 0.06:
            story.single = rng.choice([SingleReason.DISABLED_L12.value, SingleReason.CRITICAL_ILLNESS.value])
        covered = household.people[:1] if story.single else household.people
        term = Term(next(terms), first, None, _shares(household, covered, demo), _care(household, rng))
        story.terms.append(term)
        if rng.random() < 0.11 and demo.month - first >= 2:
            _happen(story, demo, next(terms))
        stories.append(story)
    return stories


def _care(household: DemoHousehold, rng: Any) -> Decimal:
    tekun = household.program in (Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED)
    return Decimal(rng.choice(["180", "180", "300", "600"])) if tekun else ZERO


def _shares(household: DemoHousehold, people: list[DemoPerson], demo: Demo) -> list[Share]:
    if household.program in (Program.MARGINAL, Program.RIGID_EXPENSE):
        return [Share(person, ZERO, ZERO, []) for person in people]
    standard = STANDARD[household.area]
    if household.program in (Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED):
        return [Share(people[0], standard * Decimal("1.3"), ZERO, [])]
    part = standard - Decimal(demo.rng.randrange(50, int(standard) - 100, 10))
    return [Share(person, part, *_uplift(person, demo)) for person in people]


def _uplift(person: DemoPerson, demo: Demo) -> tuple[Decimal, list[str]]:
    years = age(person.born, demo.today)
    kinds = []
    if person.disability[1] in (1, 2):
        kinds.append("DISABLED")
    if person.ill:
        kinds.append("ILL")
    if years >= 60:
        kinds.append("ELDER")
    elif years < 18:
        kinds.append("CHILD")
    if not kinds:
        return ZERO, []
    best = max(kinds, key=lambda kind: UPLIFT[kind])
    return UPLIFT[best], [best]


def _happen(story: Story, demo: Demo, spare: int) -> None:
    """One thing happens: a death, a stop, a tapering period, more or less money."""
    rng = demo.rng
    earliest = max(demo.first, story.first + 1)
    month = earliest + rng.randint(0, max(0, demo.month - earliest))
    kind = rng.choices(["DEATH", "STOP", "GRACE", "INCREASE", "DECREASE"], [30, 35, 10, 12, 13])[0]
    term = story.terms[0]
    paid = story.household.program not in (Program.MARGINAL, Program.RIGID_EXPENSE)
    if kind == "DEATH":
        _death(story, month, spare, rng)
    elif kind == "STOP" or not paid or term.care:
        _stop(story, month, ChangeKind.STOP.value, rng.choice(STOPS).value)
    elif kind == "GRACE":
        _grace(story, month, spare, demo)
    else:
        _amount(story, month, spare, kind)


def _death(story: Story, month: Month, spare: int, rng: Any) -> None:
    term = story.terms[0]
    dead = rng.choice(term.shares).person
    left = [share for share in term.shares if share.person is not dead]
    if not left:
        _stop(story, month, ChangeKind.DEATH.value, StopReason.DEATH.value)
        return
    order = Order(ChangeKind.DEATH.value, month, term.total, None, [dead], StopReason.DEATH.value)
    _follow(story, order, Term(spare, month, None, left, term.care))


def _stop(story: Story, month: Month, kind: str, reason: str) -> None:
    term = story.terms[-1]
    term.stop = story.stop = month
    story.stop_reason = reason
    out = [share.person for share in term.shares]
    story.orders.append(Order(kind, month, term.total, None, out, reason, household_out=True))


def _grace(story: Story, month: Month, spare: int, demo: Demo) -> None:
    until = month + 6
    term = story.terms[0]
    order = Order(ChangeKind.GRACE.value, month, term.total, None, grace_until=until)
    _follow(story, order, Term(spare, month, until, term.shares, term.care, Standing.GRACE.value))
    if until <= demo.month:
        out = [share.person for share in term.shares]
        story.stop, story.stop_reason = until, StopReason.GRACE_END.value
        ended = Order(
            ChangeKind.GRACE_END.value,
            until,
            term.total,
            None,
            out,
            StopReason.GRACE_END.value,
            household_out=True,
        )
        story.orders.append(ended)


def _amount(story: Story, month: Month, spare: int, kind: str) -> None:
    term = story.terms[0]
    factor = Decimal("1.2") if kind == "INCREASE" else Decimal("0.8")
    top = STANDARD[story.household.area]
    shares = [
        Share(s.person, min(s.base * factor, top).quantize(Decimal("0.01")), s.uplift, s.kinds)
        for s in term.shares
    ]
    changed = Term(spare, month, None, shares, term.care)
    if changed.total == term.total:
        return
    _follow(story, Order(kind, month, term.total, None), changed)


def _follow(story: Story, order: Order, term: Term) -> None:
    story.terms[0].stop = term.first
    order.term, order.care = term, term.care
    story.terms.append(term)
    story.orders.append(order)


BENEFIT = (
    "id", "no", "program", "household", "applicant", "county", "unit", "village", "standard_area", "is_single",
    "single_reason", "source", "first_month", "stop_month", "stop_reason", "demo",
)  # fmt: skip
TERM = ("id", "benefit", "months", "standing", "base", "uplift", "care", "total", "standard", "care_level")
COVERED = ("id", "term", "person", "months", "base", "uplift", "uplift_kinds")
ORDER = (
    "id", "no", "kind", "benefit", "county", "unit", "village", "person", "stop_reason", "event_on", "effective_month",
    "grace_until", "old_total", "new_base", "new_uplift", "new_care", "new_total", "shares", "household_out", "reason",
    "stat_month", "notified_on", "state", "state_since", "created_at", "demo",
)  # fmt: skip
APPLICATION = (
    "id", "no", "program", "household", "applicant", "county", "unit", "village", "standard_area", "is_single",
    "single_reason", "agent_name", "reason", "kinship_declared", "kinship_flag", "applied_on", "accepted_on", "level",
    "decided_on", "stat_month", "benefit", "state", "state_since", "created_at", "demo",
)  # fmt: skip
TRANSITION = (
    "id", "flow", "subject_id", "step", "from_state", "to_state", "actor", "role", "unit", "at", "stat_month", "comment", "data",
)  # fmt: skip


def write_stories(demo: Demo, stories: list[Story]) -> None:
    copy_rows(Benefit, BENEFIT, _benefits(demo, stories))
    terms = [(story, term) for story in stories for term in story.terms]
    copy_rows(BenefitTerm, TERM, (_term(story, term) for story, term in terms))
    covered = [(term, share) for _, term in terms for share in term.shares]
    ids = new_ids(TermMember, len(covered))
    copy_rows(
        TermMember,
        COVERED,
        (
            (
                pk,
                term.pk,
                share.person.pk,
                _months(term),
                share.base,
                share.uplift,
                f"{{{','.join(share.kinds)}}}",
            )
            for pk, (term, share) in zip(ids, covered, strict=True)
        ),
    )
    _write_orders(demo, stories)
    _write_applications(demo, [story for story in stories if story.confirmed])
    analyse(Benefit, BenefitTerm, TermMember, ChangeOrder, ChangePerson, Application, Transition)


def _months(term: Term) -> str:
    return f"[{term.first.first_day},{term.stop.first_day if term.stop else ''})"


def _benefits(demo: Demo, stories: list[Story]) -> Iterator[tuple[Any, ...]]:
    for story in stories:
        household = story.household
        yield (
            story.pk, f"DB{story.pk:08d}", household.program.value, household.pk, household.people[0].pk, demo.county.pk,
            household.unit.pk, household.village.pk, household.area, bool(story.single), story.single,
            (Source.APPLICATION if story.confirmed else Source.IMPORT).value, story.first.first_day,
            story.stop.first_day if story.stop else None, story.stop_reason, True,
        )  # fmt: skip


def _term(story: Story, term: Term) -> tuple[Any, ...]:
    level = {Decimal(180): "SELF", Decimal(300): "HALF", Decimal(600): "FULL"}.get(term.care, "")
    standard = STANDARD[story.household.area]
    return (
        term.pk,
        story.pk,
        _months(term),
        term.standing,
        term.base,
        term.uplift,
        term.care,
        term.total,
        standard,
        level,
    )


def _at(month: Month, day: int, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(month.day(day), time(hour)))


def _write_orders(demo: Demo, stories: list[Story]) -> None:
    orders = [(story, order) for story in stories for order in story.orders]
    ids = new_ids(ChangeOrder, len(orders))
    numbered = list(zip(ids, orders, strict=True))
    copy_rows(ChangeOrder, ORDER, (_order(demo, pk, story, order) for pk, (story, order) in numbered))
    people = [(pk, person) for pk, (_, order) in numbered for person in order.out]
    keys = new_ids(ChangePerson, len(people))
    copy_rows(
        ChangePerson,
        ("id", "order", "person", "leaves"),
        ((key, pk, person.pk, True) for key, (pk, person) in zip(keys, people, strict=True)),
    )
    steps = [
        line
        for pk, (story, order) in numbered
        for line in _order_steps(demo, pk, story.household.unit.pk, order)
    ]
    _write_transitions(steps)


def _order(demo: Demo, pk: int, story: Story, order: Order) -> tuple[Any, ...]:
    household, month = story.household, order.month - 1
    dead = order.out[0] if order.kind == ChangeKind.DEATH.value and order.out else None
    at = _at(month, 20)
    term = order.term
    return (
        pk, f"D{household.unit.code}-{pk:08d}", order.kind, story.pk, demo.county.pk, household.unit.pk, household.village.pk,
        dead.pk if dead else None, order.reason, month.day(8) if dead else None, order.month.first_day,
        order.grace_until.first_day if order.grace_until else None, order.old, term.base if term else ZERO,
        term.uplift if term else ZERO, term.care if term else ZERO, term.total if term else ZERO, "[]",
        order.household_out, "演示", month.first_day, month.day(22), "EFFECTIVE", at, at, True,
    )  # fmt: skip


def _order_steps(demo: Demo, pk: int, unit: int, order: Order) -> list[tuple[Any, ...]]:
    month = order.month - 1
    clerk, leader = demo.cast[("clerk", unit)].pk, demo.cast[("leader", unit)].pk
    if order.kind == ChangeKind.GRACE_END.value:
        return [("change_order", pk, "run", "DRAFT", "EFFECTIVE", None, "系统", unit, _at(month, 28), month)]
    decided = "confirm_death" if order.kind == ChangeKind.DEATH.value else "decide_town"
    return [
        ("change_order", pk, "submit", "DRAFT", "TOWN_REVIEW", clerk, "经办", unit, _at(month, 12), month),
        ("change_order", pk, decided, "TOWN_REVIEW", "DECIDED", leader, "领导", unit, _at(month, 16), month),
        (
            "change_order",
            pk,
            "carry_out" if order.kind == ChangeKind.DEATH else "take_effect",
            "DECIDED",
            "EFFECTIVE",
            clerk,
            "经办",
            unit,
            _at(month, 20),
            month,
        ),
    ]


STEPS = (
    ("submit", "DRAFT", "SUBMITTED", "clerk", 0),
    ("accept", "SUBMITTED", "ACCEPTED", "clerk", 1),
    ("survey", "ACCEPTED", "SURVEYING", "clerk", 2),
    ("propose", "SURVEYING", "TOWN_REVIEW", "clerk", 4),
    ("first_review", "TOWN_REVIEW", "NOTICING", "leader", 6),
    ("to_county", "NOTICING", "COUNTY_REVIEW", "clerk", 15),
)


def _write_applications(demo: Demo, stories: list[Story]) -> None:
    """Confirmed applications behind the benefits that began in these months."""
    ids = new_ids(Application, len(stories))
    rows, steps = [], []
    for pk, story in zip(ids, stories, strict=True):
        rows.append(_application(demo, pk, story))
        steps += _application_steps(demo, pk, story)
    copy_rows(Application, APPLICATION, rows)
    _write_transitions(steps)


def _application(demo: Demo, pk: int, story: Story) -> tuple[Any, ...]:
    household, month = story.household, story.first - 1
    return (
        pk, f"D{household.unit.code}-{month.year}-{pk:07d}", household.program.value, household.pk, household.people[0].pk,
        demo.county.pk, household.unit.pk, household.village.pk, household.area, bool(story.single), story.single, "", "演示",
        True, False, month.day(1), month.day(2), "COUNTY", month.day(19), month.first_day,
        story.pk, "CONFIRMED", _at(month, 19), _at(month, 1), True,
    )  # fmt: skip


def _application_steps(demo: Demo, pk: int, story: Story) -> list[tuple[Any, ...]]:
    unit, month = story.household.unit.pk, story.first - 1
    lines = [
        (
            "application",
            pk,
            step,
            before,
            after,
            demo.cast[(who, unit)].pk,
            "",
            unit,
            _at(month, 1) + timedelta(days=days),
            month,
        )
        for step, before, after, who, days in STEPS
    ]
    approver = demo.cast[("approver", demo.county.pk)].pk
    lines.append(
        (
            "application",
            pk,
            "confirm_county",
            "COUNTY_REVIEW",
            "CONFIRMED",
            approver,
            "县审批人",
            unit,
            _at(month, 19),
            month,
        )
    )
    return lines


def _write_transitions(lines: list[tuple[Any, ...]]) -> None:
    ids = new_ids(Transition, len(lines))
    rows = ((pk, *line[:9], line[9].first_day, "", "{}") for pk, line in zip(ids, lines, strict=True))
    copy_rows(Transition, TRANSITION, rows)
