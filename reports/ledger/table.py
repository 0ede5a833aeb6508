"""专项治理工作台账 (L04, 04 §4.5): one line a task of the plan, figures by the system, the rest by the unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from salvation.tables.model import Cell, Column, Group, Kind, Mark, Source, Table

CODE = "work_ledger"


@dataclass(frozen=True, slots=True)
class Task:
    """``figures``: column of the ledger → columns of the governance table that are added up for it."""

    code: str
    focus: str
    work: str
    figures: Mapping[str, tuple[str, ...]]


def task(number: int, focus: str, work: str, **figures: tuple[str, ...]) -> Task:
    return Task(f"T{number:02d}", focus, work, figures)


REVIVE, LOOK_BACK, HARDSHIP = "巩固脱贫攻坚成果衔接", "兜底保障“回头看”", "特殊困难群众救助政策"
MONEY, SERVICE = "困难群众救助资金管理", "社会救助服务效能"
NEW = ("SB04.m", "SB05.m", "SB06.m", "SB07.m")
# The key tasks of 000 (二、重点任务), in its order.
TASKS = (
    task(1, REVIVE, "狠抓问题整改", problems=("SL01.m",), closed=("SL02.m",), open=("SL04",)),
    task(2, REVIVE, "坚持应纳尽纳", checked_people=("SB01.m", "SB02.m"), in_people=NEW),
    task(
        3, REVIVE, "落实应退尽退", compared=("SC01.m",), out_households=("SC11H.m",), out_people=("SC11P.m",)
    ),
    task(4, REVIVE, "保持动态平衡", in_people=NEW, out_people=("SC11P.m",)),
    task(5, LOOK_BACK, "全面比对复查", checked_people=("SB02.m",), compared=("SC01.m",)),
    task(
        6, LOOK_BACK, "防止脱保漏保", visited=("SD01.m",), checked_people=("SD02.m",), in_people=("SD06.m",)
    ),
    task(7, LOOK_BACK, "完善基础信息", problems=("SD08.m",), closed=("SD09.m",)),
    task(8, HARDSHIP, "规范临时救助", relief_cases=("SE12N.m",), relief_money=("SE12A.m",)),
    task(9, HARDSHIP, "解决特困人员就医难题", checked_people=("SF01",)),
    task(10, HARDSHIP, "提升探视巡访服务质量", visited=("SF10",)),
    task(11, MONEY, "及时发放救助资金"),
    task(12, MONEY, "强化救助资金监管", problems=("SH07.m",)),
    task(13, MONEY, "资金自查内审", problems=("SH02.m",), closed=("SH04.m",)),
    task(14, MONEY, "失信惩戒"),
    task(15, SERVICE, "提高救助时效"),
    task(16, SERVICE, "严格经办程序", problems=("SJ03.m",)),
    task(17, SERVICE, "落实推进机制"),
    task(18, SERVICE, "加强公示公开"),
)
NUMBERS = {
    "checked_households": "排查（户）",
    "checked_people": "排查（人）",
    "in_households": "纳入（户）",
    "in_people": "纳入（人）",
    "out_households": "清退（户）",
    "out_people": "清退（人）",
    "relief_cases": "临时救助（人次）",
    "relief_money": "临时救助（元）",
    "compared": "核对（人次）",
    "visited": "入户（户）",
    "problems": "发现问题（个）",
    "closed": "已整改（个）",
    "open": "在改（个）",
    "evidence": "佐证（件）",
}
WORDS = {
    "person": "责任人",
    "until": "完成时限",
    "done": "本月开展情况",
    "measures": "整改措施",
    "next": "下月计划",
    "remark": "备注",
}
LABELS = {**NUMBERS, **WORDS}


def key(task: Task, field: str) -> str:
    return f"{task.code}.{field}"


FILLABLE = frozenset(key(task, field) for task in TASKS for field in LABELS if field not in task.figures)
COUNTED = frozenset(key(task, field) for task in TASKS for field in task.figures)
TEXTS = frozenset(key(task, field) for task in TASKS for field in WORDS)


def cell_label(cell: str) -> str:
    """狠抓问题整改：本月开展情况"""
    code, _, field = cell.partition(".")
    found = next((task for task in TASKS if task.code == code), None)
    return f"{found.work}：{LABELS.get(field, field)}" if found else cell


@dataclass(frozen=True)
class LedgerRow:
    """One task of one unit."""

    task: Task
    unit: str
    cells: Mapping[str, Any]

    @property
    def number(self) -> int:
        return TASKS.index(self.task) + 1

    @property
    def progress(self) -> object:
        """整改进度: closed of what was found and is open, in percent."""
        closed, still = self.figure("closed"), self.figure("open")
        found = self.figure("problems")
        whole = closed + still if closed is not None and still is not None else found
        if closed is None or not whole:
            return Mark.NOTHING
        return min(Decimal(100), Decimal(closed * 100 / whole).quantize(Decimal("0.01")))

    def figure(self, field: str) -> Decimal | None:
        found = self.cell(field).value
        return found if isinstance(found, Decimal) else None

    def cell(self, field: str) -> Cell:
        """Counted by the system, filled in by the unit, or not known (words: blank)."""
        found = self.cells.get(key(self.task, field)) or {}
        if "manual" in found:
            value: object = found["manual"] if field in WORDS else Decimal(found["manual"])
            return Cell(value, Source.MANUAL, f"{found.get('by', '')} {found.get('at', '')}".strip())
        if "auto" in found:
            return Cell(Decimal(found["auto"]))
        return Cell(Mark.MISSING, Source.MISSING) if field in self.task.figures else Cell(None)


def _column(field: str) -> Column:
    words = field in WORDS
    kind = Kind.TEXT if words else Kind.MONEY if field == "relief_money" else Kind.COUNT
    width = 24 if field in ("done", "measures", "next") else 0
    return Column(field, LABELS[field], kind, value=lambda row: row.cell(field), width=width,
                  definition=f"本月{LABELS[field]}", origin="人工" if words else "自动或人工", period="本月")  # fmt: skip


TABLE = Table(
    CODE,
    "专项治理工作台账",
    (
        Column("number", "序号", Kind.COUNT, width=5),
        Column("work", "工作内容", value="task.work", width=20),
        Column("focus", "重点任务", value="task.focus", width=18),
        Column("unit", "责任单位", width=12),
        _column("person"),
        _column("until"),
        _column("done"),
        Group("数据", tuple(_column(field) for field in list(NUMBERS)[:10])),
        Group("整改", (*(_column(field) for field in ("problems", "closed", "open", "measures")),
                     Column("progress", "进度", Kind.PERCENT, definition="已整改÷（已整改＋在改）"))),
        _column("evidence"),
        _column("next"),
        _column("remark"),
    ),
    notes=("前几列按方案重点任务固定；数据列与统计表同一口径，本月数。", "没有发生的填 0；空白为未填。"),
    lead=2,
)  # fmt: skip
