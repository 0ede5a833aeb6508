"""Parameters: two persons, dated, nearest unit first, unconfirmed defaults named."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.journal.models import Entry
from salvation.parameters.book import Book, at
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS, Parameter, register
from salvation.parameters.services import confirm_parameter, propose_parameter, reject_parameter
from salvation.parameters.topics import OTHER, topic_of

pytestmark = pytest.mark.django_db
KEY, DAY = "uplift.amount.elder", date(2022, 6, 1)


@pytest.fixture
def propose(county_clerk: User, units: Any) -> Any:
    def enter(
        value: Any = "100",
        key: str = KEY,
        unit: str = "360722",
        start: date = date(2022, 1, 1),
        basis: str = "文号",
    ) -> Any:
        return propose_parameter(
            key=key, unit=units[unit], value=value, valid_from=start, basis=basis, actor=county_clerk
        )

    return enter


@pytest.fixture
def enter(propose: Any, approver: User) -> Any:
    def confirmed(*args: Any, **given: Any) -> ParameterVersion:
        return confirm_parameter(version_id=propose(*args, **given).pk, actor=approver)

    return confirmed


def test_a_value_counts_only_once_a_second_person_confirmed_it(
    propose: Any, approver: User, units: Any
) -> None:
    version = propose("100")
    with pytest.raises(Refusal, match="没有取值"):
        at(KEY, on=DAY, unit=units["360722"])
    confirm_parameter(version_id=version.pk, actor=approver)
    value = at(KEY, on=DAY, unit=units["360722"])
    assert (value.value, value.version, value.confirmed, value.basis) == ("100", version.pk, True, "文号")


def test_whoever_entered_a_value_may_not_confirm_it(propose: Any, county_clerk: User, approver: User) -> None:
    version = propose()
    with pytest.raises(PermissionDenied):
        confirm_parameter(version_id=version.pk, actor=county_clerk)
    ParameterVersion.objects.filter(pk=version.pk).update(entered_by=approver)
    with pytest.raises(Refusal, match="录入人不能确认"):
        confirm_parameter(version_id=version.pk, actor=approver)


def test_the_database_itself_knows_that_two_persons_are_needed(propose: Any, county_clerk: User) -> None:
    version = propose()
    with pytest.raises(IntegrityError, match="parameter_two_persons"), transaction.atomic():
        ParameterVersion.objects.filter(pk=version.pk).update(confirmed_by=county_clerk)
    with pytest.raises(IntegrityError, match="confirmed_has_person"), transaction.atomic():
        ParameterVersion.objects.filter(pk=version.pk).update(state="CONFIRMED")


def test_a_value_is_decided_once(enter: Any, approver: User) -> None:
    version = enter()
    for decide in (
        lambda: confirm_parameter(version_id=version.pk, actor=approver),
        lambda: reject_parameter(version_id=version.pk, actor=approver, reason="重复"),
    ):
        with pytest.raises(Refusal):
            decide()


def test_two_values_for_one_day_are_refused_in_words(enter: Any, propose: Any, approver: User) -> None:
    enter("100")
    second = propose("120")
    with pytest.raises(Refusal, match="同一生效日期"):
        confirm_parameter(version_id=second.pk, actor=approver)
    second.refresh_from_db()
    assert second.state == "PROPOSED"


def test_a_value_sent_back_never_counts(propose: Any, approver: User, units: Any) -> None:
    version = propose()
    with pytest.raises(Refusal, match="理由"):
        reject_parameter(version_id=version.pk, actor=approver, reason=" ")
    reject_parameter(version_id=version.pk, actor=approver, reason="文号不对")
    assert KEY not in Book(unit=units["360722"], on=DAY).versions()


def test_the_nearest_unit_wins_over_a_later_date_farther_up(enter: Any, units: Any) -> None:
    enter("100", start=date(2022, 1, 1))
    enter("140", unit="360722100", start=date(2021, 1, 1))
    enter("110", start=date(2022, 5, 1))
    read = {
        unit: at(KEY, on=DAY, unit=units[unit]).value
        for unit in ("360722", "360722100", "360722100200", "360722101")
    }
    assert read == {"360722": "110", "360722100": "140", "360722100200": "140", "360722101": "110"}


def test_another_county_sees_nothing_of_it(enter: Any, units: Any) -> None:
    enter("100")
    assert KEY not in Book(unit=units["140431"], on=DAY).versions()


@pytest.mark.parametrize(("day", "value"), [
    (date(2022, 1, 1), "100"), (date(2022, 6, 30), "100"), (date(2022, 7, 1), "120"), (date(2023, 1, 1), "120"),
])  # fmt: skip
def test_a_value_holds_from_its_day_until_the_next(day: date, value: str, enter: Any, units: Any) -> None:
    enter("100", start=date(2022, 1, 1))
    enter("120", start=date(2022, 7, 1))
    assert at(KEY, on=day, unit=units["360722"]).value == value


def test_before_its_first_day_there_is_no_value(enter: Any, units: Any) -> None:
    enter("100", start=date(2022, 1, 1))
    with pytest.raises(Refusal, match=KEY):
        at(KEY, on=date(2021, 12, 31), unit=units["360722"])


def test_a_value_ends_with_its_last_day(enter: Any, units: Any) -> None:
    version = enter("100")
    ParameterVersion.objects.filter(pk=version.pk).update(valid_to=DAY)
    assert at(KEY, on=date(2022, 5, 31), unit=units["360722"]).value == "100"
    with pytest.raises(Refusal):
        at(KEY, on=DAY, unit=units["360722"])


def test_a_default_from_common_knowledge_stays_unconfirmed_until_entered(enter: Any, units: Any) -> None:
    key = next(
        p.key for p in PARAMETERS.values() if p.mark == "通识" and p.default is not None and p.kind == "int"
    )
    sure = next(p.key for p in PARAMETERS.values() if p.mark == "原文" and p.default is not None)
    book = Book(unit=units["360722"], on=DAY)
    assert (book.get(key).confirmed, book.get(sure).confirmed, book.get(key).version) == (False, True, 0)
    assert book.unconfirmed(frozenset({key, sure})) == [PARAMETERS[key].label]
    enter(PARAMETERS[key].default, key=key)
    assert Book(unit=units["360722"], on=DAY).unconfirmed(frozenset({key, sure})) == []


@pytest.mark.parametrize(("key", "value"), [
    ("income.mu_yield", "水稻四百"), ("income.mu_yield", "水稻: 多"), ("income.mu_yield", "水稻: 4, 水稻: 5"), ("income.mu_yield", "，"),
    ("income.basic_pension.until", "明年"), (KEY, "一百"), (KEY, "-1"), (KEY, "NaN"), (KEY, "1e30"), ("uplift.elder_age", "六十"), ("uplift.elder_age", "60.5"),
    ("dibao.mode", "随意"), ("income.deduct.kinds", "医疗、旅游"), ("deadline.roll", "明天"), ("report.summary_due", "六月"), ("report.summary_due", "02-30"),
    ("uplift.elder_age", "0"), ("dibao.std.rural", "0"), (KEY, ""), ("dibao.mode", ""),
])  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_at_its_field(key: str, value: str, propose: Any) -> None:
    with pytest.raises(Refusal) as refused:
        propose(value, key=key)
    assert refused.value.field == "value"
    assert not ParameterVersion.objects.exists()


def test_a_table_is_typed_as_words_and_kept_as_a_table(enter: Any) -> None:
    version = enter("水稻：400，脐橙: 1500", key="income.mu_yield")
    assert version.value == {"水稻": "400", "脐橙": "1500"}
    assert PARAMETERS["income.mu_yield"].shown(version.value) == "水稻: 400，脐橙: 1500"


@pytest.mark.parametrize(("key", "typed", "kept"), [
    ("dibao.mode", "分档", "TIER"), ("dibao.mode", "TIER", "TIER"), ("deadline.roll", "顺延", "NEXT"), ("income.deduct.kinds", "医疗、残疾康复", "MEDICAL,REHAB"),
    ("uplift.severe_levels", "一级，二级", "1,2"), ("report.summary_due", "6-25", "06-25"), ("funds.grant_min", "", ""),
])  # fmt: skip
def test_a_value_is_typed_in_words_and_kept_as_its_code(key: str, typed: str, kept: str, enter: Any) -> None:
    assert enter(typed, key=key).value == kept


def test_no_value_is_shown_as_a_code() -> None:
    shown = [
        declared.shown(code)
        for declared in PARAMETERS.values()
        if declared.kind != "text"
        for code in ([code for code, _ in declared.choices] or [declared.default])
    ]
    assert [words for words in shown if any("A" <= letter <= "Z" for letter in words)] == []


def test_the_form_says_how_a_value_is_written_and_what_it_is_now(county_clerk: User, sign_in: Any) -> None:
    page = sign_in(county_clerk).get("/parameters/propose/?key=dibao.mode").content.decode()
    assert "可填：差额、分档。现行取值：差额" in page


def test_a_value_needs_a_known_key_and_a_basis(propose: Any) -> None:
    with pytest.raises(Refusal, match="没有参数"):
        propose(key="no.such")
    with pytest.raises(Refusal, match="依据文号"):
        propose(basis="  ")


def test_a_town_enters_no_parameters(clerk: User, units: Any) -> None:
    with pytest.raises(PermissionDenied):
        propose_parameter(
            key=KEY, unit=units["360722100"], value="1", valid_from=DAY, basis="文号", actor=clerk
        )


def test_the_county_enters_none_for_its_neighbour(propose: Any) -> None:
    with pytest.raises(PermissionDenied):
        propose(unit="140431")


def test_entering_and_confirming_are_journalled(enter: Any) -> None:
    enter("100")
    assert list(Entry.objects.filter(action__startswith="param.").order_by("id").values_list("action", flat=True)) == [
        "param.propose", "param.confirm",
    ]  # fmt: skip


def test_a_key_is_declared_once() -> None:
    known = PARAMETERS[KEY]
    register(known)
    with pytest.raises(ValueError, match="declared twice"):
        register(Parameter(KEY, "别的", "int", 1, "别处"))


def test_every_parameter_stands_under_a_topic() -> None:
    assert [key for key in PARAMETERS if topic_of(key) == OTHER] == []


def test_the_list_is_narrowed_by_topic_and_to_what_the_county_has_not_confirmed(
    county_clerk: User, sign_in: Any
) -> None:
    client, address = sign_in(county_clerk), reverse("parameters:list")
    topic = client.get(address, {"topic": "特困供养"})
    assert [name for name, _ in topic.context["groups"]] == ["特困供养"]
    waiting = client.get(address, {"open": "1"})
    rows = [row for _, rows in waiting.context["groups"] for row in rows]
    assert rows and not any(row["confirmed"] for row in rows)
    assert len(rows) == waiting.context["unconfirmed"]
    assert "没有符合条件的参数" in client.get(address, {"q": "没有这个"}).content.decode()
