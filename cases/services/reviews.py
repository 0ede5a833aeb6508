"""Who is to be visited and judged again, by when, and what came of it. Set-based."""
# requirements: C03, C11

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone

from cases.models import Assessment, Benefit, ChangeOrder, LifeEvent, ReviewTask
from cases.rules.benefit import recheck_due
from cases.selectors import latest_declaration
from cases.services.assessments import reassess_household
from cases.services.changes import draft_amount
from cases.services.review_evidence import checked_evidence
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.duties.services import close_duty, open_duties, open_duty
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import Book
from salvation.units.models import Unit

register(
    review__record="登记核查结论",
    review__campaign="部署全面排查",
    review__open="列出到期核查任务",
    review__events="列出到期提醒",
)
DUTY, AFTER_DEATH = "review", "review_after_death"
AHEAD = 30

# The next review counts from the last one, the last means test, or the begin of the benefit, whichever is latest. A family
# with somebody able to work is looked at twice a year (L57 第31条), 特困 by a term of its own. Of an imported benefit
# nobody knows when it was looked at last: it is not late from the first day, but due within the days of notice.
DUE = """
INSERT INTO cases_reviewtask (benefit_id, unit_id, village_id, source, campaign, due_on, outcome, note)
SELECT b.id, b.unit_id, b.village_id, 'DUE', '',
       CASE WHEN known.last IS NULL AND b.source = 'IMPORT' THEN greatest(due.due_on, %(until)s::date)
       ELSE due.due_on END, '', ''
FROM cases_benefit b
CROSS JOIN LATERAL (
    SELECT greatest(
        (SELECT max(r.done_on) FROM cases_reviewtask r WHERE r.benefit_id = b.id),
        (SELECT max(a."on") FROM cases_assessment a JOIN cases_benefitterm t ON t.assessment_id = a.id
         WHERE t.benefit_id = b.id)
    ) AS last
) known
CROSS JOIN LATERAL (
    SELECT (greatest(b.first_month, known.last) + make_interval(months => CASE
        WHEN b.program LIKE 'TEKUN%%' THEN %(tekun)s
        WHEN EXISTS (
            SELECT 1 FROM cases_member m JOIN cases_person p ON p.id = m.person_id
            WHERE m.household_id = b.household_id AND m.left_on IS NULL AND m.counted AND p.labour = 'FULL'
            AND p.birth_date BETWEEN %(on)s::date - interval '60 years' AND %(on)s::date - interval '16 years'
            AND NOT p.in_school
        ) THEN %(unstable)s ELSE %(stable)s END))::date AS due_on
) due
WHERE b.county_id = %(county)s AND (b.stop_month IS NULL OR b.stop_month > %(on)s) AND b.first_month <= %(on)s
    AND due.due_on <= %(until)s
ON CONFLICT (benefit_id) WHERE done_on IS NULL DO NOTHING
"""
# A task of a benefit that ended meanwhile is no task any more.
ENDED = """
UPDATE cases_reviewtask r SET done_on = %(on)s, outcome = 'ENDED' FROM cases_benefit b
WHERE b.id = r.benefit_id AND r.done_on IS NULL AND b.county_id = %(county)s AND b.stop_month <= %(on)s
"""
# Everybody below a unit; who is due anyway is visited once, by the earlier day.
CAMPAIGN = """
INSERT INTO cases_reviewtask (benefit_id, unit_id, village_id, source, campaign, due_on, outcome, note)
SELECT b.id, b.unit_id, b.village_id, 'CAMPAIGN', %(title)s, %(until)s, '', ''
FROM cases_benefit b JOIN units_unit u ON u.id = b.unit_id AND u.path LIKE %(path)s
WHERE (b.stop_month IS NULL OR b.stop_month > %(on)s) AND b.first_month <= %(on)s
ON CONFLICT (benefit_id) WHERE done_on IS NULL
    DO UPDATE SET campaign = excluded.campaign, due_on = least(cases_reviewtask.due_on, excluded.due_on)
"""
EVENTS = """
INSERT INTO cases_lifeevent (unit_id, village_id, person_id, benefit_id, kind, "on", noted_on)
SELECT DISTINCT ON (found.person_id, found.kind, found.day)
       b.unit_id, b.village_id, found.person_id, b.id, found.kind, found.day, %(on)s
FROM (
    SELECT m.person_id, t.benefit_id, 'TURNS_' || turn.years AS kind,
           (p.birth_date + make_interval(years => turn.years))::date AS day
    FROM cases_benefitterm t JOIN cases_termmember m ON m.term_id = t.id JOIN cases_person p ON p.id = m.person_id
    CROSS JOIN (VALUES (16), (18), (60)) AS turn (years)
    WHERE t.months @> %(month)s::date AND p.died_on IS NULL
    UNION ALL
    SELECT b.applicant_id, b.id, 'GRACE_ENDS', upper(t.months) FROM cases_benefitterm t
    JOIN cases_benefit b ON b.id = t.benefit_id WHERE t.standing = 'GRACE' AND upper(t.months) IS NOT NULL
    UNION ALL
    SELECT b.applicant_id, b.id, 'RECOGNITION_ENDS', b.stop_month FROM cases_benefit b WHERE b.stop_reason = 'EXPIRED'
    UNION ALL
    SELECT b.applicant_id, b.id, 'RESTS_LONG', (lower(t.months) + interval '3 months')::date FROM cases_benefitterm t
    JOIN cases_benefit b ON b.id = t.benefit_id
    WHERE t.standing = 'SUSPENDED' AND (upper(t.months) IS NULL OR upper(t.months) > %(on)s)
    UNION ALL
    SELECT ends.person_id, t.benefit_id, ends.kind, ends.day
    FROM (
        SELECT person_id, 'ASSESSMENT_ENDS' AS kind, max(next_on) AS day FROM cases_careassessment GROUP BY person_id
        UNION ALL
        SELECT person_id, 'AGREEMENT_ENDS', max(until_on) FROM cases_careagreement GROUP BY person_id
        UNION ALL
        SELECT person_id, 'CONTRACT_ENDS', min(last) FROM (
            SELECT person_id, max(until_on) AS last FROM cases_medicalcontract GROUP BY person_id, kind
        ) contract GROUP BY person_id
    ) ends
    JOIN cases_termmember m ON m.person_id = ends.person_id AND m.months @> %(month)s::date
    JOIN cases_benefitterm t ON t.id = m.term_id
    JOIN cases_benefit running ON running.id = t.benefit_id AND running.program LIKE 'TEKUN%%'
) found
JOIN cases_benefit b ON b.id = found.benefit_id AND b.county_id = %(county)s
WHERE found.day BETWEEN %(on)s::date - 7 AND %(until)s
ON CONFLICT (person_id, kind, "on") DO NOTHING
"""


