"""Guards of change orders: each returns the reason of a refusal in Chinese, or None."""
# requirements: C06, C08

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from cases.guards import today_of
from cases.rules.benefit import effective_month
from cases.rules.changes import NOT_REVERSED, Begin, Decider, rule_of
from cases.rules.proofs import accepted
from salvation.documents.paperless import paperless
from salvation.domain.month import Month
from salvation.flow.models import StatFreeze, Transition
from salvation.flow.table import Context
from salvation.parameters.book import at

# Changes that leave amounts and covered people as they are: they overtake nothing.
SILENT = ("HEAD_CHANGE", "CORRECT")


def month_of_effect(order: Any) -> Month:
    """The month after the decision, however long it took since the draft (03 §3.2); some kinds keep their own."""
    own = Month.of(order.effective_month)
    decided = Transition.objects.filter(flow=order.flow.code, subject_id=order.pk, to_state="DECIDED").last()
    if rule_of(order.kind).begins is not Begin.NEXT or decided is None:
        return own
    return max(own, effective_month(timezone.localdate(decided.at)))


def month_not_closed(context: Context) -> str | None:
    """An order changes what runs: the benefit has begun, and has not ended before the order counts."""
    order = context.subject
    month = month_of_effect(order)
    if month.first_day < order.benefit.first_month:
        return "生效月早于待遇起始月"
    if (
        order.kind in {"RESUME", "CORRECT"}
        or order.benefit.terms.filter(months__contains=month.first_day).exists()
    ):
        return None
    because = f"（{order.benefit.get_stop_reason_display()}）" if order.benefit.stop_reason else ""
    return f"该待遇在{month.label}已不在保{because}，本单不能生效，请作废"


def not_overtaken(context: Context) -> str | None:
    """An order keeps the amounts and people of the day it was drafted: after another one they are no longer true."""
    order = context.subject
    if order.kind in SILENT:
        return None
    earlier = order.benefit.orders.filter(
        state__in=("EFFECTIVE", "REVERSED"), state_since__gt=order.created_at
    ).exclude(kind__in=SILENT)
    found = earlier.exclude(pk=order.pk).order_by("-state_since").first()
    if found is None:
        return None
    return f"本单登记后，变更单 {found.no}（{found.get_kind_display()}）{found.get_state_display()}，金额和人员已变；请作废本单后重新登记"


def papers_of(order: Any) -> tuple[str, ...]:
    """The papers of which the order needs one; none where its own means test is the ground."""
    if order.kind == "RESUME" and order.assessment_id:
        return ()
    return accepted(order.kind, order.cause or order.stop_reason)


def rests_on_proof(context: Context) -> str | None:
    """No change without its ground (03 §3.2 必要证据); without paper, the scan is asked for too (B23)."""
    order = context.subject
    papers = papers_of(order)
    if papers and not order.proof:
        return f"还没有登记佐证，请在“佐证”中登记：{'、'.join(papers[:-1])}，有一件即可"
    if order.proof in papers and paperless(order.unit, today_of(context)) and not order.has_scans():
        return f"本县已启用无纸化审核审批，{order.proof}还没有照片或扫描件，请在“佐证”中上传（004 第9条）"
    return None


def cannot_take_effect(context: Context) -> str | None:
    """For orders that nothing can carry out any more: overtaken, or the benefit has ended meanwhile."""
    lost = not_overtaken(context) or month_not_closed(context)
    return None if lost else "本单仍可生效；决定有误的，请由决定的一级撤销决定"


def can_take_effect(context: Context) -> str | None:
    return "本单已不能生效，由经办作废" if cannot_take_effect(context) is None else None


def is_death(context: Context) -> str | None:
    return None if context.subject.kind == "DEATH" else "只有死亡变更走快速通道"


def decided_by_leader(context: Context) -> str | None:
    """Kinds that the township's leader decides alone, beside a death, which has a step of its own."""
    kind = context.subject.kind
    alone = kind != "DEATH" and rule_of(kind).decider is Decider.TOWN
    return None if alone else "该类变更不由乡镇领导单独决定"


def is_transfer(context: Context) -> str | None:
    return None if rule_of(context.subject.kind).decider is Decider.BOTH_TOWNS else "只有迁移须双方乡镇同意"


