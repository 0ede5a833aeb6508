"""Photos are drawn anew: nothing rides along, and what is no picture is refused in words."""

import io
import struct
import zlib

import pytest
from PIL import Image

from salvation.domain.errors import Refusal
from salvation.files.checks import check_file
from tests.hostile.corpus import OLE, SCRIPT, picture, with_parts, zipped

PAYLOAD = b"<?php system($_GET[0]); ?><script>alert(1)</script>"


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb_png():
    """Declares 60,000 by 60,000 points in a few bytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


REFUSED = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg behind a declaration": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "html": SCRIPT.encode(),
    "picture of too many points": bomb_png(),
    "half a jpeg": picture("JPEG")[:200],
    "gif": picture("GIF"),
    "bitmap": picture("BMP"),
    "programme": b"MZ" + b"\0" * 200,
    "zip": zipped({"a.txt": b"x"}),
    "macro workbook": with_parts({"xl/vbaProject.bin": OLE}),
    "nothing": b"",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "jpeg name, text inside": b"\xff\xd8\xff" + PAYLOAD,
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_photo_is_refused_in_words(content):
    with pytest.raises(Refusal) as caught:
        check_file(content, "照片.jpg")
    assert "照片.jpg" in caught.value.message


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_what_hangs_behind_a_photo_is_cut_off(form):
    kept = check_file(picture(form) + PAYLOAD + zipped({"x": b"y"}), "照片.jpg")
    assert kept.content_type == "image/jpeg"
    assert PAYLOAD not in kept.content
    assert b"PK\x03\x04" not in kept.content


def test_what_is_written_into_the_photo_is_not_kept():
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SCRIPT
    Image.new("RGB", (9, 9)).save(stream, "JPEG", exif=exif, comment=PAYLOAD)
    kept = check_file(stream.getvalue(), "照片.jpg")
    assert b"script" not in kept.content
    assert b"php" not in kept.content


def test_a_file_is_judged_by_its_content_and_not_by_its_name():
    assert check_file(picture("PNG"), "表.xlsx").content_type == "image/jpeg"
    assert check_file(b"%PDF-1.7", "照片.jpg").content_type == "application/pdf"
