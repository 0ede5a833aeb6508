"""Change orders about money alone: stop, more or less, tapering, suspension, resumption. Applied by ``change_effects``."""
# requirements: C04, C05, C06, C07

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Assessment, Benefit, BenefitTerm, ChangeOrder
from cases.models.choices import TEKUN, ChangeKind, Standing, StopReason
from cases.rules.benefit import Grace, grace_period
from cases.rules.changes import SUSPENSIONS
from cases.services.applications import shares_of
from cases.services.cycle import first_month
from cases.services.orders import award_of, draft_order, member_share, name_others, running_term
from cases.services.resting import as_it_would_run, in_month, rested_since, shares_in, term_like
from cases.services.tapering import tapering
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.parameters.book import at

# These have change orders of their own.
NO_PLAIN_STOP = frozenset(
    {StopReason.DEATH, StopReason.GRACE_END, StopReason.CATEGORY_CHANGE, StopReason.EXPIRED}
)
# What ended by a rule is not taken back: whoever is in need applies anew.
NOT_RESUMED = frozenset({StopReason.CATEGORY_CHANGE, StopReason.GRACE_END, StopReason.EXPIRED})
# The reason of a tapering kept before reasons were.
UNKNOWN = ""
# L43 第24条: why 特困 support may end; the others are for families.
TEKUN_STOPS = frozenset(
    {
        StopReason.ABILITY, StopReason.PRISON, StopReason.INCOME, StopReason.PROPERTY, StopReason.DUTY_BEARER,
        StopReason.VOLUNTARY, StopReason.FRAUD, StopReason.DUPLICATE, StopReason.HUKOU_OUT, StopReason.OTHER,
    }
)  # fmt: skip


@transaction.atomic
def draft_stop(*, benefit: Benefit, reason: str, note: str, actor: Any, now: datetime) -> ChangeOrder:
    """Stop the whole benefit from the month after the decision. Raises Refusal."""
    if reason not in StopReason.values or reason in NO_PLAIN_STOP:
        raise Refusal("请选择停发原因（死亡、转类另有专门的变更，渐退、认定期满自动停发）", field="reason")
    if benefit.program in TEKUN and reason not in TEKUN_STOPS:
        raise Refusal(
            f"“{StopReason(reason).label}”不是特困终止的情形，请核对",
            rule="特困人员认定办法第24条",
            field="reason",
        )
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    return draft_order(
        benefit, ChangeKind.STOP, term, month, (), note, actor=actor, now=now, stop_reason=reason
    )


