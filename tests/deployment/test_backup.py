"""Backup and restore as a bureau does them: whole, proved, refused when anything does not fit."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from cases.models import Person
from salvation.domain.errors import Refusal
from salvation.files.models import Attachment
from salvation.files.services import load
from salvation.journal.models import Entry, Epoch
from salvation.journal.services import begin_epoch, record, seal_entries, verify
from salvation.upkeep import backup as making
from salvation.upkeep import restore as restoring
from salvation.upkeep.alone import LOCK
from salvation.vault.crypto import keyring
from tests.databases import rows_of_everything, stored_files
from tests.server import inside, on_server
from tests.world import World

# What the commands themselves write.
OWN = frozenset({"journal_entry", "journal_seal", "journal_epoch"})


def run(*arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def backup(world_copy: World, tmp_path: Path) -> Path:
    """A backup of the world."""
    seal_entries()
    run("backup", tmp_path / "backups")
    (made,) = (tmp_path / "backups").iterdir()
    return made


@contextmanager
def elsewhere(folder: Path) -> Iterator[None]:
    """Stand in an empty database and an empty files folder."""
    name = f"{connection.settings_dict['NAME']}_empty"
    on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    try:
        with inside(name), override_settings(MEDIA_ROOT=folder / "restored"):
            yield
    finally:
        on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def facts() -> tuple[dict[str, int], set[str], list[str], bytes]:
    """Rows of everything, files, clear ID numbers, and a paper opened."""
    numbers = [person.id_no.plain() for person in Person.objects.order_by("pk") if person.id_no]
    paper = Attachment.objects.order_by("pk").first()
    assert paper is not None
    return rows_of_everything(OWN), stored_files(), numbers, load(paper.stored_as)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_what_was_backed_up_comes_back_whole_in_another_database(
    encrypted: bool, world_copy: World, tmp_path: Path
) -> None:
    before = facts()
    key = ["--key-file", tmp_path / "backup.key"] if encrypted else []
    (tmp_path / "backup.key").write_text("a long pass phrase of the bureau\n")
    seal_entries()
    told = run("backup", tmp_path / "backups", *key)
    assert "备份不含密钥" in told
    (made,) = (tmp_path / "backups").iterdir()
    with elsewhere(tmp_path):
        assert "日志完整" in run("restore", made, *key)
        assert facts() == before
        assert sum(verify()) > 0
        assert Entry.objects.filter(action="backup.restore").count() == 1


def test_a_backup_names_its_parts_and_holds_no_key(backup: Path) -> None:
    text = (backup / "manifest.json").read_text()
    told = json.loads(text)
    assert [part["name"] for part in told["parts"]] == ["database.dump", "files.tar"]
    assert told["counts"]["cases_person"] == Person.objects.count()
    keys, _ = keyring()
    for secret in (settings.SECRET_KEY, settings.INDEX_KEY, *(key.hex() for key in keys.values())):
        for path in backup.iterdir():
            assert secret.encode() not in path.read_bytes()


def test_an_encrypted_backup_opens_with_its_key_file_only(world_copy: World, tmp_path: Path) -> None:
    right, wrong, short = (tmp_path / name for name in ("right", "wrong", "short"))
    right.write_text("a long pass phrase of the bureau")
    wrong.write_text("another long pass phrase of it")
    short.write_text("short")
    run("backup", tmp_path / "backups", "--key-file", right)
    (made,) = (tmp_path / "backups").iterdir()
    assert b"PGDMP" not in (made / "database.dump").read_bytes()[:64]
    with elsewhere(tmp_path):
        for given, words in (
            ([], "已加密"),
            (["--key-file", wrong], "不符"),
            (["--key-file", short], "太短"),
        ):
            with pytest.raises(CommandError, match=words):
                run("restore", made, *given)
        assert rows_of_everything_or_nothing() == {}


def rows_of_everything_or_nothing() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return rows_of_everything() if cursor.fetchone()[0] else {}


@pytest.mark.parametrize("part", ["database.dump", "files.tar", "manifest.json"])
@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    part: str, harm: str, backup: Path, tmp_path: Path
) -> None:
    content = bytearray((backup / part).read_bytes())
    if harm == "gone":
        (backup / part).unlink()
    elif harm == "cut":
        (backup / part).write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 0x55
        (backup / part).write_bytes(content)
    with elsewhere(tmp_path):
        with pytest.raises(CommandError, match=r"备份|清单|VAULT_KEYS|INDEX_KEY"):
            run("restore", backup)
        assert rows_of_everything_or_nothing() == {}


def test_a_backup_of_other_keys_is_refused_with_the_name_of_the_key(
    backup: Path, tmp_path: Path, settings: Any
) -> None:
    settings.VAULT_KEYS = f"1:{'ab' * 16}"
    keyring.cache_clear()
    try:
        with elsewhere(tmp_path), pytest.raises(CommandError, match="VAULT_KEYS"):
            run("restore", backup)
    finally:
        keyring.cache_clear()


def test_a_used_database_is_not_overwritten_by_mistake(backup: Path) -> None:
    before = facts()
    with pytest.raises(CommandError, match="不能覆盖"):
        run("restore", backup)
    with pytest.raises(CommandError, match="不能覆盖"):
        run("restore", backup, "--replace", "another")
    assert facts() == before


def test_replacing_keeps_what_was_there_aside(backup: Path) -> None:
    before, name = facts(), str(connection.settings_dict["NAME"])
    Person.objects.update(name="改坏了")
    told = run("restore", backup, "--replace", name)
    assert "before_restore_" in told
    assert facts() == before
    assert not Person.objects.filter(name="改坏了").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'before_restore_%%'")
        (aside,) = cursor.fetchone()
        cursor.execute(f'SELECT count(*) FROM "{aside}".cases_person WHERE name = %s', ["改坏了"])  # noqa: S608
        assert cursor.fetchone()[0] == Person.objects.count()


def test_a_restore_that_fails_brings_back_what_was_there(
    backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facts()
    monkeypatch.setattr(restoring, "_load_files", lambda *_: (_ for _ in ()).throw(Refusal("磁盘已满")))
    with pytest.raises(CommandError, match="磁盘已满"):
        run("restore", backup, "--replace", str(connection.settings_dict["NAME"]))
    assert facts() == before


def test_a_backup_that_fails_leaves_no_folder_that_looks_like_one(
    world_copy: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_dump_files", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(CommandError, match="写不了备份文件夹"):
        run("backup", tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_only_the_newest_backups_are_kept_and_nothing_else_is_touched(backup: Path, tmp_path: Path) -> None:
    folder = backup.parent
    for name in ("20220101-020000", "20220102-020000"):
        shutil.copytree(backup, folder / name)
    (folder / "20200101-000000").mkdir()
    (folder / "notes").mkdir()
    assert making.prune(folder, 2) == ["20220101-020000"]
    assert {path.name for path in folder.iterdir()} == {
        "20220102-020000", backup.name, "20200101-000000", "notes",
    }  # fmt: skip


def test_two_backups_at_once_do_not_mix(world_copy: World, tmp_path: Path) -> None:
    other = psycopg2.connect(**connection.get_connection_params())
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CommandError, match="另一个"):
            run("backup", tmp_path / "backups")
    other.close()


def test_the_journal_goes_on_verifying_in_a_server_that_counts_transactions_anew(db: None) -> None:
    """A new server begins at a few hundred; the entries of the old one stand at millions."""
    record(actor=None, action="backup.make", facts={"name": "old"})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_entry (at, xid, actor_name, action, subject_type, facts, address) "
            "SELECT at, xid + 1000000000, actor_name, action, subject_type, facts, address FROM journal_entry"
        )
    shift = begin_epoch()
    assert shift > 900000000
    entry = record(actor=None, action="backup.restore", facts={"name": "new"})
    entry.refresh_from_db()
    assert entry.xid == max(Entry.objects.values_list("xid", flat=True))
    assert begin_epoch() >= shift
    assert Epoch.objects.exists()
