"""Background jobs of cases: one service call each."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases.models import ArchiveBundle, StandardAdjustment
from cases.services.adjustment_orders import carry_out, undo
from cases.services.adjustments import recheck, try_out
from cases.services.alerts import raise_alerts
from cases.services.archives import file_closed
from cases.services.bundles import let_go, make_bundle
from cases.services.conferences import JOINT, warn_of_conferences
from cases.services.cycle import close_due_cycles, open_cycle
from cases.services.emergencies import CATCH_UP, close_made_up
from cases.services.expiry import end_recognitions
from cases.services.grace import end_grace_periods
from cases.services.group_rounds import refresh_round
from cases.services.notice_sheets import ask_to_withdraw
from cases.services.notices import pass_expired_notices
from cases.services.reassess import reassess_all
from cases.services.reviews import note_events, open_reviews
from cases.services.roster_import import check_batch, commit_batch
from cases.services.sheet_books import make_book, urge_villages
from cases.services.simulation import simulate
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.intake.models import Batch
from salvation.jobs.heartbeat import Heartbeat
from salvation.jobs.services import Running, job
from salvation.parameters.models import ParameterVersion

REVIEW, EVENTS = "review.due", "life.events"
ADJUST, ADJUST_UNDO, ADJUST_TRY = "standard.adjust", "standard.undo", "standard.try"
CYCLE_OPEN, CYCLE_CLOSE = "cycle.open", "cycle.close"
ATTEST_REMIND, SHEET_BOOK = "attest.remind", "attest.book"
GRACE, NOTICE, ROSTER, REASSESS = "grace.expiry", "notice.expire", "roster.commit", "reassess"
ALERTS = "alert.raise"
GROUPS = "group.refresh"
ARCHIVE, BUNDLE = "archive.file", "archive.bundle"
ROSTER_CHECK, EFFECT = "roster.check", "parameter.effect"


@job(GRACE, label="渐退期满、认定期满停发")
def grace_expiry(run: Running) -> dict[str, Any]:
    """The period of the run is a day."""
    on, now = date.fromisoformat(run.period), timezone.now()
    stopped = end_grace_periods(county_id=run.unit.pk, on=on, now=now)
    return {"stopped": stopped, "认定期满": end_recognitions(county=run.unit, on=on, now=now)}


@job(CYCLE_OPEN, label="开启动态管理周期")
def cycle_open(run: Running) -> dict[str, Any]:
    """The period of the run is the month."""
    made = open_cycle(county=run.unit, month=Month.parse(run.period), now=timezone.now())
    return {"村签字报表": made}


@job(ATTEST_REMIND, label="催办村签字报表")
def attest_remind(run: Running) -> dict[str, Any]:
    """The period of the run is a day."""
    on = date.fromisoformat(run.period)
    return {"催办": urge_villages(county=run.unit, on=on, now=timezone.now())}


@job(SHEET_BOOK, label="打印签字报表合订本")
def attest_book(run: Running) -> dict[str, Any]:
    """The period of the run is the month and who asked: the sheets name him."""
    book = make_book(
        unit=run.unit, month=Month.parse(run.period.split("-u")[0]), actor=run.run.requested_by, now=timezone.now(), report=run.report
    )  # fmt: skip
    return {"村（社区）": book.villages, "url": reverse("cases:sheet_books")}


@job(REVIEW, label="列出核查到期")
def review_due(run: Running) -> dict[str, Any]:
    """The period of the run is a day."""
    made = open_reviews(county=run.unit, on=date.fromisoformat(run.period), now=timezone.now())
    return {"新增核查任务": made}


@job(EVENTS, label="列出到期提醒")
def life_events(run: Running) -> dict[str, Any]:
    """Each Monday; the period of the run is a day."""
    on = date.fromisoformat(run.period)
    return {"新增提醒": note_events(county=run.unit, on=on) if on.weekday() == 0 else 0}


@job(GROUPS, label="更新弱势群体底册")
def group_refresh(run: Running) -> dict[str, Any]:
    """The period of the run is the month on whose first day it is made."""
    on = Month.parse(run.period).first_day
    return {"新增": refresh_round(county=run.unit, on=on, now=timezone.now())}


@job(CYCLE_CLOSE, label="关闭动态管理周期")
def cycle_close(run: Running) -> dict[str, Any]:
    """The period of the run is a day; a cycle closes on its parameter's day."""
    on = date.fromisoformat(run.period)
    return {"关闭周期": close_due_cycles(county=run.unit, on=on, now=timezone.now())}


@job(NOTICE, label="公示期满流转")
def notice_expire(run: Running) -> dict[str, Any]:
    on = date.fromisoformat(run.period)
    now = timezone.now()
    passed = pass_expired_notices(county_id=run.unit.pk, on=on, now=now)
    return {"passed": passed, "应撤下公示单": ask_to_withdraw(county_id=run.unit.pk, on=on, now=now)}


@job(CATCH_UP, label="应急补办核销")
def emergency_catch_up(run: Running) -> dict[str, Any]:
    return {"已补齐": close_made_up(county=run.unit, now=timezone.now())}


@job(JOINT, label="联席会议次数预警")
def joint_conferences(run: Running) -> dict[str, Any]:
    """The period of the run is a day."""
    on = date.fromisoformat(run.period)
    return {"预警": int(warn_of_conferences(county=run.unit, on=on, now=timezone.now()))}


