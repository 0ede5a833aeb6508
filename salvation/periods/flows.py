"""Submissions (报送): pending → draft → fill → sign → submit → return or accept → frozen (03 §3.8)."""

from salvation.flow.table import Context, Flow, State, Step


def checks_pass(context: Context) -> str | None:
    """Cross-checks of the table are asked when it is signed."""
    problems = context.subject.failed_checks()
    return f"勾稽不符，不能签批：{'；'.join(problems[:3])}" if problems else None


def drafted_from_frozen_month(context: Context) -> str | None:
    return None if context.subject.frozen else "统计月还没有冻结，草稿只供查看"


SUBMISSION = Flow(
    code="submission",
    label="报送",
    initial="PENDING",
    states=(
        State("PENDING", "待生成", "draft"),
        State("DRAFT_READY", "已生成", "wait", "table.fill", "核对填报"),
        State("FILLING", "填报中", "wait", "table.fill", "填报"),
        State("READY", "待签批", "wait", "table.sign", "签批"),
        State("SIGNED", "已签批", "wait", "table.fill", "报送"),
        State("SUBMITTED", "已报送", "wait", "table.accept", "接收"),
        State("RETURNED", "已退回", "bad", "table.fill", "修改后重报"),
        State("ACCEPTED", "已接收", "good"),
        State("FROZEN", "已归档", "good"),
    ),
    steps=(
        Step("generate", "生成草稿", ("PENDING",), "DRAFT_READY", None),
        Step("fill", "填报", ("DRAFT_READY", "RETURNED", "FILLING"), "FILLING", "table.fill"),
        Step("hand_over", "提交签批", ("DRAFT_READY", "FILLING", "RETURNED"), "READY", "table.fill",
             guards=(drafted_from_frozen_month,),
             help="没有发生的项目填 0 或保持系统数；零报告也要提交"),
        Step("rework", "退回修改", ("READY",), "FILLING", "table.sign", reason=True),
        Step("sign", "签批", ("READY",), "SIGNED", "table.sign",
             guards=(drafted_from_frozen_month, checks_pass), apart_from=("fill", "hand_over")),
        Step("submit", "报送县局", ("SIGNED",), "SUBMITTED", "table.fill"),
        Step("return", "退回", ("SUBMITTED",), "RETURNED", "table.accept", reason=True),
        Step("accept", "接收", ("SUBMITTED",), "ACCEPTED", "table.accept", apart_from=("fill", "sign", "submit")),
        Step("file", "归档", ("ACCEPTED",), "FROZEN", "table.accept"),
    ),
)  # fmt: skip
