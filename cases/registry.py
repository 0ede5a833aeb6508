"""Which households stand in the registry (B27), with their statuses and what is missing."""
# requirements: B27

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q

from cases.models import Application, Benefit, Declaration, Discovery, Member, PayAccount, Relief
from cases.services.discoveries import OPEN

# Relief counts as a status this long; an economy older than this is out of date.
YEAR = timedelta(days=365)


def _running(today: date) -> Any:
    return Benefit.objects.filter(Q(stop_month__isnull=True) | Q(stop_month__gt=today))


def helped(today: date) -> Any:
    """Benefits of the outer household that run on a day."""
    return _running(today).filter(household=OuterRef("pk"))


def _of(model: Any, **facts: Any) -> Exists:
    return Exists(model.objects.filter(household=OuterRef("pk"), **facts))


def with_status(rows: Any, today: date) -> Any:
    """Of these households, those helped, applying, relieved within a year or looked into; statuses and gaps annotated."""
    waiting = Application.objects.filter(household=OuterRef("pk")).exclude(state__in=Application.flow.ended)
    present = Member.objects.filter(left_on__isnull=True, counted=True)
    nameless = present.filter(household=OuterRef("pk")).exclude(person__id_status="VALID")
    found = rows.annotate(
        helped=Exists(helped(today)),
        applying=Exists(waiting),
        relieved=_of(Relief, paid_on__gte=today - YEAR),
        found=_of(Discovery, state__in=OPEN),
        no_account=~_of(PayAccount, valid_to__isnull=True),
        no_number=Exists(nameless),
        no_economy=~_of(Declaration, updated_at__date__gte=today - YEAR),
    )
    known = found.filter(Q(helped=True) | Q(applying=True) | Q(relieved=True) | Q(found=True))
    return known.prefetch_related(
        Prefetch("benefits", _running(today), to_attr="running"),
        Prefetch("members", present, to_attr="present"),
    )
