"""The roster of a township goes in whole households, once, and can be taken back while nothing builds on it."""

import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import Http404

from cases.models import Benefit, BenefitTerm, Household, Member, PayAccount, Person, TermMember
from cases.models.choices import Relation, Source
from cases.services.roster_import import (
    checked_order,
    commit_batch,
    import_file,
    preview,
    preview_batch,
    settle_mapping,
    upload_roster,
)
from cases.services.roster_undo import undo_batch
from salvation.access.services import get_visible
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.services import load
from salvation.intake.errors import Unreadable
from salvation.intake.mapping import SavedMapping
from salvation.intake.models import Batch
from tests.builders import make_person
from tests.intake.builder import an_id, text, xls, xlsx

pytestmark = pytest.mark.django_db

TOWN = "360722100"
MAY = Month(2022, 5)
TITLE = ["信丰县嘉定镇2022年5月农村低保花名册"]
UNIT_LINE = ["填报单位：嘉定镇人民政府（盖章）", "", "", "", "单位：元"]
HEAD = ["序号", "行政村", "户编号", "姓名", "与户主关系", "身份证号", "补助金额"]
FAMILY = [
    [1, "水东村", "J001", "张三", "户主", an_id(1), 800],
    ["", "", "", "李四", "配偶", an_id(2), ""],
    ["", "", "", "张小三", "子", an_id(3), ""],
]
LONELY = [2, "白石村", "J002", "王五", "户主", an_id(4), 520.5]
GOOD = [TITLE, UNIT_LINE, HEAD, *FAMILY, LONELY, ["合计", "", "", "", "", "", 1320.5], ["制表人：赵六"]]


@pytest.fixture
def order(units):
    return checked_order(unit=units[TOWN], program="DIBAO_RURAL", month=MAY)


@pytest.fixture
def take(order):
    def run(rows, month=MAY, program="DIBAO_RURAL", build=xlsx):
        asked = checked_order(unit=order.unit, program=program, month=month)
        return import_file(content=build(rows), file_name="花名册.xlsx", order=asked, actor=None)

    return run


def rejected(plan):
    return [problem.text for row in plan.flawed for problem in row.problems if problem.rejects]


def test_a_roster_opens_households_and_benefits(take):
    plan = take(GOOD)
    assert plan.summary == "rows=4 accepted=4 rejected=0 households=2 unchanged=0"
    family = Household.objects.get(no="J001")
    assert family.head.name == "张三"
    assert list(family.members.values_list("relation", flat=True)) == ["HEAD", "SPOUSE", "CHILD"]
    benefit = Benefit.objects.get(household=family)
    assert (benefit.source, benefit.first_month, benefit.unit.code) == (Source.IMPORT, date(2022, 5, 1), TOWN)
    term = benefit.terms.get()
    assert term.total == term.base == 800
    assert term.assessment is None
    assert term.covered.count() == 3
    assert sum(share.base for share in term.covered.all()) == 800


def test_what_is_sealed_can_be_opened_and_found_again(take):
    take(GOOD)
    person = Person.objects.get(name="王五")
    assert person.id_no.plain() == an_id(4)
    assert person.birth_date == date(1960, 1, 1)
    assert person.village.name == "白石村委会"


def test_the_same_file_again_changes_nothing(take):
    take(GOOD)
    again = take(GOOD)
    assert again.summary == "rows=4 accepted=4 rejected=0 households=2 unchanged=4"
    assert again.differences == []
    assert Batch.objects.count() == 1
    assert Person.objects.count() == 4


def test_the_next_months_roster_is_unchanged_too(take):
    take(GOOD)
    assert take(GOOD, month=MAY + 1).unchanged == 4


def test_an_earlier_month_cannot_be_opened_afterwards(take):
    take(GOOD)
    plan = take(GOOD, month=MAY - 1)
    assert plan.accepted == 0
    assert "自2022年5月起已在保" in rejected(plan)[0]


def test_one_rejected_member_keeps_the_whole_household_out(take):
    spoilt = [*FAMILY[:2], ["", "", "", "张小三", "子", "123", ""]]
    plan = take([HEAD, *spoilt, LONELY])
    assert plan.summary == "rows=4 accepted=1 rejected=3 households=1 unchanged=0"
    assert not Household.objects.filter(no="J001").exists()


