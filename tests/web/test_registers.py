# requirements: A01, A10, A11, M04, M05
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from salvation.files.models import Attachment
from salvation.journal.models import Entry
from salvation.registers.models import Meeting, PolicyDocument
from salvation.web.services import new_token

FILLED = {
    "kind": "PANEL",
    "title": "五月审批会",
    "held_on": "2022-05-20",
    "place": "会议室",
    "host": "赖镇长",
    "attendees": "赖镇长\n李分管\n钟经办",
}


def send(client, url, **changes):
    return client.post(url, {**FILLED, "_once": new_token(), **changes})


def test_a_clerk_registers_a_meeting_of_the_own_unit(clerk, sign_in):
    answer = send(sign_in(clerk), "/registers/meetings/new/")
    meeting = Meeting.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/registers/meetings/{meeting.pk}/"
    assert meeting.unit.code == "360722100"
    assert Entry.objects.filter(action="register.create", subject_id=meeting.pk, actor=clerk).exists()


def test_a_clerk_of_another_town_gets_404(other_clerk, sign_in, make_meetings):
    (meeting,) = make_meetings(1)
    client = sign_in(other_clerk)
    assert client.get(f"/registers/meetings/{meeting.pk}/").status_code == 404
    assert client.get(f"/registers/meetings/{meeting.pk}/edit/").status_code == 404
    assert send(client, f"/registers/meetings/{meeting.pk}/edit/").status_code == 404


def test_a_clerk_of_another_town_sees_an_empty_list(other_clerk, sign_in, make_meetings):
    make_meetings(3)
    page = sign_in(other_clerk).get("/registers/meetings/").content.decode()
    assert "第1次会议" not in page and "还没有登记" in page


def test_a_reader_without_the_edit_permission_gets_403(auditor, sign_in, make_meetings):
    (meeting,) = make_meetings(1)
    client = sign_in(auditor)
    assert client.get(f"/registers/meetings/{meeting.pk}/").status_code == 200
    assert client.get("/registers/meetings/new/").status_code == 403
    assert send(client, f"/registers/meetings/{meeting.pk}/edit/").status_code == 403


def test_nobody_sees_a_register_without_signing_in(client, db):
    assert client.get("/registers/meetings/")["Location"].startswith("/accounts/login/")


def test_an_unknown_register_is_404(clerk, sign_in):
    assert sign_in(clerk).get("/registers/nothing/").status_code == 404


def test_an_edit_names_the_changed_fields_in_the_journal(clerk, sign_in, make_meetings):
    (meeting,) = make_meetings(1)
    send(sign_in(clerk), f"/registers/meetings/{meeting.pk}/edit/", place="新会议室", title=meeting.title)
    entry = Entry.objects.get(action="register.update")
    assert "地点" in entry.facts["changed"]
    page = sign_in(clerk).get(f"/registers/meetings/{meeting.pk}/").content.decode()
    assert "修改登记" in page and "新会议室" in page


def test_too_few_people_are_refused_at_the_field(clerk, sign_in):
    answer = send(sign_in(clerk), "/registers/meetings/new/", quorum="3", recused="李分管")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不足法定人数 3 人" in page and 'href="#id_attendees"' in page
    assert not Meeting.objects.exists()


def test_messages_name_the_field_and_how_to_mend_it(clerk, sign_in):
    answer = send(
        sign_in(clerk), "/registers/meetings/new/", title="", held_on="31.5.", kind="X", quorum="三"
    )
    page = answer.content.decode()
    assert "请填写“名称”" in page
    assert "“日期”不是日期，请按 2022-05-31 的样子填写" in page
    assert "“类型”里没有这一项，请从列表中选择" in page
    assert "“法定人数”不是数字，请只填数字" in page
    assert "该字段是必填项" not in page


def test_too_long_a_text_is_told_its_limit(clerk, sign_in):
    page = send(sign_in(clerk), "/registers/meetings/new/", host="赖" * 51).content.decode()
    assert "“主持人”最多 50 个字，现在有 51 个" in page


def test_the_same_form_sent_twice_registers_once(clerk, sign_in):
    client, token = sign_in(clerk), new_token()
    first = send(client, "/registers/meetings/new/", _once=token)
    second = send(client, "/registers/meetings/new/", _once=token)
    assert Meeting.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_a_form_without_its_one_time_number_is_refused(clerk, sign_in):
    answer = send(sign_in(clerk), "/registers/meetings/new/", _once="")
    assert answer.status_code == 422 and "此页面已失效" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_minutes_are_kept_sealed_and_opened_within_the_unit(clerk, other_clerk, sign_in):
    minutes = BytesIO(b"%PDF-1.7 minutes")
    minutes.name = "纪要.pdf"
    send(sign_in(clerk), "/registers/meetings/new/", minutes=minutes)
    attachment = Attachment.objects.get()
    page = sign_in(clerk).get(f"/registers/meetings/{attachment.subject_id}/").content.decode()
    assert f'href="/files/{attachment.pk}/"' in page and "纪要.pdf" in page
    assert sign_in(clerk).get(f"/files/{attachment.pk}/").content == b"%PDF-1.7 minutes"
    assert sign_in(other_clerk).get(f"/files/{attachment.pk}/").status_code == 404


def test_a_wrong_file_undoes_the_whole_record(clerk, sign_in):
    program = BytesIO(b"MZ program")
    program.name = "x.exe"
    answer = send(sign_in(clerk), "/registers/meetings/new/", minutes=program)
    assert answer.status_code == 422
    assert not Meeting.objects.exists() and not Entry.objects.filter(action="register.create").exists()


def test_an_export_holds_the_filtered_rows_and_is_journalled(clerk, sign_in, make_meetings):
    make_meetings(5)
    answer = sign_in(clerk).post("/registers/meetings/?since=2022-05-02", {"_act": "export"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 2 + 3
    entry = Entry.objects.get(action="export")
    assert entry.facts["rows"] == 3 and entry.facts["list"] == "会议"


@pytest.fixture
def documents(units):
    county = units["360722"]
    above = PolicyDocument.objects.create(
        unit=county, number="赣民字〔2022〕10号", title="上级文件", issuer="省厅", level="PROVINCE"
    )
    below = PolicyDocument.objects.create(
        unit=county, number="信民字〔2022〕3号", title="本级文件", issuer="县局", level="COUNTY", parent=above,
        issued_on=date(2022, 4, 1), repealed_on=date(2023, 1, 1),
    )  # fmt: skip
    return above, below


def test_every_town_reads_the_policy_documents_of_the_county(clerk, sign_in, documents):
    above, _ = documents
    page = sign_in(clerk).get(f"/registers/policies/{above.pk}/").content.decode()
    assert "信民字〔2022〕3号 本级文件" in page


def test_validity_follows_the_dates(documents):
    _, below = documents
    assert below.validity(date(2022, 12, 31)) == "VALID"
    assert below.validity(date(2023, 1, 1)) == "REPEALED"


def test_a_document_cannot_stand_below_itself(county_clerk, sign_in, documents):
    above, below = documents
    answer = sign_in(county_clerk).post(
        f"/registers/policies/{above.pk}/edit/",
        {"number": above.number, "title": above.title, "issuer": "省厅", "level": "PROVINCE", "parent": below.pk,
         "_once": new_token()},
    )  # fmt: skip
    assert answer.status_code == 422 and "不能是本文件的下位文件" in answer.content.decode()


def test_words_find_documents_by_number_title_or_keyword(clerk, sign_in, documents):
    page = sign_in(clerk).get("/registers/policies/?words=本级").content.decode()
    assert "本级文件" in page and "上级文件</a>" not in page
