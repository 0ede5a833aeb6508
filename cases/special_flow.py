"""The state machine of 一事一议 (B16): proposed by the township, looked at by the county, resolved by a meeting."""
# requirements: B16

from cases import special_guards as guards
from cases.rules.codes import Program
from salvation.flow.table import Flow, Need, State, Step

LASTING = tuple(program for program in Program if not program.value.startswith("TEMP_"))
PROGRAM = Need(
    "program", "会议确定的救助类别", "choice", choices=tuple((code.value, code.label) for code in LASTING)
)
MEETING = Need("meeting", "会议", "meeting", help="一事一议会议或联席会议；先在“会议”登记")

SPECIAL = Flow(
    code="special",
    label="一事一议",
    initial="DRAFT",
    states=(
        State("DRAFT", "待提交", "draft", "case.submit", "提交一事一议"),
        State("CHECKING", "县局初核", "wait", "case.review", "初核一事一议"),
        State("MEETING", "待会议研究", "wait", "case.confirm.county", "登记一事一议结论"),
        State("AGREED", "会议同意", "good"),
        State("REFUSED", "会议不同意", "bad"),
        State("WITHDRAWN", "已撤回", "ended"),
    ),
    steps=(
        Step("submit", "提交县局初核", ("DRAFT",), "CHECKING", "case.submit", guards=(guards.still_open,)),
        Step("check", "初核同意，报会议", ("CHECKING",), "MEETING", "case.review", guards=(guards.still_open,),
             needs=(Need("opinion", "初核意见", "long", help="难点是否属实，为什么不能按常规办理"),)),
        Step("send_back", "退回", ("CHECKING",), "DRAFT", "case.review", reason=True),
        Step("agree", "会议同意", ("MEETING",), "AGREED", "case.confirm.county", reason=True, apart_from=("submit", "check"),
             guards=(guards.still_open, guards.program_fits, guards.amount_fits, guards.valid_ahead),
             needs=(MEETING, PROGRAM, Need("amount", "月救助金（元/月）", "money", required=False, help="低保边缘、刚性支出不填"),
                    Need("valid_until", "有效期止", "date", help="不超过12个月，满期重新申请")),
             help="“理由”写明依据；金额与核算不一致的，写明偏离的原因"),
        Step("refuse", "会议不同意", ("MEETING",), "REFUSED", "case.confirm.county", reason=True, danger=True,
             apart_from=("submit", "check"), needs=(MEETING,)),
        Step("withdraw", "撤回", ("DRAFT", "CHECKING"), "WITHDRAWN", "case.submit", reason=True, danger=True),
        Step("lapse", "申请已办结，不再研究", ("DRAFT", "CHECKING", "MEETING"), "WITHDRAWN", None),
    ),
)  # fmt: skip
