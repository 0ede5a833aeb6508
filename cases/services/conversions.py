"""类别转换: a new application takes the place of a benefit that runs (03 §3.2: 新申请, 完整确认).

The family applies for the other programme as anybody does: survey, check, notice and decision. The old benefit runs on
until then; it ends in the month in which the new one begins, in the transaction of the confirmation.
"""
# requirements: C06

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from cases.exclusion import replaced
from cases.models import Application, Assessment, Benefit, ChangeOrder, Household
from cases.models.choices import TEKUN, ChangeKind, StopReason
from cases.services.benefits import Granted, Share, open_benefit
from cases.services.cycle import first_month
from cases.services.orders import draft_order, member_share, name_others, running_term
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform


def may_convert(benefit: Benefit, program: str, household: Household, *, is_single: bool, on: date) -> None:
    """Raises Refusal where there is nothing to take the place of, or it is being done already."""
    if benefit.household_id != household.pk:
        raise Refusal("转类的待遇不是这一户的")
    if is_single:
        raise Refusal("单人保不用转类：与低保边缘并存的，在“家庭”中直接申请单人保", field="is_single")
    if waiting := benefit.conversions.exclude(state__in=Application.flow.ended).first():
        raise Refusal(f"该待遇已有在办的转类申请 {waiting.no}，请先办结或撤回")
    if {program, benefit.program} <= set(TEKUN):
        raise Refusal("特困集中、分散之间请办“供养形式”", field="program")
    if program == benefit.program and not benefit.is_single:
        raise Refusal("请选择另一类别；金额有变化的请办“重新核算”", field="program")
    running_term(benefit, first_month(benefit.county, on))


def open_confirmed(
    application: Application,
    assessment: Assessment,
    shares: Sequence[Share],
    *,
    first: Month,
    granted: Granted | None,
    now: datetime,
) -> Benefit:
    """Open what was confirmed from ``first`` on, in place of the benefit it converts. Raises Refusal."""
    program = granted.program if granted else assessment.program
    old = application.converts
    if old is not None and program == old.program and application.is_single == old.is_single:
        raise Refusal(
            f"核定的类别与现在享受的{old.get_program_display()}相同，不用转类；请撤回申请或者不予确认，原待遇不变"
        )
    giving_way = replaced(
        application.household, application.converts_id, program, is_single=application.is_single
    )
    # Nobody else changes them meanwhile.
    locked = Benefit.objects.select_for_update(of=("self",)).filter(pk__in=giving_way).order_by("pk")
    # What a meeting granted stands in the shares, not in the assessment.
    judged = None if granted else assessment
    orders = [_make_way(one, application, first, program, shares, judged, now=now) for one in locked]
    benefit = open_benefit(
        application=application, assessment=assessment, shares=shares, first=first, granted=granted
    )
    _follow([order for order in orders if order is not None], application, benefit)
    return benefit


def _make_way(
    old: Benefit,
    application: Application,
    first: Month,
    program: str,
    shares: Sequence[Share],
    assessment: Assessment | None,
    *,
    now: datetime,
) -> ChangeOrder | None:
    """End a benefit from ``first`` on; None where it has ended meanwhile.

    Who is not covered by the new benefit of 特困 stays on the old one. The order of the benefit that the application named
    tells the new money; the others end with nothing. Raises Refusal.
    """
    term = old.terms.filter(months__contains=first.first_day).first()
    if term is None:
        return None
    named = old.pk == application.converts_id
    order = draft_order(
        old, ChangeKind.CATEGORY, term, first, [member_share(share) for share in shares] if named else (),
        f"转类申请{application.no}确认", actor=None, now=now, assessment=assessment if named else None, new_program=program,
        stop_reason=StopReason.CATEGORY_CHANGE, household_out=False,
    )  # fmt: skip
    covered = {row.person_id: row for row in term.covered.all()}
    going = {share.person_id for share in shares} & set(covered)
    if program not in TEKUN or not going:
        going = set(covered)
    if going != set(covered):
        order.old_total = sum((covered[pk].base + covered[pk].uplift for pk in going), Decimal(0))
        order.save(update_fields=["old_total"])
    name_others(order, going, ())
    perform(subject=order, step="convert", actor=None, now=now)
    # What never began counted nobody as new, and counts nobody as leaving.
    if first <= Month.of(old.first_month):
        order.people.all().delete()
    return order


def _follow(orders: Sequence[ChangeOrder], application: Application, benefit: Benefit) -> None:
    """The new benefit goes on for the one that the application named."""
    for order in orders:
        if order.benefit_id == application.converts_id:
            benefit.predecessor = order.benefit
            benefit.save(update_fields=["predecessor"])
            order.successor = benefit
            order.save(update_fields=["successor"])
