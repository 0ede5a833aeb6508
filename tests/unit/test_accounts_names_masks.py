import pytest

from salvation.domain import bank, mask, names
from salvation.domain.bank import AccountKind
from salvation.domain.errors import BadValue
from salvation.domain.mask import Scene

ID = "360722194802290019"


def test_a_card_must_pass_luhn() -> None:
    assert bank.parse("6228 4800 0000 0000 000", AccountKind.SSC) == "6228480000000000000"
    with pytest.raises(BadValue, match=r"校验不符.*存折"):
        bank.parse("6228480000000000001", AccountKind.DEBIT)


def test_a_passbook_need_not_pass_luhn() -> None:
    assert bank.parse("１０３１４５６７８９０１２３４５", AccountKind.PASSBOOK) == "1031456789012345"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("622848000000000", AccountKind.SSC),
        ("1" * 23, AccountKind.PASSBOOK),
        ("", AccountKind.SSC),
        ("62284800A0000000000", AccountKind.DEBIT),
    ],
)
def test_an_account_of_wrong_length_or_form_is_refused(number: str, kind: AccountKind) -> None:
    with pytest.raises(BadValue):
        bank.parse(number, kind)


def test_an_account_damaged_by_excel_is_told_from_a_typing_error() -> None:
    with pytest.raises(BadValue, match="科学计数法"):
        bank.parse("6.22848E+18", AccountKind.SSC)
    assert "第 16 位以后全是 0" in (bank.excel_damage("6217001234567890000") or "")
    assert bank.excel_damage("6228480000000000000") is None
    assert bank.excel_damage("6228480000000000000", numeric=True)


@pytest.mark.parametrize("dot", "•‧・･.．●⋅·")
def test_every_interpunct_becomes_one(dot: str) -> None:
    assert names.check(f"阿依古丽{dot}买买提") == "阿依古丽·买买提"


def test_rare_characters_are_names_too() -> None:
    assert names.check("𠮷　〇 䶮") == "𠮷〇䶮"


@pytest.mark.parametrize("text", ["", "  ", "张3", "张San", "·张", "张三?", "张" * 51, "张\ue123"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        names.check(text)


def test_names_are_compared_without_spaces_and_dots_of_other_kinds() -> None:
    assert names.same_name("张 三", "张\u3000三")
    assert names.same_name("阿依•买买提", "阿依·买买提")
    assert not names.same_name("张三", "张叁")
    assert not names.same_name("", "")


def test_lists_show_six_and_four_digits_of_an_id() -> None:
    assert mask.id_number(ID, Scene.LIST) == "360722********0019"


def test_the_journal_shows_three_and_two() -> None:
    assert mask.id_number(ID, Scene.LOG) == "360*************19"


@pytest.mark.parametrize("field", [mask.id_number, mask.account, mask.phone])
def test_the_public_sees_no_number_at_all(field) -> None:
    assert field("13800005678", Scene.NOTICE) == ""


def test_leaders_see_no_account_and_lists_four_digits() -> None:
    assert mask.account("6228480000000000000", Scene.LEADER) == ""
    assert mask.account("6228480000000001234", Scene.LIST) == "***************1234"


def test_a_phone_keeps_its_ends_in_lists() -> None:
    assert mask.phone("13812345678", Scene.LIST) == "138****5678"
    assert mask.phone("13812345678", Scene.LOG) == "*******5678"


def test_minors_are_published_by_their_first_character() -> None:
    assert mask.name("张三丰", Scene.NOTICE, minor=True) == "张*"
    assert mask.name("张三丰", Scene.NOTICE) == "张三丰"
    assert mask.name("张三丰", Scene.NOTICE, short=True) == "张*丰"
    assert mask.name("张三丰", Scene.LOG) == "张*"


def test_a_short_value_is_starred_whole() -> None:
    assert mask.id_number("12345", Scene.LIST) == "*****"
