"""Sheets, headers, remembered columns, interrupted work and undo: the roster wizard beyond the straight way."""

import io
import os
import signal
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from cases.jobs import ROSTER, ROSTER_CHECK
from cases.models import Benefit, GroupEntry, GroupList, GroupRound, Household, ListedPerson, Person
from cases.services.roster_import import (
    check_batch,
    checked_order,
    commit_batch,
    import_file,
    receive_roster,
    upload_roster,
)
from cases.services.roster_undo import blockers, undo_batch
from cases.views import rosters as views
from reports.models import ExternalBatch, ExternalRecord
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.intake.mapping import SavedMapping
from salvation.intake.models import Batch
from salvation.intake.models import SavedMapping as Remembered
from salvation.jobs.heartbeat import Heartbeat
from salvation.jobs.models import Run
from salvation.jobs.services import Cancelled, Running, cancel, claim, execute, start
from tests.cases.test_import_roster import GOOD, HEAD, LONELY, TOWN, command
from tests.cases.test_roster_pages import columns_of, page, submit, upload
from tests.intake.builder import an_id, text, xlsx

pytestmark = pytest.mark.django_db
MAY = Month(2022, 5)
NO_VILLAGE = ["序号", "户编号", "姓名", "与户主关系", "身份证号", "补助金额"]
UNKNOWN = [["甲", "乙", "丙"], ["子", "丑", "寅"], ["张三", an_id(1), 500]]

__all__ = ["upload"]


def sheets(**people):
    """One sheet a village, with no village column."""

    def prepare(book):
        book.remove(book.active)
        for number, (title, name) in enumerate(people.items(), start=1):
            sheet = book.create_sheet(title)
            sheet.append(NO_VILLAGE)
            sheet.append([1, f"J{number}", name, "户主", an_id(number), 500])

    return xlsx([], prepare=prepare)


@pytest.fixture
def order(units):
    return checked_order(unit=units[TOWN], program="DIBAO_RURAL", month=MAY)


@pytest.fixture
def batch(order, clerk):
    return upload_roster(content=xlsx(GOOD), file_name="表.xlsx", order=order, actor=clerk)


@pytest.mark.parametrize("titles", [("水东村", "白石村"), ("水东", "白石"), ("01水东", "二、白石")])
def test_the_name_of_a_sheet_gives_the_village(order, titles):
    plan = import_file(
        content=sheets(**dict(zip(titles, ("张三", "李四"), strict=True))),
        file_name="x",
        order=order,
        actor=None,
    )
    assert plan.accepted == 2
    assert set(Household.objects.values_list("village__name", flat=True)) == {"水东村委会", "白石村委会"}


def test_the_command_reads_the_sheet_it_is_told_to(units, tmp_path, capsys):
    code, lines = command(tmp_path, capsys, sheets(水东村="张三", 白石村="李四"), "--sheet", "白石村")
    assert (code, lines[-1]) == (0, "rows=1 accepted=1 rejected=0 households=1 unchanged=0")
    assert Person.objects.get().name == "李四"


def test_the_command_names_the_sheets_when_the_one_asked_for_is_missing(units, tmp_path, capsys):
    code, _ = command(tmp_path, capsys, sheets(水东村="张三"), "--sheet", "石背村")
    assert code == 2


def test_the_clerk_leaves_sheets_out(upload):
    client, _ = upload(sheets(水东村="张三", 白石村="李四"))
    batch = Batch.objects.get()
    answer = submit(client, page("roster_sheets", batch), {"sheets": ["水东村"]})
    assert answer.url == page("roster_columns", batch)
    batch.refresh_from_db()
    assert batch.report["rows"] == 1


def test_a_table_without_a_known_header_is_opened_for_the_clerk_to_point_at_it(upload):
    client, answer = upload(xlsx(UNKNOWN))
    batch = Batch.objects.get()
    assert answer.url == page("roster_sheets", batch)
    shown = client.get(answer.url).content.decode()
    assert "没有找到表头" in shown
    assert an_id(1) not in shown
    answer = submit(client, answer.url, {"first": "2", "last": "2"})
    assert answer.url == page("roster_columns", batch)
    headings = [bound.label for bound in client.get(answer.url).context["form"] if "列" in bound.label]
    assert headings == ["A 列　子", "B 列　丑", "C 列　寅"]


