"""The present month's cycle with most villages signed, in the demonstration."""

from datetime import timedelta

from django.db import connection
from django.db.models import Count

from cases.models import BenefitTerm, MonthlyCycle, ReviewTask
from cases.services.adjustments import ask_trial, try_out
from cases.services.cycle import open_cycle
from cases.services.deaths import draft_death
from cases.services.proofs import rest_on
from cases.services.review_evidence import record_visit
from cases.services.reviews import note_events, open_reviews
from cases.services.visit_rules import SurveyorInput
from salvation.demo.registry import Demo
from salvation.flow.engine import perform
from salvation.parameters.services import confirm_parameter, propose_parameter

VISITED = """
INSERT INTO cases_reviewtask (benefit_id, unit_id, village_id, source, campaign, due_on, done_on, outcome, note)
SELECT id, unit_id, village_id, 'DUE', '', visited, visited, 'SAME', '入户核查，无明显变化（演示）'
FROM (
    SELECT *, %(on)s::date - (id * 37 %% 190)::int AS visited FROM cases_benefit
    WHERE county_id = %(county)s AND demo AND stop_month IS NULL AND id %% 5 <> 0
) b WHERE first_month <= visited
"""


def seed_reviews(demo: Demo) -> str:
    """Most were visited in the last months; what is due within thirty days; the events of the coming weeks."""
    with connection.cursor() as cursor:
        cursor.execute(VISITED, {"county": demo.county.pk, "on": demo.today})
    made = open_reviews(county=demo.county, on=demo.today, now=demo.now)
    return f"待核查 {made}，到期提醒 {note_events(county=demo.county, on=demo.today)}"


def seed_cycle(demo: Demo) -> str:
    """Two of three villages have signed, with no change."""
    made = open_cycle(county=demo.county, month=demo.month, now=demo.now)
    cycle = MonthlyCycle.objects.get(county=demo.county, month=demo.month.first_day)
    day = max(demo.month.first_day, demo.today - timedelta(days=2))
    signed = [sheet for place, sheet in enumerate(cycle.attestations.order_by("pk")) if place % 3]
    for sheet in signed:
        sheet.signer, sheet.signed_on, sheet.changed = "村主任（演示）", day, False
    cycle.attestations.model.objects.bulk_update(signed, ["signer", "signed_on", "changed"])
    return f"{made} 个村，已签 {len(signed)}"


def seed_late_deaths(demo: Demo) -> str:
    """In the first three towns a death found two months late: what was paid since is proposed for recovery."""
    found = 0
    died = (demo.month - 2).day(12)
    for unit in demo.units[:3]:
        clerk, leader = demo.cast[("clerk", unit.pk)], demo.cast[("leader", unit.pk)]
        term = (
            BenefitTerm.objects.filter(
                benefit__unit=unit, benefit__demo=True, benefit__program="DIBAO_RURAL", benefit__is_single=False,
                benefit__stop_month__isnull=True, months__contains=demo.month.first_day,
                months__startswith__lte=(demo.month - 2).first_day, standing="ACTIVE",
            )
            .annotate(people=Count("covered"))
            .filter(people__gte=3)
            .exclude(benefit__orders__effective_month__gt=died)
            .order_by("pk")
            .first()
        )  # fmt: skip
        if term is None:
            continue
        member = term.covered.exclude(person=term.benefit.household.head_id).order_by("-pk")[0]
        order = draft_death(
            benefit=term.benefit, person=member.person, died_on=died, note="殡葬信息比对发现（演示）", actor=clerk,
            now=demo.now,
        )  # fmt: skip
        rest_on(order, "火化（殡葬）证明")
        perform(subject=order, step="submit", actor=clerk, now=demo.now)
        perform(subject=order, step="confirm_death", actor=leader, now=demo.now)
        perform(subject=order, step="carry_out", actor=clerk, now=demo.now)
        found += 1
    return f"{found} 件"


def seed_adjustment(demo: Demo) -> str:
    """A higher standard of one town from next month on, tried out and waiting for the bureau's meeting."""
    clerk, approver = demo.cast[("county", demo.county.pk)], demo.cast[("approver", demo.county.pk)]
    unit, start = demo.units[0], (demo.month + 1).first_day
    version = propose_parameter(
        key="dibao.std.rural", unit=unit, value="640", valid_from=start, basis="演示〔2022〕9号（演示数据）", actor=clerk
    )  # fmt: skip
    confirm_parameter(version_id=version.pk, actor=approver)
    version.refresh_from_db()
    asked = ask_trial(version=version, month=demo.month + 1, actor=approver, now=demo.now)
    tried = try_out(adjustment=asked, now=demo.now, report=lambda done, total: None)
    return f"试算 {tried.benefits} 户，可能新纳入 {tried.entering} 户"


def seed_review_visit(demo: Demo) -> str:
    """One review a town that was visited and waits for its conclusion."""
    made = 0
    for unit in demo.units[:5]:
        task = ReviewTask.objects.filter(unit=unit, done_on__isnull=True).order_by("due_on", "pk").first()
        if task is None:
            continue
        record_visit(
            task=task, method="HOME", visited_at=demo.now - timedelta(days=1), place="家中", present="户主",
            findings="逐项核实人口、收入和住房，与申报基本一致（演示）", conclusion="无明显变化", signed_by_family=True,
            surveyors=(SurveyorInput("乡镇经办", "TOWN"), SurveyorInput("村干部", "VILLAGE")),
            actor=demo.cast[("clerk", unit.pk)],
        )  # fmt: skip
        made += 1
    return f"{made} 户已入户"
