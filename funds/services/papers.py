"""Keep the signed roster as PDF, and give it out."""
# requirements: F01

import hashlib
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from funds.models import Roster, SignedPaper
from funds.paper import roster_pdf
from funds.services.exports import refuse_recused
from salvation.access.services import get_visible
from salvation.domain.errors import Refusal
from salvation.files.services import load, store
from salvation.flow.models import Transition
from salvation.journal.services import record


@transaction.atomic
def keep_paper(*, roster_id: int, version: int) -> SignedPaper:
    """Make and keep the PDF of a signed version; doing it twice gives the first one. Raises Refusal when it was taken back."""
    rows = Roster.objects.select_for_update(of=("self",)).select_related("unit", "county")
    roster = rows.get(pk=roster_id)
    if roster.is_open or roster.version != version:
        raise Refusal("花名表已退回，等重新签章后再生成签章版")
    signed = _signature(roster)
    found = _papers(roster, signed).first() if signed else None
    if found is not None:
        return found
    content = roster_pdf(roster)
    name = f"{roster.county}_{roster.unit}_{roster.month_label}_{roster.get_program_display()}花名表_签章版_v{version}.pdf"
    paper = SignedPaper.objects.create(
        roster=roster,
        version=version,
        content_hash=roster.content_hash,
        stored_as=store(content),
        name=name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=timezone.now(),
        signed_by=signed.actor if signed else None,
    )
    facts = {"version": version, "digest": roster.content_hash, "file": paper.sha256}
    record(actor=None, action="roster.paper", subject=roster, unit=roster.unit, facts=facts)
    return paper


@transaction.atomic
def signed_paper(*, roster_id: int, actor: Any) -> tuple[BytesIO, str]:
    """The kept PDF; journalled. Raises Http404 out of scope, Refusal when there is none or it is not what was kept."""
    roster = get_visible(Roster.objects.select_related("unit"), actor, pk=roster_id)
    refuse_recused(roster, actor)
    paper = current_paper(roster)
    if paper is None:
        raise Refusal("这一册还没有签章版：乡镇签章后自动生成，一般几分钟内可以下载")
    content = load(paper.stored_as)
    if hashlib.sha256(content).hexdigest() != paper.sha256:
        raise Refusal("存储的签章版与登记的文件校验不一致，请联系管理员从备份恢复")
    facts = {"kind": "签章版", "digest": paper.content_hash, "file": paper.sha256}
    record(actor=actor, action="roster.export", subject=roster, unit=roster.unit, facts=facts)
    return BytesIO(content), paper.name


def current_paper(roster: Roster) -> SignedPaper | None:
    """The PDF of the signature in force; none while the roster is open or its paper is still being made."""
    if roster.is_open:
        return None
    return _papers(roster, _signature(roster)).filter(content_hash=roster.content_hash).first()


def _signature(roster: Roster) -> Transition | None:
    return Transition.objects.filter(flow=roster.flow.code, subject_id=roster.pk, step="sign").last()


def _papers(roster: Roster, signed: Transition | None) -> QuerySet[SignedPaper]:
    """Made since the last signature: a roster signed again unchanged has the same content, but another signer."""
    papers = SignedPaper.objects.filter(roster=roster)
    return papers.filter(made_at__gte=signed.at) if signed else papers
