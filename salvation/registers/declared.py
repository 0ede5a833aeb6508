"""The registers the platform keeps: meetings, policy documents (A01), staff (M04, M05), review panels (A10)."""
# requirements: A01 part, A05, A10, A11, M04 part, M05

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from salvation.registers.conferences import breaches_of, save_meeting, save_task
from salvation.registers.forms import (
    MeetingFilter,
    MeetingForm,
    MeetingRuleForm,
    MeetingTaskDoneForm,
    MeetingTaskFilter,
    MeetingTaskForm,
    MemberUnitForm,
    PanelForm,
    PolicyDocumentFilter,
    PolicyDocumentForm,
    StaffFilter,
    StaffForm,
)
from salvation.registers.models import (
    Meeting,
    MeetingRule,
    MeetingTask,
    MemberUnit,
    PolicyDocument,
    ReviewPanel,
    StaffMember,
)
from salvation.registers.register import Register
from salvation.registers.selectors import documents_below
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.pages.forms import Section

VALIDITY = {
    "VALID": State("有效", "good"),
    "COMING": State("未施行", "wait"),
    "REPEALED": State("已废止", "ended"),
}

MEETING_TABLE = Table(
    "meetings",
    "会议登记簿",
    (
        Column("title", "会议名称", priority=1, link=True, width=36),
        Column("held_on", "日期", Kind.DATE, priority=2, sort="held_on"),
        Column("kind", "类型", value="get_kind_display", priority=3, sort="kind"),
        Column("unit", "单位", value="unit.name", sort="unit__sort"),
        Column("number", "会议号", optional=True),
        Column("place", "地点"),
        Column("host", "主持人"),
        Column("attending", "到会", Kind.COUNT, definition="签到人数，回避人员不计"),
        Column("quorum", "法定人数", Kind.COUNT, optional=True),
        Column("agenda", "议题", optional=True, width=40),
        Column("resolutions", "议定事项", optional=True, width=40),
        Column("recorded_at", "记录时间", optional=True, definition="系统记录的时间，不能修改"),
    ),
)

POLICY_TABLE = Table(
    "policies",
    "政策文件库",
    (
        Column("number", "文号", priority=2, sort="number", link=True, width=24),
        Column("title", "标题", priority=1, link=True, width=44, definition="文件原文标题"),
        Column("issuer", "发文机关"),
        Column("level", "层级", value="get_level_display", sort="level"),
        Column("issued_on", "成文日期", Kind.DATE, sort="issued_on"),
        Column("effective_on", "施行日期", Kind.DATE, sort="effective_on"),
        Column("repealed_on", "废止日期", Kind.DATE, optional=True),
        Column(
            "validity",
            "状态",
            Kind.STATE,
            value=lambda document: document.validity(timezone.localdate()),
            states=VALIDITY,
            priority=3,
            definition="按施行日期、废止日期与今天比较",
        ),
        Column("parent", "上位文件", optional=True),
        Column("keywords", "关键词", optional=True),
    ),
)


TASK_STATES = {
    "OPEN": State("未完成", "wait"),
    "LATE": State("已逾期", "bad"),
    "DONE": State("已完成", "good"),
}


def state_of_task(task: MeetingTask) -> str:
    """Asked of the dates, never stored."""
    if task.done_on:
        return "DONE"
    return "LATE" if task.due_on < timezone.localdate() else "OPEN"


def meeting_details(meeting: Meeting) -> Mapping[str, Any]:
    """Everything about a meeting."""
    return {
        "类型": meeting.get_kind_display(),
        "会议号": meeting.number,
        "日期": f"{meeting.held_on:%Y-%m-%d}",
        "地点": meeting.place,
        "主持人": meeting.host,
        "到会（回避人员不计）": f"{meeting.attending} 人",
        "法定人数": f"{meeting.quorum} 人" if meeting.quorum else "",
        "签到人员": "、".join(meeting.attendees.split()),
        "缺席人员": "、".join(meeting.absent.split()),
        "回避人员": "、".join(meeting.recused.split()),
        "议题": meeting.agenda,
        "议定事项": meeting.resolutions,
        "记录时间": f"{timezone.localtime(meeting.recorded_at):%Y-%m-%d %H:%M}",
        "议事规则校验": _judged(meeting),
        "任务落实": "\n".join(map(_followed, meeting.tasks.order_by("pk"))),
    }


