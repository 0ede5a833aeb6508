"""The state machine of active discovery (B25): found, looked into, told of the policies, led to an application or a reason."""
# requirements: B25, B26

from cases import discovery_guards as guards
from salvation.flow.table import Deadline, Flow, Need, State, Step

OUTCOMES = (
    ("DIBAO", "申请低保"),
    ("TEKUN", "申请特困"),
    ("MARGINAL", "申请低保边缘"),
    ("RIGID", "申请刚性支出困难"),
    ("RELIEF", "申请临时救助"),
    ("HELPED", "已在救助中"),
    ("REFERRED", "转介专项救助、慈善帮扶"),
    ("DECLINED", "告知后本人不申请"),
    ("UNFIT", "不符合条件"),
)
WAYS = (("FACE", "当面告知"), ("PHONE", "电话告知"), ("PAPER", "送达政策单"))
FINDING = (
    Need("checked_on", "核查日期", "date"),
    Need("checkers", "核查人员", help="两人以上，用顿号隔开"),
    Need("finding", "核查情况", "long", help="家庭成员、收入来源、财产、困难原因；看到什么写什么"),
)

DISCOVERY = Flow(
    code="discovery",
    label="主动发现",
    initial="FOUND",
    states=(
        State("FOUND", "待核查", "wait", "case.survey", "核查主动发现对象", Deadline("sla.discovery.check")),
        State("CHECKED", "已核查", "wait", "case.submit", "告知救助政策", Deadline("sla.discovery.settle")),
        State("INFORMED", "已告知政策", "wait", "case.submit", "代为申请或登记结论", Deadline("sla.discovery.settle")),
        State("CLOSED", "已有结论", "good"),
        State("VOID", "登记有误", "ended"),
    ),
    steps=(
        Step("list", "列入排查名单", ("FOUND",), "FOUND", None),
        Step("check", "登记核查情况", ("FOUND",), "CHECKED", "case.survey", needs=FINDING, guards=(guards.checked_in_time,)),
        Step("inform", "登记政策告知", ("CHECKED",), "INFORMED", "case.submit",
             needs=(Need("informed_on", "告知日期", "date"), Need("way", "告知方式", "choice", choices=WAYS)),
             guards=(guards.informed_in_time,),
             help="告知可以申请哪些救助、要哪些材料；发现不等于纳入，符合条件的仍须申请（第28条）"),
        Step("conclude", "登记结论", ("INFORMED",), "CLOSED", "case.submit", reason=True,
             needs=(Need("outcome", "结论", "choice", choices=OUTCOMES),), guards=(guards.leads_somewhere,),
             help="“理由”写依据；不符合的写明哪一条不符合"),
        Step("again", "退回重新核查", ("CHECKED", "INFORMED"), "FOUND", "case.first_review", reason=True),
        Step("void", "登记有误，作废", ("FOUND",), "VOID", "case.submit", reason=True, danger=True),
    ),
)  # fmt: skip
