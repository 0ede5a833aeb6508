"""Measures: every number of a statistic is declared once, over one source of records.

A ``Source`` gives the records of a county for a month; a ``Measure`` counts some of them. The figure in the table,
the list behind it, the sentence in the report and the notice all come from the same pair. All units and
the county, which counts nobody twice, are computed in one statement.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Value

from salvation.domain.month import Month
from salvation.replica import database
from salvation.units.models import Unit

STOCK, MONTH, CUMULATIVE = "", "m", "c"
DISTINCT = frozenset({"people", "households"})


@dataclass(frozen=True, slots=True)
class Frame:
    """For which county and month is counted, and since when the cumulative figures run."""

    county: Unit
    month: Month
    since: Month
    frozen: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Records behind figures. Paths name the fields that identify unit, person and household.

    ``month``: path to the statistical month of an event; None for a stock at the month's end.
    """

    code: str
    label: str
    rows: Callable[[Frame], QuerySet[Any]]
    unit: str = "unit_id"
    person: str = "person_id"
    household: str = "household_id"
    month: str | None = "stat_month"
    permission: str = "case.view"


@dataclass(frozen=True, slots=True)
class Measure:
    """``count``: people, households, events, or the path of an amount to add up (yuan)."""

    code: str
    source: str
    count: str
    where: Q = field(default_factory=Q)


# Figures by measure key ("SA03", "SB04.m") → unit id → number; unit None is the county without double counting.
Figures = dict[str, dict[int | None, Decimal | int]]

SOURCES: dict[str, Source] = {}
MEASURES: dict[str, Measure] = {}


def register(sources: Iterable[Source] = (), measures: Iterable[Measure] = ()) -> None:
    """Called by apps in ``AppConfig.ready()``."""
    SOURCES.update({source.code: source for source in sources})
    MEASURES.update({measure.code: measure for measure in measures})


def key(code: str, sub: str) -> str:
    return f"{code}.{sub}" if sub else code


def subs(source: Source) -> tuple[str, ...]:
    return (STOCK,) if source.month is None else (MONTH, CUMULATIVE)


def compute(frame: Frame, codes: Iterable[str]) -> Figures:
    """All figures of a county for a month, in one statement whatever the number of units and sources."""
    wanted = [MEASURES[code] for code in codes if code in MEASURES]
    counts = []
    for source_code in dict.fromkeys(measure.source for measure in wanted):
        of_source = [measure for measure in wanted if measure.source == source_code]
        counts.append(_counts(SOURCES[source_code], of_source, frame))
    figures: Figures = {}
    for found in _together(filter(None, counts)):
        _put(figures, found, found["of_unit"])
    return figures


def _counts(source: Source, measures: Iterable[Measure], frame: Frame) -> tuple[str, tuple[Any, ...]] | None:
    """The statement that counts a source by unit and as a whole: each record is read and judged once.

    OFFSET 0 keeps the planner from judging it again for every figure and both groupings. None without any record.
    """
    columns: dict[str, Any] = {"of_unit": F(source.unit)}
    flags, counts = {}, []
    for measure in measures:
        path = PATHS.get(measure.count)
        counted = path(source) if path else measure.count
        column = f"k_{counted}"
        columns[column] = F(counted)
        for sub in subs(source):
            alias = f"x_{measure.code}__{sub}" if sub else f"x_{measure.code}"
            flags[alias] = _flag(condition(source, measure, frame, sub))
            what = f'count(DISTINCT "{column}")' if measure.count in PATHS else f'sum("{column}")'
            counts.append(f'{what} FILTER (WHERE "{alias}") AS "{alias}"')
    rows = source.rows(frame).order_by().values(**columns).annotate(**flags)
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    figures = ", ".join(counts)
    # Names come from declarations, values are parameters.
    grouped = f"SELECT of_unit, {figures} FROM ({sql} OFFSET 0) r GROUP BY GROUPING SETS ((of_unit), ())"  # noqa: S608
    return grouped, parameters


# What is counted once each, by the source's own path; anything else is an amount to add up.
PATHS: dict[str, Callable[[Source], str]] = {
    "people": lambda source: source.person,
    "households": lambda source: source.household,
    "events": lambda _: "pk",
}


def _flag(where: Q) -> Any:
    return ExpressionWrapper(where, output_field=BooleanField()) if where else Value(value=True)


def _together(counts: Iterable[tuple[str, tuple[Any, ...]]]) -> Iterator[dict[str, Any]]:
    """The rows of statements with columns of their own, asked in one."""
    statements: list[str] = []
    parameters: list[Any] = []
    for sql, given in counts:
        statements.append(f"SELECT to_jsonb(part)::text FROM ({sql}) part")  # noqa: S608 - Django's own statement
        parameters += given
    if not statements:
        return
    with connections[database()].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        for (text,) in cursor.fetchall():
            yield json.loads(text, parse_float=Decimal)


def _put(figures: Figures, found: Mapping[str, Any], unit: int | None) -> None:
    for alias, value in found.items():
        if alias.startswith("x_"):
            code, _, sub = alias.removeprefix("x_").partition("__")
            figures.setdefault(key(code, sub), {})[unit] = value or 0


def condition(source: Source, measure: Measure, frame: Frame, sub: str) -> Q:
    """Which records of the source a figure counts."""
    where = measure.where
    if source.month is None:
        return where
    if sub == MONTH:
        return where & Q(**{source.month: frame.month.first_day})
    return where & Q(
        **{f"{source.month}__gte": frame.since.first_day, f"{source.month}__lte": frame.month.first_day}
    )


def records(frame: Frame, code: str, sub: str, units: Iterable[int] | None) -> QuerySet[Any]:
    """The records behind one figure, narrowed to units."""
    measure = MEASURES[code]
    source = SOURCES[measure.source]
    rows = source.rows(frame).filter(condition(source, measure, frame, sub))
    return rows if units is None else rows.filter(**{f"{source.unit}__in": list(units)})
