"""Active discovery (B25): register whoever may need help, look into it, lead him to an application; nobody is just taken in."""
# requirements: B25

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from cases.discovery_guards import APPLIED, day_of
from cases.models import Application, Discovery, Household, Member, Person, Relief
from cases.services.people import read_id
from salvation.access.services import must_still_see, require
from salvation.domain import names
from salvation.domain.errors import BadValue, Refusal
from salvation.flow.clock import due_date
from salvation.flow.engine import begin
from salvation.flow.table import Context, Step
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.vault.crypto import blind_index

register(discovery__link="主动发现关联家庭")

OPEN = ("FOUND", "CHECKED", "INFORMED")


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of somebody found. Without an ID number as long as nobody has seen his papers."""

    name: str
    origin: str
    hardship: str
    situation: str
    found_on: date
    id_no: str = ""
    phone: str = ""
    event: str = ""
    found_by: str = ""


@transaction.atomic
def register_discovery(*, given: Found, village: Unit, actor: Any, now: datetime) -> Discovery:
    """Register somebody found in a village. Raises Refusal for a bad number, and when he is being looked into already."""
    require(actor, "case.create", village)
    unit, county = village.parent, county_of(village)
    if unit is None or county is None:
        raise Refusal("请选择村（社区）", field="village")
    if given.found_on > timezone.localdate(now):
        raise Refusal("发现日期不能晚于今天", field="found_on")
    discovery = Discovery(
        county=county, unit=unit, village=village, name=_name(given.name), origin=given.origin, hardship=given.hardship,
        event=given.event, situation=given.situation, found_on=given.found_on, found_by=given.found_by,
        phone=given.phone or None, recorded_by=actor,
    )  # fmt: skip
    if given.id_no:
        discovery.id_no = read_id(given.id_no).number
        discovery.id_index = blind_index(discovery.id_no, "citizen_id")
        _recognise(discovery)
    first = Discovery.flow.state(Discovery.flow.initial).deadline
    if first is not None:
        discovery.due_on = due_date(first, start=timezone.localdate(now), unit=unit)
    try:
        with transaction.atomic():
            begin(discovery, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal("该证号已有在办的主动发现，请在列表中按姓名查找", field="id_no") from error
    must_still_see(actor, discovery)
    return discovery


def _name(text: str) -> str:
    try:
        return names.check(text)
    except BadValue as error:
        raise Refusal(error.message, field="name") from error


def _recognise(discovery: Discovery) -> None:
    """The person and household of the unit's own register, if the number is in it."""
    person = Person.objects.filter(id_index=discovery.id_index, unit=discovery.unit).first()
    if person is None:
        return
    if not names.same_name(person.name, discovery.name):
        raise Refusal(f"该证号在库中登记为“{person.name}”，与填写的姓名不符，请核对姓名或证号", field="id_no")
    discovery.person = person
    member = Member.objects.filter(person=person, left_on__isnull=True).order_by("-counted").first()
    discovery.household = member.household if member else None


@transaction.atomic
def settle_household(*, discovery: Discovery, household: Household, actor: Any) -> None:
    """Join a discovery with the household registered for it. Raises Refusal when another unit handles that one."""
    require(actor, "case.create", household.village)
    if household.handling_unit_id != discovery.unit_id:
        raise Refusal(f"{household}由{household.handling_unit}受理，不能关联本单位的主动发现")
    members = household.members.filter(left_on__isnull=True).select_related("person")
    same = next((m.person for m in members if m.person.id_index == discovery.id_index), None)
    discovery.household, discovery.person = household, same or household.head
    discovery.save(update_fields=["household", "person"])
    record(actor=actor, action="discovery.link", subject=discovery, unit=discovery.unit)


def open_discoveries(household: Household) -> Any:
    """What is being looked into about a household or one of its members, the newest first."""
    members = household.members.filter(left_on__isnull=True, person__id_index__isnull=False)
    about = Q(household=household) | Q(id_index__in=members.values("person__id_index"))
    return Discovery.objects.filter(about, unit=household.handling_unit_id, state__in=OPEN)


def taken_over(household: Household) -> dict[str, str]:
    """First values of an application from what was found: nothing is typed twice."""
    found = open_discoveries(household).first()
    return {} if found is None else {"reason": found.finding or found.situation, "event": found.event}


def applied(
    household: Household, *, application: Application | None = None, relief: Relief | None = None
) -> None:
    """Join what is being looked into with the application that came of it. Called in its transaction."""
    given = {"application": application} if application else {"relief": relief}
    open_discoveries(household).update(household=household, **given)


# Effects.


def on_checked(context: Context) -> None:
    subject = context.subject
    subject.checked_on = day_of(context, "checked_on")
    subject.checkers = str(context.data["checkers"])[:100]
    subject.finding = str(context.data["finding"])
    subject.checked_month = context.transition.stat_month
    subject.save(update_fields=["checked_on", "checkers", "finding", "checked_month"])


def on_informed(context: Context) -> None:
    subject = context.subject
    subject.informed_on, subject.way = day_of(context, "informed_on"), str(context.data["way"])
    subject.informed_month = context.transition.stat_month
    subject.save(update_fields=["informed_on", "way", "informed_month"])


def on_concluded(context: Context) -> None:
    subject = context.subject
    subject.outcome, subject.outcome_note = str(context.data["outcome"]), context.comment
    subject.closed_on = timezone.localdate(context.now)
    subject.save(update_fields=["outcome", "outcome_note", "closed_on"])


EFFECTS = {"check": (on_checked,), "inform": (on_informed,), "conclude": (on_concluded,)}


def suggest(discovery: Discovery, step: Step) -> dict[str, Any]:
    """First values: today, and the conclusion that the application registered speaks of."""
    today = timezone.localdate()
    known: dict[str, Any] = {"checked_on": today, "informed_on": today}
    if discovery.application is not None:
        program = discovery.application.program
        known["outcome"] = next((word for word, programs in APPLIED.items() if program in programs), "")
    elif discovery.relief is not None:
        known["outcome"] = "RELIEF"
    return known
