"""What intake, core checks and kinship filings tell the platform: their flows and menu entries."""

from collections.abc import Callable

from cases.models import CheckRequest
from cases.services import checks
from salvation.flow.registry import register as register_flow
from salvation.web import navigation
from salvation.web.navigation import NavItem, waiting


def register_all(reverse: Callable[..., str]) -> None:
    register_flow(
        CheckRequest,
        url=lambda check: reverse("cases:check", args=[check.pk]),
        title=lambda check: f"{check.application.applicant.name}家庭",
        effects=checks.EFFECTS,
        suggest=checks.suggest,
    )
    navigation.register(
        NavItem("经济状况核对", "cases:checks", "check.view", "救助对象", "search", 35, waiting("check")),
    )
