"""What reports tells the platform."""

from collections.abc import Callable

from reports import jobs
from reports.deadlines import RECURRING
from reports.desk import desk_numbers
from reports.governance import columns
from reports.governance.checks import CHECKS, complete
from reports.governance.labels import cell_label
from reports.governance.services import CODE, restarts
from reports.ledger import table as ledger
from reports.models import SummaryReport
from reports.summary.services import EFFECTS as SUMMARY_EFFECTS
from salvation.duties.calendar import register as register_deadlines
from salvation.flow.registry import register as register_flow
from salvation.jobs.schedule import Monthly, schedule
from salvation.periods.effects import EFFECTS
from salvation.periods.models import Periodical, Submission
from salvation.periods.models import register as register_periodical
from salvation.web import desk, navigation
from salvation.web.desk import Panel
from salvation.web.navigation import NavItem, waiting


def register_all(reverse: Callable[..., str]) -> None:
    register_flow(
        Submission,
        url=lambda submission: submission.periodical.url(submission),
        title=lambda submission: f"{submission.unit} {submission.month.label}{submission.periodical.label}",
        effects=EFFECTS,
    )
    register_flow(
        SummaryReport,
        url=lambda report: reverse("reports:summary", args=[report.pk]),
        effects=SUMMARY_EFFECTS,
    )
    register_periodical(
        Periodical(
            code=CODE,
            label="专项治理统计表",
            fillable=columns.FILLABLE,
            counted=columns.COUNTED,
            checks=CHECKS,
            completes=complete,
            restarts=restarts,
            cell_label=cell_label,
            url=lambda submission: reverse("reports:submission", args=[submission.pk]),
        )
    )
    register_periodical(
        Periodical(
            code=ledger.CODE,
            label="专项治理工作台账",
            fillable=ledger.FILLABLE,
            counted=ledger.COUNTED,
            texts=ledger.TEXTS,
            cell_label=ledger.cell_label,
            url=lambda submission: reverse("reports:ledger", args=[submission.pk]),
        )
    )
    desk.register(Panel("专项治理统计", "table.view", desk_numbers, order=30))
    schedule(Monthly(jobs.GENERATE, day=1, hour=2, offset=-1))
    for code, day, hour, minute, _ in jobs.REMINDERS:
        schedule(Monthly(code, day=day, hour=hour, minute=minute, offset=-1))
    schedule(Monthly(jobs.LEDGER, day=1, hour=3, offset=-1))
    schedule(*(Monthly(code, day=day, hour=hour) for code, day, hour in jobs.SUMMARIES))
    register_deadlines(*RECURRING)
    register_menu()


def register_menu() -> None:
    """Where reports stands in the menu."""
    navigation.register_group("报表", 30)
    navigation.register(
        NavItem(
            "专项治理统计表", "reports:governance", "table.view", "报表", "table", 10, waiting("submission")
        ),
        NavItem("各县汇总", "reports:across", "table.across", "报表", "table", 5),
        NavItem("对象动态表", "reports:civil", "table.view", "报表", "table", 15),
        NavItem("工作台账", "reports:ledgers", "table.view", "报表", "book", 18),
        NavItem("低收入信息完整率", "reports:completeness", "table.view", "报表", "check", 25),
        NavItem("与数字民政核对", "reports:external", "case.view", "报表", "check", 26),
        NavItem("数字民政录入表", "reports:external_template", "case.view", "报表", "download", 27),
        NavItem("数字民政字段对照", "reports:external_fields", "case.view", "报表", "book", 29),
        NavItem("省系统回填记录", "reports:external_batches", "case.view", "报表", "upload", 28),
        NavItem("报送及时情况", "reports:timeliness", "table.view", "报表", "clock", 20),
        NavItem(
            "专项治理情况报告", "reports:summaries", "report.view", "报表", "file", 30, waiting("summary")
        ),
    )
