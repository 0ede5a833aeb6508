"""Make a backup: the database in one snapshot, then the sealed files, then a manifest; whole or not there at all."""

import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.upkeep import manifest
from salvation.upkeep.alone import alone
from salvation.upkeep.manifest import Part
from salvation.upkeep.streams import Writer, key_from
from salvation.upkeep.tools import address, tool

NAME = re.compile(r"^\d{8}-\d{6}$")
READ = 1 << 20


def make_backup(*, folder: Path, key_file: Path | None, keep: int | None, actor: Any, now: datetime) -> Path:
    """Back up into a new folder under ``folder`` named by the time; afterwards keep the newest ``keep`` only.

    Raises Refusal with what failed; nothing half-made keeps the name of a backup then.
    """
    secret = key_from(key_file)
    made = folder / f"{timezone.localtime(now):%Y%m%d-%H%M%S}"
    partial = folder / f".{made.name}.part"
    with alone("备份、恢复或更换密钥"):
        try:
            partial.mkdir(parents=True, mode=0o700)
            found = _fill(partial, secret, now)
            partial.rename(made)
        except OSError as error:
            raise Refusal(f"写不了备份文件夹 {folder}：{error.strerror or error}") from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    size = sum(part.size for part in found.parts)
    record(
        actor=actor,
        action="backup.make",
        facts={"name": made.name, "rows": sum(found.counts.values()), "size": size},
    )
    if keep is not None:
        prune(folder, keep)
    return made


def _fill(folder: Path, secret: bytes | None, now: datetime) -> manifest.Manifest:
    """The database first: a file is on the disk before the row that names it, so every row of the dump has its file."""
    with _snapshot() as (snapshot, counts, server):
        parts = [_dump_database(folder, secret, snapshot)]
    parts.append(_dump_files(folder, secret))
    found = manifest.describe(
        made_at=timezone.localtime(now).isoformat(timespec="seconds"),
        server=server,
        encrypted=secret is not None,
        counts=counts,
        parts=parts,
    )
    manifest.write(folder, found, secret)
    return found


@contextmanager
def _snapshot() -> Iterator[tuple[str, dict[str, int], str]]:
    """A snapshot of the database that the dump shares, and the rows of every table in it."""
    # A connection of its own: the caller's may be inside a transaction.
    held = psycopg2.connect(**connection.get_connection_params())
    try:
        held.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with held.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            snapshot, server = cursor.fetchone()
            yield str(snapshot), counts_of(cursor), str(server)
    finally:
        held.close()


def counts_of(cursor: Any) -> dict[str, int]:
    """Rows of every table (a partitioned one counts as a whole)."""
    cursor.execute(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND NOT relispartition ORDER BY 1"
    )
    names, counts = [row[0] for row in cursor.fetchall()], {}
    for name in names:
        cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - names of our own tables
        counts[name] = int(cursor.fetchone()[0])
    return counts


def _dump_database(folder: Path, secret: bytes | None, snapshot: str) -> Part:
    options, environment = address()
    command = [tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    command.append("--exclude-schema=before_restore_*")
    with Writer(folder / manifest.DATABASE, secret) as writer:
        process = subprocess.Popen(
            [*command, *options], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        with process:
            assert process.stdout and process.stderr  # noqa: S101 - both are pipes
            while content := process.stdout.read(READ):
                writer.write(content)
            told = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise Refusal(f"数据库导出没有完成：{told.strip()[:500]}")
    return Part(manifest.DATABASE, writer.size, writer.sha256)


def _dump_files(folder: Path, secret: bytes | None) -> Part:
    """The sealed files as they lie; they stay sealed in the backup, whether it is encrypted or not."""
    root = Path(settings.MEDIA_ROOT)
    with (
        Writer(folder / manifest.FILES, secret) as writer,
        tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if path.is_file() and path.suffix != ".part":
                archive.add(path, arcname=path.relative_to(root).as_posix(), recursive=False)
    return Part(manifest.FILES, writer.size, writer.sha256)


def prune(folder: Path, keep: int) -> list[str]:
    """Remove all but the newest ``keep`` whole backups; returns the names removed. Other folders are left alone."""
    whole = sorted(
        path for path in folder.iterdir() if NAME.match(path.name) and (path / manifest.FILE).is_file()
    )
    old = whole[: max(len(whole) - keep, 0)]
    for path in old:
        shutil.rmtree(path)
    return [path.name for path in old]
