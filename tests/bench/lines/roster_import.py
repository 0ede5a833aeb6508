"""Roster import, from the bytes of the workbook to rows whose constraints have all been checked."""

import io
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db import connection
from python_calamine import CalamineWorkbook

from cases.services.roster_import import checked_order, import_file
from salvation.domain.month import Month
from salvation.units.models import Unit
from salvation.units.selectors import villages_of
from salvation.vault.crypto import blind_index, seal, seal_bytes
from tests.bench.county import undone
from tests.bench.files import workbook
from tests.bench.measure import Result, compare

ROWS = 35_000
PROGRAM = "DIBAO_RURAL"
MONTH = Month(2022, 5)
TABLES = (
    "cases_person", "cases_household", "cases_member", "cases_benefit", "cases_benefitterm", "cases_termmember",
    "cases_payaccount", "intake_batch",
)  # fmt: skip
RELATIONS = {"户主": "HEAD", "配偶": "SPOUSE", "子": "CHILD", "女": "CHILD", "其他": "OTHER"}


def run(county: Unit) -> list[Result]:
    order = checked_order(unit=county, program=PROGRAM, month=MONTH)
    content = workbook().read_bytes()

    def candidate() -> None:
        plan = import_file(content=content, file_name=workbook().name, order=order, actor=None)
        if plan.accepted != ROWS:
            raise AssertionError(plan.summary)

    return [
        compare(
            "花名册导入（解析到入库）",
            ROWS,
            candidate=lambda: undone(candidate, *TABLES),
            floor=lambda: undone(lambda: _floor(county, content), *TABLES),
            limit=2.0,
        )
    ]


def _floor(county: Unit, content: bytes) -> None:
    """Read, seal, COPY: trusts the file, knows its columns by place, keeps no batch report and no journal."""
    villages = {village.name: village for village in villages_of(county)}
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[2:]
    seal_bytes(content, "file")
    batch = _batch(county)
    families = [list(family) for _, family in groupby(rows, key=lambda row: row[4])]
    ids = _Ids(len(rows), len(families))
    members = [
        (ids.person + at, ids.household + number, row, villages[row[2]])
        for at, (number, row) in enumerate(
            (number, row) for number, family in enumerate(families) for row in family
        )
    ]
    _copy("cases_person", PERSON, _people(members, batch))
    heads = [
        (pk, household, row, village, len(families[household - ids.household]))
        for pk, household, row, village in members
        if row[7] == "户主"
    ]
    _copy("cases_household", HOUSEHOLD, _households(heads, county.pk, batch))
    _copy("cases_member", MEMBER, _memberships(members))
    _copy("cases_benefit", BENEFIT, _benefits(heads, county.pk, batch, ids))
    _copy("cases_benefitterm", TERM, _terms(heads, ids))
    _copy("cases_termmember", COVERED, _covered(members, {head[1]: head for head in heads}, ids))
    _copy("cases_payaccount", ACCOUNT, _accounts(heads, batch))


PERSON = (
    "id, name, id_no, id_index, id_status, sex, birth_date, phone, labour, disability_kind, critical_illness, "
    "in_school, unit_id, village_id, batch_id, demo"
)
HOUSEHOLD = (
    "id, no, head_id, county_id, handling_unit_id, hukou_unit_id, residence_unit_id, village_id, group_name, address, "
    "standard_area, poverty_cause, batch_id, demo, created_at"
)
MEMBER = "household_id, person_id, relation, counted, exclude_reason"
BENEFIT = (
    "id, no, program, household_id, applicant_id, county_id, unit_id, village_id, standard_area, is_single, "
    "single_reason, source, first_month, stop_reason, batch_id, demo"
)
TERM = "id, benefit_id, months, standing, base, uplift, care, total, care_level"
COVERED = "term_id, person_id, months, base, uplift, uplift_kinds"
ACCOUNT = "household_id, holder_id, holder_name, payee_kind, filing_no, kind, bank, number, number_index, valid_from, batch_id"


