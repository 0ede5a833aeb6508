"""Guards of temporary relief: each returns the reason of a refusal in Chinese, or None."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from salvation.flow.marks import needs_data
from salvation.flow.table import Context
from salvation.parameters.book import at

LLS = "临时救助意见"


def town_limit(relief: Any, on: Any) -> Decimal:
    """Up to how many yuan the township decides itself, on a day (E04)."""
    value = at("temp.town_limit", on=relief.accepted_on or on, unit=relief.unit).value
    return Decimal(0) if value is None else Decimal(str(value))


def applicant_is_known(context: Context) -> str | None:
    """凡救助必用库: the household is on file already; only the applicant's number must have been proven."""
    relief = context.subject
    if relief.applicant.id_status != "VALID" and relief.program != "TEMP_EMERGENCY":
        return "申请人的身份证号未通过校验，请先更正后再受理"
    return None


def is_emergency(context: Context) -> str | None:
    return None if context.subject.program == "TEMP_EMERGENCY" else "只有急难型可以先行救助"


def is_advance(context: Context) -> str | None:
    return None if context.subject.advance else "该件不是先行救助"


def is_no_advance(context: Context) -> str | None:
    return "该件已先行救助，请办理确认" if context.subject.advance else None


def decided_by_town(context: Context) -> str | None:
    return None if context.subject.level == "TOWNSHIP" else "该件由县级决定，由县级撤销"


def decided_by_county(context: Context) -> str | None:
    return None if context.subject.level == "COUNTY" else "该件由乡镇决定，由乡镇撤销"


def visited(context: Context) -> str | None:
    if not context.subject.visited_on:
        return "还没有登记核实情况，请先填写核实日期、人员和情况"
    return None


def assessed(context: Context) -> str | None:
    if context.subject.assessment is None:
        return "还没有核算救助金额，请先核算"
    return None


def has_materials(context: Context) -> str | None:
    if not context.subject.material_count():
        return "请上传补齐的手续（事由证明、签字盖章的审批表），至少一份"
    return None


def _above(context: Context) -> bool:
    relief = context.subject
    if relief.program == "TEMP_SPECIAL":
        return True
    proposed = relief.assessment.total if relief.assessment else Decimal(0)
    return bool(proposed > town_limit(relief, timezone.localdate(context.now)))


def within_town_limit(context: Context) -> str | None:
    return "核算金额超过乡镇审批额度，须报县级审批" if _above(context) else None


def above_town_limit(context: Context) -> str | None:
    return None if _above(context) else "核算金额在乡镇审批额度以内，由乡镇审批"


def amount_of(context: Context) -> Decimal | None:
    """The amount filled in; None when it is no number."""
    try:
        return Decimal(str(context.data.get("amount", "")).replace(",", ""))
    except InvalidOperation:
        return None


@needs_data
def within_town_limit_given(context: Context) -> str | None:
    amount, limit = amount_of(context), town_limit(context.subject, timezone.localdate(context.now))
    if amount is None or not amount.is_finite() or amount <= 0:
        return "救助金额须是大于0的数"
    if amount > limit:
        return f"{amount:,.2f}元超过乡镇单次审批额度{limit:,.2f}元，须报县级审批"
    return None


@needs_data
def amount_within_working(context: Context) -> str | None:
    """What is granted is never more than what the rules give (02 §2.7)."""
    amount, relief = amount_of(context), context.subject
    if amount is None or not amount.is_finite() or amount <= 0:
        return "救助金额须是大于0的数"
    if relief.assessment and amount > relief.assessment.total:
        return f"救助金额{amount:,.2f}元超过核算金额{relief.assessment.total:,.2f}元"
    return None


def advance_within_working(context: Context) -> str | None:
    relief = context.subject
    if relief.assessment and relief.amount and relief.amount > relief.assessment.total:
        return f"先行救助{relief.amount:,.2f}元超过核算金额{relief.assessment.total:,.2f}元，请退回补正或追回多付部分"
    return None


def eligible(context: Context) -> str | None:
    found = context.subject.assessment
    if found is None:
        return "还没有核算救助金额"
    return None if found.eligible else "核算结论为不符合条件，不能同意"


def account_or_cash(context: Context) -> str | None:
    """The one who is helped is paid, on his own account; cash only with a reason on file (E06, 002 L33)."""
    relief = context.subject
    if relief.account or relief.cash_reason:
        return None
    return "还没有登记申请人本人的收款账户；确需现金发放的，须写明理由（002 第33条）"
