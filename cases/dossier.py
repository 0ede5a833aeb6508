"""一人一档: everything that happened to a person, in the order of time, from every room that knows something.

A room registers a source in ``AppConfig.ready()``. A source gives entries of one person that the reader may see, and
nothing else: scope is the source's duty, ``visible_to`` its means.
"""
# requirements: B27

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Application,
    Benefit,
    CareAssessment,
    CareVisit,
    ChangeOrder,
    GroupEntry,
    Household,
    Person,
    Referral,
    Relief,
    Residence,
    ReviewTask,
    TermMember,
)
from cases.models.choices import Program
from cases.selectors import recoveries_seen, with_own_part
from cases.services.recoveries import concerns
from salvation.domain.errors import Refusal
from salvation.domain.month import Month


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: the day, what kind of thing, in words, and where to read on. ``amount`` in yuan."""

    on: date
    kind: str
    what: str
    url: str = ""
    amount: Decimal | None = None


Source = Callable[[Person, Any], Iterable[Entry]]
SOURCES: dict[str, Source] = {}


def register(**sources: Source) -> None:
    """Add sources by name. Called in ``AppConfig.ready()``."""
    SOURCES.update(sources)


def entries(person: Person, user: Any, kind: str = "") -> list[Entry]:
    """What this reader may know of a person, newest first; of one kind, when asked. Raises Refusal for another kind."""
    found = [entry for source in SOURCES.values() for entry in source(person, user)]
    if kind and kind not in KINDS:
        raise Refusal("没有这一类记录")
    wanted = [entry for entry in found if kind in ("", entry.kind)]
    return sorted(wanted, key=lambda entry: entry.on, reverse=True)


KINDS = ("家庭", "申请", "入户", "待遇", "变更", "核查", "临时救助", "转介", "照料", "发放", "追缴")


def households(person: Person, user: Any) -> Iterable[Entry]:
    visible = Household.objects.visible_to(user).values("pk")
    rows = person.memberships.filter(household__in=visible).select_related("household__head")
    for member in rows:
        home, url = f"{member.household.head.name}户", reverse("cases:household", args=[member.household_id])
        since = timezone.localdate(member.household.created_at)
        yield Entry(since, "家庭", f"{home}建档（{member.get_relation_display()}）", url)
        if member.left_on:
            yield Entry(member.left_on, "家庭", f"离开{home}", url)


def applications(person: Person, user: Any) -> Iterable[Entry]:
    rows = Application.objects.visible_to(user).filter(household__members__person=person).distinct()
    for found in rows.prefetch_related("surveys"):
        url = reverse("cases:application", args=[found.pk])
        name = f"{found.get_program_display()}（{found.no}）"
        yield Entry(found.applied_on, "申请", f"申请{name}，现为“{found.get_state_display()}”", url)
        if found.decided_on:
            yield Entry(found.decided_on, "申请", f"{name}{found.get_state_display()}", url)
        for survey in found.surveys.all():
            day = timezone.localdate(survey.visited_at)
            yield Entry(
                day, "入户", f"{survey.get_method_display()}调查：{survey.conclusion}", f"{url}?tab=surveys"
            )


def benefits(person: Person, user: Any) -> Iterable[Entry]:
    visible = Benefit.objects.visible_to(user).values("pk")
    rows = TermMember.objects.filter(person=person, term__benefit__in=visible)
    for covered in with_own_part(rows).select_related("term__benefit"):
        benefit = covered.term.benefit
        url = reverse("cases:benefit", args=[benefit.pk])
        last = Month.of(covered.months.upper) - 1 if covered.months.upper else None
        until = f"至{last.label}" if last else "起至今"
        unpaid = benefit.program in (Program.MARGINAL, Program.RIGID_EXPENSE)
        words = f"{benefit.get_program_display()}{'认定有效' if unpaid else '本人份额'}，{until}"
        yield Entry(covered.months.lower, "待遇", words, url, None if unpaid else covered.own)


def changes(person: Person, user: Any) -> Iterable[Entry]:
    rows = ChangeOrder.objects.visible_to(user).filter(benefit__household__members__person=person)
    for order in rows.distinct():
        url = reverse("cases:change", args=[order.pk])
        words = f"{order.get_kind_display()}（{order.get_state_display()}）：{order.reason}"
        yield Entry(order.effective_month, "变更", words, url, order.new_total)


def reviews(person: Person, user: Any) -> Iterable[Entry]:
    rows = ReviewTask.objects.visible_to(user).filter(
        benefit__household__members__person=person, done_on__isnull=False
    )
    for task in rows.distinct():
        url = f"{reverse('cases:benefit', args=[task.benefit_id])}?tab=reviews"
        yield Entry(task.done_on or task.due_on, "核查", f"定期核查：{task.get_outcome_display()}", url)


def surveyed(person: Person, user: Any) -> Iterable[Entry]:
    """What the yearly checks of the five groups found of him."""
    rows = GroupEntry.objects.visible_to(user).filter(person=person, checked_on__isnull=False)
    for row in rows.select_related("round"):
        url = reverse("cases:group_person", args=[row.pk])
        words = f"{row.round.year}年弱势群体核对（{row.group_words}）：{row.get_outcome_display()}"
        yield Entry(row.checked_on or row.round.due_on, "核查", words, url)


def recoveries(person: Person, user: Any) -> Iterable[Entry]:
    for found in recoveries_seen(user, concerns(person)):
        url = reverse("cases:recovery", args=[found.pk])
        words = f"{found.get_cause_display()}，多发{found.months}个月，建议追缴"
        own = [Decimal(part["amount"]) for part in found.parts if part["person"] == person.pk]
        yield Entry(found.found_on, "追缴", words, url, *(own or [found.amount]))


def reliefs(person: Person, user: Any) -> Iterable[Entry]:
    rows = Relief.objects.visible_to(user).filter(household__members__person=person)
    for relief in rows.distinct():
        url = reverse("cases:relief", args=[relief.pk])
        words = f"{relief.get_program_display()}（{relief.get_situation_display()}），现为“{relief.get_state_display()}”"
        yield Entry(relief.paid_on or relief.applied_on, "临时救助", words, url, relief.amount)


def care(person: Person, user: Any) -> Iterable[Entry]:
    """Assessments, visits and residences of 特困."""
    for made in CareAssessment.objects.visible_to(user).filter(person=person):
        url = reverse("registers:record", kwargs={"code": "care-assessments", "pk": made.pk})
        yield Entry(made.assessed_on, "照料", f"自理能力评定：{made.get_level_display()}", url)
    for visit in CareVisit.objects.visible_to(user).filter(person=person):
        url = reverse("registers:record", kwargs={"code": "care-visits", "pk": visit.pk})
        words = f"{visit.get_way_display()}巡访：{visit.findings or '正常'}"
        yield Entry(timezone.localdate(visit.visited_at), "照料", words, url)
    for stay in Residence.objects.visible_to(user).filter(person=person).select_related("institution"):
        url = reverse("registers:record", kwargs={"code": "residences", "pk": stay.pk})
        yield Entry(stay.from_on, "照料", f"入住{stay.institution.name}", url)
        if stay.until_on:
            yield Entry(
                stay.until_on, "照料", f"退住{stay.institution.name}（{stay.get_leaving_display()}）", url
            )


def referrals(person: Person, user: Any) -> Iterable[Entry]:
    """Needs of his own that other departments were asked to meet."""
    for row in Referral.objects.visible_to(user).filter(person=person):
        url = f"{reverse('cases:household', args=[row.household_id])}?tab=chain"
        said = row.get_outcome_display() if row.outcome else ("待反馈" if row.pushed_on else "待推送")
        words = f"{row.get_need_display()}（{row.department}）：{said}"
        yield Entry(row.answered_on or row.pushed_on or row.raised_on, "转介", words, url, row.amount)


register(
    households=households,
    applications=applications,
    benefits=benefits,
    changes=changes,
    reviews=reviews,
    surveyed=surveyed,
    recoveries=recoveries,
    reliefs=reliefs,
    referrals=referrals,
    care=care,
)