def test_where_the_clerk_pointed_is_remembered_for_the_next_file(upload, order, clerk):
    rows = [["甲", "乙", "丙", "丁"], ["子", "丑", "寅", "卯"], ["张三", an_id(1), 500, "水东村"]]
    client, answer = upload(xlsx(rows))
    submit(client, answer.url, {"first": "2"})
    batch = Batch.objects.get()
    chosen = columns_of(client.get(page("roster_columns", batch)))
    keys = ("name", "citizen_id", "amount", "village")
    submit(
        client,
        page("roster_columns", batch),
        {**chosen, **{f"column_{at}": key for at, key in enumerate(keys)}},
    )
    submit(client, page("roster_preview", batch), {})
    assert Person.objects.get().name == "张三"
    again = upload_roster(content=xlsx(rows), file_name="表.xlsx", order=order, actor=clerk)
    assert again.report["unchanged"] == 1


def test_a_header_that_ends_before_it_begins_is_refused(upload):
    client, answer = upload(xlsx(UNKNOWN))
    assert submit(client, answer.url, {"first": "3", "last": "1"}).status_code == 422


def test_columns_are_remembered_for_their_sender_alone(upload, order, make_user, clerk):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    client, answer = upload(content)
    submit(client, answer.url, {**columns_of(client.get(answer.url)), "column_6": "amount"})
    submit(client, page("roster_preview", Batch.objects.get()), {})
    assert Remembered.objects.get().sender == clerk
    colleague = make_user("clerk2", "TOWN_CLERK", TOWN)
    other = upload_roster(content=content, file_name="表.xlsx", order=order, actor=colleague)
    assert not other.options["remembered"]


def test_columns_remembered_before_senders_were_kept_serve_the_unit_until_forgotten(upload, order, clerk):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    client, answer = upload(content)
    submit(client, answer.url, {**columns_of(client.get(answer.url)), "column_6": "amount"})
    submit(client, page("roster_preview", Batch.objects.get()), {})
    Remembered.objects.update(sender=None)
    client, answer = upload(content)
    assert columns_of(client.get(answer.url))["column_6"] == "amount"
    client.post(answer.url.replace("columns", "forget"))
    assert not Remembered.objects.exists()


def test_remembered_columns_are_said_to_be_and_can_be_forgotten(upload):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    client, answer = upload(content)
    submit(client, answer.url, {**columns_of(client.get(answer.url)), "column_6": "amount"})
    submit(client, page("roster_preview", Batch.objects.get()), {})
    client, answer = upload(content)
    assert "沿用您上次" in client.get(answer.url).content.decode()
    client.post(answer.url.replace("columns", "forget"))
    assert not Remembered.objects.exists()
    assert columns_of(client.get(answer.url))["column_6"] == ""


def test_the_same_file_again_says_so_and_doubles_nothing(upload):
    content = xlsx(GOOD)
    client, _ = upload(content)
    submit(client, page("roster_preview", Batch.objects.get()), {})
    client, _ = upload(content)
    again = Batch.objects.first()
    assert "同一文件已于" in client.get(page("roster_preview", again)).content.decode()
    assert submit(client, page("roster_preview", again), {}).status_code == 422
    assert Household.objects.count() == 2


def test_two_tabs_write_once(upload):
    client, _ = upload(xlsx(GOOD))
    url = page("roster_preview", Batch.objects.get())
    first, second = (client.get(url).context["token"] for _ in range(2))
    client.post(url, {"_once": first})
    assert client.post(url, {"_once": second}).status_code == 409
    assert Household.objects.count() == 2


def test_a_double_click_leads_to_the_same_result(upload):
    client, _ = upload(xlsx(GOOD))
    url = page("roster_preview", Batch.objects.get())
    token = client.get(url).context["token"]
    assert client.post(url, {"_once": token}).url == client.post(url, {"_once": token}).url


