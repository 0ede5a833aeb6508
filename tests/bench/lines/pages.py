"""Server time of pages, against a bare Django view that asks the same rows (of the same units) and prints them plainly.

The limit of a list and a search is the floor and 30 ms, and never more than 100 ms; other pages have 100 ms. ``ratio`` is
the part of the limit that was used.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, Household, Person
from reports.governance.services import CODE
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.periods.models import Submission
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index
from tests.bench.measure import Result, compare, timed

MORE, MOST, ROUNDS = 0.030, 0.100, 5
PAGE, STATEMENTS = 50, 25
BACKEND = "django.contrib.auth.backends.ModelBackend"


def run(county: Unit) -> list[Result]:
    settings.ALLOWED_HOSTS = ["testserver"]
    user = User.objects.filter(posts__role="COUNTY_CLERK", posts__unit=county).order_by("pk")[0]
    client = Client()
    client.force_login(user, backend=BACKEND)
    person = Person.objects.filter(unit__county=county).exclude(id_index=None).order_by("pk")[100]
    number = person.id_no.plain()
    month = Month.of(timezone.localdate()) - 1
    sheet = Submission.objects.filter(table=CODE, county=county, period=month.first_day).first()
    found = [
        _page("列表页：人员", client, reverse("cases:people"), lambda: _people(user)),
        _page("列表页：在保待遇", client, reverse("cases:benefits"), lambda: _benefits(user)),
        _page("列表页：家庭", client, reverse("cases:households"), lambda: _households(user)),
        _page("证号搜索", client, f"{reverse('web:search')}?q={number}", lambda: _by_number(number)),
        _slow("人员页", client, reverse("cases:person", args=[person.pk]), lambda: _one(person.pk)),
        _slow(
            "数字下钻",
            client,
            reverse("reports:drill", args=[str(month), county.pk, "SA05"]),
            lambda: _people(user),
        ),
    ]
    if sheet is not None:
        found.append(
            _slow(
                "统计表页", client, reverse("reports:submission", args=[sheet.pk]), lambda: _sheet(sheet.pk)
            )
        )
    return [*found, _statements(client)]


def _page(name: str, client: Client, url: str, floor: Callable[[], HttpResponse]) -> Result:
    def page() -> None:
        for _ in range(ROUNDS):
            answer = client.get(url)
            if answer.status_code != 200:
                raise AssertionError(f"{url} answers {answer.status_code}")
            _ = answer.content

    def bare() -> None:
        for _ in range(ROUNDS):
            _ = floor().content

    taken = compare(name, ROUNDS, candidate=lambda: timed(page), floor=lambda: timed(bare), limit=1.0)
    seconds, least = taken.seconds / ROUNDS, taken.floor_seconds / ROUNDS
    return replace(
        taken, size=1, seconds=seconds, floor_seconds=least, ratio=seconds / min(least + MORE, MOST)
    )


def _slow(name: str, client: Client, url: str, floor: Callable[[], HttpResponse]) -> Result:
    taken = _page(f"{name}（上限0.1秒）", client, url, floor)
    return replace(taken, ratio=taken.seconds / MOST)


def _plain(rows: Any, total: int) -> HttpResponse:
    return HttpResponse("<br>".join([str(total), *(" ".join(map(str, row)) for row in rows)]))


def _request() -> Any:
    return RequestFactory().get("/")


def _people(user: User) -> HttpResponse:
    _request()
    rows = Person.objects.visible_to(user).select_related("unit", "village").order_by("-pk")
    shown = [(row.name, row.id_no, row.sex, row.unit, row.village) for row in rows[:PAGE]]
    return _plain(shown, rows[:10_000].count())


def _benefits(user: User) -> HttpResponse:
    _request()
    related = ("applicant", "unit", "village", "household")
    rows = Benefit.objects.visible_to(user).select_related(*related).prefetch_related("terms")
    ordered = rows.order_by("-pk")
    shown = [(row.applicant.name, row.unit, row.village, len(row.terms.all())) for row in ordered[:PAGE]]
    return _plain(shown, ordered[:10_000].count())


def _households(user: User) -> HttpResponse:
    _request()
    related = ("head", "handling_unit", "village")
    rows = Household.objects.visible_to(user).select_related(*related).prefetch_related("members")
    ordered = rows.order_by("-pk")
    shown = [(row.head.name, row.no, row.village, len(row.members.all())) for row in ordered[:PAGE]]
    return _plain(shown, ordered[:10_000].count())


def _by_number(number: str) -> HttpResponse:
    _request()
    rows = Person.objects.filter(id_index=blind_index(number, "citizen_id")).select_related("village")
    return _plain([(row.name, row.village) for row in rows], 1)


def _one(pk: int) -> HttpResponse:
    _request()
    row = Person.objects.select_related("unit", "village").get(pk=pk)
    shown = [(member.household.no, member.relation) for member in row.memberships.select_related("household")]
    return _plain([(row.name, row.id_no, row.phone), *shown], 1)


def _sheet(pk: int) -> HttpResponse:
    _request()
    row = Submission.objects.select_related("unit", "county").get(pk=pk)
    return _plain([(key, cell) for key, cell in row.cells.items()], len(row.cells))


def _statements(client: Client) -> Result:
    """A list asks as many statements with one row a page as with all it shows."""
    counts = []
    for query in ("?q=", f"?q=&page_size={PAGE}"):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("cases:people") + query)
        counts.append(len(asked))
    most = max(counts)
    return Result("列表页语句条数（上限25）", most, 0.0, 0.0, most / STATEMENTS, 1.0, 0.0)
