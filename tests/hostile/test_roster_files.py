"""No file can harm the import: a clear answer in Chinese, nothing half-saved, nothing executed."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from cases.models import Household, Person
from salvation.intake.models import Batch
from salvation.intake.sheets import Limits
from tests.hostile.corpus import (
    DDE,
    DOUBTFUL,
    GOOD,
    HEAD,
    READ,
    REFUSED,
    REJECTED,
    ROWS,
    changed,
    shown_as_text,
)
from tests.intake.builder import text, xlsx

pytestmark = pytest.mark.django_db
TOWN = "360722100"
CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")
by_name = pytest.mark.parametrize("hostile", [*REFUSED, *REJECTED, *READ, *DOUBTFUL], ids=lambda h: h.name)


def counts():
    """Rows of every table of cases: what an import could have left half done.

    Without proxies: those of a page exist only once its address has been asked for.
    """
    models = [model for model in apps.get_app_config("cases").get_models() if not model._meta.proxy]
    return {model.__name__: model._base_manager.count() for model in models}


@pytest.fixture
def import_file(units, tmp_path, capsys):
    def run(content, *extra, name="花名册.xlsx"):
        path = tmp_path / name
        path.write_bytes(content)
        return command(path, capsys, *extra)

    return run


def command(path, capsys, *extra):
    code, words = 0, ""
    given = ["--unit", TOWN, "--program", "DIBAO_RURAL", "--month", "2022-05", *extra]
    try:
        call_command("import_roster", str(path), *given)
    except SystemExit as stop:
        code = int(str(stop.code))
    except CommandError as error:
        code, words = error.returncode, str(error)
    return code, capsys.readouterr().out + words


def test_the_corpus_is_large():
    assert len({hostile.name for hostile in (*REFUSED, *REJECTED, *READ, *DOUBTFUL)}) >= 60


@pytest.mark.parametrize("hostile", REFUSED, ids=lambda h: h.name)
def test_the_command_refuses_in_words_and_saves_nothing(hostile, import_file):
    before = counts()
    code, said = import_file(hostile.build())
    assert (code, counts()) == (2, before)
    assert hostile.says in said
    assert CHINESE.search(said)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("hostile", REJECTED, ids=lambda h: h.name)
def test_the_command_rejects_the_row_and_says_why(hostile, import_file):
    code, said = import_file(hostile.build())
    assert code == 1
    assert hostile.says in said
    assert not Person.objects.filter(batch__isnull=True).exists()


@pytest.mark.parametrize("hostile", READ, ids=lambda h: h.name)
def test_the_command_reads_what_is_odd_but_harmless(hostile, import_file):
    code, said = import_file(hostile.build())
    assert code == 0, said
    assert hostile.says in said
    assert set(Person.objects.values_list("name", flat=True)) == {"张三", "李四"}


@pytest.mark.parametrize("hostile", DOUBTFUL, ids=lambda h: h.name)
def test_what_is_broken_gets_one_clear_answer(hostile, import_file):
    code, said = import_file(hostile.build())
    assert code in (0, 1, 2)
    assert CHINESE.search(said) or "accepted=" in said


@by_name
def test_the_upload_page_answers_every_file_without_an_error(hostile, sign_in, clerk, units):
    before = counts()
    response = send(sign_in(clerk), units, hostile.build())
    assert response.status_code in (302, 422)
    assert counts() == before
    if hostile in REFUSED and response.status_code == 422:
        assert CHINESE.search(response.context["form"].errors["file"][0])


def send(client, units, content, name="花名册.xlsx"):
    url = reverse("cases:new_roster")
    data = {
        "_once": client.get(url).context["token"],
        "unit": units[TOWN].pk,
        "program": "DIBAO_RURAL",
        "month": "2022-05",
        "file": SimpleUploadedFile(name, content),
    }
    return client.post(url, data)


@pytest.mark.parametrize("hostile", [*REJECTED, *DOUBTFUL], ids=lambda h: h.name)
def test_the_returned_workbook_holds_text_where_the_file_held_tricks(hostile, import_file, tmp_path):
    target = tmp_path / "退回.xlsx"
    code, _ = import_file(hostile.build(), "--errors", str(target), "--dry-run")
    assert code == 2 or target.exists()


def test_a_formula_typed_into_a_text_file_comes_back_as_text(import_file, tmp_path):
    target = tmp_path / "退回.xlsx"
    import_file(text([HEAD, changed(GOOD, 姓名=DDE)]), "--errors", str(target))
    assert shown_as_text(target.read_bytes())
    assert openpyxl.load_workbook(target).worksheets[0]["D2"].value == DDE


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(units, tmp_path, capsys, monkeypatch):
    path = tmp_path / "大.xlsx"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    code, said = command(path, capsys)
    assert code == 2
    assert "超过 50 MB" in said


def test_an_upload_over_the_limit_is_refused_at_its_field(sign_in, clerk, units, settings):
    settings.UPLOAD_LIMIT_BYTES = 1024
    response = send(sign_in(clerk), units, xlsx(ROWS))
    assert response.status_code == 422
    assert "请分成几个文件" in response.context["form"].errors["file"][0]


def test_the_limit_of_the_page_is_the_limit_of_the_reader(settings):
    assert Limits().file_bytes == settings.UPLOAD_LIMIT_BYTES


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.xlsx", "..\\..\\windows\\system32\\表.xlsx", "CON.xlsx", "NUL", "aux.csv", "表\x00\x07\u202e.xlsx",
        "长" * 300 + ".xlsx", "<script>alert(1)</script>.xlsx", " . . ", "=cmd|x.xlsx", "%2e%2e%2fx.xlsx", "表\r\nSet-Cookie: a=b.xlsx",
    ],
)  # fmt: skip
def test_a_file_name_cannot_lead_anywhere(name, sign_in, clerk, units):
    client = sign_in(clerk)
    response = send(client, units, xlsx([HEAD, GOOD, changed(GOOD, 身份证号="1", 户编号="J3")]), name)
    if response.status_code == 422:
        assert CHINESE.search(response.context["form"].errors["file"][0])
        return
    batch = Batch.objects.get()
    assert not set(batch.file_name) & set('/\\<>:"|?*\0\r\n\u202e')
    assert 0 < len(batch.file_name) <= 100
    page = client.get(reverse("cases:roster", args=[batch.pk]))
    assert "<script>alert(1)" not in page.content.decode()
    returned = client.post(reverse("cases:roster_returned", args=[batch.pk]))
    assert "\n" not in returned["Content-Disposition"]
    assert openpyxl.load_workbook(io.BytesIO(b"".join(returned.streaming_content)))


def test_markup_in_cells_is_shown_as_text_on_every_stage(sign_in, clerk, units):
    client = sign_in(clerk)
    rows = [[*HEAD, "<img src=x onerror=alert(1)>"], [*changed(GOOD, 姓名="<b>张</b>"), "<i>x</i>"]]
    send(client, units, xlsx(rows))
    batch = Batch.objects.get()
    for stage in ("roster_sheets", "roster_columns", "roster_preview", "roster"):
        body = client.get(reverse(f"cases:{stage}", args=[batch.pk])).content.decode()
        assert "<img src=x" not in body
        assert "<b>张" not in body


def test_nothing_of_a_rejected_household_is_saved(import_file):
    family = [GOOD, ["", "", "", "李四", "配偶", "坏的", "", ""]]
    import_file(xlsx([HEAD, *family]))
    assert not Household.objects.exists()
    assert not Person.objects.exists()
