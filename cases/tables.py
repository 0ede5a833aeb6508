"""Lists of cases."""

from typing import Any

from django.utils import timezone

from cases.flows import APPLICATION, CHANGE_ORDER
from cases.models.choices import PROGRAMS
from cases.relief_flow import RELIEF
from salvation.domain.ages import age
from salvation.tables.model import Column, Kind, State, Table

APPLICATION_STATES = {state.code: state for state in APPLICATION.states}
RELIEF_STATES = {state.code: state for state in RELIEF.states}
CHANGE_STATES = {state.code: state for state in CHANGE_ORDER.states}
BENEFIT_STATES = {
    "ACTIVE": State("在保", "good"),
    "GRACE": State("渐退", "wait"),
    "SUSPENDED": State("暂停发放", "bad"),
    "PENDING": State("待生效", "wait"),
    "STOPPED": State("已停发", "ended"),
    "CANCELLED": State("已注销（死亡）", "ended"),
    "TRANSFERRED": State("已转类或迁出", "ended"),
}
BATCH_STATES = {
    "UPLOADED": State("已上传", "wait"),
    "PREVIEWED": State("已预览", "wait"),
    "COMMITTED": State("已入库", "good"),
    "UNDONE": State("已撤销", "ended"),
    "REFUSED": State("读不出", "bad"),
}
PROGRAM_LABELS = dict(PROGRAMS)


def _age(person: Any) -> object:
    """Beside a masked ID stands the age, never the birth date (12 §12.1 #10)."""
    return age(person.birth_date, timezone.localdate()) if person.birth_date else None


HOUSEHOLDS = Table(
    "households",
    "家庭",
    (
        Column("head", "户主", Kind.NAME, value="head.name", priority=1, sort="head__name", link=True),
        Column("no", "户编号", sort="no"),
        Column("unit", "受理单位", value="handling_unit.name"),
        Column("village", "村（社区）", value="village.name", priority=2, sort="village__name"),
        Column("group", "组", value="group_name", optional=True),
        Column("area", "城乡", value=lambda h: h.get_standard_area_display()),
        Column("members", "家庭人口", Kind.COUNT, value=lambda h: len(h.members.all()), priority=3),
        Column("cause", "致困原因", value=lambda h: h.get_poverty_cause_display(), optional=True),
    ),
)
PEOPLE = Table(
    "people",
    "人员",
    (
        Column("name", "姓名", Kind.NAME, priority=1, sort="name", link=True),
        Column("id_no", "身份证号", Kind.ID, priority=2),
        Column("sex", "性别", value=lambda p: p.get_sex_display()),
        Column("age", "年龄", Kind.COUNT, value=_age),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name", priority=3),
        Column("labour", "劳动能力", value=lambda p: p.get_labour_display(), optional=True),
        Column("tags", "标签", value=lambda p: "、".join(person_tags(p))),
    ),
)


def person_tags(person: Any) -> list[str]:
    """重残, 重病, 已故: labels only, no diagnosis (05 §5.7)."""
    tags = []
    if person.disability_level in (1, 2):
        tags.append("重残")
    if person.critical_illness:
        tags.append("重病")
    if person.died_on:
        tags.append("已故")
    return tags


