"""转介专项救助: raise a need, hand the list of a department over, take its answers in (B35)."""
# requirements: B35

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Household, Referral, ReferralBatch
from cases.models.referral import DEPARTMENTS, Need
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.services import load, store
from salvation.files.whole import PERMISSION, ask_whole, note_taken
from salvation.intake.identity import other_name
from salvation.intake.model import Column, Intake, Kind, Row, Setting
from salvation.intake.reading import read_short
from salvation.intake.refused import first_of
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.tables.flat import write_flat
from salvation.tables.model import Column as Shown
from salvation.tables.model import Heading, Table
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index

register(
    referral__raise="登记转介需求",
    referral__push="推送转介名单",
    referral__read="下载转介名单",
    referral__answer="登记转介反馈",
    referral__import="导入转介反馈",
)

SHORTEST = 4
AGAIN = "这项需求之后又登记了一次、正在办理，原来的不能改回“正在办理”；请在新登记的一条上反馈"
PUSHED = Table(
    "referral-list",
    "转介名单",
    (
        Shown("name", "姓名", value="person.name"),
        # The department looks people up by the whole number: the file goes out sealed, for a purpose, journalled.
        Shown(
            "number", "身份证号", value=lambda r: r.person.id_no.plain() if r.person.id_no else "", width=22
        ),
        Shown("village", "村（社区）", value="village.name"),
        Shown("unit", "乡镇", value="unit.name"),
        Shown("need", "需求", value="get_need_display"),
        Shown("situation", "困难情况", width=40),
        Shown("raised_on", "提出日期", value=lambda r: f"{r.raised_on:%Y-%m-%d}"),
        Shown("outcome", "反馈结果", value=lambda r: ""),
        Shown("amount", "救助金额", value=lambda r: ""),
        Shown("answer", "反馈说明", value=lambda r: "", width=40),
    ),
)
OUTCOMES = {
    **{label: code for code, label in Referral.Outcome.choices},
    **dict.fromkeys(("已救助", "已办理", "办结", "符合", "是"), "HELPED"),
    **dict.fromkeys(("办理中", "在办", "受理中"), "WAITING"),
    **dict.fromkeys(("不符合", "未救助", "不予救助", "否"), "UNFIT"),
    **dict.fromkeys(("已享受", "已在救助"), "ALREADY"),
}
NEEDS = {
    **{label: code for code, label in Need.choices},
    **{label.removesuffix("救助").removesuffix("帮扶"): code for code, label in Need.choices},
}
ANSWERS = Intake(
    name="referral-answers",
    title="转介反馈",
    alone=False,
    columns=(
        Column("name", "姓名", Kind.NAME, required=True),
        Column("citizen_id", "身份证号", Kind.CITIZEN_ID, ("身份证号码", "公民身份号码"), required=True),
        Column("need", "需求", Kind.CHOICE, ("救助类别", "转介事项"), required=True, choices=NEEDS),
        Column("outcome", "反馈结果", Kind.CHOICE, ("结果", "办理结果"), required=True, choices=OUTCOMES),
        Column("amount", "救助金额", Kind.AMOUNT, ("金额", "金额（元）")),
        Column("answer", "反馈说明", aliases=("说明", "备注")),
    ),
)


