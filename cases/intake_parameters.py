"""Parameters of intake, core checks, kinship filings and deliberation (domain/09)."""

from cases.county_visit import FORCING, REPORTED
from salvation.parameters.registry import Parameter

L57 = "最低生活保障审核确认办法"

CHECK = (
    Parameter("sla.check.start", "启动核对（提请后）", "int", 3, f"{L57}第17条", "查到", "工作日"),
    Parameter("sla.check.finish", "出具核对报告（启动、异议后）", "int", 10, "县局规定", "通识", "工作日"),
    Parameter("sla.check.tell", "告知核对结果（报告不符合后）", "int", 3, "县局规定", "通识", "工作日"),
    Parameter("sla.check.object", "申请人提出异议", "int", 10, "县局规定", "通识", "自然日"),
    Parameter(
        "check.valid_days", "核对报告有效期", "int", 180, "002 第27条；天数由县局确定", "通识", "自然日"
    ),
    Parameter("check.required", "初审前须有核对报告", "bool", True, "002 第27条、第29条", "原文"),
    Parameter(
        "check.auth_valid_days",
        "核对授权书有效期",
        "int",
        365,
        "002 第27条；天数由县局确定",
        "通识",
        "自然日",
    ),
)
KINSHIP = (
    Parameter(
        "kinship.review_months", "备案对象排查周期", "int", 12, "000 第31条；周期由县局确定", "原文", "月"
    ),
    Parameter(
        "kinship.county_visit", "备案件须县级入户（审批权下放的也须）", "bool", True, f"{L57}第20条", "查到"
    ),
    Parameter(
        "complaint.county_visit",
        "有下列情形的须县级入户（审批权下放的也须）",
        "choice",
        REPORTED,
        f"{L57}第20条",
        "查到",
        choices=FORCING,
    ),
    Parameter(
        "kinship.relations",
        "近亲属范围",
        "text",
        "配偶、父母、子女、祖父母、外祖父母、孙子女、外孙子女、兄弟姐妹",
        "002 第55条；范围为县局规定",
        "原文",
    ),
)
DISCOVERY = (
    Parameter(
        "sla.discovery.check", "主动发现核查", "int", 10, "001 第43条；天数由县局确定", "通识", "工作日"
    ),
    Parameter(
        "sla.discovery.settle", "主动发现告知和结论", "int", 5, "001 第43条；天数由县局确定", "通识", "工作日"
    ),
)
EMERGENCY = (
    Parameter(
        "emergency.catch_up_days",
        "应急简化案件补齐手续（确认后；0 为只按关闭文件的期限）",
        "int",
        20,
        "004 第10条；天数由县局确定",
        "通识",
        "工作日",
    ),
)
MEETINGS = (
    Parameter("sla.alert.check", "监测预警核查", "int", 10, "000 第41条；天数由县局规定", "查到", "工作日"),
    Parameter("sla.alert.settle", "监测预警处置", "int", 10, "000 第41条；天数由县局规定", "查到", "工作日"),
    Parameter(
        "alert.again_days",
        "同一来源几日内不重复预警",
        "int",
        180,
        "000 第41条；天数由县局规定",
        "查到",
        "自然日",
    ),
    Parameter("debate.required", "民主评议必经", "bool", False, f"{L57}第19条；是否必经由县局规定", "通识"),
    Parameter(
        "sync.max_lag",
        "会议后几个工作日内在系统确认",
        "int",
        3,
        "002 第29条（系统同步审批）；天数由县局规定",
        "查到",
        "个工作日",
    ),
    Parameter("conference.min_per_year", "县级联席会议每年至少次数", "int", 2, "000 第73条", "原文", "次"),
)
ALL = (*CHECK, *KINSHIP, *DISCOVERY, *EMERGENCY, *MEETINGS)
