"""Another head of a household, and the account that follows him: typed by one person, decided by another (C16)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.models import Benefit, ChangeOrder, Household, Member, PayAccount, Person
from cases.models.choices import ChangeKind, PayeeKind, Relation
from cases.services.cycle import first_month
from cases.services.orders import award_of, details_of, draft_order, running_term
from salvation.domain import bank
from salvation.domain.ages import age
from salvation.domain.errors import BadValue, Refusal
from salvation.journal.services import record
from salvation.vault.crypto import blind_index

ADULT = 18
ACCOUNT = ("number", "kind", "bank_name")


@transaction.atomic
def draft_head_change(
    *, benefit: Benefit, new_head: int, account: Mapping[str, str], note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Another member becomes head of the household; nothing changes about money. Raises Refusal."""
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    if new_head == benefit.household.head_id:
        raise Refusal("该成员已是户主", field="new_head")
    details = checked_head(benefit.household, new_head, account)
    return draft_order(
        benefit, ChangeKind.HEAD_CHANGE, term, month, award_of(term).shares, note, actor=actor, now=now,
        person=Person.objects.get(pk=new_head), details=details,
    )  # fmt: skip


def checked_head(
    household: Household, new_head: int, account: Mapping[str, str], *, without: int | None = None
) -> dict[str, Any]:
    """The new head and, where one is given, the account in his name. Raises Refusal."""
    members = household.members.filter(left_on__isnull=True, person__died_on__isnull=True)
    member = members.exclude(person=without).filter(person=new_head).select_related("person").first()
    if member is None:
        raise Refusal("请在现有家庭成员中选择新户主", field="new_head")
    today = timezone.localdate()
    adults = [
        each
        for each in members.exclude(person=without).select_related("person")
        if each.person.birth_date and age(each.person.birth_date, today) >= ADULT
    ]
    if adults and member not in adults:
        raise Refusal(f"{member.person.name} 未成年，请选择成年成员为户主", field="new_head")
    details: dict[str, Any] = {"new_head": new_head}
    if account.get("number"):
        details["account"] = _checked_account(account)
    return details


def _checked_account(account: Mapping[str, str]) -> dict[str, str]:
    try:
        clean = bank.parse(account["number"], bank.AccountKind(account.get("kind") or "SSC"))
    except (BadValue, ValueError) as error:
        raise Refusal(str(error), field="number") from error
    return {
        "number": clean,
        "kind": account.get("kind") or "SSC",
        "bank_name": account.get("bank_name", "")[:60],
    }


def make_head(order: ChangeOrder, actor: Any) -> None:
    """Write the new head: relations, the applicants of running benefits of the whole family, the account."""
    details = details_of(order)
    if "new_head" not in details:
        return
    household = Household.objects.select_for_update().get(pk=order.benefit.household_id)
    old, new = household.head_id, int(details["new_head"])
    household.head_id = new
    household.save(update_fields=["head"])
    Member.objects.filter(household=household, person=old).update(relation=Relation.OTHER)
    Member.objects.filter(household=household, person=new).update(relation=Relation.HEAD)
    # 单人保 and 特困 are a person's own: they stay in his name.
    running = helped(household).filter(applicant=old, is_single=False)
    running.exclude(program__startswith="TEKUN").update(applicant=new)
    if "account" in details:
        _change_account(household, new, details["account"], actor)
    record(
        actor=actor,
        action="household.update",
        subject=household,
        unit=household.handling_unit,
        facts={"head": household.head.name, "order": order.no},
    )


def helped(household: Household) -> Any:
    """Benefits of the household that have not ended; a recognition has an end from the first day."""
    not_over = Q(stop_month__isnull=True) | Q(stop_month__gt=timezone.localdate())
    return household.benefits.filter(not_over)


def _change_account(household: Household, holder: int, account: Mapping[str, str], actor: Any) -> None:
    """Typed with the order by one person and decided by another: no further check."""
    today: date = timezone.localdate()
    person = Person.objects.get(pk=holder)
    PayAccount.objects.filter(household=household, valid_to__isnull=True).update(valid_to=today)
    PayAccount.objects.create(
        household=household, holder=person, holder_name=person.name, payee_kind=PayeeKind.SELF,
        kind=account["kind"], bank=account["bank_name"], number=account["number"],
        number_index=blind_index(account["number"], "account"), valid_from=today,
    )  # fmt: skip
    facts = {"holder": person.name}
    record(actor=actor, action="account.change", subject=household, unit=household.handling_unit, facts=facts)
