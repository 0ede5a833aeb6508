"""The state machine of temporary relief (03 §3.3): decided at two levels, or helped first and papers later."""
# requirements: E01, E02, E03, E04, E06, E07, E08, E10

from cases import relief_guards as guards
from cases.guards import parameters_confirmed
from salvation.flow.table import Deadline, Flow, Need, State, Step

MEETING = Need("meeting", "集体审批会议", "meeting", help="先在“会议”登记；特别救助须一事一议或联席会议")
AMOUNT = Need("amount", "救助金额（元）", "money", help="不得超过核算金额")
REFUND = Need("meeting", "集体审批会议", "meeting")
PAYMENT = (
    Need("paid_on", "到账日期", "date"),
    Need("voucher", "凭证号", help="银行回单或备用金凭证的编号"),
)

RELIEF = Flow(
    code="relief",
    label="临时救助",
    initial="DRAFT",
    states=(
        State("DRAFT", "草稿", "draft", "case.submit", "提交临时救助"),
        State("ACCEPTED", "已受理", "wait", "case.submit", "核实情况并报批", Deadline("sla.temp.survey")),
        State("ADVANCE", "先行救助待付款", "wait", "relief.pay", "支付先行救助款", Deadline("sla.temp.advance")),
        State("ADVANCE_PAID", "先行救助待补手续", "wait", "case.submit", "补齐手续", Deadline("temp.supplement_days")),
        State("DECIDE_TOWN", "乡镇审批", "wait", "case.confirm.town", "审批", Deadline("sla.temp.decide")),
        State("DECIDE_COUNTY", "县级审批", "wait", "case.confirm.county", "审批", Deadline("sla.temp.decide")),
        State("PAYING", "待付款", "wait", "relief.pay", "支付救助款", Deadline("sla.temp.pay")),
        State("PAID", "已付款，待回访", "wait", "case.submit", "回访"),
        State("CLOSED", "已办结", "good"),
        State("REJECTED", "不予救助", "bad"),
        State("RECOVER", "不符合，先行款待追回", "bad", "relief.pay", "追回先行救助款"),
        State("REFUNDED", "不符合，先行款已追回", "ended"),
        State("WITHDRAWN", "已撤回", "ended"),
    ),
    steps=(
        Step("accept", "受理", ("DRAFT",), "ACCEPTED", "case.accept", guards=(guards.applicant_is_known,)),
        Step("advance", "先行救助", ("ACCEPTED",), "ADVANCE", "case.first_review",
             applies=(guards.is_emergency,), guards=(guards.within_town_limit_given,), apart_from=("accept",),
             needs=(Need("amount", "先行救助金额（元）", "money"),), reason=True,
             help="情况紧急的先给后补：付款后在规定期限内补齐登记对象、事由、金额和签字盖章"),
        Step("pay_advance", "登记先行付款", ("ADVANCE",), "ADVANCE_PAID", "relief.pay",
             guards=(guards.account_or_cash,), needs=PAYMENT, apart_from=("advance",)),
        Step("no_advance", "不再先行支付，按一般程序办理", ("ADVANCE",), "ACCEPTED", "case.first_review", reason=True,
             help="款没有付出的：申请人不再需要、情况不属实等；之后可撤回、报批或重新先行救助"),
        Step("supplement", "手续已补齐，报确认", ("ADVANCE_PAID",), "DECIDE_TOWN", "case.submit",
             guards=(guards.visited, guards.assessed, guards.has_materials)),
        Step("propose_town", "报乡镇审批", ("ACCEPTED",), "DECIDE_TOWN", "case.submit",
             applies=(guards.within_town_limit,), guards=(guards.visited, guards.assessed)),
        Step("propose_county", "报县级审批", ("ACCEPTED",), "DECIDE_COUNTY", "case.submit",
             applies=(guards.above_town_limit,), guards=(guards.visited, guards.assessed)),
        Step("return_town", "退回", ("DECIDE_TOWN",), "ACCEPTED", "case.confirm.town",
             applies=(guards.is_no_advance,), reason=True),
        Step("return_advance", "退回补正", ("DECIDE_TOWN",), "ADVANCE_PAID", "case.confirm.town",
             applies=(guards.is_advance,), reason=True),
        Step("return_county", "退回", ("DECIDE_COUNTY",), "ACCEPTED", "case.confirm.county", reason=True),
        Step("approve_town", "同意救助", ("DECIDE_TOWN",), "PAYING", "case.confirm.town",
             applies=(guards.is_no_advance,), apart_from=("accept", "propose_town"), needs=(MEETING, AMOUNT),
             guards=(guards.eligible, parameters_confirmed, guards.amount_within_working, guards.within_town_limit_given)),
        Step("confirm_advance", "确认先行救助", ("DECIDE_TOWN",), "PAID", "case.confirm.town",
             applies=(guards.is_advance,), guards=(guards.eligible, guards.advance_within_working),
             apart_from=("accept", "supplement"), needs=(MEETING,)),
        Step("deny_advance", "不符合，追回先行款", ("DECIDE_TOWN",), "RECOVER", "case.confirm.town",
             applies=(guards.is_advance,), apart_from=("accept", "supplement"), needs=(REFUND,), reason=True, danger=True),
        Step("refund", "登记先行款已追回", ("RECOVER",), "REFUNDED", "relief.pay", apart_from=("deny_advance",),
             needs=(Need("refunded_on", "追回日期", "date"), Need("voucher", "凭证号", help="入账或缴款凭证的编号"))),
        Step("approve_county", "同意救助", ("DECIDE_COUNTY",), "PAYING", "case.confirm.county",
             apart_from=("accept", "propose_county"), needs=(MEETING, AMOUNT),
             guards=(guards.eligible, parameters_confirmed, guards.amount_within_working)),
        Step("reject_town", "不予救助", ("DECIDE_TOWN",), "REJECTED", "case.confirm.town",
             applies=(guards.is_no_advance,), apart_from=("accept", "propose_town"), needs=(REFUND,), reason=True, danger=True),
        Step("reject_county", "不予救助", ("DECIDE_COUNTY",), "REJECTED", "case.confirm.county",
             apart_from=("accept", "propose_county"), needs=(REFUND,), reason=True, danger=True),
        Step("pay", "登记付款", ("PAYING",), "PAID", "relief.pay",
             guards=(guards.account_or_cash,), needs=PAYMENT, apart_from=("approve_town", "approve_county")),
        Step("call_off_town", "撤销决定，不再付款", ("PAYING",), "WITHDRAWN", "case.confirm.town",
             applies=(guards.decided_by_town,), reason=True, danger=True,
             help="款没有付出的：申请人撤回、死亡或困难已解决；不计入已救助次数"),
        Step("call_off_county", "撤销决定，不再付款", ("PAYING",), "WITHDRAWN", "case.confirm.county",
             applies=(guards.decided_by_county,), reason=True, danger=True,
             help="款没有付出的：申请人撤回、死亡或困难已解决；不计入已救助次数"),
        Step("follow_up", "登记回访", ("PAID",), "CLOSED", "case.submit",
             needs=(
                 Need("visited_on", "回访日期", "date"),
                 Need("outcome", "回访结论", "choice", choices=(
                     ("EASED", "困难已缓解"), ("STILL", "仍有困难，申请低保"), ("REFERRED", "转介专项救助"), ("OTHER", "其他"))),
             )),
        Step("withdraw", "申请人撤回", ("DRAFT", "ACCEPTED"), "WITHDRAWN", "case.submit", reason=True, danger=True),
    ),
)  # fmt: skip
