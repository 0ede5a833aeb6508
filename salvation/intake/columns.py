"""Give every expected column its place in a sheet: by heading first, then by what the cells look like."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from salvation.domain import bank
from salvation.intake.header import Header
from salvation.intake.headings import names_a_month
from salvation.intake.mapping import IGNORED, NO_MATCH, How, Match, Recognised, Vocabulary
from salvation.intake.model import Column, Kind
from salvation.intake.sheets import Cell, Sheet
from salvation.intake.text import clean

SAMPLE = 60
CONVINCING = 0.8
ID_NUMBER = re.compile(r"^(?:\d{17}[\dXx]|\d{15})$")
CARD = re.compile(r"^\d{16,19}$")
MOBILE = re.compile(r"^1[3-9]\d{9}$")
PLACE = re.compile(r"(?:村|社区|居委会)$")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤赖"
)


def _is_id(words: str) -> bool:
    return bool(ID_NUMBER.match(words)) and (words[6:8] in ("19", "20") or len(words) == 15)


def _is_card(words: str) -> bool:
    return bool(CARD.match(words)) and not _is_id(words) and bank.luhn_ok(words)


LOOKS: dict[Kind, Callable[[str], bool]] = {
    Kind.CITIZEN_ID: _is_id,
    Kind.ACCOUNT: _is_card,
    Kind.PHONE: lambda words: bool(MOBILE.match(words)),
    Kind.NAME: lambda words: 2 <= len(words) <= 4 and words[0] in SURNAMES and not PLACE.search(words),
    Kind.VILLAGE: lambda words: bool(PLACE.search(words)),
}


def recognise(sheet: Sheet, header: Header, vocabulary: Vocabulary) -> list[Recognised]:
    """One entry per column of the sheet, saying what it was taken for and how."""
    matches = [vocabulary.match(path) if path else NO_MATCH for path in header.paths]
    _leave_months(matches, header)
    settled = _one_column_each(matches, sheet, header, vocabulary)
    _add_similar(settled, matches, header, vocabulary)
    _add_by_content(settled, matches, sheet, header, vocabulary)
    headings = _distinct_headings(header)
    return [Recognised(at, headings[at], settled.get(at, NO_MATCH)) for at in range(len(header.paths))]


def _leave_months(matches: list[Match], header: Header) -> None:
    """1月金额 … 12月金额 side by side: which month is meant is for the user to say, not the first one."""
    by_key: dict[str, list[int]] = {}
    for at, match in enumerate(matches):
        if match.key and match.how is not How.SAVED and names_a_month(header.paths[at]):
            by_key.setdefault(match.key, []).append(at)
    for several in by_key.values():
        for at in several if len(several) > 1 else ():
            matches[at] = NO_MATCH


def places(recognised: Sequence[Recognised]) -> dict[str, int]:
    return {item.match.key: item.position for item in recognised if item.match.key}


def _distinct_headings(header: Header) -> list[str]:
    """Two columns headed alike must be told apart when the user corrects one of them."""
    seen: dict[str, int] = {}
    headings = []
    for path in header.paths:
        heading = "/".join(path)
        seen[heading] = seen.get(heading, 0) + 1
        headings.append(heading if seen[heading] == 1 or not heading else f"{heading}#{seen[heading]}")
    return headings


def _one_column_each(
    matches: list[Match], sheet: Sheet, header: Header, vocabulary: Vocabulary
) -> dict[int, Match]:
    """Where two headings name the same column, the surer one wins, then the one whose cells look right."""
    columns = vocabulary.columns_by_key()
    for at, heading in enumerate(_distinct_headings(header)):
        saved = vocabulary.saved_column(heading)
        if saved is not None:
            matches[at] = Match(saved, How.SAVED, 1.0)
    ranked = sorted(
        (at for at, match in enumerate(matches) if match.key in columns),
        key=lambda at: (
            matches[at].how is not How.SAVED,
            -matches[at].confidence,
            -_share(sheet, header, at, columns[matches[at].key].kind),
            at,
        ),
    )
    settled: dict[int, Match] = {at: match for at, match in enumerate(matches) if match.how is How.SAVED}
    taken = {match.key for match in settled.values()}
    for at in ranked:
        if at in settled:
            continue
        match = matches[at]
        if match.key in taken:
            # 户主姓名 beside 姓名 is no second name of the person: it says whose household it is.
            match = vocabulary.match(header.paths[at], taken)
        if match.key:
            settled[at] = match
            taken.add(match.key)
    return settled


def _add_similar(
    settled: dict[int, Match], matches: list[Match], header: Header, vocabulary: Vocabulary
) -> None:
    for at, path in enumerate(header.paths):
        if path and at not in settled and matches[at].key == IGNORED:
            match = vocabulary.similar(path, {found.key for found in settled.values()})
            if match.key:
                settled[at] = match


def _add_by_content(
    settled: dict[int, Match], matches: list[Match], sheet: Sheet, header: Header, vocabulary: Vocabulary
) -> None:
    """What is required and still missing may stand under a heading nobody could foresee, or none."""
    taken = {match.key for match in settled.values()}
    for column in vocabulary.intake.columns:
        if column.kind not in LOOKS or column.key in taken or not _worth_guessing(column):
            continue
        free = [at for at in range(len(header.paths)) if at not in settled and not matches[at].key]
        shares = {at: _share(sheet, header, at, column.kind) for at in free}
        best = max(shares, key=lambda at: shares[at], default=-1)
        if best >= 0 and shares[best] >= CONVINCING:
            settled[best] = replace(NO_MATCH, key=column.key, how=How.CONTENT, confidence=shares[best] * 0.6)
            taken.add(column.key)


def _worth_guessing(column: Column) -> bool:
    return column.required or column.kind is Kind.VILLAGE


def _share(sheet: Sheet, header: Header, at: int, kind: Kind) -> float:
    """The share of filled cells below the header that look like this kind."""
    looks = LOOKS.get(kind)
    if looks is None:
        return 0.0
    below = (row[at] for row in sheet.rows[header.bottom + 1 : header.bottom + 1 + SAMPLE] if at < len(row))
    filled = [words for cell in below if (words := _shown(cell))]
    return sum(map(looks, filled)) / len(filled) if len(filled) > 1 else 0.0


def _shown(cell: Cell) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) and abs(cell) >= 1e15 else clean(cell)
