"""Loaded first (see addopts): servers and environment of the tests, before settings are read."""

import os
from pathlib import Path

from salvation.embedded import ensure_servers

os.environ.setdefault("DATA_DIR", str(Path(__file__).resolve().parent.parent / ".data-test"))
os.environ.setdefault("TASKS_EAGER", "True")
os.environ.setdefault("ALLOW_TEST_ID", "True")
# Runs beside each other do not share a database.
os.environ.setdefault("TEST_DATABASE", f"test_{os.getpid()}")
ensure_servers()
# Nor a cache, which every test empties: a database of Redis for each worker, after the one of the queue.
worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
if os.environ["REDIS_URL"].startswith("unix://"):
    os.environ["CACHE_URL"] = f"{os.environ['REDIS_URL']}?db={1 + int(worker.removeprefix('gw')) % 14}"
# Whitenoise warns about a missing directory.
(Path(os.environ["DATA_DIR"]) / "static").mkdir(exist_ok=True)
