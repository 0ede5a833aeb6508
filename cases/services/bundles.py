"""Make a household's archive into one PDF for a purpose, in the background; give it out; let it go (K01)."""
# requirements: K01

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.archives.model import Piece
from cases.documents.archive import Row, front, instead
from cases.models import ArchiveBundle, CaseArchive, Household
from cases.services.archives import Matter, catalogue, look_again
from salvation.access.services import get_visible, require
from salvation.documents.bundle import Bound, Part, bind, foreign_part, paper_part, photo_part
from salvation.documents.declared import to_plain
from salvation.documents.writers import traced
from salvation.domain.errors import Refusal
from salvation.files import whole
from salvation.files.services import discard, load, store
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.vault import facts as sealed_facts

register(archive__bundle="制作档案合订件", archive__read="下载档案合订件", archive__discard="清除到期合订件")

# Scans show whole numbers: who may see those may have an archive bound; taking it out asks for a second person.
PERMISSION = "mask.unmask"
KEPT = timedelta(days=7)
SHORTEST = 4
# A household's archive beyond this is made matter by matter, on paper.
MOST = 1500


@dataclass(frozen=True, slots=True)
class _Made:
    row: Row
    part: Part | None


@transaction.atomic
def ask_for_bundle(*, household: Household, purpose: str, actor: Any, now: datetime) -> ArchiveBundle:
    """Write down who wants the archive for what, and ask the second person; the job makes it.

    Raises Refusal, PermissionDenied.
    """
    require(actor, PERMISSION, household.handling_unit)
    require(actor, whole.PERMISSION, household.handling_unit)
    words = purpose.strip()
    if len(words) < SHORTEST:
        raise Refusal(f"请写明用途（不少于{SHORTEST}个字），下载会写入日志", field="purpose")
    made = ArchiveBundle.objects.create(
        household=household, purpose=words, requested_by=actor, requested_at=now
    )
    record(
        actor=actor,
        action="archive.bundle",
        subject=made,
        unit=household.handling_unit,
        facts={"purpose": words},
    )
    whole.ask_whole(subject=made, reason=words, actor=actor, now=now)
    return made


def make_bundle(
    *, bundle: ArchiveBundle, now: datetime, progress: Callable[[int, int], None]
) -> ArchiveBundle:
    """Write the PDF, seal it and keep it for a week. What its asker may not see is not in it. Raises Refusal."""
    actor = bundle.requested_by
    rows = Household.objects.select_related("head", "village", "handling_unit")
    household: Household = get_visible(rows, actor, pk=bundle.household_id)
    require(actor, PERMISSION, household.handling_unit)
    matters = catalogue(household, actor)
    total = sum(len(matter.entries) for matter in matters)
    if total > MOST:
        raise Refusal(
            f"本户材料有{total}件，超过一次可合订的{MOST}件；请在各件的“文书”“照片与材料”中分别下载"
        )
    made = []
    for number, one in enumerate(_parts(household, matters), start=1):
        made.append(one)
        progress(number, total)
    return _keep(bundle, household, made, _bound(bundle, household, matters, made), now)


def _bound(bundle: ArchiveBundle, household: Household, matters: list[Matter], made: list[_Made]) -> Bound:
    archive = CaseArchive.objects.filter(household=household).first()
    missing = [f"{matter.title}：{words}" for matter in matters for words in matter.missing]
    today = timezone.localdate()

    def opening(starts: tuple[int, ...], pages: int) -> Any:
        at = iter(starts)
        rows = [
            Row(one.row.matter, one.row.title, one.row.on, next(at) if one.part else 0, one.row.sha256)
            for one in made
        ]
        return front(
            household, rows, no=archive.no if archive else "", pages=pages, purpose=bundle.purpose, missing=missing,
            trace=traced(bundle.requested_by), made=today,
        )  # fmt: skip

    parts = [one.part for one in made if one.part]
    title = f"{household}电子档案{archive.no if archive else ''}"
    return bind(parts, opening, title=title, author=str(household.handling_unit))


