"""The present month's cycle with most villages signed, in the demonstration."""

from datetime import timedelta

from cases.models import MonthlyCycle
from cases.services.cycle import open_cycle
from cases.services.reviews import note_events, open_reviews
from salvation.demo.registry import Demo


def seed_reviews(demo: Demo) -> str:
    """What is due within thirty days, and the events of the coming weeks."""
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
