from datetime import date

import pytest

from salvation.domain import citizen_id, disability_card
from salvation.domain.citizen_id import Sex
from salvation.domain.disability_card import Kind
from salvation.domain.errors import BadValue

TODAY = date(2026, 6, 1)


def parse(text: str, **how: bool) -> citizen_id.CitizenId:
    return citizen_id.parse(text, today=TODAY, **how)


def completed(first_17: str) -> str:
    return first_17 + citizen_id.check_character(first_17)


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        ("360722194802290019", date(1948, 2, 29), Sex.MALE),
        ("36072219620512007X", date(1962, 5, 12), Sex.MALE),
        ("360722201008010131", date(2010, 8, 1), Sex.MALE),
        ("411602198808081077", date(1988, 8, 8), Sex.MALE),
        ("140431196712310248", date(1967, 12, 31), Sex.FEMALE),
    ],
)
def test_the_vectors_of_the_handbook_are_read(number: str, birth: date, sex: Sex) -> None:
    person = parse(number)
    assert (person.number, person.birth_date, person.sex, person.from_15) == (number, birth, sex, False)


def test_a_15_digit_number_becomes_18_and_says_so() -> None:
    person = parse("362123550315002")
    assert person.number == "362123195503150024"
    assert person.from_15 and not person.centenarian


def test_a_15_digit_number_ending_996_to_999_is_left_to_a_person() -> None:
    person = parse("362123950315998")
    assert person.birth_date == date(1895, 3, 15)
    assert person.centenarian


def test_spaces_full_width_digits_and_a_small_x_are_forgiven() -> None:
    assert parse(" ３６０７２２ 19620512 007x ").number == "36072219620512007X"


def test_a_wrong_check_character_is_named() -> None:
    with pytest.raises(BadValue, match="校验位应为 9，现在是 8"):
        parse("360722194802290018")


def test_a_date_that_is_not_in_the_calendar_is_refused() -> None:
    with pytest.raises(BadValue, match="20230229 不是日历上有的日期"):
        parse(completed("36072220230229001"))


@pytest.mark.parametrize("birth", ["18991231", "20260602"])
def test_births_before_1900_and_after_today_are_refused(birth: str) -> None:
    with pytest.raises(BadValue, match="应在 1900-01-01 至 2026-06-01 之间"):
        parse(completed(f"360722{birth}001"))


@pytest.mark.parametrize("division", ["362123", "412701", "140431", "330114"])
def test_divisions_of_any_time_are_known(division: str) -> None:
    assert parse(completed(f"{division}19480229001")).number.startswith(division)


def test_an_invented_division_is_refused() -> None:
    with pytest.raises(BadValue, match="前 6 位 369999 不在历次行政区划代码表"):
        parse(completed("36999919480229001"))


def test_test_numbers_pass_only_where_allowed() -> None:
    number = completed("99010119480229001")
    assert parse(number, allow_test=True).number == number
    with pytest.raises(BadValue, match="测试号码"):
        parse(number)


def test_residence_permits_of_hong_kong_macao_and_taiwan_are_read() -> None:
    assert parse(completed("81000019800101001")).birth_date == date(1980, 1, 1)


@pytest.mark.parametrize("text", ["", "36072219480229001", "36072219480229O019", "３６０七22194802290019"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse(text)


def test_scientific_notation_is_told_from_a_typing_error() -> None:
    assert "科学计数法" in (citizen_id.excel_damage("4.4E+17") or "")
    with pytest.raises(BadValue, match="科学计数法"):
        parse("3.60722E+17")


def test_zeros_left_by_a_number_cell_are_recognised() -> None:
    assert "末三位为 000" in (citizen_id.excel_damage("360722194802290000") or "")
    assert citizen_id.excel_damage("360722194802290019") is None


def test_zeros_are_not_believed_although_the_check_character_happens_to_fit() -> None:
    with pytest.raises(BadValue, match="末三位为 000"):
        parse("360722194802290000")


def test_a_genuine_number_ending_in_zeros_can_be_typed_but_not_imported() -> None:
    genuine = "360722194801028000"
    assert parse(genuine).number == genuine
    assert citizen_id.excel_damage(genuine) is not None


def test_a_disability_card_names_kind_level_and_holder() -> None:
    card = disability_card.parse("36072219480229001941", today=TODAY, holder="360722194802290019")
    assert (card.kind, card.level, card.severe, card.label) == (Kind.LIMB, 1, True, "肢体一级")


def test_a_reissued_card_has_22_places() -> None:
    assert disability_card.parse("36072219480229001963B2", today=TODAY).reissue == 2


def test_the_card_of_another_person_is_refused() -> None:
    with pytest.raises(BadValue, match="与本人身份证号不一致"):
        disability_card.parse("36072219480229001941", today=TODAY, holder="36072219620512007X")


@pytest.mark.parametrize("text", ["3607221948022900194", "36072219480229001981", "36072219480229001945"])
def test_a_card_with_a_wrong_length_kind_or_level_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="残疾人证号应为 20 位"):
        disability_card.parse(text, today=TODAY)
