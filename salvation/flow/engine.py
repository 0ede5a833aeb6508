"""``available()`` for buttons, ``perform()`` as the only writer of a state.

perform(): atomic → lock the row → scope, role, separation of duties, guards → state, due date, Transition row,
journal → effects → duties. Everything or nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from salvation.accounts.roles import ROLES
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.services import close_duties, close_duty, open_duties, open_duty
from salvation.flow.clock import due_date, work_calendar
from salvation.flow.clocks import keep_time
from salvation.flow.models import Clocked, FlowSubject, StatFreeze, Transition
from salvation.flow.registry import FLOWS
from salvation.flow.table import Context, Deadline, Flow, Step
from salvation.journal.services import record, record_all
from salvation.units.models import Unit
from salvation.units.services import county_of

# Facts that are kept with a transition must not carry files or long texts.
KEPT_TYPES = (str, int, bool)
BEGUN = {"step": "登记"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that could be taken now; when not allowed, ``reason`` says all that is missing."""

    step: Step
    allowed: bool
    reason: str

    @property
    def label(self) -> str:
        return self.step.label


def available(subject: FlowSubject, actor: Any, now: datetime) -> list[Offer]:
    """Steps of the present state that this person's posts allow, with the reason where a guard refuses."""
    offers = []
    for step in subject.flow.steps_from(subject.state):
        if step.permission is None or not actor.may(step.permission, subject.flow_unit):
            continue
        context = Context(subject, actor, now, step)
        if any(guard(context) for guard in step.applies):
            continue
        reasons = _refusals(context)
        offers.append(Offer(step, not reasons, "；".join(reasons)))
    return offers


def _refusal(context: Context) -> str | None:
    """Why the step cannot be taken."""
    if reason := _separation(context):
        return reason
    return next(
        filter(None, (guard(context) for guard in (*context.step.applies, *context.step.guards))), None
    )


def _refusals(context: Context) -> list[str]:
    """Everything that still stands in the way, each once; guards of filled-in data are asked when it is there."""
    if reason := _separation(context):
        return [reason]
    asked = [guard for guard in context.step.guards if not getattr(guard, "needs_data", False)]
    return list(dict.fromkeys(filter(None, (guard(context) for guard in asked))))


def _separation(context: Context) -> str | None:
    step, actor = context.step, context.actor
    if actor is None or not step.apart_from:
        return None
    earlier = Transition.objects.filter(
        flow=context.subject.flow.code, subject_id=context.subject.pk, step__in=step.apart_from, actor=actor
    ).first()
    if earlier is None:
        return None
    taken = context.subject.flow.step(earlier.step).label
    return f"您已办理过本件的“{taken}”，不能再办理“{step.label}”，请由他人办理（职责分离）"


@transaction.atomic
def perform(
    *,
    subject: FlowSubject,
    step: str,
    actor: Any,
    now: datetime,
    comment: str = "",
    data: Mapping[str, Any] | None = None,
) -> Transition:
    """Take a step. ``actor=None`` is the system. Returns the Transition.

    Raises Http404 outside the actor's units, PermissionDenied without the role, Refusal with the reason otherwise.
    """
    model, flow = type(subject), subject.flow
    spec = flow.step(step)
    locked = model._base_manager.select_for_update().get(pk=subject.pk)
    _check_actor(locked, spec, actor)
    if locked.state not in spec.sources:
        raise Refusal(
            f"该件现在是“{locked.get_state_display()}”，不能办理“{spec.label}”。可能已有人办理，请刷新后再看"
        )
    context = Context(locked, actor, now, spec, comment.strip(), data or {})
    _check_needs(context)
    if reason := _refusal(context):
        raise Refusal(reason)
    before = locked.state
    _write(context)
    if isinstance(locked, Clocked):
        keep_time(locked, step=step, before=before, on=timezone.localdate(now))
    for effect in FLOWS[flow.code].effects.get(step, ()):
        effect(context)
    refresh_duty(locked, now=now, actor=actor)
    subject.refresh_from_db()
    transition: Transition = context.transition
    return transition


