"""Writes of the unit tree."""

import csv
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from salvation.domain.errors import Refusal
from salvation.units.models import Unit

KIND_OF_LEVEL = {
    "province": Unit.Kind.PROVINCE,
    "city": Unit.Kind.CITY,
    "county": Unit.Kind.COUNTY,
    "township": Unit.Kind.TOWN,
    "village": Unit.Kind.VILLAGE,
}
DIVISION_COLUMNS = {"code", "name", "level", "parent_code"}
REPORTING_COLUMNS = {"unit_code", "unit_name", "kind", "village_code", "from"}
# Units of our own coding stand behind the divisions in every table.
OWN_UNIT_SORT = 900


def load_units(*, path: Path) -> tuple[int, int]:
    """Load divisions (code,name,level,parent_code) or reporting units (unit_code,…); returns (units, villages moved).

    Raises Refusal when the file is no such table or names an unknown parent; then nothing is written.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = set(reader.fieldnames or [])
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refusal(f"读不出文件 {path.name}：请提供 UTF-8 编码的 CSV（{error}）") from error
    if columns >= DIVISION_COLUMNS:
        return _load_divisions(rows), 0
    if columns >= REPORTING_COLUMNS:
        return _load_reporting_units(rows)
    raise Refusal(
        f"文件 {path.name} 的表头应为 {','.join(sorted(DIVISION_COLUMNS))} 或 {','.join(sorted(REPORTING_COLUMNS))}"
    )


@transaction.atomic
def _load_divisions(rows: list[dict[str, str]]) -> int:
    known = {unit.code: unit for unit in Unit.objects.all()}
    own_parents = {code for code, unit in known.items() if unit.parent and unit.parent.form}
    for level in KIND_OF_LEVEL:
        batch = [
            _division(row, known, number)
            for number, row in enumerate(rows, start=1)
            if row["level"] == level and row["code"] not in own_parents
        ]
        _upsert(batch)
        known = {unit.code: unit for unit in Unit.objects.all()}
    unknown = {row["level"] for row in rows} - set(KIND_OF_LEVEL)
    if unknown:
        raise Refusal(f"不认识的层级：{'、'.join(sorted(unknown))}（应为 {'、'.join(KIND_OF_LEVEL)}）")
    return len(rows)


def _division(row: dict[str, str], known: dict[str, Unit], number: int) -> Unit:
    code, parent_code = row["code"].strip(), row["parent_code"].strip()
    kind = KIND_OF_LEVEL[row["level"]]
    parent = known.get(parent_code)
    if parent is None and kind != Unit.Kind.PROVINCE:
        raise Refusal(f"第{number + 1}行：上级代码 {parent_code or '（空）'} 不在文件和系统中，请先加载上级")
    below_county = kind in {Unit.Kind.TOWN, Unit.Kind.VILLAGE}
    return Unit(
        code=code,
        name=row["name"].strip(),
        kind=kind,
        parent=parent,
        county=county_of(parent) if parent and below_county else None,
        path=f"{parent.path if parent else '/'}{code}/",
        sort=int(code[-3:]) if below_county else 0,
    )


def county_of(unit: Unit) -> Unit | None:
    """The county a unit belongs to; itself when it is one."""
    return unit if unit.kind == Unit.Kind.COUNTY else unit.county


def _upsert(units: Iterable[Unit]) -> None:
    Unit.objects.bulk_create(
        units,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "kind", "parent", "county", "path", "sort"],
        batch_size=2000,
    )


@transaction.atomic
def _load_reporting_units(rows: list[dict[str, str]]) -> tuple[int, int]:
    owners: dict[str, Unit] = {}
    moved = []
    for number, row in enumerate(rows, start=1):
        village = Unit.objects.filter(code=row["village_code"].strip(), kind=Unit.Kind.VILLAGE).first()
        if village is None:
            raise Refusal(f"第{number + 1}行：村代码 {row['village_code']} 不在系统中，请先加载区划")
        owner = owners.get(row["unit_code"]) or _reporting_unit(row, village)
        owners[owner.code] = owner
        village.parent, village.path = owner, f"{owner.path}{village.code}/"
        moved.append(village)
    Unit.objects.bulk_update(moved, ["parent", "path"])
    return len(owners), len(moved)


def _reporting_unit(row: dict[str, str], village: Unit) -> Unit:
    county = village.county
    if county is None:
        raise Refusal(f"村 {village.name} 没有所属县")
    code = row["unit_code"].strip()
    unit, _ = Unit.objects.update_or_create(
        code=code,
        defaults={
            "name": row["unit_name"].strip(),
            "kind": Unit.Kind.TOWN,
            "form": row["kind"].strip(),
            "parent": county,
            "county": county,
            "path": f"{county.path}{code}/",
            "valid_from": row["from"].strip() or "1949-10-01",
            "sort": OWN_UNIT_SORT,
        },
    )
    return unit
