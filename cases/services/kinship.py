"""Match applicants with relatives of staff, file them by level, inspect them yearly, keep staff away from them (3.9)."""
# requirements: B20, B21, M05

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases import checklist
from cases.models import Application, FilingReview, KinshipFiling, Person, StaffRelative, TermMember
from cases.services.people import citizen_mask, read_id
from salvation.access.models import Recusal
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin
from salvation.flow.numbers import next_number
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.registers.models import StaffMember
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.vault.crypto import blind_index

register(relative__save="登记工作人员近亲属", recusal__write="设置回避", recusal__lift="解除回避")

LEVELS = {
    StaffMember.Kind.VILLAGE: KinshipFiling.Level.VILLAGE,
    StaffMember.Kind.THIRD_PARTY: KinshipFiling.Level.VILLAGE,
}


def level_of(staff: StaffMember) -> str:
    """To whom it is reported: village workers to the township, the township's to the county, the county's to the city."""
    if staff.unit.kind == Unit.Kind.COUNTY:
        return KinshipFiling.Level.COUNTY
    return LEVELS.get(StaffMember.Kind(staff.kind), KinshipFiling.Level.TOWN)


def in_post(staff: Any, *, on: date) -> Any:
    """Of a queryset of staff, those in office on a day."""
    return staff.filter(Q(until_on__isnull=True) | Q(until_on__gt=on), from_on__lte=on)


def works_there(staff: StaffMember, unit: Unit) -> bool:
    """Whether a unit lies in the district somebody works in (在其工作辖区, 002 L55)."""
    return unit.path.startswith(staff.unit.path)


@dataclass(frozen=True, slots=True)
class Match:
    staff: StaffMember
    person: Person
    relation: str


def matches_by_id(people: Iterable[Person], *, unit: Unit, on: date) -> list[Match]:
    """Which of these people are declared relatives of staff in office there."""
    by_index = {person.id_index: person for person in people if person.id_index}
    rows = StaffRelative.objects.filter(
        id_index__in=by_index, staff__in=in_post(StaffMember.objects.all(), on=on)
    )
    return [
        Match(row.staff, by_index[row.id_index], row.relation)
        for row in rows.select_related("staff__unit")
        if works_there(row.staff, unit)
    ]


def _declared(application: Application, *, on: date) -> list[Match]:
    """Declared ties whose member of staff stands on the roster under exactly one entry."""
    found = []
    for tie in application.ties.select_related("member"):
        rows = in_post(StaffMember.objects.filter(name=tie.staff_name), on=on).select_related("unit")
        named = [staff for staff in rows if works_there(staff, application.unit)]
        if len(named) == 1:
            tie.staff = named[0]
            tie.save(update_fields=["staff"])
            found.append(Match(named[0], tie.member, tie.relation))
    return found


def on_accepted(context: Context) -> None:
    """Whoever declared a relative in office, or is one by number, is flagged and drawn up for filing (B20)."""
    application, today = context.subject, timezone.localdate(context.now)
    people = [member.person for member in checklist.members_of(application)]
    found = [*matches_by_id(people, unit=application.unit, on=today), *_declared(application, on=today)]
    for match in found:
        draft_filing(match=match, application=application, actor=context.actor, now=context.now)
    if (found or application.ties.exists()) and not application.kinship_flag:
        application.kinship_flag = True
        application.save(update_fields=["kinship_flag"])


@transaction.atomic
def draft_filing(
    *, match: Match, application: Application | None, actor: Any, now: datetime
) -> KinshipFiling:
    """Draw a filing up, once for a member of staff and a person, and keep the one away from the other's file."""
    person = match.person
    known = KinshipFiling.objects.exclude(state="TERMINATED").filter(staff=match.staff, person=person).first()
    if known is not None:
        return known
    county = county_of(person.unit)
    if county is None:
        raise Refusal(f"{person.unit}不在本县，不能备案")
    filing = KinshipFiling(
        staff=match.staff, person=person, relation=match.relation, level=level_of(match.staff), application=application,
        county=county, unit=person.unit, created_by=actor,
    )  # fmt: skip
    begin(filing, actor=actor, now=now)
    _keep_away(filing)
    return filing


