"""The completeness of household files in the browser (B32)."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from reports.completeness import TABLE, completeness
from reports.views.sheets import own_units
from salvation.access.place import own_county
from salvation.domain.month import Month
from salvation.tables.model import Heading, Table, Totals
from salvation.web.pages.sheets import SheetPage


class Completeness(SheetPage):
    """One row a unit."""

    title = "低收入信息完整率"
    from_replica = True
    permission = "table.view"

    def prepare(self) -> None:
        user: Any = self.request.user
        self.county = own_county(user)
        self.found = completeness(self.county, own_units(user, self.county, Month.of(timezone.localdate())))

    def table(self) -> Table:
        return TABLE

    def rows(self) -> Sequence[Any]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return TABLE.total_row(self.found) if len(self.found) > 1 else None

    def heading(self) -> Heading:
        base = super().heading()
        return Heading(
            f"{self.county}{TABLE.title}",
            base.made_at,
            (f"截至{timezone.localdate():%Y年%m月%d日}",),
            made_by=base.made_by,
        )
