"""算例 for officials, and all programmes side by side."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.demo.parameters import VALUES
from cases.models import Declaration, Household
from cases.rules.codes import Program
from cases.services.assessments import compare_programmes
from cases.views.examples import examples
from salvation.accounts.models import User
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_household


@pytest.fixture
def household(units: dict[str, Unit], in_force: Callable[[dict[str, Any]], None]) -> Household:
    """A couple on 600 yuan a year, in a county whose parameters are set."""
    in_force(VALUES)
    made = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    income = {"member": str(made.head_id), "item": "FARM_SUBSIDY", "yearly": "600"}
    Declaration.objects.create(household=made, facts=sealed_facts.dump({"incomes": [income]}))
    return made


def test_at_least_forty_households_are_listed_with_their_verdicts(clerk: User, sign_in: Any) -> None:
    page = sign_in(clerk).get("/cases/examples/").content.decode()
    assert len(examples()) >= 40
    assert [example.title for example in examples() if example.title not in page] == []


@pytest.mark.parametrize("words", ["单人保", "赡养费", "基础养老金"])
def test_they_are_found_by_what_they_are_about(words: str, clerk: User, sign_in: Any) -> None:
    page = sign_in(clerk).get("/cases/examples/", {"q": words}).content.decode()
    found = [example for example in examples() if example.has(words)]
    assert 0 < len(found) < len(examples())
    assert [example.title for example in found if example.title not in page] == []


def test_nothing_found_says_so(clerk: User, sign_in: Any) -> None:
    assert "没有含这些字的算例" in sign_in(clerk).get("/cases/examples/?q=<b>无</b>").content.decode()


@pytest.mark.parametrize("number", [example.number for example in examples()])
def test_each_shows_its_household_and_its_working(number: str, clerk: User, sign_in: Any) -> None:
    example = next(example for example in examples() if example.number == number)
    page = sign_in(clerk).get(f"/cases/examples/{number}/").content.decode()
    assert str(example.document["members"][0]["name"]) in page
    assert f"{example.on:%Y-%m-%d}" in page
    assert "{&#x27;" not in page
    for verdict in example.verdicts:
        for line in verdict["working"]:
            assert line["label"] in page


def test_an_unknown_example_gets_404(clerk: User, sign_in: Any) -> None:
    assert sign_in(clerk).get("/cases/examples/99/").status_code == 404


def test_the_first_examples_verdict_is_the_expected_one() -> None:
    assert examples()[0].verdicts[0]["total"] == "1580.00"


def test_every_programme_is_compared_and_the_nearest_miss_named(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get(f"/cases/households/{household.pk}/compare/").content.decode()
    assert [program.label for program in Program if program.label not in page] == []
    assert "标准适用类别" in page


def test_a_missing_parameter_keeps_the_others_shown(household: Household) -> None:
    ParameterVersion.objects.filter(key__startswith="rigid.").delete()
    ParameterVersion.objects.filter(key="dibao.std.urban").delete()
    declared = sealed_facts.load(Declaration.objects.get(household=household).facts)
    found = compare_programmes(household=household, declared=declared, on=timezone.localdate())
    dibao = next(one for one in found if one.program is Program.DIBAO_RURAL)
    assert dibao.verdict is not None
    assert len(found) == len(Program)
    assert all(one.verdict or one.problem for one in found)


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_comparison_is_printed(household: Household, clerk: User, sign_in: Any, form: str) -> None:
    answer = sign_in(clerk).get(f"/cases/households/{household.pk}/compare.{form}")
    assert b"".join(answer.streaming_content)[:2] in (b"%P", b"PK")


def test_without_a_declaration_there_is_nothing_to_compare(
    units: dict[str, Unit], clerk: User, sign_in: Any
) -> None:
    bare = make_household(units["360722100200"], ["钟小北"])
    assert (
        "还没有登记经济状况" in sign_in(clerk).get(f"/cases/households/{bare.pk}/compare/").content.decode()
    )


def test_another_town_gets_404(household: Household, other_clerk: User, sign_in: Any) -> None:
    for path in ("compare/", "compare.pdf"):
        assert sign_in(other_clerk).get(f"/cases/households/{household.pk}/{path}").status_code == 404
