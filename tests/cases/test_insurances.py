"""参保情况: lists of the offices matched by ID, what nobody spoke of stays unknown, the list of the uninsured."""
# requirements: N08

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Household, Insurance, InsuranceBatch, Person
from cases.selectors_insurance import by_unit, helped, lacking, unknown, with_insurance
from cases.services.insurances import Sheet, import_insurances, save_insurance
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household, make_person
from tests.days import today
from tests.intake.builder import an_id, xlsx

HEAD = ["序号", "姓名", "身份证号", "险种", "参保状态", "资助金额"]


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    """Two people on 低保."""
    made = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    make_benefit(made, date(2022, 1, 1))
    return made


def row(person: Person, standing: str, kind: str = "医疗", paid: Any = "", name: str = "") -> list[Any]:
    number = person.id_no.plain() if person.id_no else ""
    return [1, name or person.name, number, kind, standing, paid]


def take_in(rows: list[list[Any]], actor: User, county: Unit, **facts: Any) -> InsuranceBatch:
    sheet = Sheet(
        **{
            "content": xlsx([HEAD, *rows]),
            "source": "县医保局",
            "year": today().year,
            "as_of": today(),
            **facts,
        }
    )
    return import_insurances(sheet=sheet, county=county, actor=actor, now=timezone.now())


def people(household: Household) -> list[Person]:
    return [member.person for member in household.members.order_by("pk")]


def test_people_of_the_register_are_matched_and_strangers_only_counted(
    household: Household, county_clerk: User, units: dict[str, Unit]
) -> None:
    head, child = people(household)
    stranger = [3, "钟外人", an_id(9), "医疗", "参保", ""]
    batch = take_in(
        [row(head, "正常参保", paid=380), row(child, "未参保"), stranger], county_clerk, units["360722"]
    )
    assert (batch.rows, batch.matched) == (3, 2)
    kept = {one.person_id: (one.standing, one.subsidised) for one in Insurance.objects.all()}
    assert kept == {head.pk: ("INSURED", Decimal(380)), child.pk: ("NONE", Decimal(0))}


def test_both_insurances_of_a_person_may_stand_in_one_list(
    household: Household, county_clerk: User, units: dict[str, Unit]
) -> None:
    head, _ = people(household)
    take_in([row(head, "参保"), row(head, "断缴", "养老")], county_clerk, units["360722"])
    kept = dict(Insurance.objects.values_list("kind", "standing"))
    assert kept == {"MEDICAL": "INSURED", "PENSION": "LAPSED"}


def test_a_later_list_of_the_same_year_replaces_the_earlier_word(
    household: Household, county_clerk: User, units: dict[str, Unit]
) -> None:
    head, _ = people(household)
    take_in([row(head, "未参保")], county_clerk, units["360722"])
    take_in([row(head, "参保")], county_clerk, units["360722"])
    assert Insurance.objects.get().standing == "INSURED"


def test_an_older_list_taken_in_late_leaves_the_later_word(
    household: Household, county_clerk: User, units: dict[str, Unit]
) -> None:
    head, child = people(household)
    take_in([row(head, "参保")], county_clerk, units["360722"])
    old = date(today().year, 1, 1)
    take_in([row(head, "未参保"), row(child, "断缴")], county_clerk, units["360722"], as_of=old)
    kept = dict(Insurance.objects.values_list("person", "standing"))
    assert kept == {head.pk: "INSURED", child.pk: "LAPSED"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lambda head: [row(head, "参保", name="别人")], "登记的姓名是“谢桂英”，文件中写的是“别人”"),
        (lambda head: [row(head, "不知道")], "参保状态"),
        (lambda head: [row(head, "参保"), row(head, "断缴")], "出现了两次"),
        (lambda head: [], "没有人员"),
    ],
)
def test_a_list_with_one_wrong_row_is_not_taken_in_at_all(
    rows: Callable[[Person], list[Any]],
    words: str,
    household: Household,
    county_clerk: User,
    units: dict[str, Unit],
) -> None:
    with pytest.raises(Refusal, match=words):
        take_in(rows(people(household)[0]), county_clerk, units["360722"])
    assert not Insurance.objects.exists()


