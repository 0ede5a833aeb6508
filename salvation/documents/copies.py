"""Printed papers and their electronic originals (B23): every copy taken out is kept by its fingerprint, and looked up again.

A copy carries a code of letters. Whoever may see the record can type the code, or hand in the file, and is told what the
paper is about and whether the electronic original still says the same. To everybody else it does not exist.
"""
# requirements: B23

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from salvation.documents.declared import KINDS, Kind, compose, to_plain
from salvation.documents.models import Document, PrintedCopy, words_at
from salvation.documents.official import Paper
from salvation.documents.paperless import with_steps
from salvation.documents.writers import GROUP, WRITERS, traced
from salvation.domain.errors import Refusal
from salvation.flow.models import FlowSubject
from salvation.flow.registry import FLOWS
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts

register(document__verify="核验打印件")

# Letters alone: no code ever looks like a number of an ID, a card or a phone. Without I and O, which are misread.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS = 3
CODE = re.compile(f"[{LETTERS}]{{{GROUPS * GROUP}}}")
DIGEST = re.compile(r"[0-9a-f]{16,64}")
BRACKETS = str.maketrans(
    {"[": "〔", "]": "〕", "(": "〔", ")": "〕", "（": "〔", "）": "〕", "【": "〔", "】": "〕"}
)


@dataclass(frozen=True, slots=True)
class Printable:
    """A paper that is no 文书: ``compose`` gives it as the record (and the part of it) says it now; None when gone."""

    code: str
    title: str
    compose: Callable[[Any, int | None], Paper | None]
    url: Callable[[Any], str]


PRINTABLES: dict[str, Printable] = {}


def register_printables(*printables: Printable) -> None:
    """Declared in ``AppConfig.ready()``."""
    PRINTABLES.update({printable.code: printable for printable in printables})


@dataclass(frozen=True, slots=True)
class About:
    """What a copy is a copy of: a 文书, or a paper of a record (``part``: which of several)."""

    kind: str
    title: str
    subject: Any
    unit: Unit
    village: Unit | None = None
    part: int | None = None
    document: Document | None = None


def fingerprint(paper: Paper) -> str:
    """SHA-256 of what the paper says, whoever printed it and when; of a form, whatever day it is."""
    plain = to_plain(paper)
    if paper.plain:
        plain.pop("dated")
    return hashlib.sha256(sealed_facts.dump(plain).encode()).hexdigest()


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(GROUPS * GROUP))


@transaction.atomic
def hand_out(*, paper: Paper, about: About, form: str, actor: Any, mark: str = "") -> bytes:
    """Write a paper as a file and keep its fingerprint. ``mark``: across every page, instead of the paper's own."""
    mine, document = new_code(), about.document
    trace = traced(actor, document.sha256 if document else "", mine)
    content = WRITERS[form](replace(paper, trace=trace, mark=mark or paper.mark))
    PrintedCopy.objects.create(
        code=mine, kind=about.kind, title=about.title, document=document, part=about.part,
        subject_type=document.subject_type if document else about.subject._meta.label_lower,
        subject_id=document.subject_id if document else about.subject.pk, unit=about.unit, village=about.village,
        content_sha256=fingerprint(paper), file_sha256=hashlib.sha256(content).hexdigest(), form=form, printed_by=actor,
    )  # fmt: skip
    return content


@transaction.atomic
def hand_out_declared(
    *,
    code: str,
    subject: models.Model,
    unit: Unit,
    form: str,
    actor: Any,
    action: str,
    part: int | None = None,
    mark: str = "",
    noted: models.Model | None = None,
    facts: Mapping[str, Any] | None = None,
) -> bytes:
    """``hand_out()`` of a registered paper as the record says it now. Raises Refusal where it is gone.

    The copy is kept together with its line in the journal (``action``, ``facts``; about ``noted`` if not the subject).
    """
    printable = PRINTABLES[code]
    paper = printable.compose(subject, part)
    if paper is None:
        raise Refusal(f"没有这份《{printable.title}》，请刷新页面后再试")
    about = About(code, printable.title, subject, unit, getattr(subject, "village", None), part=part)
    content = hand_out(paper=paper, about=about, form=form, actor=actor, mark=mark)
    told = {"form": form, **(facts or {})}
    record(actor=actor, action=action, subject=noted or subject, unit=unit, facts=told)
    return content


SAME, CHANGED, VOID, GONE = "SAME", "CHANGED", "VOID", "GONE"
WORDS = {SAME: "一致", CHANGED: "已变化", VOID: "已作废", GONE: "已不存在"}


