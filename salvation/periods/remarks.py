"""Remarks of the county at cells, the unit's answers, and explanations of figures that do not tie."""

from datetime import datetime
from typing import Any

from django.db import transaction

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.periods.models import CellRemark, Submission
from salvation.periods.services import EDITABLE, moment

register(submission__remark="批注数据", submission__answer="答复批注", submission__explain="填写勾稽说明")

LONGEST = 300
# Answered and explained while the unit works on its table.
WITH_UNIT = EDITABLE


@transaction.atomic
def add_remark(*, submission: Submission, cell: str, text: str, actor: Any, now: datetime) -> CellRemark:
    """Ask about a cell of a table that was handed in. Raises Refusal elsewhere."""
    require(actor, "table.accept", submission.unit)
    locked = Submission.objects.select_for_update(of=("self",)).select_related("unit").get(pk=submission.pk)
    if locked.state != "SUBMITTED":
        raise Refusal(f"该表{locked.get_state_display()}，只有已报送、待接收的表可以批注")
    text = _said(text, "批注")
    remark = CellRemark.objects.create(submission=locked, cell=cell, text=text, by=actor, at=now)
    facts = {"cell": cell, "text": text}
    record(actor=actor, action="submission.remark", subject=locked, unit=locked.unit, facts=facts)
    return remark


@transaction.atomic
def answer_remark(*, remark: CellRemark, text: str, actor: Any, now: datetime) -> CellRemark:
    """Answer the county. Raises Refusal unless the table is back with the unit."""
    submission = (
        Submission.objects.select_for_update(of=("self",)).select_related("unit").get(pk=remark.submission_id)
    )
    require(actor, "table.fill", submission.unit)
    if submission.state not in WITH_UNIT:
        raise Refusal(f"该表{submission.get_state_display()}，退回后才能答复批注")
    remark.answer, remark.answered_by, remark.answered_at = _said(text, "答复"), actor, now
    remark.save(update_fields=["answer", "answered_by", "answered_at"])
    facts = {"cell": remark.cell, "answer": remark.answer}
    record(actor=actor, action="submission.answer", subject=submission, unit=submission.unit, facts=facts)
    return remark


@transaction.atomic
def explain_check(*, submission: Submission, code: str, text: str, actor: Any, now: datetime) -> Submission:
    """Say why figures that do not tie are right. Raises Refusal for a check that must hold."""
    require(actor, "table.fill", submission.unit)
    locked = Submission.objects.select_for_update(of=("self",)).select_related("unit").get(pk=submission.pk)
    if locked.state not in WITH_UNIT:
        raise Refusal(f"该表{locked.get_state_display()}，不能再填说明；需要修改请先退回")
    check = next((check for check in locked.periodical.checks if check.code == code), None)
    if check is None or not check.explain:
        raise Refusal("这项勾稽必须相符，不能以说明代替，请更正数据")
    said = {"text": _said(text, "说明"), "by": str(actor), "at": moment(now)}
    locked.explanations = {**locked.explanations, code: said}
    locked.save(update_fields=["explanations"])
    facts = {"check": check.label, "text": said["text"]}
    record(actor=actor, action="submission.explain", subject=locked, unit=locked.unit, facts=facts)
    return locked


def _said(text: str, what: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Refusal(f"请填写{what}，不超过{LONGEST}字", field="text")
    return text
