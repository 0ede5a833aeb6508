"""办理时限 in the browser (B18)."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from cases.timeliness import TABLE, timeliness
from salvation.tables.model import Table, Totals
from salvation.web.pages.sheets import SheetPage


class Timeliness(SheetPage):
    """One row a unit that this person sees."""

    title = "办理时限"
    from_replica = True
    permission = "case.view"

    def prepare(self) -> None:
        self.found = timeliness(self.request.user, timezone.localdate())

    def table(self) -> Table:
        return TABLE

    def rows(self) -> Sequence[Any]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return TABLE.total_row(rows) if len(rows) > 1 else None
