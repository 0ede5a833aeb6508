"""What 特困照料 tells the platform: registers, pages, numbers of the desk."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from cases.care_registers import ALL, GROUP
from cases.models import CareVisit, Person, ReportedChange
from cases.selectors_care import missing_counts, supported, waiting_wishes
from cases.views.care import unit_of
from salvation.parameters.book import at
from salvation.registers.register import register as register_registers
from salvation.web import desk, navigation
from salvation.web.desk import Number, Panel
from salvation.web.navigation import NavItem


def care_numbers(user: Any, today: date) -> Sequence[Number]:
    """What is missing today: nothing is shown where nobody is supported."""
    unit = unit_of(user)
    people = Person.objects.visible_to(user)
    if not supported(people, today, unit).exists():
        return []
    lacking = missing_counts(people, ("assessment", "agreement", "visit"), today, unit)
    address = reverse("cases:care_people")
    days = int(at("care.wish_days", on=today, unit=unit).value)
    late = waiting_wishes(user, today).filter(registered_on__lt=today - timedelta(days=days))
    reports = ReportedChange.objects.visible_to(user).filter(assessment__isnull=True)
    bad = CareVisit.objects.visible_to(user).filter(abnormal=True, handled_on__isnull=True)

    def lists(code: str, state: str) -> str:
        return reverse("registers:list", kwargs={"code": code}) + f"?state={state}"

    return [
        Number("没有有效评定", f"{lacking['assessment']:,}", f"{address}?missing=assessment"),
        Number("没有照料协议", f"{lacking['agreement']:,}", f"{address}?missing=agreement"),
        Number("本月待巡访", f"{lacking['visit']:,}", f"{address}?missing=visit"),
        Number("集中意愿等候超期", f"{late.count():,}", lists("care-wishes", "late")),
        Number("变化待复核", f"{reports.count():,}", lists("care-reports", "open")),
        Number("异常未处置", f"{bad.count():,}", lists("care-visits", "open")),
    ]  # fmt: skip


def register_all() -> None:
    navigation.register_group(GROUP, 16)
    navigation.register(
        NavItem("照料对象", "cases:care_people", "case.view", GROUP, "people", 10),
        NavItem("巡访覆盖率", "cases:care_coverage", "case.view", GROUP, "chart", 62),
    )
    register_registers(*ALL)
    desk.register(Panel("特困照料", "case.view", care_numbers, order=18))
