"""What a file is, judged by its content: the name and the browser's word count for nothing."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

from salvation.domain.errors import Refusal

PHOTO_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
LIMIT = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Checked:
    """``content`` is what will be kept: photos are written anew, so that nothing rides along."""

    content: bytes
    content_type: str
    taken_at: datetime | None = None
    place: str = ""


def safe_name(name: str) -> str:
    """The last part of a path, without control characters, at most 100 characters."""
    base = PurePath(name.replace("\\", "/")).name
    cleaned = "".join(char for char in base if char.isprintable() and char not in '<>:"|?*\0').strip(". ")
    return cleaned[-100:] or "未命名"


def check_file(content: bytes, name: str) -> Checked:
    """Photos, PDF, docx and xlsx are taken. Raises Refusal with the remedy for everything else."""
    if not content:
        raise Refusal(f"文件“{safe_name(name)}”是空的，请重新选择")
    if len(content) > LIMIT:
        raise Refusal(f"文件“{safe_name(name)}”超过 20 MB，请压缩后再传")
    if content.startswith(b"%PDF-"):
        return Checked(content, "application/pdf")
    if content.startswith(b"PK\x03\x04"):
        return Checked(content, _office_type(content, name))
    return _photo(content, name)


def _office_type(content: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise Refusal(f"文件“{safe_name(name)}”已损坏，请重新导出") from error
    if any(entry.endswith("vbaProject.bin") for entry in names):
        raise Refusal(f"文件“{safe_name(name)}”带有宏，请另存为不带宏的格式")
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    raise Refusal(f"文件“{safe_name(name)}”不是照片、PDF、Word 或 Excel")


def _photo(content: bytes, name: str) -> Checked:
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.format not in PHOTO_FORMATS or image.width * image.height > MAX_PIXELS:
                raise Refusal(f"“{safe_name(name)}”不是可用的照片（JPG、PNG，六千万像素以内）")
            taken, place = _origin(image)
            fresh = io.BytesIO()
            # The turn a phone noted in the EXIF would be lost with it.
            drawn = ImageOps.exif_transpose(image).convert("RGB")
            # Comments of the old file would be written into the new one.
            drawn.info.clear()
            drawn.save(fresh, "JPEG", quality=85)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refusal(f"文件“{safe_name(name)}”不是照片、PDF、Word 或 Excel，或已损坏") from error
    return Checked(fresh.getvalue(), "image/jpeg", taken, place)


def _origin(image: Image.Image) -> tuple[datetime | None, str]:
    exif = image.getexif()
    raw = exif.get_ifd(IFD.Exif).get(Base.DateTimeOriginal) or exif.get(Base.DateTime)
    try:
        taken = datetime.strptime(str(raw), "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        taken = None
    gps = exif.get_ifd(IFD.GPSInfo)
    try:
        place = f"{_degrees(gps[GPS.GPSLatitude]):.5f},{_degrees(gps[GPS.GPSLongitude]):.5f}"
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        place = ""
    return taken, place


def _degrees(parts: tuple[float, ...]) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
