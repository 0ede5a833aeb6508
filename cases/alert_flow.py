"""The state machine of a monitoring alert (B34): raised, looked into, settled: taken in, told, referred, ended, unfounded."""
# requirements: B34

from cases.discovery_flow import FINDING
from salvation.flow.marks import needs_data
from salvation.flow.table import Context, Deadline, Flow, Need, State, Step

DISPOSALS = (
    ("APPLY", "已代为申请救助"),
    ("TOLD", "已告知政策，本人不申请"),
    ("REFERRED", "已转介专项救助"),
    ("CHANGED", "已登记变更（停发、减发、成员变更）"),
    ("DONE", "政策已落实"),
    ("UNFIT", "核查后不符合条件"),
    ("UNFOUNDED", "预警不属实，维持不变"),
)
# What a disposal rests on must exist: an alert is not closed on paper only.
REMEDIES = {
    "APPLY": "还没有在办或已确认的申请，请先在家庭中登记申请",
    "REFERRED": "还没有登记转介需求，请先在家庭的“救助链”登记",
    "CHANGED": "预警之后还没有登记变更单，请先登记变更",
}


@needs_data
def rests_on_something(context: Context) -> str | None:
    """The application, referral or change order that the disposal speaks of was registered."""
    disposal = str(context.data.get("disposal", ""))
    if disposal in REMEDIES and not context.subject.backed(disposal):
        return REMEDIES[disposal]
    return None


ALERT = Flow(
    code="alert",
    label="监测预警",
    initial="RAISED",
    states=(
        State("RAISED", "待核查", "wait", "case.survey", "核查监测预警", Deadline("sla.alert.check")),
        State("CHECKED", "已核查，待处置", "wait", "case.submit", "处置监测预警", Deadline("sla.alert.settle")),
        State("SETTLED", "已处置", "good"),
    ),
    steps=(
        Step("raise", "系统预警", ("RAISED",), "RAISED", None),
        Step("check", "登记核查情况", ("RAISED",), "CHECKED", "case.survey", needs=FINDING),
        Step("settle", "登记处置", ("CHECKED",), "SETTLED", "case.submit", reason=True, guards=(rests_on_something,),
             needs=(Need("disposal", "处置", "choice", choices=DISPOSALS),), help="“理由”写依据"),
        Step("again", "退回重新核查", ("CHECKED",), "RAISED", "case.first_review", reason=True),
    ),
)  # fmt: skip
