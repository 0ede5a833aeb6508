"""Fifty clerks at once for a minute, beside as many on Django admin's list of the same table: the 95th percentile.

Each clerk opens a page, reads for a second or two and goes on. Any answer but 200 fails the run.
"""

import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from django.test import Client

from cases.models import Person
from salvation.accounts.models import User
from salvation.units.models import Unit
from tests.bench.measure import Result, peak_mb

CLERKS, SECONDS, THINKING = 50, 60, (1.0, 2.0)
BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGES = (
    "/",
    "/cases/people/",
    "/cases/benefits/",
    "/cases/applications/",
    "/cases/people/?q=张",
    "/cases/people/{pk}/",
)
ADMIN = ("/admin/cases/person/", "/admin/cases/person/?p=2")


def run(county: Unit) -> list[Result]:
    people = list(Person.objects.filter(unit__county=county).values_list("pk", flat=True)[:200])
    users = list(User.objects.filter(posts__role="COUNTY_CLERK", posts__unit=county).distinct()[:CLERKS])
    cookies = [_session(users[number % len(users)]) for number in range(CLERKS)]
    with serving("salvation.settings") as port:
        ours = _minute(port, cookies, PAGES, people)
    with serving("tests.bench.admin_settings") as port:
        admins = _minute(port, cookies, ADMIN, people)
    mine, least = (statistics.quantiles(taken, n=20)[-1] for taken in (ours, admins))
    return [
        Result(
            "50名经办同时操作60秒（95%响应）", len(ours), mine, least, mine / least, 1.5, round(peak_mb(), 1)
        )
    ]


def _session(user: User) -> str:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies["sessionid"].value


@contextmanager
def serving(settings: str) -> Iterator[int]:
    """The web server as ``make run`` starts it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "salvation.wsgi", "--log-level", "warning", "--bind", f"127.0.0.1:{port}",
        "--workers", "2", "--threads", "4", "--timeout", "120",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, "DJANGO_SETTINGS_MODULE": settings})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _minute(port: int, cookies: Sequence[str], pages: Sequence[str], people: Sequence[int]) -> list[float]:
    taken: list[float] = []
    failed: list[str] = []
    until = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=_clerk, args=(number, port, cookie, pages, people, until, taken, failed))
        for number, cookie in enumerate(cookies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise AssertionError(f"{len(failed)} of {len(taken)} requests failed: {failed[:3]}")
    return taken


def _clerk(
    number: int, port: int, cookie: str, pages: Sequence[str], people: Sequence[int], until: float,
    taken: list[float], failed: list[str],
) -> None:  # fmt: skip
    rng = random.Random(number)
    time.sleep(rng.uniform(0, THINKING[1]))
    while time.monotonic() < until:
        path = rng.choice(pages).format(pk=rng.choice(people)).replace("张", "%E5%BC%A0")
        begun = time.perf_counter()
        if said := _ask(port, path, cookie):
            failed.append(said)
        taken.append(time.perf_counter() - begun)
        time.sleep(rng.uniform(*THINKING))


def _ask(port: int, path: str, cookie: str) -> str:
    """Empty when the page came."""
    link = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        link.request("GET", path, headers={"Cookie": f"sessionid={cookie}"})
        answer = link.getresponse()
        answer.read()
        return "" if answer.status == 200 else f"{path} answers {answer.status}"
    except (HTTPException, OSError) as error:
        return f"{path}: {error}"
    finally:
        link.close()