@transaction.atomic
def draft_amount(
    *, benefit: Benefit, assessment: Assessment, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Increase or decrease to what a new means test gives, from the next month (02 §2.4). Raises Refusal."""
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    if assessment.household_id != benefit.household_id or assessment.program != benefit.program:
        raise Refusal("核算不是本户本类别的，请重新核算")
    if not assessment.eligible:
        raise Refusal("重新核算不符合条件：请办理停发或渐退", rule="最低生活保障审核确认办法第32条")
    kind = ChangeKind.INCREASE if assessment.total > term.total else ChangeKind.DECREASE
    if assessment.total == term.total:
        # A family that tapers off and is as poor again as it was: it is paid on, and not stopped at the end.
        kind = ChangeKind.RESUME
        if term.standing != Standing.GRACE:
            raise Refusal(f"重新核算的金额仍为{term.total}元，不需要变更")
    shares = tuple(member_share(share) for share in shares_of(assessment))
    return draft_order(benefit, kind, term, month, shares, note, actor=actor, now=now, assessment=assessment)


@transaction.atomic
def draft_grace(
    *, benefit: Benefit, reason: str, months: int, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """A tapering period: at most six months, only for the allowed reasons, never twice (L83 一(三))."""
    today = timezone.localdate(now)
    allowed = str(at("grace.allowed_reasons", on=today, unit=benefit.unit).value).split(",")
    if reason not in allowed:
        raise Refusal("该原因不给渐退期；死亡、虚报、财产不符的直接停发", rule="L83 一（三）", field="reason")
    if _last_taper(benefit) in (reason, UNKNOWN):
        raise Refusal("该户同一原因已给过渐退期，不得连续第二次", rule="L83 一（三）")
    longest = int(at("grace.max_months", on=today, unit=benefit.unit).value)
    grace = grace_period(today, months, longest=longest)
    late = first_month(benefit.county, today) - grace.first
    grace = Grace(grace.first + late, grace.last + late)
    term = running_term(benefit, grace.first)
    _may_taper(term)
    _, _, begins_with = next(tapering(award_of(term), grace, benefit.unit))
    return draft_order(
        benefit, ChangeKind.GRACE, term, grace.first, begins_with.shares, note, actor=actor, now=now,
        grace_until=grace.stop.first_day, cause=reason,
    )  # fmt: skip


def _may_taper(term: BenefitTerm) -> None:
    if term.standing == Standing.GRACE:
        raise Refusal(
            "该户正在渐退，期满自动停发，不得续期；重新符合条件的请办理“重新核算”", rule="L83 一（三）"
        )
    if term.standing == Standing.SUSPENDED:
        raise Refusal("该待遇正在暂停发放，请先办理恢复发放，再办理渐退；不再符合条件的请办理停发")


def _last_taper(benefit: Benefit) -> str | None:
    """Why the household's last tapering was given, under whichever benefit; None where it never had one."""
    orders = ChangeOrder.objects.filter(
        benefit__household=benefit.household_id, kind=ChangeKind.GRACE, state="EFFECTIVE"
    )
    last = orders.order_by("-effective_month", "-pk").values_list("cause", flat=True).first()
    if last is None and benefit.terms.filter(standing=Standing.GRACE).exists():
        return UNKNOWN
    return last


@transaction.atomic
def draft_suspension(*, benefit: Benefit, cause: str, note: str, actor: Any, now: datetime) -> ChangeOrder:
    """Let the payment rest while something is looked into; the family stays covered (12 §12.1 #2). Raises Refusal."""
    if cause not in dict(SUSPENSIONS):
        raise Refusal("请选择暂停发放的原因", field="cause")
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    if term.standing == Standing.SUSPENDED:
        raise Refusal(f"该待遇在{month.label}已暂停发放")
    return draft_order(
        benefit,
        ChangeKind.SUSPEND,
        term,
        month,
        award_of(term).shares,
        note,
        actor=actor,
        now=now,
        cause=cause,
    )


@transaction.atomic
def draft_resumption(
    *, benefit: Benefit, pay_from: date, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Pay again what was suspended, or stopped by mistake, from the next month; earlier months are paid back.

    ``pay_from``: first day of the first month to be paid. Raises Refusal where nothing rests or was stopped.
    """
    month, first = first_month(benefit.county, timezone.localdate(now)), Month.of(pay_from)
    last = term_like(benefit)
    if last is None or not last.covered.exists():
        raise Refusal("该待遇没有可以恢复的期间")
    resting = benefit.terms.filter(standing=Standing.SUSPENDED, months__contains=month.first_day).first()
    since = rested_since(resting) if resting else benefit.stop_month
    if since is None:
        raise Refusal("该待遇没有暂停或停发，不需要恢复")
    if not resting and benefit.stop_reason in NOT_RESUMED:
        raise Refusal(f"该待遇因{benefit.get_stop_reason_display()}终止，不能恢复；符合条件的请重新申请")
    if not since <= first.first_day <= month.first_day:
        raise Refusal(f"补发起始月应在{Month.of(since).label}至{month.label}之间", field="pay_from")
    ranges = as_it_would_run(benefit, first)
    if not ranges:
        raise Refusal(
            f"该待遇原定在{first.label}前期满，没有可以补发的月份；符合条件的请重新申请", field="pay_from"
        )
    found = in_month(ranges, month)
    shares = tuple(member_share(share) for share in shares_in(found))
    order = draft_order(
        benefit, ChangeKind.RESUME, resting or last, month, shares, note, actor=actor, now=now,
        care=Decimal(found["care"]), pay_from=first.first_day,
    )  # fmt: skip
    if not resting:
        # Nobody is covered now: everybody comes back.
        name_others(order, set(), (share["person"] for share in order.shares))
        order.old_total = 0
        order.save(update_fields=["old_total"])
    return order
