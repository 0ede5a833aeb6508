"""Parameters of reports (domain/09)."""

from salvation.parameters.registry import Parameter

ALL = (
    Parameter("stat.report_due_day", "统计表报送日", "int", 10, "000 第91行", "原文", "日"),
    Parameter("stat.period_offset", "统计月相对报送月", "int", -1, "000 第91行", "原文", "月"),
    Parameter("campaign.cum_start", "累计起算日", "date", "2022-04-01", "000 自查整改阶段", "通识"),
    Parameter("report.summary_due", "专项治理报告报送日", "month_day", "06-25", "000 第85行", "原文"),
    Parameter("ledger.monthly_due", "工作台账报送日", "int", 5, "004 第20行", "通识", "日"),
    # A figure that changed by so much against the month (or year) before is marked, for somebody to look at.
    Parameter(
        "stat.jump_least", "变化提示：至少变化", "decimal", "10", "04 §4.1 与上月比较；由县局确定", "通识"
    ),
    Parameter(
        "stat.jump_share", "变化提示：变化超过", "ratio", "30", "04 §4.1 与上月比较；由县局确定", "通识", "%"
    ),
    Parameter("coverage.min", "救助人数占比下限", "ratio", "4", "000 第33行", "原文", "%"),
    Parameter("coverage.max", "救助人数占比上限", "ratio", "5", "000 第33行", "原文", "%"),
)
