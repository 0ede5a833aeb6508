"""File closed matters in their household's archive (办结即归), and say what is missing in them (K01)."""
# requirements: K01

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from cases.archives.matters import MATTERS
from cases.archives.model import MatterKind, Piece, PieceKind
from cases.archives.pieces import lists
from cases.models import ArchivedMatter, CaseArchive, Household
from salvation.flow.numbers import next_numbers
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit

register(archive__file="事项归档", archive__check="核对归档事项缺件")

CHUNK = 1000
TITLE, LABEL = 150, 120


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the directory."""

    kind: PieceKind
    piece: Piece


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter of an archive as its reader sees it. ``filed`` is None until it is closed."""

    kind: MatterKind
    subject: Any
    filed: ArchivedMatter | None
    entries: list[Entry]
    missing: list[str]
    hidden: int

    @property
    def title(self) -> str:
        return self.kind.title(self.subject)

    @property
    def url(self) -> str:
        return self.kind.url(self.subject)

    @property
    def on(self) -> date:
        """The day it was closed, else the day it began."""
        return self.kind.closed_on(self.subject) if self.filed else self.kind.opened_on(self.subject)


def missing_of(
    kind: MatterKind, subjects: Sequence[Any], found: dict[str, dict[int, list[Piece]]] | None = None
) -> dict[int, list[str]]:
    """What is missing in each of these matters, in words, by id: kinds that are wanted, and pieces with a gap."""
    lacks: dict[int, list[str]] = defaultdict(list)
    for piece_kind in kind.kinds:
        pieces = found[piece_kind.code] if found else lists(piece_kind.find(subjects))
        for pk in piece_kind.wanted(subjects):
            if len(pieces.get(pk, ())) < piece_kind.least:
                lacks[pk].append(piece_kind.label)
        for pk, rows in pieces.items():
            lacks[pk] += [f"{piece.title}（{piece.gap}）" for piece in rows if piece.gap]
    return lacks


def catalogue(household: Household, user: Any) -> list[Matter]:
    """Every matter of a household that this person may see, with its pieces; the newest last (卷内目录)."""
    filed = {
        (row.subject_type, row.subject_id): row
        for row in ArchivedMatter.objects.filter(archive__household=household)
    }
    shown = [matter for kind in MATTERS.values() for matter in _matters(kind, household, user, filed)]
    return sorted(
        shown,
        key=lambda one: (one.filed is None, one.filed.number if one.filed else 0, one.on, one.subject.pk),
    )


def _matters(
    kind: MatterKind, household: Household, user: Any, filed: dict[tuple[str, int], ArchivedMatter]
) -> Iterator[Matter]:
    rows: Any = kind.model._default_manager
    subjects = list(
        rows.visible_to(user).filter(kind.shown, **{kind.household: household}).select_related(*kind.related)
    )
    if not subjects:
        return
    found = {piece_kind.code: lists(piece_kind.find(subjects)) for piece_kind in kind.kinds}
    closed = [one for one in subjects if (kind.label, one.pk) in filed]
    lacks = missing_of(kind, closed, found) if closed else {}
    for one in subjects:
        entries = [
            Entry(piece_kind, piece)
            for piece_kind in kind.kinds
            if user.may(piece_kind.permission, one.village)
            for piece in found[piece_kind.code].get(one.pk, ())
        ]
        total = sum(len(pieces.get(one.pk, ())) for pieces in found.values())
        mine = filed.get((kind.label, one.pk))
        yield Matter(kind, one, mine, entries, lacks.get(one.pk, []) if mine else [], total - len(entries))


@transaction.atomic
def file_matters(*, kind: MatterKind, subjects: Sequence[Any], now: datetime) -> int:
    """Give closed matters their place in their archives; what is filed already stays. Returns how many were new."""
    homes = {one.pk: kind.household_of(one) for one in subjects}
    # The household's row keeps two matters closed at one instant from taking the same number.
    locked = Household.objects.select_for_update(no_key=True).filter(pk__in=set(homes.values()))
    households = {one.pk: one for one in locked.order_by("pk").select_related("handling_unit", "county")}
    label = kind.label
    known = set(
        ArchivedMatter.objects.filter(subject_type=label, subject_id__in=list(homes)).values_list(
            "subject_id", flat=True
        )
    )
    fresh = [one for one in subjects if one.pk not in known]
    if not fresh:
        return 0
    archives = _archives(households, {homes[one.pk] for one in fresh}, now)
    counted = _last_numbers(archives.values())
    lacks, made = missing_of(kind, fresh), []
    for one in sorted(fresh, key=lambda one: (kind.closed_on(one), one.pk)):
        archive = archives[homes[one.pk]]
        counted[archive.pk] += 1
        made.append(
            ArchivedMatter(
                archive=archive, number=counted[archive.pk], subject_type=label, subject_id=one.pk,
                title=kind.title(one)[:TITLE], closed_on=kind.closed_on(one), filed_at=now,
                missing=[words[:LABEL] for words in lacks.get(one.pk, [])], checked_at=now,
            )
        )  # fmt: skip
    ArchivedMatter.objects.bulk_create(made, batch_size=CHUNK)
    return len(made)


