"""Who of many people receives what: a list of ID numbers asked at once, with a purpose, inside the reader's units."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Sum
from django.utils import timezone

from cases.models import Application, Benefit, Person, Relief, TermMember
from cases.models.choices import Program
from cases.selectors import with_own_part
from salvation.access.services import require
from salvation.domain import citizen_id, mask
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.mask import Scene
from salvation.domain.month import Month
from salvation.intake.errors import Unreadable
from salvation.intake.workbook import read_book
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.vault.crypto import blind_index

register(person__lookup="批量查询救助情况")

MOST = 5000
# Anything with so many digits is meant as an ID number; names and other words are passed over.
DIGITS = 12
SEPARATORS = re.compile(r"[\s,，;；、|]+")
HELPED, NOT_HELPED, UNKNOWN, WRONG = "在保", "未在保", "未查到", "证号有误"


@dataclass(frozen=True, slots=True)
class Asked:
    """One number as it was given; ``problem`` says why it is none."""

    given: str
    number: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one number. ``amount`` is the person's own share in yuan a month; numbers are masked."""

    seq: int
    id_no: str
    state: str
    note: str = ""
    pk: int | None = None
    name: str = ""
    village: str = ""
    program: str = ""
    since: date | None = None
    amount: Decimal | None = None
    applying: str = ""
    reliefs: int = 0
    relief_money: Decimal | None = None


def read_asked(text: str, content: bytes) -> list[Asked]:
    """The numbers of a pasted text and of a file, each once, in order. Raises Refusal for none or too many."""
    words = [*SEPARATORS.split(text), *_cells(content)]
    wanted = dict.fromkeys(word for word in map(str.strip, words) if _means_number(word))
    if not wanted:
        raise Refusal("没有找到身份证号，请粘贴或上传含有身份证号的清单", field="text")
    if len(wanted) > MOST:
        raise Refusal(f"一次最多查 {MOST:,} 个证号，本次有 {len(wanted):,} 个，请分次查询", field="text")
    today = timezone.localdate()
    return [_asked(word, today) for word in wanted]


def _cells(content: bytes) -> Iterable[str]:
    if not content:
        return []
    try:
        book = read_book(content)
    except Unreadable as error:
        raise Refusal(str(error), field="file") from error
    return [_word(cell) for sheet in book.sheets for row in sheet.rows for cell in row]


def _word(cell: Any) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) else str(cell).lstrip("'‘’")


def _means_number(word: str) -> bool:
    return len(word) <= 40 and sum(char.isdigit() for char in word) >= DIGITS


def _asked(word: str, today: date) -> Asked:
    try:
        return Asked(word, citizen_id.parse(word, today=today, allow_test=settings.ALLOW_TEST_ID).number)
    except BadValue as error:
        return Asked(word, problem=error.message)


def look_up(*, asked: Sequence[Asked], purpose: str, actor: Any) -> list[Answer]:
    """Answer every number in the order given; who lies outside the reader's units is told like one not on file.

    A handful of statements whatever the number of people; the journal keeps purpose and counts, no numbers.
    """
    require(actor, "case.view")
    if len(purpose.strip()) < 4:
        raise Refusal("请写明查询用途（不少于4个字）", field="purpose")
    people = _people([one.number for one in asked if one.number], actor)
    known = _Known([person["pk"] for person in people.values()], actor)
    answers = [
        _answer(seq, one, people.get(blind_index(one.number, "citizen_id")) if one.number else None, known)
        for seq, one in enumerate(asked, start=1)
    ]
    facts = {"purpose": purpose.strip()[:100], "asked": len(asked), "found": len(people)}
    record(actor=actor, action="person.lookup", facts=facts)
    return answers


def _people(numbers: Sequence[str], actor: Any) -> dict[Any, dict[str, Any]]:
    indexes = [blind_index(number, "citizen_id") for number in numbers]
    rows = Person.objects.visible_to(actor).filter(id_index__in=indexes)
    return {
        row["id_index"]: {**row} for row in rows.values("pk", "id_index", "name", "died_on", "village__name")
    }


class _Known:
    """What the register knows of these people, in this reader's units."""

    def __init__(self, people: Sequence[int], actor: Any) -> None:
        today = timezone.localdate()
        covered = TermMember.objects.filter(
            person__in=people,
            months__contains=Month.of(today).first_day,
            term__benefit__in=Benefit.objects.visible_to(actor).values("pk"),
        )
        self.covered = {
            row["person"]: row
            for row in with_own_part(covered).values(
                "person",
                "own",
                program=F("term__benefit__program"),
                since=F("term__benefit__first_month"),
            )
        }
        self.applying: dict[int, list[str]] = defaultdict(list)
        open_now = Application.objects.visible_to(actor).exclude(state__in=Application.flow.ended)
        rows = open_now.filter(
            household__members__person__in=people, household__members__left_on__isnull=True
        )
        for person, no in rows.values_list("household__members__person", "no").distinct():
            self.applying[person].append(no)
        year_ago = (Month.of(today) - 12).first_day
        paid = Relief.objects.visible_to(actor).filter(applicant__in=people, paid_on__gte=year_ago)
        self.reliefs = {
            person: (count, money)
            for person, count, money in paid.order_by()
            .values_list("applicant")
            .annotate(n=Count("pk"), s=Sum("amount"))
        }


def _answer(seq: int, one: Asked, person: dict[str, Any] | None, known: _Known) -> Answer:
    if not one.number:
        return Answer(seq, mask.id_number(one.given, Scene.LIST), WRONG, one.problem)
    shown = mask.id_number(one.number, Scene.LIST)
    if person is None:
        return Answer(seq, shown, UNKNOWN, "不在库，或不在您的管辖范围")
    pk = person["pk"]
    row = known.covered.get(pk)
    count, money = known.reliefs.get(pk, (0, None))
    return Answer(
        seq,
        shown,
        HELPED if row else NOT_HELPED,
        f"{person['died_on']:%Y-%m-%d}死亡" if person["died_on"] else "",
        pk,
        person["name"],
        person["village__name"],
        Program(row["program"]).label if row else "",
        row["since"] if row else None,
        row["own"] if row else None,
        "、".join(known.applying.get(pk, [])),
        count,
        money,
    )