def _parts(household: Household, matters: list[Matter]) -> Iterator[_Made]:
    for matter in matters:
        for entry in matter.entries:
            yield _made(household, matter, entry.piece)


def _made(household: Household, matter: Matter, piece: Piece) -> _Made:
    row = partial(Row, matter.kind.name, piece.title, piece.on, 0)
    if piece.attachment is not None:
        return _Made(row(piece.attachment.sha256), _file_part(household, piece))
    if piece.paper is None:
        return _Made(row(""), None)
    paper = piece.paper()
    # The text is what counts: the same record printed twice has one checksum (12 §12.1 #15).
    digest = hashlib.sha256(sealed_facts.dump(to_plain(paper)).encode()).hexdigest()
    return _Made(row(digest), paper_part(piece.title, paper))


def _file_part(household: Household, piece: Piece) -> Part:
    kept: Any = piece.attachment
    content = load(kept.stored_as)
    if kept.content_type == "image/jpeg":
        taken = f"拍摄于{timezone.localtime(kept.taken_at):%Y-%m-%d %H:%M}　" if kept.taken_at else ""
        place = f"位置{kept.place}　" if kept.place else ""
        notes = [
            f"{taken}{place}上传于{timezone.localtime(kept.added_at):%Y-%m-%d %H:%M}",
            f"SHA-256 {kept.sha256}",
        ]
        return photo_part(piece.title, content, notes)
    on = timezone.localdate(kept.added_at)
    sheet = partial(instead, household, piece.title, kept.name, kept.sha256, on=on)
    return foreign_part(piece.title, kept.name, content, kept.content_type, sheet)


@transaction.atomic
def _keep(
    bundle: ArchiveBundle, household: Household, made: list[_Made], bound: Bound, now: datetime
) -> ArchiveBundle:
    bundle.stored_as = store(bound.content)
    bundle.sha256 = hashlib.sha256(bound.content).hexdigest()
    bundle.pieces, bundle.pages = len(made), bound.pages
    bundle.made_at, bundle.valid_until = now, timezone.localdate(now) + KEPT
    bundle.save(update_fields=["stored_as", "sha256", "pieces", "pages", "made_at", "valid_until"])
    look_again(county=household.county, now=now, household=household, actor=bundle.requested_by)
    return bundle


@transaction.atomic
def read_bundle(*, bundle: ArchiveBundle, actor: Any) -> bytes:
    """The PDF for whoever asked for it, journalled with its purpose. Raises Refusal, PermissionDenied."""
    whole.must_may(actor, bundle)
    if bundle.requested_by_id != actor.pk:
        raise Refusal("合订件只能由制作人下载；您需要的请按自己的用途另行制作")
    if not bundle.stored_as:
        raise Refusal("合订件还没有做好，或已到期清除；请重新制作")
    facts = {"purpose": bundle.purpose, "pages": bundle.pages, "sha256": bundle.sha256}
    whole.note_taken(subject=bundle, action="archive.read", actor=actor, **facts)
    return load(bundle.stored_as)


@transaction.atomic
def let_go(*, county_id: int, on: Any) -> int:
    """Remove the files of bundles whose time is over; who made them for what stays. Returns how many."""
    over = ArchiveBundle.objects.select_for_update(of=("self",)).filter(
        household__county=county_id, valid_until__lt=on
    )
    gone = list(over.exclude(stored_as="").select_related("household__handling_unit"))
    for bundle in gone:
        stored, bundle.stored_as = bundle.stored_as, ""
        bundle.save(update_fields=["stored_as"])
        transaction.on_commit(partial(discard, stored))
        unit = bundle.household.handling_unit
        record(actor=None, action="archive.discard", subject=bundle, unit=unit, facts={"pages": bundle.pages})
    return len(gone)
