"""What an order writes beside the ranges is kept with it, so that striking the order out gives it back (03 §3.2).

A death takes the person out of his families, makes another head, closes an account and asks for a review. Each is given
back only while it still is as the death left it; where the headship went on meanwhile, the order is not struck out.
"""
# requirements: C08

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Benefit, ChangeOrder, Household, Member, PayAccount, Person, ReviewTask
from cases.models.choices import Relation
from cases.services.heads import helped
from cases.services.orders import details_of
from cases.services.reviews import AFTER_DEATH
from salvation.domain.errors import Refusal
from salvation.duties.services import close_duty
from salvation.journal.services import record
from salvation.vault import facts as sealed_facts

Image = Mapping[str, Any]
KEPT = "was"


def keep(order: ChangeOrder, **values: Any) -> None:
    """Put values beside the order's details, sealed as they are."""
    details = details_of(order)
    details[KEPT] = {**details.get(KEPT, {}), **values}
    order.details = sealed_facts.dump(details)
    order.save(update_fields=["details"])
    order.refresh_from_db(fields=["details"])


def kept(order: ChangeOrder, key: str) -> Any:
    """A value that ``keep()`` put there; None where the order has none."""
    return details_of(order).get(KEPT, {}).get(key)


def family_image(order: ChangeOrder) -> dict[str, Any]:
    """Head, relations, applicants and account of the family, and what says that the person concerned is alive."""
    household = order.benefit.household_id
    members = Member.objects.filter(household=household).values_list("pk", "relation")
    running = helped(order.benefit.household)
    account = PayAccount.objects.filter(household=household, valid_to__isnull=True).first()
    mine = Member.objects.filter(person=order.person_id).values_list("pk", "left_on")
    return {
        "died_on": _iso(order.person.died_on) if order.person else None,
        "head": Household.objects.select_for_update().values_list("head", flat=True).get(pk=household),
        "relations": {str(pk): relation for pk, relation in members},
        "applicants": {str(pk): applicant for pk, applicant in running.values_list("pk", "applicant")},
        "account": account.pk if account else None,
        "left": {str(pk): _iso(left) for pk, left in mine},
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def give_back_death(order: ChangeOrder, *, actor: Any, now: datetime) -> None:
    """The person lives: families, head and account are as they were before. Raises Refusal naming what went on since."""
    if order.person is None:
        return
    before, after = kept(order, "before"), kept(order, "after")
    if before is None:
        before, after = _told_by_register(order)
    other = ChangeOrder.objects.filter(kind=order.kind, person=order.person, state="EFFECTIVE").first()
    if other is not None and before["died_on"] is None:
        raise Refusal(f"{order.person}另有死亡变更单 {other.no} 已生效，请先红冲该单，再红冲本单")
    if other is None:
        Person.objects.filter(pk=order.person.pk).update(died_on=before["died_on"])
    _give_memberships_back(before["left"], after["left"])
    _give_headship_back(order, before, after, actor)
    _give_account_back(order, before["account"], after["account"], actor, timezone.localdate(now))
    _give_review_back(order, now)


def _told_by_register(order: ChangeOrder) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after a death of the time when orders kept no image: what the death wrote stands in the register.

    What the next head was to the dead is not known any more: he becomes another relative.
    """
    household, new = order.benefit.household, details_of(order).get("new_head")
    heads = {order.person_id: Relation.HEAD, new: Relation.OTHER} if new else {}
    members = [(str(m.pk), m.person_id) for m in household.members.filter(person__in=heads)]
    mine = helped(household).filter(applicant=new or 0, is_single=False).exclude(program__startswith="TEKUN")
    applicants = [str(pk) for pk in mine.values_list("pk", flat=True)]
    gone = Member.objects.filter(person=order.person_id, left_on=order.event_on)
    left = [str(pk) for pk in gone.values_list("pk", flat=True)]
    accounts = PayAccount.objects.filter(household=household)
    since = timezone.localdate(order.state_since)
    closed = accounts.filter(holder=order.person_id, valid_to=since).last()
    present = accounts.filter(valid_to__isnull=True).first()
    before = {
        "died_on": None, "head": order.person_id if new else household.head_id,
        "relations": {pk: heads[person] for pk, person in members}, "applicants": dict.fromkeys(applicants, order.person_id),
        "left": dict.fromkeys(left), "account": closed and closed.pk,
    }  # fmt: skip
    after = {
        "head": new or household.head_id, "applicants": dict.fromkeys(applicants, new),
        "relations": {pk: Relation.HEAD if person == new else Relation.OTHER for pk, person in members},
        "left": dict.fromkeys(left, _iso(order.event_on)),
        "account": present.pk if present and closed and present.valid_from >= since else None,
    }  # fmt: skip
    return before, after


def _changed(before: Image, after: Image) -> list[tuple[int, Any, Any]]:
    return [(int(key), was, after[key]) for key, was in before.items() if key in after and after[key] != was]


def _give_memberships_back(before: Image, after: Image) -> None:
    try:
        with transaction.atomic():
            for pk, was, left in _changed(before, after):
                Member.objects.filter(pk=pk, left_on=left).update(left_on=was)
    except IntegrityError as error:
        raise Refusal("该人员此后已计入另一户，请先在那一户办理减员，再红冲本单") from error


def _give_headship_back(order: ChangeOrder, before: Image, after: Image, actor: Any) -> None:
    if before["head"] == after["head"]:
        return
    household = Household.objects.select_for_update(of=("self",)).get(pk=order.benefit.household_id)
    if household.head_id != after["head"]:
        heir = Person.objects.get(pk=after["head"])
        raise Refusal(
            f"本单生效后户主又由{heir.name}变更为{household.head.name}，红冲不能判断谁是户主，没有改动；"
            f"请先办理户主变更，把户主改回{heir.name}，再红冲本单"
        )
    household.head_id = before["head"]
    household.save(update_fields=["head"])
    for pk, was, made in _changed(before["relations"], after["relations"]):
        Member.objects.filter(pk=pk, relation=made).update(relation=was)
    for pk, was, made in _changed(before["applicants"], after["applicants"]):
        Benefit.objects.filter(pk=pk, applicant=made).update(applicant=was)
    facts = {"head": str(order.person), "order": order.no}
    record(
        actor=actor, action="household.update", subject=household, unit=household.handling_unit, facts=facts
    )


def _give_account_back(
    order: ChangeOrder, before: int | None, after: int | None, actor: Any, today: date
) -> None:
    """The account that the death closed is paid again, unless the family named another one since."""
    accounts = PayAccount.objects.filter(household=order.benefit.household_id)
    present = accounts.filter(valid_to__isnull=True).first()
    if before == after or (present.pk if present else None) != after:
        return
    if present is not None:
        accounts.filter(pk=present.pk).update(valid_to=today)
    again = accounts.filter(pk=before or 0).first()
    if again is not None:
        accounts.filter(pk=again.pk).update(valid_to=None)
    facts = {"holder": again.holder_name if again else "", "order": order.no}
    unit = order.benefit.unit
    record(actor=actor, action="account.change", subject=order.benefit.household, unit=unit, facts=facts)


def _asked_then(order: ChangeOrder) -> dict[str, Any] | None:
    """The open review of a death of the time when orders did not keep which one they asked for."""
    task = ReviewTask.objects.filter(benefit=order.benefit_id, source="DEATH", done_on__isnull=True).first()
    return None if task is None or kept(order, "before") else {"task": task.pk, "made": True}


def _give_review_back(order: ChangeOrder, now: datetime) -> None:
    """Nobody is to be judged again for a death that was none; a visit that was made meanwhile stays."""
    asked: dict[str, Any] | None = kept(order, "review") or _asked_then(order)
    task = ReviewTask.objects.filter(pk=asked["task"], done_on__isnull=True).first() if asked else None
    if task is None or asked is None:
        return
    close_duty(kind=AFTER_DEATH, subject_id=task.pk, now=now, actor=None)
    if not asked["made"]:
        task.due_on, task.source = date.fromisoformat(asked["due_on"]), asked["source"]
        task.save(update_fields=["due_on", "source"])
    elif not task.visits.exists():
        task.delete()