def test_a_large_file_is_checked_in_a_job_and_goes_on(
    upload, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(views, "BYTES_AT_ONCE", 10)
    monkeypatch.setattr(views, "AT_ONCE", 0)
    with django_capture_on_commit_callbacks(execute=True):
        client, answer = upload(xlsx(GOOD))
    run = Run.objects.get(job=ROSTER_CHECK)
    assert answer.url == reverse("web:job", args=[run.pk])
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    columns = client.get(run.result["url"]).url
    assert columns == page("roster_columns", Batch.objects.get())
    submit(client, columns, columns_of(client.get(columns)))
    execute(run.pk)
    assert client.get(run.result["url"]).url == page("roster_preview", Batch.objects.get())


def test_a_large_file_that_is_no_roster_says_so_in_its_batch(order, clerk):
    batch = receive_roster(content=b"%PDF-1.7", file_name="x.xlsx", order=order, actor=clerk)
    with pytest.raises(Refusal, match="PDF"):
        check_batch(batch=batch)
    batch.refresh_from_db()
    assert batch.state == Batch.State.REFUSED
    assert "PDF" in batch.report["refused"]


def started(batch, actor, code=ROSTER):
    return start(
        code=code, unit=batch.unit, period=str(batch.pk), actor=actor, enqueue=lambda pk: None, again=True
    )


def test_a_commit_taken_up_after_its_worker_died_is_done_once(batch, clerk):
    run = started(batch, clerk)
    claim(run.pk)
    commit_batch(batch=batch, actor=clerk)
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    done = execute(run.pk)
    assert (done.state, done.result["写入户数"]) == (Run.State.DONE, 2)
    assert Household.objects.count() == 2


def test_a_commit_whose_worker_died_before_the_end_leaves_nothing_and_goes_on(
    batch, clerk, sign_in, django_capture_on_commit_callbacks
):
    run = started(batch, clerk)
    claim(run.pk)
    assert not Household.objects.exists()
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    client = sign_in(clerk)
    shown = client.get(page("roster", batch)).content.decode()
    assert "上次处理没有完成" in shown
    assert "继续" in shown
    with django_capture_on_commit_callbacks(execute=False):
        answer = client.post(page("roster_next", batch))
    assert answer.url == reverse("web:job", args=[run.pk])
    assert execute(run.pk).state == Run.State.DONE
    assert Household.objects.count() == 2


def killed_at(stage):
    """Progress that kills its own process, as the machine would, when the work comes to `stage`."""

    def heard(done, total, words):
        if stage in words:
            os.kill(os.getpid(), signal.SIGKILL)

    return heard


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stage", ["正在与登记簿核对", "已写入", "正在收尾"])
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_finishes(batch, clerk, stage):
    run = started(batch, clerk)
    claim(run.pk)
    connections.close_all()
    child = os.fork()
    if child == 0:
        commit_batch(batch=batch, actor=clerk, progress=killed_at(stage))
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert not Person.objects.exists()
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert execute(run.pk).state == Run.State.DONE
    assert (Household.objects.count(), Person.objects.count()) == (2, 4)


def test_a_cancelled_commit_leaves_nothing(batch, clerk):
    run = started(batch, clerk)
    claim(run.pk)
    cancel(run_id=run.pk, actor=clerk)
    beat = Heartbeat(Running(run))
    beat.cancelled.set()
    with pytest.raises(Cancelled):
        commit_batch(batch=batch, actor=clerk, progress=beat.report)
    assert not Household.objects.exists()


def test_a_commit_tells_how_far_it_is(batch, clerk):
    heard = []
    commit_batch(
        batch=batch, actor=clerk, progress=lambda done, total, words: heard.append((done, total, words))
    )
    assert any("登记簿" in words for _, _, words in heard)
    assert any("写入" in words for _, _, words in heard)
    assert all(done <= total or not total for done, total, _ in heard)


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_is_seen_from_outside_the_jobs_transaction(batch, clerk):
    run = claim(started(batch, clerk).pk)
    beat = Heartbeat(Running(run))
    beat.report(3, 9, "正在写入")
    beat._tell()
    run.refresh_from_db()
    assert (run.progress, run.total, run.message) == (3, 9, "正在写入")
    cancel(run_id=run.pk, actor=clerk)
    beat._tell()
    with pytest.raises(Cancelled):
        beat.report(4, 9)


def committed(batch, clerk):
    commit_batch(batch=batch, actor=clerk)
    batch.refresh_from_db()
    return batch


def test_a_clean_batch_has_nothing_that_blocks_it(batch, clerk):
    assert blockers(committed(batch, clerk)) == []


def test_what_blocks_an_undo_is_listed_by_household(batch, clerk, make_user, sign_in):
    committed(batch, clerk)
    Household.objects.filter(no="J001").update(address="改过")
    benefit = Benefit.objects.get(household__no="J002")
    Benefit.objects.create(
        program="MARGINAL", household=benefit.household, applicant=benefit.applicant, county=benefit.county,
        unit=benefit.unit, village=benefit.village, standard_area="RURAL", source="CHANGE", first_month=date(2023, 1, 1),
    )  # fmt: skip
    found = blockers(batch)
    assert (found[0].household_no, found[0].head) == ("J001", "张三")
    assert found[0].what == "家庭已有修改"
    assert {(item.household_no, item.what) for item in found} >= {("J002", "已有待遇")}
    with pytest.raises(Refusal, match="户编号 J001（张三）家庭已有修改"):
        undo_batch(batch=batch, actor=None)
    client = sign_in(clerk)
    shown = client.get(page("roster_undo", batch))
    assert "现在不能撤销" in shown.content.decode()
    assert 'name="confirm"' not in shown.content.decode()
    content = b"".join(client.post(page("roster_blockers", batch)).streaming_content)
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0] for cell in row]
    assert "家庭已有修改" in cells


