"""Temporary relief of twelve months: closed grants written at once, and a few on their way in every township."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.models import Household, Relief
from cases.services.relief import assess_relief, create_relief, record_visit
from salvation.demo.registry import Demo
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.flow.models import Transition
from salvation.units.models import Unit

# Kind, situation, usual amounts in yuan.
Case = tuple[str, str, tuple[int, int]]
CASES: tuple[Case, ...] = (
    ("TEMP_EMERGENCY", "FIRE", (2000, 3600)),
    ("TEMP_EMERGENCY", "TRAFFIC", (1200, 2400)),
    ("TEMP_EMERGENCY", "SUDDEN_ILLNESS", (1500, 3600)),
    ("TEMP_EXPENSE", "MEDICAL_COST", (800, 4000)),
    ("TEMP_EXPENSE", "EDUCATION_COST", (500, 2000)),
    ("TEMP_SPECIAL", "OTHER", (5000, 9000)),
)
SCHOOL = CASES[4]
WORDS = {
    "FIRE": "房屋失火，家中财物烧毁",
    "TRAFFIC": "主要劳动力交通事故受伤住院",
    "SUDDEN_ILLNESS": "突发重病，短期内医疗支出大",
    "MEDICAL_COST": "慢性病长期治疗，自负费用高",
    "EDUCATION_COST": "两个子女同时上学，费用难以负担",
    "OTHER": "遭遇多重困难，经一事一议研究",
}


def seed_reliefs(demo: Demo) -> str:
    """One household in fifty was helped once; each township has one waiting for the decision."""
    households = list(
        Household.objects.filter(county=demo.county, demo=True)
        .exclude(handling_unit__isnull=True)
        .order_by("pk")
        .only("pk", "head", "handling_unit", "village", "county")
        .select_related("handling_unit", "village")
    )
    chosen = demo.rng.sample(households, len(households) // 50)
    first = {household.handling_unit_id: household for household in reversed(households)}
    made = [
        _closed(demo, number, household, demo.rng.choice(CASES))
        for number, household in enumerate(chosen, start=1)
    ]
    # Whoever waits was helped for another reason before: the repeat check has something to show.
    before = [first[unit.pk] for unit in demo.units if unit.pk in first and first[unit.pk] not in chosen]
    made += [
        _closed(demo, number, household, SCHOOL)
        for number, household in enumerate(before, start=len(made) + 1)
    ]
    Relief.objects.bulk_create(made, batch_size=2000)
    Transition.objects.bulk_create((_transition(demo, relief) for relief in made), batch_size=2000)
    for unit in demo.units:
        if unit.pk in first:
            _waiting(demo, unit, first[unit.pk])
    return f"{len(made)} 件已办结，{len(first)} 件在办"


def _closed(demo: Demo, number: int, household: Household, case: Case) -> Relief:
    rng = demo.rng
    program, situation, (low, high) = case
    applied = demo.today - timedelta(days=rng.randint(20, 350))
    paid = applied + timedelta(days=rng.randint(3, 15))
    advance = program == "TEMP_EMERGENCY" and rng.random() < 0.3
    month = Month.of(paid).first_day
    return Relief(
        no=f"DLS{household.handling_unit.code}-{number:05d}",
        program=program,
        situation=situation,
        household=household,
        applicant_id=household.head_id,
        county=demo.county,
        unit=household.handling_unit,
        village=household.village,
        happened_on=applied - timedelta(days=rng.randint(0, 10)),
        applied_on=applied,
        accepted_on=applied,
        persons=1,
        reason=f"{WORDS[situation]}（演示）",
        visited_on=applied,
        visitors="经办、村干部（演示）",
        findings="情况属实（演示）",
        level="COUNTY" if program == "TEMP_SPECIAL" else "TOWNSHIP",
        amount=Decimal(rng.randrange(low, high, 100)),
        decided_on=paid,
        advance=advance,
        settled_month=month if advance else None,
        channel="RESERVE" if advance else "ONE_CARD",
        paid_on=paid,
        voucher=f"YS{number:05d}",
        stat_month=month,
        filed_on=paid if program != "TEMP_SPECIAL" else None,
        outcome="EASED",
        state="CLOSED",
        state_since=_at(paid),
        demo=True,
    )


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


def _transition(demo: Demo, relief: Relief) -> Transition:
    paid_on = relief.paid_on or demo.today
    return Transition(
        flow="relief", subject_id=relief.pk, step="follow_up", from_state="PAID", to_state="CLOSED",
        actor=demo.cast[("clerk", relief.unit_id)], role="", unit=relief.unit, at=_at(paid_on),
        stat_month=Month.of(paid_on).first_day,
    )  # fmt: skip


def _waiting(demo: Demo, unit: Unit, household: Household) -> None:
    """By the services themselves: a fire, verified and worked out, before the township's decision."""
    clerk: Any = demo.cast[("clerk", unit.pk)]
    relief = create_relief(
        household=household, program="TEMP_EMERGENCY", situation="FIRE", applicant_id=household.head_id,
        happened_on=demo.today - timedelta(days=2), applied_on=demo.today - timedelta(days=1), persons=1,
        reason="厨房失火，家中财物部分烧毁（演示）", actor=clerk, now=demo.now,
    )  # fmt: skip
    Relief.objects.filter(pk=relief.pk).update(demo=True)
    perform(subject=relief, step="accept", actor=clerk, now=demo.now)
    record_visit(
        relief=relief,
        visited_on=demo.today,
        visitors="经办、村干部",
        findings="现场查看，情况属实（演示）",
        actor=clerk,
    )
    assess_relief(relief=relief, actor=clerk, now=demo.now)