def test_a_dry_run_writes_nothing(order):
    plan = preview(content=xlsx(GOOD), order=order)
    assert plan.accepted == 4
    assert not Household.objects.exists()
    assert not Batch.objects.exists()


def test_a_changed_amount_is_a_difference_and_changes_no_benefit(take):
    take(GOOD)
    plan = take([HEAD, *FAMILY, [*LONELY[:6], 999]])
    assert [difference.what for difference in plan.differences] == ["金额：登记簿 520.50，表内 999.00"]
    assert plan.accepted == 4
    assert plan.unchanged == 3
    assert BenefitTerm.objects.filter(total=Decimal("520.50")).exists()


def test_a_household_missing_from_the_file_is_a_difference_and_is_not_stopped(take):
    take(GOOD)
    plan = take([HEAD, *FAMILY])
    assert [difference.what for difference in plan.differences] == ["文件中缺少这一户"]
    assert Benefit.objects.filter(stop_month__isnull=True).count() == 2


def test_a_new_member_of_a_household_in_receipt_is_a_difference_and_stays_out(take):
    take(GOOD)
    more = [*FAMILY, ["", "", "", "张小四", "子", an_id(9), ""]]
    plan = take([HEAD, *more, LONELY])
    assert plan.summary == "rows=5 accepted=4 rejected=1 households=2 unchanged=1"
    assert Person.objects.count() == 4
    assert Member.objects.filter(relation=Relation.CHILD).count() == 1


def test_a_member_missing_from_the_file_is_a_difference(take):
    take(GOOD)
    plan = take([HEAD, *FAMILY[:2], LONELY])
    assert "表内少 1 人" in plan.differences[0].what


def test_somebody_who_receives_another_programme_is_rejected(take):
    take(GOOD)
    plan = take([HEAD, LONELY], program="TEKUN_DISPERSED")
    assert "已享受农村低保" in rejected(plan)[0]


def split(first):
    """The family of J001 comes apart in a file: two of them on lines of their own, neither helped yet."""
    TermMember.objects.all().delete()
    BenefitTerm.objects.all().delete()
    alone = ["", "水东村", "", "张小三", "户主", an_id(3), 300]
    return [TITLE, UNIT_LINE, HEAD, *first, alone]


def test_a_member_of_a_family_that_is_helped_already_gets_no_benefit_of_his_own(take):
    take([*GOOD[:3], FAMILY[0], ["合计", "", "", "", "", "", 800]])
    family = Household.objects.get(no="J001")
    grown = make_person(family.village, "张小三")
    family.members.create(person=grown, relation="CHILD")
    plan = take([*GOOD[:3], [1, "水东村", "", "张小三", "户主", grown.id_no, 300]])
    assert rejected(plan) == [
        "身份证号：所在的户（户编号 J001）已享受农村低保，不能另开一份。请为该户办理增加成员；已经分户的，请先登记新户。"
    ]
    assert Benefit.objects.count() == 1


def test_two_lines_of_one_registered_family_do_not_open_two_benefits(take):
    take(GOOD)
    plan = take(split([[1, "水东村", "", "张三", "户主", an_id(1), 500]]))
    assert (plan.accepted, Benefit.objects.filter(household__no="J001", terms__isnull=False).count()) == (
        1,
        1,
    )
    assert "与表内另一户在登记簿中是同一户（户编号 J001）" in rejected(plan)[0]


def test_an_id_registered_under_another_name_is_rejected(take):
    take(GOOD)
    plan = take([HEAD, [*LONELY[:3], "王六", *LONELY[4:]]])
    assert "登记簿中的姓名是“王五”" in rejected(plan)[0]


def test_a_person_of_another_unit_is_rejected_without_being_named(take, units):
    take(GOOD)
    other = checked_order(unit=units["360722101"], program="DIBAO_RURAL", month=MAY)
    content = xlsx([HEAD, [1, "万星村", "D1", "某某", "户主", an_id(4), 300]])
    plan = import_file(content=content, file_name="x.xlsx", order=other, actor=None)
    assert "已由其他单位登记" in rejected(plan)[0]
    assert not any("王五" in problem for problem in rejected(plan))


