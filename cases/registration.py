"""What cases tells the platform: flows, counties at work, jobs."""

from collections.abc import Callable

from django.utils import timezone

from cases import care_registration, intake_registration, jobs, measures, relief_registration
from cases.desk import cycle_numbers, desk_numbers, visit_numbers
from cases.documents import applications as application_documents
from cases.documents import changes as change_documents
from cases.documents import effects, forms, printables, recognition
from cases.models import Application, ChangeOrder
from cases.models.choices import PROGRAMS
from cases.rules.keys import KEYS
from cases.search import PROVIDERS
from cases.selectors import counties_at_work
from cases.services import (
    applications,
    archives,
    change_effects,
    checks,
    complaints,
    deliberation,
    emergencies,
    expiry,
    kinship,
    specials,
)
from cases.services.after_stop import on_stopped
from cases.services.notice_sheets import on_ending_noticed, on_first_review
from cases.services.support_end import on_moved_in, on_support_back, on_support_ended
from cases.views import simulation
from cases.whole_files import taken_out_whole
from salvation.documents.copies import register_printables
from salvation.documents.declared import register as register_documents
from salvation.files import whole
from salvation.flow.registry import register as register_flow
from salvation.flow.registry import together
from salvation.jobs.schedule import COUNTIES, Daily, Monthly, schedule
from salvation.journal.wording import register_codes
from salvation.parameters import consequences
from salvation.parameters.consequences import Consequence
from salvation.periods import measures as periods
from salvation.web import desk, navigation, search
from salvation.web.desk import Panel
from salvation.web.navigation import NavItem, waiting


def _menu() -> None:
    register_menu()
    search.register(*PROVIDERS)
    register_codes("program", dict(PROGRAMS))
    desk.register(
        Panel("救助对象", "case.view", desk_numbers, order=10),
        Panel("入户采集", "case.survey", visit_numbers, order=12),
        Panel("本月动态管理", "change.create", cycle_numbers, order=15),
    )
    periods.register(measures.SOURCES, measures.MEASURES)
    consequences.register(
        Consequence("means", KEYS.__contains__, "cases/simulation.html", simulation.context)
    )
    if counties_at_work not in COUNTIES:
        COUNTIES.append(counties_at_work)
    schedule(
        Monthly(jobs.CYCLE_OPEN, day=1, hour=0, minute=10),
        Daily(jobs.CYCLE_CLOSE, hour=23, minute=50),
        Daily(jobs.ATTEST_REMIND, hour=9),
        Daily(jobs.GRACE, hour=3),
        Daily(jobs.REVIEW, hour=3, minute=20),
        Daily(jobs.EVENTS, hour=6),
        Daily(jobs.NOTICE, hour=8),
        Daily(jobs.CATCH_UP, hour=3, minute=40),
        Daily(jobs.JOINT, hour=6, minute=10),
        Daily(jobs.ARCHIVE, hour=4),
        Daily(jobs.ALERTS, hour=5),
        Monthly(jobs.GROUPS, day=1, hour=5, minute=20),
    )


def register_menu() -> None:
    """Where cases stands in the menu."""
    navigation.register_group("救助对象", 10)
    navigation.register_group("审核确认", 11)
    navigation.register_group("动态管理", 15)
    navigation.register_group("文书公示", 18)
    navigation.register(
        NavItem("家庭", "cases:households", "case.view", "救助对象", "home", 10, phone="对象"),
        NavItem("人员", "cases:people", "case.view", "救助对象", "people", 20),
        NavItem(
            "救助申请", "cases:applications", "case.view", "审核确认", "file", 30, waiting("application")
        ),
        NavItem("采集", "cases:visits", "case.survey", "救助对象", "camera", 35, phone="采集"),
        NavItem("在保待遇", "cases:benefits", "case.view", "救助对象", "check", 40),
        NavItem("花名册导入", "cases:rosters", "intake.roster", "救助对象", "upload", 60),
        NavItem("变更单", "cases:changes", "case.view", "动态管理", "edit", 10, waiting("change_order")),
        NavItem("村签字报表", "cases:attestations", "case.view", "动态管理", "check", 20, waiting("attestation")),
        NavItem("核查任务", "cases:reviews", "case.view", "动态管理", "clock", 30, waiting("review")),
        NavItem("核查完成情况", "cases:review_completion", "case.view", "动态管理", "chart", 40),
        NavItem("到期提醒", "cases:life_events", "case.view", "动态管理", "calendar", 50),
        NavItem("追缴建议", "cases:recoveries", "case.view", "动态管理", "money", 55),
        NavItem("提标减标", "cases:adjustments", "change.adjust", "动态管理", "up", 60),
        NavItem("就业联动", "cases:able_people", "case.view", "动态管理", "people", 70),
        NavItem("介绍工作记录", "cases:work_offers", "case.view", "动态管理", "file", 72),
        NavItem("文书", "documents:list", "document.view", "文书公示", "file", 10, waiting("document")),
        NavItem("核验打印件", "documents:verify", "document.view", "文书公示", "check", 12),
        NavItem("电子档案", "cases:archives", "case.view", "文书公示", "book", 25),
        NavItem("公示单", "cases:notices", "notice.view", "文书公示", "file", 20),
        NavItem("办理时限", "cases:timeliness", "case.view", "文书公示", "clock", 30),
        NavItem("系统同步审批", "cases:sync_checks", "case.view", "文书公示", "clock", 32),
        NavItem("参数", "parameters:list", "param.view", "系统", "settings", 10),
        NavItem("文书文字", "documents:wordings", "param.view", "系统", "file", 11),
        NavItem("算例", "cases:examples", "param.view", "系统", "file", 12),
    )  # fmt: skip


def register_all(reverse: Callable[..., str]) -> None:
    register_flow(
        Application,
        url=lambda application: reverse("cases:application", args=[application.pk]),
        title=lambda application: f"{application.applicant.name}（{application.get_program_display()}）",
        effects=together(
            applications.EFFECTS,
            {"first_review": (on_first_review,), "accept": (kinship.on_accepted,)},
            deliberation.EFFECTS,
            complaints.EFFECTS,
            checks.APPLICATION,
            specials.APPLICATION,
            emergencies.APPLICATION,
            effects.APPLICATION,
            archives.APPLICATION,
        ),
        suggest=applications.suggest,
    )
    register_flow(
        ChangeOrder,
        url=lambda order: reverse("cases:change", args=[order.pk]),
        title=lambda order: f"{order.benefit.applicant.name}（{order.get_kind_display()}）",
        effects=together(
            change_effects.EFFECTS,
            expiry.EFFECTS,
            {"expire": (on_support_ended,)},
            {
                "take_effect": (on_support_ended, on_moved_in, on_stopped),
                "carry_out": (on_support_ended, on_moved_in),
                "convert": (on_support_ended,),
            },
            {"reverse_town": (on_support_back,), "reverse_county": (on_support_back,)},
            effects.CHANGE_ORDER,
            {"notice": (on_ending_noticed,)},
            archives.CHANGE_ORDER,
        ),
        suggest=lambda order, step: {"notified_on": timezone.localdate()},
    )
    whole.register(*taken_out_whole(reverse))
    intake_registration.register_all(reverse)
    relief_registration.register_all(reverse)
    care_registration.register_all()
    register_printables(*printables.ALL)
    register_documents(*application_documents.ALL, *change_documents.ALL, *forms.ALL, *recognition.ALL)
    _menu()