def begun_by_county(context: Context) -> str | None:
    return None if rule_of(context.subject.kind).decider is Decider.COUNTY else "该类变更由乡镇提交"


def begun_by_town(context: Context) -> str | None:
    return None if rule_of(context.subject.kind).decider is not Decider.COUNTY else "该类变更由县局提交"


def family_must_be_told(context: Context) -> str | None:
    return None if rule_of(context.subject.kind).told else "该类变更不需要书面告知"


def nobody_to_tell(context: Context) -> str | None:
    return None if not rule_of(context.subject.kind).told else "该类变更须先书面告知家庭"


def _change_level(context: Context) -> str:
    order = context.subject
    value = at(f"approval_level.{order.benefit.program}", on=today_of(context), unit=order.unit).value
    return str(value)


def _as_confirmed(context: Context) -> bool:
    return rule_of(context.subject.kind).decider is Decider.CONFIRMING


def change_decided_by_township(context: Context) -> str | None:
    decides = _as_confirmed(context) and _change_level(context) == "TOWNSHIP"
    return None if decides else "该变更由县级决定"


def change_decided_by_county(context: Context) -> str | None:
    decides = _as_confirmed(context) and _change_level(context) == "COUNTY"
    return None if decides else "该变更由乡镇决定"


def stop_is_noticed(context: Context) -> str | None:
    """特困 support may only end after it was posted for seven days (L43 第26条)."""
    return None if _must_be_noticed(context) else "该变更不需要公示"


def no_notice_needed(context: Context) -> str | None:
    order = context.subject
    if not _must_be_noticed(context):
        return None
    posted = Transition.objects.filter(flow="change_order", subject_id=order.pk, step="notice").last()
    if posted is None:
        return "特困停发须先公示7天（特困人员认定办法第26条）"
    # An objection does not shorten the posting.
    since = timezone.localdate(posted.at)
    ends = since + timedelta(days=int(at("sla.tekun.terminate_notice", on=since, unit=order.unit).value))
    return _still_posted(context, ends)


def _still_posted(context: Context, ends: date | None) -> str | None:
    if ends and today_of(context) <= ends:
        return f"公示到{ends:%Y年%m月%d日}止，未满期不能转入下一步（特困人员认定办法第26条）"
    return None


def _must_be_noticed(context: Context) -> bool:
    order = context.subject
    return bool(order.kind == "STOP" and order.benefit.program.startswith("TEKUN"))


def stop_notice_is_over(context: Context) -> str | None:
    return _still_posted(context, context.subject.due_on)


def nothing_builds_on(context: Context) -> str | None:
    """红冲 only while nothing rests on the order: no later order of the benefit, its month not frozen."""
    order = context.subject
    if order.before is None:
        return "本单没有保存变更前的金额（早期数据），不能红冲；停发有误请办理“恢复”，金额有误请办理增减"
    later = (
        order.benefit.orders.filter(state="EFFECTIVE", state_since__gt=order.state_since)
        .exclude(kind__in=SILENT)
        .exclude(pk=order.pk)
        .first()
    )
    if later is not None:
        return f"本单之后变更单 {later.no} 已生效，不能红冲；请办理相反的变更"
    # A change that reaches back (a death found late) is counted in the month in which it took effect.
    counted = max(order.effective_month, order.stat_month or order.effective_month)
    frozen = StatFreeze.objects.filter(county=order.county_id, month__gte=counted)
    if frozen.exists():
        return f"{counted:%Y年%-m月}的统计已冻结，不能红冲；停发有误请办理“恢复”，金额有误请办理增减"
    return None


def may_be_reversed(context: Context) -> str | None:
    order = context.subject
    if order.kind in NOT_REVERSED or order.stop_reason == "EXPIRED" or order.successor_id:
        return "该类变更不能红冲，请办理相反的变更"
    return None


def reversed_by_township(context: Context) -> str | None:
    by_town = rule_of(context.subject.kind).decider in {Decider.TOWN, Decider.BOTH_TOWNS} or (
        change_decided_by_township(context) is None
    )
    return None if by_town else "该变更由县级决定，由县级红冲"


def reversed_by_county(context: Context) -> str | None:
    return "该变更由乡镇决定，由乡镇红冲" if reversed_by_township(context) is None else None
