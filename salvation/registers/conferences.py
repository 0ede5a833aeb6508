"""Conferences: every meeting checked by the rules of its body (A12), its resolutions followed up (A11), by unit (A05)."""
# requirements: A05, A11, A12

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from salvation.access.reach import reach_of
from salvation.duties.services import close_duty, open_duty
from salvation.parameters.book import at
from salvation.registers.models import Meeting, MeetingRule, MeetingTask
from salvation.registers.rules.meetings import Held, Rule, asked_by, breaches, due_or, owed
from salvation.units.models import Unit
from salvation.units.selectors import in_force

TASK = "meeting.task"
# Conferences whose resolutions are work for somebody; the others decide single cases.
FOLLOWED = (Meeting.Kind.JOINT, Meeting.Kind.LEADING, Meeting.Kind.MOBILIZE)


def rule_facts(rule: MeetingRule) -> Rule:
    members = frozenset(rule.members.split())
    return Rule(rule.quorum, rule.per_year, rule.from_on, members, rule.most_absent)


def held_facts(meeting: Meeting) -> Held:
    return Held(meeting.attendees, meeting.absent, meeting.recused, meeting.agenda, meeting.resolutions)


def rules_in_force(unit_ids: Sequence[int], on: date) -> dict[tuple[int, str], MeetingRule]:
    """By unit and kind of meeting."""
    rows = MeetingRule.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=on), unit__in=unit_ids, from_on__lte=on
    )
    return {(rule.unit_id, rule.kind): rule for rule in rows.select_related("unit").order_by("from_on")}


def breaches_of(meeting: Meeting) -> list[str] | None:
    """In what a meeting did not keep its rules; None where there are none for it."""
    rule = rules_in_force([meeting.unit_id], meeting.held_on).get((meeting.unit_id, meeting.kind))
    return breaches(held_facts(meeting), rule_facts(rule)) if rule else None


@dataclass(frozen=True, slots=True)
class Breach:
    """A meeting against its rules, or meetings that were not held; ``key`` says which, for whoever files it once."""

    key: str
    unit: Unit
    found_on: date
    words: str
    basis: str


def breaches_in(county: Unit, on: date) -> Iterator[Breach]:
    """Everything of this year in a county: single meetings, and bodies that met too seldom by last month's end."""
    rules = list(
        MeetingRule.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gt=on), unit__path__startswith=county.path, from_on__lte=on
        ).select_related("unit")
    )
    for rule in rules:
        facts = rule_facts(rule)
        meetings = list(
            Meeting.objects.filter(
                unit=rule.unit_id,
                kind=rule.kind,
                held_on__year=on.year,
                held_on__gte=rule.from_on,
                held_on__lte=on,
            ).order_by("held_on", "pk")
        )
        for meeting in meetings:
            if found := breaches(held_facts(meeting), facts):
                words = f"{rule.body}{meeting.held_on:%Y年%-m月%-d日}会议不符合议事规则：{'；'.join(found)}"
                yield Breach(f"A12:meeting:{meeting.pk}", rule.unit, meeting.held_on, words, rule.document)
        due = owed(facts, on)
        if len(meetings) < due:
            words = f"{rule.body}{on.year}年至上月底应开{due}次会议，实开{len(meetings)}次"
            yield Breach(f"A12:rule:{rule.pk}:{on.year}", rule.unit, on, words, rule.document)


def save_meeting(*, record: Meeting, actor: Any, now: datetime, new: bool) -> None:
    """Save a meeting with the tasks its resolutions ask for. A task somebody worked on stays when its line goes."""
    record.save()
    if record.kind not in FOLLOWED:
        return
    wanted = {task.what: task for task in asked_by(record.resolutions)}
    known = {task.what: task for task in record.tasks.all()}
    for what, task in known.items():
        if what not in wanted and task.done_on is None:
            close_duty(kind=TASK, subject_id=task.pk, now=now, actor=actor)
            task.delete()
    days = int(at("meeting.task_days", on=record.held_on, unit=record.unit).value)
    for what, asked in wanted.items():
        if what not in known:
            due = due_or(asked.due_on, record.held_on, days)
            made = MeetingTask.objects.create(
                unit=record.unit, meeting=record, what=what, responsible=asked.responsible, due_on=due
            )
            follow(made, now=now, actor=actor)


def save_task(*, record: MeetingTask, actor: Any, now: datetime, new: bool) -> None:
    """Save a task and its duty on the desk."""
    record.save()
    follow(record, now=now, actor=actor)


def follow(task: MeetingTask, *, now: datetime, actor: Any) -> None:
    """An open task waits on the desk of its unit; a done one does not."""
    if task.done_on:
        close_duty(kind=TASK, subject_id=task.pk, now=now, actor=actor)
        return
    url = reverse("registers:record", kwargs={"code": "meeting-tasks", "pk": task.pk})
    open_duty(
        kind=TASK, subject_id=task.pk, unit=task.unit, permission="register.edit", title=f"落实议定事项：{task.what}",
        url=url, now=now, due_on=task.due_on,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit held its meetings in a year. ``owed``: what its rules ask for by now; None without rules."""

    unit: Unit
    mobilised_on: date | None
    mobilised: int
    leading: int
    leading_owed: int | None
    joint: int | None
    panel: int
    breaches: int
    open_tasks: int


def standing_of(user: Any, year: int, today: date) -> list[Standing]:
    """Every unit this person may see registers of: the mobilising meeting held or not, meetings by rule, open tasks."""
    kinds = (Unit.Kind.COUNTY, Unit.Kind.TOWN)
    reach = reach_of(user, "register.view")
    units = list(
        in_force(Unit.objects.filter(pk__in=reach.units, kind__in=kinds), on=today).order_by("path", "sort")
    )
    ids = [unit.pk for unit in units]
    end = min(today, date(year, 12, 31))
    meetings = Meeting.objects.visible_to(user).filter(held_on__year=year, held_on__lte=end)
    by_unit: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings.order_by("held_on"):
        by_unit[meeting.unit_id].append(meeting)
    rules = rules_in_force(ids, end)
    waiting = MeetingTask.objects.visible_to(user).filter(done_on__isnull=True)
    tasks: dict[int, int] = defaultdict(int)
    for unit_id in waiting.values_list("unit", flat=True):
        tasks[unit_id] += 1
    return [_standing(unit, by_unit[unit.pk], rules, tasks[unit.pk], end) for unit in units]


def _standing(
    unit: Unit, meetings: list[Meeting], rules: dict[tuple[int, str], MeetingRule], tasks: int, on: date
) -> Standing:
    counted: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        counted[meeting.kind].append(meeting)
    leading = rules.get((unit.pk, Meeting.Kind.LEADING))
    wrong = sum(
        bool(breaches(held_facts(one), rule_facts(rules[unit.pk, one.kind])))
        for one in meetings
        if (unit.pk, one.kind) in rules
    )
    mobilised = counted[Meeting.Kind.MOBILIZE]
    return Standing(
        unit, mobilised[-1].held_on if mobilised else None, len(mobilised), len(counted[Meeting.Kind.LEADING]),
        owed(rule_facts(leading), on) if leading else None,
        len(counted[Meeting.Kind.JOINT]) if unit.kind == Unit.Kind.COUNTY else None,
        len(counted[Meeting.Kind.PANEL]), wrong, tasks,
    )  # fmt: skip