def _check_actor(subject: FlowSubject, step: Step, actor: Any) -> None:
    if actor is None:
        return
    if step.permission is None:
        raise PermissionDenied(f"“{step.label}”由系统办理")
    if not type(subject)._default_manager.visible_to(actor).filter(pk=subject.pk).exists():  # type: ignore[attr-defined]
        raise Http404("没有找到，或不在您的管辖范围")
    if not actor.may(step.permission, subject.flow_unit):
        raise PermissionDenied(f"您的岗位不能办理“{step.label}”")


def _check_needs(context: Context) -> None:
    step = context.step
    if step.reason and not context.comment:
        raise Refusal(f"办理“{step.label}”须写明理由", field="comment")
    for need in step.needs:
        if need.required and context.data.get(need.key) in (None, "", []):
            raise Refusal(f"请填写“{need.label}”", field=need.key)


def _write(context: Context) -> None:
    subject, step, now = context.subject, context.step, context.now
    before = subject.state
    state = subject.flow.state(step.target)
    subject.state, subject.state_since = step.target, now
    fields = ["state", "state_since"]
    limit = subject.limit_of(state)
    if not subject.keeps_due and (before != step.target or limit):
        subject.due_on = _last_day(subject, limit, state.code, timezone.localdate(now)) if limit else None
        fields.append("due_on")
    subject.save(update_fields=fields)
    context.transition = Transition.objects.create(
        flow=subject.flow.code,
        subject_id=subject.pk,
        step=step.code,
        from_state=before,
        to_state=step.target,
        actor=context.actor,
        role=_role_label(context.actor, step, subject.flow_unit),
        unit=subject.flow_unit,
        at=now,
        stat_month=stat_month(subject.flow_unit, now),
        comment=context.comment,
        data={key: value for key, value in context.data.items() if isinstance(value, KEPT_TYPES)},
    )
    facts = _facts(subject.flow, step, before)
    record(
        actor=context.actor,
        action=f"flow.{subject.flow.code}",
        subject=subject,
        unit=subject.flow_unit,
        facts=facts,
    )


def _last_day(subject: FlowSubject, limit: Deadline, state: str, today: date) -> date:
    """Until when a state entered today may last."""
    unit = subject.flow_unit
    since: date | None = getattr(subject, limit.since) if limit.since else None
    if since is None:
        spent = _spent(subject, state) if limit.resumes else 0
        return due_date(limit, start=today, unit=unit, spent=spent)
    passed = {"flow": subject.flow.code, "subject_id": subject.pk, "to_state": state}
    if not Transition.objects.filter(**passed).exists():
        return due_date(limit, start=since, unit=unit)
    if not limit.resumes:
        return due_date(limit, start=today, unit=unit)
    return max(due_date(limit, start=since, unit=unit), work_calendar().add(today, 1))


def _spent(subject: FlowSubject, state: str) -> int:
    """Working days of earlier stays in a state; a stay ends with the step that left it."""
    days, entered = 0, None
    for passed in Transition.objects.filter(flow=subject.flow.code, subject_id=subject.pk).order_by(
        "at", "id"
    ):
        day = timezone.localdate(passed.at)
        if entered is not None and passed.from_state == state:
            days, entered = days + work_calendar().between(entered, day), None
        if passed.to_state == state:
            entered = day
    return days


def _facts(flow: Flow, step: Step, before: str) -> dict[str, str]:
    """What the journal keeps of a step, in words."""
    return {"step": step.label, "from": flow.state(before).label, "to": flow.state(step.target).label}


def _role_label(actor: Any, step: Step, unit: Unit) -> str:
    if actor is None:
        return "系统"
    for post in actor.current_posts:
        if step.permission in ROLES[post.role].permissions and unit.path.startswith(post.unit.path):
            return f"{post.unit}{post.get_role_display()}"
    return ""


