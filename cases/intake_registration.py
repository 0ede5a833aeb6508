"""What intake, core checks and kinship filings tell the platform: their flows and menu entries."""

from collections.abc import Callable

from django.utils import timezone

from cases.models import CheckRequest, KinshipFiling
from cases.services import checks, kinship
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
    register_flow(
        KinshipFiling,
        url=lambda filing: reverse("cases:kinship", args=[filing.pk]),
        title=lambda filing: f"{filing.person.name}（{filing.staff.name}的{filing.relation}）",
        effects=kinship.EFFECTS,
        suggest=lambda filing, step: {"inspected_on": timezone.localdate()},
    )
    navigation.register_group("经济状况核对", 15)
    navigation.register(
        NavItem("近亲属备案", "cases:kinships", "kinship.view", "救助对象", "people", 56, waiting("kinship")),
        NavItem("工作人员近亲属", "cases:staff_relatives", "kinship.edit", "救助对象", "people", 56),
        NavItem("经济状况核对", "cases:checks", "check.view", "救助对象", "search", 35, waiting("check")),
        NavItem("导出提请", "cases:export_checks", "check.issue", "经济状况核对", "download", 10),
        NavItem("导入核对结果", "cases:import_checks", "check.issue", "经济状况核对", "upload", 20),
        NavItem("核对文件", "cases:check_exchanges", "check.issue", "经济状况核对", "file", 30),
    )
