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
# Whitenoise warns about a missing directory.
(Path(os.environ["DATA_DIR"]) / "static").mkdir(exist_ok=True)
