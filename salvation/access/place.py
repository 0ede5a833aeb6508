"""In which county somebody works: his own, or for city and province the first below him that reports."""

from typing import Any

from django.http import Http404

from salvation.periods.models import Submission
from salvation.units.models import Unit
from salvation.units.services import county_of


def own_county(user: Any) -> Unit:
    """Raises Http404 for somebody without a post, or above counties none of which reports yet."""
    for post in user.current_posts:
        county = county_of(post.unit) or _reporting_below(post.unit)
        if county is not None:
            return county
    raise Http404("您的岗位不在已启用的县")


def _reporting_below(unit: Unit) -> Unit | None:
    found = Submission.objects.filter(county__path__startswith=unit.path).select_related("county")
    first = found.order_by("county__code").first()
    return first.county if first else None
