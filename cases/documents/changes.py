"""The 文书 of a change order: the family is told what changes, from when and why (03 §3.2)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from cases.documents.facts import (
    L57,
    appeal,
    contact,
    day,
    day_of,
    full_name,
    law,
    money,
    month,
)
from cases.models.choices import ChangeKind, StopReason
from cases.rules.changes import Decider, rule_of
from salvation.documents.declared import Fact, Kind
from salvation.documents.official import Grid, Line, Part
from salvation.parameters.book import at

SUBJECT = "cases.changeorder"
DECISIONS = ("decide_town", "decide_county", "decide_leader", "notice_over_town", "confirm_death", "run")


def decided(kind: str) -> Callable[[Any], str | None]:
    """After the decision, for orders of this kind only."""

    def may(order: Any) -> str | None:
        if order.stop_reason == StopReason.EXPIRED:
            return "认定期满自动终止，有效期已在确认时告知，不另出决定书"
        if order.kind != kind:
            return f"只用于{ChangeKind(kind).label}变更"
        return None if order.state in {"DECIDED", "EFFECTIVE"} else "变更决定后出具"

    return may


def about(order: Any) -> str:
    return f"{order.benefit.applicant.name} {order.no}"


def decided_on(order: Any) -> Any:
    return day_of(order, *DECISIONS) or timezone.localdate()


def deciding_unit(order: Any) -> Any:
    """The county, or the town where changes of this programme are its own."""
    rule = rule_of(order.kind)
    if rule.decider in {Decider.TOWN, Decider.NOBODY}:
        return order.unit
    if rule.decider is Decider.COUNTY:
        return order.county
    level = at(f"approval_level.{order.benefit.program}", on=decided_on(order), unit=order.unit).value
    return order.unit if level == "TOWNSHIP" else order.county


def receiver(order: Any) -> str | None:
    """Who of the family is told: the applicant; at his own death a member who lives, grown-ups first, else the holder
    of the family's account; None where nobody is left."""
    applicant = order.benefit.applicant
    if order.kind != ChangeKind.DEATH or order.person_id != applicant.pk:
        return str(applicant.name)
    household = order.benefit.household
    members = household.members.filter(left_on=None, person__died_on=None).exclude(person=order.person_id)
    grown_first = members.order_by(F("person__birth_date").asc(nulls_last=True), "pk")
    name = grown_first.values_list("person__name", flat=True).first()
    if name is None:
        accounts = household.accounts.filter(valid_to=None).exclude(holder=order.person_id)
        accounts = accounts.exclude(holder_name=applicant.name).order_by("pk")
        name = accounts.values_list("holder_name", flat=True).last()
    return str(name) if name else None


def amounts(order: Any, given: Mapping[str, Any]) -> list[Part]:
    """Old and new, side by side."""
    row = (f"{order.old_total:,.2f}", f"{order.new_total:,.2f}", f"{order.new_total - order.old_total:+,.2f}",
           month(order.effective_month) or "")  # fmt: skip
    return [Grid(("原月救助金（元）", "变更后月救助金（元）", "增减（元）", "自何月起"), (row,))]


def reason_of(order: Any) -> str:
    """The stop's reason and what was written in the order."""
    label = order.get_stop_reason_display() if order.stop_reason else ""
    return "。".join(part.rstrip("。") for part in (label, order.reason) if part)


def rights(order: Any, given: Mapping[str, Any]) -> list[Part]:
    return [*appeal(order.county), *contact(order.unit)]


def told(order: Any, given: Mapping[str, Any]) -> list[Part]:
    return [*contact(order.unit), Line("特此告知。")]


FACTS = (
    Fact("applicant", "申请人姓名", lambda o: o.benefit.applicant.name),
    Fact("program", "类别", lambda o: full_name(o.benefit.program)),
    Fact("decided", "决定日期", lambda o: day(decided_on(o))),
    Fact("month", "生效月", lambda o: month(o.effective_month)),
    Fact("old", "原月救助金", lambda o: money(o.old_total)),
    Fact("new", "变更后月救助金", lambda o: money(o.new_total)),
    Fact("reason", "事由", reason_of, "在变更单中写明"),
    Fact("law", "依据", lambda o: law(o.benefit.program, 32, 24)),
)

PERSON = Fact("person", "涉及成员", lambda o: o.person.name if o.person else None, "在变更单中选择")
CAUSE = Fact("cause", "具体原因", lambda o: o.get_cause_display() or None, "在变更单中选择")


def change_kind(
    kind: ChangeKind, code: str, title: str, sign: str, basis: str, *body: Any, **more: Any
) -> Kind:
    """The parts all these documents share."""
    return Kind(
        code=code, title=title, subject=SUBJECT, sign=sign, basis=basis, may=decided(kind),
        fits=lambda order: bool(order.kind == kind),
        facts=(*FACTS, *more.pop("facts", ())), body=body, issuer=deciding_unit, dated=decided_on, about=about, **more,
    )  # fmt: skip