def stat_month(unit: Unit, at: datetime) -> Any:
    """First day of the month an event counts in: its own, or the earliest month not frozen (12 §12.1 #1)."""
    own = Month.of(timezone.localdate(at))
    last = StatFreeze.objects.filter(county=county_of(unit)).order_by("-month").first()
    return max(own, Month.of(last.month) + 1).first_day if last else own.first_day


def refresh_duty(subject: FlowSubject, *, now: datetime, actor: Any) -> None:
    """Close what waited for the subject and open what its new state asks for."""
    if subject.flow.state(subject.state).actor is None:
        close_duty(kind=subject.flow.code, subject_id=subject.pk, now=now, actor=actor)
        return
    open_duty(**_asked(subject, now))


def _asked(subject: FlowSubject, now: datetime) -> dict[str, Any]:
    """What the state of a subject asks of somebody."""
    flow, state = subject.flow, subject.flow.state(subject.state)
    entry = FLOWS[flow.code]
    return {
        "kind": flow.code,
        "subject_id": subject.pk,
        "unit": subject.desk_unit,
        "permission": state.actor,
        "title": f"{state.todo or state.label}：{entry.title(subject)}",
        "url": entry.url(subject),
        "now": now,
        "due_on": subject.due_on,
    }


def begin(subject: FlowSubject, *, actor: Any, now: datetime) -> None:
    """Put a new subject into its flow's first state, journalled. The subject is saved here."""
    subject.state, subject.state_since = subject.flow.initial, now
    subject.save()
    record(
        actor=actor,
        action=f"flow.{subject.flow.code}",
        subject=subject,
        unit=subject.flow_unit,
        facts=BEGUN,
    )
    refresh_duty(subject, now=now, actor=actor)


def begin_all(subjects: Sequence[FlowSubject], *, step: str, now: datetime) -> None:
    """Put new subjects into their flow and let the system take its first ``step`` with all of them.

    The same rows as ``begin()`` and ``perform()``, in a handful of statements whatever their number. Raises Refusal when
    a guard refuses one, ValueError for a step that a person takes.
    """
    if not subjects:
        return
    flow = subjects[0].flow
    spec = flow.step(step)
    if spec.permission is not None or flow.initial not in spec.sources:
        raise ValueError(f"{step} is not the system's first step of {flow.code}")
    with transaction.atomic():
        for subject in subjects:
            _enter(subject, spec, now)
        type(subjects[0])._base_manager.bulk_create(subjects)
        _write_first(subjects, spec, now)
        for subject in subjects:
            for effect in FLOWS[flow.code].effects.get(step, ()):
                effect(Context(subject, None, now, spec))


def _enter(subject: FlowSubject, step: Step, now: datetime) -> None:
    subject.state, subject.state_since = subject.flow.initial, now
    if reason := _refusal(Context(subject, None, now, step)):
        raise Refusal(reason)
    subject.state = step.target
    deadline = subject.limit_of(subject.flow.state(step.target))
    if deadline and not subject.keeps_due:
        subject.due_on = due_date(deadline, start=timezone.localdate(now), unit=subject.flow_unit)


def _write_first(subjects: Sequence[FlowSubject], step: Step, now: datetime) -> None:
    flow = subjects[0].flow
    months = _stat_months([subject.flow_unit for subject in subjects], now)
    Transition.objects.bulk_create(
        Transition(
            flow=flow.code,
            subject_id=subject.pk,
            step=step.code,
            from_state=flow.initial,
            to_state=step.target,
            role=_role_label(None, step, subject.flow_unit),
            unit=subject.flow_unit,
            at=now,
            stat_month=months[subject.flow_unit.pk],
        )
        for subject in subjects
    )
    record_all(
        actor=None,
        action=f"flow.{flow.code}",
        acts=[
            (subject, subject.flow_unit, facts)
            for subject in subjects
            for facts in (BEGUN, _facts(flow, step, flow.initial))
        ],
    )
    if flow.state(step.target).actor is not None:
        open_duties([_asked(subject, now) for subject in subjects])


