"""The monthly table in the browser: months, the county's sheet, a unit's sheet, filling in, freezing."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reports.governance import columns
from reports.governance.export import sheet_heading
from reports.governance.services import CODE, close_month, distinct_people, draft_month, rows_for
from reports.governance.table import TABLE, Row, failed_checks, value
from salvation.access.place import own_county
from salvation.access.reach import reach_of
from salvation.access.services import get_visible, require
from salvation.domain.errors import BadValue
from salvation.domain.month import Month
from salvation.flow.engine import available, history
from salvation.periods.models import Submission
from salvation.periods.services import fill_cells, read_number
from salvation.tables.model import Column, Heading, Table, Totals
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.records import step_url
from salvation.web.pages.sheets import Check, SheetPage, Version

SHOWN_MONTHS = 12


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


class Months(Page):
    """Every month with what is missing, late, returned."""

    title = "专项治理统计表"
    permission = "table.view"
    template_name = "reports/months.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        county = own_county(user)
        last = Month.of(timezone.localdate()) - 1
        months = [last - back for back in range(SHOWN_MONTHS)]
        held = Submission.objects.visible_to(user).filter(
            table=CODE, county=county, period__gte=months[-1].first_day
        )
        by_month: dict[Any, list[Submission]] = {}
        for submission in held.select_related("unit").order_by("unit__sort", "version"):
            by_month.setdefault(submission.month, []).append(submission)
        units = len(own_units(user, county, last))
        rows = [_month_row(month, by_month.get(month, []), units) for month in months]
        may_freeze = user.may("stat.freeze", county)
        return self.show({"rows": rows, "county": county, "may_freeze": may_freeze})


def _month_row(month: Month, submissions: list[Submission], units: int) -> dict[str, Any]:
    done = {"SUBMITTED", "ACCEPTED", "FROZEN"}
    return {
        "month": month,
        "submissions": submissions,
        "submitted": sum(s.state in done for s in submissions),
        "units": units,
        "frozen": any(s.frozen for s in submissions),
        "due_on": submissions[0].due_on if submissions else None,
    }


class GovernanceSheet(SheetPage):
    """What the county's and a unit's sheet share."""

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

    def page_title(self) -> str:
        return f"{self.month.label}专项治理统计表"

    def drill_url(self, row: Row | Totals, column: Column) -> str:
        """A unit's figure leads to its records, the total to the county's."""
        user: Any = self.request.user
        place = self.county if isinstance(row, Totals) else row.unit
        if not column.measure or not user.may("case.view", place):
            return ""
        return reverse("reports:drill", args=[str(self.month), place.pk, column.code.replace(".", "-")])

    def previous(self, row: Row, column: Column) -> object:
        before = self._before().get(row.unit.pk)
        return value(before, column.code) if before else None

    def _before(self) -> dict[int, Any]:
        if not hasattr(self, "_earlier"):
            held = Submission.objects.visible_to(self.request.user).filter(
                table=CODE, county=self.county, period=(self.month - 1).first_day
            )
            self._earlier = {submission.unit_id: submission.cells for submission in held.order_by("version")}
        return self._earlier


class CountySheet(GovernanceSheet):
    """All units a person may see, with the total on top."""

    template_name = "reports/county_sheet.html"

    def prepare(self) -> None:
        user: Any = self.request.user
        self.month = parse_month(self.kwargs["month"])
        self.county = own_county(user)
        self.found, self.frozen = rows_for(self.county, self.month, own_units(user, self.county, self.month))

    def checks(self) -> Sequence[Check]:
        problems = [(row.unit.name, problem) for row in self.found for problem in failed_checks(row.cells)]
        if not problems:
            return [Check(True, "表内勾稽", "各单位均相符")]
        return [Check(False, unit, problem) for unit, problem in problems]

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        user: Any = self.request.user
        extra = {
            "submissions": [row.submission for row in self.found if row.submission],
            "missing": [row.unit for row in self.found if row.submission is None],
            "distinct": distinct_people(self.county, self.month)
            if user.may("table.accept", self.county)
            else "",
            "frozen": self.frozen,
        }
        return super().show({**context, **extra}, **options)


class SubmissionSheet(GovernanceSheet):
    """One unit's table with its way through the flow."""

    template_name = "reports/submission.html"
    submission: Submission

    def prepare(self) -> None:
        rows = Submission.objects.select_related("unit", "county", "filled_by")
        self.submission = get_visible(rows, self.request.user, pk=self.kwargs["pk"], table=CODE)
        self.month, self.county, self.frozen = (
            self.submission.month,
            self.submission.county,
            self.submission.frozen,
        )
        if self.frozen:
            self.found = [Row(self.submission.unit, self.submission.cells, self.submission)]
        else:
            self.found, _ = rows_for(self.county, self.month, [self.submission.unit])

    def page_title(self) -> str:
        return f"{self.submission.unit} {self.month.label}统计表"

    def checks(self) -> Sequence[Check]:
        problems = failed_checks(self.found[0].cells)
        return [Check(False, problem) for problem in problems] or [Check(True, "表内勾稽", "相符")]

    def versions(self) -> Sequence[Version]:
        held = Submission.objects.visible_to(self.request.user).filter(
            Q(table=CODE), unit=self.submission.unit, period=self.submission.period
        )
        if held.count() < 2:
            return ()
        return [
            Version(
                f"第{one.version}版",
                reverse("reports:submission", args=[one.pk]),
                one.pk == self.submission.pk,
            )
            for one in held.order_by("-version")
        ]

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        user: Any = self.request.user
        offers = [
            {
                "label": offer.label,
                "url": step_url(self.submission, offer.step.code),
                "allowed": offer.allowed,
                "reason": offer.reason,
            }
            for offer in available(self.submission, user, timezone.now())
            if offer.step.code != "fill"
        ]
        may_fill = user.may("table.fill", self.submission.unit) and self.submission.state in {
            "DRAFT_READY",
            "FILLING",
            "RETURNED",
        }
        extra = {
            "submission": self.submission,
            "offers": offers,
            "may_fill": may_fill,
            "events": [
                {"entry": entry, "label": self.submission.flow.step(entry.step).label}
                for entry in reversed(history(self.submission))
            ],
        }
        return super().show({**context, **extra}, **options)


