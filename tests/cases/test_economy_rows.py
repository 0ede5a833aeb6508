"""Property with its holder and the reason of an exemption; expenses by kind, member and receipts, net of what was paid back."""
# requirements: B09, B10

from decimal import Decimal
from typing import Any

import pytest

from cases.forms.applications import ExpenseRow, PropertyRow
from cases.forms.economy import document_from, rows_from
from cases.rules.codes import ExpenseKind, PropertyKind
from cases.rules.household_file import read_document
from salvation.domain.errors import Refusal

PEOPLE = [("7", "谢桂英")]
EXEMPT = {
    "code": "MEDICAL_VEHICLE",
    "reason": "残疾代步",
    "evidence": "购车发票",
    "decision": "镇领导组2022年第3次会议",
}


def row(form: Any, **typed: str) -> Any:
    made = form(typed, people=PEOPLE)
    made.full_clean()
    return made


def read(rows: dict[str, Any]) -> Any:
    """What the rules see of the form's rows, for one person born in 1957."""
    empty: dict[str, list[Any]] = {
        key: [] for key in ("incomes", "properties", "expenses", "duty_bearers", "members")
    }
    document = document_from({**empty, **rows})
    kept = {key: value for key, value in document.items() if value}
    for section in ("properties", "expenses"):
        kept[section] = [{**one, "member": "谢桂英"} for one in kept.get(section, [])]
    whole = {
        "on": "2022-05-10",
        "area": "RURAL",
        "members": [{"name": "谢桂英", "birth": "1957-02-01"}],
        **kept,
    }
    return read_document({key: value for key, value in whole.items() if value}).facts


@pytest.mark.parametrize("lacking", ["reason", "evidence", "decision"])
def test_an_exemption_needs_reason_evidence_and_the_panels_word(lacking: str) -> None:
    typed = {"member": "7", "kind": "VEHICLE", "value": "20000", **EXEMPT}
    typed.pop(lacking)
    assert "豁免须有理由" in row(PropertyRow, **typed).errors["code"][0]


@pytest.mark.parametrize("kind", [kind.value for kind in PropertyKind])
def test_every_kind_of_property_reaches_the_rules_with_its_value(kind: str) -> None:
    made = row(PropertyRow, member="7", kind=kind, name="说明", value="30000")
    assert made.is_valid()
    line = read({"properties": [made.cleaned_data]}).properties[0]
    assert (line.kind, line.value) == (PropertyKind(kind), Decimal(30000))


def test_an_exempted_vehicle_keeps_what_the_exemption_rests_on() -> None:
    made = row(PropertyRow, member="7", kind="VEHICLE", value="20000", **EXEMPT)
    shown = rows_from(document_from({"incomes": [], "properties": [made.cleaned_data], "expenses": [],
                                         "duty_bearers": [], "members": []}))["properties"][0]  # fmt: skip
    assert {key: shown[key] for key in EXEMPT} == EXEMPT


@pytest.mark.parametrize("kind", [kind.value for kind in ExpenseKind])
def test_every_kind_of_expense_is_taken_with_its_receipts(kind: str) -> None:
    made = row(
        ExpenseRow, member="7", kind=kind, amount="12000", reimbursed="5000", receipts="3张 0012至0014"
    )
    assert made.is_valid()
    line = read({"expenses": [made.cleaned_data]}).expenses[0]
    assert (line.kind, line.amount - line.reimbursed) == (ExpenseKind(kind), Decimal(7000))


def test_nobody_gets_more_back_than_he_spent() -> None:
    made = row(ExpenseRow, member="7", kind="MEDICAL", amount="100", reimbursed="200")
    with pytest.raises(Refusal, match="不能多于支出金额"):
        read({"expenses": [made.cleaned_data]})


def test_the_receipts_are_shown_again() -> None:
    made = row(ExpenseRow, member="7", kind="MEDICAL", amount="100", receipts="1张")
    empty: dict[str, list[Any]] = {key: [] for key in ("incomes", "properties", "duty_bearers", "members")}
    shown = rows_from(document_from({**empty, "expenses": [made.cleaned_data]}))
    assert shown["expenses"][0]["receipts"] == "1张"
