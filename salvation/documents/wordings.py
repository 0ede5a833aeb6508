"""A county's own words for the paragraphs of a 文书 (04 §4.11): what may be replaced, what it may hold. Pure.

A paragraph is known by its declared text. Where a new version of the system declares it anew, the county's words no
longer stand for it and the declared ones apply, until somebody looks at them again.
"""
# requirements: B19

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salvation.documents.declared import HOLE, Kind
from salvation.documents.official import Line
from salvation.domain.errors import Refusal

LONGEST = 1500
# What people write: a placeholder by its Chinese name, in either kind of brackets.
WRITTEN = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")
BRACKET = re.compile(r"[{}｛｝]")
ADDRESSEE = "称谓"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph that may be worded anew; ``declared`` holds placeholders by key."""

    label: str
    declared: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Declared paragraphs and what stands in their place."""

    texts: Mapping[str, str] = field(default_factory=dict)

    def of(self, declared: str) -> str:
        """The words to use for a declared paragraph."""
        return self.texts.get(declared) or declared

    def lines(self, line: Line) -> list[Line]:
        """A declared paragraph in the county's words; several where these have line breaks."""
        words = self.of(line.text)
        if words == line.text:
            return [line]
        return [Line(text.strip(), line.level, line.align) for text in words.splitlines() if text.strip()]


def paragraphs_of(kind: Kind) -> list[Paragraph]:
    """What may be worded anew: the addressee and the paragraphs. Tables and what is worked out stay as they are."""
    lines = [part.text for part in kind.body if isinstance(part, Line)]
    found = {kind.addressee: ADDRESSEE} if kind.addressee else {}
    for number, text in enumerate(lines, start=1):
        found.setdefault(text, f"第 {number} 段")
    return [Paragraph(label, text) for text, label in found.items()]


def names_of(kind: Kind) -> dict[str, str]:
    """The placeholders of a kind: key to Chinese name. Names that two of them share get the key behind them."""
    labels = [(fact.key, fact.label) for fact in kind.facts] + [(need.key, need.label) for need in kind.needs]
    spoken = [label for _, label in labels]
    return {key: label if spoken.count(label) == 1 else f"{label} {key}" for key, label in labels}


def shown(kind: Kind, text: str) -> str:
    """The text as people read it: placeholders by their Chinese names."""
    names = names_of(kind)
    return HOLE.sub(lambda hole: f"{{{names[hole[1]]}}}", text)


def parsed(kind: Kind, written: str, label: str) -> str:
    """The text with placeholders by key. Raises Refusal for one that nothing fills, and for stray brackets."""
    keys = {name: key for key, name in names_of(kind).items()}
    keys |= {key: key for key in names_of(kind)}
    text = "\n".join(line.strip() for line in written.splitlines() if line.strip())
    if len(text) > LONGEST:
        raise Refusal(f"{label}超过{LONGEST}字，请精简")

    def hole(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name not in keys:
            raise Refusal(f"{label}中的占位“{{{name}}}”没有内容可填，可用的占位：{_offered(kind)}")
        return f"{{{keys[name]}}}"

    filled = WRITTEN.sub(hole, text)
    if BRACKET.search(HOLE.sub("", filled)):
        raise Refusal(f"{label}中的花括号不成对，占位要写成“{{名称}}”，例如：{_offered(kind)}")
    return filled


def _offered(kind: Kind) -> str:
    return "、".join(f"{{{name}}}" for name in names_of(kind).values())


def dropped(kind: Kind, paragraph: Paragraph, text: str) -> list[str]:
    """The Chinese names of what the declared paragraph says and the new one no longer does."""
    names, said = names_of(kind), set(HOLE.findall(text))
    return [names[key] for key in dict.fromkeys(HOLE.findall(paragraph.declared)) if key not in said]


def checked(kind: Kind, written: Sequence[str]) -> dict[str, str]:
    """What was written for the paragraphs of a kind, in their order; blank keeps the declared words.

    Raises Refusal for a bad placeholder.
    """
    texts = {}
    for paragraph, words in zip(paragraphs_of(kind), written, strict=True):
        text = parsed(kind, words, paragraph.label)
        if text and text != paragraph.declared:
            texts[paragraph.declared] = text
    return texts
