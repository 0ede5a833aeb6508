"""Periodic review: listed before it is due, merged with campaigns, closed with a conclusion; reminders each Monday."""
# requirements: C03, C11

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.demo.parameters import VALUES
from cases.models import Benefit, Declaration, LifeEvent, Person, ReviewTask, ReviewVisit, Survey
from cases.services.review_evidence import record_visit
from cases.services.reviews import completion, note_events, open_reviews, record_review, start_campaign
from cases.services.visit_rules import SurveyorInput
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_benefit, make_check, make_household, make_visited


def first_of_month(months_ago: int) -> date:
    today = timezone.localdate()
    back = today.year * 12 + today.month - 1 - months_ago
    return date(back // 12, back % 12 + 1, 1)


@pytest.fixture
def able(units: dict[str, Unit]) -> Benefit:
    """A grown-up able to work: looked at twice a year. Running for six months."""
    return make_benefit(make_household(units["360722100200"], ["壮年"]), first_of_month(6))


@pytest.fixture
def elderly(units: dict[str, Unit]) -> Benefit:
    """Nobody able to work: once a year. Running for six months."""
    household = make_household(units["360722101200"], ["老人"])
    Person.objects.filter(pk=household.head_id).update(birth_date=date(1940, 1, 1))
    return make_benefit(household, first_of_month(6))


@pytest.fixture
def standards(in_force: Callable[[dict[str, Any]], None]) -> None:
    in_force({**VALUES, "dibao.std.rural": "600"})


def declare(benefit: Benefit, yearly: str) -> None:
    """What the family has a year; earlier words are followed, not changed."""
    income = {"member": str(benefit.household.head_id), "item": "FARM_SUBSIDY", "yearly": yearly}
    Declaration.objects.create(household=benefit.household, facts=sealed_facts.dump({"incomes": [income]}))


BOTH = (SurveyorInput("钟经办", "TOWN"), SurveyorInput("村主任", "VILLAGE"))


def visit(
    task: ReviewTask, clerk: User, people: tuple[SurveyorInput, ...] = BOTH, **given: Any
) -> ReviewVisit:
    words: dict[str, Any] = {
        "method": "HOME", "visited_at": timezone.now(), "place": "家中", "present": "户主", "findings": "与申报一致",
        "conclusion": "属实", "signed_by_family": True, **given,
    }  # fmt: skip
    return record_visit(task=task, surveyors=people, actor=clerk, **words)


def conclude(task: ReviewTask, clerk: User, outcome: str = "SAME", **given: Any) -> ReviewTask:
    """With a report on paper unless said otherwise."""
    paper = {"paper_report": "核对〔2026〕1号", "paper_report_on": timezone.localdate()}
    return record_review(
        task=task, outcome=outcome, on=timezone.localdate(), note="核查", actor=clerk, now=timezone.now(),
        **{**paper, **given},
    )  # fmt: skip


def opened(units: dict[str, Unit]) -> int:
    return open_reviews(county=units["360722"], on=timezone.localdate(), now=timezone.now())


def test_who_can_work_is_reviewed_after_six_months_others_after_twelve(
    units: dict[str, Unit], able: Benefit, elderly: Benefit
) -> None:
    assert opened(units) == 1
    task = ReviewTask.objects.get()
    assert (task.benefit, task.source) == (able, "DUE")
    assert opened(units) == 0


def test_the_town_is_told_once(units: dict[str, Unit], able: Benefit) -> None:
    opened(units)
    opened(units)
    duty = Duty.objects.get(kind="review", done_at__isnull=True)
    assert (duty.unit, duty.title) == (units["360722100"], "1户待核查")


def test_a_campaign_takes_everybody_and_visits_nobody_twice(
    units: dict[str, Unit], able: Benefit, elderly: Benefit, county_clerk: User
) -> None:
    opened(units)
    until = timezone.localdate() + timedelta(days=90)
    start_campaign(
        unit=units["360722"], title="全面排查", until=until, actor=county_clerk, now=timezone.now()
    )
    tasks = ReviewTask.objects.order_by("pk")
    assert [(task.benefit, task.campaign) for task in tasks] == [(able, "全面排查"), (elderly, "全面排查")]
    assert tasks[0].due_on < until


def test_a_finished_review_sets_the_next_one(
    units: dict[str, Unit], able: Benefit, clerk: User, standards: None
) -> None:
    opened(units)
    task = ReviewTask.objects.get()
    declare(able, "1200")
    visit(task, clerk)
    done = conclude(task, clerk)
    assert done.assessment is not None and done.assessment.eligible
    assert opened(units) == 0
    with pytest.raises(Refusal, match="请勿重复"):
        conclude(task, clerk)


def test_a_conclusion_needs_a_visit_a_check_and_the_familys_economy(
    units: dict[str, Unit], able: Benefit, clerk: User, standards: None
) -> None:
    opened(units)
    task = ReviewTask.objects.get()
    with pytest.raises(Refusal, match="还缺：入户核查记录、有效的核对报告、家庭经济状况"):
        conclude(task, clerk, paper_report="", paper_report_on=None)
    visit(task, clerk)
    declare(able, "1200")
    with pytest.raises(Refusal, match="还缺：有效的核对报告"):
        conclude(task, clerk, paper_report="", paper_report_on=None)
    with pytest.raises(Refusal, match="有效期内"):
        conclude(task, clerk, paper_report_on=timezone.localdate() - timedelta(days=400))
    make_check(make_visited(able.household, state="CONFIRMED"))
    assert conclude(task, clerk, paper_report="", paper_report_on=None).check_report is not None


def test_where_the_county_asks_for_no_check_none_is_needed(
    units: dict[str, Unit], able: Benefit, clerk: User, standards: None, county_clerk: User, approver: User
) -> None:
    ParameterVersion.objects.create(
        key="review.check", unit=units["360722"], value=False, valid_from=date(2020, 1, 1), basis="县文",
        state="CONFIRMED", entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
    )  # fmt: skip
    opened(units)
    task = ReviewTask.objects.get()
    visit(task, clerk)
    declare(able, "1200")
    assert conclude(task, clerk, paper_report="", paper_report_on=None).outcome == "SAME"


def test_a_visit_is_made_by_both_levels_and_signed(
    units: dict[str, Unit], able: Benefit, clerk: User
) -> None:
    opened(units)
    task = ReviewTask.objects.get()
    with pytest.raises(Refusal, match="两级"):
        visit(task, clerk, people=(SurveyorInput("甲", "TOWN"), SurveyorInput("乙", "TOWN")))
    with pytest.raises(Refusal, match="2人以上"):
        visit(task, clerk, people=BOTH[:1])
    with pytest.raises(Refusal, match="签字"):
        visit(task, clerk, signed_by_family=False)


def test_a_visit_for_an_application_serves_the_review_too(
    units: dict[str, Unit], able: Benefit, clerk: User, standards: None
) -> None:
    opened(units)
    application = make_visited(able.household)
    Survey.objects.create(
        application=application, version=1, visited_at=timezone.now() - timedelta(days=3), place="家中", present="户主",
        findings="属实", conclusion="属实", signed_by_family=True,
    )  # fmt: skip
    declare(able, "1200")
    assert conclude(ReviewTask.objects.get(), clerk).outcome == "SAME"


def test_whoever_no_longer_qualifies_is_not_left_as_he_was(
    units: dict[str, Unit], able: Benefit, clerk: User, standards: None
) -> None:
    opened(units)
    task = ReviewTask.objects.get()
    visit(task, clerk)
    declare(able, "90000")
    with pytest.raises(Refusal, match="已不符合条件"):
        conclude(task, clerk)
    assert conclude(task, clerk, outcome="STOP").assessment is not None


def test_a_change_becomes_an_order_at_once(
    units: dict[str, Unit], able: Benefit, clerk: User, standards: None
) -> None:
    opened(units)
    task = ReviewTask.objects.get()
    visit(task, clerk)
    declare(able, "1200")
    order = conclude(task, clerk, outcome="CHANGED").order
    assert order is not None and (order.kind, order.new_total) == ("INCREASE", 500)


def test_the_review_is_carried_through_in_its_pages(
    units: dict[str, Unit], able: Benefit, clerk: User, standards: None, sign_in: Callable[[User], Client]
) -> None:
    opened(units)
    task = ReviewTask.objects.get()
    client, address = sign_in(clerk), f"/cases/reviews/{task.pk}/"
    assert "还缺：入户核查记录" in client.get(address).content.decode()
    visit(task, clerk)
    declare(able, "1200")
    for page in ("visit/", "economy/", "conclude/"):
        assert client.get(f"{address}{page}").status_code == 200
    given = {
        "on": timezone.localdate().isoformat(), "outcome": "SAME", "note": "无变化", "paper_report": "核1号",
        "paper_report_on": timezone.localdate().isoformat(), "_once": "b" * 32, "_act": "confirmed",
    }  # fmt: skip
    client.post(f"{address}conclude/", given)
    task.refresh_from_db()
    assert task.outcome == "SAME"
    assert "无明显变化" in client.get(address).content.decode()


def test_the_list_begins_with_what_is_open(
    units: dict[str, Unit],
    able: Benefit,
    elderly: Benefit,
    county_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    today = timezone.localdate()
    for benefit, days in ((able, 30), (elderly, 20)):
        ReviewTask.objects.create(
            benefit=benefit,
            unit=benefit.unit,
            village=benefit.village,
            source="DUE",
            due_on=today + timedelta(days=days),
        )
    ReviewTask.objects.filter(benefit=elderly).update(done_on=today, outcome="SAME")
    page = sign_in(county_clerk).get("/cases/reviews/").content.decode()
    assert 0 < page.index(able.applicant.name) < page.index(elderly.applicant.name)


def test_the_county_sees_the_rate_by_town_and_by_village(
    units: dict[str, Unit], able: Benefit, county_clerk: User, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    opened(units)
    page = sign_in(county_clerk).get("/cases/reviews/completion/").content.decode()
    assert "嘉定镇" in page
    assert f'href="?unit={units["360722100"].pk}&amp;campaign="' in page
    town = units["360722100"].pk
    assert (
        able.village.name
        in sign_in(county_clerk).get(f"/cases/reviews/completion/?unit={town}").content.decode()
    )
    assert able.village.name in sign_in(clerk).get("/cases/reviews/completion/").content.decode()


def test_a_benefit_that_ended_is_not_visited(units: dict[str, Unit], able: Benefit) -> None:
    opened(units)
    Benefit.objects.filter(pk=able.pk).update(
        stop_month=timezone.localdate().replace(day=1), stop_reason="INCOME"
    )
    opened(units)
    assert ReviewTask.objects.get().outcome == "ENDED"


def test_birthdays_that_matter_are_noted_once(units: dict[str, Unit], able: Benefit) -> None:
    soon = timezone.localdate() + timedelta(days=10)
    born = soon.replace(year=soon.year - 60) if (soon.month, soon.day) != (2, 29) else date(1966, 2, 28)
    Person.objects.filter(pk=able.applicant_id).update(birth_date=born)
    note_events(county=units["360722"], on=timezone.localdate())
    note_events(county=units["360722"], on=timezone.localdate())
    assert LifeEvent.objects.get().kind == "TURNS_60"


def test_the_pages_open_for_the_town_and_not_for_another(
    units: dict[str, Unit], able: Benefit, clerk: User, other_clerk: User, county_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    opened(units)
    task, client = ReviewTask.objects.get(), sign_in(clerk)
    for name in ("reviews", "review_completion", "life_events"):
        assert client.get(reverse(f"cases:{name}")).status_code == 200
    assert client.get(reverse("cases:review", args=[task.pk])).status_code == 200
    assert sign_in(other_clerk).get(reverse("cases:review", args=[task.pk])).status_code == 404
    assert sign_in(county_clerk).get(reverse("cases:new_campaign")).status_code == 200
    benefit = client.get(reverse("cases:benefit", args=[able.pk]) + "?tab=reviews")
    assert reverse("cases:review", args=[task.pk]) in benefit.content.decode()


def test_whoever_only_reads_sees_the_review_and_may_not_conclude(
    units: dict[str, Unit], able: Benefit, leader: User, sign_in: Callable[[User], Client]
) -> None:
    opened(units)
    url = reverse("cases:review", args=[ReviewTask.objects.get().pk])
    client = sign_in(leader)
    assert "由受理单位登记" in client.get(url).content.decode()
    given = {"on": timezone.localdate().isoformat(), "outcome": "SAME", "note": "无变化", "_once": "b" * 32}
    assert client.post(f"{url}conclude/", given).status_code == 403


def test_a_campaigns_completion_is_told_apart_from_the_years(
    units: dict[str, Unit],
    able: Benefit,
    elderly: Benefit,
    county_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    opened(units)
    until = timezone.localdate() + timedelta(days=60)
    start_campaign(
        unit=units["360722101"], title="低保排查", until=until, actor=county_clerk, now=timezone.now()
    )
    ReviewTask.objects.create(
        benefit=able, unit=able.unit, village=able.village, source="DUE", due_on=date(2020, 5, 1),
        done_on=date(2020, 4, 1), outcome="SAME",
    )  # fmt: skip
    today = timezone.localdate()
    assert [row["tasks"] for row in completion(county_clerk, "unit", today)] == [1, 1]
    assert [row["name"] for row in completion(county_clerk, "unit", today, campaign="低保排查")] == [
        units["360722101"].name
    ]
    page = sign_in(county_clerk).get("/cases/reviews/completion/").content.decode()
    assert "低保排查" in page