class _Ids:
    """The next free keys: nobody else writes."""

    def __init__(self, people: int, households: int) -> None:
        self.person, self.household = _next("cases_person", people), _next("cases_household", households)
        self.benefit, self.term = (
            _next("cases_benefit", households),
            _next("cases_benefitterm", households),
        )


def _next(table: str, count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s, nextval(s) + %s) - %s FROM pg_get_serial_sequence(%s, 'id') s",
            [count, count, table],
        )
        return int(cursor.fetchone()[0])


def _batch(county: Unit) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_batch (intake, unit_id, options, file_name, stored_as, sha256, mapping, report, "
            "state, added_at) VALUES ('roster', %s, '{}', '', '', '', '{}', '{}', 'COMMITTED', now()) RETURNING id",
            [county.pk],
        )
        return int(cursor.fetchone()[0])


def _copy(table: str, columns: str, lines: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.BytesIO("\n".join(lines).encode()))


def _people(members: list[tuple[Any, ...]], batch: int) -> Iterator[str]:
    for pk, _, row, village in members:
        number, phone = row[6], row[13]
        sealed_phone = "\\\\x" + seal(phone, "phone").hex() if phone else "\\N"
        sex = "MALE" if int(number[16]) % 2 else "FEMALE"
        yield (
            f"{pk}\t{row[5]}\t\\\\x{seal(number, 'citizen_id').hex()}\t{blind_index(number, 'citizen_id')}\tVALID\t{sex}\t"
            f"{number[6:14]}\t{sealed_phone}\tFULL\t\tf\tf\t{village.parent_id}\t{village.pk}\t{batch}\tf"
        )


def _households(heads: list[tuple[Any, ...]], county: int, batch: int) -> Iterator[str]:
    for person, pk, row, village, _ in heads:
        unit = village.parent_id
        yield (
            f"{pk}\t{row[4]}\t{person}\t{county}\t{unit}\t{unit}\t{unit}\t{village.pk}\t{row[3]}\t\tRURAL\t\t{batch}\tf\tnow"
        )


def _memberships(members: list[tuple[Any, ...]]) -> Iterator[str]:
    for pk, household, row, _ in members:
        yield f"{household}\t{pk}\t{RELATIONS[row[7]]}\tt\t"


def _benefits(heads: list[tuple[Any, ...]], county: int, batch: int, ids: _Ids) -> Iterator[str]:
    for at, (person, household, _, village, _) in enumerate(heads):
        yield (
            f"{ids.benefit + at}\t\t{PROGRAM}\t{household}\t{person}\t{county}\t{village.parent_id}\t{village.pk}\tRURAL\tf\t\t"
            f"IMPORT\t{MONTH.first_day}\t\t{batch}\tf"
        )


def _terms(heads: list[tuple[Any, ...]], ids: _Ids) -> Iterator[str]:
    for at, (_, _, row, _, _) in enumerate(heads):
        yield f"{ids.term + at}\t{ids.benefit + at}\t[{MONTH.first_day},)\tACTIVE\t{row[8]}\t0\t0\t{row[8]}\t"


def _covered(members: list[tuple[Any, ...]], heads: dict[int, tuple[Any, ...]], ids: _Ids) -> Iterator[str]:
    for pk, household, row, _ in members:
        head = heads[household]
        part = int(head[2][8] * 100) // head[4]
        base = part if row[7] != "户主" else int(head[2][8] * 100) - part * (head[4] - 1)
        term = ids.term + household - ids.household
        yield f"{term}\t{pk}\t[{MONTH.first_day},)\t{base / 100:.2f}\t0\t{{}}"


def _accounts(heads: list[tuple[Any, ...]], batch: int) -> Iterator[str]:
    for person, household, row, _, _ in heads:
        number = row[11]
        yield (
            f"{household}\t{person}\t{row[10]}\tSELF\t\tDEBIT\t{row[12]}\t\\\\x{seal(number, 'account').hex()}\t"
            f"{blind_index(number, 'account')}\t{MONTH.first_day}\t{batch}"
        )
