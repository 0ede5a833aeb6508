"""Lists of audits."""

from audits.flows import RECTIFICATION
from salvation.tables.model import Column, Kind, Table

STATES = {state.code: state for state in RECTIFICATION.states}

ITEMS = Table(
    "rectification",
    "问题和整改清单",
    (
        Column("no", "问题编号", sort="no", link=True, priority=1),
        Column("category", "问题类别", value=lambda i: i.get_category_display(), priority=2),
        Column("state", "状态", Kind.STATE, states=STATES, priority=3),
        Column("unit", "责任单位", value="unit.name"),
        Column("responsible", "责任人"),
        Column("source", "发现来源", value=lambda i: i.get_source_display()),
        Column("found_on", "发现日期", Kind.DATE, sort="found_on"),
        Column("deadline", "整改时限", Kind.DATE, sort="deadline"),
        Column("people", "涉及人数", Kind.COUNT, optional=True),
        Column("amount", "涉及金额（元）", Kind.MONEY, optional=True),
    ),
)
