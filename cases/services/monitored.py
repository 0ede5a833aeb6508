"""三类人员 (B26): read the list, match it by ID with who is helped, have everybody else looked into."""
# requirements: B26

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from cases.models import Discovery, MonitorBatch, MonitoredPerson, Person, TermMember
from cases.services.discoveries import OPEN
from cases.services.listed_places import Place, place_finder
from salvation.access.services import require
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.month import Month
from salvation.files.services import store
from salvation.flow.engine import begin_all, stat_month
from salvation.intake.identity import other_name
from salvation.intake.model import Column, Intake, Kind, Row, Setting
from salvation.intake.reading import read_short
from salvation.intake.refused import refused_whole
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index

register(monitored__import="导入三类人员名单")

CATEGORIES = {
    **{label: code for code, label in MonitoredPerson.Category.choices},
    **{label.removesuffix("户"): code for code, label in MonitoredPerson.Category.choices},
    "脱贫不稳定人口": "UNSTABLE",
    "边缘易致贫人口": "MARGIN_POOR",
    "突发严重困难人口": "SUDDEN",
}
LISTED = Intake(
    name="monitored",
    title="三类人员名单",
    columns=(
        Column("name", "姓名", Kind.NAME, ("户主姓名", "成员姓名"), required=True),
        Column("citizen_id", "身份证号", Kind.CITIZEN_ID, ("身份证号码", "公民身份号码", "证件号码"), required=True),
        Column("category", "类别", Kind.CHOICE, ("监测对象类别", "户类型", "人员类别", "监测类别"), required=True, choices=CATEGORIES),
        Column("town", "乡镇", aliases=("乡（镇）", "乡镇（街道）", "所属乡镇", "镇", "填报单位")),
        Column("place", "村（社区）", aliases=("村", "行政村", "所属村", "村居", "行政村（社区）")),
        Column("risk", "风险原因", aliases=("风险类型", "致贫风险", "致贫返贫风险", "监测原因"), max_length=100),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that can be taken in."""

    name: str
    number: str
    index: UUID
    category: str
    risk: str
    unit: Unit
    village: Unit | None
    person: Person | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file, and what it says about itself."""

    content: bytes
    title: str
    source: str
    valid_from: date
    valid_until: date


@transaction.atomic
def import_monitored(*, sheet: Sheet, county: Unit, actor: Any, now: datetime) -> MonitorBatch:
    """Take a list in; all or nothing. Whoever is not helped gets a discovery. Raises Refusal with what is wrong and where."""
    require(actor, "case.review", county)
    if sheet.valid_until < sheet.valid_from:
        raise Refusal("有效期止不能早于有效期起", field="valid_until")
    digest = hashlib.sha256(sheet.content).hexdigest()
    earlier = MonitorBatch.objects.filter(unit=county, sha256=digest).first()
    if earlier is not None:
        raise Refusal(f"这个文件已作为“{earlier}”导入过，没有重复写入", field="file")
    rows = _read(sheet.content, county)
    helped = _helped(rows, timezone.localdate(now))
    batch = MonitorBatch.objects.create(
        unit=county, title=sheet.title, source=sheet.source, valid_from=sheet.valid_from, valid_until=sheet.valid_until,
        people=len(rows), helped=len(helped), stored_as=store(sheet.content), sha256=digest, made_by=actor,
    )  # fmt: skip
    looked_into = _look_into([row for row in rows if row.index not in helped], county, actor, now)
    month = stat_month(county, now)
    MonitoredPerson.objects.bulk_create(
        (
            MonitoredPerson(
                batch=batch, county=county, unit=row.unit, village=row.village, name=row.name, id_no=row.number,
                id_index=row.index, category=row.category, risk=row.risk, person=row.person,
                benefit_id=helped.get(row.index), matched_month=month if row.index in helped else None,
                discovery=looked_into.get(row.index),
            )
            for row in rows
        ),
        batch_size=1000,
    )  # fmt: skip
    facts = {"list": batch.title, "people": batch.people, "helped": batch.helped}
    record(actor=actor, action="monitored.import", subject=batch, unit=county, facts=facts)
    return batch


def _read(content: bytes, county: Unit) -> list[Listed]:
    setting = Setting(today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID)
    rows = read_short(content, LISTED, setting)
    indexes = [_index(row) for row in rows]
    known = {p.id_index: p for p in _people(index for index in indexes if index)}
    place, found, wrong, seen = place_finder(county), [], [], set()
    for row, index in zip(rows, indexes, strict=True):
        try:
            if index in seen:
                raise BadValue("这个证号在文件中出现了两次，请删去一行")
            found.append(_listed(row, index, known.get(index), place))
            seen.add(index)
        except BadValue as error:
            wrong.append(f"{row.place}：{error.message}")
    if wrong or not found:
        raise Refusal(refused_whole(wrong), field="file")
    return found


def _index(row: Row) -> UUID | None:
    number = row.values.get("citizen_id")
    return blind_index(getattr(number, "number", str(number)), "citizen_id") if number else None


def _people(indexes: Iterable[UUID]) -> Iterable[Person]:
    wanted = list(indexes)
    return Person.objects.filter(id_index__in=wanted).select_related("unit", "village")


def _listed(
    row: Row, index: UUID | None, person: Person | None, place: Callable[[str, str], Place]
) -> Listed:
    """Raises BadValue with the reason why a row cannot be taken in."""
    if row.rejected or index is None:
        texts = "；".join(problem.text for problem in row.problems if problem.rejects)
        raise BadValue(texts or "没有证号")
    values = row.values
    if person is not None and (problem := other_name(values["name"], person.name)):
        raise BadValue(problem.text)
    where: Place = (
        (person.unit, person.village)
        if person is not None and not values.get("town")
        else place(str(values.get("town") or ""), str(values.get("place") or ""))
    )
    number = values["citizen_id"]
    return Listed(
        str(values["name"]), getattr(number, "number", str(number)), index, str(values["category"]),
        str(values.get("risk") or ""), *where, person,
    )  # fmt: skip


def _helped(rows: Sequence[Listed], today: date) -> dict[UUID, int]:
    """Benefits in force this month, by blind index."""
    covered = TermMember.objects.filter(
        person__in=[row.person.pk for row in rows if row.person], months__contains=Month.of(today).first_day
    )
    found = covered.values_list("person__id_index", "term__benefit")
    return {index: benefit for index, benefit in found if index}


def _look_into(rows: Sequence[Listed], county: Unit, actor: Any, now: datetime) -> Mapping[UUID, Discovery]:
    """A discovery for each; one that is open already serves."""
    indexes = [row.index for row in rows]
    found = {
        d.id_index: d for d in Discovery.objects.filter(county=county, id_index__in=indexes, state__in=OPEN)
    }
    made = [
        Discovery(
            county=county, unit=row.unit, village=row.village, name=row.name, id_no=row.number, id_index=row.index,
            origin=Discovery.Origin.LIST, hardship=Discovery.Hardship.OTHER, person=_of_unit(row),
            situation=f"{MonitoredPerson.Category(row.category).label}：{row.risk or '未填风险原因'}",
            found_on=timezone.localdate(now), found_by="三类人员名单", recorded_by=actor,
        )
        for row in rows
        if row.index not in found
    ]  # fmt: skip
    begin_all(made, step="list", now=now)
    return {d.id_index: d for d in (*found.values(), *made) if d.id_index}


def _of_unit(row: Listed) -> Person | None:
    return row.person if row.person and row.person.unit_id == row.unit.pk else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a unit is with a list."""

    unit: str
    people: int
    helped: int
    waiting: int
    checked: int
    concluded: int
    applied: int
    unfit: int


def progress(batch: MonitorBatch, actor: Any) -> list[Progress]:
    """By unit, for those this person sees."""
    state, outcome = "discovery__state", "discovery__outcome"
    rows = MonitoredPerson.objects.visible_to(actor).filter(batch=batch)
    counted = rows.values("unit__name").annotate(
        people=Count("pk"),
        helped=Count("pk", filter=Q(benefit__isnull=False)),
        waiting=Count("pk", filter=Q(**{state: "FOUND"})),
        checked=Count("pk", filter=Q(**{f"{state}__in": ("CHECKED", "INFORMED")})),
        concluded=Count("pk", filter=Q(**{state: "CLOSED"})),
        applied=Count("pk", filter=Q(**{f"{outcome}__in": ("DIBAO", "TEKUN", "MARGINAL", "RIGID", "RELIEF")})),
        unfit=Count("pk", filter=Q(**{outcome: "UNFIT"})),
    )  # fmt: skip
    return [
        Progress(
            row["unit__name"], row["people"], row["helped"], row["waiting"], row["checked"], row["concluded"],
            row["applied"], row["unfit"],
        )
        for row in counted.order_by("unit__sort", "unit__code")
    ]  # fmt: skip