def surveyed(person, **facts):
    found = GroupRound.objects.create(
        county=person.unit.county, year=2022, due_on=date(2022, 12, 1), refreshed_at=timezone.now()
    )
    return GroupEntry.objects.create(
        round=found, person=person, name=person.name, unit=person.unit, groups=["ELDER"], **facts
    )


def on_a_list(person):
    listing = GroupList.objects.create(
        unit=person.unit.county, group="POOR", source="部门", as_of=date(2022, 5, 1), people=1, known=1,
        stored_as="a", sha256="0" * 64,
    )  # fmt: skip
    return ListedPerson.objects.create(
        listing=listing, person=person, unit=person.unit, name=person.name, id_no=person.id_no.plain(),
        id_index=person.id_index, birth_date=person.birth_date,
    )  # fmt: skip


def in_the_province(person):
    read = ExternalBatch.objects.create(
        unit=person.unit,
        as_of=date(2022, 5, 1),
        whole=False,
        rows=1,
        taken=1,
        stored_as="b",
        sha256="0" * 64,
    )
    return ExternalRecord.objects.create(
        county=person.unit.county, unit=person.unit, person=person, name=person.name, id_no=person.id_no.plain(),
        id_index=person.id_index, program="DIBAO_RURAL", ext_no="SZ1", as_of=read.as_of, batch=read, synced_at=timezone.now(),
    )  # fmt: skip


def test_what_the_system_itself_drew_from_a_batch_does_not_hold_it(batch, clerk):
    committed(batch, clerk)
    person = Person.objects.get(name="王五")
    surveyed(person)
    recognised = [on_a_list(person), in_the_province(person)]
    assert blockers(batch) == []
    undo_batch(batch=batch, actor=None)
    for row in recognised:
        row.refresh_from_db()
    assert [(row.name, row.person) for row in recognised] == [("王五", None)] * 2
    assert not GroupEntry.objects.exists()


def test_a_person_somebody_looked_at_holds_the_batch(batch, clerk):
    committed(batch, clerk)
    seen = surveyed(Person.objects.get(name="王五"), outcome="CLEAR", checked_on=date(2022, 5, 2))
    with pytest.raises(Refusal, match="王五）已有弱势群体核对"):
        undo_batch(batch=batch, actor=None)
    assert GroupEntry.objects.filter(pk=seen.pk).exists()


def test_a_batch_stays_after_its_time(batch, clerk):
    committed(batch, clerk)
    Batch.objects.update(committed_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Refusal, match="撤销期限已于"):
        undo_batch(batch=batch, actor=None)


def test_the_columns_of_two_sheets_do_not_stand_in_each_others_place(upload):
    def prepare(book):
        sheet = book.create_sheet("另一种")
        sheet.append(["姓名", "身份证号", "村", "月保障金额"])
        sheet.append(["李四", an_id(7), "水东村", 300])

    client, answer = upload(xlsx([HEAD, LONELY], prepare=prepare))
    answer = submit(client, answer.url, columns_of(client.get(answer.url)))
    assert answer.url == page("roster_preview", Batch.objects.get())
    assert Batch.objects.get().report["accepted"] == 2


def test_a_mapping_keeps_sheets_and_header_in_storage():
    mapping = SavedMapping({"本次": "amount"}, header=(2, 3), sheets=("水东村",))
    assert SavedMapping.from_dict(mapping.to_dict()) == mapping


def test_pages_of_a_large_roster_do_not_read_the_file_again(upload, monkeypatch):
    client, answer = upload(text(GOOD))
    monkeypatch.setattr("cases.services.roster_import.preview", lambda **given: pytest.fail("read again"))
    assert client.get(answer.url).status_code == 200
    assert client.get(page("roster_preview", Batch.objects.get())).status_code == 200
