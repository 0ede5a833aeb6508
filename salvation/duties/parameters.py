"""Parameters of reminders (L11): how long before and after a deadline whom."""

from salvation.parameters.registry import Parameter

BASIS = "期限日历（L11）；天数由县局规定"

ALL = (
    Parameter("remind.ahead_days", "到期前几日提醒", "int", 3, BASIS, "查到", "自然日"),
    Parameter("remind.county_days", "逾期几日升级到县局", "int", 3, BASIS, "查到", "工作日"),
)