def test_the_dead_are_rejected(take):
    take(GOOD)
    TermMember.objects.all().delete()
    Person.objects.filter(name="王五").update(died_on=date(2022, 4, 1))
    assert "死亡" in rejected(take([HEAD, LONELY]))[0]


def test_a_household_number_of_another_household_is_rejected(take):
    take(GOOD)
    plan = take([HEAD, [3, "白石村", "J001", "赵六", "户主", an_id(8), 300]])
    assert "户编号 J001 在登记簿中是另一户" in rejected(plan)[0]


@pytest.mark.parametrize(
    "village", ["水东", "水东村", "水东村委会", "水东村民委员会", "嘉定镇水东村", "360722100200"]
)
def test_a_village_is_found_without_its_suffix(take, village):
    plan = take([HEAD, [1, village, "J9", "张三", "户主", an_id(1), 300]])
    assert plan.accepted == 1


def test_a_village_of_another_unit_is_rejected(take):
    assert "不是本单位所辖" in rejected(take([HEAD, [1, "万星村", "J9", "张三", "户主", an_id(1), 300]]))[0]


def test_a_village_moved_to_a_reporting_unit_belongs_to_it_alone(take):
    assert take([HEAD, [1, "南山居委会", "J9", "张三", "户主", an_id(1), 300]]).accepted == 0


def test_the_smallest_roster_takes_the_village_from_the_register(take):
    take(GOOD)
    rows = [["姓名", "身份证号", "金额"], ["王五", an_id(4), 520.5], ["新人", an_id(7), 300]]
    plan = take(rows)
    assert plan.summary == "rows=2 accepted=1 rejected=1 households=1 unchanged=1"
    assert "没有村" in rejected(plan)[0]


def test_a_file_of_another_unit_is_not_written_at_all(take):
    plan = take([TITLE, ["填报单位：大塘埠镇"], HEAD, *FAMILY, LONELY])
    assert "与所选单位“嘉定镇”不符" in plan.refused
    assert plan.accepted == 0
    assert not Household.objects.exists()


def test_parts_that_do_not_add_up_are_rejected(take):
    head = ["行政村", "户编号", "姓名", "身份证号", "补差金额", "分类施保金额", "本月应发"]
    plan = take(
        [
            head,
            ["水东村", "J1", "张三", an_id(1), 400, 50, 500],
            ["水东村", "J2", "李四", an_id(2), 400, 50, 450],
        ]
    )
    assert plan.accepted == 1
    assert "相加不等于" in rejected(plan)[0]
    term = BenefitTerm.objects.get()
    assert (term.base, term.uplift, term.total) == (400, 50, 450)


def test_an_amount_of_nothing_is_rejected(take):
    assert "金额是 0" in rejected(take([HEAD, [*LONELY[:6], 0]]))[0]


def test_a_programme_without_payment_needs_no_amount(take):
    plan = take([HEAD[:6], LONELY[:6]], program="MARGINAL")
    assert plan.accepted == 1
    assert BenefitTerm.objects.get().total == 0


def test_an_account_is_sealed_and_belongs_to_a_member(take):
    head = [*HEAD, "户名", "银行账号", "开户银行"]
    rows = [[*FAMILY[0], "李四", "6228480012345678909", "农商银行"], [*FAMILY[1], "", "", ""]]
    take([head, *rows])
    account = PayAccount.objects.get()
    assert (account.holder.name, account.payee_kind, account.number.plain()) == (
        "李四",
        "FAMILY",
        "6228480012345678909",
    )


def test_an_account_of_an_outsider_without_filing_is_left_out(take):
    plan = take([[*HEAD, "户名", "银行账号"], [*LONELY, "外人", "6228480012345678909"]])
    assert plan.accepted == 1
    assert not PayAccount.objects.exists()
    assert any("不是家庭成员" in problem.text for row in plan.flawed for problem in row.problems)


