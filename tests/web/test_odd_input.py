"""Addresses and ticks nobody's browser sends: an answer in words, never a broken page."""

import pytest

from salvation.domain.errors import BadValue
from salvation.duties.views import Calendar

LISTS = (
    "/registers/meetings/",
    "/cases/applications/",
    "/cases/benefits/",
    "/cases/households/",
    "/cases/people/",
    "/cases/changes/",
    "/audits/problems/",
)
ODD = (
    "sort=--held_on",
    "sort=--no",
    "sort=--name",
    "sort=--first_month",
    "after=²",
    "after=99999999999999999999",
)


@pytest.mark.parametrize("query", ODD)
def test_a_list_opens_with_any_address(clerk, sign_in, query):
    browser = sign_in(clerk)
    assert {path: browser.get(f"{path}?{query}").status_code for path in LISTS} == dict.fromkeys(LISTS, 200)


@pytest.mark.parametrize("month", ["1900-01", "2999-12", "0000-00", "202205", "x"])
def test_a_month_out_of_time_is_no_broken_page(county_clerk, sign_in, month):
    assert sign_in(county_clerk).get(f"/reports/governance/{month}/").status_code in (200, 404, 409, 422)


NUL_ADDRESSES = (
    "/calendar/?unit=%00",
    "/search/?q=%00张三",
    "/cases/people/?%00=1",
)


@pytest.mark.parametrize("address", NUL_ADDRESSES)
def test_an_address_with_a_nul_is_refused_in_words(clerk, sign_in, address):
    answer = sign_in(clerk).get(address)
    assert answer.status_code == 400
    assert "空字符" in answer.content.decode()


def test_an_administrator_may_search_for_nothing_no_database_keeps(make_user, sign_in):
    administrator = make_user("system", "SYS_ADMIN", "360722")
    assert sign_in(administrator).get("/accounts/all/?q=%00a").status_code == 400


@pytest.mark.parametrize("act", ["save_view", "rename_view"])
def test_a_form_with_a_nul_is_refused_in_words(clerk, sign_in, act):
    answer = sign_in(clerk).post("/cases/people/", {"_act": act, "name": "甲\0"})
    assert answer.status_code == 400
    assert "空字符" in answer.content.decode()


def test_json_with_a_nul_is_refused_in_words(clerk, sign_in):
    answer = sign_in(clerk).post("/api/v1/people/find/", {"id_no": "99\0"}, "application/json")
    assert answer.status_code == 400
    assert "空字符" in answer.json()["message"]


DAYS = ("day=0001-01-01", "day=9999-12-31", "month=1900-01", "month=2999-12", "month=1899-12", "month=x")


@pytest.mark.parametrize("query", DAYS)
def test_a_calendar_out_of_time_is_no_broken_page(clerk, sign_in, query):
    assert sign_in(clerk).get(f"/calendar/?{query}").status_code in (200, 400)


@pytest.mark.parametrize("page", ["governance", "civil"])
@pytest.mark.parametrize("month", ["1900-01", "2999-12"])
def test_the_edges_of_time_are_no_broken_page(county_clerk, sign_in, page, month):
    assert sign_in(county_clerk).get(f"/reports/{page}/{month}/").status_code in (200, 400, 404, 409, 422)


def test_a_value_that_cannot_be_read_is_a_refusal(clerk, sign_in, monkeypatch):
    def unreadable(*_):
        raise BadValue("没有 1899 年 12 月这样的月份")

    monkeypatch.setattr(Calendar, "get", unreadable)
    answer = sign_in(clerk).get("/calendar/")
    assert answer.status_code == 400
    assert "没有 1899 年" in answer.content.decode()