@transaction.atomic
def file_by_hand(
    *, staff: StaffMember, id_no: str, relation: str, actor: Any, now: datetime
) -> KinshipFiling:
    """File somebody who is helped already. Raises Refusal for a stranger or one outside the staff's district."""
    number = read_id(id_no).number
    person = Person.objects.visible_to(actor).filter(id_index=blind_index(number, "citizen_id")).first()
    if person is None:
        raise Refusal(f"证号 {citizen_mask(number)} 不在库中，或不在您的管辖范围", field="id_no")
    require(actor, "kinship.edit", person.unit)
    if not works_there(staff, person.unit):
        raise Refusal(
            f"{person.name}不在{staff.name}的工作辖区内，不需要备案", rule="002 第55条", field="staff"
        )
    return draft_filing(match=Match(staff, person, relation), application=None, actor=actor, now=now)


def _keep_away(filing: KinshipFiling) -> None:
    if filing.staff.account_id is None:
        return
    _, made = Recusal.objects.get_or_create(
        user_id=filing.staff.account_id, person_id=filing.person_id, lifted_at=None,
        defaults={"reason": f"近亲属备案：{filing.relation}"},
    )  # fmt: skip
    if made:
        record(actor=None, action="recusal.write", subject=filing, unit=filing.unit)


@dataclass(frozen=True, slots=True)
class RelativeInput:
    relation: str
    name: str
    id_no: str


@transaction.atomic
def save_relatives(
    *, staff: StaffMember, relatives: Iterable[RelativeInput], actor: Any, now: datetime
) -> int:
    """Add what somebody declared; those who are helped in his district are drawn up for filing. Returns how many."""
    require(actor, "kinship.edit", staff.unit)
    indexes = []
    for given in relatives:
        number = read_id(given.id_no).number
        index = blind_index(number, "citizen_id")
        StaffRelative.objects.update_or_create(
            staff=staff,
            id_index=index,
            defaults={"relation": given.relation, "name": given.name, "id_no": number},
        )
        indexes.append(index)
    running = TermMember.objects.filter(months__endswith__isnull=True).values("person")
    helped = Person.objects.filter(id_index__in=indexes, pk__in=running)
    drafted = 0
    for person in helped.select_related("unit"):
        for match in matches_by_id([person], unit=person.unit, on=timezone.localdate(now)):
            if match.staff == staff:
                draft_filing(match=match, application=None, actor=actor, now=now)
                drafted += 1
    record(
        actor=actor, action="relative.save", subject=staff, unit=staff.unit, facts={"relatives": len(indexes)}
    )
    return drafted


# Effects.


def _review_due(unit: Unit, on: date) -> date:
    months = int(at("kinship.review_months", on=on, unit=unit).value)
    return (Month.of(on) + months).day(on.day)


def on_filed(context: Context) -> None:
    """The county's number, and the day by which it is inspected."""
    filing, today = context.subject, timezone.localdate(context.now)
    filing.filing_no = next_number(f"JQS{filing.county.code}{today.year}-")
    filing.filed_on, filing.due_on = today, _review_due(filing.unit, today)
    filing.save(update_fields=["filing_no", "filed_on", "due_on"])


def on_inspected(context: Context) -> None:
    filing = context.subject
    inspected_on = date.fromisoformat(str(context.data["inspected_on"]))
    FilingReview.objects.create(
        filing=filing, inspected_on=inspected_on, conclusion=context.data["conclusion"],
        finding=context.data["finding"], recorded_by=context.actor,
    )  # fmt: skip
    filing.due_on = _review_due(filing.unit, inspected_on)
    filing.save(update_fields=["due_on"])


def on_ended(context: Context) -> None:
    """The filing ends, and with the last one between the two the recusal (7.2)."""
    filing = context.subject
    filing.ended_on, filing.due_on = timezone.localdate(context.now), None
    filing.save(update_fields=["ended_on", "due_on"])
    account = filing.staff.account_id
    others = KinshipFiling.objects.filter(staff__account=account, person=filing.person_id).exclude(
        state="TERMINATED"
    )
    if account is None or others.exists():
        return
    rows = Recusal.objects.filter(user_id=account, person_id=filing.person_id, lifted_at__isnull=True)
    if rows.filter(reason__startswith="近亲属备案").update(lifted_at=context.now):
        record(actor=context.actor, action="recusal.lift", subject=filing, unit=filing.unit)


EFFECTS = {
    "file": (on_filed,),
    "inspect": (on_inspected,),
    "discard": (on_ended,),
    "terminate": (on_ended,),
}
