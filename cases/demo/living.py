"""The present month's cycle with most villages signed, in the demonstration."""

from datetime import timedelta

from django.db import connection

from cases.models import MonthlyCycle
from cases.services.cycle import open_cycle
from cases.services.reviews import note_events, open_reviews
from salvation.demo.registry import Demo

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
