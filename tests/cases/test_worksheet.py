"""核算表: what was kept, not what would be judged today; masked; only for those who see the case."""
# requirements: B08

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document as Word

from cases.demo.parameters import VALUES
from cases.models import Assessment, Declaration, Household
from cases.services.assessments import reassess_household
from salvation.accounts.models import User
from salvation.journal.models import Entry
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_household


@pytest.fixture
def standards(units: dict[str, Unit], county_clerk: User, approver: User) -> None:
    ParameterVersion.objects.bulk_create(
        ParameterVersion(
            key=key, unit=units["360722"], value=value, valid_from=date(2020, 1, 1), basis=f"信民字{place}号", state="CONFIRMED",
            entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
        )
        for place, (key, value) in enumerate(VALUES.items())
    )  # fmt: skip


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    made = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    return Household.objects.get(pk=made.pk)


@pytest.fixture
def assessment(household: Household, standards: None, clerk: User) -> Assessment:
    income = {"member": str(household.head_id), "item": "FARM_SUBSIDY", "yearly": "600"}
    declared = Declaration.objects.create(
        household=household, facts=sealed_facts.dump({"incomes": [income]}), updated_by=clerk
    )
    declared.refresh_from_db()
    made = reassess_household(
        household=household, declaration=declared, program="DIBAO_RURAL", actor=clerk, now=timezone.now()
    )
    return Assessment.objects.get(pk=made.pk)


@pytest.fixture
def sheet(assessment: Assessment, clerk: User, sign_in: Callable[[User], Client]) -> Callable[[], str]:
    """The words of the Word file as the clerk gets it."""

    def words() -> str:
        answer: Any = sign_in(clerk).get(f"/cases/assessments/{assessment.pk}/worksheet.docx")
        book = Word(BytesIO(b"".join(answer.streaming_content)))
        return "\n".join(cell.text for table in book.tables for row in table.rows for cell in row.cells)

    return words


def test_it_shows_the_working_line_by_line_with_articles(
    assessment: Assessment, sheet: Callable[[], str]
) -> None:
    told = sheet()
    for line in sealed_facts.load(assessment.result)["working"]:
        assert line["formula"] in told
        assert line["article"] in told


def test_it_shows_result_shares_and_parameters_with_their_basis(sheet: Callable[[], str]) -> None:
    told = sheet()
    for text in ("谢桂英", "谢建国", "农村最低生活保障", "核算人", "农村低保月标准", "（2020-01-01起）"):
        assert text in told


def test_the_id_number_is_masked(household: Household, sheet: Callable[[], str]) -> None:
    assert household.head.id_no.plain() not in sheet()
    assert "********" in sheet()


def test_a_later_standard_changes_nothing_on_it(
    units: dict[str, Unit], county_clerk: User, approver: User, sheet: Callable[[], str]
) -> None:
    before = sheet()
    ParameterVersion.objects.create(
        key="dibao.std.rural", unit=units["360722"], value="9999", valid_from=date(2020, 2, 1), basis="新文号", state="CONFIRMED",
        entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
    )  # fmt: skip
    assert sheet() == before


def test_both_files_are_given_and_journalled(assessment: Assessment, clerk: User, sign_in: Any) -> None:
    answer = sign_in(clerk).get(f"/cases/assessments/{assessment.pk}/worksheet.pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert Entry.objects.filter(action="export", subject_type="cases.assessment").count() == 1


def test_another_town_gets_404(assessment: Assessment, other_clerk: User, sign_in: Any) -> None:
    for path in (f"{assessment.pk}/worksheet.pdf", f"{assessment.pk}/worksheet.exe", "999999/worksheet.pdf"):
        assert sign_in(other_clerk).get(f"/cases/assessments/{path}").status_code == 404
