"""Lists of funds and the official tables 4.2 花名表 and 4.3 汇总表."""

from typing import Any

from cases.models.choices import Relation
from funds.flows import ROSTER
from funds.models.choices import LineKind, LineState, Mark
from salvation.tables.model import Column, Group, Kind, State, Table, Total
from salvation.tables.model import Mark as Blank

ROSTER_STATES = {state.code: state for state in ROSTER.states}
LINE_STATES = {
    LineState.PLANNED.value: State("待发", "good"),
    LineState.EXCLUDED.value: State("剔除待核", "bad"),
}
MARK_TONES = {
    Mark.NEW: "wait",
    Mark.INCREASE: "wait",
    Mark.DECREASE: "wait",
    Mark.SAME: "plain",
    Mark.GRACE: "wait",
    Mark.BACKPAY: "wait",
}
MARKS = {mark.value: State(mark.label, tone) for mark, tone in MARK_TONES.items()}

ROSTERS = Table(
    "rosters",
    "发放花名表",
    (
        Column("unit", "单位", value="unit.name", priority=1, sort="unit__code", link=True),
        Column("program", "册", value="get_program_display", priority=3, sort="program"),
        Column("month", "发放月", Kind.MONTH, sort="month"),
        Column("state", "状态", Kind.STATE, states=ROSTER_STATES, priority=2, sort="state"),
        Column("households", "户数", Kind.COUNT, sort="households"),
        Column("people", "人数", Kind.COUNT, sort="people"),
        Column("lines", "笔数", Kind.COUNT, optional=True),
        Column("amount", "应发金额（元）", Kind.MONEY, sort="amount", definition="全部待发明细之和，含补发"),
        Column("backpay", "其中补发（元）", Kind.MONEY, value="backpay_amount", optional=True),
        Column("excluded", "剔除（笔）", Kind.COUNT),
        Column("blocked", "缺账户（笔）", Kind.COUNT),
        Column("change", "较上月（元）", Kind.MONEY, value=lambda r: r.in_amount - r.out_amount, definition="本月增加减本月减少"),
        Column("due_on", "期限", Kind.DATE, sort="due_on"),
        Column("version", "版次", Kind.COUNT, optional=True, total=Total.NOT),
    ),
)  # fmt: skip

LINES = Table(
    "roster_lines",
    "花名表明细",
    (
        Column("seq", "序号", Kind.COUNT, sort="seq", total=Total.NOT),
        Column("name", "户主（申请人）", Kind.NAME, priority=1, link=True, sort="name"),
        Column("id_no", "身份证号", Kind.ID, optional=True),
        Column("village", "村（社区）", value="village_name", sort="village_name"),
        Column("people", "保障人数", Kind.COUNT),
        Column("for_month", "归属月", Kind.MONTH, sort="for_month", optional=True),
        Column("last_total", "上月应发（元）", Kind.MONEY, optional=True),
        Column("total", "本月应发（元）", Kind.MONEY, priority=3, sort="total"),
        Column("mark", "增减", Kind.STATE, states=MARKS, priority=2, sort="mark"),
        Column("difference", "较上月（元）", Kind.MONEY),
        Column("explanation", "增减原因", width=26),
        Column("state", "状态", Kind.STATE, states=LINE_STATES),
        Column("remarks", "备注"),
        Column("payee_name", "收款人", Kind.NAME, optional=True),
        Column("account", "账号", Kind.ACCOUNT, optional=True),
        Column("why", "剔除理由", value="why_excluded", optional=True),
    ),
)  # fmt: skip

# What explains a difference: the columns of the record's second tab.
DIFFERENCES = LINES.select(
    lambda column: (
        column.code in ("name", "village", "mark", "last_total", "total", "difference", "explanation")
    )
)

LEAVERS = Table(
    "roster_leavers",
    "本月减少明细",
    (
        Column("name", "户主（申请人）", Kind.NAME, priority=1),
        Column("household_no", "户编号"),
        Column("village", "村（社区）", value="village.name"),
        Column("last_people", "上月人数", Kind.COUNT),
        Column("last_total", "上月应发（元）", Kind.MONEY, priority=3),
        Column("reason", "原因", value="get_reason_display", priority=2),
        Column("order_no", "变更单"),
        Column("stop_month", "停发月", Kind.MONTH),
    ),
)


def _relation(line: Any) -> str:
    return Relation(line.payee_relation).label if line.payee_relation else ""


def _place(line: Any) -> str:
    return f"{line.village_name}{line.group_name}"


def _once(line: Any, people: int) -> int | None:
    return people if line.kind == LineKind.REGULAR else None


def _remarks(line: Any) -> str:
    """备注: what the marks do not say, and the month where it is not the roster's own."""
    return "、".join(part for part in (line.remarks, line.explanation) if part)


