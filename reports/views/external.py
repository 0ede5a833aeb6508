"""数字民政 in the browser: differences by unit and by household, the table to enter, exports read back (B32)."""
# requirements: B32

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit
from cases.models.choices import PROGRAMS, Standing
from reports.external.fields import FIELDS, MAPPING, TEMPLATE
from reports.external.selectors import ANY, KINDS, by_place, compared, only_there
from reports.external.services import Sheet, import_external
from reports.models import ExternalBatch, ExternalRecord
from salvation.access.place import own_county
from salvation.access.reach import reach_of
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Group, Heading, Kind, Table, Totals, ratio
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.pages.sheets import SheetPage

OURS, THEIRS = dict(Standing.choices), dict(ExternalRecord.Standing.choices)


def said(benefit: Any) -> list[str]:
    """What differs, in words: the same rules as the figures, asked of one row."""
    if benefit.ext_no is None:
        return [KINDS["missing"][0]]
    found = []
    if benefit.ext_people is not None and benefit.ext_people != benefit.people_now:
        found.append("人数不同")
    if benefit.ext_amount is not None and benefit.ext_amount != benefit.amount_now:
        found.append("金额不同")
    there, here = benefit.ext_standing, benefit.standing_now
    if there == "STOPPED" or (there and (there == "SUSPENDED") != (here == "SUSPENDED")):
        found.append("状态不同")
    return found


DIFFERENCES = Table(
    "external-differences",
    "与数字民政的差异",
    (
        Column("applicant", "申请人", Kind.NAME, value="applicant.name", priority=1, link=True, sort="applicant__name"),
        Column("differs", "差异", value=lambda b: "、".join(said(b)) or "一致", priority=2),
        Column("program", "类别", value="get_program_display", priority=3),
        Column("ext_no", "省系统编号", value=lambda b: b.ext_no or "未回填"),
        Column("people", "人数：本系统", Kind.COUNT, value="people_now"),
        Column("ext_people", "人数：省系统", Kind.COUNT, value="ext_people"),
        Column("amount", "金额：本系统", Kind.MONEY, value="amount_now"),
        Column("ext_amount", "金额：省系统", Kind.MONEY, value="ext_amount"),
        Column("standing", "状态：本系统", value=lambda b: OURS.get(b.standing_now, "")),
        Column("ext_standing", "状态：省系统", value=lambda b: THEIRS.get(b.ext_standing, "")),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("as_of", "省系统数据日期", Kind.DATE, value="ext_as_of", optional=True),
    ),
)  # fmt: skip
ONLY_THERE = Table(
    "external-only",
    "省系统在保、本系统不在保",
    (
        Column("name", "姓名", Kind.NAME, priority=1, sort="name"),
        Column("id_no", "身份证号", Kind.ID),
        Column("program", "类别", value="get_program_display", priority=2),
        Column("ext_no", "省系统编号", priority=3),
        Column("people", "保障人数", Kind.COUNT),
        Column("amount", "月保障金（元）", Kind.MONEY),
        Column("standing", "状态", value="get_standing_display"),
        Column("unit", "受理单位", value="unit.name"),
        Column("known", "库中有此人", value=lambda row: "是" if row.person_id else "否"),
        Column("as_of", "数据日期", Kind.DATE, sort="as_of"),
    ),
)
SHEET = Table(
    "external-sheet",
    "与数字民政核对",
    (
        Column("name", "单位", value=lambda row: row["name"], priority=1, width=22),
        Column("benefits", "在保（件）", Kind.COUNT, value=lambda row: row["benefits"], priority=2, definition="本月有待遇的，按件"),
        Column("synced", "已回填编号", Kind.COUNT, value=lambda row: row["synced"], definition="省系统现行数据中有的"),
        Column("rate", "回填率（%）", Kind.PERCENT, value=lambda row: ratio(row["synced"], row["benefits"]),
               ratio=("synced", "benefits"), definition="已回填编号 ÷ 在保"),
        Group("差异（件）", tuple(Column(code, label, Kind.COUNT) for code, (label, _) in KINDS.items())),
        Column("only_there", "本系统没有", Kind.COUNT, value=lambda row: row["only_there"],
               definition="省系统在保、本系统本月没有同类待遇的"),
        Column("same", "一致", Kind.COUNT, value=lambda row: row["same"], priority=3),
    ),
    notes=("省系统以最近一次导入的数据为准；导出表没有填的项不比对。", "本页只比较，不改任何一边的数据。"),
    totals="top",
)  # fmt: skip
FIGURES = ("benefits", "synced", "same", "only_there", *KINDS)