@job(ROSTER_CHECK, label="花名册核对")
def roster_check(run: Running) -> dict[str, Any]:
    """The period of the run is the batch's id. Reads and compares; the register stays as it is."""
    batch = Batch.objects.select_related("unit", "added_by").get(pk=int(run.period))
    with Heartbeat(run) as beat:
        check_batch(batch=batch, progress=beat.report)
    return {"人员的行": batch.report.get("rows", 0), "url": reverse("cases:roster_next", args=[batch.pk])}


@job(ROSTER, label="花名册入库")
def roster_commit(run: Running) -> dict[str, Any]:
    """The period of the run is the batch's id. All in one transaction: a killed worker leaves nothing or the whole
    batch, and a run taken up again finds the whole batch done."""
    batch = Batch.objects.select_related("unit").get(pk=int(run.period))
    if batch.state != Batch.State.COMMITTED:
        with Heartbeat(run) as beat:
            commit_batch(batch=batch, actor=run.run.requested_by, progress=beat.report)
        batch.refresh_from_db()
    return {
        "接收行数": batch.report["accepted"],
        "写入户数": batch.report["written"],
        "url": reverse("cases:roster", args=[batch.pk]),
    }


@job(REASSESS, label="批量复核", whole=True)
def reassess(run: Running) -> dict[str, Any]:
    """The period of the run is the day whose parameters and ages count."""
    on, actor = date.fromisoformat(run.period), run.run.requested_by
    with Heartbeat(run):
        outcome = reassess_all(unit=run.unit, on=on, actor=actor, now=timezone.now())
    return {
        "核算户数": outcome.judged,
        "与现发不同": len(outcome.differences),
        "未能核算": len(outcome.left_out),
    }


@job(EFFECT, label="试算参数影响")
def parameter_effect(run: Running) -> dict[str, Any]:
    """The period of the run is the proposal's id. Nothing is decided about anybody."""
    version = ParameterVersion.objects.select_related("unit").get(pk=int(run.period))
    if version.state != ParameterVersion.State.PROPOSED:
        # An adjustment may rest on the trial of a confirmed one: it is not made anew behind its back.
        raise Refusal("该取值已确认或退回，不再试算")
    found = simulate(version=version, report=run.report)
    return {**found, "url": reverse("parameters:decide", args=[version.pk])}


@job(ADJUST_TRY, label="试算标准调整")
def standard_try(run: Running) -> dict[str, Any]:
    """The period of the run is the adjustment's id. Judges everybody, writes no order."""
    found = StandardAdjustment.objects.select_related("version__unit").get(pk=int(run.period))
    tried = try_out(adjustment=found, now=timezone.now(), report=run.report)
    return {
        "金额调整": tried.benefits,
        "不再符合": tried.leaving,
        "可能新纳入": tried.entering,
        "须逐户核查": tried.left_out,
        "url": reverse("cases:adjustment", args=[tried.pk]),
    }


@job(ADJUST, label="按新标准批量调整")
def standard_adjust(run: Running) -> dict[str, Any]:
    """The period of the run is the adjustment's id. All in one transaction; a run taken up again finds it done."""
    found = StandardAdjustment.objects.select_related("version__unit").get(pk=int(run.period))
    if found.made_at is None and found.undone_at is None:
        recheck(adjustment=found, now=timezone.now(), report=run.report)
    with Heartbeat(run) as beat:
        made = carry_out(adjustment=found, now=timezone.now(), progress=beat.report)
    return {
        "调整": made.benefits,
        "须逐户办理": made.left_out,
        "url": reverse("cases:adjustment", args=[made.pk]),
    }


@job(ADJUST_UNDO, label="撤回标准调整")
def standard_undo(run: Running) -> dict[str, Any]:
    """The period of the run is the adjustment's id."""
    found = StandardAdjustment.objects.get(pk=int(run.period))
    with Heartbeat(run) as beat:
        undo(
            adjustment=found, because=found.undone_because, actor=run.run.requested_by, now=timezone.now(),
            progress=beat.report,
        )  # fmt: skip
    return {"撤回": found.benefits, "url": reverse("cases:adjustment", args=[found.pk])}


@job(ARCHIVE, label="办结归档")
def archive_file(run: Running) -> dict[str, Any]:
    """Each night: what was closed in numbers (standard adjustments) and what was missing; the period is a day."""
    now = timezone.now()
    filed = file_closed(county=run.unit, now=now)
    return {"归档": filed, "清除到期合订件": let_go(county_id=run.unit.pk, on=date.fromisoformat(run.period))}


@job(BUNDLE, label="制作档案合订件")
def archive_bundle(run: Running) -> dict[str, Any]:
    """The period of the run is the bundle's id. One taken up again after a dead worker is made anew."""
    bundle = ArchiveBundle.objects.select_related("requested_by").get(pk=int(run.period))
    if not bundle.stored_as:
        make_bundle(bundle=bundle, now=timezone.now(), progress=run.report)
    return {
        "件数": bundle.pieces,
        "页数": bundle.pages,
        "url": reverse("cases:bundle", args=[bundle.pk]),
        "action": "查看和下载",
    }


@job(ALERTS, label="监测预警筛查")
def monitoring_alerts(run: Running) -> dict[str, Any]:
    """Each Monday; the period of the run is a day."""
    on = date.fromisoformat(run.period)
    made = raise_alerts(county=run.unit, on=on, now=timezone.now()) if on.weekday() == 0 else 0
    return {"新增预警": made}
