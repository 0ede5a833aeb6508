"""What a review rests on before it is concluded: a visit, a core check, the family's economy (C03)."""
# requirements: C03, C11

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import CheckRequest, Declaration, ReviewTask, ReviewVisit, Survey
from cases.selectors import latest_declaration
from cases.services.visit_rules import NO_DETAILS, SurveyDetails, SurveyorInput, checked_visit
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import Book
from salvation.vault import facts as sealed_facts

register(review__visit="登记核查入户记录")

Visited = ReviewVisit | Survey
BOTH = frozenset({"TOWN", "VILLAGE"})


@transaction.atomic
def record_visit(
    *,
    task: ReviewTask,
    method: str,
    visited_at: datetime,
    place: str,
    present: str,
    findings: str,
    conclusion: str,
    signed_by_family: bool,
    surveyors: Sequence[SurveyorInput],
    actor: Any,
    details: SurveyDetails = NO_DETAILS,
) -> ReviewVisit:
    """Add a visit for a review, by the same rules as one for an application. Raises Refusal."""
    locked: ReviewTask = (
        ReviewTask.objects.select_for_update(of=("self",)).select_related("unit", "village").get(pk=task.pk)
    )
    require(actor, "case.survey", locked.village)
    if locked.done_on:
        raise Refusal("该户已登记核查结论，不能再补入户记录")
    named = checked_visit(method, visited_at, surveyors, details, locked.unit)
    both = Book(unit=locked.unit, on=visited_at.date())["survey.require_both_levels"]
    if method == Survey.Method.HOME and both and not {one.level for one in named} >= BOTH:
        raise Refusal("入户须有乡镇、村（社区）两级人员", rule="002 第27条", field="surveyors")
    if method == Survey.Method.HOME and not signed_by_family:
        raise Refusal("请由在场家庭成员签字确认", rule="002 第27条", field="signed_by_family")
    visit: ReviewVisit = ReviewVisit.objects.create(
        review=locked, version=locked.visits.count() + 1, method=method, visited_at=visited_at, place=place,
        present=present, findings=findings, conclusion=conclusion, signed_by_family=signed_by_family,
        no_visit_reason=details.no_visit_reason, sent_on=details.sent_on, replied_on=details.replied_on,
        surveyors=[{"name": one.name.strip(), "level": one.level} for one in named], recorded_by=actor,
        seen=sealed_facts.dump(details.seen) if details.seen else None, spot=details.spot, sent_key=details.sent_key,
        sent_digest=details.sent_digest,
    )  # fmt: skip
    facts = {"version": visit.version, "people": visit.people}
    record(actor=actor, action="review.visit", subject=locked, unit=locked.unit, facts=facts)
    return visit


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is of a review on a day. ``elsewhere``: the visit was made for another matter of the family."""

    visit: Visited | None
    elsewhere: bool
    report: CheckRequest | None
    declaration: Declaration | None
    report_needed: bool

    @property
    def missing(self) -> list[str]:
        """What is still wanted before a conclusion, in words."""
        wanted = []
        if self.visit is None:
            wanted.append("入户核查记录")
        if self.report_needed and self.report is None:
            wanted.append("有效的核对报告")
        if self.declaration is None:
            wanted.append("家庭经济状况")
        return wanted


def evidence_of(task: ReviewTask, *, on: date) -> Evidence:
    """The newest visit, report and declaration of the family that count for a review."""
    book = Book(unit=task.unit, on=on)
    own = task.visits.order_by("-visited_at").first()
    visit = own or _visited_anyway(task, on - timedelta(days=int(book["review.visit_days"])))
    household = task.benefit.household_id
    reports = CheckRequest.objects.filter(application__household=household, reported_on__isnull=False)
    return Evidence(
        visit,
        own is None,
        reports.filter(valid_until__gte=on).order_by("-reported_on", "-pk").first(),
        latest_declaration(task.benefit.household),
        bool(book["review.check"]),
    )


def _visited_anyway(task: ReviewTask, since: date) -> Visited | None:
    """A home visit of the last weeks for another benefit or an application of the family: nobody is visited twice."""
    household = task.benefit.household_id
    review = (
        ReviewVisit.objects.filter(
            review__benefit__household=household, method=Survey.Method.HOME, visited_at__date__gte=since
        )
        .order_by("-visited_at")
        .first()
    )
    survey = (
        Survey.objects.filter(
            application__household=household, method=Survey.Method.HOME, signed_by_family=True,
            visited_at__date__gte=since,
        )
        .order_by("-visited_at")
        .first()
    )  # fmt: skip
    found: list[Visited] = [visit for visit in (review, survey) if visit is not None]
    return max(found, key=lambda visit: visit.visited_at) if found else None


def checked_evidence(
    task: ReviewTask, *, on: date, paper: str, paper_on: date | None, today: date
) -> Evidence:
    """The evidence of a conclusion; a report on paper stands in for one of the system. Raises Refusal naming what lacks."""
    found = evidence_of(task, on=on)
    missing = found.missing
    if paper.strip() or paper_on:
        _checked_paper(task, paper, paper_on, today)
        missing = [word for word in missing if word != "有效的核对报告"]
    if missing:
        raise Refusal(
            f"核查结论之前还缺：{'、'.join(missing)}", rule="最低生活保障审核确认办法第31条", field="outcome"
        )
    visited = timezone.localdate(found.visit.visited_at) if found.visit else on
    if on < visited and not found.elsewhere:
        raise Refusal(f"核查日期不能早于入户日期{visited:%Y-%m-%d}", field="on")
    return found


def _checked_paper(task: ReviewTask, paper: str, paper_on: date | None, today: date) -> None:
    if not paper.strip() or paper_on is None:
        raise Refusal("书面核对报告须同时填写文号和日期", field="paper_report")
    days = int(Book(unit=task.unit, on=today)["check.valid_days"])
    if not today - timedelta(days=days) <= paper_on <= today:
        raise Refusal(f"书面核对报告须在{days}天有效期内，日期不晚于今天", field="paper_report_on")
