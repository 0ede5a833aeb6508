"""Numbers that must not be posted are found however they are written; ordinary words and figures are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salvation.domain.bank import luhn_ok
from salvation.domain.citizen_id import check_character
from salvation.domain.leaks import leaks

ID = "99072219500315001"
ID += check_character(ID)
ID_X = "990722195003150" + "33X"
CARD = "623088123450001" + next(digit for digit in "0123456789" if luhn_ok(f"623088123450001{digit}"))
PHONE = "13879701234"
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")


def found(text: str) -> list[str]:
    return [leak.what for leak in leaks(text)]


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"谢桂英{ID}水东村",
        ID.translate(FULL),
        ID.translate(CIRCLED),
        f"{ID[:6]} {ID[6:14]} {ID[14:]}",
        " ".join(ID),
        f"{ID[:6]}-{ID[6:14]}-{ID[14:]}",
        f"{ID[:6]}—{ID[6:14]}～{ID[14:]}",
        "\u200b".join(ID),
        "\u2060".join(ID),
        f"{ID[:9]}\u00ad{ID[9:]}",
        f"{ID[:9]}\u3000{ID[9:]}",
        f"{ID[:9]}\n{ID[9:]}",
        ID_X,
        ID_X.lower(),
        ID_X.translate(FULL),
        "99072219500315" + "0 33 х",
        f"(证号:{ID})",
    ],
)
def test_an_id_number_is_found(text: str) -> None:
    assert found(text) == ["身份证号"]


@pytest.mark.parametrize("text", ["990722500315001", "990722 500315 001", "９９０７２２５００３１５００１"])
def test_an_old_id_number_is_found(text: str) -> None:
    assert found(text) == ["身份证号（15位）"]


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}",
        f"{CARD[:9]}-{CARD[9:]}",
        CARD.translate(FULL),
        f"卡号{CARD}。",
        CARD + "123",
    ],
)
def test_a_card_number_is_found(text: str) -> None:
    assert found(text) == ["银行账号"]


@pytest.mark.parametrize(
    "text",
    [
        PHONE,
        f"电话{PHONE}",
        "138-7970-1234",
        "138 7970 1234",
        "+86 138 7970 1234",
        f"0086{PHONE}",
        PHONE.translate(FULL),
        "1\u200b3\u200b8\u200b79701234",
        "138.7970.1234",
        f"3 {PHONE}",
        f"{PHONE}、13900001111"[:11],
    ],
)
def test_a_phone_number_is_found(text: str) -> None:
    assert found(text) == ["手机号"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "谢桂英",
        "水东村第3组",
        "2022-06-05 至 2022-06-12",
        "2022年6月5日至2022年6月12日",
        "嘉定镇2022年第12批初审公示",
        "1,580.00元 3人 1200.00元",
        "监督电话 0797-3330000",
        "信民字〔2022〕5号",
        "12345、12349",
        "村公开栏（1号楼前）2022.06.05",
    ],
)
def test_ordinary_words_pass(text: str) -> None:
    assert found(text) == []


def test_the_place_is_told_by_characters_and_the_number_is_masked() -> None:
    leak = leaks(f"地点{PHONE[:3]} {PHONE[3:]}附近")[0]
    assert (leak.start, leak.end) == (3, 14)
    assert leak.shown == "138********"


def test_every_number_of_a_text_is_told() -> None:
    assert found(f"甲{ID}，乙{CARD}，丙{PHONE}") == ["身份证号", "银行账号", "手机号"]


@given(st.lists(st.sampled_from([" ", "-", "\u200b", "　", "—", ".", ""]), min_size=17, max_size=17))
def test_nothing_between_the_digits_hides_a_number(gaps: list[str]) -> None:
    text = "".join(char + gap for char, gap in zip(ID, [*gaps, ""], strict=True))
    assert any(leak.what in {"身份证号", "银行账号"} for leak in leaks(text))


@given(st.text(max_size=60))
def test_any_text_can_be_looked_through(text: str) -> None:
    for leak in leaks(text):
        assert 1 <= leak.start <= leak.end <= len(text)
