"""Documents that the steps of the flows need: drawn up as drafts at once, issued and delivered before a change counts."""

from datetime import date

from cases.documents.changes import OF_KIND
from cases.models.choices import ChangeKind
from salvation.documents.models import Document
from salvation.documents.services import draft_for_step, issue_document
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform
from salvation.flow.table import Context, Effect


def drafting(code: str) -> Effect:
    """Draw the document of a step up."""

    def draft(context: Context) -> None:
        draft_for_step(code=code, subject=context.subject, now=context.now)

    return draft


def draft_for_order(context: Context) -> None:
    """What the family is to be told of this order."""
    kind = OF_KIND.get(ChangeKind(context.subject.kind))
    if kind is not None:
        draft_for_step(code=kind.code, subject=context.subject, now=context.now)


def family_is_told(context: Context) -> None:
    """No order takes effect without its document: a draft is issued, and the day the family was told is kept."""
    order = context.subject
    draft_for_order(context)
    kind = OF_KIND.get(ChangeKind(order.kind))
    if kind is None:
        return
    document = (
        Document.objects.filter(subject_type=kind.subject, subject_id=order.pk, code=kind.code)
        .exclude(state="VOID")
        .latest("pk")
    )
    if document.state == "DRAFT":
        issue_document(document=document, actor=None, now=context.now)
    if document.state != "ISSUED":
        return
    told_on = date.fromisoformat(str(context.data["notified_on"]))
    if told_on < document.dated:
        raise Refusal(
            f"告知日期早于决定日期 {document.dated:%Y-%m-%d}，请核对",
            rule="告知须在决定之后",
            field="notified_on",
        )
    data = {"delivered_on": told_on.isoformat(), "way": "DIRECT", "received_by": order.benefit.applicant.name}
    perform(subject=document, step="delivered", actor=None, now=context.now, data=data)


def papers_are_void(context: Context) -> None:
    """The order is not carried out: what nobody has received yet is not handed out either."""
    order = context.subject
    papers = Document.objects.filter(
        subject_type=order._meta.label_lower, subject_id=order.pk, state__in=("DRAFT", "ISSUED")
    )
    for document in papers:
        perform(subject=document, step="void", actor=None, now=context.now, comment=f"变更单{order.no}已作废")


APPLICATION = {
    "accept": (drafting("accepted"),),
    "correct": (drafting("correction"),),
    "decline": (drafting("not-accepted"),),
    "confirm_county": (drafting("confirmed"),),
    "confirm_town": (drafting("confirmed"),),
    "reject_county": (drafting("rejected"),),
    "reject_town": (drafting("rejected"),),
    "terminate": (drafting("terminated"),),
}
CHANGE_ORDER = {
    "decide_town": (draft_for_order,),
    "decide_county": (draft_for_order,),
    "decide_leader": (draft_for_order,),
    "notice_over_town": (draft_for_order,),
    "take_effect": (family_is_told,),
    "convert": (draft_for_order,),
    "run": (draft_for_order,),
    "overtaken": (papers_are_void,),
    "revoke_town": (papers_are_void,),
    "revoke_county": (papers_are_void,),
}
