"""What oversight over cases is built on (B24, B28, B31): who decided what when, and what is about to be decided. Read only.

The county's spot checks, the scan of what towns decided and the gap of coverage are the business of ``audits``; they find
their populations and facts here.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from cases.models import Application, CollectiveDecision, Survey, Surveyor
from cases.models.choices import TEKUN
from salvation.flow.models import Transition

CONFIRMING = ("confirm_town", "confirm_county")


def with_decision(applications: Any) -> Any:
    """Decided applications annotated with the deciding step: ``decided_step``, ``decided_at``, ``decided_by`` (user id),
    ``decided_role``, ``deciding_unit`` (unit id), ``decided_lag`` (working days after the meeting).

    The level by which an application goes is its own ``level``, fixed on the day of acceptance (B14).
    """
    steps = Transition.objects.filter(
        flow=Application.flow.code, subject_id=OuterRef("pk"), step__in=CONFIRMING
    ).order_by("-at", "-pk")
    resolved = CollectiveDecision.objects.filter(application=OuterRef("pk"), stage="确认").order_by("-pk")

    def of(field: str) -> Subquery:
        return Subquery(steps.values(field)[:1])

    return applications.annotate(
        decided_step=of("step"), decided_at=of("at"), decided_by=of("actor"), decided_role=of("role"),
        deciding_unit=of("unit"), decided_lag=Subquery(resolved.values("lag")[:1]),
    )  # fmt: skip


def confirmed(user: Any, since: date, until: date) -> Any:
    """Applications this person sees that were confirmed in a span of days, with who decided (B24: within 90 days, B31)."""
    rows = Application.objects.visible_to(user).filter(state="CONFIRMED", decided_on__range=(since, until))
    return with_decision(rows)


def confirmed_by_towns(user: Any, since: date, until: date) -> Any:
    """What townships confirmed by themselves: the pool the county oversees (B31)."""
    return confirmed(user, since, until).filter(level=Application.Level.TOWNSHIP)


def before_confirmation(user: Any) -> Any:
    """特困 applications that wait for their confirmation: three of ten are looked at before it (L43 第16条, B24)."""
    waiting = ("COUNTY_REVIEW", "TOWN_CONFIRM")
    return Application.objects.visible_to(user).filter(
        state__in=waiting, program__in=[program.value for program in TEKUN]
    )


def with_county_visit(applications: Any) -> Any:
    """Annotated ``county_visited``: somebody of the county was at the home, so that the check was 实地 (B24)."""
    there = Surveyor.objects.filter(
        survey__application=OuterRef("pk"), survey__method=Survey.Method.HOME, level=Surveyor.Level.COUNTY
    )
    return applications.annotate(county_visited=Exists(there))
