"""The header is found wherever it stands, and every column says how it was recognised."""

import pytest

from salvation.domain.month import Month
from salvation.intake.errors import Unreadable
from salvation.intake.mapping import How, SavedMapping
from tests.intake.builder import HEAD, an_id, names, person, problems, read, text, xlsx

TITLE = ["信丰县嘉定镇2022年5月农村低保金发放花名册"]
SPLIT = ["序号", "行政村", "户编号", "姓名", "身份证号", "补助金额", "", "", "备注"]
SPLIT_BELOW = ["", "", "", "", "", "补差", "分类施保", "合计", ""]
SPLIT_ROW = [1, "石背村", "H1", "张三", an_id(), 450, 50, 500, "重残"]


def how(reading, key):
    return next(item.match.how for item in reading.sheets[0].recognised if item.match.key == key)


def test_a_header_in_the_first_row_is_found():
    assert read(xlsx([HEAD, person()])).sheets[0].header.top == 0


def test_a_header_under_merged_title_and_unit_line_is_found():
    rows = [TITLE, ["填报单位：嘉定镇人民政府（盖章）", "", "", "", "单位：元"], [], HEAD, person()]
    reading = read(xlsx(rows, merges=["A1:F1", "A2:D2", "E2:F2"]))
    assert reading.sheets[0].header.top == 3
    assert reading.unit == "嘉定镇人民政府"
    assert reading.month == Month(2022, 5)


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        (["填报单位（盖章）：大塘埠镇"], "大塘埠镇"),
        (["填报单位:", "大塘埠镇人民政府"], "大塘埠镇人民政府"),
        (["填报单位：大塘埠镇    2022年5月25日     单位：元、人"], "大塘埠镇"),
        (["单位名称：城市社区管委会  填报日期：2022.5.25"], "城市社区管委会"),
        (["填报单位：（盖章）", "", "2022年5月"], ""),
        (["单位：元"], ""),
    ],
)
def test_the_reporting_unit_is_read_from_its_line(line, unit):
    assert read(xlsx([TITLE, line, HEAD, person()])).unit == unit


def test_the_reporting_unit_may_stand_below_the_table():
    assert read(xlsx([HEAD, person(), [], ["填报单位：嘉定镇"]])).unit == "嘉定镇"


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("2022年05月低保花名册", Month(2022, 5)),
        ("二〇二二年十二月低保花名册", Month(2022, 12)),
        ("２０２２年５月份名册", Month(2022, 5)),
        ("农村低保花名册", None),
    ],
)
def test_the_month_is_read_from_the_title(title, month):
    assert read(xlsx([[title], HEAD, person()])).month == month


def test_a_two_row_header_is_joined_to_paths():
    reading = read(xlsx([TITLE, SPLIT, SPLIT_BELOW, SPLIT_ROW], merges=["A1:I1", "F2:H2", "A2:A3", "D2:D3"]))
    assert reading.households[0].values["amount"] == 500
    assert reading.households[0].values["uplift"] == 50
    assert how(reading, "uplift") is How.ALIAS


def test_a_two_row_header_is_joined_in_a_text_file_without_merged_cells():
    reading = read(text([TITLE, SPLIT, SPLIT_BELOW, SPLIT_ROW]))
    assert reading.households[0].values["uplift"] == 50
    assert len(reading.rows) == 1


def test_a_three_row_header_is_joined():
    rows = [
        ["序号", "基本情况", "", "", "", "发放情况", "", ""],
        ["", "行政村", "户主", "", "", "补助金额", "", "备注"],
        ["", "", "姓名", "身份证号", "户编号", "分类施保", "合计", ""],
        [1, "石背村", "张三", an_id(), "H1", 50, 500, ""],
    ]
    reading = read(xlsx(rows, merges=["B1:E1", "F1:H1", "C2:E2", "F2:G2"]))
    assert problems(reading) == []
    assert reading.households[0].values["amount"] == 500


def test_subheadings_nobody_expected_still_belong_to_the_header():
    rows = [
        ["序号", "行政村", "户编号", "姓名", "身份证号", "补助金额", "健康", ""],
        ["", "", "", "", "", "", "病", "残"],
        [*person(), "", "是"],
    ]
    reading = read(xlsx(rows, merges=["G1:H1"]))
    assert len(reading.rows) == 1