APPLICATIONS = Table(
    "applications",
    "救助申请",
    (
        Column(
            "applicant",
            "申请人",
            Kind.NAME,
            value="applicant.name",
            priority=1,
            sort="applicant__name",
            link=True,
        ),
        Column("no", "受理号", sort="no"),
        Column("program", "申请类别", value=lambda a: a.get_program_display(), priority=3),
        Column("state", "状态", Kind.STATE, states=APPLICATION_STATES, priority=2),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("applied_on", "申请日期", Kind.DATE, sort="applied_on"),
        Column("accepted_on", "受理日期", Kind.DATE, optional=True),
        Column("due_on", "本步期限", Kind.DATE, sort="due_on"),
        Column("total_due_on", "总期限", Kind.DATE, optional=True),
        Column("event", "因疫、因灾事件", optional=True),
        Column("emergency", "应急简化", value=lambda a: "是" if a.emergency_id else "", optional=True),
    ),
)
BENEFITS = Table(
    "benefits",
    "在保待遇",
    (
        Column(
            "applicant",
            "申请人",
            Kind.NAME,
            value="applicant.name",
            priority=1,
            sort="applicant__name",
            link=True,
        ),
        Column(
            "program", "类别", value=lambda b: b.get_program_display() + ("（单人保）" if b.is_single else "")
        ),
        Column("state", "状态", Kind.STATE, value=lambda b: b.shown_state, states=BENEFIT_STATES, priority=2),
        Column("people", "保障人数", Kind.COUNT, value=lambda b: b.people),
        Column("total", "月应发（元）", Kind.MONEY, value=lambda b: b.amount, priority=3),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("first_month", "起始月", Kind.MONTH, sort="first_month"),
        Column("stop_month", "停发月", Kind.MONTH, sort="stop_month"),
        Column("source", "来源", value=lambda b: b.get_source_display(), optional=True),
    ),
)
CHANGES = Table(
    "changes",
    "变更单",
    (
        Column("applicant", "申请人", Kind.NAME, value="benefit.applicant.name", priority=1, link=True),
        Column("no", "单号", sort="no"),
        Column("kind", "类型", value=lambda c: c.get_kind_display(), priority=3),
        Column("state", "状态", Kind.STATE, states=CHANGE_STATES, priority=2),
        Column("effective_month", "生效月", Kind.MONTH, sort="effective_month"),
        Column("old_total", "原月应发（元）", Kind.MONEY),
        Column("new_total", "新月应发（元）", Kind.MONEY),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
    ),
)
BLOCKERS = Table(
    "roster-blockers",
    "撤销受阻清单",
    (
        Column("household_no", "户编号"),
        Column("head", "户主"),
        Column("what", "后来的记录"),
        Column("at", "时间", Kind.DATE),
    ),
)
ROSTERS = Table(
    "rosters",
    "花名册导入",
    (
        Column("file_name", "文件", priority=1, link=True),
        Column("unit", "单位", value="unit.name"),
        Column("program", "类别", value=lambda b: PROGRAM_LABELS.get(b.options.get("program"), "")),
        Column("month", "起始月", value=lambda b: b.options.get("month", "")),
        Column("state", "状态", Kind.STATE, states=BATCH_STATES, priority=2),
        Column("rows", "人员的行", Kind.COUNT, value=lambda b: b.report.get("rows")),
        Column("accepted", "接收", Kind.COUNT, value=lambda b: b.report.get("accepted"), priority=3),
        Column("rejected", "有问题", Kind.COUNT, value=lambda b: b.report.get("rejected")),
        Column("added_at", "上传时间", Kind.DATE, sort="added_at"),
    ),
)
RELIEFS = Table(
    "reliefs",
    "临时救助",
    (
        Column("name", "申请人", Kind.NAME, value="applicant.name", priority=1, link=True),
        Column("no", "受理号", sort="no"),
        Column("program", "类型", value=lambda r: r.get_program_display(), priority=2),
        Column("situation", "情形", value=lambda r: r.get_situation_display()),
        Column("state", "状态", Kind.STATE, states=RELIEF_STATES, priority=3),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name", optional=True),
        Column("applied_on", "申请日期", Kind.DATE, sort="applied_on"),
        Column("due_on", "办理期限", Kind.DATE, sort="due_on"),
        Column("persons", "受助人数", Kind.COUNT, optional=True),
        Column("amount", "金额（元）", Kind.MONEY, sort="amount"),
        Column("paid_on", "到账日期", Kind.DATE, sort="paid_on", optional=True),
        Column("level", "审批层级", value=lambda r: r.get_level_display(), optional=True),
        Column("filed_on", "报县备案", Kind.DATE, optional=True),
        Column("event", "事件", optional=True),
        Column(
            "at_risk",
            "返贫致贫风险",
            value=lambda r: "是" if r.at_risk else "",
            optional=True,
            definition="申请时在有效的三类人员名单上",
        ),
    ),
)
LOOKUP_STATES = {
    "在保": State("在保", "good"),
    "未在保": State("未在保", "ended"),
    "未查到": State("未查到", "wait"),
    "证号有误": State("证号有误", "bad"),
}
LOOKUP = Table(
    "lookup",
    "批量查询救助情况",
    (
        Column("seq", "序号", Kind.COUNT),
        Column("name", "姓名", Kind.NAME, priority=1, link=True),
        Column("id_no", "身份证号", priority=2),
        Column("state", "状态", Kind.STATE, states=LOOKUP_STATES, priority=3),
        Column("village", "村（社区）"),
        Column("program", "类别"),
        Column("since", "起始月", Kind.MONTH),
        Column("amount", "本人份额（元/月）", Kind.MONEY),
        Column("applying", "在办申请"),
        Column("reliefs", "近12个月临时救助（次）", Kind.COUNT),
        Column("relief_money", "临时救助（元）", Kind.MONEY),
        Column("note", "说明"),
    ),
)