@transaction.atomic
def raise_need(
    *, household: Household, person_id: int, need: str, situation: str, raised_on: date, actor: Any
) -> Referral:
    """Write a need of a member down. Raises Refusal for a stranger, and for what is open already."""
    require(actor, "case.survey", household.village)
    member = household.members.filter(person=person_id, left_on__isnull=True).select_related("person").first()
    if member is None:
        raise Refusal("请选择本户现有的成员", field="person")
    if raised_on > timezone.localdate():
        raise Refusal("提出日期不能晚于今天", field="raised_on")
    made = Referral(
        unit=household.handling_unit, village=household.village, household=household, person=member.person, need=Need(need),
        situation=situation.strip(), raised_on=raised_on, raised_by=actor,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Refusal(
            f"{member.person.name}的{Need(need).label}已登记，还没有反馈结果", field="need"
        ) from error
    facts = {"need": Need(need).label, "person": member.person.name}
    record(actor=actor, action="referral.raise", subject=made, unit=made.unit, facts=facts)
    return made


@transaction.atomic
def push_list(*, need: str, purpose: str, county: Unit, actor: Any, now: datetime) -> ReferralBatch:
    """Write everybody waiting for one department down as one sealed file and ask the second person for it.

    Raises Refusal when nobody waits, PermissionDenied for who may not take it out.
    """
    require(actor, "case.review", county)
    require(actor, PERMISSION, county)
    if len(purpose.strip()) < SHORTEST:
        raise Refusal(f"请写明用途（不少于{SHORTEST}个字）", field="purpose")
    waiting = Referral.objects.visible_to(actor).filter(
        need=need, pushed_on__isnull=True, unit__county=county
    )
    # Asked of the locked row itself: what another push took meanwhile is not handed over twice.
    locked = Referral.objects.select_for_update(of=("self",)).filter(
        pk__in=waiting.values("pk"), pushed_on__isnull=True
    )
    rows = list(locked.select_related("person", "unit", "village").order_by("unit__sort", "village", "pk"))
    if not rows:
        raise Refusal(f"没有等待推送的{Need(need).label}需求", field="need")
    content = _written(rows, need, actor, now)
    batch = ReferralBatch.objects.create(
        unit=county, need=need, purpose=purpose.strip(), rows=len(rows), stored_as=store(content),
        sha256=hashlib.sha256(content).hexdigest(), made_by=actor,
    )  # fmt: skip
    written = Referral.objects.filter(pk__in=[row.pk for row in rows])
    written.update(batch=batch, pushed_on=timezone.localdate(now))
    facts = {"department": DEPARTMENTS[Need(need)], "people": len(rows), "purpose": purpose.strip()}
    record(actor=actor, action="referral.push", subject=batch, unit=county, facts=facts)
    ask_whole(subject=batch, reason=purpose, actor=actor, now=now)
    return batch


def _written(rows: Sequence[Referral], need: str, actor: Any, now: datetime) -> bytes:
    target = BytesIO()
    title = f"{Need(need).label}转介名单（送{DEPARTMENTS[Need(need)]}）"
    heading = Heading(
        title, now, made_by=str(actor), mark=f"{actor} {timezone.localtime(now):%Y-%m-%d %H:%M}"
    )
    write_flat(PUSHED, rows, target, heading=heading)
    return target.getvalue()


def read_list(*, batch: ReferralBatch, actor: Any) -> bytes:
    """The file that goes to the department, by the rule of files with whole numbers. Raises Refusal, PermissionDenied."""
    facts = {"department": batch.department, "people": batch.rows, "purpose": batch.purpose}
    note_taken(subject=batch, action="referral.read", actor=actor, **facts)
    return load(batch.stored_as)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a department says of one referral."""

    outcome: str
    amount: Decimal | None
    answer: str


@transaction.atomic
def answer_one(*, referral: Referral, answer: Answer, answered_on: date, actor: Any) -> Referral:
    """Write one answer down. Raises Refusal before it was handed over, and for an amount that nobody paid."""
    if not actor.may("case.review", referral.unit):
        require(actor, "case.edit", referral.unit)
    locked: Referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    _fits(locked, answer, answered_on)
    if answer.outcome == Referral.Outcome.WAITING and (locked.person_id, locked.need) in _raised_again(
        [locked]
    ):
        raise Refusal(AGAIN, field="outcome")
    _apply(locked, answer, answered_on)
    locked.save(update_fields=["outcome", "amount", "answer", "answered_on"])
    facts = {"outcome": locked.get_outcome_display()}
    record(actor=actor, action="referral.answer", subject=locked, unit=locked.unit, facts=facts)
    return locked


def _raised_again(referrals: Collection[Referral]) -> set[tuple[int, str]]:
    """Of these, the people and needs that wait once more in a later referral: an answered one stays answered."""
    people = [one.person_id for one in referrals]
    open_ones = Referral.objects.filter(person__in=people, outcome__in=("", Referral.Outcome.WAITING))
    later = open_ones.exclude(pk__in=[one.pk for one in referrals])
    return set(later.values_list("person", "need"))


def _fits(referral: Referral, answer: Answer, on: date) -> None:
    if referral.pushed_on is None:
        raise Refusal("这条需求还没有推送给部门，推送后再登记反馈")
    if not referral.pushed_on <= on <= timezone.localdate():
        raise Refusal("反馈日期须在推送日期之后、今天之前（含当日）", field="answered_on")
    if answer.amount and answer.outcome != Referral.Outcome.HELPED:
        raise Refusal("没有给予救助的不填金额", field="amount")


def _apply(referral: Referral, answer: Answer, on: date) -> None:
    referral.outcome, referral.amount, referral.answer = answer.outcome, answer.amount, answer.answer[:300]
    referral.answered_on = on


@transaction.atomic
def import_answers(*, content: bytes, county: Unit, answered_on: date, actor: Any) -> int:
    """Take a department's list back, matched by ID, name and need; all or nothing. Returns how many. Raises Refusal."""
    require(actor, "case.review", county)
    rows = _read(content)
    indexes = [_index(row) for row in rows]
    pushed = Referral.objects.visible_to(actor).filter(
        unit__county=county, pushed_on__isnull=False, person__id_index__in=[one for one in indexes if one]
    )
    locked = Referral.objects.select_for_update(of=("self",)).filter(pk__in=pushed.values("pk"))
    known: Mapping[Any, Referral] = {
        (one.person.id_index, one.need): one for one in locked.select_related("person").order_by("pk")
    }
    again = _raised_again(list(known.values()))
    wrong, found = [], []
    for row, index in zip(rows, indexes, strict=True):
        referral = known.get((index, str(row.values.get("need") or "")))
        try:
            found.append(_answered(row, referral, answered_on, again))
        except Refusal as refusal:
            wrong.append(f"{row.place}：{refusal.message}")
    if wrong or not found:
        raise Refusal(f"没有写入：{first_of(wrong) if wrong else '文件里没有人员'}", field="file")
    Referral.objects.bulk_update(found, ["outcome", "amount", "answer", "answered_on"], batch_size=1000)
    record(actor=actor, action="referral.import", unit=county, facts={"people": len(found)})
    return len(found)


def _read(content: bytes) -> Sequence[Row]:
    setting = Setting(today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID)
    return read_short(content, ANSWERS, setting)


def _index(row: Row) -> UUID | None:
    number = row.values.get("citizen_id")
    return blind_index(getattr(number, "number", str(number)), "citizen_id") if number else None


def _answered(row: Row, referral: Referral | None, on: date, again: Collection[tuple[int, str]]) -> Referral:
    if row.rejected:
        raise Refusal("；".join(problem.text for problem in row.problems if problem.rejects))
    if referral is None:
        raise Refusal(
            f"身份证号、需求：{row.values.get('name')} 没有推送过这项需求。请核对证号和需求，改正后重新导入"
        )
    if problem := other_name(row.values.get("name"), referral.person.name):
        raise Refusal(problem.text)
    given = Answer(str(row.values["outcome"]), row.values.get("amount"), str(row.values.get("answer") or ""))
    _fits(referral, given, on)
    if given.outcome == Referral.Outcome.WAITING and (referral.person_id, referral.need) in again:
        raise Refusal(AGAIN)
    _apply(referral, given, on)
    return referral
