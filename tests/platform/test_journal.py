"""The journal: append-only, sealed in blocks, every change behind its back found."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from salvation.accounts.models import User
from salvation.journal.context import client_address
from salvation.journal.models import Entry, Seal
from salvation.journal.services import Tampered, record, seal_entries, verify
from salvation.journal.wording import said
from tests.sealing import seal_all

# Stands for FIRST in the statements below.
FIRST = "id = (SELECT min(id) FROM journal_entry)"


@pytest.fixture(scope="module")
def sealed(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """Six entries in two sealed blocks, committed for real, since only finished transactions are sealed."""
    with django_db_blocker.unblock():
        for block in range(2):
            # One transaction a block: a seal takes all of it, however long other work holds the horizon back.
            with transaction.atomic():
                for number in range(3):
                    record(actor=None, action="export", facts={"list": f"第{block}批", "rows": number})
            seal_all()
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE journal_entry, journal_seal")


@pytest.fixture
def behind_its_back(db: None) -> Any:
    """Run SQL with the triggers off, as whoever owns the server could."""

    def run(statement: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement.replace("FIRST", FIRST))
            changed = cursor.rowcount
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        return int(changed)

    return run


def test_an_untouched_journal_verifies(sealed: None, db: None) -> None:
    assert verify() == (6, 0)
    assert Seal.objects.count() == 2


def test_entries_of_an_open_transaction_wait_for_the_next_seal(sealed: None, db: None) -> None:
    record(actor=None, action="export")
    assert seal_entries() == 0
    assert verify() == (6, 1)


@pytest.mark.parametrize("statement", [
    "UPDATE journal_entry SET facts = '{}'", "UPDATE journal_entry SET actor_name = '别人'", "DELETE FROM journal_entry",
    "UPDATE journal_seal SET digest = 'x'", "DELETE FROM journal_seal",
])  # fmt: skip
def test_the_journal_is_append_only_even_for_raw_sql(statement: str, sealed: None, db: None) -> None:
    with (
        pytest.raises(DatabaseError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert verify() == (6, 0)


@pytest.mark.parametrize("statement", [
    "UPDATE journal_entry SET facts = jsonb_set(facts, '{rows}', '99') WHERE FIRST",
    "UPDATE journal_entry SET actor_name = '别人' WHERE FIRST",
    "UPDATE journal_entry SET at = at - interval '1 second' WHERE FIRST",
    "UPDATE journal_entry SET action = 'search' WHERE FIRST",
    "UPDATE journal_entry SET address = '10.0.0.1' WHERE FIRST",
    "DELETE FROM journal_entry WHERE FIRST",
    "DELETE FROM journal_entry WHERE id = (SELECT max(id) FROM journal_entry)",
    "INSERT INTO journal_entry (at, xid, actor_name, action, subject_type, facts, address) "
    "SELECT at, xid, '冒名', action, subject_type, facts, address FROM journal_entry WHERE FIRST",
    "DELETE FROM journal_seal WHERE id = (SELECT min(id) FROM journal_seal)",
    "UPDATE journal_seal SET entries = entries + 1",
    "UPDATE journal_seal SET digest = repeat('0', 64) WHERE id = (SELECT max(id) FROM journal_seal)",
])  # fmt: skip
def test_what_was_changed_with_the_triggers_off_is_found(
    statement: str, sealed: None, behind_its_back: Any
) -> None:
    assert behind_its_back(statement) >= 1
    with pytest.raises(Tampered, match="不符"):
        verify()


def test_moving_a_whole_block_does_not_help(sealed: None, behind_its_back: Any) -> None:
    """A block's digest rests on the one before: the last cannot stand for the first."""
    behind_its_back("DELETE FROM journal_seal WHERE id = (SELECT min(id) FROM journal_seal)")
    behind_its_back("DELETE FROM journal_entry WHERE xid < (SELECT min(from_xid) FROM journal_seal)")
    behind_its_back("UPDATE journal_seal SET from_xid = 0")
    with pytest.raises(Tampered):
        verify()


def test_the_command_fails_loudly_on_a_changed_journal(
    sealed: None, behind_its_back: Any, capsys: Any
) -> None:
    call_command("verify_journal")
    behind_its_back("DELETE FROM journal_entry WHERE FIRST")
    with pytest.raises(CommandError, match="应有 3 条，现有 2 条"):
        call_command("verify_journal")


def test_an_entry_belongs_to_the_act_and_is_undone_with_it(db: None, clerk: User) -> None:
    before = Entry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        record(actor=clerk, action="export")
        raise RuntimeError
    assert Entry.objects.count() == before


def test_an_entry_says_who_from_where_at_which_unit(db: None, clerk: User) -> None:
    token = client_address.set("192.0.2.7")
    try:
        made = record(actor=clerk, action="export", subject=clerk, facts={"rows": 3, "list": "人员"})
    finally:
        client_address.reset(token)
    made.refresh_from_db()
    assert (made.actor, made.actor_name, made.unit.code, made.address) == (
        clerk,
        "钟经办",
        "360722100",
        "192.0.2.7",
    )
    assert (made.subject_type, made.subject_id, made.facts) == (
        "accounts.user",
        clerk.pk,
        {"rows": 3, "list": "人员"},
    )


def test_an_unknown_action_stops_the_act(db: None) -> None:
    with pytest.raises(KeyError):
        record(actor=None, action="no.such.action")


def test_the_systems_own_acts_are_named_so(db: None) -> None:
    assert record(actor=None, action="job.start").actor_name == "系统"


def test_the_address_of_a_request_reaches_the_journal(clerk: User, sign_in: Any) -> None:
    sign_in(clerk).get("/search/", {"q": "谢桂英"}, REMOTE_ADDR="192.0.2.9")
    assert Entry.objects.get(action="search").address == "192.0.2.9"
    assert client_address.get() == ""


def test_codes_and_keys_are_said_in_words() -> None:
    kept = {
        "role": "TOWN_LEADER",
        "program": "DIBAO_RURAL",
        "key": "dibao.mode",
        "eligible": True,
        "value": "DIFF",
    }
    assert said(kept) == "角色：乡镇领导，类别：农村低保，参数：低保金计算方式，符合：是，取值：DIFF"
