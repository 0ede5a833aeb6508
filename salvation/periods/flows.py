"""Submissions (报送): pending → draft → fill → sign → submit → return or accept → frozen → corrected (03 §3.8)."""

from salvation.flow.table import Context, Flow, State, Step


def checks_pass(context: Context) -> str | None:
    """Cross-checks of the table are asked when it is signed."""
    problems = context.subject.failed_checks()
    return f"勾稽不符，不能签批：{'；'.join(problems[:3])}" if problems else None


def remarks_answered(context: Context) -> str | None:
    """Every remark of the county is answered before the table goes back to it."""
    waiting = context.subject.remarks.filter(answer="").count()
    return f"还有 {waiting} 条批注没有答复，请逐条答复后再提交" if waiting else None


def correction_changes_something(context: Context) -> str | None:
    subject = context.subject
    if not subject.is_correction or any("was" in cell for cell in subject.cells.values()):
        return None
    return "更正版还没有更正任何数据"


def is_first_version(context: Context) -> str | None:
    return "更正版不能作零报告" if context.subject.is_correction else None


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
        State("CORRECTED", "已被更正", "ended"),
    ),
    steps=(
        Step("generate", "生成草稿", ("PENDING",), "DRAFT_READY", None),
        Step("fill", "填报", ("DRAFT_READY", "RETURNED", "FILLING"), "FILLING", "table.fill"),
        Step("hand_over", "提交签批", ("DRAFT_READY", "FILLING", "RETURNED"), "READY", "table.fill",
             guards=(drafted_from_frozen_month, remarks_answered, correction_changes_something),
             help="没有发生的项目填 0 或保持系统数；全部没有发生的用“零报告”一次提交"),
        Step("zero", "零报告", ("DRAFT_READY", "FILLING"), "READY", "table.fill",
             applies=(is_first_version,), guards=(drafted_from_frozen_month,),
             help="没有填写的项目全部记为 0，并提交签批"),
        Step("rework", "退回修改", ("READY",), "FILLING", "table.sign", reason=True),
        Step("sign", "签批", ("READY",), "SIGNED", "table.sign",
             guards=(drafted_from_frozen_month, checks_pass), apart_from=("fill", "hand_over", "zero")),
        Step("submit", "报送县局", ("SIGNED",), "SUBMITTED", "table.fill"),
        Step("return", "退回", ("SUBMITTED",), "RETURNED", "table.accept", reason=True),
        Step("accept", "接收", ("SUBMITTED",), "ACCEPTED", "table.accept", apart_from=("fill", "zero", "sign", "submit")),
        Step("file", "归档", ("ACCEPTED",), "FROZEN", "table.accept"),
        Step("supersede", "由更正版代替", ("ACCEPTED", "FROZEN"), "CORRECTED", None),
    ),
)  # fmt: skip
