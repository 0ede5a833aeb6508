"""Typed readers of environment variables.

A value that cannot be understood stops the start with a sentence that says which variable is wrong:
a setting that is silently false is how systems are left open. A secret may also come from the file
named by ``<NAME>_FILE``, which must then exist.
"""

import os
from collections.abc import Mapping
from pathlib import Path


class BadEnvironment(Exception):
    """A variable is missing or cannot be read."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name, "")
    if raw == "":
        return default
    if raw not in {"True", "False"}:
        raise BadEnvironment(f"{name} must be True or False, not {raw!r}")
    return raw == "True"


def number(name: str, default: int) -> int:
    raw = os.environ.get(name, "")
    if raw == "":
        return default
    if not raw.isdigit():
        raise BadEnvironment(f"{name} must be a whole number, not {raw!r}")
    return int(raw)


def words(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def secret(name: str) -> str:
    """The value of NAME, or the content of the file that NAME_FILE names; '' when neither is set."""
    file_name = os.environ.get(f"{name}_FILE", "")
    if not file_name:
        return os.environ.get(name, "")
    path = Path(file_name)
    if not path.is_file():
        raise BadEnvironment(f"{name}_FILE names {file_name}, which is not a file")
    return path.read_text(encoding="utf-8").strip()


def refuse_unfit(*, on: Mapping[str, bool], secrets: Mapping[str, str]) -> None:
    """Stop a real installation whose switches or keys are those of a trial. Raises BadEnvironment naming all of them."""
    wrong = [f"{name} must be False" for name, value in on.items() if value]
    wrong += [f"{name} is missing or too short" for name, value in secrets.items() if len(value) < 32]
    if wrong:
        raise BadEnvironment(f"TLS=True is for real installations: {'; '.join(wrong)}")
