"""The whole way from a file to households: find, recognise, type, group, and say what is wrong."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from salvation.domain.errors import Refusal
from salvation.domain.money import ZERO
from salvation.domain.month import Month
from salvation.intake.columns import places, recognise
from salvation.intake.errors import NoHeader, Unreadable
from salvation.intake.extract import SheetReading, sources, typed_rows, village_of_sheet
from salvation.intake.gathering import Gathered
from salvation.intake.grouping import Evidence
from salvation.intake.header import Caption, find_header, read_caption, unit_named, words_of
from salvation.intake.mapping import SavedMapping, Vocabulary
from salvation.intake.model import Column, Household, Intake, Progress, Row, Setting, quiet
from salvation.intake.rows import Body, RowReader, Skipped
from salvation.intake.sheets import Book, Sheet
from salvation.intake.totals import totals_of
from salvation.intake.workbook import read_book

TOLD_EVERY = 2000
NO_HEADER = "没有找到表头。请确认表里有一行列名，至少写着{columns}；表头要在前 60 行以内。"


@dataclass(slots=True)
class Reading:
    """A file read. `notes` are remarks on the file. `missing` names required columns nobody found: nothing can be
    committed until the user maps them.
    """

    intake: Intake
    book: Book
    sheets: list[SheetReading]
    gathered: Gathered
    missing: list[Column] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def unit(self) -> str:
        return next((sheet.caption.unit for sheet in self.sheets if sheet.caption.unit), "")

    @property
    def month(self) -> Month | None:
        return next((sheet.caption.month for sheet in self.sheets if sheet.caption.month), None)

    @property
    def skipped(self) -> list[Skipped]:
        return [skipped for sheet in self.sheets for skipped in sheet.body.skipped]

    @property
    def count(self) -> int:
        """How many rows of people the file has."""
        return len(self.gathered)

    def households(self) -> Iterator[Household]:
        """Fresh copies of the households; rows that only repeat others are left out."""
        return (household for block in self.gathered.blocks() for household in block)

    def rows(self) -> list[Row]:
        """All rows of people at once, in file order: for short tables."""
        rows = [row for household in self.households() for row in household.rows]
        return in_file_order([*rows, *self.gathered.copies()], self)


def read_short(content: bytes, intake: Intake, setting: Setting) -> list[Row]:
    """The rows of a short list that is taken in as a whole or not at all. Raises Refusal for no such table."""
    try:
        reading = read_table(read_book(content), intake, setting)
    except (NoHeader, Unreadable) as error:
        raise Refusal(str(error), field="file") from error
    if reading.missing:
        labels = "、".join(column.label for column in reading.missing)
        raise Refusal(f"文件缺少这些列：{labels}；请补上列名后再导入", field="file")
    return reading.rows()


def in_file_order(rows: Iterable[Row], reading: Reading) -> list[Row]:
    sheets = {sheet.sheet.name: number for number, sheet in enumerate(reading.sheets)}
    return sorted(rows, key=lambda row: (sheets.get(row.sheet, 0), row.number))


def read_table(
    book: Book,
    intake: Intake,
    setting: Setting,
    *,
    mapping: SavedMapping | None = None,
    month: Month | None = None,
    progress: Progress = quiet,
) -> Reading:
    """Read every sheet that has a recognisable header, or those the mapping names.

    `month` picks the sheets of that month when a workbook keeps one sheet per month. Raises NoHeader when no sheet
    has headings, Unreadable when the file lacks a sheet asked for.
    """
    vocabulary = Vocabulary(intake, mapping or SavedMapping())
    wanted = _wanted(book, vocabulary.saved)
    sheets = [_prepare(sheet, vocabulary) for sheet in wanted if sheet.rows]
    found = [reading for reading in sheets if reading]
    found = found if vocabulary.saved.sheets else _chosen(found, intake, month)
    if not found:
        keys = [column.key for column in intake.columns if column.required]
        labels = [intake.column(key).label for key in (*keys, *(several[0] for several in intake.any_of))]
        raise NoHeader(NO_HEADER.format(columns="、".join(labels)))
    reading = Reading(intake, book, found, Gathered((), intake, ()), notes=list(book.notes))
    _note_other_sheets(reading)
    _note_other_heads(reading)
    reading.missing = _missing(reading)
    if not reading.missing:
        reading.gathered = Gathered(_typed(reading, setting, progress), intake, setting.shared)
        progress(reading.count, reading.count, "正在归并家庭")
        _settle(reading, vocabulary.saved)
    return reading


def _typed(reading: Reading, setting: Setting, progress: Progress) -> Iterator[Row]:
    done, total = 0, sum(len(sheet.body.data) for sheet in reading.sheets)
    for sheet in reading.sheets:
        sheet.village = village_of_sheet(sheet.sheet.name, reading.intake, setting)
        for row in typed_rows(sheet, reading.intake, setting):
            if done % TOLD_EVERY == 0:
                progress(done, total, f"正在逐格核对，共 {total} 行")
            done += 1
            yield row


def _wanted(book: Book, saved: SavedMapping) -> list[Sheet]:
    names = [sheet.name for sheet in book.sheets]
    absent = [name for name in saved.sheets if name not in names]
    if absent:
        there = "、".join(name for name in names if name) or "没有名字的一张表"
        raise Unreadable(f"文件里没有工作表“{'、'.join(absent)}”，现有：{there}。请核对工作表的名字。")
    return [sheet for sheet in book.sheets if not saved.sheets or sheet.name in saved.sheets]


def may_be_a_table(book: Book) -> bool:
    """Whether there are rows of several cells, so that it is worth asking which of them is the header."""
    return any(sum(len(words_of(row)) > 1 for row in sheet.rows[:60]) > 1 for sheet in book.sheets)


def _note_other_heads(reading: Reading) -> None:
    """Sheets with other columns may hold other people: a roster of another programme in the same workbook."""
    first, *others = reading.sheets
    for sheet in others:
        if set(sheet.places) != set(first.places):
            reading.notes.append(
                f"工作表“{sheet.sheet.name}”的列与“{first.sheet.name}”不同，也一并读取；如是另一类对象，请改选工作表。"
            )


def _prepare(sheet: Sheet, vocabulary: Vocabulary) -> SheetReading | None:
    header = find_header(sheet, vocabulary)
    if header is None:
        return None
    recognised = recognise(sheet, header, vocabulary)
    body = RowReader(sheet, header, places(recognised), vocabulary.intake).body()
    caption = read_caption(sheet, header)
    if not caption.unit:
        caption = _unit_below(caption, body)
    return SheetReading(sheet, header, caption, recognised, body)


def _unit_below(caption: Caption, body: Body) -> Caption:
    """Some offices print 填报单位 under the table."""
    unit = next((name for note in body.skipped if (name := unit_named(note.words))), "")
    return Caption(caption.title, unit, caption.month, caption.in_ten_thousands)


def _chosen(sheets: list[SheetReading], intake: Intake, month: Month | None) -> list[SheetReading]:
    """Sheets with all required columns before others; of several months, the one asked for."""
    if not sheets:
        return []
    fewest = min(len(_lacking(sheet, intake)) for sheet in sheets)
    chosen = [sheet for sheet in sheets if len(_lacking(sheet, intake)) == fewest]
    months = {sheet.caption.month for sheet in chosen} - {None}
    if month and len(months) > 1 and month in months:
        chosen = [sheet for sheet in chosen if sheet.caption.month in (month, None)]
    return chosen


def _missing(reading: Reading) -> list[Column]:
    lacking = {key for sheet in reading.sheets for key in _lacking(sheet, reading.intake)}
    return [column for column in reading.intake.columns if column.key in lacking]


def _lacking(sheet: SheetReading, intake: Intake) -> list[str]:
    required = [(column.key,) for column in intake.columns if column.required]
    return [keys[0] for keys in (*required, *intake.any_of) if not any(key in sheet.places for key in keys)]


def _note_other_sheets(reading: Reading) -> None:
    read = {sheet.sheet.name for sheet in reading.sheets}
    for sheet in reading.book.sheets:
        if sheet.name not in read and any(cell != "" for row in sheet.rows for cell in row):
            reading.notes.append(f"工作表“{sheet.name}”不是要找的表，没有读取。")
    if any(sheet.caption.in_ten_thousands for sheet in reading.sheets):
        reading.notes.append("表头写着“单位：万元”，本系统按元读取金额，请核对。")


def _settle(reading: Reading, saved: SavedMapping) -> None:
    intake = reading.intake
    amounts = intake.grouping.amounts if intake.grouping else ()
    mapped = {key for sheet in reading.sheets for key in sources(sheet, intake)}
    columns = [column for column in intake.columns if column.key in mapped or column.required]
    present = [key for key in amounts if key in mapped]
    reading.gathered.settle(columns, present, _evidence(reading, present, saved))
    reading.notes += reading.gathered.notes


def _evidence(reading: Reading, amounts: Sequence[str], saved: SavedMapping) -> Evidence:
    recognised = [item for sheet in reading.sheets for item in sheet.recognised if item.match.key]
    totals = {}
    for key in amounts:
        claims = [totals_of(sheet.sheet, sheet.body, sheet.places.get(key, -1)) for sheet in reading.sheets]
        whole = sum((max(claim, default=ZERO) for claim in claims), ZERO)
        totals[key] = frozenset({whole}.union(*claims)) - {ZERO}
    return Evidence({item.match.key: item.heading for item in recognised}, totals, saved.amounts)
