"""The balance of standards between town and country (C14)."""
# requirements: C14

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from reports.civil.services import standards_of
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit

MAY = Month(2022, 5)


@pytest.fixture
def enter(units: dict[str, Unit], county_clerk: User, approver: User) -> Any:
    def confirmed(key: str, value: str, start: date) -> None:
        ParameterVersion.objects.create(
            key=key, unit=units["360722"], value=value, valid_from=start, basis="文号", state="CONFIRMED",
            entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
        )  # fmt: skip

    return confirmed


def test_the_ratio_is_that_of_the_standards_in_force_in_the_month(enter: Any, units: dict[str, Unit]) -> None:
    enter("dibao.std.urban", "750", date(2022, 1, 1))
    enter("dibao.std.rural", "600", date(2022, 1, 1))
    enter("dibao.std.rural", "625", date(2022, 6, 1))
    assert standards_of(units["360722"], MAY).ratio == Decimal("1.25")
    assert standards_of(units["360722"], MAY + 1).ratio == Decimal("1.20")


def test_without_a_standard_there_is_no_ratio(enter: Any, units: dict[str, Unit]) -> None:
    enter("dibao.std.urban", "750", date(2022, 1, 1))
    assert standards_of(units["360722"], MAY).ratio is None
