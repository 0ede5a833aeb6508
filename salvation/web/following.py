"""Jobs that a person starts from a page, and where he sees what becomes of them."""

from typing import Any

from django.urls import reverse

from salvation.jobs.models import Run
from salvation.jobs.services import start
from salvation.jobs.tasks import execute
from salvation.units.models import Unit


def follow(*, code: str, unit: Unit, period: str, actor: Any, done: str = "") -> str:
    """Start a job, a finished one anew; the address of its progress, or ``done`` when it was done at once."""
    run = start(code=code, unit=unit, period=period, actor=actor, enqueue=execute.delay, again=True)
    if done:
        run.refresh_from_db()
        if run.state == Run.State.DONE:
            return done
    return reverse("web:job", args=[run.pk])