class ExternalSheet(SheetPage):
    """One row a unit, for village workers one a village; every figure opens the households behind it."""

    title = "与数字民政核对"
    permission = "case.view"
    from_replica = True

    def prepare(self) -> None:
        user: Any = self.request.user
        today = timezone.localdate()
        self.county, reach = own_county(user), reach_of(user, "case.view")
        self.by = "unit" if reach.units else "village"
        if reach.units:
            places = [unit for unit in reporting_units(self.county, on=today) if unit.pk in reach.units]
        else:
            places = list(Unit.objects.filter(pk__in=reach.villages).order_by("path"))
        counts = by_place(user, today, self.by)
        self.found = [
            {"name": place.name, **{key: counts.get(place.pk, {}).get(key, 0) for key in FIGURES}}
            for place in places
        ]

    def table(self) -> Table:
        return SHEET

    def rows(self) -> Sequence[Any]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return SHEET.total_row(rows) if len(rows) > 1 else None

    def heading(self) -> Heading:
        base = super().heading()
        lines = (f"截至{timezone.localdate():%Y年%m月%d日}",)
        return Heading(f"{self.county}{SHEET.title}", base.made_at, lines, made_by=base.made_by)

    def drill_url(self, row: Any, column: Column) -> str:
        if column.code in ("name", "rate"):
            return ""
        if column.code == "only_there":
            return f"{reverse('reports:external_only')}?{urlencode({self.by: row['name']})}"
        kind = {"benefits": ""}.get(column.code, column.code)
        return f"{reverse('reports:external_differences')}?{urlencode({self.by: row['name'], 'kind': kind})}"

    def every_cell_leads(self) -> bool:
        return True


class DifferenceFilter(FilterForm):
    kind = forms.ChoiceField(
        label="差异",
        choices=[
            ("", "全部在保"), ("any", "任一差异"), *((code, label) for code, (label, _) in KINDS.items()),
            ("synced", "已回填编号"), ("same", "一致"),
        ],
    )  # fmt: skip
    program = forms.ChoiceField(label="类别", choices=[("", "全部"), *PROGRAMS])
    name = forms.CharField(label="申请人", max_length=50)
    unit = forms.CharField(label="受理单位", max_length=30)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "program": "program", "name": "applicant__name__startswith", "unit": "unit__name__contains",
        "village": "village__name__contains",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        kind = self.cleaned_data.get("kind") or ""
        special = {"any": ANY, "same": ~ANY, "synced": ~KINDS["missing"][1]}
        where = special.get(kind) or (KINDS[kind][1] if kind in KINDS else None)
        return rows if where is None else rows.filter(where)


class ExternalDifferences(ListPage):
    title = "与数字民政的差异"
    permission = "case.view"
    model = Benefit
    table = DIFFERENCES
    filter_form = DifferenceFilter
    record_url = "cases:benefit"
    create_url = "reports:import_external"
    create_permission = "report.fill"
    create_label = "导入省系统数据"
    lead_in = "本系统与省“数字民政”逐件比较（000 第41条）。差异要在有错的那一边改正，本页不改数据。"
    empty = ("没有符合条件的待遇", "从省系统导出在保对象表，点“导入省系统数据”回填编号后比较")

    def narrow(self, rows: Any) -> Any:
        return compared(rows, timezone.localdate()).select_related("applicant", "unit", "village")


class ExternalTemplate(ListPage):
    """What has to be entered there, under the names it has there."""

    title = "数字民政录入表"
    permission = "case.view"
    model = Benefit
    table = TEMPLATE
    filter_form = DifferenceFilter
    record_url = "cases:benefit"
    lead_in = (
        "按省系统的字段名列出在保对象，筛选“省系统没有”就是待录入清单；点“导出”得到录入表。证号按规定脱敏。"
    )
    empty = ("没有符合条件的待遇", "换一个筛选条件再看")

    def narrow(self, rows: Any) -> Any:
        related = ("applicant", "unit", "village", "household")
        return compared(rows, timezone.localdate()).select_related(*related)


class OnlyFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    program = forms.ChoiceField(label="类别", choices=[("", "全部"), *PROGRAMS])
    unit = forms.CharField(label="受理单位", max_length=30)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "name": "name__startswith", "program": "program", "unit": "unit__name__contains",
        "village": "village__name__contains",
    }  # fmt: skip


class ExternalOnly(ListPage):
    title = "省系统在保、本系统不在保"
    permission = "case.view"
    model = ExternalRecord
    table = ONLY_THERE
    filter_form = OnlyFilter
    empty = ("没有这样的对象", "省系统在保的，本系统都有同类待遇")

    def narrow(self, rows: Any) -> Any:
        return only_there(rows, timezone.localdate()).select_related("unit")


