"""Read an export of the province's system back: its numbers, people, amounts and standings (B32). Nothing here follows."""
# requirements: B32

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.models import Person
from cases.services.listed_places import place_finder
from reports.external.fields import BACK
from reports.models import ExternalBatch, ExternalRecord
from salvation.access.services import require
from salvation.domain import names
from salvation.domain.citizen_id import CitizenId
from salvation.domain.errors import BadValue, Refusal
from salvation.files.services import store
from salvation.intake.model import Row, Setting
from salvation.intake.reading import read_short
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.vault.crypto import blind_index

register(external__import="回填省系统数据")

KEPT_PROBLEMS = 500
Key = tuple[UUID, str]
# Says nothing of whom the register knows elsewhere, or why this person may not be read.
NOT_HERE = (
    "本行",
    "不是可以由本次导入回填的对象",
    "核对证号和受理单位；确属其他单位的，由受理单位或县级导入",
)
OTHER_NAME = ("户主姓名", "姓名与该证号登记的不符", "核对姓名和证号，在有错的那一边改正后再导入")
REMEDY = "在省系统核对后改正这一行，再导入"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file, and what it says about itself."""

    content: bytes
    as_of: date
    whole: bool


@transaction.atomic
def import_external(*, sheet: Sheet, unit: Unit, actor: Any, now: datetime) -> ExternalBatch:
    """Keep what the export says of a town or a county. A wrong row is left out and named with the way to mend it.

    Raises Refusal when nothing can be taken, or the file was read before.
    """
    require(actor, "report.fill", unit)
    if sheet.as_of > timezone.localdate(now):
        raise Refusal("数据日期不能晚于今天", field="as_of")
    digest = hashlib.sha256(sheet.content).hexdigest()
    before = ExternalBatch.objects.filter(unit=unit, sha256=digest).order_by("-pk").first()
    if before is not None and (before.as_of, before.whole) == (sheet.as_of, sheet.whole):
        raise Refusal("这个文件已经导入过，没有重复写入；数据日期或范围填错的，改正后再导入", field="file")
    rows = read_short(
        sheet.content, BACK, Setting(today=timezone.localdate(now), allow_test=settings.ALLOW_TEST_ID)
    )
    if not rows:
        raise Refusal("文件里没有对象，请核对后再导入", field="file")
    good, problems = _sorted(rows, unit, actor)
    if sheet.whole and problems:
        first = problems[0]
        raise Refusal(
            f"有 {len(problems)} 处有问题，不能作为全部在保对象导入：{first['place']}“{first['field']}”{first['reason']}；"
            "改好再导入，或不勾选“全部在保对象”先回填其余的行", field="file",
        )  # fmt: skip
    newer = _newer(good, sheet.as_of, unit, digest)
    writing = [one for one in good if (one.id_index, one.program) not in newer]
    if newer:
        problems.insert(0, _outdated(len(good) - len(writing)))
    batch = ExternalBatch.objects.create(
        unit=unit, as_of=sheet.as_of, whole=sheet.whole, rows=len(rows), taken=len(writing),
        problems=problems[:KEPT_PROBLEMS], stored_as=store(sheet.content), sha256=digest, made_by=actor,
    )  # fmt: skip
    _keep(writing, batch, now)
    facts = {"batch": str(batch), "rows": batch.rows, "taken": batch.taken, "problems": len(problems)}
    record(actor=actor, action="external.import", subject=batch, unit=unit, facts=facts)
    return batch


class _Wrong(Exception):
    """Field, reason and remedy of a row that cannot be kept."""


def _known(
    indexes: set[UUID], unit: Unit, county: Unit, actor: Any
) -> tuple[dict[UUID, Person], frozenset[UUID]]:
    """Whom this person may read back for this unit; the numbers of everybody else whom the county knows."""
    people = Person.objects.filter(id_index__in=indexes, unit__county=county)
    mine = people.visible_to(actor) if unit == county else people.visible_to(actor).filter(unit=unit)
    known = {one.id_index: one for one in mine.select_related("unit", "village") if one.id_index}
    others = people.exclude(id_index__in=list(known)).values_list("id_index", flat=True)
    return known, frozenset(index for index in others if index)


def _sorted(rows: Sequence[Row], unit: Unit, actor: Any) -> tuple[list[ExternalRecord], list[dict[str, str]]]:
    """Rows that can be kept, and what is wrong with the others."""
    county = county_of(unit)
    if county is None:
        raise Refusal("请选择县或乡镇")
    indexes = {index for row in rows if (index := _index(row)) is not None}
    known, others = _known(indexes, unit, county, actor)
    find, seen = place_finder(county), set[Key]()
    good: list[ExternalRecord] = []
    problems: list[dict[str, str]] = []
    for row in rows:
        wrong = [
            {"place": row.place, "field": p.field or "本行", "reason": p.reason, "remedy": p.remedy}
            for p in row.problems if p.rejects
        ]  # fmt: skip
        index = _index(row)
        if wrong or index is None:
            problems += wrong or [_problem(row, "户主身份证号", "没有证号", "补填18位身份证号")]
            continue
        try:
            if index in others:
                raise _Wrong(*NOT_HERE)
            found = _record(row, index, known.get(index), find, unit, county)
            if (index, found.program) in seen:
                raise _Wrong("本行", "同一人的同一类别出现了两次", REMEDY)
            seen.add((index, found.program))
            good.append(found)
        except _Wrong as wrong_row:
            problems.append(_problem(row, *wrong_row.args))
        except BadValue as error:
            problems.append(_problem(row, "乡镇", error.message, REMEDY))
    return good, problems


def _problem(row: Row, field: str, reason: str, remedy: str) -> dict[str, str]:
    return {"place": row.place, "field": field, "reason": reason, "remedy": remedy}


def _index(row: Row) -> UUID | None:
    number = row.values.get("citizen_id")
    return blind_index(number.number, "citizen_id") if isinstance(number, CitizenId) else None


def _record(
    row: Row, index: UUID, person: Person | None, find: Any, unit: Unit, county: Unit
) -> ExternalRecord:
    """Raises _Wrong for a row of somebody else or of another unit, BadValue for a town the county has not."""
    values = row.values
    if person is not None and not names.same_name(person.name, str(values["name"])):
        raise _Wrong(*OTHER_NAME)
    town: Unit = unit
    village = None
    if person is not None:
        town, village = person.unit, person.village
    elif unit == county or values.get("town"):
        town, village = find(str(values.get("town") or ""), "")
    if unit != county and town != unit:
        raise _Wrong(*NOT_HERE)
    return ExternalRecord(
        county=county, unit=town, village=village, person=person, name=str(values["name"]),
        id_no=values["citizen_id"].number, id_index=index, program=str(values["program"]), ext_no=str(values["ext_no"]),
        people=int(values["people"]) if values.get("people") is not None else None, amount=values.get("amount"),
        standing=str(values.get("standing") or ""),
    )  # fmt: skip


def _newer(good: Sequence[ExternalRecord], as_of: date, unit: Unit, digest: str) -> set[Key]:
    """Whose record is of a later day: an older export taken in late leaves it, unless the day of this very file is mended."""
    newer = ExternalRecord.objects.filter(
        county_id__in={one.county_id for one in good}, id_index__in=[one.id_index for one in good], as_of__gt=as_of
    ).exclude(batch__unit=unit, batch__sha256=digest)  # fmt: skip
    return set(newer.values_list("id_index", "program")) & {(one.id_index, one.program) for one in good}


def _outdated(rows: int) -> dict[str, str]:
    return {
        "place": "整个文件", "field": "数据日期", "reason": f"有 {rows} 行已有更晚日期的数据，没有改动",
        "remedy": "不用处理；数据日期填错的，改正日期后再导入",
    }  # fmt: skip


def _keep(writing: Sequence[ExternalRecord], batch: ExternalBatch, now: datetime) -> None:
    """What this export says replaces what an earlier one said."""
    for one in writing:
        one.batch, one.as_of, one.synced_at = batch, batch.as_of, now
    ExternalRecord.objects.bulk_create(
        writing, batch_size=1000, update_conflicts=True,
        unique_fields=["id_index", "program", "county"],
        update_fields=[
            "unit", "village", "person", "name", "id_no", "ext_no", "people", "amount", "standing", "as_of", "batch", "synced_at",
        ],
    )  # fmt: skip
