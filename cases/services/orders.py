"""What all change orders share: the running range, shares as the rules take them, a drafted order with its people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from cases.models import Assessment, Benefit, BenefitTerm, ChangeOrder, ChangePerson, TermMember
from cases.models.choices import Program
from cases.rules.benefit import Award
from cases.rules.changes import SUCCEEDED
from cases.rules.codes import UpliftKind
from cases.rules.result import MemberShare
from cases.services.benefits import Share, helped_alone, open_term
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin
from salvation.flow.numbers import next_number
from salvation.vault import facts as sealed_facts

ZERO = Decimal("0.00")


def running_term(benefit: Benefit, month: Month) -> BenefitTerm:
    """The range that holds in a month. Raises Refusal when nothing runs."""
    term = benefit.terms.filter(months__contains=month.first_day).first()
    if term is None:
        raise Refusal(f"该待遇在{month.label}已不在保，不能变更")
    return term


def award_of(term: BenefitTerm) -> Award:
    """A term's amounts by covered persons, as the rules take them."""
    return Award(tuple(share_of_row(row) for row in term.covered.all()))


def share_of_row(row: TermMember) -> MemberShare:
    return member_share(Share(row.person_id, row.base, row.uplift, tuple(row.uplift_kinds)))


def member_share(share: Share) -> MemberShare:
    """The uplift of a person as one amount under its first kind: the order keeps kinds and sum."""
    kinds = [UpliftKind(kind) for kind in share.kinds]
    uplifts = tuple((kind, share.uplift if i == 0 else ZERO) for i, kind in enumerate(kinds))
    return MemberShare(str(share.person_id), share.base, uplifts, unnamed=ZERO if kinds else share.uplift)


def plain_share(share: MemberShare) -> dict[str, Any]:
    """A share as the order keeps it."""
    kinds = [kind.value for kind in share.uplift_kinds]
    return {"person": int(share.key), "base": str(share.base), "uplift": str(share.uplift), "kinds": kinds}


def shares_kept(order: ChangeOrder) -> list[Share]:
    """The shares an order keeps, as ranges are opened with them."""
    return [
        Share(s["person"], Decimal(s["base"]), Decimal(s["uplift"]), tuple(s["kinds"])) for s in order.shares
    ]


def open_range(
    order: ChangeOrder, like: BenefitTerm, months: DateRange, award: Award, standing: str, *, care: Decimal
) -> None:
    """A range of the benefit of ``like`` with an award of the rules."""
    shares = [
        Share(int(share.key), share.base, share.uplift, tuple(kind.value for kind in share.uplift_kinds))
        for share in award.shares
    ]
    open_term(
        like.benefit, months, shares, base=award.base, uplift=award.uplift, care=care, total=award.total + care,
        assessment=like.assessment, order=order, standing=standing, like=like,
    )  # fmt: skip


def change_number(benefit: Benefit, now: datetime) -> str:
    """Unit code, year and running number within the unit's year."""
    return next_number(f"B{benefit.unit.code}-{timezone.localtime(now).year}-")


def draft_order(
    benefit: Benefit,
    kind: str,
    term: BenefitTerm,
    month: Month,
    shares: Sequence[MemberShare],
    note: str,
    *,
    actor: Any,
    now: datetime,
    care: Decimal | None = None,
    details: Any = None,
    assessment: Assessment | None = None,
    **fields: Any,
) -> ChangeOrder:
    """Begin an order in the flow, with who comes and who goes. Amounts are those of the assessment where there is one.

    ``care=None`` keeps the running 照料护理. Raises Refusal without a reason in words.
    """
    if actor is not None:
        require(actor, "change.create", benefit.unit)
    if not note.strip():
        raise Refusal("请写明变更事由", field="note")
    refuse_second(benefit, kind)
    if benefit.program == Program.MARGINAL:
        alone = helped_alone([int(share.key) for share in shares], DateRange(month.first_day, None))
        shares = [share for share in shares if int(share.key) not in alone]
    ends = not shares
    award = Award(tuple(shares))
    care = ZERO if ends else term.care if care is None else care
    base, uplift = award.base, award.uplift
    if assessment is not None and not ends:
        base, uplift, care = assessment.base, assessment.uplift, assessment.care
    order = ChangeOrder(
        no=change_number(benefit, now), kind=kind, benefit=benefit, county=benefit.county, unit=benefit.unit,
        village=benefit.village, effective_month=month.first_day, old_total=term.total, new_base=base,
        new_uplift=uplift, new_care=care, new_total=base + uplift + care,
        shares=[plain_share(share) for share in shares], reason=note.strip(), created_by=actor,
        household_out=fields.pop("household_out", ends and not other_benefits(benefit, month)),
        details=None if details is None else sealed_facts.dump(details), assessment=assessment, **fields,
    )  # fmt: skip
    begin(order, actor=actor, now=now)
    covered = set(term.covered.values_list("person_id", flat=True))
    stay = set() if kind in SUCCEEDED else {int(share.key) for share in shares}
    name_people(order, covered, stay)
    return order


def name_people(order: ChangeOrder, before: set[int], after: Iterable[int]) -> None:
    """Who leaves cover and who enters it by the order: what group 3 of the statistics counts."""
    stay = set(after)
    rows = [ChangePerson(order=order, person_id=pk, leaves=True) for pk in sorted(before - stay)]
    rows += [ChangePerson(order=order, person_id=pk, leaves=False) for pk in sorted(stay - before)]
    ChangePerson.objects.bulk_create(rows)


def name_others(order: ChangeOrder, before: set[int], after: Iterable[int]) -> None:
    """In place of those whom the draft named by itself."""
    order.people.all().delete()
    name_people(order, before, after)


# A death is registered whatever else is under way; the order it overtakes is refused later.
FREE_KINDS = frozenset({"DEATH", "CORRECT", "STD_ADJUST", "GRACE_END"})


def refuse_second(benefit: Benefit, kind: str) -> None:
    """One order of a kind at a time: a second one would wait for amounts that are no longer true."""
    if kind in FREE_KINDS:
        return
    waiting = benefit.orders.filter(kind=kind).exclude(state__in=ChangeOrder.settled).first()
    if waiting is not None:
        raise Refusal(f"该待遇已有在办的{waiting.get_kind_display()}变更单 {waiting.no}，请先办结或作废")


def other_benefits(benefit: Benefit, month: Month) -> bool:
    """Whether the household is helped otherwise in a month."""
    running = BenefitTerm.objects.filter(
        benefit__household=benefit.household_id, months__contains=month.first_day
    )
    return running.exclude(benefit=benefit).exists()


def details_of(order: ChangeOrder) -> dict[str, Any]:
    """What the order will write beside amounts."""
    found: dict[str, Any] = sealed_facts.load(order.details) or {}
    return found
