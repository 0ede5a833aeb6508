"""Declare a 文书 once: what it is called, when it may be issued, which facts it uses, its words; docx and PDF follow.

    Kind(code="accepted", title="受理通知书", subject="cases.application", sign="救受", basis="…第11条", may=…,
         facts=(Fact("applicant", "申请人", read),), body=(Line("你（户）于{applied}…"),), issuer=…, dated=…)

A fact that is not there is told as missing with the way to mend it; a document never goes out with a blank.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple, Protocol

from salvation.documents.official import Break, Cell, Grid, Level, Line, Paper, Part
from salvation.flow.table import Need

HOLE = re.compile(r"\{([a-z_]+)\}")
GAP = "〔缺：{}〕"
# 送达回证: the strip the person signs.
RECEIPT = Grid(
    (),
    (
        ("送达方式", "", "签收人", "", "签收日期", "　　年　月　日"),
        ("备注", Cell("留置送达的写明见证人；邮寄送达的附回执", span=5, align="left")),
    ),
    widths=(4, 4, 3, 5, 4, 8),
    size=10.5,
    height=9,
    caption="送达回证",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One placeholder: ``read`` gives its words, None or '' where it is not there; ``remedy``: where it is entered."""

    key: str
    label: str
    read: Callable[[Any], str | None]
    remedy: str = ""


class Gap(NamedTuple):
    """A fact that is missing, and where it is entered."""

    label: str
    remedy: str


Given = Mapping[str, Any]
Block = Part | Callable[[Any, Given], Sequence[Part]]


@dataclass(frozen=True, slots=True)
class Kind:
    """``subject``: label of the model; ``needs``: what is asked when it is drawn up, with ``suggest`` filling in;
    ``sign``: the 字 of its number; ``within``: parameter with the working days for delivery; ``form``: a sheet to be
    filled in by hand, which has no number and is not delivered; ``once``: one valid copy for a subject.
    """

    code: str
    title: str
    subject: str
    basis: str
    may: Callable[[Any], str | None]
    facts: tuple[Fact, ...]
    body: tuple[Block, ...]
    issuer: Callable[[Any], Any]
    dated: Callable[[Any], date]
    about: Callable[[Any], str]
    addressee: str = "{applicant}："
    sign: str = ""
    needs: tuple[Need, ...] = ()
    suggest: Callable[[Any], Given] = field(default=lambda subject: {})
    within: str = ""
    form: bool = False
    once: bool = True
    heading: Callable[[Any], str] | None = None
    # Whether the kind concerns the subject at all; ``may`` says whether it may be drawn up yet.
    fits: Callable[[Any], bool] = field(default=lambda subject: True)


@dataclass(frozen=True, slots=True)
class Composed:
    """The document as it would go out now, with what it lacks."""

    paper: Paper
    values: Mapping[str, str]
    missing: tuple[Gap, ...]


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Declared in ``AppConfig.ready()``. Raises ValueError for a word of the text that no fact fills."""
    for kind in kinds:
        known = {fact.key for fact in kind.facts} | {need.key for need in kind.needs}
        texts = [kind.addressee, *(text for part in kind.body if not callable(part) for text in _texts(part))]
        unknown = {key for text in texts for key in HOLE.findall(text)} - known
        if unknown:
            raise ValueError(f"document {kind.code}: nothing fills {sorted(unknown)}")
        KINDS[kind.code] = kind


def kinds_of(subject: Any) -> list[Kind]:
    """What may concern a record, in the order declared."""
    return [kind for kind in KINDS.values() if kind.subject == subject._meta.label_lower]


class Words(Protocol):
    """What a county says instead of declared paragraphs."""

    def of(self, declared: str) -> str:
        """The words to use for a declared text."""
        ...

    def lines(self, line: Line) -> list[Line]:
        """The paragraphs to use for a declared one."""
        ...


class AsDeclared:
    """The words that were declared."""

    def of(self, declared: str) -> str:
        return declared

    def lines(self, line: Line) -> list[Line]:
        return [line]


def compose(
    kind: Kind, subject: Any, given: Given, *, number: str = "", words: Words | None = None
) -> Composed:
    """Fill the words in, the county's where it has its own. Missing facts are marked in the text and listed."""
    words = words or AsDeclared()
    values: dict[str, str] = {}
    missing: list[Gap] = []
    for fact in kind.facts:
        said = fact.read(subject)
        values[fact.key] = said or GAP.format(fact.label)
        if not said:
            missing.append(Gap(fact.label, fact.remedy))
    for need in kind.needs:
        said = str(given.get(need.key) or "").strip()
        values[need.key] = said or GAP.format(need.label)
        if need.required and not said:
            missing.append(Gap(need.label, "在“改内容”中填写"))
    paper = Paper(
        title=kind.heading(subject) if kind.heading else kind.title,
        addressee=_fill(words.of(kind.addressee), values),
        body=tuple(_filled(kind, subject, given, values, words)),
        issuer=office_of(kind.issuer(subject)),
        dated=kind.dated(subject),
        number=number or ("" if kind.form else "（文号在签发时给出）"),
        sealed=not kind.form,
        plain=kind.form,
        tail=() if kind.form else (RECEIPT,),
    )
    return Composed(paper, values, tuple(missing))