@transaction.atomic
def open_reviews(*, county: Unit, on: date, now: datetime) -> int:
    """Make tasks for benefits whose review is due within 30 days; returns how many are new (domain/11 review.due)."""
    book = Book(unit=county, on=on)
    given: dict[str, Any] = {
        "county": county.pk, "on": on, "until": on + timedelta(days=AHEAD),
        "tekun": int(book["review.tekun"]), "stable": int(book["review.dibao.stable"]),
        "unstable": int(book["review.dibao.unstable"]),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ENDED, given)
        cursor.execute(DUE, given)
        made = int(cursor.rowcount)
    _no_longer_asked(county, now)
    tell_towns(county, now)
    record(actor=None, action="review.open", unit=county, facts={"tasks": made})
    return made


def _no_longer_asked(county: Unit, now: datetime) -> None:
    """A household whose benefit ended is not judged again after the death either: nobody waits for it any more."""
    ended = ReviewTask.objects.filter(unit__county=county, outcome=ReviewTask.Outcome.ENDED)
    Duty.objects.filter(kind=AFTER_DEATH, done_at__isnull=True, subject_id__in=ended.values("pk")).update(
        done_at=now
    )


def take_reviews_along(old: Benefit, new: Benefit) -> None:
    """What was still to be looked into is looked into under the benefit that follows, in its town (C08: the clock runs on)."""
    tasks = ReviewTask.objects.filter(benefit=old, done_on__isnull=True)
    waiting = list(tasks.values_list("pk", flat=True))
    tasks.update(benefit=new, unit=new.unit, village=new.village)
    Duty.objects.filter(kind=AFTER_DEATH, done_at__isnull=True, subject_id__in=waiting).update(unit=new.unit)


