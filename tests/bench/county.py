"""The county that is measured: a database of its own, filled by the demo seeders, and the clean-up between runs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.db import connection, transaction

from tests.bench.measure import timed

ROOT = Path(__file__).resolve().parent.parent.parent
UNITS = ROOT / "salvation" / "units" / "data"
DATABASE = "salvation_bench"
COUNTY = "360722"


def create_database() -> str:
    """Make an empty database beside the configured one, which is never touched; returns its URL."""
    server = os.environ["DATABASE_URL"]
    _administer(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", f"CREATE DATABASE {DATABASE}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))


def drop_database(server: str) -> None:
    _administer(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _administer(server: str, *statements: str) -> None:
    link = psycopg2.connect(server)
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        link.close()


def manage(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )


def fill_database(scale: float) -> None:
    """信丰县 with 12,000 × ``scale`` households and twelve months of history."""
    manage("migrate", "--verbosity", "0")
    manage("load_units", str(UNITS / "360722-信丰县.csv"), str(UNITS / "360722-信丰县-填报单位.csv"))
    manage("seed_demo", "--scale", str(scale))


def tidy(*tables: str) -> None:
    """Remove the dead rows of runs rolled back and tell the planner how things stand, for both sides alike."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def undone(work: Callable[[], object], *tables: str) -> float:
    """Seconds of one run with every deferred check made, then rolled back and tidied up."""

    def whole() -> None:
        work()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with transaction.atomic():
        seconds = timed(whole)
        transaction.set_rollback(True)
    tidy(*tables)
    return seconds
