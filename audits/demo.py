"""Demo problems: some closed, some open, some late, in every unit."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from audits.models import RectificationItem
from salvation.demo.registry import Demo, Seeder, register
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.models import Transition

TEXTS = (
    "抽查发现部分低保档案缺少入户调查照片",
    "个别对象死亡后次月未及时停发",
    "公示单张贴不足七天",
    "重残人员单人保排查不到位",
    "临时救助审批表签字不全",
    "渐退期满未及时书面告知",
)


def seed_problems(demo: Demo) -> str:
    items = [_item(demo, number) for number in range(len(demo.units) * 3)]
    RectificationItem.objects.bulk_create(items)
    Transition.objects.bulk_create(line for item in items for line in _transitions(demo, item))
    Duty.objects.bulk_create(_duty(demo, item) for item in items if item.state == "RECTIFYING")
    return f"{len(items)} 个，其中在改 {sum(item.state == 'RECTIFYING' for item in items)} 个"


def _item(demo: Demo, number: int) -> RectificationItem:
    rng, unit = demo.rng, demo.units[number % len(demo.units)]
    found = demo.today - timedelta(days=rng.randint(10, 330))
    deadline = found + timedelta(days=rng.choice([15, 30, 60]))
    closed = rng.random() < 0.65 and deadline < demo.today
    closed_on = deadline - timedelta(days=3)
    filed = Month.of(found).first_day
    return RectificationItem(
        no=f"DWT{demo.county.code}-{found.year}-{number + 1:05d}",
        unit=unit,
        county=demo.county,
        category=rng.choice(RectificationItem.Category.values),
        source=rng.choice(RectificationItem.Source.values),
        found_on=found,
        description=rng.choice(TEXTS) + "（演示）",
        people=rng.randint(0, 12),
        amount=Decimal(rng.randrange(0, 6000, 100)),
        responsible="分管领导",
        immediate=rng.random() < 0.4,
        deadline=deadline,
        due_on=deadline,
        cause=rng.choice(RectificationItem.Cause.values),
        cause_note="经办力量不足，抽查频次不够（演示）",
        plan="逐户补正资料，建立月度抽查制度（演示）",
        result="已逐户补正（演示）" if closed else "",
        done_on=closed_on if closed else None,
        opinion="现场复核属实（演示）" if closed else "",
        filed_month=filed,
        closed_month=Month.of(closed_on).first_day if closed else None,
        state="CLOSED" if closed else "RECTIFYING",
        state_since=_at(closed_on if closed else found),
        demo=True,
    )


def _at(day: object) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))  # type: ignore[arg-type]


def _transitions(demo: Demo, item: RectificationItem) -> list[Transition]:
    clerk = demo.cast[("clerk", item.unit_id)]
    reviewer = demo.cast[("county", demo.county.pk)]
    steps = [("register", "FOUND", "RECTIFYING", clerk, item.found_on)]
    if item.done_on:
        steps += [
            ("apply", "RECTIFYING", "REVIEWING", clerk, item.done_on),
            ("close", "REVIEWING", "CLOSED", reviewer, item.done_on),
        ]
    return [
        Transition(
            flow="rectification", subject_id=item.pk, step=step, from_state=before, to_state=after, actor=actor,
            role="", unit=item.unit, at=_at(day), stat_month=Month.of(day).first_day,
        )
        for step, before, after, actor, day in steps
    ]  # fmt: skip


def _duty(demo: Demo, item: RectificationItem) -> Duty:
    return Duty(
        unit=item.unit, permission="rectify.handle", kind="rectification", subject_id=item.pk,
        title=f"整改：{item.unit} {item.get_category_display()}", url=f"/audits/problems/{item.pk}/",
        opened_at=_at(item.found_on), due_on=item.deadline,
    )  # fmt: skip


def register_seeders() -> None:
    register(Seeder("问题整改", 45, seed_problems))