def test_a_county_may_import_for_its_towns(units):
    order = checked_order(unit=units["360722"], program="DIBAO_RURAL", month=MAY)
    content = xlsx([HEAD, LONELY, [3, "万星村", "D1", "赵六", "户主", an_id(8), 300]])
    import_file(content=content, file_name="x.xlsx", order=order, actor=None)
    assert set(Household.objects.values_list("handling_unit__code", flat=True)) == {TOWN, "360722101"}


def test_households_without_a_number_get_one(take):
    take(
        [
            HEAD,
            [1, "水东村", "", "张三", "户主", an_id(1), 300],
            [2, "水东村", "", "李四", "户主", an_id(2), 300],
        ]
    )
    numbers = set(Household.objects.values_list("no", flat=True))
    assert len(numbers) == 2
    assert all(number.startswith(f"H{TOWN}") for number in numbers)


def test_a_batch_can_be_undone_and_imported_again(take):
    take(GOOD)
    undo_batch(batch=Batch.objects.get(), actor=None)
    assert not Person.objects.exists()
    assert not Household.objects.exists()
    assert Batch.objects.get().state == Batch.State.UNDONE
    assert take(GOOD).summary == "rows=4 accepted=4 rejected=0 households=2 unchanged=0"


def test_an_undone_batch_leaves_the_batch_before_it(take):
    take([HEAD, LONELY])
    take(GOOD)
    undo_batch(batch=Batch.objects.order_by("-pk").first(), actor=None)
    assert list(Person.objects.values_list("name", flat=True)) == ["王五"]


def test_a_batch_something_builds_on_cannot_be_undone(take):
    take([HEAD, LONELY])
    take(GOOD)
    family = Household.objects.get(no="J001")
    Member.objects.create(
        household=family,
        person=Person.objects.get(name="王五"),
        relation="OTHER",
        counted=False,
        exclude_reason="x",
    )
    Household.objects.filter(pk=family.pk).update(address="改过")
    with pytest.raises(Refusal, match="已有修改"):
        undo_batch(batch=Batch.objects.order_by("-pk").first(), actor=None)
    assert Person.objects.count() == 4


def test_a_batch_a_foreign_key_holds_cannot_be_undone(take):
    take([HEAD, LONELY])
    benefit = Benefit.objects.get()
    other = Benefit.objects.create(
        program="MARGINAL", household=benefit.household, applicant=benefit.applicant, county=benefit.county,
        unit=benefit.unit, village=benefit.village, standard_area="RURAL", source="CHANGE", first_month=date(2023, 1, 1),
    )  # fmt: skip
    with pytest.raises(Refusal, match="待遇"):
        undo_batch(batch=Batch.objects.get(), actor=None)
    assert Benefit.objects.filter(pk=other.pk).exists()


def test_a_clerk_uploads_maps_and_commits(order, clerk):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    batch = upload_roster(content=content, file_name="表.xlsx", order=order, actor=clerk)
    assert preview_batch(batch).refused
    plan = settle_mapping(batch=batch, mapping=SavedMapping({"本次": "amount"}), actor=clerk)
    assert plan.accepted == 1
    commit_batch(batch=batch, actor=clerk)
    assert Household.objects.visible_to(clerk).count() == 1


def test_the_next_file_of_the_unit_is_read_with_the_remembered_columns(order, clerk):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    batch = upload_roster(content=content, file_name="表.xlsx", order=order, actor=clerk)
    settle_mapping(batch=batch, mapping=SavedMapping({"本次": "amount"}), actor=clerk)
    commit_batch(batch=batch, actor=clerk)
    again = upload_roster(content=content, file_name="表.xlsx", order=order, actor=clerk)
    assert preview_batch(again).unchanged == 1


def test_an_upload_is_kept_sealed(order, clerk, settings):
    content = text([HEAD, LONELY])
    batch = upload_roster(content=content, file_name="../../表.csv", order=order, actor=clerk)
    assert load(batch.stored_as) == content
    assert "/" not in batch.file_name
    assert an_id(4) not in str(batch.report)


def test_a_clerk_of_another_town_may_neither_upload_nor_see_the_batch(order, clerk, other_clerk):
    with pytest.raises(PermissionDenied):
        upload_roster(content=xlsx(GOOD), file_name="表.xlsx", order=order, actor=other_clerk)
    batch = upload_roster(content=xlsx(GOOD), file_name="表.xlsx", order=order, actor=clerk)
    with pytest.raises(Http404):
        get_visible(Batch.objects, other_clerk, pk=batch.pk)