def test_headings_are_recognised_by_name_by_alias_and_by_likeness():
    head = ["序号", "所在村", "户编号", "姓  名", "身份证号码（18位）", "每月补助金额(元)"]
    reading = read(xlsx([head, person()]))
    assert how(reading, "name") is How.EXACT
    assert how(reading, "citizen_id") is How.EXACT
    assert how(reading, "village") is How.ALIAS
    assert how(reading, "amount") is How.SIMILAR
    assert problems(reading) == []


def test_a_column_without_a_name_is_recognised_by_its_cells():
    head = ["序号", "行政村", "户编号", "姓名", "", "补助金额"]
    reading = read(xlsx([head, *(person(n) for n in range(1, 6))]))
    assert how(reading, "citizen_id") is How.CONTENT
    assert problems(reading) == []


def test_the_number_of_a_guardian_is_not_taken_for_the_persons_own():
    head = [*HEAD, "监护人姓名", "监护人身份证号"]
    reading = read(xlsx([head, [*person(), "李四", an_id(9)]]))
    assert reading.rows[0].values["citizen_id"].number == an_id(1)
    assert reading.sheets[0].recognised[7].match.how is How.UNMAPPED


def test_of_two_columns_headed_alike_the_one_with_ids_is_the_id():
    head = [*HEAD[:4], "身份证号", "补助金额", "身份证号"]
    row = [1, "石背村", "H1", "张三", "见后", 500, an_id()]
    reading = read(xlsx([head, row, [2, "石背村", "H2", "李四", "见后", 500, an_id(2)]]))
    assert reading.sheets[0].places["citizen_id"] == 6


def test_a_required_column_nobody_found_is_named():
    reading = read(xlsx([HEAD[:5], person()[:5]]))
    assert [column.label for column in reading.missing] == ["补助金额"]
    assert reading.rows == []


def test_the_user_corrects_the_mapping_by_heading():
    head = ["序号", "行政村", "户编号", "姓名", "身份证号", "本次", "上次"]
    mapping = SavedMapping({"本次": "amount"})
    reading = read(xlsx([head, [*person(), 400]]), mapping)
    assert how(reading, "amount") is How.SAVED
    assert reading.households[0].values["amount"] == 500


def test_a_column_the_user_does_not_want_is_not_read():
    head = [*HEAD, "备注"]
    reading = read(xlsx([head, [*person(), "重残"]]), SavedMapping({"备注": ""}))
    assert "remark" not in reading.rows[0].values


def test_a_saved_mapping_survives_storage_and_moved_columns():
    first = read(
        xlsx([["姓名", "身份证号", "本次"], ["张三", an_id(), 500]]), SavedMapping({"本次": "amount"})
    )
    stored = SavedMapping.of(first.sheets[0].recognised).to_dict()
    moved = xlsx([["本次", "身份证号", "姓名"], [600, an_id(), "张三"]])
    reading = read(moved, SavedMapping.from_dict(stored))
    assert reading.households[0].values["amount"] == 600


def test_the_user_may_point_at_the_header_himself():
    rows = [HEAD, ["", "", "", "", "", ""], HEAD, person()]
    assert read(xlsx(rows), SavedMapping(header=(3, 3))).sheets[0].header.top == 2


def test_of_one_sheet_a_month_the_asked_one_is_read():
    def april(book):
        sheet = book.create_sheet("4月")
        for row in (["2022年4月花名册"], HEAD, person(9, 姓名="旧人")):
            sheet.append(row)

    data = xlsx([["2022年5月花名册"], HEAD, person()], prepare=april)
    assert names(read(data, month=Month(2022, 5))) == ["张三"]


def test_a_table_with_other_headings_is_refused():
    with pytest.raises(Unreadable, match="没有找到表头"):
        read(xlsx([["日期", "天气", "温度"], ["周一", "晴", 20]]))


def test_amounts_in_ten_thousands_are_pointed_out():
    rows = [TITLE, ["填报单位：嘉定镇", "", "", "金额单位：万元"], HEAD, person()]
    assert any("万元" in note for note in read(xlsx(rows)).notes)
