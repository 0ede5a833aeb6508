"""Remarks and corrections at the cells of the ledger, as the monthly table has them."""
# requirements: L04, L07

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from reports.governance.services import close_month
from reports.ledger.services import draft_ledgers
from reports.ledger.table import CODE
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.periods.models import Submission
from salvation.periods.services import fill_cells
from salvation.units.models import Unit
from salvation.web.services import new_token
from tests.builders import make_benefit, make_household

MAY = Month(2022, 5)
NOW = timezone.make_aware(timezone.datetime(2022, 7, 1, 3))


@pytest.fixture
def ledger(units: dict[str, Unit], clerk: User, leader: User) -> Submission:
    make_benefit(make_household(units["360722100200"], ["甲", "乙"]), date(2022, 1, 1))
    close_month(county=units["360722"], month=MAY, now=NOW)
    draft_ledgers(county=units["360722"], month=MAY, now=NOW)
    found = Submission.objects.get(table=CODE, unit=units["360722100"])
    fill_cells(submission=found, values={"T01.done": "逐项整改"}, actor=clerk, now=NOW)
    for step, actor in (("hand_over", clerk), ("sign", leader), ("submit", clerk)):
        perform(subject=found, step=step, actor=actor, now=NOW)
    return found


def page_of(client: Client, ledger: Submission, query: str = "") -> str:
    return client.get(f"/reports/ledgers/{ledger.pk}/{query}").content.decode()


def test_the_county_asks_about_a_cell_and_the_unit_answers(
    ledger: Submission, county_clerk: User, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    bureau, town = sign_in(county_clerk), sign_in(clerk)
    remark = f"/reports/submissions/{ledger.pk}/remark/T01-checked_households/"
    assert f'href="{remark}"' in page_of(bureau, ledger, "?mode=remark")
    answer = bureau.post(remark, {"_once": new_token(), "text": "请补填排查户数"})
    assert answer.url == f"/reports/ledgers/{ledger.pk}/?mode=remark"
    perform(subject=ledger, step="return", actor=county_clerk, now=NOW, comment="见批注")
    shown = page_of(town, ledger)
    assert "请补填排查户数" in shown and "狠抓问题整改：排查（户）" in shown and "待答复" in shown
    about = ledger.remarks.get()
    address = f"/reports/submissions/{ledger.pk}/answer/{about.pk}/"
    answer = town.post(address, {"_once": new_token(), "text": "已补填"})
    assert answer.url == f"/reports/ledgers/{ledger.pk}/"
    assert "已补填" in page_of(bureau, ledger)


def test_an_accepted_ledger_is_corrected_in_words_and_figures_with_both_values(
    ledger: Submission, county_clerk: User, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    perform(subject=ledger, step="accept", actor=county_clerk, now=NOW)
    town = sign_in(clerk)
    address = f"/reports/submissions/{ledger.pk}/correction/"
    opened = town.post(address, {"_once": new_token(), "reason": "笔误"})
    new = Submission.objects.get(corrects=ledger)
    assert opened.url == f"/reports/ledgers/{new.pk}/?mode=correct"
    for key, value in (("T01-done", "逐户整改"), ("T01-problems", "2")):
        address = f"/reports/submissions/{new.pk}/correct/{key}/"
        assert f'href="{address}"' in page_of(town, new, "?mode=correct")
        town.post(address, {"_once": new_token(), "value": value, "reason": "核对后更正"})
    shown = page_of(town, new)
    assert "逐项整改" in shown and "逐户整改" in shown and "核对后更正" in shown
    new.refresh_from_db()
    assert new.cells["T01.problems"]["was"] == "0" and new.cells["T01.problems"]["manual"] == "2"


def test_a_cell_that_the_ledger_does_not_have_is_not_found(
    ledger: Submission, county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(county_clerk)
    for key in ("SA05", "T01-work", "T99-done"):
        assert client.get(f"/reports/submissions/{ledger.pk}/remark/{key}/").status_code == 404
