"""Declare a state machine as a table (pure: knows no framework).

    APPLICATION = Flow(
        code="application", label="救助申请", initial="DRAFT",
        states=(State("DRAFT", "草稿", "draft"), …),
        steps=(Step("submit", "提交申请", ("DRAFT",), "SUBMITTED", "case.submit", guards=(…,)), …),
    )

Guards are functions ``(Context) -> str | None``: the Chinese reason of a refusal, or None. Effects are functions
``(Context) -> None`` that run in the same transaction, after the state was written; they write models, so they are
bound to the steps where the flow is registered, and the table stays pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Need:
    """A fact that a step asks for. ``kind``: text, long, date, bool, choice, money, files, meeting, month."""

    key: str
    label: str
    kind: str = "text"
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long the state reached may last: ``parameter`` names the number, counted in working or calendar days.

    ``resumes``: days spent in the state before it was left count too (补正期间暂停计时); else each stay begins anew.
    ``since``: a date field of the subject from which the days count (受理), not from entering the state; a stay after
    the first begins anew, or has at least one day left where it ``resumes``.
    """

    parameter: str
    workdays: bool = True
    resumes: bool = False
    since: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """``tone``: draft, wait, good, bad, ended. ``actor``: the permission whose holders must act in this state."""

    code: str
    label: str
    tone: str = "wait"
    actor: str | None = None
    todo: str = ""
    deadline: Deadline | None = None


@dataclass(slots=True)
class Context:
    """What guards and effects see: the locked subject, who acts, when, and what was filled in."""

    subject: Any
    actor: Any
    now: datetime
    step: "Step"
    comment: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    # Filled by perform() before effects run.
    transition: Any = None

    def keep(self, **values: Any) -> None:
        """For effects: set fields of the subject and write just these."""
        for key, value in values.items():
            setattr(self.subject, key, value)
        self.subject.save(update_fields=list(values))


Guard = Callable[[Context], str | None]
Effect = Callable[[Context], None]


@dataclass(frozen=True, slots=True)
class Step:
    """``applies``: guards that say whether the step concerns this subject at all; where not, no button is shown.

    ``apart_from``: who performed one of these steps on the subject may not perform this one.

    ``permission=None`` is for the system only. ``reason`` asks for a written comment (退回必须写理由).
    """

    code: str
    label: str
    sources: tuple[str, ...]
    target: str
    permission: str | None
    guards: tuple[Guard, ...] = ()
    applies: tuple[Guard, ...] = ()
    needs: tuple[Need, ...] = ()
    apart_from: tuple[str, ...] = ()
    reason: bool = False
    danger: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit in working days over a whole flow (总时限), begun by an effect with ``clocks.start_clock()``.

    It stands still in ``pauses``. It grows to the days of the parameter ``extended`` on one of the legal ``grounds``
    (code, label): chosen by a holder of ``permission``, or brought by a step itself (``grounded_by``).
    """

    extended: str
    grounds: tuple[tuple[str, str], ...]
    basis: str
    permission: str
    pauses: frozenset[str] = frozenset()
    grounded_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flow:
    code: str
    label: str
    initial: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    clock: Clock | None = None

    def __post_init__(self) -> None:
        known = {state.code for state in self.states}
        for step in self.steps:
            missing = ({step.target} | set(step.sources)) - known
            if missing:
                raise ValueError(f"flow {self.code}, step {step.code}: unknown state {sorted(missing)}")
        if len({step.code for step in self.steps}) != len(self.steps):
            raise ValueError(f"flow {self.code}: a step code stands twice")
        if self.initial not in known:
            raise ValueError(f"flow {self.code}: unknown initial state")

    def state(self, code: str) -> State:
        return next(state for state in self.states if state.code == code)

    def step(self, code: str) -> Step:
        """Raises KeyError for an unknown step."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)

    def choices(self) -> list[tuple[str, str]]:
        return [(state.code, state.label) for state in self.states]

    def steps_from(self, state: str) -> list[Step]:
        return [step for step in self.steps if state in step.sources]

    @property
    def ended(self) -> frozenset[str]:
        """States that nothing leaves."""
        return frozenset(s.code for s in self.states) - {
            source for step in self.steps for source in step.sources
        }
