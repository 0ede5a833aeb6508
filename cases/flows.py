"""The state machines of cases (domain/03 §3.1, §3.2; only as far as the main job needs)."""

from cases import guards
from salvation.flow.table import Deadline, Flow, Need, State, Step

OPEN = ("DRAFT", "SUBMITTED", "CORRECTING", "ACCEPTED", "SURVEYING", "TOWN_REVIEW", "NOTICING")
IN_HAND = ("ACCEPTED", "SURVEYING", "TOWN_REVIEW", "NOTICING", "OBJECTION", "COUNTY_REVIEW", "TOWN_CONFIRM")

MEETING = Need("meeting", "集体审批会议", "meeting", help="领导组或局务会的会议记录；先在“会议”登记")
AMOUNT = Need("amount", "确认金额（元/月）", "money", help="与核算结果一致；系统按公式复核")

APPLICATION = Flow(
    code="application",
    label="救助申请",
    initial="DRAFT",
    states=(
        State("DRAFT", "草稿", "draft", "case.submit", "提交申请"),
        State("SUBMITTED", "已提交", "wait", "case.accept", "受理", Deadline("sla.dibao.start_survey")),
        State("CORRECTING", "补正", "wait", "case.submit", "补齐材料"),
        State("NOT_ACCEPTED", "不予受理", "ended"),
        State("ACCEPTED", "已受理", "wait", "case.survey", "启动入户调查", Deadline("sla.dibao.start_survey")),
        State("SURVEYING", "入户调查", "wait", "case.survey", "完成入户和核算", Deadline("sla.dibao.finish_survey_xinfeng")),
        State("TOWN_REVIEW", "乡镇初审", "wait", "case.first_review", "初审", Deadline("sla.dibao.start_survey")),
        State("NOTICING", "公示", "wait", "case.notice", "公示满期后转确认", Deadline("sla.notice.days", workdays=False)),
        State("OBJECTION", "异议复核", "wait", "case.survey", "复核异议"),
        State("COUNTY_REVIEW", "县级审核", "wait", "case.confirm.county", "确认", Deadline("sla.dibao.county")),
        State("TOWN_CONFIRM", "乡镇确认", "wait", "case.confirm.town", "确认", Deadline("sla.dibao.start_survey")),
        State("CONFIRMED", "已确认", "good"),
        State("REJECTED", "不予确认", "bad"),
        State("WITHDRAWN", "已撤回", "ended"),
        State("TERMINATED", "已终止", "ended"),
    ),
    steps=(
        Step("submit", "提交申请", ("DRAFT", "CORRECTING"), "SUBMITTED", "case.submit",
             guards=(guards.applicant_has_valid_id, guards.members_present, guards.not_already_helped)),
        Step("correct", "退回补正", ("SUBMITTED",), "CORRECTING", "case.accept", reason=True,
             help="出《一次性告知书》，写明缺哪些材料；补正期间暂停计时"),
        Step("decline", "不予受理", ("SUBMITTED",), "NOT_ACCEPTED", "case.first_review", reason=True, danger=True),
        Step("accept", "受理", ("SUBMITTED",), "ACCEPTED", "case.accept",
             guards=(guards.all_authorised, guards.kinship_declared)),
        Step("survey", "启动入户调查", ("ACCEPTED",), "SURVEYING", "case.survey"),
        Step("propose", "提交初审", ("SURVEYING",), "TOWN_REVIEW", "case.submit",
             guards=(guards.survey_is_valid, guards.assessed_after_survey, guards.someone_else_visited)),
        Step("send_back", "退回重查", ("TOWN_REVIEW",), "SURVEYING", "case.first_review", reason=True),
        Step("first_review", "初审通过并公示", ("TOWN_REVIEW",), "NOTICING", "case.first_review",
             guards=(guards.assessment_is_eligible,), apart_from=("accept", "propose"),
             needs=(MEETING, Need("place", "公示地点", help="申请家庭所在村（社区）公开栏"))),
        Step("first_reject", "初审不符合，报确认", ("TOWN_REVIEW",), "COUNTY_REVIEW", "case.first_review",
             guards=(guards.decided_by_county,), apart_from=("accept", "propose"), reason=True, needs=(MEETING,)),
        Step("first_reject_town", "初审不符合，报组长", ("TOWN_REVIEW",), "TOWN_CONFIRM", "case.first_review",
             guards=(guards.decided_by_township,), apart_from=("accept", "propose"), reason=True, needs=(MEETING,)),
        Step("object", "登记异议", ("NOTICING",), "OBJECTION", "case.notice", reason=True),
        Step("answer", "异议复核完毕", ("OBJECTION",), "TOWN_REVIEW", "case.survey", reason=True),
        Step("to_county", "公示期满，报县级审核", ("NOTICING",), "COUNTY_REVIEW", "case.notice",
             guards=(guards.decided_by_county, guards.notice_is_over, guards.notice_has_photos)),
        Step("to_town", "公示期满，报乡镇确认", ("NOTICING",), "TOWN_CONFIRM", "case.notice",
             guards=(guards.decided_by_township, guards.notice_is_over, guards.notice_has_photos)),
        Step("return_county", "退回", ("COUNTY_REVIEW",), "TOWN_REVIEW", "case.confirm.county", reason=True),
        Step("return_town", "退回", ("TOWN_CONFIRM",), "TOWN_REVIEW", "case.confirm.town", reason=True),
        Step("confirm_county", "确认同意", ("COUNTY_REVIEW",), "CONFIRMED", "case.confirm.county",
             guards=(guards.assessment_is_eligible, guards.parameters_confirmed, guards.not_already_helped,
                     guards.kinship_needs_county_visit, guards.amount_as_calculated),
             apart_from=("accept", "propose", "first_review"), needs=(MEETING, AMOUNT)),
        Step("confirm_town", "确认同意", ("TOWN_CONFIRM",), "CONFIRMED", "case.confirm.town",
             guards=(guards.assessment_is_eligible, guards.parameters_confirmed, guards.not_already_helped,
                     guards.kinship_needs_county_visit, guards.amount_as_calculated),
             apart_from=("accept", "propose", "first_review"), needs=(MEETING, AMOUNT)),
        Step("reject_county", "不予确认", ("COUNTY_REVIEW",), "REJECTED", "case.confirm.county", reason=True, danger=True,
             apart_from=("accept", "propose", "first_review", "first_reject"), needs=(MEETING,)),
        Step("reject_town", "不予确认", ("TOWN_CONFIRM",), "REJECTED", "case.confirm.town", reason=True, danger=True,
             apart_from=("accept", "propose", "first_review", "first_reject_town"), needs=(MEETING,)),
        Step("withdraw", "申请人撤回", (*OPEN, "OBJECTION", "COUNTY_REVIEW", "TOWN_CONFIRM"), "WITHDRAWN", "case.submit",
             reason=True, danger=True),
        Step("terminate", "终止（拒不配合）", IN_HAND, "TERMINATED", "case.first_review", reason=True, danger=True,
             help="无正当理由拒不配合调查核实（第29条）"),
    ),
)  # fmt: skip

