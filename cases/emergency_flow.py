"""The state machine of the emergency mode (A17): asked for by one person, opened and closed by another."""
# requirements: A17

from cases.emergency_guards import catch_up_ahead, nothing_open
from salvation.flow.table import Flow, Need, State, Step

VISIT, CHECK, NOTICE = "VISIT", "CHECK", "NOTICE"
REPLACED = (
    (VISIT, "电话、视频代替入户，事后补入户"),
    (CHECK, "先确认，后核对"),
    (NOTICE, "先确认，后公示满7天"),
)

EMERGENCY = Flow(
    code="emergency",
    label="应急简化程序",
    initial="ASKED",
    states=(
        State("ASKED", "待确认开启", "draft", "param.confirm", "确认开启应急简化程序"),
        State("OPEN", "执行中", "bad", "param.edit", "按期关闭应急简化程序"),
        State("CLOSING", "待确认关闭", "wait", "param.confirm", "确认关闭应急简化程序"),
        State("CLOSED", "已关闭，补手续", "wait", "param.edit", "督促补齐应急手续"),
        State("SETTLED", "已补齐", "good"),
        State("VOID", "不同意开启", "ended"),
    ),
    steps=(
        Step("open", "确认开启", ("ASKED",), "OPEN", "param.confirm"),
        Step("void", "不同意开启", ("ASKED",), "VOID", "param.confirm", reason=True, danger=True),
        Step("ask_close", "申请关闭", ("OPEN",), "CLOSING", "param.edit", guards=(catch_up_ahead,),
             needs=(Need("closing_no", "关闭文号"), Need("catch_up_until", "补齐手续期限", "date")),
             help="关闭后，期内确认的案件列入补办清单"),
        Step("close", "确认关闭", ("CLOSING",), "CLOSED", "param.confirm"),
        Step("keep", "不同意关闭", ("CLOSING",), "OPEN", "param.confirm", reason=True),
        Step("settle", "全部补齐，办结", ("CLOSED",), "SETTLED", "param.edit", guards=(nothing_open,)),
    ),
)  # fmt: skip
