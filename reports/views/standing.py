"""Who handed in when (L07): the strip of twelve months, what is missing now, asking for it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reports.governance.services import CODE
from reports.views.sheets import own_units, parse_month
from salvation.access.place import own_county
from salvation.access.services import get_visible, require
from salvation.domain.month import Month
from salvation.periods.models import PERIODICALS, Submission
from salvation.periods.standing import outstanding, standings, urge
from salvation.web.pages.base import Page

SHOWN_MONTHS = 12


class Timeliness(Page):
    """Every unit over twelve months: on time, late, missing, returned; and how often it was asked."""

    title = "报送及时情况"
    from_replica = True
    permission = "table.view"
    template_name = "reports/timeliness.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        county, today = own_county(user), timezone.localdate()
        table = request.GET.get("table", CODE)
        table = table if table in PERIODICALS else CODE
        last = Month.of(today) - 1
        months = [last - back for back in range(SHOWN_MONTHS - 1, -1, -1)]
        units = own_units(user, county, last)
        found = standings(table=table, county=county, units=units, months=months, today=today)
        rows = [
            _unit_row(unit, [found[month][place] for month in months]) for place, unit in enumerate(units)
        ]
        context = {
            "rows": rows,
            "months": months,
            "missing": [one for one in found[last] if one.missing],
            "last": last,
            "tables": [
                {"label": one.label, "url": f"?table={one.code}", "current": one.code == table}
                for one in PERIODICALS.values()
            ],
        }
        return self.show({**context, "may_urge": user.may("table.accept", county), "county": county})


def _unit_row(unit: Any, found: list[Any]) -> dict[str, Any]:
    known = [one for one in found if one.submission]
    return {
        "unit": unit,
        "strip": found,
        "late": sum(one.days_late > 0 for one in known),
        "returns": sum(one.returns for one in known),
        "urges": sum(one.urges for one in known),
        "on_time": f"{sum(one.word == '按时' for one in known) * 100 // len(known)}%" if known else "—",
    }


class UrgeUnit(Page):
    """The county asks for what is missing: one unit, or all of a month at once."""

    title = "催报"
    permission = "table.accept"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        submission = get_visible(Submission.objects.select_related("unit", "county"), request.user, pk=pk)
        note = request.POST.get("note", "")
        urge(submission=submission, actor=request.user, now=timezone.now(), note=note)
        messages.success(request, f"已催报：{submission.unit}负责人的工作台上已列出")
        return HttpResponseRedirect(reverse("reports:timeliness") + f"?table={submission.table}")


class UrgeAll(Page):
    title = "催报"
    permission = "table.accept"

    def post(self, request: HttpRequest, month: str) -> HttpResponse:
        county = own_county(request.user)
        require(request.user, "table.accept", county)
        waiting = outstanding(county, parse_month(month)).filter(table=CODE)
        for submission in waiting:
            urge(submission=submission, actor=request.user, now=timezone.now())
        messages.success(request, f"已催报 {len(waiting)} 个单位")
        return HttpResponseRedirect(reverse("reports:timeliness"))
