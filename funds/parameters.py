"""Parameters of funds: when rosters are made, due and paid (domain/09, 03 §3.4, 12 §12.1 #17)."""

from salvation.domain.workdays import Roll
from salvation.parameters.registry import Parameter

CYCLE = "000 第55条"
ROSTER = "002 第31条"
HANDBOOK = "发放批次流程（03 §3.4）"
ROLLS = ((Roll.PREV.value, "提前"), (Roll.NEXT.value, "顺延"), (Roll.NONE.value, "不动"))

ALL = (
    Parameter("funds.roster_month_offset", "花名表生成月到发放月", "int", 1, ROSTER, "原文", "月"),
    Parameter("funds.roster_due_day", "花名表上报日（月内无此日为月末日）", "int", 30, ROSTER, "原文", "日"),
    Parameter("funds.county_check_day", "县局审核日（发放月）", "int", 2, HANDBOOK, "查到", "日"),
    Parameter("funds.approve_day", "局务会同意日（发放月）", "int", 3, HANDBOOK, "查到", "日"),
    Parameter("funds.pay_by_day", "发放到位日（发放月）", "int", 10, CYCLE, "原文", "日"),
    Parameter("deadline.roll", "期限逢休息日", "choice", "PREV", ROSTER, "原文", choices=ROLLS),
    Parameter("funds.require_death_match", "签章前须有当期死亡比对", "bool", False, "12 §12.1 第5条", "原文"),
    Parameter(
        "funds.require_residents",
        "签章前集中供养付款人数须等于在院人数",
        "bool",
        False,
        "01 D11；002 L31",
        "通识",
    ),
    Parameter(
        "funds.require_attestation", "签章前须各村月度签字齐全", "bool", False, "12 §12.1 第5条", "原文"
    ),
)
