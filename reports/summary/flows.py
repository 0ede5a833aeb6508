"""The report of 25 June: drafted → written → signed → received (L02)."""

from salvation.flow.table import Context, Flow, State, Step


def figures_frozen(context: Context) -> str | None:
    return None if context.subject.frozen else "统计月还没有冻结，报告只供查看，不能签批"


def outlook_written(context: Context) -> str | None:
    """000 第85行: the arrangements for the future must be in it."""
    if context.subject.texts.get("next", "").strip():
        return None
    return "“下一步长效机制安排”还没有编写，方案要求必须写明"


def of_a_unit(context: Context) -> str | None:
    return "县级汇总报告报市局，不在本系统接收" if context.subject.is_county else None


SUMMARY = Flow(
    code="summary",
    label="专项治理情况报告",
    initial="DRAFT",
    states=(
        State("DRAFT", "起草中", "wait", "report.fill", "编写"),
        State("READY", "待签批", "wait", "report.sign", "签批"),
        State("SIGNED", "已签批", "good"),
        State("ACCEPTED", "县局已收", "good"),
    ),
    steps=(
        Step("hand_over", "提交签批", ("DRAFT",), "READY", "report.fill", guards=(figures_frozen, outlook_written)),
        Step("rework", "退回修改", ("READY",), "DRAFT", "report.sign", reason=True),
        Step("sign", "签批", ("READY",), "SIGNED", "report.sign", guards=(figures_frozen,), apart_from=("hand_over",),
             help="签批后数字和文字固定，各单位的报告即报县局"),
        Step("accept", "接收", ("SIGNED",), "ACCEPTED", "table.accept", applies=(of_a_unit,)),
        Step("reopen", "重新办理", ("SIGNED", "ACCEPTED"), "DRAFT", "report.fill", reason=True,
             help="统计表更正后数字变了，或文字须修改时，重新起草并再次签批"),
    ),
)  # fmt: skip
