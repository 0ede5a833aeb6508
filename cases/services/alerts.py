"""Raise monitoring alerts from what the register knows, take them by hand, settle them with what was done (B34)."""
# requirements: B34

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.discovery_guards import day_of
from cases.models import Member, MonitoringAlert, Person, TermMember
from cases.selectors_insurance import helped, lacking, with_insurance
from cases.selectors_single import screened
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin, begin_all
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.units.models import Unit

register(alert__raise="监测预警")

Kind, Source = MonitoringAlert.Kind, MonitoringAlert.Source


@dataclass(frozen=True, slots=True)
class Rule:
    """A sign the register shows by itself: whom it is about on a day, and in what words."""

    source: str
    kind: str
    words: str
    find: Callable[[Any, date], Any]


def single(people: Any, on: date) -> Any:
    return screened(people).filter(marginal=True, applying=False)


def dead(people: Any, on: date) -> Any:
    """Died before this month and still covered in it."""
    month = Month.of(on).first_day
    covered = TermMember.objects.filter(person=OuterRef("pk"), months__contains=month)
    return people.filter(Exists(covered), died_on__lt=month)


def uninsured(people: Any, on: date) -> Any:
    return lacking(with_insurance(helped(people, on), on.year, on), "MEDICAL")


RULES = (
    Rule(
        Source.SCREENING,
        Kind.MISSED,
        "边缘家庭中的重残、重病人员没有享受低保，可按单人保申请（第8条）",
        single,
    ),
    Rule(Source.DEATH, Kind.UNFIT, "已登记死亡，本月仍在保障名单中", dead),
    Rule(
        Source.INSURANCE,
        Kind.UNDONE,
        "在保对象没有参加基本医疗保险，资助参保没有落实（003 第53条）",
        uninsured,
    ),
)


@transaction.atomic
def raise_alerts(*, county: Unit, on: date, now: datetime) -> int:
    """Alert whomever a rule finds and nobody looked into lately by the same source. Returns how many."""
    days = int(at("alert.again_days", on=on, unit=county).value)
    people = Person.objects.filter(unit__county=county)
    made: list[MonitoringAlert] = []
    for rule in RULES:
        lately = MonitoringAlert.objects.filter(
            person=OuterRef("pk"), source=rule.source, raised_on__gt=on - timedelta(days=days)
        )
        open_ones = MonitoringAlert.objects.filter(person=OuterRef("pk"), source=rule.source).exclude(
            state="SETTLED"
        )
        found = (
            rule.find(people, on)
            .filter(~Exists(lately), ~Exists(open_ones))
            .select_related("unit", "village")
        )
        made += _alerts(rule, list(found.order_by("pk")), county, on)
    begin_all(made, step="raise", now=now)
    return len(made)


def _alerts(rule: Rule, people: Iterable[Person], county: Unit, on: date) -> list[MonitoringAlert]:
    people = list(people)
    homes = dict(
        Member.objects.filter(person__in=people, left_on__isnull=True)
        .order_by("counted")
        .values_list("person", "household")
    )
    return [
        MonitoringAlert(
            county=county, unit=person.unit, village=person.village, person=person, household_id=homes.get(person.pk),
            kind=rule.kind, source=rule.source, reason=rule.words, raised_on=on,
        )
        for person in people
    ]  # fmt: skip


@transaction.atomic
def take_alert(
    *, person: Person, kind: str, source: str, reason: str, actor: Any, now: datetime
) -> MonitoringAlert:
    """Register a sign that somebody brought. Raises Refusal for one that is open already."""
    require(actor, "case.survey", person.village)
    county = person.unit.county
    if county is None:
        raise Refusal("该人员不在填报单位，不能登记预警")
    home = person.memberships.filter(left_on__isnull=True).order_by("-counted").first()
    alert = MonitoringAlert(
        county=county, unit=person.unit, village=person.village, person=person,
        household_id=home.household_id if home else None, kind=Kind(kind), source=Source(source), reason=reason.strip(),
        raised_on=timezone.localdate(now), recorded_by=actor,
    )  # fmt: skip
    try:
        with transaction.atomic():
            begin(alert, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(f"{person.name}已有同一来源的预警在办，请在“监测预警”中查看", field="source") from error
    facts = {"kind": alert.get_kind_display(), "source": alert.get_source_display()}
    record(actor=actor, action="alert.raise", subject=alert, unit=alert.unit, facts=facts)
    return alert


def on_checked(context: Context) -> None:
    alert = context.subject
    alert.checked_on = day_of(context, "checked_on")
    alert.checkers, alert.finding = str(context.data["checkers"])[:100], str(context.data["finding"])
    alert.save(update_fields=["checked_on", "checkers", "finding"])


def on_settled(context: Context) -> None:
    alert = context.subject
    alert.disposal, alert.disposal_note = str(context.data["disposal"]), context.comment
    alert.settled_on = timezone.localdate(context.now)
    alert.save(update_fields=["disposal", "disposal_note", "settled_on"])


EFFECTS = {"check": (on_checked,), "settle": (on_settled,)}