def test_the_same_file_is_taken_in_once(
    household: Household, county_clerk: User, units: dict[str, Unit]
) -> None:
    rows = [row(people(household)[0], "参保")]
    content = xlsx([HEAD, *rows])
    take_in(rows, county_clerk, units["360722"], content=content)
    with pytest.raises(Refusal, match="没有重复写入"):
        take_in(rows, county_clerk, units["360722"], content=content)


def test_what_no_list_spoke_of_is_unknown_and_not_uninsured(
    household: Household, county_clerk: User, units: dict[str, Unit]
) -> None:
    head, child = people(household)
    take_in([row(head, "未参保")], county_clerk, units["360722"])
    found = with_insurance(helped(Person.objects.visible_to(county_clerk), today()), today().year, today())
    assert list(lacking(found, "MEDICAL")) == [head]
    assert list(unknown(found, "MEDICAL")) == [child]
    figures = by_unit(found).get()
    assert (figures["people"], figures["medical_none"], figures["medical_unknown"]) == (2, 1, 1)


def test_a_child_at_school_needs_no_pension(units: dict[str, Unit], clerk: User) -> None:
    made = make_household(units["360722100200"], ["钟大"])
    pupil = make_person(units["360722100200"], "钟小", date(today().year - 9, 1, 1), in_school=True)
    made.members.create(person=pupil, relation="CHILD")
    make_benefit(made, date(2022, 1, 1))
    found = with_insurance(helped(Person.objects.visible_to(clerk), today()), today().year, today())
    assert [one.name for one in unknown(found, "PENSION")] == ["钟大"]


def test_who_is_not_helped_is_not_on_the_list(units: dict[str, Unit], clerk: User) -> None:
    make_household(units["360722100200"], ["钟没有待遇"])
    assert not helped(Person.objects.visible_to(clerk), today()).exists()


def test_a_clerk_registers_what_he_found_out_on_the_persons_page(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    head, _ = people(household)
    browser = sign_in(clerk)
    sent = {
        "kind": "PENSION", "year": today().year, "standing": "INSURED", "scheme": "RESIDENT", "subsidised": "100",
        "as_of": today().isoformat(), "_once": "0b6f8fb0-9a1d-4e6e-8a53-8f5f7a3d7f01", "_act": "confirmed",
    }  # fmt: skip
    assert browser.post(reverse("cases:new_insurance", args=[head.pk]), sent).status_code == 302
    page = browser.get(reverse("cases:person", args=[head.pk])).content.decode()
    assert "基本养老保险" in page
    assert "100.00" in page


def test_nobody_gets_a_subsidy_for_a_premium_that_was_not_paid(household: Household, clerk: User) -> None:
    with pytest.raises(Refusal, match="不能有资助"):
        save_insurance(
            person=people(household)[0], kind="MEDICAL", year=today().year, standing="NONE", as_of=today(), actor=clerk,
            subsidised=Decimal(10),
        )  # fmt: skip


def test_lists_are_taken_in_by_the_county_alone(
    household: Household, clerk: User, units: dict[str, Unit]
) -> None:
    with pytest.raises(PermissionDenied):
        take_in([row(people(household)[0], "参保")], clerk, units["360722"])


def test_the_pages_show_the_uninsured_and_the_figures(
    household: Household, county_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    head, child = people(household)
    browser = sign_in(county_clerk)
    file = SimpleUploadedFile("名单.xlsx", xlsx([HEAD, row(head, "未参保"), row(child, "参保")]))
    sent = {
        "source": "县医保局", "year": today().year, "as_of": today().isoformat(), "file": file,
        "_once": "0b6f8fb0-9a1d-4e6e-8a53-8f5f7a3d7f02", "_act": "confirmed",
    }  # fmt: skip
    assert browser.post(reverse("cases:import_insurance"), sent).status_code == 302
    listed = browser.get(reverse("cases:insured_people"), {"lack": "MEDICAL"}).content.decode()
    assert "谢桂英" in listed
    assert "谢建国" not in listed
    assert "50.00%" in browser.get(reverse("cases:insurance_coverage")).content.decode()


@pytest.mark.parametrize("year", ["0000", "²²²²", "9999", "abc", "20260", "-001"])
@pytest.mark.parametrize(
    "page", ["cases:insured_people", "cases:insurance_coverage", "cases:event_figures", "registers:standing"]
)
def test_an_odd_year_in_the_address_is_no_fault_of_the_page(
    page: str, year: str, county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    assert sign_in(county_clerk).get(reverse(page), {"year": year}).status_code == 200
