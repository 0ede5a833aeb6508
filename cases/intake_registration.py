"""What intake, core checks and kinship filings tell the platform: their flows and menu entries."""

from collections.abc import Callable

from django.utils import timezone

from cases import measures_found
from cases.desk import found_numbers
from cases.models import (
    CheckRequest,
    Discovery,
    EmergencyMode,
    KinshipFiling,
    MonitoringAlert,
    SpecialDeliberation,
)
from cases.report_register import REPORTS
from cases.services import alerts, checks, discoveries, emergencies, kinship, specials
from salvation.flow.registry import register as register_flow
from salvation.periods import measures as periods
from salvation.registers.register import register as register_registers
from salvation.web import desk, navigation
from salvation.web.desk import Panel
from salvation.web.navigation import NavItem, waiting

# The room of signs, needs of other departments, insurance.
WATCHED = "监测与转介"


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
    register_flow(
        Discovery,
        url=lambda discovery: reverse("cases:discovery", args=[discovery.pk]),
        title=lambda discovery: f"{discovery.name}（{discovery.get_hardship_display()}）",
        effects=discoveries.EFFECTS,
        suggest=discoveries.suggest,
    )
    register_flow(
        SpecialDeliberation,
        url=lambda special: reverse("cases:special", args=[special.pk]),
        title=lambda special: f"{special.application.applicant.name}（{special.get_proposed_display()}）",
        effects=specials.EFFECTS,
        suggest=specials.suggest,
    )
    register_flow(
        MonitoringAlert,
        url=lambda alert: reverse("cases:alert", args=[alert.pk]),
        title=lambda alert: f"{alert.person.name}（{alert.get_kind_display()}）",
        effects=alerts.EFFECTS,
        suggest=lambda alert, step: {"checked_on": timezone.localdate()},
    )
    register_flow(
        EmergencyMode,
        url=lambda mode: reverse("cases:emergency", args=[mode.pk]),
        effects=emergencies.EFFECTS,
    )
    register_registers(REPORTS)
    desk.register(Panel("主动发现", "case.view", found_numbers, order=12))
    periods.register(measures_found.SOURCES, measures_found.MEASURES)
    _menu()


def _menu() -> None:
    navigation.register_group(WATCHED, 12)
    navigation.register(
        NavItem("困难群众数据库", "cases:registry", "case.view", "救助对象", "book", 15),
        NavItem("主动发现", "cases:discoveries", "case.view", WATCHED, "search", 26, waiting("discovery")),
        NavItem("三类人员", "cases:monitored", "case.view", WATCHED, "people", 27),
        NavItem("三类人员名单", "cases:monitors", "case.review", WATCHED, "upload", 28),
        NavItem("转介专项救助", "cases:referrals", "case.view", WATCHED, "flag", 36),
        NavItem("转介名单", "cases:referral_lists", "case.review", WATCHED, "download", 37),
        NavItem("导入转介反馈", "cases:import_referrals", "case.review", WATCHED, "upload", 38),
        NavItem("监测预警", "cases:alerts", "case.view", WATCHED, "late", 25, waiting("alert")),
        NavItem("单人保筛查", "cases:single_screening", "case.view", WATCHED, "search", 42),
        NavItem("参保情况", "cases:insured_people", "case.view", WATCHED, "check", 44),
        NavItem("参保覆盖情况", "cases:insurance_coverage", "case.view", WATCHED, "chart", 45),
        NavItem("参保名单", "cases:insurance_lists", "case.review", WATCHED, "upload", 46),
        NavItem("弱势群体核对", "cases:group_people", "case.view", WATCHED, "people", 47),
        NavItem("弱势群体完整率", "cases:group_completeness", "case.view", WATCHED, "chart", 48),
        NavItem("人群名单", "cases:group_lists", "case.review", WATCHED, "upload", 49),
        NavItem("名单人员", "cases:listed_people", "case.view", WATCHED, "people", 50),
        NavItem("应急简化程序", "cases:emergencies", "param.edit", "系统", "clock", 14, waiting("emergency")),
        NavItem("一事一议", "cases:specials", "case.view", "审核确认", "file", 33, waiting("special")),
        NavItem("近亲属备案", "cases:kinships", "kinship.view", "审核确认", "people", 56, waiting("kinship")),
        NavItem("工作人员近亲属", "cases:staff_relatives", "kinship.edit", "审核确认", "people", 56),
        NavItem("经济状况核对", "cases:checks", "check.view", "审核确认", "search", 35, waiting("check")),
        NavItem("导出核对提请", "cases:export_checks", "check.issue", "审核确认", "download", 36),
        NavItem("导入核对结果", "cases:import_checks", "check.issue", "审核确认", "upload", 37),
        NavItem("核对文件", "cases:check_exchanges", "check.issue", "审核确认", "file", 38),
    )