CHANGE_ORDER = Flow(
    code="change_order",
    label="变更单",
    initial="DRAFT",
    states=(
        State("DRAFT", "草稿", "draft", "change.submit", "提交变更"),
        State("TOWN_REVIEW", "乡镇审核", "wait", "change.review", "审核变更", Deadline("sla.dibao.start_survey")),
        State("COUNTY_DECIDE", "县级决定", "wait", "change.decide", "决定变更", Deadline("sla.dibao.county")),
        State("DECIDED", "已决定", "wait", "change.submit", "告知家庭并生效"),
        State("EFFECTIVE", "已生效", "good"),
        State("CANCELLED", "已作废", "ended"),
    ),
    steps=(
        Step("submit", "提交审核", ("DRAFT",), "TOWN_REVIEW", "change.submit", guards=(guards.month_not_closed,)),
        Step("send_back", "退回", ("TOWN_REVIEW",), "DRAFT", "change.review", reason=True),
        # A death is decided by the township leader alone (快速通道).
        Step("confirm_death", "确认死亡变更", ("TOWN_REVIEW",), "DECIDED", "change.review",
             guards=(guards.is_death,), apart_from=("submit",)),
        Step("decide_town", "决定", ("TOWN_REVIEW",), "DECIDED", "change.review",
             guards=(guards.is_no_death, guards.change_decided_by_township), apart_from=("submit",)),
        Step("to_county", "报县级决定", ("TOWN_REVIEW",), "COUNTY_DECIDE", "change.review",
             guards=(guards.is_no_death, guards.change_decided_by_county), apart_from=("submit",)),
        Step("return_county", "退回", ("COUNTY_DECIDE",), "DRAFT", "change.decide", reason=True),
        Step("decide_county", "决定", ("COUNTY_DECIDE",), "DECIDED", "change.decide", apart_from=("submit", "to_county")),
        Step("take_effect", "告知家庭并生效", ("DECIDED",), "EFFECTIVE", "change.submit",
             guards=(guards.month_not_closed,), needs=(Need("notified_on", "书面告知日期", "date"),)),
        Step("run", "期满自动生效", ("DRAFT",), "EFFECTIVE", None),
        Step("cancel", "作废", ("DRAFT",), "CANCELLED", "change.submit", reason=True, danger=True),
    ),
)  # fmt: skip
