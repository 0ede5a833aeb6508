"""Attachments: judged by content, cleaned, sealed on disk, given out journalled."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image, ImageFile
from PIL.ExifTags import GPS, IFD, Base

from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.files.checks import LIMIT, check_file, safe_name
from salvation.files.models import Attachment, ExportRequest
from salvation.files.services import (
    add_attachment,
    approved_export,
    decide_export,
    load,
    read_attachment,
    request_export,
    store,
)
from salvation.journal.models import Entry
from tests.world import photo

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "white").save(stream, form, **options)
    return stream.getvalue()


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return stream.getvalue()


def from_a_phone(orientation: int = 1) -> bytes:
    """A photo taken in 嘉定镇 on 20 May 2022 with a phone."""
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2022:05:20 09:30:00"
    exif.get_ifd(IFD.GPSInfo).update({
        GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (25.0, 23.0, 9.6), GPS.GPSLongitudeRef: "E",
        GPS.GPSLongitude: (114.0, 55.0, 19.2),
    })  # fmt: skip
    return picture(exif=exif)


@pytest.mark.parametrize(("content", "kind"), [
    (picture(), "image/jpeg"), (picture("PNG"), "image/jpeg"), (picture("WEBP"), "image/jpeg"),
    (b"%PDF-1.7\n%...", "application/pdf"), (archive("word/document.xml"), DOCX),
])  # fmt: skip
def test_photos_and_office_files_are_taken(content: bytes, kind: str) -> None:
    assert check_file(content, "文件").content_type == kind


@pytest.mark.parametrize("content", [
    b"", SVG, b"<?xml version='1.0'?>" + SVG, b"<html><script>1</script></html>", b"GIF89a/*", picture("GIF"), picture("BMP"),
    b"MZ\x90\x00", b"\x7fELF", archive("readme.txt"), archive("word/document.xml", "word/vbaProject.bin"), b"PK\x03\x04broken",
    picture()[:100], b"#!/bin/sh\n", b"\xff\xd8\xff\xe0 not a photo",
], ids=range(15))  # fmt: skip
def test_everything_else_is_refused_whatever_its_name_says(content: bytes) -> None:
    with pytest.raises(Refusal):
        check_file(content, "证件照.jpg")


def test_a_file_too_large_is_refused_with_the_limit() -> None:
    with pytest.raises(Refusal, match="20 MB"):
        check_file(b"%PDF-" + b"0" * LIMIT, "大文件.pdf")


def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    large = picture()
    monkeypatch.setattr("salvation.files.checks.MAX_PIXELS", 1000)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("unpacked"))
    with pytest.raises(Refusal, match="六千万像素"):
        check_file(large, "大图.jpg")


def test_nothing_rides_along_behind_a_photo() -> None:
    payload = b"<script>alert(1)</script>" + archive("word/document.xml")
    kept = check_file(picture() + payload, "两面.jpg").content
    assert b"script" not in kept
    assert not zipfile.is_zipfile(io.BytesIO(kept))


def test_place_and_time_are_read_and_taken_out_of_the_photo() -> None:
    checked = check_file(from_a_phone(), "入户.jpg")
    assert checked.place == "25.38600,114.92200"
    assert checked.taken_at is not None
    assert timezone.localtime(checked.taken_at).isoformat() == "2022-05-20T09:30:00+08:00"
    with Image.open(io.BytesIO(checked.content)) as kept:
        assert dict(kept.getexif()) == {}
        assert "exif" not in kept.info


def test_a_photo_held_upright_stays_upright() -> None:
    with Image.open(io.BytesIO(check_file(from_a_phone(orientation=6), "竖拍.jpg").content)) as kept:
        assert kept.size == (30, 40)


def test_a_photo_without_origin_says_so() -> None:
    checked = check_file(picture(), "截图.jpg")
    assert (checked.taken_at, checked.place) == (None, "")


@pytest.mark.parametrize(("name", "kept"), [
    ("../../etc/passwd", "passwd"), ("..\\..\\windows\\a.jpg", "a.jpg"), ("/home/照片.jpg", "照片.jpg"), ("a\x00b\n.jpg", "ab.jpg"),
    ("..", "未命名"), ("", "未命名"), ("甲\u202egpj.exe", "甲gpj.exe"), ('<b>"x".jpg', "bx.jpg"), ("字" * 300, "字" * 100),
])  # fmt: skip
def test_names_lose_paths_and_tricks(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_content_lies_sealed_and_complete(tmp_path: Path) -> None:
    name = store(picture())
    (kept,) = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert kept.name == name
    assert picture()[:20] not in kept.read_bytes()
    assert load(name) == picture()


def test_a_lost_file_is_told_in_words() -> None:
    with pytest.raises(Refusal, match="备份"):
        load("0" * 32)


def test_an_attachment_keeps_facts_of_what_was_stored(db: None, clerk: User, units: Any) -> None:
    kept = add_attachment(
        subject=units["360722100"],
        unit=units["360722100"],
        kind="X",
        name="../入户.jpg",
        content=from_a_phone(),
        actor=clerk,
    )
    assert (kept.name, kept.content_type, kept.place) == ("入户.jpg", "image/jpeg", "25.38600,114.92200")
    assert kept.size == len(load(kept.stored_as))
    assert read_attachment(attachment=kept, actor=clerk) == load(kept.stored_as)
    assert list(Entry.objects.filter(action__startswith="file.").order_by("id").values_list("action", flat=True)) == [
        "file.add", "file.read",
    ]  # fmt: skip


def test_a_refused_file_leaves_nothing_behind(db: None, clerk: User, units: Any) -> None:
    with pytest.raises(Refusal):
        add_attachment(
            subject=units["360722100"],
            unit=units["360722100"],
            kind="X",
            name="a.svg",
            content=SVG,
            actor=clerk,
        )
    assert not Attachment.objects.exists()
    assert list(Path(settings.MEDIA_ROOT).rglob("*")) == []


def test_a_file_is_given_out_so_that_no_browser_runs_it(
    db: None, clerk: User, units: Any, sign_in: Any
) -> None:
    pdf = add_attachment(
        subject=units["360722100"],
        unit=units["360722100"],
        kind="X",
        name="表.pdf",
        content=b"%PDF-1.7",
        actor=clerk,
    )
    answer = sign_in(clerk).get(f"/files/{pdf.pk}/")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.fixture
def asked(db: None, finance: User, units: Any) -> ExportRequest:
    town = units["360722100"]
    return request_export(subject=town, unit=town, reason="报送财政局", actor=finance)


def test_a_full_export_is_approved_by_another_person_for_a_day(
    asked: ExportRequest, finance: User, approver: User, units: Any
) -> None:
    with pytest.raises(Refusal, match="第二人批准"):
        approved_export(subject=units["360722100"], actor=finance)
    decide_export(request_id=asked.pk, approve=True, actor=approver)
    assert approved_export(subject=units["360722100"], actor=finance).pk == asked.pk
    for other in (approver,):
        with pytest.raises(Refusal):
            approved_export(subject=units["360722100"], actor=other)
    with pytest.raises(Refusal):
        approved_export(subject=units["360722101"], actor=finance)
    ExportRequest.objects.filter(pk=asked.pk).update(expires_at=timezone.make_aware(datetime(2022, 1, 1)))
    with pytest.raises(Refusal):
        approved_export(subject=units["360722100"], actor=finance)


def test_an_export_refused_or_decided_stays_so(
    asked: ExportRequest, finance: User, approver: User, units: Any
) -> None:
    decide_export(request_id=asked.pk, approve=False, actor=approver)
    with pytest.raises(Refusal):
        approved_export(subject=units["360722100"], actor=finance)
    with pytest.raises(Refusal, match="未批准"):
        decide_export(request_id=asked.pk, approve=True, actor=approver)


def test_one_person_has_one_waiting_request_for_a_subject(
    asked: ExportRequest, finance: User, approver: User, units: Any
) -> None:
    town = units["360722100"]
    with pytest.raises(Refusal, match="正等待批准"):
        request_export(subject=town, unit=town, reason="报送财政局", actor=finance)
    assert ExportRequest.objects.get() == asked
    decide_export(request_id=asked.pk, approve=False, actor=approver)
    again = request_export(subject=town, unit=town, reason="再次报送", actor=finance)
    assert again.state == ExportRequest.State.WAITING


def test_a_full_export_needs_a_purpose(db: None, finance: User, units: Any) -> None:
    with pytest.raises(Refusal) as refused:
        request_export(subject=units["360722100"], unit=units["360722100"], reason="看看", actor=finance)
    assert refused.value.field == "reason"


def test_the_photo_of_the_tests_is_one() -> None:
    assert check_file(photo(), "x.jpg").content_type == "image/jpeg"
