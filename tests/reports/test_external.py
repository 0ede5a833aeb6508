"""数字民政: the province's numbers are read back, wrong rows are named, both systems are compared and nothing is changed."""
# requirements: B32

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, Person
from reports.external.selectors import by_place, compared, only_there
from reports.external.services import Sheet, import_external
from reports.models import ExternalBatch, ExternalRecord
from reports.views.external import said
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.days import today
from tests.intake.builder import an_id, xlsx

HEAD = [
    "序号",
    "省系统编号",
    "户主姓名",
    "户主身份证号",
    "救助类别",
    "保障人数",
    "月保障金额",
    "状态",
    "乡镇",
]


@pytest.fixture
def benefit(units: dict[str, Unit]) -> Benefit:
    """Two people of 嘉定镇 on rural 低保, 200 yuan a month."""
    made = make_benefit(make_household(units["360722100200"], ["谢桂英", "谢建国"]), date(2022, 1, 1))
    made.applicant.refresh_from_db()
    return made


def line(person: Person, ext_no: str = "SZ001", program: str = "农村低保", people: Any = 2, amount: Any = 200,
         standing: str = "在保", name: str = "") -> list[Any]:  # fmt: skip
    number = person.id_no.plain() if person.id_no else ""
    return [1, ext_no, name or person.name, number, program, people, amount, standing, ""]


def read_back(rows: list[list[Any]], actor: User, unit: Unit, **facts: Any) -> ExternalBatch:
    sheet = Sheet(**{"content": xlsx([HEAD, *rows]), "as_of": today(), "whole": False, **facts})
    return import_external(sheet=sheet, unit=unit, actor=actor, now=timezone.now())


def differences(user: User) -> list[list[str]]:
    return [said(row) for row in compared(Benefit.objects.visible_to(user), today()).order_by("pk")]


