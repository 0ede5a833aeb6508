"""The list: filters in the address, sorting, columns, paging, count, export, bulk acts, saved views."""

import re
from collections.abc import Sequence
from functools import cached_property
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import quote

from django.contrib import messages
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

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.mask import Scene
from salvation.journal.services import record
from salvation.tables.flat import write_flat
from salvation.tables.html import Look, html_table
from salvation.tables.model import Heading, Table
from salvation.web.bulk import BulkAction, bulk_check, bulk_run
from salvation.web.columns import arranged, choices, moved
from salvation.web.cursor import Window, capped_count, window
from salvation.web.downloads import download, export_heading
from salvation.web.filters import FilterForm
from salvation.web.models import SavedView
from salvation.web.pages.base import ScopedPage
from salvation.web.piles import Pile, chosen_pile, only, pile_tabs
from salvation.web.selectors import own_columns, saved_views
from salvation.web.services import drop_view, rename_view, save_columns, save_view, set_default_view

PAGING = ("after", "before")
VIEW_ACTS = frozenset(
    ("save_view", "rename_view", "default_view", "no_default_view", "drop_view", "columns", "reset_columns")
)
# An id of a row; anything else ticked is no row.
PICK = r"[0-9]{1,18}"
STAND_IN = "9" * 18
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
    # Parts of the list, each a tab with its count; the page opens with the first.
    piles: ClassVar[Sequence[Pile]] = ()
    lead_in: ClassVar[str] = ""

    @classmethod
    def check_declaration(cls) -> None:
        super().check_declaration()
        if not isinstance(getattr(cls, "table", None), Table):
            raise ImproperlyConfigured(f"{cls.__name__} declares no table")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        default = next((view for view in self.views if view.is_default), None)
        if default and not request.GET:
            return HttpResponseRedirect(f"{request.path}?{_view_query(default)}")
        rows = self.found()
        count = capped_count(rows)
        shown = window(
            rows,
            sort=self.sort(),
            size=self.page_size,
            after=_number(request.GET, "after"),
            before=_number(request.GET, "before"),
        )
        return self.show(self.context(shown, count))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        act = request.POST.get("_act", "")
        if act == "export":
            return self.export()
        if act in VIEW_ACTS:
            return self._keep(act)
        return self._bulk(act)

    @cached_property
    def filters(self) -> FilterForm:
        """The filter bar, filled from the address."""
        return self.filter_form(self.request.GET, user=self.request.user, auto_id="filter_%s")

    @cached_property
    def matching(self) -> Any:
        """The rows that fit the filters, of all piles."""
        return self.filters.apply(self.rows())

    @cached_property
    def pile(self) -> str:
        """Which part of the list is open."""
        return chosen_pile(self.piles, self.request.GET.get("pile", ""), filtered=self.filters.active)

    def found(self) -> Any:
        """The rows that fit the filters, of the pile that is open."""
        return only(self.piles, self.matching, self.pile) if self.piles else self.matching

    def sort(self) -> str:
        """The order asked for, if the table declares that column sortable."""
        wanted = self.request.GET.get("sort", "")
        known = {column.sort for column in self.table.leaves() if column.sort}
        return wanted if wanted.removeprefix("-") in known else self.default_sort

    def query(self, *, without: Sequence[str] = ()) -> str:
        """The address's parameters without the place in the list."""
        kept = self.request.GET.copy()
        for key in (*PAGING, *without):
            kept.pop(key, None)
        return kept.urlencode()

    def allowed_table(self) -> Table:
        """The columns this person's posts allow."""
        user: Any = self.request.user
        return self.table.select(lambda column: not column.permission or user.may(column.permission))

    def chosen_table(self) -> Table:
        """The allowed columns of the address, else those of the account, else those shown by default."""
        wanted = self.request.GET.getlist("cols") or own_columns(self.request.user, self.list_key)
        return arranged(self.allowed_table(), wanted)

    @cached_property
    def views(self) -> list[SavedView]:
        """The person's own views of this list."""
        return list(saved_views(self.request.user, self.list_key))

    @property
    def list_key(self) -> str:
        """Under what views and columns are remembered: the same list of another record shares them."""
        return re.sub(r"/\d+(?=/)", "/*", self.request.path)

    def row_url(self, row: Any) -> str:
        """The page behind a row."""
        return self._record_address.replace(STAND_IN, str(row.pk))

    @cached_property
    def _record_address(self) -> str:
        """Looked up once a page, with a number of no record in the place of the row's."""
        return reverse(self.record_url, kwargs={"pk": int(STAND_IN)})

    def context(self, shown: Window, count: str) -> dict[str, Any]:
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
        return {
            "form": self.filters,
            "count": count,
            "rows": shown.rows,
            "markup": html_table(table, shown.rows, look=look) if shown.rows else "",
            "next": self._page_url("after", shown.after),
            "previous": self._page_url("before", shown.before),
            "columns": choices(self.allowed_table(), table),
            "url_columns": self.request.GET.getlist("cols"),
            "actions": actions,
            "views": self.views,
            "current_view": _number(self.request.GET, "view"),
            "create": reverse(self.create_url)
            if self.create_url and user.may(self.create_permission)
            else "",
            "may_export": self.permitted(self.export_permission or self.permission),
            "sorted_by": self.request.GET.get("sort", ""),
            **self._piled(count),
        }

    def _piled(self, count: str) -> dict[str, Any]:
        if not self.piles:
            return {}
        query = self.query(without=("pile", "view"))
        return {
            # A filter searches everything until a part was chosen.
            "pile": self.pile if "pile" in self.request.GET else "",
            "pile_tabs": pile_tabs(self.piles, self.matching, chosen=self.pile, count=count, query=query),
        }

    def export(self) -> FileResponse:
        """The filtered list as xlsx, masked like the page, journalled with the number of rows."""
        request = self.request
        self.demand(self.export_permission or self.permission)
        rows = self.found()
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
        return export_heading(self.request.user, self.page_title())

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

    def _keep(self, act: str) -> HttpResponse:
        """Save, rename, choose or forget a view; remember columns."""
        request, actor, page = self.request, self.request.user, self.list_key
        pk, name = _number(request.POST, "view") or 0, request.POST.get("name", "")
        match act:
            case "save_view":
                default = bool(request.POST.get("default"))
                view = save_view(
                    actor=actor, page=page, name=name, query=self._query_to_keep(), default=default
                )
                messages.success(request, f"已保存常用筛选“{view.name}”")
                return HttpResponseRedirect(f"{request.path}?{_view_query(view)}")
            case "rename_view":
                rename_view(actor=actor, page=page, pk=pk, name=name)
            case "default_view" | "no_default_view":
                set_default_view(actor=actor, page=page, pk=pk if act == "default_view" else 0)
            case "drop_view":
                drop_view(actor=actor, page=page, pk=pk)
            case _:
                self._keep_columns(act)
        return HttpResponseRedirect(f"{request.path}?{self.query(without=('cols',)) or 'view=0'}")

    def _keep_columns(self, act: str) -> None:
        known = [column.code for column in self.allowed_table().leaves()]
        codes = [code for code in self.request.POST.getlist("cols") if code in known]
        if move := self.request.POST.get("move", ""):
            codes = moved(codes, move)
        save_columns(
            actor=self.request.user, page=self.list_key, codes=[] if act == "reset_columns" else codes
        )

    def _query_to_keep(self) -> str:
        """Filters, order and the columns seen now, as a view keeps them."""
        kept = QueryDict(self.query(without=("view",)), mutable=True)
        table = self.allowed_table()
        kept.setlist("cols", [column.code for column in self.chosen_table().leaves()[table.lead :]])
        return kept.urlencode()

    def _sort_url(self, key: str) -> str:
        changed = QueryDict(self.query(), mutable=True)
        changed["sort"] = f"-{key}" if self.sort() == key else key
        return f"?{changed.urlencode()}"

    def _page_url(self, key: str, pk: int | None) -> str:
        if pk is None:
            return ""
        query = self.query()
        return f"?{query}{'&' if query else ''}{quote(key)}={pk}"


def _view_query(view: SavedView) -> str:
    """What the address says when a view is open."""
    return f"{view.query}{'&' if view.query else ''}view={view.pk}"


def _number(values: QueryDict, key: str) -> int | None:
    text = values.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
