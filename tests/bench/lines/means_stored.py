"""The means test with its working kept: judge, seal and store every household against a COPY of the same bytes.

The second line is the whole service, from the register to the table; its floor also reads and opens what has to be read.
"""

import io
import json
from typing import Any

from django.db import connection
from django.utils import timezone

from cases.models import Assessment
from cases.services.judging import judge
from cases.services.reassess import keep, reassess_all
from salvation.intake.copying import new_ids
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.vault.crypto import seal, unseal
from tests.bench.county import undone
from tests.bench.households import read_all
from tests.bench.measure import Result, compare

TABLE = "cases_assessment"
COLUMNS = (
    'program, "on", eligible, base, uplift, care, total, standard, annual_income, per_capita, people, care_level, parameters, '
    "unconfirmed, household_id, made_at, result, facts"
)

DECLARED = """
SELECT DISTINCT ON (d.household_id) d.facts FROM cases_declaration d JOIN cases_household h ON h.id = d.household_id
WHERE h.county_id = %s ORDER BY d.household_id, d.id DESC
"""
MEMBERS = """
SELECT m.household_id, p.id, p.name, p.birth_date, m.counted, p.labour, p.disability_kind, p.disability_level
FROM cases_member m JOIN cases_person p ON p.id = m.person_id JOIN cases_household h ON h.id = m.household_id
WHERE h.county_id = %s AND m.left_on IS NULL
"""


def run(county: Unit) -> list[Result]:
    on, now = timezone.localdate(), timezone.now()
    cases = list(read_all(county, on))
    documents: list[tuple[str, str, str]] = []

    def judge_and_keep() -> None:
        ids = new_ids(Assessment, len(cases))
        keep(
            (
                (pk, entitled.household, judge(case, entitled.program, policy, on))
                for pk, (entitled, case, policy) in zip(ids, cases, strict=True)
            ),
            actor=None,
            now=now,
        )

    def least() -> float:
        documents[:] = documents or _documents(county, on, now)
        return undone(lambda: _copy(documents), TABLE)

    kept = compare(
        "家计核算并存档计算过程",
        len(cases),
        candidate=lambda: undone(judge_and_keep, TABLE),
        floor=least,
        limit=3.0,
    )
    whole = compare(
        "全县复核（读取、解封到存档）",
        len(cases),
        candidate=lambda: undone(lambda: reassess_all(unit=county, on=on, actor=None, now=now), TABLE),
        floor=lambda: undone(lambda: _read_and_copy(county, documents), TABLE),
        limit=4.0,
    )
    return [kept, whole]


def _documents(county: Unit, on: Any, now: Any) -> list[tuple[str, str, str]]:
    """What is stored, ready to be sealed: the plain columns as COPY wants them, result and facts."""
    found = []
    for entitled, case, policy in read_all(county, on):
        columns = judge(case, entitled.program, policy, on).columns
        result, facts = columns.pop("result"), columns.pop("facts")
        columns["parameters"] = sealed_facts.dump(columns["parameters"]).replace("\\", "\\\\")
        columns["unconfirmed"] = "{" + ",".join(columns["unconfirmed"]) + "}"
        plain = [str(value) if value is not None else "\\N" for value in columns.values()]
        found.append(("\t".join([*plain, str(entitled.household), str(now)]), result, facts))
    return found


def _read_and_copy(county: Unit, documents: list[tuple[str, str, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DECLARED, [county.pk])
        for (sealed,) in cursor.fetchall():
            json.loads(unseal(bytes(sealed), "facts"))
        cursor.execute(MEMBERS, [county.pk])
        cursor.fetchall()
    _copy(documents)


def _copy(documents: list[tuple[str, str, str]]) -> None:
    lines = [
        f"{plain}\t\\\\x{seal(result, 'assessment').hex()}\t\\\\x{seal(facts, 'facts').hex()}"
        for plain, result, facts in documents
    ]
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {TABLE} ({COLUMNS}) FROM STDIN", io.BytesIO("\n".join(lines).encode()))
