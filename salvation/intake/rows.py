"""Tell the rows of people from everything else a printed roster carries: totals, headers, notes."""

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from salvation.intake.header import Header, label_cells, unit_named, words_of
from salvation.intake.model import Intake
from salvation.intake.sheets import Cell, Sheet
from salvation.intake.text import PLACEHOLDERS, clean

TOTAL = re.compile(r"^(?:.{0,14}?)(?:小计|合计|总计|累计|共计)(?:[(（:：\d].*)?$")
GRAND = re.compile(r"合计|总计")
FOOT = re.compile(
    r"^(?:[*＊※]*)(?:(?:制表|制单|填表|填报|审核|审批|复核|负责|单位负责|分管|主管|经办|承办|联系|监督|举报"
    r"|领导|主要领导|乡镇|民政|村|校对|打印|日期|时间|附|公示|盖章|签)[^:：]{0,14}[:：]"
    r"|(?:注|备注|说明|附注|注释|填表说明|填报说明)\s*[:：\d一]|(?:此表|本表|注意|以上|备注$|说明$)"
    r"|第\s*\d+\s*页|共\s*\d+\s*页|[(（]?(?:盖章|公章|签章)[)）]?$)"
)
SENTENCE = re.compile(r"^(?:[\d一二三四五六七八九十]+[、.．,，)）]).{9,}|^.{16,}$")
TITLE = re.compile(r"(?:花名册|花名表|名册|名单|登记表|统计表|明细表|汇总表|清册|一览表)(?:[(（].*)?$")
SEQUENCE = re.compile(
    r"^[(（]?\d{1,3}(?:\.0)?[)）]?(?:\s*=.*)?$|^[甲乙丙丁戊己庚辛壬癸]$|^[A-Z]$|^栏\s*次$|^行次$"
)
# 三江村 is a name, 三、江村 a number and a name.
NUMBERING = re.compile(
    r"^(?:[(（][\d一二三四五六七八九十]+[)）][、.．\s]*|\d+[、.．\s]*|[一二三四五六七八九十]+[、.．\s]+)"
)
VILLAGE = re.compile(r"^([\w·]{1,14}?(?:村|社区|居委会|村委会|居民委员会|村民委员会))(?:[(（:：].*)?$")
ID_LIKE = re.compile(r"^\D?\d{6}")
LONG_NUMBER = 1e12
PERSON_NAME = re.compile(r"^[\u3400-\u9fff\U00020000-\U000323af·•.．\s]{2,15}$")


class RowKind(StrEnum):
    DATA = "data"
    BLANK = "blank"
    HEADER = "header"
    SEQUENCE = "sequence"
    TOTAL = "total"
    NOTE = "note"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was not taken for a person's, shown to the sender so that nothing disappears silently."""

    sheet: str
    number: int
    kind: RowKind
    words: str