def test_a_committed_batch_cannot_be_committed_twice(order, clerk):
    batch = upload_roster(content=xlsx(GOOD), file_name="表.xlsx", order=order, actor=clerk)
    commit_batch(batch=batch, actor=clerk)
    with pytest.raises(Refusal, match="已入库"):
        commit_batch(batch=batch, actor=clerk)


def test_a_file_that_is_no_roster_opens_no_batch(order, clerk):
    with pytest.raises(Unreadable):
        upload_roster(content=b"hello", file_name="x.csv", order=order, actor=clerk)
    assert not Batch.objects.exists()


def command(tmp_path, capsys, content, *extra, name="花名册.xlsx", month="2022-05"):
    path = tmp_path / name
    path.write_bytes(content)
    code = 0
    try:
        call_command(
            "import_roster", str(path), "--unit", TOWN, "--program", "DIBAO_RURAL", "--month", month, *extra
        )
    except SystemExit as stop:
        code = stop.code
    except CommandError as error:
        code = error.returncode
    return code, capsys.readouterr().out.strip().splitlines()


def test_the_command_ends_with_its_counts(units, tmp_path, capsys):
    code, lines = command(tmp_path, capsys, xlsx(GOOD))
    assert (code, lines[-1]) == (0, "rows=4 accepted=4 rejected=0 households=2 unchanged=0")
    code, lines = command(tmp_path, capsys, xlsx(GOOD))
    assert (code, lines[-1]) == (0, "rows=4 accepted=4 rejected=0 households=2 unchanged=4")


@pytest.mark.parametrize("build", [xls, text, lambda rows: text(rows, "gb18030")])
def test_the_command_reads_what_townships_send(units, tmp_path, capsys, build):
    code, lines = command(tmp_path, capsys, build(GOOD))
    assert (code, lines[-1]) == (0, "rows=4 accepted=4 rejected=0 households=2 unchanged=0")


def test_the_command_returns_1_and_the_workbook_when_rows_are_rejected(units, tmp_path, capsys):
    target = tmp_path / "错误.xlsx"
    bad = [HEAD, LONELY, [3, "白石村", "J3", "赵六", "户主", "360722", 300]]
    code, lines = command(tmp_path, capsys, text(bad), "--errors", str(target), name="名册.csv")
    assert (code, lines[-1]) == (1, "rows=2 accepted=1 rejected=1 households=1 unchanged=0")
    assert "身份证号" in openpyxl.load_workbook(target).worksheets[0]["H3"].value


def test_a_dry_run_of_the_command_has_the_same_exit_code_and_writes_nothing(units, tmp_path, capsys):
    code, lines = command(tmp_path, capsys, xlsx(GOOD), "--dry-run")
    assert (code, lines[-1]) == (0, "rows=4 accepted=4 rejected=0 households=2 unchanged=0")
    assert not Household.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"PK\x03\x04",
        xlsx([HEAD]),
        xlsx([["a", "b"], [1, 2]]),
        xlsx([HEAD[:5], LONELY[:5]]),
    ],
)
def test_the_command_returns_2_when_there_is_nothing_to_read(units, tmp_path, capsys, content):
    assert command(tmp_path, capsys, content)[0] == 2


def test_the_command_returns_2_for_a_wrong_unit_month_or_file(units, tmp_path, capsys):
    assert command(tmp_path, capsys, xlsx(GOOD), month="2022-13")[0] == 2
    for arguments in (("x.xlsx", "--unit", TOWN), ("x.xlsx", "--unit", "999")):
        with pytest.raises(CommandError) as caught:
            call_command("import_roster", *arguments, "--program", "DIBAO_RURAL", "--month", "2022-05")
        assert caught.value.returncode == 2


def test_no_id_number_is_printed(units, tmp_path, capsys):
    _, lines = command(tmp_path, capsys, xlsx([HEAD, LONELY, [*LONELY[:3], "王六", *LONELY[4:]]]))
    assert not re.search(r"\d{17}", "\n".join(lines))
