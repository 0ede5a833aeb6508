"""算例: the worked households beside the rules, judged by the rules as they are now."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http import Http404, HttpRequest, HttpResponse

from cases.rules import household_file
from cases.rules.codes import Program
from salvation.parameters.registry import PARAMETERS
from salvation.web.pages.base import Page

FOLDER = Path(household_file.__file__).resolve().parent / "examples"
SECTIONS = {"incomes": "收入", "properties": "财产", "expenses": "支出", "duty_bearers": "法定义务人"}


@dataclass(frozen=True, slots=True)
class Example:
    """One file: its number, title, words, and what the rules make of it."""

    number: str
    name: str
    title: str
    on: date
    text: str
    document: dict[str, Any]
    verdicts: tuple[dict[str, Any], ...]

    @property
    def members(self) -> list[str]:
        return [
            _words(member, skip=("name",), lead=str(member["name"])) for member in self.document["members"]
        ]

    @property
    def sections(self) -> list[tuple[str, list[str]]]:
        """Incomes, property and so on, a row a line."""
        given = ((label, self.document.get(key) or []) for key, label in SECTIONS.items())
        return [(label, [_words(row) for row in rows]) for label, rows in given if rows]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The values it supposes, by their names."""
        given = self.document.get("parameters") or {}
        return [
            (PARAMETERS[key].label if key in PARAMETERS else key, _value(key, value))
            for key, value in given.items()
        ]

    def has(self, words: str) -> bool:
        """Whether the title, the file or a verdict says these words."""
        said = [self.name, self.title, self.text]
        for found in self.verdicts:
            said += [found["name"], *(line["formula"] + line["article"] for line in found["working"])]
            said += [failure["message"] + failure["article"] for failure in found["failed"]]
        return any(words in text for text in said)


def _value(key: str, value: Any) -> str:
    """A parameter's value in its own words."""
    if value is None:
        return "不设"
    if key in PARAMETERS and PARAMETERS[key].choices:
        return PARAMETERS[key].shown(",".join(map(str, value)) if isinstance(value, list) else str(value))
    return _word(value)


def _words(row: Any, *, skip: tuple[str, ...] = (), lead: str = "") -> str:
    """A row of the file as one line."""
    if not isinstance(row, dict):
        return str(row)
    told = {
        key: value for key, value in row.items() if key not in skip and value not in (None, "", [], False)
    }
    said = [_word(value) for value in told.values()]
    return "，".join([lead, *said] if lead else said)


def _word(value: Any) -> str:
    """A value in words; a table within (the disability: kind and grade) side by side."""
    if isinstance(value, dict):
        parts = {str(key): f"{part}级" if key == "level" else _word(part) for key, part in value.items()}
        return "、".join(part if key.islower() else f"{key} {part}" for key, part in parts.items())
    if isinstance(value, list):
        return "、".join(map(_word, value))
    return "是" if value is True else str(value)


@cache
def examples() -> tuple[Example, ...]:
    """Every worked household, judged once a process: files and rules come with the program."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.yaml")))


def _read(path: Path) -> Example:
    text = path.read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    case = household_file.read_case(text)
    verdicts = tuple(
        found.as_dict() for code in document["expect"] for found in household_file.judge(case, Program(code))
    )
    number, _, name = path.stem.partition("-")
    return Example(number, name, str(document["title"]), case.on, text, document, verdicts)


class Examples(Page):
    title = "算例"
    permission = "param.view"
    template_name = "cases/examples.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("q", "").strip()[:50]
        found = [example for example in examples() if example.has(words)]
        return self.show({"found": found, "words": words, "total": len(examples())})


class ExamplePage(Page):
    title = "算例"
    permission = "param.view"
    template_name = "cases/example.html"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        found = next((example for example in examples() if example.number == number), None)
        if found is None:
            raise Http404(f"没有算例 {number}")
        return self.show({"example": found, "page_title": f"算例 {found.number}：{found.title}"})