class Fill(FormPage):
    """Fill in what the system cannot count. An empty field stays 缺数据; zero is written as 0."""

    title = "填报统计表"
    permission = "table.fill"
    submit_label = "保存填报"
    success = "已保存"
    hint = "空着的项目仍为“缺数据”；没有发生的请填 0。系统计算的项目不能填写"
    sections = tuple(
        Section(
            group.label,
            tuple(key for figure in columns.figures(group) for key in figure.keys if key in columns.FILLABLE),
        )
        for group in columns.GROUPS
    )
    submission: Submission

    def prepare(self) -> None:
        rows = Submission.objects.select_related("unit", "county")
        self.submission = get_visible(rows, self.request.user, pk=self.kwargs["pk"], table=CODE)
        require(self.request.user, "table.fill", self.submission.unit)

    def page_title(self) -> str:
        return f"填报：{self.submission.unit} {self.submission.month.label}"

    def make_form(self, data: Any, files: Any) -> forms.Form:
        form = forms.Form(data)
        for figure in columns.figures():
            for key in figure.keys:
                if key in columns.FILLABLE:
                    form.fields[key] = _number_field(figure, key, self.submission.cells.get(key) or {})
        return form

    def save(self, form: Any) -> str:
        fill_cells(
            submission=self.submission, values=form.cleaned_data, actor=self.request.user, now=timezone.now()
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("reports:submission", args=[self.kwargs["pk"]])


def _number_field(figure: columns.Figure, key: str, cell: dict[str, Any]) -> forms.CharField:
    sub = {"m": "本月", "c": "累计"}.get(key.rpartition(".")[2], "") if figure.flow else ""
    label = f"{figure.code} {figure.label}{sub}"
    return forms.CharField(
        label=label,
        required=False,
        max_length=16,
        initial=cell.get("manual") or "",
        help_text=figure.definition,
        validators=[lambda text: _check(text, label)],
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _check(text: str, label: str) -> None:
    read_number(text, label)


class Freeze(Page):
    """Close the month by hand when the job did not run, or draft again after a late entry."""

    title = "冻结统计月"
    permission = "stat.freeze"
    template_name = "reports/freeze.html"

    def get(self, request: HttpRequest, month: str) -> HttpResponse:
        county = own_county(request.user)
        return self.show({"month": parse_month(month), "county": county})

    def post(self, request: HttpRequest, month: str) -> HttpResponse:
        county, wanted = own_county(request.user), parse_month(month)
        require(request.user, "stat.freeze", county)
        if request.POST.get("_act") == "draft":
            drafted = draft_month(county=county, month=wanted, now=timezone.now())
            messages.success(request, f"已生成 {len(drafted)} 个单位的草稿（未冻结，只供查看）")
        else:
            drafted = close_month(county=county, month=wanted, now=timezone.now(), actor=request.user)
            messages.success(request, f"{wanted.label}已冻结，生成 {len(drafted)} 个单位的统计表")
        return HttpResponseRedirect(reverse("reports:county_sheet", args=[str(wanted)]))
