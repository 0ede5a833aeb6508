"""Guards of the roster's flow: each returns the reason of a refusal in Chinese, or None.

They read the subject's own columns and relations and import no models.
"""

from salvation.flow.table import Context

OPEN = ("DRAFT", "TOWN_CHECK")


def nothing_blocked(context: Context) -> str | None:
    """No line in the roster may be one that cannot be paid (12 §12.1 #5)."""
    count = context.subject.blocked
    if not count:
        return None
    names = "、".join(context.subject.pay_lines.exclude(block="").values_list("name", flat=True)[:5])
    return f"有{count}笔缺账户（{names}）：请补录账户后重新生成，或逐行剔除待核"


def as_checked(context: Context) -> str | None:
    if context.subject.content_hash != context.subject.checked_hash:
        return "花名表在经办核对之后有变化，请经办重新核对"
    return None


def previous_is_signed(context: Context) -> str | None:
    previous = context.subject.previous
    if previous is not None and previous.state in OPEN:
        return f"{previous.month_label}的花名表还没有签章，请先办结上期"
    return None


def ties_with_previous(context: Context) -> str | None:
    """上月 of this roster is what last month's roster really says (F02: 与上月勾稽)."""
    roster, previous = context.subject, context.subject.previous
    if previous is None:
        return None
    amount = previous.amount - previous.backpay_amount
    now = (roster.last_households, roster.last_people, roster.last_amount)
    if now != (previous.households, previous.people, amount):
        return "上月数与上月花名表不一致（上月花名表在本期生成后有变化），请经办重新生成草稿并核对"
    return None


def no_later_signed(context: Context) -> str | None:
    roster = context.subject
    later = (
        type(roster)
        ._base_manager.filter(unit=roster.unit_id, program=roster.program, month__gt=roster.month)
        .exclude(state__in=OPEN)
        .order_by("month")
        .first()
    )
    return f"{later.month_label}的花名表已签章，不能再退回本期" if later else None
