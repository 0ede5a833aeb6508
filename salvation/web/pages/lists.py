"""The list: filters in the address, sorting, columns, paging, count, export, bulk acts, saved views."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import reverse
from django.utils import timezone

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.mask import Scene
from salvation.journal.services import record
from salvation.tables.flat import write_flat
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Heading, Table
from salvation.web.bulk import BulkAction, bulk_check, bulk_run
from salvation.web.cursor import Window, capped_count, window
from salvation.web.downloads import download
from salvation.web.filters import FilterForm
from salvation.web.pages.base import ScopedPage
from salvation.web.selectors import saved_views
from salvation.web.services import drop_view, save_view

PAGING = ("after", "before")
# An id of a row; anything else ticked is no row.
PICK = r"[0-9]{1,18}"
# Beyond this, an export needs a second person even when masked (07 §7.3 #9).
EXPORT_LIMIT = 50_000


class ListPage(ScopedPage):
    """Declare ``model``, ``permission`` and ``table``; everything else has a default.

    ``record_url`` is the URL name of a row's page (its kwarg is ``pk``). ``export_permission`` defaults to
    the page's own: exported lists are masked like the page. ``empty`` is (why, what to do).
    """

    template_name = "pages/list.html"
    table: ClassVar[Table]
    filter_form: ClassVar[type[FilterForm]] = FilterForm
    default_sort: ClassVar[str] = "-pk"
    page_size: ClassVar[int] = 50
    record_url: ClassVar[str] = ""
    create_url: ClassVar[str] = ""
    create_permission: ClassVar[str] = ""
    create_label: ClassVar[str] = "新增"
    export_permission: ClassVar[str] = ""
    bulk: ClassVar[Sequence[BulkAction]] = ()
    empty: ClassVar[tuple[str, str]] = ("这里还没有记录", "")
    lead_in: ClassVar[str] = ""

    @classmethod
    def check_declaration(cls) -> None:
        super().check_declaration()
        if not isinstance(getattr(cls, "table", None), Table):
            raise ImproperlyConfigured(f"{cls.__name__} declares no table")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.filters()
        rows = form.apply(self.rows())
        count, more = capped_count(rows)
        shown = window(
            rows,
            sort=self.sort(),
            size=self.page_size,
            after=_number(request.GET, "after"),
            before=_number(request.GET, "before"),
        )
        return self.show(self.context(form, shown, count, more))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        act = request.POST.get("_act", "")
        if act == "export":
            return self.export()
        if act == "save_view":
            name = request.POST.get("name", "")
            save_view(actor=request.user, page=request.path, name=name, query=self.query())
            return HttpResponseRedirect(request.get_full_path())
        if act == "drop_view":
            drop_view(actor=request.user, page=request.path, pk=_number(request.POST, "view") or 0)
            return HttpResponseRedirect(request.get_full_path())
        return self._bulk(act)

    def filters(self) -> FilterForm:
        """The filter bar, filled from the address."""
        return self.filter_form(self.request.GET, user=self.request.user, auto_id="filter_%s")

    def sort(self) -> str:
        """The order asked for, if the table declares that column sortable."""
        wanted = self.request.GET.get("sort", "")
        known = {column.sort for column in self.table.leaves() if column.sort}
        return wanted if wanted.removeprefix("-") in known else self.default_sort

    def query(self) -> str:
        """The address's parameters without the place in the list."""
        kept = self.request.GET.copy()
        for key in PAGING:
            kept.pop(key, None)
        return kept.urlencode()

    def allowed_table(self) -> Table:
        """The columns this person's posts allow."""
        user: Any = self.request.user
        return self.table.select(lambda column: not column.permission or user.may(column.permission))

    def chosen_table(self) -> Table:
        """The allowed columns that were chosen, or those shown by default."""
        wanted = set(self.request.GET.getlist("cols"))
        table = self.allowed_table()
        lead = {column.code for column in table.leaves()[: table.lead]}

        def keep(column: Column) -> bool:
            return column.code in lead or (column.code in wanted if wanted else not column.optional)

        return table.select(keep)

    def row_url(self, row: Any) -> str:
        """The page behind a row."""
        return reverse(self.record_url, kwargs={"pk": row.pk})

    def context(self, form: FilterForm, shown: Window, count: int, more: bool) -> dict[str, Any]:
        """Everything the template shows."""
        user: Any = self.request.user
        table = self.chosen_table()
        actions = [action for action in self.bulk if user.may(action.permission)]
        look = Look(
            row_url=self.row_url if self.record_url or type(self).row_url is not ListPage.row_url else None,
            sort_url=self._sort_url,
            sorted_by=self.sort(),
            tick=(lambda row: str(row.pk)) if actions else None,
            css="cards",
        )
        chosen = {column.code for column in table.leaves()}
        return {
            "form": form,
            "count": f"{count:,}+" if more else f"{count:,}",
            "rows": shown.rows,
            "markup": html_table(table, shown.rows, look=look) if shown.rows else "",
            "next": self._page_url("after", shown.after),
            "previous": self._page_url("before", shown.before),
            "columns": [
                {"code": column.code, "label": column.label, "on": column.code in chosen}
                for column in self.allowed_table().leaves()[table.lead :]
            ],
            "actions": actions,
            "views": saved_views(user, self.request.path),
            "create": reverse(self.create_url)
            if self.create_url and user.may(self.create_permission)
            else "",
            "may_export": self.permitted(self.export_permission or self.permission),
            "query": self.query(),
            "other_params": [(key, value) for key, value in self._params() if key != "cols"],
        }

    def export(self) -> FileResponse:
        """The filtered list as xlsx, masked like the page, journalled with the number of rows."""
        request = self.request
        self.demand(self.export_permission or self.permission)
        rows = self.filters().apply(self.rows())
        count = rows.order_by()[: EXPORT_LIMIT + 1].count()
        if count > EXPORT_LIMIT:
            raise Refusal(f"一次最多导出 {EXPORT_LIMIT:,} 行，请先缩小筛选范围", rule="07 §7.3 第9条")
        ordered = rows.order_by(self.sort(), "pk").iterator(chunk_size=2000)
        content = BytesIO()
        written = write_flat(self.chosen_table(), ordered, content, heading=self.heading(), scene=Scene.LIST)
        facts = {"list": self.page_title(), "rows": written.rows, "digest": written.digest}
        record(actor=request.user, action="export", facts=facts)
        return download(content, f"{self.page_title()}.xlsx")

    def heading(self) -> Heading:
        """Who exported what and when: printed on top of the file."""
        user: Any = self.request.user
        now = timezone.localtime()
        mark = f"{user.unit_label} {user} {now:%Y-%m-%d %H:%M}"
        return Heading(self.page_title(), now, lines=(user.unit_label,), made_by=str(user), mark=mark)

    def _bulk(self, code: str) -> HttpResponse:
        """The check page of a bulk act, or the act itself once confirmed."""
        action = next((action for action in self.bulk if action.code == code), None)
        if action is None:
            raise Refusal("没有这项操作，请刷新页面后再试")
        require(self.request.user, action.permission)
        picked = self.rows().filter(
            pk__in=[int(pick) for pick in self.request.POST.getlist("pick") if re.fullmatch(PICK, pick)]
        )
        if "_once" in self.request.POST:
            return bulk_run(self, action, picked)
        return bulk_check(self, action, picked)

    def _params(self) -> list[tuple[str, str]]:
        query = QueryDict(self.query())
        return [(key, value) for key in query for value in query.getlist(key)]

    def _sort_url(self, key: str) -> str:
        changed = QueryDict(self.query(), mutable=True)
        changed["sort"] = f"-{key}" if self.sort() == key else key
        return f"?{changed.urlencode()}"

    def _page_url(self, key: str, pk: int | None) -> str:
        if pk is None:
            return ""
        query = self.query()
        return f"?{query}{'&' if query else ''}{quote(key)}={pk}"


def _number(values: QueryDict, key: str) -> int | None:
    text = values.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
