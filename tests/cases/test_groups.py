"""弱势群体全面核对: the base list from registers and lists, what is found of each person, rates that unknown never fills."""
# requirements: G16

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Discovery, GroupEntry, GroupList, GroupRound, Household, ListedPerson, Person
from cases.rules.groups import contradictions
from cases.selectors_groups import completeness, newest_lists, uncovered
from cases.services.discoveries import Found, register_discovery
from cases.services.group_lists import Sheet, import_group_list
from cases.services.group_rounds import record_entry, refresh_round, repeat_entry, start_round
from salvation.accounts.models import User
from salvation.domain.ages import birthday
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household, make_person
from tests.intake.builder import an_id, xlsx

# A day in the middle of a year: a round ends after its day and within its year.
ON = date(2026, 6, 15)
HEAD = ["序号", "乡镇", "村（社区）", "姓名", "身份证号", "重病", "劳动能力"]
KNOWN: dict[str, Any] = {
    "lives_with": "CHILDREN", "health": "GOOD", "self_care": "SELF", "work": "FARM", "schooling": "DONE",
    "level": "JUNIOR", "housing": "SAFE", "livelihood": "FARM",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today_is_in_june(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' today."""
    monkeypatch.setattr("cases.services.group_rounds.timezone.localdate", lambda *_: ON)


def start(actor: User, county: Unit) -> GroupRound:
    found, _ = start_round(
        county=county, year=ON.year, due_on=ON + timedelta(days=90), actor=actor, now=timezone.now()
    )
    return found


def groups_of(person: Person) -> list[str]:
    return list(GroupEntry.objects.get(person=person).groups)


def find(entry: GroupEntry, actor: User, outcome: str = "CLEAR", **changed: Any) -> GroupEntry:
    return record_entry(
        entry=entry, given={**KNOWN, **changed}, outcome=outcome, checked_on=ON, checkers="钟经办、村主任", actor=actor,
        now=timezone.now(),
    )  # fmt: skip


def take_in(rows: list[list[Any]], actor: User, county: Unit, group: str = "ILL", **facts: Any) -> GroupList:
    sheet = Sheet(
        **{"content": xlsx([HEAD, *rows]), "group": group, "source": "县卫健委", "as_of": ON, **facts}
    )
    return import_group_list(sheet=sheet, county=county, actor=actor, now=timezone.now())


def number(person: Person) -> str:
    person.refresh_from_db()
    return person.id_no.plain() if person.id_no else ""


def test_the_base_list_takes_each_person_once_with_every_group_he_belongs_to(
    village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    old = make_person(village, "谢老人", date(1950, 1, 1), disability_kind="LIMB", disability_level=3)
    child = make_person(village, "谢小孩", birthday(ON, -10))
    ill = make_person(village, "谢重病", critical_illness=True)
    healthy = make_person(village, "谢青年", date(1990, 1, 1))
    dead = make_person(village, "谢故人", date(1940, 1, 1), died_on=date(2022, 1, 1))
    start(county_clerk, units["360722"])
    assert groups_of(old) == ["DISABLED", "ELDER"]
    assert (groups_of(child), groups_of(ill)) == (["MINOR"], ["ILL"])
    assert not GroupEntry.objects.filter(person__in=[healthy, dead]).exists()


@pytest.mark.parametrize(
    ("years", "days", "groups"), [(60, 0, ["ELDER"]), (60, 1, []), (18, 1, ["MINOR"]), (18, 0, [])]
)
def test_the_day_of_a_birthday_decides(
    years: int, days: int, groups: list[str], village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    person = make_person(village, "谢生日", birthday(ON, -years) + timedelta(days=days))
    start(county_clerk, units["360722"])
    assert list(GroupEntry.objects.filter(person=person).values_list("groups", flat=True)) == (
        [groups] if groups else []
    )


def test_a_department_adds_people_of_the_register_and_people_nobody_knew(
    village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    known = make_person(village, "谢在册", date(1990, 1, 1))
    rows = [
        [1, "嘉定镇", "", known.name, number(known), "", ""],
        [2, "嘉定镇", village.name, "钟外人", an_id(9), "", ""],
    ]
    listing = take_in(rows, county_clerk, units["360722"])
    start(county_clerk, units["360722"])
    assert (listing.people, listing.known) == (2, 1)
    assert groups_of(known) == ["ILL"]
    stranger = GroupEntry.objects.get(person__isnull=True)
    assert (stranger.name, stranger.village, stranger.groups[-1]) == ("钟外人", village, "ILL")


def test_the_newest_list_of_a_department_counts(
    village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    cured, ill = (
        make_person(village, "谢痊愈", date(1990, 1, 1)),
        make_person(village, "谢患者", date(1990, 1, 1)),
    )
    take_in(
        [[1, "", "", cured.name, number(cured), "", ""]],
        county_clerk,
        units["360722"],
        as_of=date(ON.year, 1, 1),
    )
    take_in([[1, "", "", ill.name, number(ill), "", ""]], county_clerk, units["360722"])
    start(county_clerk, units["360722"])
    assert [entry.person for entry in GroupEntry.objects.all()] == [ill]


def test_a_wrong_date_or_department_is_mended_with_the_same_file(
    village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    person, county = make_person(village, "谢患者", date(1990, 1, 1)), units["360722"]
    content = xlsx([HEAD, [1, "", "", person.name, number(person), "", ""]])
    take_in([], county_clerk, county, content=content, source="县医保局")
    mended = take_in([], county_clerk, county, content=content, as_of=date(ON.year, 3, 1))
    with pytest.raises(Refusal, match="没有重复写入"):
        take_in([], county_clerk, county, content=content, as_of=date(ON.year, 3, 1))
    assert [one.pk for one in newest_lists(ON)] == [mended.pk]
    later = make_person(village, "谢新患", date(1990, 1, 1))
    rows = [[1, "", "", later.name, number(later), "", ""]]
    take_in(rows, county_clerk, county, as_of=date(ON.year, 4, 1))
    start(county_clerk, county)
    assert [entry.person for entry in GroupEntry.objects.all()] == [later]


def test_somebody_known_from_a_list_alone_keeps_his_line_when_he_gets_a_file(
    village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    person = make_person(village, "谢建档", date(1990, 1, 1))
    filed, index = number(person), person.id_index
    Person.objects.filter(pk=person.pk).update(id_no=None, id_index=None, id_status="PENDING_NO_HUKOU")
    take_in([[1, "嘉定镇", village.name, person.name, filed, "", ""]], county_clerk, units["360722"])
    found = start(county_clerk, units["360722"])
    line = GroupEntry.objects.get(id_index=index)
    Person.objects.filter(pk=person.pk).update(id_no=filed, id_index=index, id_status="VALID")
    refresh_round(county=units["360722"], on=ON, now=timezone.now())
    line.refresh_from_db()
    assert (line.person, found.entries.count()) == (person, 1)
    assert ListedPerson.objects.get().person == person


def test_somebody_on_several_lists_alone_stands_in_all_their_groups_and_in_the_newest_village_named(
    village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    county, next_village = units["360722"], units["360722100201"]
    take_in([[1, "嘉定镇", "", "钟外人", an_id(9), "", ""]], county_clerk, county)
    start(county_clerk, county)
    entry = GroupEntry.objects.get()
    assert (entry.village, "DISABLED" in entry.groups) == (None, False)
    for group, day, place in (("DISABLED", 1, next_village), ("POOR", 2, village)):
        row = [1, "嘉定镇", place.name, "钟外人", an_id(9), "", ""]
        take_in([row], county_clerk, county, group, as_of=date(ON.year, 3, day))
    refresh_round(county=county, on=ON, now=timezone.now())
    entry.refresh_from_db()
    assert entry.village == village
    assert {"POOR", "DISABLED", "ILL"} <= set(entry.groups)


def test_what_was_found_of_somebody_on_a_list_alone_stays_when_another_list_comes(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    row = [1, "嘉定镇", village.name, "钟外人", an_id(9), "", ""]
    take_in([row], county_clerk, units["360722"])
    start(county_clerk, units["360722"])
    entry = find(GroupEntry.objects.get(), clerk)
    before = list(entry.groups)
    take_in([row], county_clerk, units["360722"], "DISABLED")
    refresh_round(county=units["360722"], on=ON, now=timezone.now())
    entry.refresh_from_db()
    assert (entry.outcome, entry.groups) == ("CLEAR", before)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["1", "嘉定镇", "", "别人", "{known}", "", ""], "登记的姓名是“谢在册”"),
        ([1, "", "", "钟外人", an_id(9), "", ""], "没有填“乡镇”"),
        ([1, "天上镇", "", "钟外人", an_id(9), "", ""], "不是本县的填报单位"),
        ([1, "嘉定镇", "", "钟外人", "36072219900101", "", ""], "身份证号"),
    ],
)
def test_a_list_with_one_wrong_row_is_not_taken_in_at_all(
    row: list[Any], words: str, village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    known = make_person(village, "谢在册")
    good = [2, "嘉定镇", village.name, "钟好人", an_id(3), "", ""]
    bad = [number(known) if cell == "{known}" else cell for cell in row]
    with pytest.raises(Refusal, match=words):
        take_in([bad, good], county_clerk, units["360722"])
    assert not ListedPerson.objects.exists()


def test_asking_again_adds_newcomers_and_leaves_what_was_found(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    old = make_person(village, "谢老人", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    find(GroupEntry.objects.get(person=old), clerk)
    newcomer = make_person(village, "谢新人", date(1951, 1, 1))
    assert refresh_round(county=units["360722"], on=ON, now=timezone.now()) == 1
    assert GroupEntry.objects.get(person=old).outcome == "CLEAR"
    assert groups_of(newcomer) == ["ELDER"]


def test_the_dead_leave_the_list_unless_they_were_looked_at(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    seen, unseen = (
        make_person(village, "谢甲", date(1950, 1, 1)),
        make_person(village, "谢乙", date(1950, 1, 1)),
    )
    start(county_clerk, units["360722"])
    find(GroupEntry.objects.get(person=seen), clerk)
    Person.objects.filter(pk__in=[seen.pk, unseen.pk]).update(died_on=ON)
    refresh_round(county=units["360722"], on=ON, now=timezone.now())
    assert [entry.person for entry in GroupEntry.objects.all()] == [seen]


def test_no_round_is_refreshed_where_none_was_asked_for(units: dict[str, Unit], village: Unit) -> None:
    make_person(village, "谢老人", date(1950, 1, 1))
    assert refresh_round(county=units["360722"], on=ON, now=timezone.now()) == 0
    assert not GroupEntry.objects.exists()


@pytest.mark.parametrize(
    ("year", "due_on", "words"),
    [(ON.year - 1, ON + timedelta(days=9), "只能部署本年度"), (ON.year, ON, "今天之后"), (ON.year, date(ON.year + 1, 1, 5), "本年度之内")],
)  # fmt: skip
def test_a_round_is_of_this_year_and_ends_within_it(
    year: int, due_on: date, words: str, county_clerk: User, units: dict[str, Unit]
) -> None:
    with pytest.raises(Refusal, match=words):
        start_round(county=units["360722"], year=year, due_on=due_on, actor=county_clerk, now=timezone.now())


def test_a_township_cannot_ask_for_a_round(clerk: User, units: dict[str, Unit]) -> None:
    with pytest.raises(PermissionDenied):
        start(clerk, units["360722"])


def test_the_desk_says_how_many_are_left_until_nobody_is(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    people = [make_person(village, name, date(1950, 1, 1)) for name in ("谢甲", "谢乙")]
    start(county_clerk, units["360722"])
    told = Duty.objects.get(kind="group_survey")
    assert (told.unit, told.title) == (units["360722100"], f"{ON.year}年弱势群体核对：2人待核对")
    find(GroupEntry.objects.get(person=people[0]), clerk)
    told.refresh_from_db()
    assert told.title.endswith("1人待核对")
    find(GroupEntry.objects.get(person=people[1]), clerk)
    told.refresh_from_db()
    assert told.done_at is not None


def test_a_late_record_of_last_year_leaves_this_years_line_on_the_desk(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    person = make_person(village, "谢老人", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    past = GroupRound.objects.create(
        county=units["360722"], year=ON.year - 1, due_on=date(ON.year - 1, 12, 1), refreshed_at=timezone.now()
    )
    late = GroupEntry.objects.create(
        round=past,
        person=person,
        name=person.name,
        unit=units["360722100"],
        village=village,
        groups=["ELDER"],
    )
    record_entry(
        entry=late, given=KNOWN, outcome="CLEAR", checked_on=date(ON.year - 1, 12, 5), checkers="钟经办", actor=clerk,
        now=timezone.now(),
    )  # fmt: skip
    told = Duty.objects.get(kind="group_survey")
    assert (told.title, told.done_at) == (f"{ON.year}年弱势群体核对：1人待核对", None)


def locked_tables(asked: CaptureQueriesContext) -> list[str]:
    found = [query["sql"] for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]
    tables = ("cases_groupround", "cases_groupentry")
    return [table for sql in found for table in tables if f'FROM "{table}"' in sql]


def test_whoever_records_locks_the_round_before_the_person(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    make_person(village, "谢老人", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    with CaptureQueriesContext(connection) as asked:
        find(GroupEntry.objects.get(), clerk)
    assert locked_tables(asked) == ["cases_groupround", "cases_groupentry"]


def test_the_base_list_is_made_and_refreshed_under_a_lock_of_the_round(
    village: Unit, county_clerk: User, units: dict[str, Unit]
) -> None:
    start(county_clerk, units["360722"])
    with CaptureQueriesContext(connection) as started:
        start(county_clerk, units["360722"])
    with CaptureQueriesContext(connection) as refreshed:
        refresh_round(county=units["360722"], on=ON, now=timezone.now())
    assert locked_tables(started) == locked_tables(refreshed) == ["cases_groupround"]


def test_unknown_is_not_counted_as_known(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    people = [make_person(village, name, date(1950, 1, 1)) for name in ("谢甲", "谢乙", "谢丙")]
    start(county_clerk, units["360722"])
    find(GroupEntry.objects.get(person=people[0]), clerk)
    find(GroupEntry.objects.get(person=people[1]), clerk, self_care="")
    (row,) = completeness(county_clerk, ON.year, "unit")
    assert (row["people"], row["checked"], row["complete"]) == (3, 2, 1)
    assert (row["known_FAMILY"], row["known_HEALTH"]) == (2, 1)


def test_whoever_moved_away_is_left_out_of_the_rates(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    people = [make_person(village, name, date(1950, 1, 1)) for name in ("谢甲", "谢乙")]
    start(county_clerk, units["360722"])
    find(GroupEntry.objects.get(person=people[0]), clerk, "GONE")
    (row,) = completeness(county_clerk, ON.year, "unit")
    assert (row["people"], row["checked"]) == (1, 0)


def test_somebody_who_may_be_eligible_is_registered_as_found(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    person = make_person(village, "谢困难", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    entry = GroupEntry.objects.get(person=person)
    with pytest.raises(Refusal, match="写明困难情况"):
        find(entry, clerk, "NEEDS")
    done = find(entry, clerk, "NEEDS", note="独居，没有收入", health="SERIOUS")
    found = Discovery.objects.get()
    assert (done.discovery, found.person, found.situation) == (found, person, "独居，没有收入")
    assert found.hardship == "ILLNESS"
    find(entry, clerk, "NEEDS", note="独居，没有收入，已再访")
    assert Discovery.objects.count() == 1


def test_somebody_who_was_on_a_list_alone_is_registered_with_his_number(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    take_in([[1, "嘉定镇", village.name, "钟外人", an_id(9), "", ""]], county_clerk, units["360722"])
    start(county_clerk, units["360722"])
    find(GroupEntry.objects.get(), clerk, "NEEDS", note="患病，没有收入")
    found = Discovery.objects.get()
    assert found.id_no is not None
    assert (found.name, found.id_no.plain()) == ("钟外人", an_id(9))


def test_who_may_not_register_a_discovery_is_refused_at_the_conclusion_and_not_offered_it(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    make_person(village, "谢困难", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    entry = GroupEntry.objects.get()
    with pytest.raises(Refusal, match="由乡镇经办办理") as refused:
        find(entry, county_clerk, "NEEDS", note="独居，没有收入")
    assert (refused.value.field, Discovery.objects.exists()) == ("outcome", False)
    address = reverse("cases:record_group_person", args=[entry.pk])
    offered = [
        "NEEDS" in dict(sign_in(user).get(address).context["form"].fields["outcome"].choices)
        for user in (clerk, county_clerk)
    ]
    assert offered == [True, False]


def test_a_linked_discovery_is_shown_only_to_whom_it_is_visible(
    village: Unit,
    clerk: User,
    other_clerk: User,
    county_clerk: User,
    units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:
    person = make_person(village, "谢困难", date(1950, 1, 1))
    given = Found(person.name, "VISIT", "OTHER", "独居", ON, id_no=number(person))
    running = register_discovery(
        given=given, village=units["360722101200"], actor=other_clerk, now=timezone.now()
    )
    start(county_clerk, units["360722"])
    entry = find(GroupEntry.objects.get(), clerk, "NEEDS", note="独居，没有收入")
    assert entry.discovery == running
    link, page = (
        reverse("cases:discovery", args=[running.pk]),
        reverse("cases:group_person", args=[entry.pk]),
    )
    shown = [link in sign_in(user).get(page).content.decode() for user in (clerk, county_clerk)]
    assert shown == [False, True]


@pytest.mark.parametrize(
    ("age", "given", "field"),
    [
        (70, {"work": "YOUNG"}, "work"),
        (10, {"work": "FARM"}, "work"),
        (40, {"work": "OLD"}, "work"),
        (10, {"schooling": "DONE"}, "schooling"),
        (10, {"schooling": "TOO_YOUNG"}, "schooling"),
        (20, {"work": "STUDENT", "schooling": "DONE"}, "schooling"),
        (10, {"lives_with": "PARENTS"}, "carer"),
    ],
)
def test_answers_that_cannot_be_true_at_an_age_are_named(age: int, given: dict[str, str], field: str) -> None:
    assert [name for name, _ in contradictions(given, age)] == [field]


@pytest.mark.parametrize(
    ("age", "given"),
    [
        (10, {"work": "STUDENT", "schooling": "COMPULSORY", "lives_with": "PARENTS", "carer": "父亲"}),
        (10, {"schooling": "OUT"}),
        (6, {"schooling": "TOO_YOUNG"}),
        (16, {"work": "EMPLOYED", "schooling": "DONE"}),
        (10, {}),
        (None, {"work": "OLD"}),
    ],
)
def test_answers_that_may_be_true_are_taken(age: int | None, given: dict[str, str]) -> None:
    assert contradictions(given, age) == []


def test_last_year_is_offered_and_may_be_confirmed_as_it_was(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    person = make_person(village, "谢老人", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    entry = GroupEntry.objects.get()
    with pytest.raises(Refusal, match="没有上年度"):
        repeat_entry(entry=entry, actor=clerk, now=timezone.now())
    past = GroupRound.objects.create(
        county=units["360722"], year=ON.year - 1, due_on=date(ON.year - 1, 12, 1), refreshed_at=timezone.now()
    )
    GroupEntry.objects.create(
        round=past, person=person, name=person.name, birth_date=person.birth_date, unit=units["360722100"], village=village,
        groups=["ELDER"], outcome="HELPED", checked_on=date(ON.year - 1, 5, 1), **KNOWN,
    )  # fmt: skip
    repeated = repeat_entry(entry=entry, actor=clerk, now=timezone.now())
    assert (repeated.outcome, repeated.housing, repeated.checked_on) == ("HELPED", "SAFE", ON)
    with pytest.raises(Refusal, match="本年度已登记"):
        repeat_entry(entry=repeated, actor=clerk, now=timezone.now())


def test_a_clerk_of_another_town_gets_404_and_counts_nobody(
    village: Unit,
    other_clerk: User,
    county_clerk: User,
    units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:
    make_person(village, "谢老人", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    entry = GroupEntry.objects.get()
    client = sign_in(other_clerk)
    assert client.get(reverse("cases:group_person", args=[entry.pk])).status_code == 404
    assert client.get(reverse("cases:record_group_person", args=[entry.pk])).status_code == 404
    assert completeness(other_clerk, ON.year, "village") == []


def test_a_figure_opens_the_people_behind_it(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    people = [make_person(village, name, date(1950, 1, 1)) for name in ("谢甲甲", "谢乙乙")]
    start(county_clerk, units["360722"])
    find(GroupEntry.objects.get(person=people[0]), clerk, self_care="")
    client, year = sign_in(county_clerk), {"year": str(ON.year)}
    sheet = client.get(reverse("cases:group_completeness"), year)
    assert "known=FAMILY" in sheet.content.decode()
    known = client.get(reverse("cases:group_people"), {**year, "known": "FAMILY", "unit": "嘉定镇"})
    assert [row.name for row in known.context["rows"]] == ["谢甲甲"]
    lacking = client.get(reverse("cases:group_people"), {**year, "lack": "HEALTH"})
    assert [row.name for row in lacking.context["rows"]] == ["谢乙乙", "谢甲甲"]


def test_figures_without_a_village_open_only_whom_no_list_places(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    make_person(village, "谢老人", date(1950, 1, 1))
    take_in([[1, "嘉定镇", "", "钟外人", an_id(9), "", ""]], county_clerk, units["360722"])
    start(county_clerk, units["360722"])
    client, place = sign_in(clerk), {"village": "未写明"}
    sheet = client.get(reverse("cases:group_completeness"), {"year": ON.year}).content.decode()
    assert "未写明村（社区）" in sheet
    assert urlencode(place) in sheet
    rows = client.get(reverse("cases:group_people"), {"year": ON.year, **place}).context["rows"]
    assert [row.name for row in rows] == ["钟外人"]


def test_the_sheet_is_exported_by_village_for_a_town(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    make_person(village, "谢老人", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    client = sign_in(clerk)
    page = client.get(reverse("cases:group_completeness"), {"year": ON.year, "group": "ELDER"})
    assert [row["name"] for row in page.context["rows"]] == [village.name]
    file = client.post(reverse("cases:group_completeness") + f"?year={ON.year}", {"format": "xlsx"})
    assert b"".join(file.streaming_content)[:2] == b"PK"


def test_the_form_keeps_what_was_found(
    village: Unit, clerk: User, county_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    make_person(village, "谢老人", date(1950, 1, 1))
    start(county_clerk, units["360722"])
    entry = GroupEntry.objects.get()
    client, address = sign_in(clerk), reverse("cases:record_group_person", args=[entry.pk])
    given = {
        **KNOWN,
        "outcome": "CLEAR",
        "checked_on": ON.isoformat(),
        "checkers": "钟经办",
        "_once": "a" * 32,
    }
    wrong = client.post(address, {**given, "work": "YOUNG"})
    assert (wrong.status_code, "不是未满16周岁" in wrong.content.decode()) == (422, True)
    assert client.post(address, given).status_code == 302
    entry.refresh_from_db()
    assert (entry.work, entry.outcome, entry.recorded_by) == ("FARM", "CLEAR", clerk)


@pytest.fixture
def helped(village: Unit) -> Household:
    made = make_household(village, ["谢在保"])
    make_benefit(made, date(2022, 1, 1))
    return made


def test_of_former_poor_with_a_mark_the_unhelped_are_the_gap(
    helped: Household, village: Unit, county_clerk: User, other_clerk: User, units: dict[str, Unit]
) -> None:
    unhelped, plain = make_person(village, "谢缺口"), make_person(village, "谢普通")
    rows = [
        [1, "", "", helped.head.name, number(helped.head), "是", "无"],
        [2, "", "", unhelped.name, number(unhelped), "", "弱劳动力"],
        [3, "", "", plain.name, number(plain), "", ""],
        [4, "嘉定镇", village.name, "钟外人", an_id(9), "是", ""],
    ]
    take_in(rows, county_clerk, units["360722"], "POOR")
    assert sorted(row.name for row in uncovered(county_clerk, ON)) == ["谢缺口", "钟外人"]
    assert not uncovered(other_clerk, ON).exists()


def test_the_people_of_a_list_are_shown_with_who_is_helped(
    helped: Household,
    village: Unit,
    county_clerk: User,
    units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:
    rows = [
        [1, "", "", helped.head.name, number(helped.head), "", ""],
        [2, "嘉定镇", village.name, "钟外人", an_id(9), "", ""],
    ]
    take_in(rows, county_clerk, units["360722"])
    client, address = sign_in(county_clerk), reverse("cases:listed_people")
    assert [row.name for row in client.get(address, {"helped": "yes"}).context["rows"]] == ["谢在保"]
    strangers = client.get(address, {"known": "no"}).context["rows"]
    assert [row.name for row in strangers] == ["钟外人"]
    refused = client.get(reverse("cases:listed_person", args=[strangers[0].pk]))
    assert (refused.status_code, "没有一人一档" in refused.content.decode()) == (409, True)
