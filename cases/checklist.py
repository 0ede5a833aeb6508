"""What an application has and what it lacks: materials and authorisations, read from its own relations.

Imports no models: the guards of the flow table ask here.
"""
# requirements: B01, B06

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.rules.materials import ITEMS, Item, Matter, Origin, has_bearers, wanted
from salvation.vault import facts as sealed_facts


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of the list with what is known of it. ``row`` is the stored Material, if any."""

    code: str
    label: str
    origin: Origin
    required: bool
    row: Any = None

    @property
    def received(self) -> bool:
        return self.row is not None and self.row.received_on is not None

    @property
    def missing(self) -> bool:
        """What is wanted from people and is not there."""
        return self.required and self.origin != Origin.DRAWN and not self.received


def members_of(application: Any) -> list[Any]:
    """Who belongs to the applying family now, and whoever applies alone without counting to it (宗教教职人员)."""
    rows = application.household.members.filter(left_on__isnull=True).select_related("person")
    alone = application.applicant_id if application.is_single else None
    return [row for row in rows if row.counted or row.person_id == alone]


def matter_of(application: Any, members: Sequence[Any]) -> Matter:
    """The facts on which the list of this application depends."""
    household, people = application.household, [member.person for member in members]
    return Matter(
        program=application.program,
        is_single=application.is_single,
        disabled=any(person.disability_level for person in people),
        ill=any(person.critical_illness for person in people),
        in_school=any(person.in_school for person in people),
        apart=household.residence_unit_id not in (None, household.handling_unit_id)
        or application.apart_village_id is not None
        or bool(application.apart_place),
        by_proxy=hasattr(application, "mandate"),
    )


def checklist(application: Any) -> list[Line]:
    """The whole list: what the declared table wants, then what was asked for by hand."""
    rows = {row.code: row for row in application.materials.all()}
    items = wanted(matter_of(application, members_of(application)))
    lines = [_line(item, rows) for item in items]
    known = {item.code for item in ITEMS}
    asked = [row for code, row in rows.items() if code not in known]
    return lines + [Line(row.code, row.label, Origin(row.origin), True, row) for row in asked]


def _line(item: Item, rows: Mapping[str, Any]) -> Line:
    return Line(item.code, item.label, item.origin, item.required, rows.get(item.code))


def missing(application: Any) -> list[str]:
    """Labels of everything that is still wanted from people, at once (一次性告知)."""
    return [line.label for line in checklist(application) if line.missing]


def unfiled(application: Any) -> list[str]:
    """Labels of what was received on paper alone: without paper, each piece needs its photo or scan (B23)."""
    lines = [line for line in checklist(application) if line.required and line.received]
    return [line.label for line in lines if line.origin != Origin.DRAWN and not line.row.has_files()]


def bearers_of(application: Any) -> list[str]:
    """Names of the declared duty bearers where they are looked at too (特困、单人保)."""
    if not has_bearers(Matter(application.program, application.is_single)):
        return []
    declaration = getattr(application, "declaration", None)
    if declaration is None:
        return []
    found = sealed_facts.load(declaration.facts).get("duty_bearers", [])
    return [bearer["name"] for bearer in found if bearer.get("name")]


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody whose authorisation is needed, and the valid one, if any."""

    name: str
    member: Any = None
    row: Any = None


def signers(application: Any, *, on: date) -> list[Signer]:
    """Every member of the family and every duty bearer, with the authorisation valid on a day."""
    members = members_of(application)
    people = [member.person_id for member in members]
    rows = application.authorisations.model.objects.filter(signed_on__lte=on, valid_until__gte=on)
    own = {row.person_id: row for row in rows.filter(person__in=people).order_by("valid_until")}
    named = {
        row.bearer_name: row
        for row in rows.filter(household=application.household_id, person__isnull=True).order_by(
            "valid_until"
        )
    }
    found = [Signer(member.person.name, member, own.get(member.person_id)) for member in members]
    return found + [Signer(name, None, named.get(name)) for name in bearers_of(application)]


def unsigned(application: Any, *, on: date) -> list[str]:
    """Who still has to sign."""
    return [signer.name for signer in signers(application, on=on) if signer.row is None]