@dataclass(slots=True)
class Body:
    """The rows below the header: positions (from 0) of people's rows, totals and village headings."""

    data: "array[int]" = field(default_factory=lambda: array("l"))
    totals: list[int] = field(default_factory=list)
    sections: dict[int, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


class RowReader:
    """Knows where the columns stand and so what a row of a person looks like."""

    def __init__(self, sheet: Sheet, header: Header, places: Mapping[str, int], intake: Intake) -> None:
        self.sheet, self.header = sheet, header
        self.mapped = tuple(places.values())
        self.id = places.get(intake.person, -1)
        self.name = places.get(intake.person_name, -1)
        serial = intake.grouping.serial if intake.grouping else ""
        self.serial = places.get(serial, -1)
        self.labels = label_cells(sheet, header)
        self.front = max(self.id, self.name, 0)
        self.last_person = self._last_person()

    def body(self) -> Body:
        body = Body()
        previous, section = RowKind.HEADER, ""
        below = self.header.bottom + 1
        for position, row in enumerate(islice(self.sheet.rows, below, None), start=below):
            kind = RowKind.DATA if self._has_id(row) else self._kind(position, row, previous)
            if kind is RowKind.DATA:
                body.data.append(position)
                if section:
                    body.sections[position] = section
            elif kind is RowKind.SECTION:
                section = section_named(words_of(row)[0])
            if kind is RowKind.TOTAL:
                body.totals.append(position)
            if kind not in (RowKind.DATA, RowKind.BLANK):
                words = " ".join(words_of(row))[:60]
                body.skipped.append(Skipped(self.sheet.name, position + 1, kind, words))
            previous = kind
        return body

    def _has_id(self, row: Sequence[Cell]) -> bool:
        """The quick test most rows pass; it also keeps a row with a spoilt ID a person's row."""
        if not 0 <= self.id < len(row):
            return False
        cell = row[self.id]
        if isinstance(cell, str):
            return len(cell) >= 6 and bool(ID_LIKE.match(clean(cell)))
        return isinstance(cell, int | float) and cell > LONG_NUMBER

    def _last_person(self) -> int:
        rows = self.sheet.rows
        return next((at for at in range(len(rows) - 1, -1, -1) if self._has_id(rows[at])), -1)

    def _kind(self, position: int, row: Sequence[Cell], previous: RowKind) -> RowKind:
        words = words_of(row)
        if not words:
            return RowKind.BLANK
        if self._is_header(words):
            return RowKind.HEADER
        if previous in (RowKind.HEADER, RowKind.BLANK) and len(words) > 2 and _is_sequence(words):
            return RowKind.SEQUENCE
        if self._is_total(row):
            return RowKind.TOTAL
        if FOOT.match(words[0]) or unit_named(words[0]) or (len(words) < 3 and TITLE.search(words[0])):
            return RowKind.NOTE
        if len(set(words)) == 1 and section_named(words[0]):
            return RowKind.SECTION
        return RowKind.DATA if self._is_person(position, row) else RowKind.NOTE

    def _is_header(self, words: list[str]) -> bool:
        found = set(words)
        return len(found) > 1 and any(len(found & labels) >= 0.6 * len(found) for labels in self.labels)

    def _is_total(self, row: Sequence[Cell]) -> bool:
        front = ["".join(word.split()) for word in words_of(row[: self.front + 1])]
        front = front or ["".join(word.split()) for word in words_of(row)[:1]]
        return any(TOTAL.match(word) for word in front)

    def _is_person(self, position: int, row: Sequence[Cell]) -> bool:
        """A person without an ID is still a person: the row must be rejected with a reason, not lost."""
        name = self._word(row, self.name)
        filled = [at for at in self.mapped if at != self.serial and self._word(row, at)]
        inside = position < self.last_person
        if PERSON_NAME.match(name):
            return inside or len(filled) > 1 or bool(self._word(row, self.serial))
        if SENTENCE.match(words_of(row)[0]) and len(filled) < 2:
            return False
        return bool(self._word(row, self.id)) or len(filled) > (1 if inside else 2)

    def _word(self, row: Sequence[Cell], at: int) -> str:
        word = clean(row[at]) if 0 <= at < len(row) else ""
        return "" if word in PLACEHOLDERS else word


def _is_sequence(words: list[str]) -> bool:
    """1 2 3 4, 甲 乙 1 2, or (7)=(5)+(6): the numbering printed under a header."""
    if not all(SEQUENCE.match(word) for word in words):
        return False
    numbers = [int(found[0]) for word in words if (found := re.match(r"\d+", word.strip("(（")))]
    return numbers == sorted(numbers) and len(set(numbers)) == len(numbers)


def section_named(words: str) -> str:
    """The village in a heading row such as 一、石背村（12户）, or ""."""
    found = VILLAGE.match("".join(without_number(words).split()))
    return found[1] if found else ""


def without_number(words: str) -> str:
    """一、石背村 and 01石背村 without their numbers."""
    return NUMBERING.sub("", words.strip())
