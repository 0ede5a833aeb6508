"""Whether a meeting kept the rules of its body (A12), and what its resolutions ask for (A11). Pure."""
# requirements: A12

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 12
# A resolution as people write it: 一、完成核查（县医保局，2022年7月31日前）
NUMBERING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d{1,2}[.、．）])\s*")
IN_BRACKETS = re.compile(r"[（(]([^（()）]{2,60})[)）]\s*[。；;]?\s*$")
DAY = re.compile(r"(\d{4})[-年/.](\d{1,2})[-月/.](\d{1,2})日?\s*(?:前|之前)?")
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Rule:
    """What the body set itself. ``members`` is empty where they are not listed."""

    quorum: int
    per_year: int
    from_on: date
    members: frozenset[str] = frozenset()
    most_absent: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What was recorded of a meeting: names, one a line; of the absent with their reason behind a colon."""

    attendees: str
    absent: str
    recused: str
    agenda: str
    resolutions: str


def names_in(text: str) -> set[str]:
    """The names of a list, one a line or set apart by blanks; what follows a colon is no name."""
    return {re.split("[：:]", word)[0] for line in text.splitlines() for word in line.split() if word}


def without_reason(absent: str) -> list[str]:
    """Who was away and gave no reason, in order."""
    lines = [line.strip() for line in absent.splitlines() if line.strip()]
    return [line for line in lines if not re.search("[：:（(]\\s*\\S", line)]


def breaches(held: Held, rule: Rule) -> list[str]:
    """Everything in which a meeting did not keep the rules, in words; empty when it did (000 第71、73条)."""
    recused = names_in(held.recused)
    came, away = names_in(held.attendees) - recused, names_in(held.absent)
    found = []
    if len(came) < rule.quorum:
        found.append(f"到会{len(came)}人（回避人不计），不足法定人数{rule.quorum}人")
    if silent := without_reason(held.absent):
        found.append(f"缺席没有登记请假事由：{'、'.join(silent)}")
    if rule.most_absent is not None and len(away) > rule.most_absent:
        found.append(f"缺席{len(away)}人，超过一次最多缺席{rule.most_absent}人")
    if unknown := sorted(rule.members - came - away - recused):
        found.append(f"成员既未签到也未登记缺席：{'、'.join(unknown)}")
    if not held.agenda.strip():
        found.append("没有登记议题")
    if not held.resolutions.strip():
        found.append("没有议定事项")
    return found


def owed(rule: Rule, on: date) -> int:
    """How many meetings of the year must have been held by the end of last month, in even shares."""
    first = max(rule.from_on, date(on.year, 1, 1))
    last = MONTHS if on.month == MONTHS and on.day == 31 else on.month - 1
    passed = last - first.month + 1 if first.year == on.year else 0
    return rule.per_year * max(passed, 0) // MONTHS


@dataclass(frozen=True, slots=True)
class Asked:
    """A task read from a line of the resolutions."""

    what: str
    responsible: str
    due_on: date | None


def asked_by(resolutions: str) -> list[Asked]:
    """One task a line; a unit and a day in brackets at its end are taken as the one responsible and the limit."""
    found: dict[str, Asked] = {}
    for line in resolutions.splitlines():
        words = NUMBERING.sub("", line).strip()
        if not words:
            continue
        brackets = IN_BRACKETS.search(words)
        inside = brackets.group(1) if brackets else ""
        day = _day(inside)
        rest = DAY.sub("", inside).strip("，,、；; ")
        task = Asked(words[:LONGEST], rest[:80] if brackets and (day or rest) else "", day)
        found.setdefault(task.what, task)
    return list(found.values())


def _day(text: str) -> date | None:
    match = DAY.search(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def due_or(day: date | None, held_on: date, days: int) -> date:
    """The limit written, else so many days after the meeting; never before it."""
    return max(day, held_on) if day else held_on + timedelta(days=days)
