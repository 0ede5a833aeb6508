"""A member's death (002, 001 L41): his share stops after the period of the death, everybody else's stays.

Two clocks: the share ends with the next period; within death.recheck_months the household is judged again. At the
householder's death another grown-up becomes head, and the account follows.
"""
# requirements: C08

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, ChangeOrder, PayAccount, Person
from cases.models.choices import TEKUN, ChangeKind, Standing, StopReason
from cases.rules.benefit import Award, PayCycle, after_death, death_stop_month
from cases.services.heads import checked_head
from cases.services.orders import ZERO, award_of, draft_order, running_term
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.parameters.book import at
from salvation.vault import facts as sealed_facts


@transaction.atomic
def draft_death(
    *,
    benefit: Benefit,
    person: Person,
    died_on: date,
    note: str,
    actor: Any,
    now: datetime,
    new_head: int | None = None,
    account: Mapping[str, str] | None = None,
) -> ChangeOrder:
    """Take a dead member out from the period after the death. The others' uplift stays.

    A death found late reaches back to its own month: what was paid since is overpaid, and for recovery (10.4).
    ``new_head`` and ``account`` say who follows a dead householder and where the money goes. Raises Refusal.
    """
    today = timezone.localdate(now)
    if died_on > today:
        raise Refusal("死亡日期不能晚于今天", field="died_on")
    if person.birth_date and died_on < person.birth_date:
        raise Refusal("死亡日期早于出生日期，请核对", field="died_on")
    _refuse_where_it_went_on(benefit, person)
    cycle = PayCycle(str(at("funds.pay_cycle", on=died_on, unit=benefit.unit).value))
    month = max(death_stop_month(died_on, cycle), Month.of(benefit.first_month))
    term = running_term(benefit, month)
    if str(person.pk) not in {share.key for share in award_of(term).shares}:
        raise Refusal(f"{person.name} 在{month.label}不是该待遇的保障成员，请核对", field="person")
    left = left_after_death(term, person.pk, keep=keeps_base(term))
    details = None
    if new_head is None and left.shares and _heads_family(benefit, person):
        raise Refusal("死者是户主，请选择新户主，并登记新户主的收款账户", rule="01 C08", field="new_head")
    if new_head is not None:
        if person.pk != benefit.household.head_id:
            raise Refusal("死者不是户主，不需要换户主", field="new_head")
        details = checked_head(benefit.household, new_head, account or {}, without=person.pk)
    return draft_order(
        benefit, ChangeKind.DEATH, term, month, left.shares, note,
        actor=actor, now=now, care=care_after_death(term, person.pk),
        person=person, event_on=died_on, stop_reason=StopReason.DEATH, details=details,
    )  # fmt: skip


def _refuse_where_it_went_on(benefit: Benefit, person: Person) -> None:
    """One order where the family is now reaches the earlier benefit too (``earlier_benefits``)."""
    after = benefit.successors.filter(terms__covered__person=person).select_related("unit").first()
    if after is not None:
        raise Refusal(
            f"该待遇已由{after.unit}的{after.get_program_display()}接续，请在接续的待遇上登记死亡变更；"
            "生效时系统一并调整本待遇死亡次月以后的月份，多发的列入追缴建议"
        )


def _heads_family(benefit: Benefit, person: Person) -> bool:
    """Whether others stay in the family whose head the dead was; 特困 and 单人保 are a person's own."""
    if benefit.is_single or benefit.program in TEKUN or person.pk != benefit.household.head_id:
        return False
    members = benefit.household.members.filter(left_on__isnull=True, person__died_on__isnull=True)
    return bool(members.exclude(person=person).exists())


def close_account_of(order: ChangeOrder) -> None:
    """An account in the dead's name is paid no longer: the roster asks for another one (缺账户)."""
    PayAccount.objects.filter(
        household=order.benefit.household_id, holder=order.person_id, valid_to__isnull=True
    ).update(valid_to=timezone.localdate())


def left_after_death(term: BenefitTerm, dead: int, *, keep: bool) -> Award:
    """What a term gives without the dead; ``keep``: the household keeps its base in full."""
    return after_death(award_of(term), str(dead), keep_base=keep)


def keeps_base(running: BenefitTerm) -> bool:
    """Whether a death now leaves the base: only while tapering, by the grace.rule the tapering began under."""
    if running.standing != Standing.GRACE:
        return False
    first = running.benefit.terms.filter(standing=Standing.GRACE).order_by("months")[0].months.lower
    return str(at("grace.rule", on=first, unit=running.benefit.unit).value) == "KEEP_ORIGINAL"


def care_after_death(term: BenefitTerm, dead: int) -> Decimal:
    """照料护理 belongs to persons: the dead's part leaves with him. Raises Refusal where the parts are not known."""
    others = term.covered.exclude(person_id=dead)
    if not term.care or not others.exists():
        return ZERO
    parts = sealed_facts.load(term.assessment.result)["members"] if term.assessment else []
    known = {part["member"]: Decimal(part.get("care", 0)) for part in parts}
    if str(dead) not in known or sum(known.values()) != term.care:
        raise Refusal("该户多人享受照料护理，没有逐人的标准，请先重新核算并办理增减，再办理本变更")
    return term.care - known[str(dead)]


def later_terms(order: ChangeOrder) -> list[tuple[BenefitTerm, Award, Decimal]]:
    """Ranges that begin after a death found late: they go on, without the dead. Raises Refusal."""
    later = order.benefit.terms.filter(months__startswith__gt=order.effective_month).order_by("months")
    dead = order.person_id or 0
    keep = keeps_base(running_term(order.benefit, Month.of(order.effective_month)))
    found = [(term, left_after_death(term, dead, keep=keep), care_after_death(term, dead)) for term in later]
    if any(not left.shares for _, left, _ in found):
        raise Refusal("死亡之后的某一期只保障死者一人，请先办理停发")
    return found
