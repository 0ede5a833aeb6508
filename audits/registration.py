"""What audits tells the platform."""

from collections.abc import Callable

from audits import jobs, measures
from audits.models import RectificationItem
from audits.services import EFFECTS
from salvation.flow.registry import register as register_flow
from salvation.jobs.schedule import Daily, schedule
from salvation.periods import measures as periods
from salvation.web import navigation
from salvation.web.navigation import NavItem, waiting


def register_all(reverse: Callable[..., str]) -> None:
    register_flow(
        RectificationItem,
        url=lambda item: reverse("audits:item", args=[item.pk]),
        title=lambda item: f"{item.unit} {item.get_category_display()}",
        effects=EFFECTS,
    )
    periods.register(measures.SOURCES, measures.MEASURES)
    schedule(Daily(jobs.FOUND, hour=4, minute=30))
    navigation.register_group("监督检查", 40)
    navigation.register(
        NavItem(
            "问题和整改", "audits:items", "rectify.view", "监督检查", "late", 10, waiting("rectification")
        ),
    )
