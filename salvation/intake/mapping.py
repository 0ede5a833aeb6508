"""Which column of the file is which expected column, and how sure we are. Pure; can be remembered."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from typing import Any

from salvation.intake.headings import canonical, foreign, forms, names_a_month
from salvation.intake.model import Column, Intake, Kind, Layout
from salvation.intake.text import full_label

SIMILAR_ENOUGH = 0.75
GENERIC = frozenset({"小计", "合计", "金额", "元", "人", "计", "本月", "数", "名称", "号"})
IGNORED = ""


class How(StrEnum):
    """How a column was recognised, from the surest to the least sure."""

    SAVED = "saved"
    EXACT = "exact"
    ALIAS = "alias"
    PART = "part"
    SIMILAR = "similar"
    CONTENT = "content"
    UNMAPPED = "unmapped"

    @property
    def label(self) -> str:
        return HOW_LABELS[self]


HOW_LABELS = {
    How.SAVED: "沿用上次的对应",
    How.EXACT: "列名相同",
    How.ALIAS: "常用别名",
    How.PART: "多行表头的下级列名",
    How.SIMILAR: "列名相近",
    How.CONTENT: "按内容判断",
    How.UNMAPPED: "没有对应",
}


@dataclass(frozen=True, slots=True)
class Match:
    key: str
    how: How
    confidence: float


NO_MATCH = Match(IGNORED, How.UNMAPPED, 0.0)


@dataclass(frozen=True, slots=True)
class Recognised:
    """One column of the file: position from 0, its heading as a path, and what it was taken for."""

    position: int
    heading: str
    match: Match

    @property
    def letter(self) -> str:
        number, letters = self.position + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return letters


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """The user's own assignment, by heading, so that it survives columns being moved about.

    `columns` maps a heading to a column key, or to "" for "do not read". `amounts` overrides the evidence
    on whether amounts belong to households or to persons. `header` fixes the header rows (from 1), `sheets`
    the sheets to read; empty means every sheet that has the columns.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    amounts: Layout | None = None
    header: tuple[int, int] | None = None
    sheets: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "amounts": self.amounts and self.amounts.value,
            "header": self.header and list(self.header),
            "sheets": list(self.sheets),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "SavedMapping":
        header = stored.get("header")
        return cls(
            columns={full_label(heading): key for heading, key in stored.get("columns", {}).items()},
            amounts=Layout(stored["amounts"]) if stored.get("amounts") else None,
            header=(int(header[0]), int(header[1])) if header else None,
            sheets=tuple(stored.get("sheets", ())),
        )

    def says_the_same(self, recognised: Iterable[Recognised]) -> bool:
        """Whether reading with this mapping can find nothing but what was recognised without it."""
        return (
            self.amounts is None
            and self.header is None
            and all(
                self.columns.get(full_label(item.heading), "") == item.match.key
                for item in recognised
                if item.heading
            )
        )

    @classmethod
    def of(cls, recognised: Iterable[Recognised]) -> "SavedMapping":
        """Remember what was recognised, so that the next file of this sender is read alike."""
        return cls({full_label(item.heading): item.match.key for item in recognised})


@dataclass(frozen=True)
class Vocabulary:
    """Every heading under which the columns of an intake are known."""

    intake: Intake
    saved: SavedMapping = field(default_factory=SavedMapping)

    @cached_property
    def known(self) -> dict[str, tuple[Match, ...]]:
        """Headings and what they may mean, the likeliest first; earlier aliases are the surer ones."""
        words: dict[str, list[Match]] = defaultdict(list)
        for column in self.intake.columns:
            words[canonical(column.label)].append(Match(column.key, How.EXACT, 1.0))
        for column in self.intake.columns:
            for rank, alias in enumerate(column.aliases):
                words[canonical(alias)].append(Match(column.key, How.ALIAS, max(0.6, 0.95 - rank / 1000)))
        return {word: tuple(matches) for word, matches in words.items()}

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        return {column.key: column.kind for column in self.intake.columns}

    @cached_property
    def recalled(self) -> dict[tuple[str, ...], Match]:
        """Looking for the header asks for the same headings over and over."""
        return {}

    @cached_property
    def saved_columns(self) -> dict[str, str]:
        return {full_label(heading): key for heading, key in self.saved.columns.items()}

    def saved_column(self, heading: str) -> str | None:
        """What the user said this heading is: a key, "" for "do not read", None when he said nothing."""
        return self.saved_columns.get(full_label(heading))

    def match(self, path: tuple[str, ...], taken: Container[str] = ()) -> Match:
        """Recognise a heading path exactly, by alias, or by the tail of its path; not as a key in `taken`."""
        if taken:
            return self._match(path, taken)
        found = self.recalled.get(path)
        if found is None:
            found = self.recalled[path] = self._match(path, ())
        return found

    def _match(self, path: tuple[str, ...], taken: Container[str]) -> Match:
        saved = self.saved_column("".join(path))
        if saved is not None:
            return Match(saved, How.SAVED, 1.0)
        whole = canonical("".join(path))
        for start in range(len(path)):
            for word in self._tail_forms(path, start):
                found = next(
                    (match for match in self._meant(path, word, whole) if match.key not in taken), None
                )
                if found:
                    return found if start == 0 else Match(found.key, How.PART, found.confidence - 0.1)
        if len(path) > 1 and canonical(path[-1]) in GENERIC:
            parent = self.match(path[:-1], taken)
            return Match(parent.key, How.PART, parent.confidence - 0.2) if parent.key else NO_MATCH
        return NO_MATCH

    def _tail_forms(self, path: tuple[str, ...], start: int) -> tuple[str, ...]:
        tail = path[start:]
        if len(tail) == 1:
            return forms(tail[0])
        # Each part may carry its own number and unit: 三、补助金额（元）/ 1.合计.
        reduced = ("".join(forms(part)[-1] for part in tail), "".join(forms(part)[0] for part in tail))
        return tuple(dict.fromkeys((*forms("".join(tail)), *reduced)))

    def _meant(self, path: tuple[str, ...], word: str, whole: str) -> tuple[Match, ...]:
        """What `word` is known for, unless the whole heading says that it speaks of something else."""
        found = self.known.get(word, ())
        if not found or word == whole:
            return found
        return tuple(match for match in found if not foreign(path, word, self.kinds[match.key]))

    def similar(self, path: tuple[str, ...], taken: set[str]) -> Match:
        """The nearest known heading among columns not yet found; NO_MATCH when none is near."""
        best = NO_MATCH
        if not path or names_a_month(path):
            return best
        for heading in {forms("".join(path))[-1:], forms(path[-1])[-1:]}:
            for word, matches in self.known.items():
                key = matches[0].key
                if key in taken or not heading or foreign(path, word, self.kinds[key]):
                    continue
                confidence = _likeness(heading[0], word)
                if confidence > best.confidence:
                    best = Match(key, How.SIMILAR, confidence)
        return best

    def columns_by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.intake.columns}


def _likeness(heading: str, word: str) -> float:
    ratio = SequenceMatcher(None, heading, word).ratio()
    return 0.8 * ratio if ratio >= SIMILAR_ENOUGH else 0.0
