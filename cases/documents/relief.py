"""The 文书 of temporary relief: the sheet it is decided on, the word to the family, the order to pay (02 §2.7, 03 §3.3)."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from cases.documents.facts import appeal, comment_of, contact, day, masked_id, money
from salvation.documents.declared import Fact, Kind
from salvation.documents.official import Cell, Grid, Line, Part
from salvation.flow.table import Need

SUBJECT = "cases.relief"
LLS = "民政部、财政部关于进一步加强和改进临时救助工作的意见"
DECIDED = frozenset({"PAYING", "PAID", "CLOSED"})
SIGNING = (("申请人（签字）", "", "日期", "　　年　月　日"), ("经办人（签字）", "", "日期", "　　年　月　日"))


def decided(relief: Any) -> str | None:
    return None if relief.state in DECIDED else "决定同意后出具"


def rejected(relief: Any) -> str | None:
    return None if relief.state in {"REJECTED", "RECOVER", "REFUNDED"} else "决定不予救助后出具"


def registered(relief: Any) -> str | None:
    return "该件已撤回" if relief.state == "WITHDRAWN" else None


def deciding_unit(relief: Any) -> Any:
    return relief.county if relief.level == "COUNTY" else relief.unit


def amount(relief: Any) -> str | None:
    return money(relief.amount) if relief.amount is not None else None


def payee(relief: Any) -> str | None:
    """Who is paid how; the account masked, as the paper lies about on its way."""
    if relief.cash_reason:
        return f"现金（{relief.cash_reason}）"
    return f"本人账户{relief.account.masked()}" if relief.account else None


def _wide(text: str) -> Cell:
    return Cell(text, span=3, align="left")


def approval_sheet(relief: Any, given: Mapping[str, Any]) -> list[Part]:
    """The 审批表: everything known is filled in, opinions and signatures are left to the pen."""
    grid = Grid(
        (),
        (
            ("申请人", relief.applicant.name, "身份证号", masked_id(relief.applicant)),
            ("村（社区）", str(relief.village), "受助人数", f"{relief.persons}人"),
            ("救助类型", relief.get_program_display(), "情形", relief.get_situation_display()),
            ("发生日期", day(relief.happened_on) or "", "申请日期", day(relief.applied_on) or ""),
            ("困难情况", _wide(relief.reason)),
            ("核实情况", _wide(f"{relief.findings}\n核实人员：{relief.visitors}" if relief.visited_on else "\n")),
            ("核算金额", f"{relief.assessment.total:,.2f}元" if relief.assessment else "", "先行救助",
             f"{relief.amount:,.2f}元" if relief.advance and relief.amount else "无"),
            ("乡镇意见", _wide("\n\n　　　　　　　　　　　　　　　　　　（盖章）　　年　月　日")),
            ("县级意见", _wide("\n\n　　　　　　　　　　　　　　　　　　（盖章）　　年　月　日")),
        ),
        widths=(4, 8, 4, 8), size=10.5, height=11,
    )  # fmt: skip
    return [grid, Grid((), SIGNING, widths=(5, 8, 3, 8), size=10.5, height=11)]


def closing(relief: Any, given: Mapping[str, Any]) -> list[Part]:
    return [*contact(relief.unit)]


def appeals(relief: Any, given: Mapping[str, Any]) -> list[Part]:
    return [*appeal(relief.county), *contact(relief.unit)]


FACTS = (
    Fact("applicant", "申请人姓名", lambda r: r.applicant.name),
    Fact("applied", "申请日期", lambda r: day(r.applied_on)),
    Fact("program", "救助类型", lambda r: r.get_program_display()),
    Fact("situation", "情形", lambda r: r.get_situation_display()),
    Fact("no", "受理号", lambda r: r.no),
)


def about(relief: Any) -> str:
    return f"{relief.applicant.name} {relief.no}"


def decided_on(relief: Any) -> Any:
    return relief.decided_on or timezone.localdate()


SHEET = Kind(
    code="relief-sheet",
    title="临时救助审批表",
    subject=SUBJECT,
    basis=f"{LLS}；002 L33",
    may=registered,
    facts=FACTS,
    body=(approval_sheet,),
    issuer=lambda r: r.unit,
    dated=lambda r: timezone.localdate(),
    about=about,
    addressee="",
    form=True,
)
GRANTED = Kind(
    code="relief-granted",
    title="临时救助通知书",
    subject=SUBJECT,
    sign="临救",
    basis=LLS,
    may=decided,
    facts=(
        *FACTS,
        Fact("amount", "救助金额", amount),
        Fact("decided", "决定日期", lambda r: day(r.decided_on)),
        Fact("payee", "发放方式", payee, "在“收款账户”中登记"),
    ),
    body=(
        Line("你（户）因{situation}于{applied}提出的临时救助申请（受理号{no}），经核实和集体研究，"
             "于{decided}决定给予{program}，金额{amount}。"),
        Line("发放方式：{payee}。救助金不收取任何费用；有人收取费用或者要求代领的，请拒绝并举报。"),
        closing,
    ),
    issuer=deciding_unit,
    dated=decided_on,
    about=about,
)  # fmt: skip
DENIED = Kind(
    code="relief-denied",
    title="不予临时救助告知书",
    subject=SUBJECT,
    sign="临不救",
    basis=f"{LLS}；002 L29（书面说明理由）",
    may=rejected,
    facts=FACTS,
    body=(
        Line("你（户）因{situation}于{applied}提出的临时救助申请（受理号{no}），经核实和集体研究，决定不予救助。"),
        Line("理由：{reason}"),
        Line("情况发生变化、符合条件的，可以重新提出申请；需要其他帮助的，请向受理单位咨询。"),
        appeals,
    ),
    issuer=deciding_unit,
    dated=decided_on,
    about=about,
    needs=(Need("reason", "理由", "long", help="写明不符合哪一条件"),),
    suggest=lambda r: {"reason": comment_of(r, "reject_town", "reject_county", "deny_advance")},
    within="sla.reject.notify",
)  # fmt: skip
PAYMENT = Kind(
    code="relief-payment",
    title="临时救助金支付通知单",
    subject=SUBJECT,
    sign="临支",
    basis="002 L33（通过“一卡通”支付到救助对象个人账户）",
    may=decided,
    facts=(
        *FACTS,
        Fact("amount", "救助金额", amount),
        Fact("decided", "决定日期", lambda r: day(r.decided_on)),
        Fact("channel", "发放方式", lambda r: r.get_channel_display(), "在“收款账户”中登记"),
        Fact("payee", "收款", payee, "在“收款账户”中登记"),
    ),
    body=(
        Line("{applicant}的{program}（受理号{no}）已于{decided}决定，请支付救助金{amount}。"),
        Line("资金渠道：{channel}。收款：{payee}。"),
        Line("付款后将凭证号和到账日期登记入册。"),
    ),
    issuer=deciding_unit,
    dated=decided_on,
    about=about,
    addressee="财务（备用金管理）人员：",
)
ALL = (SHEET, GRANTED, DENIED, PAYMENT)
