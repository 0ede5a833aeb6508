"""All households in receipt are judged again at once; the verdicts are kept, nobody's benefit changes."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Assessment, BenefitTerm, Declaration, Household
from cases.services.assessments import reassess_household
from cases.services.reassess import NO_DECLARATION, reassess_all
from cases.services.roster_import import checked_order, import_file
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.journal.models import Entry
from salvation.parameters.models import ParameterVersion
from salvation.vault import facts as sealed_facts
from tests.intake.builder import an_id, xlsx

pytestmark = pytest.mark.django_db

TOWN = "360722100"
MAY = Month(2022, 5)
ON = date(2022, 5, 20)
NOW = datetime(2022, 5, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ROWS = [
    ["行政村", "户编号", "姓名", "与户主关系", "身份证号", "补助金额"],
    ["水东村", "J1", "张三", "户主", an_id(1), 400],
    ["水东村", "J1", "李四", "配偶", an_id(2), ""],
    ["水东村", "J2", "王五", "户主", an_id(3), 300],
]


@pytest.fixture
def town(units, county_clerk, approver):
    """嘉定镇 with two households in receipt; 张三 and 李四 earn 700 yuan a month, 王五 has declared nothing."""
    county, unit = units["360722"], units[TOWN]
    for key, value in (
        ("dibao.std.rural", "600"),
        ("dibao.std.urban", "750"),
        ("uplift.amount.elder", "100"),
    ):
        ParameterVersion.objects.create(
            key=key,
            unit=county,
            value=value,
            valid_from=date(2022, 1, 1),
            basis="测试",
            state="CONFIRMED",
            entered_by=county_clerk,
            confirmed_by=approver,
            confirmed_at=NOW,
        )
    order = checked_order(unit=unit, program="DIBAO_RURAL", month=MAY)
    import_file(content=xlsx(ROWS), file_name="花名册.xlsx", order=order, actor=None)
    family = Household.objects.get(no="J1")
    wages = [{"member": str(family.head_id), "item": "SALARY", "monthly": "700"}]
    Declaration.objects.create(household=family, facts=sealed_facts.dump({"incomes": wages}))
    return unit


def test_every_household_with_a_declaration_gets_an_assessment(town):
    outcome = reassess_all(unit=town, on=ON, actor=None, now=NOW)
    assert (outcome.judged, len(outcome.left_out)) == (1, 1), outcome.left_out
    made = Assessment.objects.get()
    assert (made.household.no, made.eligible, made.per_capita) == ("J1", True, Decimal("350.00"))
    assert made.total == made.base + made.uplift


def test_the_assessment_is_the_one_a_single_review_would_keep(town, clerk):
    family = Household.objects.get(no="J1")
    reassess_all(unit=town, on=ON, actor=clerk, now=NOW)
    many = Assessment.objects.get()
    one = reassess_household(
        household=family, declaration=family.declarations.get(), program="DIBAO_RURAL", actor=clerk, now=NOW
    )
    one.refresh_from_db()
    kept = [field.attname for field in Assessment._meta.concrete_fields if field.name != "id"]
    plain = [
        {name: getattr(row, name) for name in kept if name not in ("result", "facts")}
        | {"result": sealed_facts.load(row.result), "facts": sealed_facts.load(row.facts)}
        for row in (many, one)
    ]
    assert plain[0] == plain[1]


def test_a_verdict_that_is_not_what_is_paid_is_a_difference_and_changes_nothing(town):
    outcome = reassess_all(unit=town, on=ON, actor=None, now=NOW)
    (difference,) = outcome.differences
    assert difference.paid == 400
    assert difference.found == Assessment.objects.get(pk=difference.assessment).total
    assert BenefitTerm.objects.filter(total=400).exists()


def test_a_household_without_a_declaration_is_left_out_with_the_reason(town):
    (left_out,) = reassess_all(unit=town, on=ON, actor=None, now=NOW).left_out
    assert (left_out.household_no, left_out.reason) == ("J2", NO_DECLARATION)


def test_facts_the_rules_refuse_leave_the_household_out(town):
    Household.objects.get(no="J1").head.__class__.objects.filter(name="李四").update(birth_date=None)
    outcome = reassess_all(unit=town, on=ON, actor=None, now=NOW)
    assert outcome.judged == 0
    assert "李四 没有出生日期" in outcome.left_out[0].reason


def test_what_was_declared_of_somebody_who_left_since_counts_no_more(town):
    family = Household.objects.get(no="J1")
    (spouse,) = family.members.exclude(person=family.head_id)
    wages = [{"member": str(spouse.person_id), "item": "SALARY", "monthly": "700"}]
    Declaration.objects.create(household=family, facts=sealed_facts.dump({"incomes": wages}))
    spouse.left_on = ON
    spouse.save()
    outcome = reassess_all(unit=town, on=ON, actor=None, now=NOW)
    made = Assessment.objects.get()
    assert (outcome.judged, made.people, made.annual_income) == (1, 1, 0)


def test_a_single_person_who_left_is_named_as_the_reason(town, clerk):
    family = Household.objects.get(no="J1")
    with pytest.raises(Refusal, match="单人保的对象已不是本户成员"):
        reassess_household(
            household=family, declaration=family.declarations.get(), program="DIBAO_RURAL", single_for=0, actor=clerk, now=NOW
        )  # fmt: skip


def test_a_review_of_all_is_one_entry_of_the_journal(town):
    reassess_all(unit=town, on=ON, actor=None, now=NOW)
    entry = Entry.objects.get(action="assessment.make_all")
    assert (entry.facts["judged"], entry.facts["left_out"]) == (1, 1)


def test_a_clerk_of_another_town_may_not_ask_for_it(town, other_clerk):
    with pytest.raises(PermissionDenied):
        reassess_all(unit=town, on=ON, actor=other_clerk, now=NOW)


def test_a_single_persons_benefit_is_judged_again_for_that_person_only(town, clerk):
    family = Household.objects.get(no="J1")
    made = reassess_household(
        household=family,
        declaration=family.declarations.get(),
        program="DIBAO_RURAL",
        single_for=family.head_id,
        actor=clerk,
        now=NOW,
    )
    made.refresh_from_db()
    judged = sealed_facts.load(made.facts)
    assert judged["single_for"] is not None
    assert {share["member"] for share in sealed_facts.load(made.result)["members"]} <= {str(family.head_id)}
