"""Take in signed authorisations: one row a person; no authorisation, no check (B06; 002 L27)."""
# requirements: B06

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases import checklist
from cases.models import Application, Authorisation
from cases.services.people import read_id
from salvation.access.services import require
from salvation.domain.ages import age
from salvation.domain.errors import Refusal
from salvation.files.services import add_uploads
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.vault.crypto import blind_index

register(authorisation__record="登记核对授权书")

OF_AGE = 18
FILE_KIND = "AUTHORISATION"


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature. ``person_id`` for a member, else ``bearer`` with his ID number; ``guardian`` signs for who cannot."""

    signed_on: date
    person_id: int | None = None
    bearer: str = ""
    id_no: str = ""
    valid_until: date | None = None
    guardian: str = ""
    guardian_relation: str = ""


def latest_day(signed_on: date, application: Application) -> date:
    """Last day an authorisation signed on a day may be used, by parameter."""
    days = int(at("check.auth_valid_days", on=signed_on, unit=application.unit).value)
    return signed_on + timedelta(days=days)


@transaction.atomic
def record_authorisations(
    *, application: Application, signed: Iterable[Signed], actor: Any, files: Sequence[Any] = ()
) -> list[Authorisation]:
    """Keep signatures with their validity and the scanned sheet. Raises Refusal, PermissionDenied."""
    require(actor, "case.create", application.village)
    members = {member.person_id: member.person for member in checklist.members_of(application)}
    rows = [_row(application, one, members, actor) for one in signed]
    if not rows:
        raise Refusal("请至少填写一人的签署日期")
    made = Authorisation.objects.bulk_create(rows)
    add_uploads(subject=application, unit=application.unit, kind=FILE_KIND, uploads=files, actor=actor)
    facts = {"people": "、".join(map(str, rows))}
    record(
        actor=actor, action="authorisation.record", subject=application, unit=application.unit, facts=facts
    )
    return made


def _row(application: Application, one: Signed, members: dict[int, Any], actor: Any) -> Authorisation:
    person = members.get(one.person_id) if one.person_id else None
    if one.person_id and person is None:
        raise Refusal("授权人不是本户家庭成员，请核对")
    name = person.name if person else one.bearer.strip()
    if not name:
        raise Refusal("请填写授权人")
    if one.signed_on > timezone.localdate():
        raise Refusal(f"{name}的签署日期不能晚于今天", field="signed_on")
    if person and person.birth_date and age(person.birth_date, one.signed_on) < OF_AGE and not one.guardian:
        raise Refusal(f"{name}未满18周岁，请填写代签的监护人", rule="002 第27条", field="guardian")
    last = latest_day(one.signed_on, application)
    until = min(one.valid_until or last, last)
    if until < one.signed_on:
        raise Refusal(f"{name}的有效期早于签署日期，请核对", field="valid_until")
    number = read_id(one.id_no).number if one.id_no else None
    return Authorisation(
        household=application.household, application=application, person=person, bearer_name="" if person else name,
        id_no=number, id_index=blind_index(number, "citizen_id") if number else None, signed_on=one.signed_on, valid_until=until,
        guardian=one.guardian.strip(), guardian_relation=one.guardian_relation.strip(), recorded_by=actor,
    )  # fmt: skip


def authorise_all(application: Application, *, on: date, actor: Any) -> None:
    """Everybody of the family signed on the same sheet; the applicant signed for the minors."""
    applicant = application.applicant
    members = [
        signer.member for signer in checklist.signers(application, on=on) if signer.member and not signer.row
    ]
    minors = {
        member.person_id
        for member in members
        if member.person.birth_date and age(member.person.birth_date, on) < OF_AGE
    }
    signed = [
        Signed(on, member.person_id, guardian=applicant.name if member.person_id in minors else "")
        for member in members
    ]
    if signed:
        record_authorisations(application=application, signed=signed, actor=actor)
