"""The work of a case: a list of IDs asked at once, an application handed in, a proposal tried out on the whole county."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cases.models import Application, Person
from cases.models.choices import Program
from cases.rules.compare import assess
from cases.services.applications import create_application
from cases.services.lookup import MOST, look_up, read_asked
from cases.services.simulation import simulate
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.parameters.book import at
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index, unseal
from tests.bench.county import undone
from tests.bench.households import read_all
from tests.bench.lines.means_stored import DECLARED, MEMBERS
from tests.bench.measure import Result, compare, timed
from tests.builders import make_household

# An application may take as long as any page; a list of thousands as long as one waits without looking away.
MOST_SECONDS, MOST_FOR_A_LIST, APPLICATIONS = 0.100, 1.0, 20
STANDARD = "dibao.std.rural"
ASKED = """
SELECT p.id, p.name, p.id_index, p.died_on, v.name, b.program, b.first_month, m.base + m.uplift,
       (SELECT string_agg(a.no, '、') FROM cases_application a JOIN cases_member f ON f.household_id = a.household_id
        WHERE f.person_id = p.id AND f.left_on IS NULL AND a.state NOT IN %(ended)s),
       (SELECT count(*) FROM cases_relief r WHERE r.applicant_id = p.id AND r.paid_on >= %(since)s)
FROM cases_person p
JOIN units_unit v ON v.id = p.village_id
LEFT JOIN cases_termmember m ON m.person_id = p.id AND m.months @> %(month)s::date
LEFT JOIN cases_benefitterm t ON t.id = m.term_id
LEFT JOIN cases_benefit b ON b.id = t.benefit_id
WHERE p.id_index = ANY(%(indexes)s)
"""


def run(county: Unit) -> list[Result]:
    with transaction.atomic():
        handed_in = _applications(county)
        transaction.set_rollback(True)
    return [_lookup(county), handed_in, _trial(county)]


def _lookup(county: Unit) -> Result:
    user = User.objects.filter(posts__role="COUNTY_CLERK", posts__unit=county).order_by("pk")[0]
    people = Person.objects.filter(unit__county=county).exclude(id_index=None).order_by("pk")[:MOST]
    text = "\n".join(person.id_no.plain() for person in people)
    this = Month.of(timezone.localdate())
    parameters = {
        "ended": tuple(Application.flow.ended), "since": (this - 12).first_day, "month": this.first_day,
    }  # fmt: skip
    found: list[int] = []

    def candidate() -> None:
        answers = look_up(asked=read_asked(text, b""), purpose="基准测量", actor=user)
        found.append(len([answer for answer in answers if answer.pk]))

    def floor() -> None:
        indexes = [blind_index(number, "citizen_id") for number in text.split()]
        with connection.cursor() as cursor:
            cursor.execute(ASKED, {**parameters, "indexes": indexes})
            found.append(len(cursor.fetchall()))

    taken = compare(
        "批量查询证号（上限1秒）",
        MOST,
        candidate=lambda: timed(candidate),
        floor=lambda: timed(floor),
        limit=1.0,
    )
    if len(set(found)) != 1:
        raise AssertionError(f"ours and the floor find different numbers of people: {set(found)}")
    return replace(taken, ratio=taken.seconds / MOST_FOR_A_LIST)


def _applications(county: Unit) -> Result:
    """Registered and submitted, against the same rows inserted by hand. ``ratio`` is the part of a tenth of a second."""
    clerk = User.objects.filter(posts__role="TOWN_CLERK", posts__unit__county=county).order_by("pk")[0]
    town = clerk.posts.get().unit
    village = Unit.objects.filter(parent=town).order_by("code")[0]
    households = [make_household(village, ["赵甲", "赵乙", "赵丙"]) for _ in range(APPLICATIONS)]
    written: list[tuple[str, list[tuple[Any, ...]]]] = []

    def candidate() -> None:
        now = timezone.now()
        for household in households:
            made = create_application(
                household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=now,
                authorised=True, kinship_declared=True,
            )  # fmt: skip
            perform(subject=made, step="submit", actor=clerk, now=now)

    def floor() -> None:
        with connection.cursor() as cursor:
            for statement, parameters in written:
                cursor.execute(statement, parameters)

    sequences = _sequences()
    with transaction.atomic(), _writing(written):
        candidate()
        transaction.set_rollback(True)

    def again() -> float:
        # The statements name the keys they were given when they were recorded.
        _set_back(sequences)
        return undone(floor)

    taken = compare(
        "申请登记并提交（上限0.1秒）",
        len(households),
        candidate=lambda: undone(candidate),
        floor=again,
        limit=1.0,
    )
    seconds, least = (one / len(households) for one in (taken.seconds, taken.floor_seconds))
    return replace(taken, seconds=seconds, floor_seconds=least, ratio=seconds / MOST_SECONDS)


def _sequences() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value FROM pg_sequences"
        )
        return [row for row in cursor.fetchall() if row[1] is not None]


def _set_back(sequences: list[tuple[str, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("SELECT setval(%s, %s)", sequences)


@contextmanager
def _writing(kept: list[Any]) -> Iterator[None]:
    """Keeps every statement that writes, to be sent again as it is."""

    def wrapper(execute: Any, sql: Any, parameters: Any, many: Any, context: Any) -> Any:
        if str(sql).lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            kept.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def propose(county: Unit) -> ParameterVersion:
    """A standard forty yuan higher from next month on."""
    today = timezone.localdate()
    now = at(STANDARD, on=today, unit=county).value
    return ParameterVersion.objects.create(
        key=STANDARD, unit=county, value=str(int(now) + 40), valid_from=(Month.of(today) + 1).first_day, basis="基准测量",
        entered_by=User.objects.order_by("pk")[0],
    )  # fmt: skip


def tried(version: ParameterVersion) -> int:
    """Simulate a proposal; how many households were judged."""
    kept = simulate(version=version, report=lambda done, total: None)
    return sum(unit["judged"] for unit in kept["units"].values())


def _trial(county: Unit) -> Result:
    """A higher standard tried out, nothing decided, against reading and opening the same facts, judging every household
    twice by the bare rules, and keeping as many rows.
    """
    today = timezone.localdate()
    with transaction.atomic():
        version = propose(county)
        judged: list[int] = []
        prepared = [
            (case.facts, entitled.program, policy.parameters)
            for entitled, case, policy in read_all(county, today)
        ]

        def candidate() -> None:
            judged.append(tried(version))

        def floor() -> None:
            _read_facts(county)
            for facts, program, parameters in prepared:
                for _ in range(2):
                    assess(Program(program), facts, parameters, today)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM cases_simulatedchange WHERE version_id = %s", [version.pk])
                cursor.execute("INSERT INTO cases_simulatedchange SELECT * FROM kept_changes")

        candidate()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE kept_changes ON COMMIT DROP AS"
                " SELECT * FROM cases_simulatedchange WHERE version_id = %s",
                [version.pk],
            )
        taken = compare(
            "提标试算",
            judged[0],
            candidate=lambda: timed(candidate),
            floor=lambda: timed(floor),
            limit=4.0,
            runs=3,
        )
        transaction.set_rollback(True)
    return taken


def _read_facts(county: Unit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DECLARED, [county.pk])
        for (sealed,) in cursor.fetchall():
            json.loads(unseal(bytes(sealed), "facts"))
        cursor.execute(MEMBERS, [county.pk])
        cursor.fetchall()