@dataclass(frozen=True, slots=True)
class Verified:
    """What a code, number or file stands for. ``whole``: the file itself is byte for byte what was given out."""

    title: str
    about: str
    unit: Unit
    standing: str
    url: str
    copy: PrintedCopy | None = None
    document: Document | None = None
    whole: bool = False


def verify(*, actor: Any, text: str = "", content: bytes | None = None) -> list[Verified]:
    """What this person may know about a paper; empty when there is none in reach. Journalled. Raises Refusal."""
    if content is None and not text.strip():
        raise Refusal("请输入核验码、内容校验或文号，或选择文件", field="text")
    found = _by_file(content, actor) if content is not None else _by_text(text, actor)
    for one in found or (None,):
        facts = {"title": one.title, "standing": WORDS[one.standing]} if one else {"title": "没有查到"}
        subject = (one.copy or one.document) if one else None
        record(
            actor=actor,
            action="document.verify",
            subject=subject,
            unit=one.unit if one else None,
            facts=facts,
        )
    return found


def _by_file(content: bytes, actor: Any) -> list[Verified]:
    digest = hashlib.sha256(content).hexdigest()
    copies = PrintedCopy.objects.visible_to(actor).filter(file_sha256=digest)
    return [_of_copy(copy, whole=True) for copy in _related(copies)]


def _by_text(text: str, actor: Any) -> list[Verified]:
    """By the code of a copy, the checksum or the number of a 文书."""
    plain = re.sub(r"[\s\-—－]", "", text).upper()
    if CODE.fullmatch(plain):
        return [_of_copy(copy) for copy in _related(PrintedCopy.objects.visible_to(actor).filter(code=plain))]
    documents = Document.objects.visible_to(actor).select_related("unit", "issuer")
    if DIGEST.fullmatch(plain.lower()):
        documents = documents.filter(sha256__startswith=plain.lower())
    else:
        documents = documents.filter(number=re.sub(r"\s", "", text).translate(BRACKETS))
    return [_of_document(document) for document in documents[:5]]


def _related(copies: Any) -> Any:
    return copies.select_related("unit", "document__unit", "document__issuer", "printed_by")


def _of_document(document: Document) -> Verified:
    standing = VOID if document.state == "VOID" else SAME
    url = FLOWS[document.flow.code].url(document)
    return Verified(document.title, document.about, document.unit, standing, url, document=document)


def _of_copy(copy: PrintedCopy, *, whole: bool = False) -> Verified:
    document, subject = copy.document, subject_of(copy)
    url, about = _place(copy, subject)
    return Verified(
        copy.title,
        about,
        copy.unit,
        standing_of(copy, subject),
        url,
        copy=copy,
        document=document,
        whole=whole,
    )


def _place(copy: PrintedCopy, subject: Any) -> tuple[str, str]:
    """Where the record is, and what it is called."""
    if copy.document is not None:
        return FLOWS[copy.document.flow.code].url(copy.document), copy.document.about
    if subject is None:
        return "", ""
    printable = PRINTABLES.get(copy.kind)
    entry = FLOWS[subject.flow.code] if printable is None else None
    return (entry.url(subject) if entry else printable.url(subject)), str(subject)  # type: ignore[union-attr]


def subject_of(copy: PrintedCopy) -> Any:
    """The record a copy is about; None when it is there no more."""
    return apps.get_model(copy.subject_type)._base_manager.filter(pk=copy.subject_id).first()


def standing_of(copy: PrintedCopy, subject: Any) -> str:
    """Whether the electronic original still says what the copy says."""
    if copy.document is not None:
        if copy.document.state == "VOID":
            return VOID
        now: Paper | None = copy.document.paper()
    else:
        now = None if subject is None else composed_now(copy, subject)
    if now is None:
        return GONE
    return SAME if fingerprint(now) == copy.content_sha256 else CHANGED


def composed_now(copy: PrintedCopy, subject: Any) -> Paper | None:
    """The paper as the record says it now; None for a kind that is not declared any more."""
    if copy.kind in PRINTABLES:
        return PRINTABLES[copy.kind].compose(subject, copy.part)
    return form_paper(KINDS[copy.kind], subject) if copy.kind in KINDS else None


def form_paper(kind: Kind, subject: FlowSubject) -> Paper:
    """A sheet to be filled in by hand, with what is known today; without paper, with the steps signed so far."""
    today = timezone.localdate()
    words = words_at(kind.code, unit=subject.flow_unit, on=today)
    return with_steps(compose(kind, subject, {}, words=words).paper, subject, on=today)
