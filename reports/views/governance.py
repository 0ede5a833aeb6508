"""The monthly table in the browser: months, the county's sheet, freezing."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reports.charts import county_charts, held_months, money_line, year_lines
from reports.governance.checks import outside
from reports.governance.export import double_counted
from reports.governance.services import CODE, close_month, distinct_figures, draft_month, rows_for
from reports.governance.table import county_total, distinct_row
from reports.jobs import PAPER
from reports.views.sheets import GovernanceSheet, check_line, own_units, parse_month
from salvation.access.place import own_county
from salvation.access.reach import reach_of
from salvation.access.services import require
from salvation.domain.month import Month
from salvation.files.services import load
from salvation.jobs.models import Run
from salvation.journal.services import record
from salvation.parameters.book import Book
from salvation.periods.models import Submission
from salvation.periods.standing import standings
from salvation.tables.model import Column, Row, Totals
from salvation.web.downloads import download
from salvation.web.following import follow
from salvation.web.pages.base import Page
from salvation.web.pages.sheets import Check

SHOWN_MONTHS = 12
HEAD_LINES = 5


class Months(Page):
    """Every month with what is missing, late, returned."""

    title = "专项治理统计表"
    permission = "table.view"
    template_name = "reports/months.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        county, today = own_county(user), timezone.localdate()
        last = Month.of(today) - 1
        months = [last - back for back in range(SHOWN_MONTHS)]
        found = standings(
            table=CODE, county=county, units=own_units(user, county, last), months=months, today=today
        )
        rows = [_month_row(month, found[month]) for month in months]
        held = held_months(Submission.objects.visible_to(user).filter(county=county), last)
        drawn = [chart for chart in (year_lines(held, last), money_line(held, last)) if chart]
        context = {
            "rows": rows,
            "charts": drawn,
            "county": county,
            "may_freeze": user.may("stat.freeze", county),
        }
        return self.show({**context, "may_urge": user.may("table.accept", county)})


def _month_row(month: Month, found: Sequence[Any]) -> dict[str, Any]:
    held = [one for one in found if one.submission]
    return {
        "month": month,
        "standings": found,
        "submitted": sum(not one.missing for one in found),
        "missing": [one for one in found if one.missing],
        "units": len(found),
        "frozen": any(one.submission.frozen for one in held),
        "due_on": held[0].due_on if held else None,
    }


class CountySheet(GovernanceSheet):
    """All units a person may see, with the total on top and the county's figures that count nobody twice."""

    template_name = "reports/county_sheet.html"

    def prepare(self) -> None:
        user: Any = self.request.user
        self.month = parse_month(self.kwargs["month"])
        self.county = own_county(user)
        self.found, self.frozen, self.whole = [], False, user.may("table.view", self.county)
        units = own_units(user, self.county, self.month)
        self.found, self.frozen = rows_for(self.county, self.month, units)
        self.distinct = distinct_figures(self.county, self.month) if self.whole else {}
        self.problems = {
            row.unit.pk: [outcome for outcome in row.submission.outcomes() if outcome.blocks]
            for row in self.found
            if row.submission
        }

    def rows(self) -> Sequence[Row]:
        """Units, led by the county's figures without double counting where the whole county is shown."""
        return (
            [distinct_row(self.distinct), *self.found] if self.whole and len(self.found) > 1 else self.found
        )

    def total(self, rows: Sequence[Row]) -> Totals | None:
        return county_total(self.found, self.distinct) if len(self.found) > 1 else None

    def flag(self, row: Row, column: Column) -> tuple[str, str]:
        problems = self.problems.get(row.unit.pk, ()) if row.unit else ()
        bad = any(column.code in outcome.check.keys for outcome in problems)
        return ("check-bad", "勾稽不符") if bad else ("", "")

    def total_flag(self, total: Totals, column: Column) -> tuple[str, str]:
        """SA15 outside the range of 000: a hint at the county's total alone (12 §12.1 #16)."""
        share = total.get(column.code)
        if column.code != "SA15" or not self.whole or not isinstance(share, Decimal):
            return "", ""
        return outside(share, Book(unit=self.county, on=self.month.last_day))

    def checks(self) -> Sequence[Check]:
        return [
            check_line(
                outcome, row.unit.name, reverse("reports:submission", args=[row.submission.pk]) + "#checks"
            )
            for row in self.found
            for outcome in self.problems.get(row.unit.pk, ())
        ] or [Check(True, "表内勾稽", "各单位均相符，或已说明")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (
            self._made(request.GET["file"])
            if "file" in request.GET
            else super().get(request, *args, **kwargs)
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Paper for a whole county takes its time: a job makes it. Other files are made at once."""
        self.month, self.county = parse_month(self.kwargs["month"]), own_county(request.user)
        user: Any = request.user
        if request.POST.get("format") != "pdf" or not user.may("register.view", self.county):
            return super().post(request, *args, **kwargs)
        period = f"{self.month}.{user.pk}"
        return HttpResponseRedirect(follow(code=PAPER, unit=self.county, period=period, actor=user))

    def _made(self, number: str) -> HttpResponse:
        """The file his job made, for as long as he sees all its units. Raises Http404, Refusal."""
        self.month, self.county = parse_month(self.kwargs["month"]), own_county(self.request.user)
        seen = Run.objects.visible_to(self.request.user)
        mine = seen.filter(job=PAPER, unit=self.county, requested_by=self.request.user.pk)
        pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
        run = mine.filter(pk=pk, state=Run.State.DONE, period__startswith=f"{self.month}.").first()
        kept = run.result["kept"] if run else {}
        if not kept or not set(kept["units"]) <= reach_of(self.request.user, "table.view").units:
            raise Http404("没有找到，或不在您的管辖范围")
        content = load(kept["stored_as"])
        facts = {"list": kept["name"], "rows": kept["rows"], "format": "pdf", "digest": kept["digest"]}
        record(actor=self.request.user, action="export", unit=self.county, facts=facts)
        answer: Any = download(content, kept["name"])
        return answer

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        found = standings(
            table=CODE,
            county=self.county,
            units=[row.unit for row in self.found],
            months=[self.month],
            today=timezone.localdate(),
        )[self.month]
        user: Any = self.request.user
        extra = {
            "standings": found,
            "missing": [one for one in found if one.missing],
            "double": double_counted(self.county, self.month, self.found) if self.distinct else [],
            "frozen": self.frozen,
            # Who is missing stands in a notice of its own on the screen.
            "heading": replace(context["heading"], lines=context["heading"].lines[:HEAD_LINES]),
            "month": self.month,
            "checks_by_unit": True,
            "may_urge": user.may("table.accept", self.county),
            "charts": county_charts(self.found, self.month) if len(self.found) > 1 else [],
        }
        return super().show({**context, **extra}, **options)


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