def office_of(unit: Any) -> str:
    """Who signs: the county's bureau, the town's government, the street's office, or the committee itself."""
    if unit.kind == "COUNTY":
        return f"{unit.name}民政局"
    if unit.name.endswith(("镇", "乡")):
        return f"{unit.name}人民政府"
    return f"{unit.name}办事处" if unit.name.endswith("街道") else str(unit.name)


def _filled(
    kind: Kind, subject: Any, given: Given, values: Mapping[str, str], words: Words
) -> Iterator[Part]:
    for block in kind.body:
        if callable(block):
            yield from block(subject, given)
            continue
        for part in words.lines(block) if isinstance(block, Line) else (block,):
            yield _words_in(part, values)


def _words_in(part: Part, values: Mapping[str, str]) -> Part:
    """A part with its placeholders filled. Texts that a person wrote are never looked through for placeholders."""
    if isinstance(part, Line):
        return replace(part, text=_fill(part.text, values))
    if isinstance(part, Grid):
        rows = tuple(tuple(_cell(cell, values) for cell in row) for row in part.rows)
        return replace(part, rows=rows)
    return part


def _cell(cell: str | Cell, values: Mapping[str, str]) -> str | Cell:
    if isinstance(cell, Cell):
        return replace(cell, text=_fill(cell.text, values))
    return _fill(cell, values)


def _fill(text: str, values: Mapping[str, str]) -> str:
    return HOLE.sub(lambda hole: values[hole[1]], text)


def _texts(part: Part) -> Iterator[str]:
    if isinstance(part, Line):
        yield part.text
    elif isinstance(part, Grid):
        yield from (cell.text if isinstance(cell, Cell) else cell for row in part.rows for cell in row)


def to_plain(paper: Paper) -> dict[str, Any]:
    """A document of lines and tables as plain values, to be kept. Raises ValueError for one with pictures."""
    return {
        "title": paper.title,
        "addressee": paper.addressee,
        "issuer": paper.issuer,
        "dated": paper.dated.isoformat(),
        "number": paper.number,
        "sealed": paper.sealed,
        "notes": list(paper.notes),
        "body": [_plain_part(part) for part in paper.body],
        "tail": [_plain_part(part) for part in paper.tail],
        # Only where there are any: what was kept before has the same fingerprint.
        **({"signatures": list(paper.signatures)} if paper.signatures else {}),
    }


def _plain_part(part: Part) -> dict[str, Any]:
    if isinstance(part, Line):
        return {"text": part.text, "level": part.level.value, "align": part.align}
    if isinstance(part, Break):
        return {"break": True}
    if not isinstance(part, Grid):
        raise ValueError("a kept document has lines and tables only")
    return {
        "head": list(map(_plain_cell, part.head)),
        "rows": [list(map(_plain_cell, row)) for row in part.rows],
        "widths": list(part.widths),
        "aligns": list(part.aligns),
        "size": part.size,
        "height": part.height,
        "caption": part.caption,
    }


def _plain_cell(cell: str | Cell) -> Any:
    return cell if isinstance(cell, str) else [cell.text, cell.span, cell.down, cell.align, cell.bold]


def from_plain(kept: Mapping[str, Any]) -> Paper:
    """The document that ``to_plain`` kept."""
    return Paper(
        title=kept["title"],
        addressee=kept["addressee"],
        issuer=kept["issuer"],
        dated=date.fromisoformat(kept["dated"]),
        number=kept["number"],
        sealed=kept["sealed"],
        notes=tuple(kept["notes"]),
        body=tuple(_part_of(part) for part in kept["body"]),
        tail=tuple(_part_of(part) for part in kept["tail"]),
        signatures=tuple(kept.get("signatures", ())),
    )


def _part_of(kept: Mapping[str, Any]) -> Part:
    if "text" in kept:
        return Line(kept["text"], Level(kept["level"]), kept["align"])
    if "break" in kept:
        return Break()
    return Grid(
        head=tuple(map(_cell_of, kept["head"])),
        rows=tuple(tuple(map(_cell_of, row)) for row in kept["rows"]),
        widths=tuple(kept["widths"]),
        aligns=tuple(kept["aligns"]),
        size=kept["size"],
        height=kept["height"],
        caption=kept["caption"],
    )


def _cell_of(kept: Any) -> str | Cell:
    return kept if isinstance(kept, str) else Cell(*kept)
