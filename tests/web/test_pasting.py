"""Rows copied from a spreadsheet: read as people write them, or named at their cell."""

import pytest
from django import forms

from salvation.domain.errors import Refusal
from salvation.web.fields import DateField, MoneyField
from salvation.web.pasting import read_pasted, typed
from salvation.web.rowsets import MOST_ROWS, RowSet, RowsForm


class Row(forms.Form):
    name = forms.CharField(label="姓名")
    relation = forms.ChoiceField(
        label="与户主关系", choices=[("", "请选择"), ("HEAD", "户主"), ("SPOUSE", "配偶")]
    )
    born = DateField(label="出生日期", required=False)
    income = MoneyField(label="收入（元）", required=False)
    ill = forms.BooleanField(label="重病", required=False)


class Family(RowsForm):
    rowsets = (RowSet("members", "家庭成员", Row, item="成员", blank=2),)


FIELDS = Row.base_fields


def pasted(text, first=""):
    return read_pasted(text, FIELDS, first)


def test_cells_are_typed_for_their_fields():
    found = pasted("张三\t户主\t1954.3.15\t1,200.50元\t是\r\n李四\t配偶\t19560102\t￥300\t\r\n")
    assert found.problems == {}
    assert found.rows == [
        {"name": "张三", "relation": "HEAD", "born": "1954-03-15", "income": "1200.5", "ill": True},
        {"name": "李四", "relation": "SPOUSE", "born": "1956-01-02", "income": "300", "ill": False},
    ]


def test_a_stray_quotation_mark_before_a_long_text_is_refused_in_words():
    with pytest.raises(Refusal, match="双引号"):
        pasted('"张三\t户主\n' + "李四\t配偶\n" * 30_000)


def test_headings_say_which_column_is_which():
    found = pasted("出生日期\t姓 名\t备注\t收入\n1954年3月15日\t张三\t不要\t80\n")
    assert found.rows == [{"born": "1954-03-15", "name": "张三", "income": "80"}]


def test_cells_go_on_from_the_field_they_were_pasted_into():
    assert pasted("户主\t1954/3/15", first="relation").rows == [{"relation": "HEAD", "born": "1954-03-15"}]


def test_columns_without_a_field_are_counted():
    assert pasted("张三\t户主\t\t\t\t多\t余").beyond == 2


@pytest.mark.parametrize(
    ("name", "cell", "shown", "words"),
    [
        ("relation", "邻居", "", "不在列表中，可填：户主、配偶"),
        ("born", "1954年", "1954年", "日期"),
        ("born", "2022.13.1", "2022.13.1", "不是日历上有的日子"),
        ("born", "1954.3", "1954.3", "只有年月"),
        ("income", "不详", "不详", "不是金额"),
        ("ill", "可能", False, "请填“是”或“否”"),
    ],
)
def test_what_cannot_be_read_is_said(name, cell, shown, words):
    value, problem = typed(FIELDS[name], cell)
    assert value == shown and words in problem


def facts(*rows):
    sent = {"members-TOTAL_FORMS": [str(len(rows))]}
    for number, row in enumerate(rows):
        sent |= {f"members-{number}-{key}": [value] for key, value in row.items()}
    return sent


def shown(form):
    return [row.initial.get("name") for row in form.sets["members"].forms if row.initial]


def test_pasted_rows_follow_the_typed_ones_and_errors_stand_at_their_cell():
    form = Family()
    said = form.paste(facts({"name": "张三"}, {"name": ""}), "members", "李四\t邻居\n王五\t配偶")
    assert shown(form) == ["张三", "李四", "王五"]
    assert "已粘贴 2 行；1 处没有认出" in said
    row = form.sets["members"].forms[1]
    assert "邻居" in row["relation"].errors[0] and not row["name"].errors


def test_rows_pasted_into_a_row_are_laid_over_it():
    form = Family()
    form.paste(facts({"name": "张三", "relation": "HEAD"}), "members", "1954.3.15", at=0, first="born")
    assert form.sets["members"].forms[0].initial == {"name": "张三", "relation": "HEAD", "born": "1954-03-15"}


def test_no_more_rows_than_the_form_takes():
    form = Family()
    said = form.paste(facts(), "members", "\n".join(f"人{n}\t户主" for n in range(MOST_ROWS + 3)))
    assert len(shown(form)) == MOST_ROWS and "后面 3 行没有放入" in said


@pytest.mark.parametrize(("part", "text"), [("nothing", "张三"), ("members", " \n\t\n")])
def test_nothing_to_paste_is_refused(part, text):
    with pytest.raises(Refusal):
        Family().paste(facts(), part, text)


def test_pasting_without_a_script_gives_the_page_back_with_everything_typed(clerk, sign_in, settings):
    settings.ROOT_URLCONF = "salvation.urls"
    sent = {
        "_act": "paste:members",
        "address": "大桥村3号",
        "members-TOTAL_FORMS": "1",
        "members-paste": "张三\t\t邻居\n",
    }
    page = sign_in(clerk).post("/cases/households/new/", sent)
    words = page.content.decode()
    assert page.status_code == 200
    assert 'value="大桥村3号"' in words and 'value="张三"' in words and "“邻居”不在列表中" in words


def test_a_script_gets_the_table_alone(clerk, sign_in, settings):
    settings.ROOT_URLCONF = "salvation.urls"
    sent = {
        "_act": "paste:members",
        "_text": "张三",
        "members-TOTAL_FORMS": "1",
        "_row": "0",
        "_column": "name",
    }
    page = sign_in(clerk).post("/cases/households/new/", sent, headers={"X-Part": "rowset"})
    assert page.content.decode().startswith('<section class="section rowset"')
