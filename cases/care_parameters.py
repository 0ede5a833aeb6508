"""Parameters of 特困照料 (domain/09)."""

from salvation.parameters.registry import Parameter

L43 = "特困人员认定办法"
AH22 = "安徽2022年特困供养通知"
ALL = (
    Parameter("care.assess_valid_months", "自理能力评定有效期", "int", 12, f"{L43}第23条；月数由县局确定", "通识", "月"),
    Parameter("care.reassess_days", "变化报告后复核评定", "int", 10, f"{L43}第23条", "查到", "工作日"),
    Parameter("care.wish_days", "有集中供养意愿未安排的预警天数", "int", 30, "003 第33条；天数由县局确定", "通识", "自然日"),
    Parameter("visit.per_month", "探视巡访每月次数", "int", 1, AH22, "查到", "次"),
    Parameter("visit.per_month_lost", "探视巡访每月次数（失能、半失能）", "int", 2, "县局规定", "通识", "次"),
    Parameter("agreement.required", "分散供养须签委托照料协议", "bool", True, "003 第33条；004 第13条", "原文"),
    Parameter("agreement.sign_days", "认定后签订照料协议", "int", 30, "004 第13条；天数由县局确定", "通识", "自然日"),
    Parameter("caregiver.limit", "一名照料人同时照料人数上限", "int", 3, "县局规定", "通识", "人"),
    Parameter(
        "care.payee.dispersed", "分散供养照料护理费付给", "text", "SELF", "003 第33条；收款人由县局规定", "通识",
        choices=(("SELF", "本人账户"), ("CAREGIVER", "照料协议的照料人")),
    ),
    Parameter(
        "care.payee.centralized", "集中供养照料护理费付给", "text", "INSTITUTION", "002 第31条；收款人由县局规定", "通识",
        choices=(("INSTITUTION", "所在供养机构"), ("SELF", "本人账户")),
    ),
)  # fmt: skip
