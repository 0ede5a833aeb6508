"""Put a backup back: verified first, into an empty place, all of it or nothing, and proved afterwards."""

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.journal.services import begin_epoch, record, seal_entries, verify
from salvation.upkeep import manifest
from salvation.upkeep.alone import alone
from salvation.upkeep.backup import counts_of
from salvation.upkeep.streams import Reader, chunks, key_from
from salvation.upkeep.tools import address, tool


@dataclass(slots=True)
class Restored:
    """What came of a restore, for the one who watches it."""

    rows: int = 0
    files: int = 0
    sealed_entries: int = 0
    notes: list[str] = field(default_factory=list)


def restore_backup(
    *, folder: Path, key_file: Path | None, replace: str, actor: Any, now: datetime
) -> Restored:
    """Restore into an empty database and files folder.

    A used one is refused unless ``replace`` is the database's name: then the present tables and files are put aside, not
    removed, and come back when the restore fails. Raises Refusal; Tampered when the restored journal does not verify.
    """
    secret = key_from(key_file)
    found = manifest.read(folder, secret)
    outcome = Restored()
    with alone("备份、恢复或更换密钥"), _empty_place(replace, now, outcome):
        _load_database(folder, secret)
        _load_files(folder, secret)
        _check_counts(found)
    outcome.rows, outcome.files = sum(found.counts.values()), len(_stored())
    outcome.notes += [*_missing_files(), *_version_notes(found)]
    begin_epoch()
    outcome.sealed_entries, _ = verify()
    facts = {"name": folder.name, "rows": outcome.rows, "file": outcome.files}
    record(actor=actor, action="backup.restore", facts=facts)
    seal_entries()
    return outcome


@contextmanager
def _empty_place(replace: str, now: datetime, outcome: Restored) -> Iterator[None]:
    """Make room; put everything back as it was when the restore fails."""
    root, tables = Path(settings.MEDIA_ROOT), _tables()
    if not tables and not _stored():
        root.mkdir(parents=True, exist_ok=True)
        with _undone(None, None):
            yield
        return
    name = str(connection.settings_dict["NAME"])
    if replace != name:
        raise Refusal(
            f"数据库 {name} 中已有 {len(tables)} 张表，附件文件夹中已有 {len(_stored())} 个文件，不能覆盖。请恢复到空数据库；"
            f"确要替换时加 --replace {name}：现有内容改名保留，不删除"
        )
    stamp = f"{timezone.localtime(now):%Y%m%d%H%M%S}"
    schema, files = f"before_restore_{stamp}", root.with_name(f"{root.name}.before-{stamp}")
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA public RENAME TO "{schema}"; CREATE SCHEMA public')
    if root.exists():
        root.rename(files)
    root.mkdir(parents=True)
    with _undone(schema, files if files.exists() else None):
        yield
    outcome.notes.append(
        f'原有的表在 {schema} 中，原有附件在 {files}；核对无误后执行 DROP SCHEMA "{schema}" CASCADE 并删除该文件夹'
    )


@contextmanager
def _undone(schema: str | None, files: Path | None) -> Iterator[None]:
    """On any failure: away with what was loaded, back with what was put aside."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            _put_back(schema, files)


def _put_back(schema: str | None, files: Path | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute(f'ALTER SCHEMA "{schema}" RENAME TO public' if schema else "CREATE SCHEMA public")
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if files is not None:
        root.rmdir()
        files.rename(root)


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        return [row[0] for row in cursor.fetchall()]


def _stored() -> list[Path]:
    root = Path(settings.MEDIA_ROOT)
    return [path for path in root.rglob("*") if path.is_file()] if root.is_dir() else []


def _load_database(folder: Path, secret: bytes | None) -> None:
    """One transaction: a restore that fails leaves an empty database."""
    options, environment = address()
    command = [tool("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    process = subprocess.Popen(
        [*command, *options], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdin and process.stderr  # noqa: S101 - both are pipes
        try:
            for content in chunks(folder / manifest.DATABASE, secret):
                process.stdin.write(content)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended early and says why
        told = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise Refusal(f"数据库恢复没有完成，未保留任何内容：{told.strip()[:500]}")


def _load_files(folder: Path, secret: bytes | None) -> None:
    with tarfile.open(fileobj=Reader(folder / manifest.FILES, secret), mode="r|") as archive:
        archive.extractall(settings.MEDIA_ROOT, filter="data")


def _check_counts(found: manifest.Manifest) -> None:
    with connection.cursor() as cursor:
        present = counts_of(cursor)
    wrong = [name for name, count in found.counts.items() if present.get(name) != count]
    if wrong:
        raise Refusal(f"恢复后的行数与备份清单不符：{'、'.join(wrong[:5])}，未保留任何内容")


def _missing_files() -> list[str]:
    """Rows that name a file which is not in the store."""
    present, missing = {path.name for path in _stored()}, 0
    for model in apps.get_models():
        if any(field.name == "stored_as" for field in model._meta.concrete_fields):
            named = model._base_manager.exclude(stored_as="").values_list("stored_as", flat=True)
            missing += sum(name not in present for name in named)
    return [f"有 {missing} 个附件在备份时已不在存储中"] if missing else []


def _version_notes(found: manifest.Manifest) -> list[str]:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    notes = []
    if newer := sorted(set(found.migrations) - known):
        notes.append(
            f"备份来自更新的版本（{found.version}），本版本不认识 {len(newer)} 项迁移，请先升级程序再使用"
        )
    if known - set(found.migrations):
        notes.append("备份来自较旧的版本，请接着执行 manage.py migrate")
    return notes