STOPPED = change_kind(
    ChangeKind.STOP, "stopped", "停发社会救助金决定书", "救停", f"{L57}第32条、第33条；特困人员认定办法第24条",
    Line("经核查，你（户）享受的{program}，根据{law}，于{decided}决定自{month}起停发。"),
    Line("理由：{reason}。"),
    amounts,
    Line("情况发生变化、重新符合条件的，可以再次提出申请。"),
    rights,
    within="sla.reject.notify",
)  # fmt: skip
REDUCED = change_kind(
    ChangeKind.DECREASE, "reduced", "减发社会救助金决定书", "救减", f"{L57}第32条、第33条",
    Line("经重新核算，你（户）享受的{program}，根据{law}，于{decided}决定自{month}起减发，每月发给{new}。"),
    Line("理由：{reason}。"),
    amounts,
    rights,
    within="sla.reject.notify",
)  # fmt: skip
INCREASED = change_kind(
    ChangeKind.INCREASE, "increased", "增发社会救助金告知书", "救增", f"{L57}第32条",
    Line("经重新核算，你（户）享受的{program}，根据{law}，于{decided}决定自{month}起增发，每月发给{new}。"),
    Line("理由：{reason}。"),
    amounts,
    told,
)  # fmt: skip
TAPERING = change_kind(
    ChangeKind.GRACE, "tapering", "社会救助渐退告知书", "救渐", "民政部2022年通知一（三）",
    Line("你（户）享受的{program}，因家庭情况好转，于{decided}决定自{month}起进入渐退期，{until}起停发。"),
    Line("理由：{reason}。"),
    Line("渐退期满自动停发，不再另行审核；期内家庭情况变化、重新符合条件的，可以提出申请。"),
    told,
    facts=(Fact("until", "渐退期满停发月", lambda o: month(o.grace_until)),),
)  # fmt: skip
TAPERED = change_kind(
    ChangeKind.GRACE_END, "tapered", "渐退期满停发告知书", "救渐停", "民政部2022年通知一（三）",
    Line("你（户）享受的{program}渐退期已满，自{month}起停发。"),
    Line("重新符合条件的，可以再次提出申请。"),
    rights,
)  # fmt: skip
DEATH = change_kind(
    ChangeKind.DEATH, "death", "成员死亡变更告知书", "救亡", "002 第41条；民政部2022年通知一（三）",
    Line("{dead}于{died}死亡，你（户）享受的{program}自{month}起相应调整，每月发给{new}。"),
    Line("{month}起已按原金额发放的，多发部分应当退回。"),
    amounts,
    told,
    addressee="{receiver}：",
    facts=(
        Fact("receiver", "受送达人", lambda o: receiver(o) or f"{o.benefit.applicant.name}的亲属"),
        Fact("dead", "死亡成员", lambda o: o.person.name if o.person else None, "在变更单中选择"),
        Fact("died", "死亡日期", lambda o: day(o.event_on), "在变更单中填写"),
    ),
)  # fmt: skip
MEMBER_ADDED = change_kind(
    ChangeKind.MEMBER_ADD, "member-added", "增加保障成员告知书", "救员增", f"{L57}第32条",
    Line("你（户）增加成员{person}（{cause}），经重新核算，于{decided}决定自{month}起每月发给{new}。"),
    amounts,
    told,
    facts=(PERSON, CAUSE),
)  # fmt: skip
MEMBER_REMOVED = change_kind(
    ChangeKind.MEMBER_REMOVE, "member-removed", "减少保障成员告知书", "救员减", f"{L57}第32条、第33条",
    Line("你（户）成员{person}（{cause}），经重新核算，于{decided}决定自{month}起每月发给{new}。"),
    Line("理由：{reason}。"),
    amounts,
    rights,
    facts=(PERSON, CAUSE),
)  # fmt: skip
CONVERTED = change_kind(
    ChangeKind.CATEGORY, "converted", "社会救助类别转换告知书", "救转", f"{L57}第32条；特困人员认定办法第27条",
    Line("经审核确认，你（户）自{month}起由{program}转为{into}，原{program}同时停发。"),
    Line("理由：{reason}。"),
    amounts,
    rights,
    facts=(Fact("into", "转入类别", lambda o: full_name(o.new_program) if o.new_program else None),),
)  # fmt: skip
CARED = change_kind(
    ChangeKind.CARE_LEVEL, "care-level", "生活自理能力等级变更告知书", "救护", "特困人员认定办法第22条、第23条",
    Line("经重新评定生活自理能力，你享受的{program}，于{decided}决定自{month}起每月发给{new}。"),
    Line("理由：{reason}。"),
    amounts,
    rights,
)  # fmt: skip
SUSPENDED = change_kind(
    ChangeKind.SUSPEND, "suspended", "暂停发放社会救助金告知书", "救暂", f"{L57}第29条、第32条",
    Line("你（户）享受的{program}，因{cause}，自{month}起暂停发放，待核实后恢复或者停发。"),
    Line("理由：{reason}。"),
    rights,
    facts=(CAUSE,),
)  # fmt: skip
RESUMED = change_kind(
    ChangeKind.RESUME, "resumed", "恢复发放社会救助金告知书", "救复", f"{L57}第32条",
    Line("你（户）享受的{program}，经核实，于{decided}决定自{month}起恢复发放，每月{new}；{paid_from}以来未发的予以补发。"),
    Line("理由：{reason}。"),
    told,
    facts=(Fact("paid_from", "补发起始月", lambda o: month(o.pay_from or o.effective_month)),),
)  # fmt: skip
ALL = (
    STOPPED, REDUCED, INCREASED, TAPERING, TAPERED, DEATH, MEMBER_ADDED, MEMBER_REMOVED, CONVERTED, CARED, SUSPENDED,
    RESUMED,
)  # fmt: skip
# Which of them an order of each kind must have before it takes effect (03 §3.2: 告知).
OF_KIND = {
    ChangeKind.STOP: STOPPED,
    ChangeKind.DECREASE: REDUCED,
    ChangeKind.INCREASE: INCREASED,
    ChangeKind.GRACE: TAPERING,
    ChangeKind.GRACE_END: TAPERED,
    ChangeKind.MEMBER_ADD: MEMBER_ADDED,
    ChangeKind.MEMBER_REMOVE: MEMBER_REMOVED,
    ChangeKind.CATEGORY: CONVERTED,
    ChangeKind.CARE_LEVEL: CARED,
    ChangeKind.SUSPEND: SUSPENDED,
    ChangeKind.RESUME: RESUMED,
}
