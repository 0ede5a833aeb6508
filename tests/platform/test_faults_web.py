"""A web process dies in the middle of a write: nothing is half-saved, another takes its place, the next try works once."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Application
from salvation.flow.models import Transition
from salvation.web.services import new_token
from tests.databases import rows_of_everything
from tests.world import World

PATIENCE = 90
# What a request writes before its work begins: who was seen when.
OWN = frozenset({"django_session"})


@pytest.fixture
def server(world_copy: World, tmp_path: Path) -> Iterator["Server"]:
    """gunicorn with one worker on the copy of the world."""
    with _free_port() as held:
        port = held
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    given = {**os.environ, "DATABASE_URL": urlunsplit(address), "DEMO": "True", "MEDIA_ROOT": str(tmp_path)}
    command = [sys.executable, "-m", "gunicorn", "salvation.wsgi", "--workers", "1", "--threads", "2"]
    bind = ["--bind", f"127.0.0.1:{port}", "--log-level", "critical", "--timeout", "120"]
    process = subprocess.Popen([*command, *bind], env=given, cwd=settings.BASE_DIR)
    running = Server(port, process.pid)
    try:
        wait_for(running.answers)
        yield running
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        yield found.getsockname()[1]


def wait_for(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)


class Server:
    """A running web server, and one signed-in person's browser."""

    def __init__(self, port: int, master: int) -> None:
        self.port, self.master = port, master
        self.cookies: dict[str, str] = {}

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def workers(self) -> set[int]:
        """The processes that answer, as the system knows them."""
        told = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return {int(pid) for pid in told.split()}

    def sign_in(self, client: Client) -> None:
        self.cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Raises OSError when the answer never comes."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urlencode(form) if form else None
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            return answer.status, answer.read().decode()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            link.close()


@contextmanager
def held_up(table: str) -> Iterator[Callable[[], bool]]:
    """Nobody writes into the table meanwhile; tells whether somebody waits to."""
    held = psycopg2.connect(**connection.get_connection_params())
    try:
        with held.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')

            def waits() -> bool:
                # Of this table in this database: other tests wait on the same server.
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass AND database = "
                    "(SELECT oid FROM pg_database WHERE datname = current_database())",
                    [table],
                )
                return bool(cursor.fetchone()[0])

            yield waits
    finally:
        held.rollback()
        held.close()


def test_a_worker_killed_in_the_middle_of_a_step_leaves_nothing_and_the_next_try_counts_once(
    server: Server, world_copy: World
) -> None:
    waiting: Application = world_copy.one("Application")
    client = Client()
    client.force_login(world_copy.clerks["360722100"], backend="django.contrib.auth.backends.ModelBackend")
    server.sign_in(client)
    address = reverse("web:step", args=["application", waiting.pk, "accept"])
    status, page = server.ask("GET", address)
    assert status == 200
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    form = {
        "csrfmiddlewaretoken": found[1], "_once": new_token(), "_act": "confirmed", "comment": "材料齐全"
    }  # fmt: skip
    before, (worker,) = rows_of_everything(OWN), server.workers()
    with held_up("flow_transition") as waits:
        child = os.fork()
        if child == 0:
            try:
                server.ask("POST", address, form)
            except OSError:
                os._exit(7)
            os._exit(0)
        wait_for(waits)
        os.kill(worker, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7, "the request was cut off"
    wait_for(server.answers)
    assert server.workers() != {worker}
    assert rows_of_everything(OWN) == before
    waiting.refresh_from_db()
    assert waiting.state == "SUBMITTED"
    assert [server.ask("POST", address, form)[0] for _ in range(2)] == [302, 302]
    steps = Transition.objects.filter(flow="application", subject_id=waiting.pk, step="accept")
    assert steps.count() == 1
