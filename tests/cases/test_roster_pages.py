"""The roster wizard in the browser's terms: upload, columns, preview, commit, undo."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Household
from salvation.intake.models import Batch
from tests.cases.test_import_roster import GOOD, HEAD, LONELY, TOWN
from tests.intake.builder import an_id, text, xlsx

pytestmark = pytest.mark.django_db
BAD = [HEAD, LONELY, [3, "白石村", "J003", "<b>赵六</b>", "户主", "123", 300]]


@pytest.fixture
def upload(sign_in, clerk, units):
    client = sign_in(clerk)

    def send(content, name="花名册.xlsx", unit=TOWN):
        data = {
            "unit": units[unit].pk,
            "program": "DIBAO_RURAL",
            "month": "2022-05",
            "file": SimpleUploadedFile(name, content),
        }
        return client, submit(client, reverse("cases:new_roster"), data)

    return send


def submit(client, url, data):
    """Open the form and send it, as a browser does."""
    return client.post(url, {"_once": client.get(url).context["token"], **data})


def page(name, batch=None):
    return reverse(f"cases:{name}", args=[batch.pk] if batch else [])


def columns_of(response):
    return {bound.html_name: bound.value() or "" for bound in response.context["form"]}


def test_a_clerk_goes_from_upload_to_commit(upload):
    client, response = upload(xlsx(GOOD))
    batch = Batch.objects.get()
    assert response.url == page("roster_columns", batch)
    seen = client.get(response.url)
    assert "F 列　身份证号" in seen.content.decode()
    assert "列名相同" in seen.content.decode()
    chosen = submit(client, response.url, columns_of(seen))
    assert chosen.url == page("roster_preview", batch)
    assert "将写入（户）</dt><dd>2</dd>" in client.get(chosen.url).content.decode()
    done = submit(client, chosen.url, {})
    assert done.url == page("roster", batch)
    assert Household.objects.count() == 2
    assert "已入库" in client.get(done.url).content.decode()


def test_the_upload_page_proposes_the_clerks_own_unit(sign_in, clerk, units):
    response = sign_in(clerk).get(page("new_roster"))
    assert response.context["form"]["unit"].value() == units[TOWN].pk


def test_a_file_that_is_no_roster_is_refused_at_its_field(upload):
    _, response = upload(b"hello", "x.csv")
    assert response.status_code == 422
    assert "没有找到表头" in response.content.decode()
    assert not Batch.objects.exists()


def test_a_unit_of_others_cannot_be_chosen(upload):
    _, response = upload(xlsx(GOOD), unit="360722101")
    assert response.status_code == 422


def test_the_preview_names_row_reason_and_remedy_and_escapes_what_was_typed(upload):
    client, _ = upload(xlsx(BAD))
    body = client.get(page("roster_preview", Batch.objects.get())).content.decode()
    assert "第 3 行" in body
    assert "身份证号应为 18 位" in body
    assert "请按证件原件核对" in body
    assert "<b>赵六" not in body
    assert an_id(4) not in body


def test_the_sender_downloads_his_own_workbook_with_red_cells(upload):
    client, _ = upload(text(BAD, "gb18030"), "名册.csv")
    response = client.post(page("roster_returned", Batch.objects.get()))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    assert sheet["F3"].fill.start_color.rgb == "FFFF9999"


def test_a_wrong_recognition_is_corrected_and_remembered(upload):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    client, response = upload(content)
    seen = client.get(response.url)
    assert "没有认出这些列" in seen.content.decode()
    submit(client, response.url, {**columns_of(seen), "column_6": "amount"})
    submit(client, page("roster_preview", Batch.objects.get()), {})
    client, again = upload(content)
    assert columns_of(client.get(again.url))["column_6"] == "amount"


def test_two_columns_cannot_be_the_same_thing(upload):
    client, response = upload(xlsx(GOOD))
    seen = client.get(response.url)
    twice = submit(client, response.url, {**columns_of(seen), "column_0": "name"})
    assert twice.status_code == 422
    assert "选了同一项" in twice.content.decode()


def test_a_batch_is_undone_after_its_losses_are_shown(upload):
    client, _ = upload(xlsx(GOOD))
    batch = Batch.objects.get()
    submit(client, page("roster_preview", batch), {})
    assert "家庭 2" in client.get(page("roster_undo", batch)).content.decode()
    submit(client, page("roster_undo", batch), {"confirm": "on"})
    assert not Household.objects.exists()


def test_a_committed_batch_leaves_its_wizard(upload):
    client, _ = upload(xlsx(GOOD))
    batch = Batch.objects.get()
    submit(client, page("roster_preview", batch), {})
    assert client.get(page("roster_preview", batch)).status_code == 409


@pytest.mark.parametrize("name", ["roster", "roster_columns", "roster_preview", "roster_undo"])
def test_a_clerk_of_another_town_gets_404(upload, sign_in, other_clerk, name):
    upload(xlsx(GOOD))
    assert sign_in(other_clerk).get(page(name, Batch.objects.get())).status_code == 404


def test_a_clerk_of_another_town_cannot_download_the_workbook(upload, sign_in, other_clerk):
    upload(xlsx(GOOD))
    assert sign_in(other_clerk).post(page("roster_returned", Batch.objects.get())).status_code == 404


def test_a_leader_may_not_import(sign_in, leader):
    assert sign_in(leader).get(page("new_roster")).status_code == 403


def test_the_list_shows_the_batches_of_the_unit(upload):
    client, _ = upload(xlsx(GOOD))
    assert "花名册.xlsx" in client.get(page("rosters")).content.decode()
