"""Which changes of a figure are marked is for the county to say, dated and by two persons."""

from datetime import date

import pytest

from reports.views.governance import CountySheet
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.parameters.services import confirm_parameter, propose_parameter
from salvation.units.models import Unit


@pytest.fixture
def sheet(units: dict[str, Unit]) -> CountySheet:
    page = CountySheet()
    page.county, page.month = units["360722"], Month(2022, 5)
    return page


def test_a_change_of_ten_and_of_more_than_thirty_percent_is_marked(sheet: CountySheet) -> None:
    assert sheet.jumps(40, 30) and sheet.jumps(0, 10)
    assert not sheet.jumps(19, 10)
    assert not sheet.jumps(130, 100)


def test_the_county_sets_its_own_thresholds_from_a_month_on(
    sheet: CountySheet, units: dict[str, Unit], county_clerk: User, approver: User
) -> None:
    for key, value in (("stat.jump_least", "5"), ("stat.jump_share", "50")):
        version = propose_parameter(
            key=key,
            unit=units["360722"],
            value=value,
            valid_from=date(2022, 5, 1),
            basis="县局约定",
            actor=county_clerk,
        )
        assert not sheet.jumps(15, 10)
        confirm_parameter(version_id=version.pk, actor=approver)
    own = CountySheet()
    own.county, own.month = sheet.county, sheet.month
    assert own.jumps(16, 10) and not own.jumps(14, 10) and not own.jumps(130, 100)
    own = CountySheet()
    own.county, own.month = sheet.county, Month(2022, 4)
    assert not own.jumps(16, 10)
