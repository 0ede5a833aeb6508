"""What a change order rests on: the paper that was seen, and its photos or scans (03 §3.2 必要证据)."""
# requirements: C04

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cases.change_guards import papers_of
from cases.models import ChangeOrder
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.services import Upload, add_uploads
from salvation.journal.actions import register
from salvation.journal.services import record

register(change__proof="登记变更佐证")

FILE_KIND = "PROOF"
DRAFTS = frozenset({"DRAFT", "VILLAGE_SIGNED"})


def rest_on(order: ChangeOrder, paper: str) -> ChangeOrder:
    """Keep on what the order rests; also for what this system holds itself (a record of residence, of refused work)."""
    order.proof = paper
    order.save(update_fields=["proof"])
    return order


@transaction.atomic
def record_proof(*, order: ChangeOrder, proof: str, scans: Iterable[Upload], actor: Any) -> ChangeOrder:
    """Which paper was seen, with scans now or later. Raises Refusal for a paper that does not show this change."""
    require(actor, "change.create", order.unit)
    locked = (
        ChangeOrder.objects.select_for_update(of=("self",)).select_related("unit", "village").get(pk=order.pk)
    )
    if locked.state in {"CANCELLED", "REVERSED"}:
        raise Refusal(f"变更单{locked.get_state_display()}，不再收佐证")
    papers = papers_of(locked)
    if proof not in papers:
        raise Refusal(f"这项变更的佐证应为：{'、'.join(papers)}", field="proof")
    if locked.proof not in ("", proof) and locked.state not in DRAFTS:
        raise Refusal("变更单已提交审核，佐证不能再换；照片和扫描件可以补传，要换的请先退回", field="proof")
    rest_on(locked, proof)
    add_uploads(subject=locked, unit=locked.unit, kind=FILE_KIND, uploads=scans, actor=actor)
    record(actor=actor, action="change.proof", subject=locked, unit=locked.unit, facts={"proof": proof})
    order.proof = proof
    return order
