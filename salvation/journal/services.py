"""Write, seal and verify the journal."""

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from django.db import connection, models, transaction
from django.utils import timezone

from salvation.journal.actions import ACTIONS
from salvation.journal.context import client_address
from salvation.journal.models import Entry, Epoch, Seal
from salvation.units.models import Unit
from salvation.vault.crypto import proof_keys
from salvation.vault.facts import dump

_SHIFT = "coalesce((SELECT max(shift) FROM journal_epoch), 0)"
CURRENT_XID = models.Func(
    template=f"(pg_current_xact_id()::text::bigint + {_SHIFT})", output_field=models.BigIntegerField()
)


class Tampered(Exception):
    """The journal does not match its seals."""


def record(
    *,
    actor: Any,
    action: str,
    subject: models.Model | None = None,
    unit: Unit | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """Append one act, in the caller's transaction. ``actor=None`` is the system itself.

    ``facts`` must hold no clear ID, account or phone number: pass masks. Raises KeyError for an unregistered action.
    """
    entry = _entry(actor, action, subject, unit, facts or {})
    entry.save(force_insert=True)
    return entry


def record_all(
    *, actor: Any, action: str, acts: Iterable[tuple[models.Model, Unit | None, Mapping[str, Any]]]
) -> None:
    """``record()`` for one act on many subjects, in one statement: subject, unit and facts of each."""
    Entry.objects.bulk_create(_entry(actor, action, subject, unit, facts) for subject, unit, facts in acts)


def _entry(
    actor: Any, action: str, subject: models.Model | None, unit: Unit | None, facts: Mapping[str, Any]
) -> Entry:
    ACTIONS[action]
    named = actor if actor is not None and actor.is_authenticated else None
    return Entry(
        at=timezone.now(),
        xid=CURRENT_XID,
        actor=named,
        actor_name=str(named) if named else "系统",
        unit=_reporting_unit(unit or (named.main_post.unit if named and named.main_post else None)),
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        facts={key: value if isinstance(value, int | bool) else str(value) for key, value in facts.items()},
        address=client_address.get(),
    )


def _reporting_unit(unit: Unit | None) -> Unit | None:
    """Acts in a village stand under the unit it belongs to: that is how far the county and its auditors look."""
    return unit.parent if unit is not None and unit.kind == Unit.Kind.VILLAGE else unit


@transaction.atomic
def seal_entries() -> int:
    """Chain the entries of all finished transactions; returns how many. Run every minute by one worker."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE journal_seal IN EXCLUSIVE MODE")
        cursor.execute(f"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {_SHIFT}")
        horizon = cursor.fetchone()[0]
    last = Seal.objects.order_by("-to_xid").first()
    start, previous = (last.to_xid, last.digest) if last else (0, "")
    count, digest = _digest(start, horizon, previous, proof_keys()[-1])
    if not count:
        return 0
    Seal.objects.create(from_xid=start, to_xid=horizon, entries=count, digest=digest, at=timezone.now())
    return count


@transaction.atomic
def begin_epoch() -> int:
    """After a restore: number new entries above all old ones, whatever the new server counts. Returns the shift."""
    newest = Entry.objects.aggregate(most=models.Max("xid"))["most"] or 0
    sealed = Seal.objects.aggregate(most=models.Max("to_xid"))["most"] or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        present = int(cursor.fetchone()[0])
    shift = max(newest, sealed) + 1 - present
    held = Epoch.objects.aggregate(most=models.Max("shift"))["most"] or 0
    if shift > held:
        Epoch.objects.create(shift=shift, at=timezone.now())
    return max(shift, held)


def verify() -> tuple[int, int]:
    """Check every seal; returns (sealed entries, entries not sealed yet). Raises Tampered with the first bad block."""
    previous, start, total = "", 0, 0
    keys = list(proof_keys())
    for seal in Seal.objects.order_by("to_xid").iterator():
        count, digest = _digest(seal.from_xid, seal.to_xid, previous, keys[0])
        # Once a seal stands under a newer key, no later one may stand under an older.
        while digest != seal.digest and len(keys) > 1:
            keys.pop(0)
            count, digest = _digest(seal.from_xid, seal.to_xid, previous, keys[0])
        if seal.from_xid != start or (count, digest) != (seal.entries, seal.digest):
            raise Tampered(
                f"日志在 {seal.at:%Y-%m-%d %H:%M} 的封条（{seal.from_xid}–{seal.to_xid}）处与内容不符："
                f"应有 {seal.entries} 条，现有 {count} 条"
            )
        previous, start, total = digest, seal.to_xid, total + count
    return total, Entry.objects.filter(xid__gte=start).count()


def _digest(start: int, end: int, previous: str, key: bytes) -> tuple[int, str]:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(f"journal|{previous}|{start}|{end}".encode())
    count = 0
    rows = (
        Entry.objects.filter(xid__gte=start, xid__lt=end)
        .order_by("xid", "id")
        .values_list(
            "id",
            "at",
            "xid",
            "actor_id",
            "actor_name",
            "unit_id",
            "action",
            "subject_type",
            "subject_id",
            "facts",
            "address",
        )
    )
    for row in rows.iterator(chunk_size=5000):
        mac.update(dump([row[0], row[1].timestamp(), *row[2:]]).encode() + b"\n")
        count += 1
    return count, mac.finalize().hex()
