"""The year a page of figures is asked for in its address."""

from django.http import HttpRequest
from django.utils import timezone

FIRST, LAST = 2000, 2099


def year_asked(request: HttpRequest) -> int:
    """The ``year`` of the address; what is no year of this century asks for the present one."""
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return year if FIRST <= year <= LAST else timezone.localdate().year