def test_the_number_is_written_back_and_both_agree(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    assert differences(clerk) == [["省系统没有（编号未回填）"]]
    batch = read_back([line(benefit.applicant)], clerk, units["360722100"])
    found = ExternalRecord.objects.get()
    assert (batch.rows, batch.taken, found.ext_no, found.amount) == (1, 1, "SZ001", Decimal(200))
    assert differences(clerk) == [[]]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"people": 3}, ["人数不同"]),
        ({"amount": "230.50"}, ["金额不同"]),
        ({"standing": "停保"}, ["状态不同"]),
        ({"standing": "暂停"}, ["状态不同"]),
        ({"people": 1, "amount": 100}, ["人数不同", "金额不同"]),
        ({"people": "", "amount": "", "standing": ""}, []),
        ({"program": "城市低保"}, ["省系统没有（编号未回填）"]),
    ],
)
def test_what_differs_is_said_and_what_the_export_leaves_out_is_no_difference(
    given: dict[str, Any], words: list[str], benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    read_back([line(benefit.applicant, **given)], clerk, units["360722100"])
    assert differences(clerk) == [words]


def test_the_figures_of_a_unit_are_the_rows_behind_them(
    benefit: Benefit, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    other = make_benefit(make_household(units["360722100201"], ["钟小北"]), date(2022, 1, 1))
    other.applicant.refresh_from_db()
    read_back([line(benefit.applicant, people=3, standing="停保")], clerk, units["360722100"])
    row = by_place(county_clerk, today())[units["360722100"].pk]
    counted = {
        key: row[key] for key in ("benefits", "synced", "same", "missing", "people", "amount", "standing")
    }
    assert counted == {
        "benefits": 2, "synced": 1, "same": 0, "missing": 1, "people": 1, "amount": 0, "standing": 1
    }  # fmt: skip
    assert differences(county_clerk) == [["人数不同", "状态不同"], ["省系统没有（编号未回填）"]]


def test_a_suspended_benefit_that_runs_there_is_a_difference(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    BenefitTerm.objects.filter(benefit=benefit).update(standing="SUSPENDED")
    read_back([line(benefit.applicant)], clerk, units["360722100"])
    assert differences(clerk) == [["状态不同"]]
    row = by_place(clerk, today())[units["360722100"].pk]
    assert row["standing"] == 1


def test_whom_the_province_helps_and_we_do_not_is_listed(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    stranger = [2, "SZ002", "钟外人", an_id(9), "农村低保", 1, 100, "在保", ""]
    stopped = [3, "SZ003", "钟停保", an_id(3), "农村低保", 1, 100, "停保", ""]
    read_back([line(benefit.applicant), stranger, stopped], clerk, units["360722100"])
    assert [row.name for row in only_there(ExternalRecord.objects.visible_to(clerk), today())] == ["钟外人"]
    BenefitTerm.objects.filter(benefit=benefit).update(months=DateRange(date(2022, 1, 1), date(2022, 2, 1)))
    assert only_there(ExternalRecord.objects.visible_to(clerk), today()).count() == 2


def test_of_a_whole_export_who_is_missing_is_missing_there(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    other = make_benefit(make_household(units["360722100201"], ["钟小北"]), date(2022, 1, 1))
    other.applicant.refresh_from_db()
    earlier = today() - timedelta(days=30)
    both = [line(benefit.applicant), line(other.applicant, "SZ002", people=1, amount=100)]
    read_back(both, clerk, units["360722100"], as_of=earlier)
    assert differences(clerk) == [[], []]
    read_back([line(benefit.applicant)], clerk, units["360722100"], whole=True)
    assert differences(clerk) == [[], ["省系统没有（编号未回填）"]]


def test_an_older_export_taken_in_late_leaves_the_later_word(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    read_back([line(benefit.applicant)], clerk, units["360722100"])
    read_back(
        [line(benefit.applicant, "SZ-OLD", people=9)],
        clerk,
        units["360722100"],
        as_of=today() - timedelta(days=9),
    )
    assert ExternalRecord.objects.get().ext_no == "SZ001"
    late = ExternalBatch.objects.latest("pk")
    assert (late.rows, late.taken) == (1, 0)
    assert [one["reason"] for one in late.problems] == ["有 1 行已有更晚日期的数据，没有改动"]


def test_a_corrected_whole_export_of_the_same_day_replaces_the_wrong_one(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    stranger = [2, "SZ002", "钟外人", an_id(9), "农村低保", 1, 100, "在保", ""]
    read_back([line(benefit.applicant), stranger], clerk, units["360722100"], whole=True)
    read_back([line(benefit.applicant)], clerk, units["360722100"], whole=True)
    assert not only_there(ExternalRecord.objects.visible_to(clerk), today()).exists()
    assert differences(clerk) == [[]]


def test_a_wrong_date_or_extent_is_mended_with_the_same_file(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    content, right = xlsx([HEAD, line(benefit.applicant)]), today() - timedelta(days=9)
    read_back([], clerk, units["360722100"], content=content, whole=True)
    mended = read_back([], clerk, units["360722100"], content=content, whole=True, as_of=right)
    assert (mended.taken, mended.problems) == (1, [])
    assert ExternalRecord.objects.get().as_of == right
    assert differences(clerk) == [[]]
    part = read_back([], clerk, units["360722100"], content=content, as_of=right)
    assert (part.taken, part.whole) == (1, False)
    assert differences(clerk) == [[]]


def test_wrong_rows_are_named_with_field_reason_and_remedy_and_the_others_taken(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    rows = [
        line(benefit.applicant),
        [2, "SZ002", "钟无证", "36072219900101", "农村低保", 1, 100, "在保", ""],
        [3, "SZ003", "钟错类", an_id(9), "五保", 1, 100, "在保", ""],
        [4, "", "钟无号", an_id(3), "农村低保", 1, 100, "在保", ""],
        line(benefit.applicant, "SZ005", "城市低保", name="别人"),
        line(benefit.applicant, "SZ006"),
    ]
    batch = read_back(rows, clerk, units["360722100"])
    assert (batch.rows, batch.taken) == (6, 1)
    told = [(one["field"], bool(one["reason"]), bool(one["remedy"])) for one in batch.problems]
    assert [field for field, _, _ in told] == ["户主身份证号", "救助类别", "省系统编号", "户主姓名", "本行"]
    assert all(reason and remedy for _, reason, remedy in told)


def test_no_problem_kept_holds_a_number(benefit: Benefit, clerk: User, units: dict[str, Unit]) -> None:
    number = benefit.applicant.id_no.plain() if benefit.applicant.id_no else ""
    read_back([line(benefit.applicant, program="五保")], clerk, units["360722100"])
    assert number not in str(ExternalBatch.objects.get().problems)


def test_the_registered_name_is_in_no_reason(
    benefit: Benefit, clerk: User, other_clerk: User, units: dict[str, Unit]
) -> None:
    mine = read_back([line(benefit.applicant, name="钟别人")], clerk, units["360722100"])
    theirs = read_back([line(benefit.applicant, name="钟他人")], other_clerk, units["360722101"])
    assert [one["field"] for one in mine.problems] == ["户主姓名"]
    for word in ("谢桂英", "钟别人", "钟他人", "嘉定镇"):
        assert word not in str([mine.problems, theirs.problems])


def test_a_town_learns_nothing_of_people_it_may_not_see(
    benefit: Benefit, clerk: User, other_clerk: User, units: dict[str, Unit]
) -> None:
    right = read_back([line(benefit.applicant)], other_clerk, units["360722101"])
    guessed = read_back([line(benefit.applicant, name="钟他人")], other_clerk, units["360722101"])
    Recusal.objects.create(user=clerk, person_id=benefit.applicant_id, reason="近亲属")
    stands_back = User.objects.get(pk=clerk.pk)
    relative = read_back([line(benefit.applicant)], stands_back, units["360722100"])
    assert right.problems == guessed.problems == relative.problems
    assert (len(right.problems), right.taken, relative.taken) == (1, 0, 0)


def test_a_whole_export_with_a_wrong_row_is_not_taken(
    benefit: Benefit, clerk: User, units: dict[str, Unit]
) -> None:
    wrong = [2, "SZ002", "钟错类", an_id(9), "五保", 1, 100, "在保", ""]
    with pytest.raises(Refusal, match="不能作为全部在保对象导入"):
        read_back([line(benefit.applicant), wrong], clerk, units["360722100"], whole=True)
    assert not ExternalRecord.objects.exists()


def test_a_town_takes_in_its_own_people_only(
    benefit: Benefit, other_clerk: User, units: dict[str, Unit]
) -> None:
    batch = read_back([line(benefit.applicant)], other_clerk, units["360722101"])
    assert batch.taken == 0
    assert "不是" in batch.problems[0]["reason"]


def test_a_town_cannot_take_in_for_another(
    benefit: Benefit, other_clerk: User, units: dict[str, Unit]
) -> None:
    with pytest.raises(PermissionDenied):
        read_back([line(benefit.applicant)], other_clerk, units["360722100"])


def test_the_same_file_is_taken_in_once(benefit: Benefit, clerk: User, units: dict[str, Unit]) -> None:
    content = xlsx([HEAD, line(benefit.applicant)])
    read_back([], clerk, units["360722100"], content=content)
    with pytest.raises(Refusal, match="已经导入过"):
        read_back([], clerk, units["360722100"], content=content)


def test_another_town_sees_neither_differences_nor_records(
    benefit: Benefit,
    clerk: User,
    other_clerk: User,
    units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:
    batch = read_back([line(benefit.applicant)], clerk, units["360722100"])
    assert by_place(other_clerk, today()) == {}
    assert sign_in(other_clerk).get(reverse("reports:external_batch", args=[batch.pk])).status_code == 404


def test_who_must_stand_back_is_not_counted_the_file(
    benefit: Benefit, clerk: User, leader: User, units: dict[str, Unit]
) -> None:
    read_back([line(benefit.applicant)], clerk, units["360722100"])
    Recusal.objects.create(user=leader, person_id=benefit.applicant_id, reason="近亲属")
    assert by_place(User.objects.get(pk=leader.pk), today()) == {}


def test_the_pages_lead_from_a_figure_to_the_households(
    benefit: Benefit, clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    file = SimpleUploadedFile("导出.xlsx", xlsx([HEAD, line(benefit.applicant, people=3)]))
    given = {"unit": units["360722100"].pk, "as_of": today().isoformat(), "file": file, "_once": "a" * 32}
    made = client.post(reverse("reports:import_external"), given, follow=True)
    assert "没有有问题的行" in made.content.decode()
    sheet = client.get(reverse("reports:external")).content.decode()
    assert "kind=people" in sheet
    address = reverse("reports:external_differences")
    assert [row.pk for row in client.get(address, {"kind": "people"}).context["rows"]] == [benefit.pk]
    assert list(client.get(address, {"kind": "amount"}).context["rows"]) == []


def test_a_village_worker_gets_a_row_of_the_village_with_the_households_behind_it(
    benefit: Benefit,
    units: dict[str, Unit],
    make_user: Callable[..., User],
    sign_in: Callable[[User], Client],
) -> None:
    client = sign_in(make_user("worker", "VILLAGE_WORKER", "360722100200"))
    page = client.get(reverse("reports:external"))
    village = units["360722100200"].name
    assert [(row["name"], row["benefits"], row["missing"]) for row in page.context["rows"]] == [
        (village, 1, 1)
    ]
    behind = client.get(reverse("reports:external_differences"), {"village": village, "kind": "missing"})
    assert [row.pk for row in behind.context["rows"]] == [benefit.pk]


def test_the_table_to_enter_has_the_names_of_the_province_and_no_whole_number(
    benefit: Benefit, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    file: Any = client.post(reverse("reports:external_template"), {"_act": "export"})
    book = openpyxl.load_workbook(BytesIO(b"".join(file.streaming_content)))
    cells = [
        str(cell)
        for row in book.worksheets[0].iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    assert {"家庭编号", "户主身份证号", "救助类别", "月保障金额", "省系统编号"} <= set(cells)
    number = benefit.applicant.id_no.plain() if benefit.applicant.id_no else ""
    assert number not in cells
    assert "省系统字段" in client.get(reverse("reports:external_fields")).content.decode()
