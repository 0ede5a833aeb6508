from datetime import UTC, date, datetime
from decimal import Decimal

from salvation.domain.mask import Scene
from salvation.tables.model import Column, Kind, Mark, State, Table
from salvation.tables.values import digest, entry, grouped, text

ID = Column("id", "证号", Kind.ID)
ACCOUNT = Column("account", "账号", Kind.ACCOUNT)
MONEY = Column("money", "金额", Kind.MONEY)


class Vault:
    """Stands in for a sealed value."""

    def __init__(self, clear: str) -> None:
        self.clear = clear

    def plain(self) -> str:
        return self.clear


def test_a_list_shows_the_ends_of_an_id_and_print_shows_it_whole():
    sealed = Vault("360722199001010011")
    assert text(ID, sealed) == "360722********0011"
    assert text(ID, sealed, Scene.PRINT) == "360722199001010011"


def test_a_bare_id_is_masked_as_well():
    assert text(ID, "360722199001010011") == "360722********0011"


def test_a_notice_shows_no_id_and_no_account():
    assert text(ID, "360722199001010011", Scene.NOTICE) == ""
    assert text(ACCOUNT, "6222020000000000123", Scene.NOTICE) == ""


def test_money_has_separators_and_two_places_rounded_half_up():
    assert text(MONEY, Decimal("1234567.005")) == "1,234,567.01"
    assert text(MONEY, Decimal("-8")) == "-8.00"


def test_a_percentage_has_two_places():
    assert text(Column("p", "率", Kind.PERCENT), Decimal("12.345")) == "12.35%"


def test_unknown_is_not_zero():
    assert text(MONEY, Mark.MISSING) == "缺数据"
    assert text(MONEY, None) == ""
    assert text(MONEY, Decimal(0)) == "0.00"


def test_a_moment_counts_to_the_county_day():
    moment = datetime(2022, 5, 31, 23, 0, tzinfo=UTC)
    assert entry(Column("d", "日期", Kind.DATE), moment) == date(2022, 6, 1)
    assert text(Column("d", "日期", Kind.DATE), moment) == "2022-06-01"


def test_a_state_shows_its_wording():
    column = Column("s", "状态", Kind.STATE, states={"DONE": State("已办结", "good")})
    assert text(column, "DONE") == "已办结"
    assert text(column, "OTHER") == "OTHER"


def test_numbers_stay_numbers_and_ids_stay_text_in_a_workbook():
    assert entry(MONEY, Decimal("12.30")) == 12.3
    assert entry(Column("n", "人", Kind.COUNT), 3) == 3
    assert entry(ID, "360722199001010011", Scene.PRINT) == "360722199001010011"


def test_ids_and_accounts_are_set_in_groups():
    assert grouped("360722********0011", Kind.ID) == "360722 ******** 0011"
    assert grouped("6222020000001234", Kind.ACCOUNT) == "6222 0200 0000 1234"


def test_the_hash_changes_with_the_content_only():
    table = Table("t", "表", (Column("a", "甲"), MONEY))
    rows = [{"a": "x", "money": Decimal("1.10")}]
    assert digest(table, rows) == digest(table, [{"a": "x", "money": Decimal("1.1")}])
    assert digest(table, rows) != digest(table, [{"a": "x", "money": Decimal("1.11")}])
