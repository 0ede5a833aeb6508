"""Which applications and reviews wait for a visit by somebody."""
# requirements: B04, C03

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, When
from django.utils import timezone

from cases.county_visit import REVIEWING, asked
from cases.models import Application, Member, ReviewTask, ReviewVisit, Survey
from salvation.access.reach import reach_of
from salvation.parameters.book import at

# As many as a phone keeps for a week of visits.
MOST = 200
SIGNED = Survey.objects.filter(application=OuterRef("pk"), method="HOME", signed_by_family=True)
# Before the confirmation it is the county that visits (L57 第20条).
AWAITED = Exists(asked().filter(subject_id=OuterRef("pk")))
VISITED = Case(When(state__in=REVIEWING, then=~AWAITED), default=Exists(SIGNED))


def _reached(user: Any) -> Q:
    """Rows of the units and villages where ``user`` may visit."""
    reach = reach_of(user, "case.survey")
    return Q(unit__in=reach.units) | Q(village__in=reach.villages)


def _living_in(household: str) -> Any:
    members = Member.objects.filter(left_on__isnull=True).select_related("person").order_by("id")
    return Prefetch(f"{household}__members", queryset=members)


def waiting_for(user: Any) -> Any:
    """Applications under survey where ``user`` may visit; ``visited``: a signed home visit is recorded."""
    own = Q(state__in=REVIEWING, pk__in=asked().values("subject_id"))
    due = Q(state__in=("ACCEPTED", "SURVEYING", "OBJECTION")) | own
    return Application.objects.visible_to(user).filter(_reached(user), due).annotate(visited=VISITED)


def with_facts(rows: Any) -> Any:
    """What a visit's page says of each: ``visited``, ``records``, members, place."""
    return (
        rows.annotate(visited=VISITED, records=Count("surveys"))
        .select_related("applicant", "unit", "village", "household")
        .prefetch_related(_living_in("household"))
    )


def visits_of(user: Any) -> list[Any]:
    """Not visited first, then by deadline. At most ``MOST``."""
    rows = with_facts(waiting_for(user)).order_by("visited", F("due_on").asc(nulls_last=True), "id")
    return with_people(rows[:MOST])


REVIEWED = ReviewVisit.objects.filter(review=OuterRef("pk"), method="HOME", signed_by_family=True)


def reviews_for(user: Any) -> Any:
    """Open reviews where ``user`` may visit; ``visited``: a signed home visit is recorded."""
    rows = ReviewTask.objects.visible_to(user).filter(_reached(user), done_on__isnull=True)
    return rows.annotate(visited=Exists(REVIEWED))


def reviews_of(user: Any) -> list[Any]:
    """Not visited first, then by deadline. At most ``MOST``."""
    return with_people(with_review_facts(reviews_for(user)).order_by("visited", "due_on", "id")[:MOST])


def with_review_facts(rows: Any) -> Any:
    """The same of each review as ``with_facts`` of an application."""
    return (
        rows.annotate(visited=Exists(REVIEWED), records=Count("visits"))
        .select_related("benefit__applicant", "benefit__household", "unit", "village")
        .prefetch_related(_living_in("benefit__household"))
    )


def with_people(rows: Iterable[Any]) -> list[Any]:
    """``people``: how many must go on a home visit, read once a unit."""
    found, least = list(rows), dict[Any, int]()
    for row in found:
        if row.unit not in least:
            least[row.unit] = int(at("survey.min_people", on=timezone.localdate(), unit=row.unit).value)
        row.people = least[row.unit]
    return found


def own_level(user: Any) -> str:
    """For whom the account surveys: village, township or county."""
    kind = user.main_post.unit.kind if user.main_post else ""
    return kind if kind in ("VILLAGE", "COUNTY") else "TOWN"