def _judged(meeting: Meeting) -> str:
    found = breaches_of(meeting)
    if found is None:
        return "没有登记本类会议的议事规则"
    return "符合" if not found else "不符合：" + "；".join(found)


def _followed(task: MeetingTask) -> str:
    ended = f"{task.done_on:%Y-%m-%d} 完成" if task.done_on else f"期限 {task.due_on:%Y-%m-%d}，未完成"
    return f"{task.what}（{task.responsible or '未定责任单位'}，{ended}）"


def policy_details(document: PolicyDocument) -> Mapping[str, Any]:
    """Everything about a document, with its place in the chain of forwarding."""
    days = {
        "成文日期": document.issued_on,
        "施行日期": document.effective_on,
        "废止日期": document.repealed_on,
    }
    return {
        "文号": document.number,
        "标题（原文）": document.title,
        "发文机关": document.issuer,
        "层级": document.get_level_display(),
        **{label: f"{day:%Y-%m-%d}" if day else "" for label, day in days.items()},
        "状态": VALIDITY[document.validity(timezone.localdate())].label,
        "上位文件": str(document.parent or ""),
        "转发、依据本文件的": "\n".join(str(one) for one in documents_below(document)),
        "关键词": document.keywords,
        "备注": document.note,
    }


MEETINGS = Register(
    "meetings",
    "会议",
    Meeting,
    MeetingForm,
    MEETING_TABLE,
    filters=MeetingFilter,
    sort="-held_on",
    sections=(
        Section("会议", ("kind", "number", "title", "held_on", "place", "host")),
        Section("到会", ("attendees", "quorum", "absent", "recused")),
        Section(
            "议题与结论",
            ("agenda", "resolutions"),
            "议题、结论逐条填写，一行一条。动员会、联席会、领导小组会议的议定事项逐行生成任务，行末可写责任单位和期限，"
            "例如：完成参保核查（县医保局，2026年7月31日前）",
        ),
        Section("材料", ("minutes", "photos")),
    ),
    details=meeting_details,
    files=(("minutes", "会议纪要"), ("photos", "现场照片")),
    icon="people",
    order=10,
    save=save_meeting,
)

POLICIES = Register(
    "policies",
    "政策文件",
    PolicyDocument,
    PolicyDocumentForm,
    POLICY_TABLE,
    filters=PolicyDocumentFilter,
    sort="-issued_on",
    related=("unit", "parent"),
    sections=(
        Section("文件", ("number", "title", "issuer", "level")),
        Section("日期与依据", ("issued_on", "effective_on", "repealed_on", "parent")),
        Section("其他", ("keywords", "note", "fulltext")),
    ),
    details=policy_details,
    files=(("fulltext", "文件全文"),),
    order=20,
)

STAFF = Register(
    "staff",
    "经办人员名册",
    StaffMember,
    StaffForm,
    Table(
        "staff",
        "经办人员名册",
        (
            Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
            Column("kind", "类别", value="get_kind_display", priority=2),
            Column("unit", "单位", value="unit.name", sort="unit__sort"),
            Column("post", "岗位", priority=3),
            Column("organisation", "所属机构", optional=True),
            Column("qualification", "资格证书", optional=True),
            Column("from_on", "任职日期", Kind.DATE, sort="from_on"),
            Column("until_on", "离任日期", Kind.DATE),
            Column("pledged_on", "保密承诺", Kind.DATE, optional=True),
        ),
    ),
    filters=StaffFilter,
    sort="name",
    icon="people",
    order=30,
)
PANELS = Register(
    "panels",
    "审核确认领导组",
    ReviewPanel,
    PanelForm,
    Table(
        "panels",
        "审核确认领导组",
        (
            Column("unit", "单位", value="unit.name", priority=1, link=True, sort="unit__sort"),
            Column("leader", "组长", Kind.NAME, priority=2),
            Column("leader_post", "组长职务", priority=3),
            Column("members", "成员", width=40),
            Column("term", "届期", optional=True),
            Column("from_on", "成立日期", Kind.DATE, sort="from_on"),
            Column("until_on", "届满日期", Kind.DATE),
            Column("document", "成立文号", optional=True),
        ),
    ),
    sort="-from_on",
    icon="people",
    order=40,
)