def _last_numbers(archives: Iterable[CaseArchive]) -> dict[int, int]:
    """The last number given in each archive."""
    ids = [archive.pk for archive in archives]
    rows = ArchivedMatter.objects.filter(archive__in=ids).values("archive").annotate(last=Max("number"))
    return defaultdict(int, {row["archive"]: row["last"] for row in rows})


def _archives(households: dict[int, Household], wanted: set[int], now: datetime) -> dict[int, CaseArchive]:
    """The archives of these households by household, opened where there is none yet."""
    found = {one.household_id: one for one in CaseArchive.objects.filter(household__in=wanted)}
    today = timezone.localdate(now)
    by_unit: dict[Unit, list[Household]] = defaultdict(list)
    for pk in sorted(wanted - set(found)):
        by_unit[households[pk].handling_unit].append(households[pk])
    made = [
        CaseArchive(no=number, household=home, county=home.county, opened_on=today)
        for unit, homes in by_unit.items()
        for number, home in zip(next_numbers(f"DA{unit.code}-{today.year}-", len(homes)), homes, strict=True)
    ]
    CaseArchive.objects.bulk_create(made, batch_size=CHUNK)
    return found | {one.household_id: one for one in made}


def file_closed(*, county: Unit, now: datetime) -> int:
    """File whatever was closed and is not filed yet, and look again for what was missing. Returns how many were new."""
    made = 0
    for kind in MATTERS.values():
        filed = ArchivedMatter.objects.filter(subject_type=kind.label)
        rows = kind.model._base_manager.filter(kind.closed, **{f"{kind.household}__county": county})
        waiting = list(
            rows.exclude(Exists(filed.filter(subject_id=OuterRef("pk"))))
            .values_list("pk", flat=True)
            .order_by("pk")
        )
        for start in range(0, len(waiting), CHUNK):
            chosen = kind.model._base_manager.filter(pk__in=waiting[start : start + CHUNK])
            subjects = list(chosen.select_related(*kind.related))
            made += file_matters(kind=kind, subjects=subjects, now=now)
    look_again(county=county, now=now)
    if made:
        record(actor=None, action="archive.file", unit=county, facts={"matters": made})
    return made


@transaction.atomic
def look_again(*, county: Unit, now: datetime, household: Household | None = None, actor: Any = None) -> int:
    """Check anew what was missing in a county, or in one household. Returns how many matters still lack something."""
    rows = ArchivedMatter.objects.filter(archive__county=county)
    rows = rows.filter(archive__household=household) if household else rows.exclude(missing=[])
    lacking = list(rows.order_by("pk"))
    left = 0
    for label, kind in MATTERS.items():
        mine = {row.subject_id: row for row in lacking if row.subject_type == label}
        ids = list(mine)
        for start in range(0, len(ids), CHUNK):
            subjects = list(
                kind.model._base_manager.filter(pk__in=ids[start : start + CHUNK]).select_related(
                    *kind.related
                )
            )
            lacks = missing_of(kind, subjects)
            for one in subjects:
                mine[one.pk].missing = [words[:LABEL] for words in lacks.get(one.pk, [])]
                mine[one.pk].checked_at = now
                left += bool(mine[one.pk].missing)
    ArchivedMatter.objects.bulk_update(lacking, ["missing", "checked_at"], batch_size=CHUNK)
    if lacking:
        facts = {"matters": len(lacking), "lacking": left}
        unit = household.handling_unit if household else county
        record(actor=actor, action="archive.check", subject=household, unit=unit, facts=facts)
    return left


def on_closed(context: Context) -> None:
    """办结即归: the step that closed a matter files it."""
    subject = context.subject
    kind = MATTERS[subject._meta.label_lower]
    if file_matters(kind=kind, subjects=[subject], now=context.now):
        facts = {"title": kind.title(subject)[:TITLE]}
        record(actor=context.actor, action="archive.file", subject=subject, unit=subject.unit, facts=facts)


APPLICATION = dict.fromkeys(
    (
        "decline", "confirm_county", "confirm_town", "reject_county", "reject_town", "withdraw", "terminate",
    ),
    (on_closed,),
)  # fmt: skip
CHANGE_ORDER = dict.fromkeys(("take_effect", "carry_out", "convert", "run"), (on_closed,))
RELIEF = dict.fromkeys(
    ("follow_up", "reject_town", "reject_county", "refund", "withdraw", "call_off_town", "call_off_county"),
    (on_closed,),
)