def tell_towns(county: Unit, now: datetime) -> None:
    """One line on the desk of each town with open tasks, by the earliest day."""
    waiting = ReviewTask.objects.filter(unit__county=county, done_on__isnull=True)
    rows = waiting.order_by().values("unit").annotate(n=Count("pk"), due=Min("due_on"))
    units = Unit.objects.in_bulk([row["unit"] for row in rows])
    Duty.objects.filter(kind=DUTY, unit__county=county, done_at__isnull=True).update(done_at=now)
    open_duties(
        {
            "kind": DUTY, "subject_id": row["unit"], "unit": units[row["unit"]], "permission": "change.create",
            "title": f"{row['n']}户待核查", "url": f"{reverse('cases:reviews')}?state=open", "now": now,
            "due_on": row["due"],
        }
        for row in rows
    )  # fmt: skip


@transaction.atomic
def start_campaign(*, unit: Unit, title: str, until: date, actor: Any, now: datetime) -> int:
    """Ask for a visit to everybody below a unit (C11); returns how many tasks there are. Raises Refusal."""
    require(actor, "review.campaign", unit)
    today = timezone.localdate(now)
    if until <= today:
        raise Refusal("完成期限应在今天之后", field="until")
    given: dict[str, Any] = {"title": title.strip(), "until": until, "path": f"{unit.path}%", "on": today}
    with connection.cursor() as cursor:
        cursor.execute(CAMPAIGN, given)
        made = int(cursor.rowcount)
    facts = {"title": title, "until": until.isoformat(), "tasks": made}
    record(actor=actor, action="review.campaign", subject=unit, unit=unit, facts=facts)
    tell_towns(unit.county or unit, now)
    return made


@transaction.atomic
def record_review(
    *,
    task: ReviewTask,
    outcome: str,
    on: date,
    note: str,
    actor: Any,
    now: datetime,
    paper_report: str = "",
    paper_report_on: date | None = None,
) -> ReviewTask:
    """What a visit, a core check and a new means test came to; a change becomes a drafted order at once.

    ``paper_report``: number of a report that lies on paper, where the system has none. Raises Refusal naming what lacks.
    """
    locked: ReviewTask = (
        ReviewTask.objects.select_for_update(of=("self",))
        .select_related(
            "benefit__household__county", "benefit__unit", "benefit__county", "benefit__village", "unit"
        )
        .get(pk=task.pk)
    )
    require(actor, "change.create", locked.unit)
    if locked.done_on:
        raise Refusal("该户已登记核查结论，请勿重复登记")
    if on > timezone.localdate(now):
        raise Refusal("核查日期不能晚于今天", field="on")
    if outcome not in ReviewTask.Outcome.values or outcome == ReviewTask.Outcome.ENDED:
        raise Refusal("请选择核查结论", field="outcome")
    found = checked_evidence(
        locked, on=on, paper=paper_report, paper_on=paper_report_on, today=timezone.localdate(now)
    )
    locked.assessment = _judged_again(locked, actor, now)
    if outcome == ReviewTask.Outcome.SAME and not locked.assessment.eligible:
        raise Refusal(
            "重新核算已不符合条件，结论应为“不再符合，另办停发或渐退”",
            rule="最低生活保障审核确认办法第32条",
            field="outcome",
        )
    if outcome == ReviewTask.Outcome.CHANGED:
        locked.order = draft_amount(
            benefit=locked.benefit,
            assessment=locked.assessment,
            note=note or "定期核查",
            actor=actor,
            now=now,
        )
    locked.check_report, locked.paper_report, locked.paper_report_on = (
        found.report,
        paper_report,
        paper_report_on,
    )
    locked.outcome, locked.done_on, locked.note, locked.done_by = outcome, on, note.strip(), actor
    locked.save()
    facts = {"outcome": locked.get_outcome_display()}
    record(actor=actor, action="review.record", subject=locked, unit=locked.unit, facts=facts)
    close_duty(kind=AFTER_DEATH, subject_id=locked.pk, now=now, actor=actor)
    return locked


def _judged_again(task: ReviewTask, actor: Any, now: datetime) -> Assessment:
    """Judge the family by its latest declaration; the conclusion keeps what came of it."""
    benefit = task.benefit
    declaration = latest_declaration(benefit.household)
    if declaration is None:
        raise Refusal("本户没有登记经济状况，不能重新核算；请先登记家庭经济状况", field="outcome")
    return reassess_household(
        household=benefit.household, declaration=declaration, program=benefit.program, actor=actor, now=now,
        single_for=benefit.applicant_id if benefit.is_single else None,
    )  # fmt: skip


