"""What the county's and a unit's sheet of the monthly table share."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import Http404
from django.urls import reverse

from reports.governance.columns import COUNTY_ONLY
from reports.governance.export import file_title, sheet_heading
from reports.governance.services import CODE
from reports.governance.table import TABLE, Row
from salvation.access.reach import reach_of
from salvation.domain.errors import BadValue
from salvation.domain.month import Month
from salvation.parameters.book import Book
from salvation.periods.checks import Outcome, number
from salvation.periods.models import Submission, in_force
from salvation.tables.model import Column, Heading, Table, Totals, ratio
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from salvation.web.pages.sheets import Check, SheetPage

YEAR = 12


def parse_month(text: str) -> Month:
    """Raises Http404 for anything that is no month."""
    try:
        return Month.parse(text)
    except BadValue as error:
        raise Http404("没有这个月份") from error


def own_units(user: Any, county: Unit, month: Month) -> list[Unit]:
    """Reporting units of the county that this person may see in tables."""
    reach = reach_of(user, "table.view")
    return [unit for unit in reporting_units(county, on=month.last_day) if unit.pk in reach.units]


class GovernanceSheet(SheetPage):
    """Rows of the monthly table with drill-down, comparison and highlighted cells."""

    permission = "table.view"
    month: Month
    county: Unit
    frozen: bool
    found: list[Row]

    def table(self) -> Table:
        return TABLE

    def rows(self) -> Sequence[Row]:
        return self.found

    def mark(self) -> str:
        return "" if self.frozen else "未冻结"

    def heading(self) -> Heading:
        return sheet_heading(
            self.county, self.month, self.found, frozen=self.frozen, made_by=str(self.request.user)
        )

    def file_title(self) -> str:
        version = max((row.submission.version for row in self.found if row.submission), default=1)
        return file_title(self.found[0].unit if len(self.found) == 1 else self.county, self.month, version)

    def page_title(self) -> str:
        return f"{self.month.label}专项治理统计表"

    def drill_url(self, row: Row | Totals, column: Column) -> str:
        """A unit's figure leads to its records, the total to the county's."""
        user: Any = self.request.user
        place = self.county if isinstance(row, Totals) or row.unit is None else row.unit
        held_above = column.code in COUNTY_ONLY and place != self.county
        if not column.measure or held_above or not user.may("case.view", place):
            return ""
        return reverse("reports:drill", args=[str(self.month), place.pk, column.code.replace(".", "-")])

    def previous(self, row: Row, column: Column) -> object:
        return self._earlier(row, column, 1)

    def year_before(self, row: Row, column: Column) -> object:
        return self._earlier(row, column, YEAR)

    @cached_property
    def jump(self) -> tuple[Decimal, Decimal]:
        """As the county's parameters say for the month."""
        book = Book(unit=self.county, on=self.month.last_day)
        return Decimal(book["stat.jump_least"]), Decimal(book["stat.jump_share"])

    def _earlier(self, row: Row, column: Column, back: int) -> object:
        cells = self._held(back).get(row.unit.pk) if row.unit else None
        if not cells:
            return None
        if column.ratio:
            return ratio(*(number(cells, part) for part in column.ratio))
        return number(cells, column.code)

    def _held(self, back: int) -> Mapping[int, Any]:
        """Cells by unit, of the month that lies so far back."""
        if not hasattr(self, "_months"):
            self._months: dict[int, dict[int, Any]] = {}
        if back not in self._months:
            held = in_force(Submission.objects.visible_to(self.request.user)).filter(
                table=CODE, county=self.county, period=(self.month - back).first_day
            )
            self._months[back] = {one.unit_id: one.cells for one in held.order_by("version")}
        return self._months[back]


def check_line(outcome: Outcome, unit: str = "", url: str = "") -> Check:
    """An outcome as the panel shows it."""
    word, tone = check_word(outcome)
    detail = outcome.explanation or (f"缺 {'、'.join(outcome.unknown[:4])}" if outcome.unknown else "")
    return Check(
        outcome.holds,
        outcome.check.label,
        detail,
        unit=unit,
        left="" if outcome.left is None else f"{outcome.left:,}",
        right="" if outcome.right is None else f"{outcome.right:,}",
        difference="" if outcome.holds or outcome.difference is None else f"{outcome.difference:+,}",
        word=word,
        tone=tone,
        url=url,
        action="修改说明" if outcome.explanation else "填写说明",
    )


def check_word(outcome: Outcome) -> tuple[str, str]:
    """How a check stands, in a word, and its tone."""
    if not outcome.asked:
        return "缺数据，未校验", "draft"
    if outcome.holds:
        return "相符", "good"
    if not outcome.check.explain:
        return "不符，不能签批", "bad"
    return ("不符，已说明", "plain") if outcome.explanation else ("不符，须说明", "wait")
