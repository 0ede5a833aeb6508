"""Records of the system on paper for the archive: what was entered on pages and never was a paper (K01)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from cases.documents.facts import day, full_name
from cases.observations import in_words
from salvation.documents.declared import office_of
from salvation.documents.official import Cell, Grid, Level, Line, Paper, Part
from salvation.flow.engine import history
from salvation.vault import facts as sealed_facts

SIZE = 10.5
Pairs = Iterable[tuple[str, Any]]


def record_paper(
    title: str,
    *,
    number: str,
    unit: Any,
    dated: date,
    pairs: Pairs,
    texts: Pairs = (),
    parts: Sequence[Part] = (),
) -> Paper:
    """A sheet of facts: ``pairs`` two a line, ``texts`` over the whole width."""
    cells = [(label, _words(value)) for label, value in pairs]
    cells += [("", "")] * (len(cells) % 2)
    rows = [(*left, *right) for left, right in zip(cells[::2], cells[1::2], strict=True)]
    long = [(label, Cell(_words(value), span=3, align="left")) for label, value in texts]
    grid = Grid((), (*rows, *long), widths=(4, 8, 4, 8), size=SIZE, height=9)
    return Paper(
        title=title, addressee="", body=(grid, *parts), issuer=office_of(unit), dated=dated, number=number, plain=True
    )  # fmt: skip


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return day(value) or "—"
    return str(value) if value not in (None, "") else "—"


def survey_paper(survey: Any) -> Paper:
    """入户调查记录, one version."""
    application = survey.application
    seen = tuple(
        (title, "；".join(part for part in (ticked, note) if part))
        for title, ticked, note in in_words(sealed_facts.load(survey.seen))
    )
    surveyors = "、".join(str(surveyor) for surveyor in survey.surveyors.all())
    return record_paper(
        f"入户调查记录（第{survey.version}次）",
        number=application.no,
        unit=application.unit,
        dated=timezone.localdate(survey.visited_at),
        pairs=(
            ("申请人", application.applicant.name), ("方式", survey.get_method_display()),
            ("时间", f"{timezone.localtime(survey.visited_at):%Y-%m-%d %H:%M}"), ("地点", survey.place),
            ("在场家庭成员", survey.present), ("家庭成员签字", "已签" if survey.signed_by_family else "未签"),
            ("定位", survey.spot), ("记录人", survey.recorded_by),
        ),
        texts=(
            ("调查人", surveyors), *seen, ("调查情况", survey.findings), ("结论", survey.conclusion),
            *((("不能入户的原因", survey.no_visit_reason),) if survey.no_visit_reason else ()),
        ),
    )  # fmt: skip


def debate_paper(debate: Any) -> Paper:
    """民主评议记录."""
    application = debate.application
    return record_paper(
        "民主评议记录", number=application.no, unit=application.unit, dated=debate.held_on,
        pairs=(
            ("申请人", application.applicant.name), ("评议日期", debate.held_on), ("地点", debate.place), ("主持人", debate.host),
            ("应到代表", debate.due), ("实到代表", debate.present), ("认为属实", debate.agree), ("认为不属实", debate.disagree),
            ("弃权", debate.abstain), ("记录人", debate.recorded_by),
        ),
        texts=(("评议意见", debate.conclusion),),
    )  # fmt: skip


def objection_paper(objection: Any) -> Paper:
    """公示异议处理记录."""
    application = objection.application
    return record_paper(
        "公示异议处理记录", number=application.no, unit=application.unit, dated=objection.raised_on,
        pairs=(
            ("申请人", application.applicant.name), ("提出日期", objection.raised_on), ("异议人", objection.objector or "匿名"),
            ("办结日期", objection.closed_on), ("结论", objection.get_conclusion_display()),
        ),
        texts=(("异议内容", objection.content), ("处理情况", objection.handling)),
    )  # fmt: skip


def decision_paper(decision: Any) -> Paper:
    """集体审批决议: what the meeting resolved about this one case, nothing of others."""
    application, meeting = decision.application, decision.meeting
    return record_paper(
        f"集体审批决议（{decision.stage}）", number=application.no, unit=meeting.unit, dated=meeting.held_on,
        pairs=(
            ("申请人", application.applicant.name), ("申请类别", full_name(application.program)), ("会议", meeting.title),
            ("会议日期", meeting.held_on), ("地点", meeting.place), ("主持人", meeting.host), ("到会", f"{meeting.attending}人"),
            ("会议记录时间", f"{timezone.localtime(meeting.recorded_at):%Y-%m-%d %H:%M}"),
            ("结论", "同意" if decision.approved else "不同意"), ("金额（元/月）", f"{decision.amount:,.2f}"),
        ),
        texts=(
            ("签到人员", "、".join(meeting.attendees.split())), ("回避人员", "、".join(meeting.recused.split())),
            ("说明", decision.note),
        ),
    )  # fmt: skip


def special_paper(special: Any) -> Paper:
    """一事一议申报和会议意见."""
    return record_paper(
        "一事一议申报表", number=special.no, unit=special.unit, dated=special.filed_on,
        pairs=(
            ("申请人", special.application.applicant.name), ("拟纳入类别", special.get_proposed_display()),
            ("申报日期", special.filed_on), ("状态", special.get_state_display()), ("会议", special.meeting or "—"),
            ("会议确定类别", special.get_program_display()), ("月救助金（元）", special.amount), ("核算金额（元）", special.calculated),
            ("有效期止", special.valid_until), ("决定日期", special.decided_on),
        ),
        texts=(
            ("难点", special.difficulty), ("依据", special.basis), ("初核意见", special.opinion), ("会议意见", special.reason),
        ),
    )  # fmt: skip


def order_paper(order: Any) -> Paper:
    """变更单."""
    benefit = order.benefit
    return record_paper(
        f"社会救助变更单（{order.get_kind_display()}）", number=order.no, unit=order.unit,
        dated=timezone.localdate(order.created_at),
        pairs=(
            ("申请人", benefit.applicant.name), ("救助类别", full_name(benefit.program)), ("类型", order.get_kind_display()),
            ("状态", order.get_state_display()), ("涉及成员", order.person or "—"), ("发生日期", order.event_on),
            ("生效月", f"{order.effective_month:%Y年%-m月}"), ("告知日期", order.notified_on),
            ("原月应发（元）", f"{order.old_total:,.2f}"), ("新月应发（元）", f"{order.new_total:,.2f}"),
            ("停发原因", order.get_stop_reason_display()), ("具体原因", order.get_cause_display()),
            ("佐证", order.proof),
        ),
        texts=(("事由", order.reason),),
    )  # fmt: skip


def review_paper(task: Any) -> Paper:
    """定期核查记录."""
    benefit = task.benefit
    return record_paper(
        "定期核查记录", number=benefit.no or benefit.household.no, unit=task.unit, dated=task.done_on,
        pairs=(
            ("申请人", benefit.applicant.name), ("救助类别", full_name(benefit.program)), ("来源", task.get_source_display()),
            ("核查期限", task.due_on), ("核查日期", task.done_on), ("核查人", task.done_by),
            ("结论", task.get_outcome_display()), ("变更单", task.order.no if task.order else "—"),
        ),
        texts=(("核查情况", task.note),),
    )  # fmt: skip


def relief_paper(relief: Any) -> Paper:
    """临时救助记录."""
    return record_paper(
        f"临时救助登记表（{relief.get_program_display()}）", number=relief.no, unit=relief.unit, dated=relief.applied_on,
        pairs=(
            ("申请人", relief.applicant.name), ("情形", relief.get_situation_display()), ("发生日期", relief.happened_on),
            ("申请日期", relief.applied_on), ("受理日期", relief.accepted_on), ("核实日期", relief.visited_on),
            ("审批层级", relief.get_level_display()), ("决定日期", relief.decided_on), ("会议", relief.meeting or "—"),
            ("金额（元）", relief.amount), ("先行救助", relief.advance), ("发放方式", relief.get_channel_display()),
            ("到账日期", relief.paid_on), ("凭证号", relief.voucher), ("报县备案", relief.filed_on),
            ("回访结论", relief.get_outcome_display()),
        ),
        texts=(("困难情况", relief.reason), ("核实情况", relief.findings), ("核实人员", relief.visitors)),
    )  # fmt: skip


def history_paper(subject: Any, *, title: str, unit: Any) -> Paper:
    """办理经过: every step with who, when and why."""
    rows = tuple(
        (
            f"{timezone.localtime(step.at):%Y-%m-%d %H:%M}", subject.flow.step(step.step).label,
            f"{step.actor or ''}{f'（{step.role}）' if step.actor and step.role else step.role}", step.comment or "—",
        )
        for step in history(subject)
    )  # fmt: skip
    body: tuple[Part, ...] = (
        Line(title, Level.H2),
        Grid(
            ("时间", "环节", "办理人", "意见"), rows or (("—", "没有流转记录", "", ""),), widths=(5, 6, 7, 8),
            aligns=("center", "left", "left", "left"), size=9,
        ),
    )  # fmt: skip
    dated = timezone.localdate(subject.state_since) if subject.state_since else timezone.localdate()
    return Paper(
        title="办理经过",
        addressee="",
        body=body,
        issuer=office_of(unit),
        dated=dated,
        number=subject.no,
        plain=True,
    )
