"""The 文书 tab of a record: what can be issued now, what is drawn up, what went out."""

from dataclasses import dataclass
from typing import Any

from salvation.documents.declared import Gap, Kind, kinds_of
from salvation.documents.models import Document
from salvation.flow.models import FlowSubject


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind that concerns the record: to be drawn up now, or why not yet."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A document of the record; ``missing`` says what a draft lacks, ``mine`` whether this person may issue it."""

    document: Document
    missing: tuple[Gap, ...]
    mine: bool


def documents_tab(page: Any, subject: FlowSubject) -> dict[str, Any]:
    """Everything the tab shows."""
    user: Any = page.request.user
    documents = documents_of(subject, user)
    taken = {document.code for document in documents if document.once and document.state != "VOID"}
    kinds = kinds_of(subject)
    # What a decided subject does not allow it never will.
    offers = [
        Offered(kind, kind.may(subject) or "")
        for kind in kinds
        if not kind.form and kind.code not in taken and kind.fits(subject)
    ]
    return {
        "documents": [_shown(document, user) for document in documents],
        "offered": [offer for offer in offers if not offer.reason or subject.state not in subject.flow.ended],
        "forms": [kind for kind in kinds if kind.form and not kind.may(subject)],
        "may_issue": user.may("document.issue", subject.flow_unit),
        "subject": subject,
    }


def documents_of(subject: FlowSubject, user: Any) -> list[Document]:
    """What this person may see of a record's documents, the newest first."""
    rows = Document.objects.visible_to(user).filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk
    )
    return list(rows.select_related("issuer", "unit").order_by("-pk"))


def _shown(document: Document, user: Any) -> Shown:
    missing = document.composed().missing if document.state == "DRAFT" else ()
    return Shown(document, missing, user.may("document.issue", document.issuer))
