"""The state machine of a core check (核对, B07): requested, started, reported, told, objected to, looked at again."""
# requirements: B07

from cases import check_guards as guards
from salvation.flow.table import Deadline, Flow, Need, State, Step

SUMMARY = Need("summary", "综合结论", "long", help="逐项写明核对结果；存疑的写明金额和来源")

CHECK = Flow(
    code="check",
    label="经济状况核对",
    initial="REQUESTED",
    states=(
        State("REQUESTED", "已提请", "wait", "check.issue", "启动核对", Deadline("sla.check.start")),
        State("STARTED", "核对中", "wait", "check.issue", "出具核对报告", Deadline("sla.check.finish")),
        State("CONFORMS", "报告：符合", "good"),
        State("FAILED", "报告：不符合", "bad", "check.request", "告知申请人核对结果", Deadline("sla.check.tell")),
        State("TOLD", "已告知申请人", "bad", "check.request", "登记异议，或报不予确认", Deadline("sla.check.object", workdays=False)),
        State("OBJECTED", "异议复查", "wait", "check.issue", "复查异议", Deadline("sla.check.finish")),
        State("WITHDRAWN", "已撤回", "ended"),
    ),
    steps=(
        Step("start", "启动核对", ("REQUESTED",), "STARTED", "check.issue", guards=(guards.all_still_authorised,)),
        Step("conforms", "出具报告：符合", ("STARTED", "OBJECTED"), "CONFORMS", "check.issue",
             guards=(guards.has_answers,), needs=(SUMMARY,)),
        Step("fails", "出具报告：不符合", ("STARTED", "OBJECTED"), "FAILED", "check.issue",
             guards=(guards.has_answers,), needs=(SUMMARY,)),
        Step("tell", "告知申请人", ("FAILED",), "TOLD", "check.request",
             needs=(Need("told_on", "告知日期", "date"), Need("told_to", "告知了谁")),
             help="当面或书面告知核对结果；申请人可以提出异议并提交佐证"),
        Step("object", "登记异议", ("TOLD",), "OBJECTED", "check.request", reason=True,
             needs=(Need("evidence", "佐证材料", "files", help="申请人提交的证明，可多选"),),
             help="写明申请人对哪一项有异议"),
        Step("withdraw", "撤回提请", ("REQUESTED",), "WITHDRAWN", "check.request", reason=True, danger=True),
        Step("lapse", "申请已办结，不再核对", ("REQUESTED", "STARTED", "OBJECTED"), "WITHDRAWN", None),
    ),
)  # fmt: skip
