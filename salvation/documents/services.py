"""Draw up, issue, deliver and print 文书."""
# requirements: B23

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from salvation.access.services import require
from salvation.documents.copies import About, form_paper, hand_out
from salvation.documents.declared import KINDS, Composed, Kind, compose, to_plain
from salvation.documents.models import Document, words_at
from salvation.documents.paperless import signed
from salvation.domain.errors import Refusal
from salvation.flow.clock import due_date
from salvation.flow.engine import begin, perform
from salvation.flow.models import FlowSubject
from salvation.flow.numbers import next_number
from salvation.flow.table import Context, Deadline
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.vault import facts as sealed_facts

register(
    document__edit="修改文书",
    document__file="下载文书",
    document__print="打印表单",
)

LONGEST = 4000


@transaction.atomic
def draft_document(
    *, kind: Kind, subject: FlowSubject, given: Mapping[str, Any], actor: Any, now: datetime
) -> Document:
    """Draw a document up. Raises Refusal when it may not be issued now, or there is a valid one already."""
    if actor is not None:
        require(actor, "document.issue", subject.flow_unit)
    if kind.form:
        raise Refusal(f"《{kind.title}》是表单，直接打印")
    if reason := kind.may(subject):
        raise Refusal(reason)
    _fits(kind, given)
    dated = kind.dated(subject)
    document = Document(
        code=kind.code,
        title=kind.title,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        about=kind.about(subject),
        unit=subject.flow_unit,
        village=getattr(subject, "village", None),
        issuer=kind.issuer(subject),
        dated=dated,
        # The days run from the decision, not from the signature.
        due_on=due_date(Deadline(kind.within), start=dated, unit=subject.flow_unit) if kind.within else None,
        given=sealed_facts.dump(dict(given)),
        once=kind.once,
        created_by=actor,
    )
    try:
        with transaction.atomic():
            begin(document, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(f"本件已有《{kind.title}》，需要重出的先作废原件") from error
    return document


def _fits(kind: Kind, given: Mapping[str, Any]) -> None:
    for need in kind.needs:
        if len(str(given.get(need.key) or "")) > LONGEST:
            raise Refusal(f"“{need.label}”超过{LONGEST}字，请精简", field=need.key)


@transaction.atomic
def draft_for_step(*, code: str, subject: FlowSubject, now: datetime) -> Document | None:
    """What a step of a flow needs, drawn up by the system with what it knows; None where there is a valid one already."""
    kind = KINDS[code]
    valid = Document.objects.filter(
        code=code, subject_type=subject._meta.label_lower, subject_id=subject.pk
    ).exclude(state="VOID")
    if kind.once and valid.exists():
        return None
    return draft_document(kind=kind, subject=subject, given=kind.suggest(subject), actor=None, now=now)


@transaction.atomic
def edit_document(*, document: Document, given: Mapping[str, Any], actor: Any) -> Document:
    """Change what was filled in, as long as it is a draft. Raises Refusal afterwards."""
    locked: Document = Document.objects.select_for_update().get(pk=document.pk)
    require(actor, "document.issue", locked.unit)
    if locked.state != "DRAFT":
        raise Refusal(f"该文书{locked.get_state_display()}，内容不能再改；需要更正的请作废后重出")
    _fits(locked.kind, given)
    locked.given = sealed_facts.dump(dict(given))
    locked.save(update_fields=["given"])
    record(
        actor=actor, action="document.edit", subject=locked, unit=locked.unit, facts={"title": locked.title}
    )
    return locked


def on_issued(context: Context) -> None:
    """Number and freeze it: from here on nothing changes what went out."""
    document: Document = context.subject
    kind, subject = document.kind, document.subject
    dated = kind.dated(subject)
    number = document_number(kind, document.issuer, dated.year)
    words = words_at(kind.code, unit=document.unit, on=dated)
    given = sealed_facts.load(document.given)
    composed: Composed = compose(kind, subject, given, number=number, words=words)
    paper = signed(composed.paper, unit=document.unit, actor=context.actor, now=context.now)
    text = sealed_facts.dump(to_plain(paper))
    document.number, document.dated = number, dated
    document.facts, document.text = sealed_facts.dump(composed.values), text
    document.sha256 = hashlib.sha256(text.encode()).hexdigest()
    document.issued_at, document.issued_by = context.now, context.actor
    if kind.within:
        document.due_on = due_date(Deadline(kind.within), start=dated, unit=document.unit)
    document.save(
        update_fields=["number", "dated", "facts", "text", "sha256", "issued_at", "issued_by", "due_on"]
    )


def document_number(kind: Kind, issuer: Any, year: int) -> str:
    """嘉定镇救受字〔2022〕3号: issuer, kind and year have a row of numbers of their own."""
    counted = next_number(f"D{issuer.code}-{kind.sign}-{year}-", digits=1).rpartition("-")[2]
    return f"{issuer}{kind.sign}字〔{year}〕{counted}号"


def on_delivered(context: Context) -> None:
    document: Document = context.subject
    document.delivered_on = date.fromisoformat(str(context.data["delivered_on"]))
    document.way, document.received_by = str(context.data["way"]), str(context.data["received_by"])[:100]
    document.due_on = None
    document.save(update_fields=["delivered_on", "way", "received_by", "due_on"])


def on_void(context: Context) -> None:
    context.subject.due_on = None
    context.subject.save(update_fields=["due_on"])


EFFECTS = {
    "issue": (on_issued,),
    "deliver": (on_delivered,),
    "delivered": (on_delivered,),
    "void": (on_void,),
}


@transaction.atomic
def issue_document(*, document: Document, actor: Any, now: datetime) -> Document:
    """Issue a draft (``actor=None``: for the step that needs it). Raises Refusal naming what is missing."""
    perform(subject=document, step="issue", actor=actor, now=now)
    return document


def document_file(*, document: Document, form: str, actor: Any) -> bytes:
    """The document as ``docx`` or ``pdf``, journalled; a draft is marked as one."""
    record(
        actor=actor,
        action="document.file",
        subject=document,
        unit=document.unit,
        facts={"title": document.title, "number": document.number or "草稿", "form": form},
    )
    about = About(
        document.code, document.title, document.subject, document.unit, document.village, document=document
    )
    mark = {"DRAFT": "草稿", "VOID": "已作废"}.get(document.state, "")
    return hand_out(paper=document.paper(), about=about, form=form, actor=actor, mark=mark)


def print_form(*, kind: Kind, subject: FlowSubject, form: str, actor: Any) -> bytes:
    """A sheet to be filled in by hand, with what is known already. Raises Refusal when it is not wanted now."""
    if reason := kind.may(subject):
        raise Refusal(reason)
    record(
        actor=actor,
        action="document.print",
        subject=subject,
        unit=subject.flow_unit,
        facts={"title": kind.title, "form": form},
    )
    about = About(kind.code, kind.title, subject, subject.flow_unit, getattr(subject, "village", None))
    return hand_out(paper=form_paper(kind, subject), about=about, form=form, actor=actor)
