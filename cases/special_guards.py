"""Guards of 一事一议: the meeting names a programme that fits the household, and an amount where it is paid."""

from decimal import Decimal, InvalidOperation

from django.utils import timezone

from cases.rules.codes import Program
from salvation.flow.marks import needs_data
from salvation.flow.table import Context

UNPAID = (Program.MARGINAL, Program.RIGID_EXPENSE)
AREAS = {Program.DIBAO_URBAN: "URBAN", Program.DIBAO_RURAL: "RURAL"}


def _program(context: Context) -> Program | None:
    given = str(context.data.get("program"))
    return next((program for program in Program if program.value == given), None)


@needs_data
def program_fits(context: Context) -> str | None:
    """A legal programme, the one of the household's area (02 §2.0)."""
    program = _program(context)
    if program is None or program.value.startswith("TEMP_"):
        return "请选择会议确定的救助类别"
    area = AREAS.get(program)
    if area is not None and area != context.subject.application.standard_area:
        return f"本户不适用{program.label}的标准，请按城乡选择类别"
    return None


@needs_data
def amount_fits(context: Context) -> str | None:
    paid = _program(context) not in UNPAID
    try:
        amount = Decimal(str(context.data.get("amount") or "0").replace(",", ""))
    except InvalidOperation:
        return "金额不是有效的数字"
    if paid and amount <= 0:
        return "该类别按月发放救助金，请填会议确定的金额"
    return None if paid or amount == 0 else "低保边缘、刚性支出只作认定，没有月救助金，金额不填"


@needs_data
def valid_ahead(context: Context) -> str | None:
    given = str(context.data.get("valid_until") or "")
    today = timezone.localdate(context.now)
    if given and given <= today.isoformat():
        return "有效期止须晚于今天"
    last = today.replace(year=today.year + 1, day=min(today.day, 28))
    return "一事一议的有效期不超过12个月，满期重新申请" if given > last.isoformat() else None


def still_open(context: Context) -> str | None:
    """Nothing is deliberated about a case that is over."""
    application = context.subject.application
    if application.state in application.flow.ended:
        return f"该申请已是“{application.get_state_display()}”，不再一事一议"
    return None
