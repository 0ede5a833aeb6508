"""The flow of a problem: found, filed, rectified with evidence, closed by somebody of another unit (03 §3.5)."""
# requirements: H01 part, H03 part, H05 part

from audits import guards
from salvation.flow.table import Flow, Need, State, Step

RECTIFICATION = Flow(
    code="rectification",
    label="问题整改",
    initial="FOUND",
    states=(
        State("FOUND", "发现", "draft", "rectify.create", "立案交办"),
        State("RECTIFYING", "整改中", "wait", "rectify.handle", "整改"),
        State("REVIEWING", "复核", "wait", "rectify.review", "复核销号"),
        State("CLOSED", "已销号", "good"),
        State("NOT_ISSUE", "不属实", "ended"),
    ),
    steps=(
        Step("register", "立案交办", ("FOUND",), "RECTIFYING", "rectify.create", guards=(guards.four_elements,)),
        Step("dismiss", "认定不属实", ("FOUND", "RECTIFYING"), "NOT_ISSUE", "rectify.review", reason=True),
        Step("apply", "申请销号", ("RECTIFYING",), "REVIEWING", "rectify.handle",
             guards=(guards.has_evidence,),
             needs=(Need("measures", "整改情况", "long"), Need("done_on", "完成日期", "date"))),
        Step("send_back", "退回整改", ("REVIEWING",), "RECTIFYING", "rectify.review", reason=True,
             guards=(guards.reviewer_of_another_unit,)),
        Step("close", "复核销号", ("REVIEWING",), "CLOSED", "rectify.review",
             guards=(guards.reviewer_of_another_unit, guards.reviewer_is_not_responsible), apart_from=("apply",),
             needs=(Need("opinion", "复核意见", "long"),)),
        Step("reopen", "反弹、虚假整改，重新整改", ("CLOSED",), "RECTIFYING", "rectify.review", reason=True,
             guards=(guards.reviewer_of_another_unit,),
             needs=(Need("tag", "性质", "choice", choices=(("RECURRENCE", "反弹"), ("FAKE", "虚假整改"))),)),
    ),
)  # fmt: skip
