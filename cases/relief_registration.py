"""What temporary relief tells the platform."""

from collections.abc import Callable

from cases.documents import relief as relief_documents
from cases.models import Relief
from cases.services import archives, first_help, relief
from salvation.documents.declared import register as register_documents
from salvation.flow.registry import register as register_flow
from salvation.flow.registry import together
from salvation.web import navigation
from salvation.web.navigation import NavItem, waiting


def register_all(reverse: Callable[..., str]) -> None:
    register_flow(
        Relief,
        url=lambda found: reverse("cases:relief", args=[found.pk]),
        title=lambda found: f"{found.applicant.name}（{found.get_program_display()}）",
        effects=together(relief.EFFECTS, first_help.EFFECTS, archives.RELIEF),
        suggest=relief.suggest,
    )
    register_documents(*relief_documents.ALL)
    navigation.register(
        NavItem("因疫因灾救助", "cases:event_figures", "relief.view", "审核确认", "chart", 55),
        NavItem("临时救助", "cases:reliefs", "relief.view", "审核确认", "money", 54, waiting("relief")),
    )
