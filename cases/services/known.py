"""What is known of an ID number the moment it is typed: helped, applying, a relative of staff, another name (B02).

Whoever asks sees details of his own units only; of others he learns that there is something, and asks by telephone.
"""
# requirements: B02

from typing import Any

from django.utils import timezone

from cases.models import Application, Benefit, Person, StaffRelative
from cases.selectors import coverage_in
from cases.services.people import citizen_mask
from salvation.domain import names
from salvation.domain.month import Month
from salvation.journal.services import record
from salvation.vault.crypto import blind_index

ELSEWHERE = "已在其他单位"


def known_of(*, number: str, name: str, actor: Any) -> list[str]:
    """Sentences about a valid ID number; the question stands in the journal. Empty when nothing is known."""
    # It tells of people outside one's units that they are helped (B02): so it leaves a trace.
    record(actor=actor, action="search", facts={"words": citizen_mask(number)})
    index = blind_index(number, "citizen_id")
    person = Person.objects.filter(id_index=index).first()
    said = (
        []
        if person is None
        else [*_name(person, name, actor), *_help(person, actor), *_waiting(person, actor)]
    )
    if StaffRelative.objects.filter(id_index=index, staff__until_on__isnull=True).exists():
        said.append("是在册工作人员本人或近亲属，受理时须作近亲属申明")
    return said


def _name(person: Person, name: str, actor: Any) -> list[str]:
    if not name or names.same_name(person.name, name):
        return []
    seen = Person.objects.visible_to(actor).filter(pk=person.pk).exists()
    return [
        f"证号已登记为“{person.name}”，与填写的姓名不符" if seen else "与库中登记的姓名不符，请核对姓名和证号"
    ]


def _help(person: Person, actor: Any) -> list[str]:
    covered = coverage_in(Month.of(timezone.localdate()), [person.pk]).first()
    if covered is None:
        return []
    benefit = covered.term.benefit
    if not Benefit.objects.visible_to(actor).filter(pk=benefit.pk).exists():
        return [f"{ELSEWHERE}享受救助"]
    return [f"正在{benefit.unit}享受{benefit.get_program_display()}"]


def _waiting(person: Person, actor: Any) -> list[str]:
    open_ones = Application.objects.exclude(state__in=Application.flow.ended).filter(
        household__members__person=person, household__members__left_on__isnull=True
    )
    found = open_ones.first()
    if found is None:
        return []
    seen = Application.objects.visible_to(actor).filter(pk=found.pk).exists()
    return [
        f"所在家庭有在办申请 {found.no}（{found.get_state_display()}）" if seen else f"{ELSEWHERE}有在办申请"
    ]