class FieldMapping(Page):
    title = "数字民政字段对照"
    permission = "case.view"
    template_name = "reports/external_mapping.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show({"markup": html_table(MAPPING, FIELDS, look=Look(css="cards"))})


BATCHES = Table(
    "external-batches",
    "省系统回填记录",
    (
        Column("unit", "单位", value="unit.name", priority=1, link=True),
        Column("as_of", "数据日期", Kind.DATE, sort="as_of", priority=2),
        Column("whole", "全部在保对象", value=lambda batch: "是" if batch.whole else "否"),
        Column("rows", "行数", Kind.COUNT),
        Column("taken", "已回填", Kind.COUNT, priority=3),
        Column("wrong", "有问题", Kind.COUNT, value=lambda batch: len(batch.problems)),
        Column("made_by", "导入人", value=lambda batch: str(batch.made_by or "")),
        Column("made_at", "导入时间", Kind.DATE, sort="made_at"),
    ),
)
PROBLEMS = Table(
    "external-problems",
    "有问题的行",
    (
        Column("place", "位置", priority=1),
        Column("field", "字段", priority=2),
        Column("reason", "原因", priority=3, width=40),
        Column("remedy", "办法", width=40),
    ),
)


class ExternalBatches(ListPage):
    title = "省系统回填记录"
    permission = "case.view"
    model = ExternalBatch
    table = BATCHES
    record_url = "reports:external_batch"
    create_url = "reports:import_external"
    create_permission = "report.fill"
    create_label = "导入省系统数据"
    empty = ("还没有导入过省系统数据", "从省“数字民政”导出在保对象表，点“导入省系统数据”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "made_by")


def problems_of(page: Any, batch: ExternalBatch) -> dict[str, Any]:
    return {
        "batch": batch,
        "markup": html_table(PROBLEMS, batch.problems, look=Look(css="cards")) if batch.problems else "",
    }


class ExternalBatchRecord(RecordPage):
    model = ExternalBatch
    permission = "case.view"
    tabs = (Tab("problems", "有问题的行", "reports/external_batch.html", problems_of),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "made_by")

    def head(self, subject: ExternalBatch) -> Head:
        facts = (
            ("行数", f"{subject.rows:,}"),
            ("已回填", f"{subject.taken:,}"),
            ("有问题", f"{len(subject.problems):,}"),
            ("全部在保对象", "是" if subject.whole else "否"),
            ("导入", f"{subject.made_by or '系统'}，{timezone.localtime(subject.made_at):%Y-%m-%d %H:%M}"),
        )
        differences = f"{reverse('reports:external_differences')}?kind=any"
        return Head(str(subject), facts, [Link("查看差异", differences)])


class ImportForm(forms.Form):
    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), empty_label=None)
    as_of = DateField(label="数据日期", help_text="省系统导出的日期")
    whole = forms.BooleanField(
        label="本文件是该单位全部在保对象", required=False,
        help_text="勾选的，以前有而这次没有的视为省系统已不在保；有一行有问题就不写入",
    )  # fmt: skip
    file = forms.FileField(
        label="省系统导出表",
        help_text="Excel 或 CSV；须有省系统编号、户主姓名、户主身份证号、救助类别，可有保障人数、月保障金额、状态、乡镇",
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class ImportExternal(FormPage):
    title = "导入省系统数据"
    permission = "report.fill"
    submit_label = "导入并比较"
    drafts = False
    hint = "按户主身份证号和类别对上本系统的待遇，回填省系统编号，比较人数、金额、状态。有问题的行列出字段、原因和办法"

    def make_form(self, data: Any, files: Any) -> ImportForm:
        user: Any = self.request.user
        seats = [post.unit_id for post in user.current_posts if user.may("report.fill", post.unit)]
        units = Unit.objects.filter(pk__in=seats, kind__in=(Unit.Kind.COUNTY, Unit.Kind.TOWN)).order_by(
            "path"
        )
        return ImportForm(
            data, files, units=units, initial={"as_of": timezone.localdate(), "unit": units.first()}
        )

    def save(self, form: Any) -> str:
        cleaned = form.cleaned_data
        made = import_external(
            sheet=Sheet(cleaned["file"].read(), cleaned["as_of"], cleaned["whole"]), unit=cleaned["unit"],
            actor=self.request.user, now=timezone.now(),
        )  # fmt: skip
        self.success = f"{made.rows:,} 行，已回填 {made.taken:,} 行，有问题 {len(made.problems):,} 处"
        return reverse("reports:external_batch", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("reports:external_batches")