@transaction.atomic
def ask_after_death(*, order: ChangeOrder, months: int) -> dict[str, Any] | None:
    """The household is judged again within the months after a death (C08); an open task gets the earlier day.

    Returns which task it is, whether it is new, and the day and source it had before.
    """
    benefit, died = order.benefit, order.event_on
    over = benefit.stop_month is not None and benefit.stop_month <= timezone.localdate()
    if died is None or over:
        return None
    due = recheck_due(died, months)
    task, made = ReviewTask.objects.get_or_create(
        benefit=benefit, done_on=None,
        defaults={"unit": benefit.unit, "village": benefit.village, "source": "DEATH", "due_on": due},
    )  # fmt: skip
    asked = {"task": task.pk, "made": made, "due_on": task.due_on.isoformat(), "source": str(task.source)}
    if not made and due < task.due_on:
        task.due_on, task.source = due, ReviewTask.Source.DEATH
        task.save(update_fields=["due_on", "source"])
    open_duty(
        kind=AFTER_DEATH, subject_id=task.pk, unit=benefit.unit, permission="change.create",
        title=f"成员死亡后家庭重核：{benefit.applicant.name}", url=reverse("cases:review", args=[task.pk]),
        now=timezone.now(), due_on=due,
    )  # fmt: skip
    return asked


@transaction.atomic
def ask_again(*, benefit: Benefit, since: date, source: str) -> None:
    """The family is judged again within the months of self-report (C17): somebody took work, or is on 特困 of his own.

    Income above the standard leads to tapering (渐退), not to a stop at once. An open task gets the earlier day.
    """
    due = recheck_due(since, int(Book(unit=benefit.unit, on=since)["review.job_months"]))
    task, made = ReviewTask.objects.get_or_create(
        benefit=benefit, done_on=None,
        defaults={"unit": benefit.unit, "village": benefit.village, "source": source, "due_on": due},
    )  # fmt: skip
    if not made and due < task.due_on:
        task.due_on, task.source = due, source
        task.save(update_fields=["due_on", "source"])


@transaction.atomic
def note_events(*, county: Unit, on: date) -> int:
    """Write the coming 30 days' events of a county; returns how many are new (each Monday)."""
    given: dict[str, Any] = {
        "county": county.pk, "on": on, "until": on + timedelta(days=AHEAD), "month": Month.of(on).first_day
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, given)
        made = int(cursor.rowcount)
    record(actor=None, action="review.events", unit=county, facts={"events": made})
    return made


def completion(
    user: Any, by: str, today: date, unit: int | None = None, campaign: str = ""
) -> list[dict[str, Any]]:
    """By town or village: tasks, done, late; of one campaign, else of this year and what is still open.

    ``unit``: of one town only.
    """
    tasks = ReviewTask.objects.visible_to(user).exclude(outcome=ReviewTask.Outcome.ENDED)
    year = Q(due_on__year=today.year) | Q(done_on__isnull=True)
    tasks = tasks.filter(campaign=campaign) if campaign else tasks.filter(year)
    if unit is not None:
        tasks = tasks.filter(unit=unit)
    rows = (
        tasks.order_by(f"{by}__sort", f"{by}__code")
        .values(by, f"{by}__name")
        .annotate(
            tasks=Count("pk"),
            done=Count("pk", filter=Q(done_on__isnull=False)),
            late=Count("pk", filter=Q(done_on__isnull=True, due_on__lt=today)),
        )
    )
    return [
        {**row, "pk": row[by], "name": row[f"{by}__name"], "open": row["tasks"] - row["done"]} for row in rows
    ]


def campaigns(user: Any) -> list[str]:
    """Titles of the campaigns this person sees tasks of, the latest first."""
    tasks = ReviewTask.objects.visible_to(user).exclude(campaign="").order_by()
    latest = tasks.values("campaign").annotate(last=Max("pk")).order_by("-last")
    return list(latest.values_list("campaign", flat=True)[:12])


def events_ahead(user: Any, today: date) -> Any:
    """What is on, or will be within 30 days, for this person's units."""
    return LifeEvent.objects.visible_to(user).filter(on__gte=today - timedelta(days=7))