@transaction.atomic
def perform_all(*, subjects: Sequence[FlowSubject], step: str, now: datetime, comment: str = "") -> None:
    """Let the system take a ``step`` with many subjects of one flow at once.

    The same rows as ``perform()``, in a handful of statements whatever their number. Raises Refusal when a guard refuses
    one or one has left the step's states, ValueError for a step that a person takes or that begins a limit of its own.
    """
    if not subjects:
        return
    model, flow = type(subjects[0]), subjects[0].flow
    spec = flow.step(step)
    if spec.permission is not None or flow.state(spec.target).deadline or issubclass(model, Clocked):
        raise ValueError(f"{step} of {flow.code} is not taken with many at once")
    rows = model._base_manager.select_for_update(of=("self",)).select_related(model.unit_field)
    locked = list(rows.filter(pk__in=[subject.pk for subject in subjects]).order_by("pk"))
    contexts = [Context(subject, None, now, spec, comment.strip()) for subject in locked]
    for context in contexts:
        _may_take(context)
    left = [subject.state for subject in locked]
    _move_all(locked, spec, now)
    _keep_steps(contexts, left)
    _turn_duties(locked, now)


def _may_take(context: Context) -> None:
    subject = context.subject
    if subject.state not in context.step.sources:
        raise Refusal(f"{subject}现在是“{subject.get_state_display()}”，不能办理“{context.step.label}”")
    _check_needs(context)
    if reason := _refusal(context):
        raise Refusal(f"{subject}：{reason}")


def _move_all(subjects: Sequence[FlowSubject], step: Step, now: datetime) -> None:
    """Write the state; the limit of the state that is left goes with it."""
    model = type(subjects[0])
    moving = [] if model.keeps_due else [each for each in subjects if each.state != step.target]
    rows = model._base_manager.filter(pk__in=[subject.pk for subject in subjects])
    rows.update(state=step.target, state_since=now)
    rows.filter(pk__in=[subject.pk for subject in moving], due_on__isnull=False).update(due_on=None)
    for subject in subjects:
        subject.state, subject.state_since = step.target, now
    for subject in moving:
        subject.due_on = None


def _keep_steps(contexts: Sequence[Context], left: Sequence[str]) -> None:
    """The transitions and the journal of a step that many took, and its effects on each."""
    step, now = contexts[0].step, contexts[0].now
    flow = contexts[0].subject.flow
    months = _stat_months([context.subject.flow_unit for context in contexts], now)
    for context, before in zip(contexts, left, strict=True):
        unit = context.subject.flow_unit
        context.transition = Transition(
            flow=flow.code, subject_id=context.subject.pk, step=step.code, from_state=before, to_state=step.target,
            role=_role_label(None, step, unit), unit=unit, at=now, stat_month=months[unit.pk], comment=context.comment,
        )  # fmt: skip
    Transition.objects.bulk_create(context.transition for context in contexts)
    record_all(
        actor=None,
        action=f"flow.{flow.code}",
        acts=[
            (context.subject, context.subject.flow_unit, _facts(flow, step, before))
            for context, before in zip(contexts, left, strict=True)
        ],
    )
    for effect in FLOWS[flow.code].effects.get(step.code, ()):
        for context in contexts:
            effect(context)


def _turn_duties(subjects: Sequence[FlowSubject], now: datetime) -> None:
    flow = subjects[0].flow
    close_duties(kind=flow.code, subjects=[subject.pk for subject in subjects], now=now)
    if flow.state(subjects[0].state).actor is not None:
        open_duties([_asked(subject, now) for subject in subjects])


def _stat_months(units: Sequence[Unit], now: datetime) -> dict[int, Any]:
    """The statistical month by unit; asked once a county."""
    first = {unit.county_id or unit.pk: unit for unit in units}
    found = {county: stat_month(unit, now) for county, unit in first.items()}
    return {unit.pk: found[unit.county_id or unit.pk] for unit in units}


def history(subject: FlowSubject) -> Any:
    """Transitions of a subject, oldest first."""
    return Transition.objects.filter(flow=subject.flow.code, subject_id=subject.pk).select_related("actor")