RULES = Register(
    "meeting-rules",
    "议事规则",
    MeetingRule,
    MeetingRuleForm,
    Table(
        "meeting-rules",
        "议事规则",
        (
            Column("body", "议事机构", priority=1, link=True, width=30),
            Column("kind", "会议类型", value="get_kind_display", priority=2),
            Column("unit", "单位", value="unit.name", sort="unit__sort"),
            Column("per_year", "每年应开", Kind.COUNT, priority=3),
            Column("quorum", "法定人数", Kind.COUNT),
            Column("most_absent", "最多缺席", Kind.COUNT, optional=True),
            Column("from_on", "施行日期", Kind.DATE, sort="from_on"),
            Column("until_on", "停止日期", Kind.DATE),
            Column("document", "文号", optional=True),
            Column("leave", "请假规则", optional=True, width=40),
            Column("text", "全文", optional=True, width=60),
        ),
    ),
    sort="unit__sort",
    sections=(
        Section("机构", ("kind", "body", "document", "from_on", "until_on")),
        Section("应开次数与人数", ("per_year", "quorum", "most_absent", "members")),
        Section("规则", ("leave", "text")),
    ),
    empty=("还没有登记议事规则", "领导小组、联席会议、领导组按文件登记后，每次会议自动核对"),
    lead_in="登记后，每次会议自动核对到会、请假、议题和议定事项，按月核对应开次数；不符合的列入问题整改（议事机构运行机制）。",
    order=12,
)
TASKS = Register(
    "meeting-tasks",
    "议定事项",
    MeetingTask,
    MeetingTaskForm,
    Table(
        "meeting-tasks",
        "议定事项",
        (
            Column("what", "议定事项", priority=1, link=True, width=44),
            Column("state", "状态", Kind.STATE, value=state_of_task, states=TASK_STATES, priority=2),
            Column("responsible", "责任单位"),
            Column("due_on", "完成期限", Kind.DATE, sort="due_on", priority=3),
            Column("done_on", "完成日期", Kind.DATE, sort="done_on"),
            Column("meeting", "会议", value=lambda task: str(task.meeting)),
            Column("unit", "单位", value="unit.name"),
            Column("result", "落实情况", optional=True, width=40),
        ),
    ),
    filters=MeetingTaskFilter,
    sort="due_on",
    related=("unit", "meeting"),
    save=save_task,
    edit_form=MeetingTaskDoneForm,
    edit_label="登记落实",
    empty=("还没有议定事项", "登记动员会、联席会、领导小组会议时，议定事项一行一条，自动生成任务"),
    order=14,
)
MEMBERS = Register(
    "member-units",
    "成员单位",
    MemberUnit,
    MemberUnitForm,
    Table(
        "member-units",
        "联席会议成员单位",
        (
            Column("name", "成员单位", priority=1, link=True, sort="name"),
            Column("task", "职责", width=40),
            Column("contact", "联络员", priority=2),
            Column("phone", "联系电话", priority=3),
            Column("unit", "县", value="unit.name", optional=True),
            Column("from_on", "加入日期", Kind.DATE),
            Column("until_on", "退出日期", Kind.DATE),
        ),
    ),
    sort="name",
    order=16,
)
