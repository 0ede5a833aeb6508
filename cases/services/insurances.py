"""参保状态 of people in the register: taken from the offices' lists by ID, or entered for one person (N08)."""
# requirements: N08

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.models import Insurance, InsuranceBatch, Person
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.services import store
from salvation.intake.identity import other_name
from salvation.intake.model import Column, Intake, Kind, Row, Setting
from salvation.intake.reading import read_short
from salvation.intake.refused import refused_whole
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index

register(insurance__import="导入参保名单", insurance__save="登记参保情况")

FIRST_YEAR = 2010
KINDS = {
    **{label: code for code, label in Insurance.Kind.choices},
    **dict.fromkeys(
        ("医疗", "医疗保险", "医保", "基本医疗", "城乡居民基本医疗保险", "居民医保", "职工医保"), "MEDICAL"
    ),
    **dict.fromkeys(
        ("养老", "养老保险", "基本养老", "城乡居民基本养老保险", "居民养老", "职工养老"), "PENSION"
    ),
}
STANDINGS = {
    **{label: code for code, label in Insurance.Standing.choices},
    **dict.fromkeys(("参保", "正常参保", "正常缴费", "参保缴费", "在保", "已缴费", "是"), "INSURED"),
    **dict.fromkeys(("领取待遇", "待遇领取", "正常领取", "领取"), "RECEIVING"),
    **dict.fromkeys(("停保", "暂停参保", "中断", "中断缴费", "未缴费"), "LAPSED"),
    **dict.fromkeys(("未参", "没有参保", "未参加", "否", "无"), "NONE"),
}
SCHEMES = {
    **{label: code for code, label in Insurance.Scheme.choices},
    **dict.fromkeys(("居民", "城居保", "城乡居民保险"), "RESIDENT"),
    **dict.fromkeys(("城镇职工", "企业职工", "机关事业"), "EMPLOYEE"),
}
LISTED = Intake(
    name="insurance",
    alone=False,
    title="参保名单",
    columns=(
        Column("name", "姓名", Kind.NAME, ("参保人", "参保人姓名"), required=True),
        Column("citizen_id", "身份证号", Kind.CITIZEN_ID, ("身份证号码", "公民身份号码", "证件号码"), required=True),
        Column("kind", "险种", Kind.CHOICE, ("险种类型", "保险类别", "参保险种"), required=True, choices=KINDS),
        Column("standing", "参保状态", Kind.CHOICE, ("状态", "缴费状态", "是否参保"), required=True, choices=STANDINGS),
        Column("scheme", "类型", Kind.CHOICE, ("参保类型", "人员类别"), choices=SCHEMES),
        Column("subsidised", "资助金额", Kind.AMOUNT, ("资助参保金额", "代缴金额", "财政代缴", "资助参保（元）")),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file, and what it says about itself."""

    content: bytes
    source: str
    year: int
    as_of: date


@transaction.atomic
def import_insurances(*, sheet: Sheet, county: Unit, actor: Any, now: datetime) -> InsuranceBatch:
    """Take a list in; all or nothing. People the county's register does not know are passed over, and so is what a later
    list or a clerk said of somebody since. Raises Refusal.
    """
    require(actor, "case.review", county)
    _fits(sheet.year, sheet.as_of, timezone.localdate(now))
    digest = hashlib.sha256(sheet.content).hexdigest()
    earlier = InsuranceBatch.objects.filter(unit=county, sha256=digest).first()
    if earlier is not None:
        raise Refusal(f"这个文件已作为“{earlier}”导入过，没有重复写入", field="file")
    rows = _read(sheet.content)
    known = _known(rows, county)
    _refuse_other_names(rows, known)
    batch = InsuranceBatch.objects.create(
        unit=county, source=sheet.source, as_of=sheet.as_of, rows=len({row.index for row in rows}), matched=len(known),
        stored_as=store(sheet.content), sha256=digest, made_by=actor,
    )  # fmt: skip
    later = set(
        Insurance.objects.filter(
            person__in=[person.pk for person in known.values()], year=sheet.year, as_of__gt=sheet.as_of
        ).values_list("person", "kind")
    )
    made = [
        _insurance(row, known[row.index], batch, sheet, actor)
        for row in rows
        if row.index in known and (known[row.index].pk, row.kind) not in later
    ]
    Insurance.objects.bulk_create(
        made, batch_size=1000, update_conflicts=True, unique_fields=["person", "kind", "year"],
        update_fields=["scheme", "standing", "subsidised", "as_of", "note", "batch", "recorded_by", "recorded_at"],
    )  # fmt: skip
    facts = {"list": str(batch), "rows": batch.rows, "matched": batch.matched, "later": len(later)}
    record(actor=actor, action="insurance.import", subject=batch, unit=county, facts=facts)
    return batch


@dataclass(frozen=True, slots=True)
class _Listed:
    place: str
    index: UUID
    name: str
    kind: str
    standing: str
    scheme: str
    subsidised: Decimal


def _fits(year: int, as_of: date, today: date) -> None:
    if not FIRST_YEAR <= year <= today.year + 1:
        raise Refusal(f"年度须在{FIRST_YEAR}年至{today.year + 1}年之间", field="year")
    if as_of > today:
        raise Refusal("数据日期不能晚于今天", field="as_of")


def _read(content: bytes) -> list[_Listed]:
    setting = Setting(today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID)
    rows = read_short(content, LISTED, setting)
    wrong = [
        f"{row.place}：{'；'.join(problem.text for problem in row.problems if problem.rejects) or '没有证号'}"
        for row in rows
        if row.rejected or not row.values.get("citizen_id")
    ]
    found = [] if wrong else [_listed(row) for row in rows]
    seen: set[tuple[UUID, str]] = set()
    for row in found:
        if (row.index, row.kind) in seen:
            wrong.append(f"{row.place}：同一人的同一险种出现了两次，请删去一行")
        seen.add((row.index, row.kind))
    _refuse(wrong)
    if not found:
        raise Refusal("文件里没有人员，请核对后再导入", field="file")
    return found


def _listed(row: Row) -> _Listed:
    values = row.values
    number = values["citizen_id"]
    standing = str(values["standing"])
    paid = values.get("subsidised") or Decimal(0)
    return _Listed(
        row.place, blind_index(getattr(number, "number", str(number)), "citizen_id"), str(values["name"]),
        str(values["kind"]), standing, str(values.get("scheme") or ""),
        Decimal(paid) if standing in ("INSURED", "RECEIVING") else Decimal(0),
    )  # fmt: skip


def _known(rows: Sequence[_Listed], county: Unit) -> dict[UUID, Person]:
    wanted = list({row.index for row in rows})
    found = Person.objects.filter(id_index__in=wanted, unit__county=county)
    return {person.id_index: person for person in found if person.id_index}


def _refuse_other_names(rows: Sequence[_Listed], known: dict[UUID, Person]) -> None:
    _refuse(
        f"{row.place}：{problem.text}"
        for row in rows
        if row.index in known and (problem := other_name(row.name, known[row.index].name))
    )


def _refuse(found: Any) -> None:
    wrong = list(found)
    if wrong:
        raise Refusal(refused_whole(wrong), field="file")


def _insurance(row: _Listed, person: Person, batch: InsuranceBatch, sheet: Sheet, actor: Any) -> Insurance:
    return Insurance(
        person=person, kind=row.kind, year=sheet.year, scheme=row.scheme, standing=row.standing,
        subsidised=row.subsidised, as_of=sheet.as_of, batch=batch, recorded_by=actor, recorded_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def save_insurance(
    *,
    person: Person,
    kind: str,
    year: int,
    standing: str,
    as_of: date,
    actor: Any,
    scheme: str = "",
    subsidised: Decimal = Decimal(0),
    note: str = "",
) -> Insurance:
    """What a clerk found out about one person; it replaces what was known of that year. Raises Refusal."""
    require(actor, "case.edit", person.unit)
    _fits(year, as_of, timezone.localdate())
    if subsidised and standing not in ("INSURED", "RECEIVING"):
        raise Refusal("没有参保的人不能有资助参保金额，请核对", field="subsidised")
    found, _ = Insurance.objects.update_or_create(
        person=person, kind=kind, year=year,
        defaults={
            "standing": standing, "scheme": scheme, "subsidised": subsidised, "as_of": as_of, "note": note, "batch": None,
            "recorded_by": actor,
        },
    )  # fmt: skip
    facts = {"year": year, "kind": found.get_kind_display(), "standing": found.get_standing_display()}
    record(actor=actor, action="insurance.save", subject=person, unit=person.unit, facts=facts)
    return found
