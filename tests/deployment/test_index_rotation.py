"""Changing the key of blind indexes: people are found before, during and after; it may be killed and goes on."""

import os
import signal
from collections.abc import Iterator
from io import StringIO
from threading import Timer
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from cases.models import PayAccount, Person
from salvation.journal.models import Entry
from salvation.journal.services import record, verify
from salvation.vault import crypto, index_rotation
from salvation.vault.crypto import blind_index, fingerprint, index_keys
from salvation.vault.index_rotation import indexed_columns, turn, unturned
from salvation.vault.models import IndexTurn, TurnedIndex
from salvation.vault.turning import LOCK
from tests.databases import rows_of_everything
from tests.sealing import seal_all
from tests.world import World

NEW = "7e" * 32
OWN = frozenset({"journal_entry", "journal_seal", "vault_turnedindex", "vault_indexturn"})


@pytest.fixture
def two_keys(world_copy: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Both keys known, history of people under the old one, portions of a few."""
    Person.objects.filter(phone__isnull=False).update(name="改名")
    monkeypatch.setattr(index_rotation, "PORTION", 2)
    settings.OLD = settings.INDEX_KEY
    settings.INDEX_KEY = f"{settings.OLD},{NEW}"
    crypto.index_keys.cache_clear()
    yield settings
    crypto.index_keys.cache_clear()


def only(settings: Any, key: str, retired: str = "") -> None:
    settings.INDEX_KEY, settings.INDEX_KEYS_RETIRED = key, retired
    crypto.index_keys.cache_clear()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_index", *arguments, stdout=out)
    return out.getvalue()


def found() -> dict[int, int | None]:
    """By person, whom his number finds."""
    people = [person for person in Person.objects.all() if person.id_no]
    return {
        person.pk: Person.objects.filter(id_index=blind_index(person.id_no.plain(), "citizen_id")).values_list("pk", flat=True).first()
        for person in people
    }  # fmt: skip


def test_every_column_of_fingerprints_has_the_sealed_column_it_was_made_of(world_copy: World) -> None:
    """What is worked out anew from the sealed value is what was worked out from the clear one."""
    (key,) = index_keys()
    with connection.cursor() as cursor:
        for column in indexed_columns():
            cursor.execute(
                f'SELECT "{column.index}", "{column.sealed}" FROM "{column.table}" '  # noqa: S608
                f'WHERE "{column.index}" IS NOT NULL'
            )
            for index, sealed in cursor.fetchall():
                plain = crypto.unseal(bytes(sealed), column.kind)
                assert fingerprint(key, plain, column.kind) == index_rotation._uuid(index), column.table
    tables = {column.table for column in indexed_columns()}
    assert {"cases_person", "cases_personevent", "cases_payaccount", "funds_payline"} <= tables


def test_people_are_found_before_during_and_after(two_keys: Any) -> None:
    whole = {pk: pk for pk in found()}
    rows = rows_of_everything(OWN)
    assert len(whole) > 3
    assert found() == whole
    halves: list[dict[int, int | None]] = []
    turn(actor=None, progress=lambda table, turned: halves.append(found()))
    assert len(halves) > 2
    assert all(half == whole for half in halves)
    assert found() == whole
    assert unturned() == {}
    assert rows_of_everything(OWN) == rows, "row history notes no change"
    assert "全部检索指纹都在新密钥下" in run("--check")
    only(two_keys, NEW, two_keys.OLD)
    assert found() == whole


def test_two_rows_of_one_person_turn_together(two_keys: Any) -> None:
    """A pay line finds its account by fingerprint at any moment."""
    asked = (
        "SELECT count(*) FROM funds_payline l JOIN cases_payaccount a ON a.number_index = l.account_index "
        "JOIN cases_person p ON p.id_index = l.id_index"
    )

    def joined() -> int:
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return int(cursor.fetchone()[0])

    before, during = joined(), []
    assert before > 0
    turn(actor=None, progress=lambda table, turned: during.append(joined()))
    assert set(during) == {before}


def test_it_is_not_done_before_it_is_done(two_keys: Any) -> None:
    with pytest.raises(CommandError, match="不要删去旧密钥"):
        run("--check")
    run()
    assert IndexTurn.objects.get().done
    assert Entry.objects.filter(action="vault.turn").count() == 2


def test_one_key_alone_is_refused_with_words(world_copy: World) -> None:
    with pytest.raises(CommandError, match="旧密钥,新密钥"):
        run()


def test_killed_in_the_middle_it_goes_on_where_it_stopped(two_keys: Any) -> None:
    whole = {pk: pk for pk in found()}
    heard: list[int] = []

    def die(table: str, turned: int) -> None:
        heard.append(turned)
        if len(heard) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    connections.close_all()
    child = os.fork()
    if child == 0:
        turn(actor=None, progress=die)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    turned = TurnedIndex.objects.count()
    assert turned > 0
    assert not IndexTurn.objects.get().done
    assert found() == whole
    people = Person.objects.exclude(id_index=None).count()
    again = turn(actor=None, progress=lambda table, count: None)
    assert again > 0
    assert again + turned == TurnedIndex.objects.count() >= people
    assert found() == whole


def test_somebody_registered_meanwhile_is_turned_too_and_stays_one_person(two_keys: Any) -> None:
    person = Person.objects.exclude(id_index=None).first()
    assert person is not None
    number = person.id_no.plain()
    with transaction.atomic():
        stood = blind_index(number, "citizen_id")
    turn(actor=None, progress=lambda table, turned: None)
    assert blind_index(number, "citizen_id") != stood
    assert Person.objects.filter(id_index=blind_index(number, "citizen_id")).count() == 1
    unknown = "622848000000000000"
    assert blind_index(unknown, "account") == fingerprint(index_keys()[-1], unknown, "account")
    assert PayAccount.objects.exclude(number_index=None).exists()


def test_seals_of_the_journal_are_checked_under_the_key_they_were_made_with(two_keys: Any) -> None:
    only(two_keys, two_keys.OLD)
    seal_all()
    sealed, _ = verify()
    record(actor=None, action="vault.turn", facts={"note": "旧"})
    seal_all()
    only(two_keys, NEW, two_keys.OLD)
    record(actor=None, action="vault.turn", facts={"note": "新"})
    seal_all()
    assert verify() == (sealed + 2, 0)


def test_a_batch_gives_way_to_somebody_at_work_and_comes_again(two_keys: Any) -> None:
    held = psycopg2.connect(**connection.get_connection_params())
    with held.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
    release = Timer(1.2, held.rollback)
    release.start()
    assert turn(actor=None, progress=lambda table, turned: None) > 0
    release.join()
    held.close()
    assert IndexTurn.objects.get().done
