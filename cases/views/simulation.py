"""Trying a proposed parameter out: start the trial, show its sums beside the decision, list the households."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cases.jobs import EFFECT
from cases.models import SimulatedChange
from cases.models.choices import PROGRAMS
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.jobs.models import Run
from salvation.parameters.models import ParameterVersion
from salvation.tables.model import Column, Kind, State, Table
from salvation.units.models import Unit
from salvation.web.filters import FilterForm
from salvation.web.following import follow
from salvation.web.pages.base import Page
from salvation.web.pages.lists import ListPage

COUNTS = ("judged", "enter", "leave", "gain", "lose", "check")
STATES = {
    "ENTER": State("可能新纳入", "wait"),
    "LEAVE": State("不再符合", "bad"),
    "GAIN": State("金额增加", "good"),
    "LOSE": State("金额减少", "bad"),
    "CHECK": State("须逐户核查", "wait"),
}
CHANGES = Table(
    "simulated",
    "参数影响",
    (
        Column("head", "户主", Kind.NAME, value="household.head.name", priority=1, link=True),
        Column("kind", "影响", Kind.STATE, states=STATES, priority=2),
        Column("program", "类别", value=lambda row: row.get_program_display()),
        Column("before", "现参数月应发（元）", Kind.MONEY),
        Column("after", "新参数月应发（元）", Kind.MONEY, priority=3),
        Column("change", "增减（元）", Kind.MONEY, value=lambda row: row.after - row.before),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("reason", "说明"),
    ),
)


def context(version: ParameterVersion, user: Any) -> Mapping[str, Any]:
    """What the page that decides shows: nothing tried yet, under way, or the sums."""
    run = Run.objects.visible_to(user).filter(job=EFFECT, unit=version.unit, period=str(version.pk)).first()
    found: dict[str, Any] = {"run": run, "version": version}
    if run is None or run.state != Run.State.DONE:
        return found
    rows = sums_of(run)
    mine = SimulatedChange.objects.visible_to(user).filter(version=version)
    named = mine.select_related("household__head", "unit").order_by("pk")
    return {**found, "rows": rows, "total": _total(rows), "named": named[:10], "named_count": mine.count()}


def sums_of(run: Run) -> list[dict[str, Any]]:
    """One row a unit, in the county's order."""
    kept = run.result["units"]
    units = Unit.objects.filter(pk__in=[int(pk) for pk in kept]).order_by("sort", "code")
    return [_row(unit.name, kept[str(unit.pk)]) for unit in units]


def _row(name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    before, after = Decimal(kept["before"]), Decimal(kept["after"])
    counts = {key: kept.get(key, 0) for key in COUNTS}
    return {"name": name, **counts, "before": before, "after": after, "change": after - before}


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    keys = (*COUNTS, "before", "after", "change")
    return {"name": "合计", **{key: sum(row[key] for row in rows) for key in keys}}


class Simulate(Page):
    """Start the trial of a proposal; a finished one is made anew."""

    title = "试算参数影响"
    permission = "param.confirm"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = ParameterVersion.objects.select_related("unit")
        version: ParameterVersion = get_visible(rows, request.user, pk=pk)
        require(request.user, "param.confirm", version.unit)
        if version.state != ParameterVersion.State.PROPOSED:
            raise Refusal(f"该参数{version.get_state_display()}，不需要试算")
        decide = reverse("parameters:decide", args=[pk])
        return HttpResponseRedirect(
            follow(code=EFFECT, unit=version.unit, period=str(pk), actor=request.user, done=decide)
        )


class ChangeFilter(FilterForm):
    kind = forms.ChoiceField(label="影响", choices=[("", "全部"), *SimulatedChange.Kind.choices])
    program = forms.ChoiceField(label="类别", choices=[("", "全部"), *PROGRAMS])
    unit = forms.CharField(label="受理单位", max_length=30)
    lookups: ClassVar[dict[str, str]] = {"kind": "kind", "program": "program", "unit": "unit__name__contains"}


class SimulatedChanges(ListPage):
    """The households on whom a proposal would tell, as far as this person sees them."""

    title = "参数影响的家庭"
    permission = "case.view"
    model = SimulatedChange
    table = CHANGES
    filter_form = ChangeFilter
    record_url = "cases:simulated_household"
    lead_in = "试算结果，不改变任何待遇；是否变更须逐户核查后办理变更单。"
    empty = ("没有受影响的家庭", "还没有试算，或您管辖的家庭都不受影响")

    def narrow(self, rows: Any) -> Any:
        return rows.filter(version=self.kwargs["version"]).select_related(
            "household__head", "unit", "village"
        )


class SimulatedHousehold(Page):
    """From a row of the list to its household."""

    title = "家庭"
    permission = "case.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(SimulatedChange.objects.all(), request.user, pk=pk)
        return HttpResponseRedirect(reverse("cases:household", args=[found.household_id]))