_HEAD = (
    Column("seq", "序号", Kind.COUNT, total=Total.NOT, width=6, definition="册内连续号，按村、户、收款人排序"),
    Column("place", "行政村（社区）、组", value=_place, width=18),
    Column("household_no", "户编号", width=18),
    Column("benefit_no", "证号", width=12, definition="低保证、特困供养证号"),
    Column("name", "户主（申请人）", Kind.NAME, width=12),
    Column("id_no", "身份证号", Kind.ID, width=19, definition="脱敏版只显示前6后4"),
    Column("counted", "家庭人口", Kind.COUNT, width=6, value=lambda line: _once(line, line.counted), definition="补发行不重复计"),
    Column("covered", "保障人数", Kind.COUNT, width=6, value=lambda line: _once(line, line.people), definition="补发行不重复计"),
    Column("program", "类别", value="get_program_display", width=9),
    Column("for_month", "归属月", Kind.MONTH),
    Column("standard", "保障标准（元/月）", Kind.MONEY, total=Total.NOT, width=11),
)  # fmt: skip
_TAIL = (
    Column("total", "本月应发（元）", Kind.MONEY, width=12),
    Column("mark", "增减标识", value="get_mark_display", width=8),
    Column("payee_name", "收款人", Kind.NAME, width=10),
    Column("payee_relation", "与户主关系", value=_relation, width=7),
    Column("payee_kind", "收款人类型", value="get_payee_kind_display", width=8),
    Column("bank", "开户银行", width=14),
    Column("account", "账号", Kind.ACCOUNT, width=21, definition="脱敏版只显示后4位"),
    Column("filing_no", "备案号", width=10, definition="收款人为监护人、代管人、照料人时必填"),
    Column("phone", "联系电话", Kind.PHONE, width=13),
    Column("remarks", "备注", value=_remarks, width=26),
)
_NOTE = ("花名表含个人信息，只供发放使用，不得公示、上网或转发（004 公示要求）。",)
DIBAO_BOOK = Table(
    "dibao_roster",
    "发放花名表",
    (
        *_HEAD,
        Column(
            "income", "月人均收入（元）", Kind.MONEY, value="per_capita_income", total=Total.NOT, width=11
        ),
        Column("base", "补差（元）", Kind.MONEY, width=11),
        Column("uplift", "分类施保（元）", Kind.MONEY, width=11),
        *_TAIL,
    ),
    notes=_NOTE,
    lead=5,
)
TEKUN_BOOK = Table(
    "tekun_roster",
    "发放花名表",
    (
        *_HEAD,
        Column("base", "基本生活（元）", Kind.MONEY, width=11),
        Column("care", "照料护理（元）", Kind.MONEY, width=11),
        Column("care_level", "自理等级", value="get_care_level_display", width=9),
        *_TAIL,
    ),
    notes=_NOTE,
    lead=5,
)


def _three(code: str, label: str, households: str = "户", note: str = "", *, wide: int = 11) -> Group:
    return Group(
        label,
        (
            Column(f"{code}_h", households, Kind.COUNT, width=6, definition=note),
            Column(f"{code}_p", "人", Kind.COUNT, width=6, definition=note),
            Column(f"{code}_a", "金额（元）", Kind.MONEY, width=wide, definition=note),
        ),
        code,
    )


SUMMARY = Table(
    "pay_summary",
    "发放汇总表",
    (
        Column("place", "村（社区）", width=14),
        _three("last", "上月", note="上月花名表的当月明细，不含补发", wide=13),
        Group(
            "本月增加",
            (
                _three("in", "合计", note="新增＋增发＋补发"),
                _three("new", "新增", note="上月没有发放、本月发放的"),
                _three("up", "增发", "笔", "金额比上月多的；笔数不引起户数变化"),
                Group(
                    "补发",
                    (
                        Column("back_n", "笔", Kind.COUNT, width=6),
                        Column("back_a", "金额（元）", Kind.MONEY, width=11),
                    ),
                ),
            ),
        ),
        Group(
            "本月减少",
            (
                _three("out", "合计", note="死亡＋退出＋渐退期满＋减发＋剔除待核"),
                _three("death", "死亡", note="含成员死亡而减发的"),
                _three("exit", "退出", note="停发、转类、转出"),
                _three("grace", "渐退期满"),
                _three("down", "减发", "笔", "金额比上月少的；笔数不引起户数变化"),
                _three("kept", "剔除待核", note="上月发放、本月剔除或阻断的"),
            ),
        ),
        _three("now", "本月", note="上月＋增加－减少；金额含补发", wide=13),
        Column("mean", "人均补助（元）", Kind.MONEY, total=Total.NOT, width=11, definition="本月金额（不含补发）除以本月人数"),
        Group(
            "其中",
            (
                Column("uplift", "分类施保（元）", Kind.MONEY, width=11),
                Column("care", "照料护理（元）", Kind.MONEY, width=11),
            ),
        ),
        Group(
            "资金来源（元）",
            tuple(
                Column(code, label, Kind.MONEY, value=lambda row: Blank.MISSING, width=9, definition="请款时按来源拆分")
                for code, label in (("state", "中央"), ("province", "省"), ("city", "市"), ("county", "县"))
            ),
        ),
        Group(
            "账户待补",
            (
                Column("block_n", "笔", Kind.COUNT, width=6, definition="缺账户的明细"),
                Column("block_a", "金额（元）", Kind.MONEY, width=10),
            ),
        ),
    ),
    notes=("上月＋本月增加－本月减少＝本月，户、人、金额三套；由花名表汇总，不能手填（F02）。",),
    totals="top",
)  # fmt: skip
