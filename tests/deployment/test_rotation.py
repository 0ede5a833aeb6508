"""Changing the sealing key: everything moves, history too, nothing else changes, and it may be interrupted."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Declaration, Person
from salvation.files.models import Attachment
from salvation.files.services import load
from salvation.journal.models import Entry
from salvation.journal.services import seal_entries, verify
from salvation.vault import facts as sealed_facts
from salvation.vault import rotation
from salvation.vault.crypto import keyring
from salvation.vault.management.commands.rotate_keys import Command
from salvation.vault.rotation import remaining, sealed_tables
from tests.databases import rows_of_everything
from tests.world import World

OLD = 1
NEW = "2:" + "5c" * 16


@pytest.fixture
def two_keys(world_copy: World, settings: Any) -> Iterator[Any]:
    """The ring after a second key was added; history of a person and of a declaration stands under the first."""
    Person.objects.filter(phone__isnull=False).update(name="改名")
    settings.VAULT_KEYS = f"{settings.VAULT_KEYS},{NEW}"
    keyring.cache_clear()
    yield settings
    keyring.cache_clear()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def opened() -> tuple[Any, ...]:
    """Everything that matters, in the clear."""
    people = [
        (p.id_no.plain(), str(p.phone and p.phone.plain())) for p in Person.objects.order_by("pk") if p.id_no
    ]
    facts = [sealed_facts.load(d.facts) for d in Declaration.objects.order_by("pk")]
    return people, facts, [load(a.stored_as) for a in Attachment.objects.order_by("pk")]


def test_every_sealed_column_of_the_database_is_known_to_the_rotation(world_copy: World) -> None:
    """A column of bytes that no SealedField declares would be left under the old key unseen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name::text, column_name::text FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'bytea' AND table_name IN "
            "(SELECT relname FROM pg_class WHERE NOT relispartition)"
        )
        present = set(cursor.fetchall())
    known = {(table.name, column) for table in sealed_tables() for column, _ in table.kinds}
    assert present == known
    assert ("cases_personevent", "id_no") in known


def test_after_the_rotation_the_old_key_may_go(two_keys: Any) -> None:
    before, rows = opened(), rows_of_everything(frozenset({"journal_entry"}))
    assert remaining()[OLD]["cases_personevent"] > 0
    with pytest.raises(CommandError, match="不要从 VAULT_KEYS 中删除旧密钥"):
        run("--check")
    assert "可以从 VAULT_KEYS 中删除" in run()
    assert set(remaining()) == {2}
    two_keys.VAULT_KEYS = NEW
    keyring.cache_clear()
    assert "全部内容都在第 2 号密钥下" in run("--check")
    assert opened() == before
    assert rows_of_everything(frozenset({"journal_entry"})) == rows, "row history notes no change"
    seal_entries()
    assert sum(verify()) > 0
    assert Entry.objects.filter(action="vault.rotate").count() == 2


def test_an_interrupted_rotation_goes_on_where_it_stopped(
    two_keys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, tables = opened(), []

    def stop(where: str, done: int, total: int) -> None:
        tables.append(where)
        if len(tables) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(actor=None, progress=stop)
    assert set(remaining()) == {OLD, 2}
    assert opened() == before
    again: list[str] = []
    rotation.rotate(actor=None, progress=lambda where, done, total: again.append(where))
    assert not set(again) & set(tables[:2])
    assert set(remaining()) == {2}
    assert opened() == before


def test_a_value_whose_key_is_missing_stops_it_with_words(two_keys: Any) -> None:
    two_keys.VAULT_KEYS = NEW
    keyring.cache_clear()
    with pytest.raises(CommandError, match="打不开"):
        run()


def test_the_index_key_is_never_changed_silently() -> None:
    assert "INDEX_KEY" in Command.help
    assert "rotate_index" in Command.help
