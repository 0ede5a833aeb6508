"""Parameters of cases: the rules' own keys, deadlines, survey and approval rules (domain/09, 02 §2.9)."""
# requirements: B14

from cases.care_parameters import ALL as CARE
from cases.intake_parameters import ALL as INTAKE
from cases.models.choices import PROGRAMS
from cases.rules.keys import KEYS
from salvation.parameters.registry import Parameter

L57 = "最低生活保障审核确认办法"
L43 = "特困人员认定办法"

DEADLINES = (
    Parameter("sla.dibao.start_survey", "启动入户调查（受理后）", "int", 3, f"{L57}第15条", "查到", "工作日"),
    Parameter(
        "sla.dibao.finish_survey_xinfeng",
        "完成入户调查（受理后）",
        "int",
        3,
        "信丰县2025年通知",
        "查到",
        "工作日",
    ),
    Parameter("sla.notice.days", "公示天数", "int", 7, f"{L57}第19条、{L43}第15条", "查到", "自然日"),
    Parameter("sla.dibao.county", "县级审核确认", "int", 10, f"{L57}第20条", "查到", "工作日"),
    Parameter("sla.dibao.total", "总时限", "int", 30, f"{L57}第22条", "查到", "工作日"),
    Parameter(
        "sla.dibao.total_delegated",
        "总时限（审批权下放）",
        "int",
        20,
        "民政部2022年通知四（一）",
        "查到",
        "工作日",
    ),
    Parameter(
        "sla.dibao.total_ext", "总时限（可延长情形）", "int", 45, "民政部2022年通知四（一）", "查到", "工作日"
    ),
    Parameter(
        "sla.rigid.total",
        "总时限（刚性支出困难家庭）",
        "int",
        30,
        "刚性支出困难家庭认定办法第8条",
        "查到",
        "工作日",
    ),
    Parameter(
        "sla.rigid.total_ext",
        "总时限（刚性支出困难家庭，可延长情形）",
        "int",
        45,
        "刚性支出困难家庭认定办法第8条",
        "查到",
        "工作日",
    ),
    Parameter(
        "sla.tekun.township", "特困乡镇调查、初审（受理后）", "int", 15, f"{L43}第13条", "查到", "工作日"
    ),
    Parameter("sla.tekun.objection", "特困公示异议重新初审", "int", 15, f"{L43}第15条", "查到", "工作日"),
    Parameter("sla.tekun.county", "特困县级审核确认", "int", 15, f"{L43}第16条", "查到", "工作日"),
    Parameter(
        "sla.tekun.total",
        "总时限（特困：乡镇15＋公示7日＋县级15）",
        "int",
        36,
        f"{L43}第13条至第16条",
        "通识",
        "工作日",
    ),
    Parameter("sla.tekun.terminate_notice", "特困拟终止公示天数", "int", 7, f"{L43}第26条", "查到", "自然日"),
    Parameter(
        "sla.tekun.terminate_objection", "特困终止异议复核", "int", 15, f"{L43}第26条", "查到", "工作日"
    ),
    Parameter("sla.reject.notify", "不予确认告知", "int", 3, f"{L57}第21条", "查到", "工作日"),
    Parameter(
        "valid.marginal.months",
        "低保边缘家庭认定有效期（0 为不设）",
        "int",
        12,
        "02 §2.0；月数由县局确定",
        "通识",
        "月",
    ),
    Parameter(
        "valid.rigid.months",
        "刚性支出困难家庭有效期",
        "int",
        12,
        "刚性支出困难家庭认定办法第10条",
        "查到",
        "月",
    ),
)
SURVEY = (
    Parameter("survey.min_people", "入户调查最少人数", "int", 2, "002 第27条", "原文", "人"),
    Parameter("survey.require_both_levels", "入户须有乡、村两级人员", "bool", True, "002 第27条", "原文"),
    Parameter("panel.quorum", "集体审批最少到会人数", "int", 3, "002 第53条；人数为县局规定", "原文", "人"),
)
# A death is paid to the end of its period: cases must know the cycle that funds pays by.
CYCLES = (("MONTHLY", "按月"), ("QUARTERLY", "按季"))
PAYING = (
    Parameter("funds.pay_cycle", "发放周期", "choice", "MONTHLY", "000 第55条", "原文", choices=CYCLES),
)
MOVING = (
    Parameter(
        "tekun.mode_effective", "供养形式变更何月起", "choice", "NEXT", "03 §3.2；由县局确定", "通识",
        choices=(("THIS", "入住（退住）当月"), ("NEXT", "次月")),
    ),
)  # fmt: skip
CYCLE = (
    Parameter(
        "review.dibao.stable", "定期核查间隔（收入稳定、无劳动力）", "int", 12, f"{L57}第31条", "查到", "月"
    ),
    Parameter(
        "review.dibao.unstable",
        "定期核查间隔（收入不固定、有劳动力）",
        "int",
        6,
        f"{L57}第31条",
        "查到",
        "月",
    ),
    Parameter("review.tekun", "特困定期核查间隔", "int", 12, "民政部2018年通知第7条", "查到", "月"),
    Parameter(
        "review.job_months",
        "成员就业后家庭重核期限",
        "int",
        3,
        "民政部2022年通知五（五）；月数由县局规定",
        "通识",
        "月",
    ),
    Parameter("review.check", "定期核查须有核对报告", "bool", True, f"{L57}第31条；01 C03", "通识"),
    Parameter(
        "review.visit_days",
        "其他事项的入户可用于核查的天数（免重复入户）",
        "int",
        30,
        "01 C11；天数由县局规定",
        "通识",
        "自然日",
    ),
    Parameter(
        "cycle.attest_remind_day",
        "村签字报表催办起始日",
        "int",
        15,
        "002 第29条；日期由县局规定",
        "通识",
        "日",
    ),
    Parameter("cycle.attest_day", "村签字报表最迟日", "int", 20, "002 第29条；日期由县局规定", "通识", "日"),
    Parameter("cycle.close_day", "当月变更截止日", "int", 25, "002 第29条；日期由县局规定", "通识", "日"),
)
LLS = "民政部、财政部临时救助意见"
RELIEF = (
    Parameter("sla.temp.survey", "临时救助核实", "int", 10, "县局规定；程序见 003 第31条", "通识", "工作日"),
    Parameter("sla.temp.advance", "先行救助付款", "int", 2, f"{LLS}；时限为县局规定", "通识", "工作日"),
    Parameter("sla.temp.decide", "临时救助审批", "int", 5, "县局规定", "通识", "工作日"),
    Parameter("sla.temp.pay", "临时救助付款", "int", 5, "县局规定", "通识", "工作日"),
    Parameter("sla.temp.file", "乡镇决定的临时救助报县备案", "int", 10, "县局规定", "通识", "工作日"),
    Parameter("temp.supplement_days", "先行救助补齐手续", "int", 20, "安徽宁国样例", "查到", "工作日"),
    Parameter("temp.followup_months", "付款后回访", "int", 3, "004 第12条；月数由县局确定", "通识", "月"),
)
LEVELS = (("COUNTY", "县级确认"), ("TOWNSHIP", "乡镇确认"))
APPROVAL = tuple(
    Parameter(
        f"approval_level.{code}",
        f"审核确认层级：{label}",
        "choice",
        "COUNTY",
        "004 第9条",
        "原文",
        choices=LEVELS,
    )
    for code, label in PROGRAMS
)
RULES = tuple(
    Parameter(
        key,
        declared.label,
        declared.kind,
        declared.default,
        declared.basis,
        declared.mark,
        nullable=declared.nullable,
        choices=declared.choices,
        positive=declared.positive,
    )
    for key, declared in KEYS.items()
)
NULLABLE = frozenset(key for key, declared in KEYS.items() if declared.nullable)
IMPORT = (
    Parameter(
        "import.undo_days",
        "花名册入库后可撤销的天数",
        "int",
        30,
        "12 §12.4；天数由县局确定",
        "通识",
        "自然日",
    ),
)
ALL = (*DEADLINES, *IMPORT, *SURVEY, *PAYING, *MOVING, *CYCLE, *INTAKE, *RELIEF, *CARE, *APPROVAL, *RULES)
