"""Receive the pieces of an application, ask for what is missing, take over what was handed in before (B01, B03)."""
# requirements: B01, B03

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases import checklist
from cases.models import Application, Material, ProxyMandate
from cases.rules.materials import BY_CODE, Item, Origin, wanted
from cases.services.people import read_id
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.models import Attachment
from salvation.files.services import add_uploads, attachments_of
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record

register(material__receive="登记申请材料", mandate__save="登记委托申请")

OPEN = frozenset({"DRAFT", "SUBMITTED", "CORRECTING", "ACCEPTED", "SURVEYING", "OBJECTION"})
# An earlier piece that is still taken over.
REUSABLE_DAYS = 365
LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one piece: handed in, taken over from ``earlier``, or neither; with its files."""

    code: str
    received: bool
    earlier: int | None = None
    files: Sequence[Any] = ()


def open_list(application: Application, codes: Collection[str], *, actor: Any, on: date) -> None:
    """Tick what was handed in with a new application; codes that its list does not have are passed over."""
    items = wanted(checklist.matter_of(application, checklist.members_of(application)))
    Material.objects.bulk_create(
        Material(application=application, code=item.code, label=item.label, origin=item.origin.value, received_on=on,
                 recorded_by=actor)
        for item in items if item.code in codes
    )  # fmt: skip


@transaction.atomic
def receive_materials(
    *, application: Application, given: Iterable[Received], actor: Any, on: date
) -> list[str]:
    """Keep which pieces are there, with their files. Returns what is still missing. Raises Refusal, PermissionDenied."""
    require(actor, "case.create", application.village)
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.state not in OPEN:
        raise Refusal(f"该件已是“{locked.get_state_display()}”，不再收材料；请退回后再收")
    rows = {row.code: row for row in locked.materials.all()}
    offered = reusable(locked)
    for piece in given:
        _keep(locked, piece, rows.get(piece.code), offered, actor=actor, on=on)
    left = checklist.missing(locked)
    record(
        actor=actor,
        action="material.receive",
        subject=locked,
        unit=locked.unit,
        facts={"missing": "、".join(left)},
    )
    return left


def _keep(
    application: Application,
    piece: Received,
    row: Material | None,
    offered: Mapping[str, Material],
    *,
    actor: Any,
    on: date,
) -> None:
    if row is None:
        item = BY_CODE.get(piece.code)
        if item is None:
            raise Refusal("没有这项材料，请刷新页面后再填")
        if not piece.received and not piece.files:
            return
        row = _new(application, item)
    earlier = offered.get(piece.code) if piece.earlier else None
    if piece.earlier and (earlier is None or earlier.pk != piece.earlier):
        raise Refusal(f"“{row.label}”以前的材料已过期或不能沿用，请重新提供", field=f"got_{piece.code}")
    row.received_on = (row.received_on or on) if piece.received or piece.files else None
    row.taken_from = earlier if piece.received else None
    row.recorded_by = actor
    row.save()
    add_uploads(
        subject=application, unit=application.unit, kind=row.file_kind, uploads=piece.files, actor=actor
    )


def _new(application: Application, item: Item) -> Material:
    return Material(application=application, code=item.code, label=item.label, origin=item.origin.value)


def reusable(application: Application) -> dict[str, Material]:
    """Pieces of the family's earlier applications that still serve, by code; the latest of each."""
    since = timezone.localdate() - timedelta(days=REUSABLE_DAYS)
    codes = [item.code for item in BY_CODE.values() if item.reusable]
    rows = Material.objects.filter(
        application__household=application.household_id, code__in=codes, received_on__gte=since, taken_from__isnull=True
    ).exclude(application=application.pk)  # fmt: skip
    return {row.code: row for row in rows.select_related("application").order_by("received_on", "pk")}


def files_of(material: Material) -> Any:
    """The files of a piece, those of the earlier application where it was taken over."""
    kept = material.taken_from or material
    return attachments_of(kept.application).filter(kind=kept.file_kind)


def files_by_kind(application: Application) -> dict[str, list[Attachment]]:
    """Files of all pieces of an application, by kind."""
    found: dict[str, list[Attachment]] = {}
    for attachment in attachments_of(application).filter(kind__startswith="MATERIAL:"):
        found.setdefault(attachment.kind, []).append(attachment)
    return found


def on_corrected(context: Context) -> None:
    """Every line of the one-time notice that the list does not know is asked for by hand from now on (L57 第11条)."""
    application = context.subject
    known = {line.label for line in checklist.checklist(application)}
    lines = [line.strip()[:LONGEST_LABEL] for line in context.comment.splitlines() if line.strip()]
    number = application.materials.filter(code__startswith="ASKED").count()
    Material.objects.bulk_create(
        Material(application=application, code=f"ASKED{number + place}", label=label, origin=Origin.GIVEN.value,
                 recorded_by=context.actor)
        for place, label in enumerate(dict.fromkeys(lines), start=1) if label not in known
    )  # fmt: skip


@transaction.atomic
def save_mandate(
    *,
    application: Application,
    kind: str,
    name: str,
    id_no: str,
    relation: str,
    phone: str,
    signed_on: date,
    actor: Any,
) -> ProxyMandate:
    """Who applies for the applicant. A village needs no ID number, a person does. Raises Refusal."""
    require(actor, "case.create", application.village)
    if application.state not in {"DRAFT", "SUBMITTED", "CORRECTING"}:
        raise Refusal(f"该件已是“{application.get_state_display()}”，受理前才能登记委托")
    if signed_on > timezone.localdate():
        raise Refusal("委托日期不能晚于今天", field="signed_on")
    number = read_id(id_no).number if id_no or kind != ProxyMandate.Kind.VILLAGE else None
    mandate, _ = ProxyMandate.objects.update_or_create(
        application=application,
        defaults={
            "kind": kind, "name": name, "id_no": number, "relation": relation, "phone": phone or None, "signed_on": signed_on,
            "recorded_by": actor,
        },
    )  # fmt: skip
    Application.objects.filter(pk=application.pk).update(agent_name=name)
    record(
        actor=actor, action="mandate.save", subject=application, unit=application.unit, facts={"name": name}
    )
    return mandate
