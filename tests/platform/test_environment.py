"""Starting: variables that cannot be understood stop the start, secrets are made once and kept private."""

import os
import stat
from pathlib import Path

import pytest
from django.db import connection

from salvation import embedded
from salvation import environment as env
from salvation.domain.month import Month
from salvation.environment import BadEnvironment
from salvation.partitions import ensure_partition

NAME = "SALVATION_TEST_VARIABLE"


@pytest.mark.parametrize("raw", ["true", "1", "yes", "FALSE", " True"])
def test_a_switch_that_is_neither_true_nor_false_stops_the_start(
    raw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, raw)
    with pytest.raises(BadEnvironment, match=NAME):
        env.flag(NAME, False)


def test_switches_numbers_and_words_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (env.flag(NAME, True), env.number(NAME, 7), env.words(NAME, "a, b,,")) == (True, 7, ["a", "b"])
    monkeypatch.setenv(NAME, "True")
    assert env.flag(NAME, False)
    monkeypatch.setenv(NAME, "12")
    assert env.number(NAME, 7) == 12
    monkeypatch.setenv(NAME, "12s")
    with pytest.raises(BadEnvironment, match="whole number"):
        env.number(NAME, 7)


def test_a_secret_comes_from_its_file_which_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    path.write_text("  s3cret\n")
    monkeypatch.setenv(NAME, "from the environment")
    assert env.secret(NAME) == "from the environment"
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    assert env.secret(NAME) == "s3cret"
    path.unlink()
    with pytest.raises(BadEnvironment, match=NAME):
        env.secret(NAME)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory nobody used yet."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name in ("SECRET_KEY", "VAULT_KEYS", "INDEX_KEY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", "")
    return tmp_path


def test_secrets_are_made_once_and_for_the_owner_only(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded.ensure_secrets()
    made = {path.name: path.read_text() for path in (fresh / "secrets").iterdir()}
    assert set(made) == {"secret_key", "vault_keys", "index_key"}
    assert made["vault_keys"].startswith("1:")
    for path in (fresh / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for name in ("SECRET_KEY", "VAULT_KEYS", "INDEX_KEY"):
        monkeypatch.setenv(f"{name}_FILE", "")
    embedded.ensure_secrets()
    assert {path.name: path.read_text() for path in (fresh / "secrets").iterdir()} == made


def test_given_secrets_are_left_alone(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEX_KEY", "ab" * 32)
    embedded.ensure_secrets()
    assert not (fresh / "secrets" / "index_key").exists()
    assert os.environ["INDEX_KEY"] == "ab" * 32


def test_configured_servers_are_not_started(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/salvation")
    monkeypatch.setenv("REDIS_URL", "redis://cache/0")
    monkeypatch.setattr(embedded, "start_postgres", lambda: pytest.fail("started"))
    monkeypatch.setattr(embedded, "start_redis", lambda: pytest.fail("started"))
    embedded.ensure_servers()


def test_importing_settings_starts_nothing() -> None:
    source = (embedded.BASE_DIR / "salvation" / "settings.py").read_text(encoding="utf-8")
    assert "ensure_servers" not in source


def test_a_month_gets_its_partition_once(db: None) -> None:
    for _ in range(2):
        ensure_partition("cases_benefitsnapshot", Month(2031, 5))
    assert tables().count("cases_benefitsnapshot_203105") == 1


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        return [row[0] for row in cursor.fetchall()]
