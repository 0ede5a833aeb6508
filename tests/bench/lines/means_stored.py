"""The means test with its working kept: read, judge, seal and store every household, against a COPY of the same bytes."""

import io
from typing import Any

from django.db import connection
from django.utils import timezone

from cases.services.judging import judge
from cases.services.reassess import reassess_all
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.vault.crypto import seal
from tests.bench.county import undone
from tests.bench.households import read_all
from tests.bench.measure import Result, compare

TABLE = "cases_assessment"
COLUMNS = (
    'program, "on", eligible, base, uplift, care, total, standard, annual_income, per_capita, people, care_level, parameters, '
    "unconfirmed, household_id, made_at, result, facts"
)


def run(county: Unit) -> list[Result]:
    on, now = timezone.localdate(), timezone.now()
    documents: list[tuple[str, str, str]] = []

    def candidate() -> None:
        reassess_all(unit=county, on=on, actor=None, now=now)

    def floor() -> None:
        if not documents:
            documents.extend(_documents(county, on, now))
        _floor(documents)

    return [
        compare(
            "家计核算并存档计算过程",
            len(list(read_all(county, on))),
            candidate=lambda: undone(candidate, TABLE),
            floor=lambda: undone(floor, TABLE),
            limit=3.0,
        )
    ]


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


def _floor(documents: list[tuple[str, str, str]]) -> None:
    lines = [
        f"{plain}\t\\\\x{seal(result, 'assessment').hex()}\t\\\\x{seal(facts, 'facts').hex()}"
        for plain, result, facts in documents
    ]
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {TABLE} ({COLUMNS}) FROM STDIN", io.BytesIO("\n".join(lines).encode()))
