"""Rows copied from a spreadsheet, typed for the fields of a form.

Dates, choices and amounts are read as people write them (2021.3.5, 配偶, 1,200元). What cannot be read is named at its
cell: a text field shows what was pasted, a list stays empty.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from django import forms

from salvation.domain import money
from salvation.domain.errors import BadValue, Refusal
from salvation.intake.dates import read_date

YES = frozenset(("是", "有", "√", "✓", "1", "y", "yes", "true", "对"))
NO = frozenset(("否", "无", "没有", "×", "x", "0", "n", "no", "false", "", "-", "—"))
EMPTY = frozenset(("", "-", "—", "/"))
NOTES = re.compile(r"[（(].*?[）)]")
MOST_NAMED = 8


@dataclass
class Pasted:
    """Rows as a form takes them, and what could not be read by (row, field); ``beyond`` columns fit no field."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: dict[tuple[int, str], str] = field(default_factory=dict)
    beyond: int = 0


def read_pasted(text: str, fields: dict[str, Any], first: str = "") -> Pasted:
    """Read lines and cells. A first line of headings decides which column is which, else they go from ``first`` on.

    Raises Refusal when the text is no table.
    """
    lines = _cells(text)
    names = list(fields)
    order: list[str] = names[names.index(first) :] if first in names else names
    if lines and (headed := _by_headings(lines[0], fields)):
        order, lines = headed, lines[1:]
    found = Pasted()
    for number, line in enumerate(lines):
        found.beyond = max(found.beyond, len(line) - len(order))
        row: dict[str, Any] = {}
        for name, cell in zip(order, line, strict=False):
            if not name:
                continue
            row[name], problem = typed(fields[name], cell)
            if problem:
                found.problems[number, name] = problem
        found.rows.append(row)
    return found


def _cells(text: str) -> list[list[str]]:
    """Lines of cells; a cell with a line break of its own comes quoted from the spreadsheet.

    Raises Refusal when a quotation mark without its pair swallows the rest.
    """
    text = text.replace("\0", "")
    delimiter = "\t" if "\t" in text else "," if "," in text and "\n" in text.strip() else "\t"
    lines = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    try:
        cells = [[" ".join(cell.split()) for cell in line] for line in lines]
    except csv.Error as error:
        raise Refusal(
            '粘贴的内容中有一个英文双引号（"）没有成对，后面的内容都连成了一格；请在 Excel 中删去多余的引号后再粘贴'
        ) from error
    return [line for line in cells if any(line)]


def _plain(words: str) -> str:
    return re.sub(r"[\s:：*]", "", NOTES.sub("", normalize("NFKC", words)))


def _by_headings(line: Sequence[str], fields: dict[str, Any]) -> list[str]:
    """The field of each column where at least two cells (or all of them) are labels of fields."""
    labels = {_plain(str(given.label)): name for name, given in fields.items()}
    order = [labels.get(_plain(cell), "") for cell in line]
    hits = sum(bool(name) for name in order)
    return order if hits >= 2 or (hits and hits == len(order)) else []


def typed(given: Any, cell: str) -> tuple[Any, str]:
    """The value a field shows for a pasted cell, and what is wrong with the cell."""
    cell = cell.strip().removeprefix("'")
    if isinstance(given, forms.BooleanField):
        return _yes_or_no(cell)
    if cell in EMPTY:
        return "", ""
    if isinstance(given, forms.MultipleChoiceField):
        return _several(given, cell)
    if isinstance(given, forms.ChoiceField):
        return _choice(given, cell)
    try:
        return _read(given, cell), ""
    except BadValue as bad:
        return cell, str(bad)


def _read(given: Any, cell: str) -> str:
    """Raises BadValue."""
    if isinstance(given, forms.DateField):
        read = read_date(cell)
        if read.only_month:
            raise BadValue(f"“{cell}”只有年月，请补上日子")
        return read.day.isoformat()
    if isinstance(given, forms.DecimalField):
        return str(money.parse(cell).normalize().__format__("f"))
    if isinstance(given, forms.IntegerField):
        digits = normalize("NFKC", cell).replace(",", "").removesuffix("人").removesuffix(".0")
        if not re.fullmatch(r"[0-9]{1,9}", digits):
            raise BadValue(f"“{cell}”不是整数，请只填数字")
        return digits
    return cell


def _yes_or_no(cell: str) -> tuple[Any, str]:
    word = normalize("NFKC", cell).lower()
    if word in YES:
        return True, ""
    return False, "" if word in NO else f"“{cell}”没有认出，请填“是”或“否”"


def _options(given: Any) -> list[tuple[str, str]]:
    """Values with their labels, without groups and without the empty one."""
    flat: list[tuple[str, str]] = []
    for key, label in given.choices:
        flat += (
            [(str(k), str(words)) for k, words in label]
            if isinstance(label, list | tuple)
            else [(str(key), str(label))]
        )
    return flat


def _choice(given: Any, cell: str) -> tuple[str, str]:
    word = _plain(cell)
    options = [(key, _plain(label), label) for key, label in _options(given)]
    exact = [key for key, plain, _ in options if word == plain or cell == key]
    near = exact or [
        key for key, plain, _ in options if key and (plain.startswith(word) or word.startswith(plain))
    ]
    if len(set(near)) == 1:
        return near[0], ""
    names = [label for key, _, label in options if key]
    known = "、".join(names[:MOST_NAMED]) + ("等" if len(names) > MOST_NAMED else "")
    return "", f"“{cell}”不在列表中，可填：{known}"


def _several(given: Any, cell: str) -> tuple[list[str], str]:
    chosen: list[str] = []
    wrong: list[str] = []
    for part in filter(None, re.split(r"[、,，;；\s]+", cell)):
        key, problem = _choice(given, part)
        (wrong if problem else chosen).append(part if problem else key)
    return chosen, f"“{'、'.join(wrong)}”不在列表中" if wrong else ""
