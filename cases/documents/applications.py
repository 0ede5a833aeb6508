"""The 文书 of an application: 受理, 补正, 不予受理, 确认, 不予确认, 终止 (B19)."""
# requirements: B01, B19

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from cases.agreed import agreed_of, program_of
from cases.documents.facts import (
    APPLICATION_FACTS,
    L57,
    UNPAID,
    appeal,
    comment_of,
    contact,
    day,
    day_of,
    deciding_unit,
    full_name,
    last_step,
    law,
    lines_of,
    money,
    month,
    month_before,
    paid_into,
    parts_of,
)
from salvation.documents.declared import Fact, Kind
from salvation.documents.official import Grid, Line, Part
from salvation.flow.table import Need
from salvation.vault import facts as sealed_facts

SUBJECT = "cases.application"
REASON = Need("reason", "理由", "long", help="写明哪一条件不符合、差多少，让申请人看得懂")
ARTICLE = Need("article", "依据的法规条款", "text", help="例如：《最低生活保障审核确认办法》第6条")


def in_state(*states: str, otherwise: str) -> Callable[[Any], str | None]:
    """A document of certain states only."""
    return lambda application: None if application.state in states else otherwise


def accepted(application: Any) -> str | None:
    return None if application.accepted_on else "受理后出具"


def about(application: Any) -> str:
    return f"{application.applicant.name} {application.no}"


def town(application: Any) -> Any:
    return application.unit


def closing(application: Any, given: Mapping[str, Any]) -> list[Part]:
    return [*contact(application.unit), Line("特此告知。")]


def appeals(application: Any, given: Mapping[str, Any]) -> list[Part]:
    return [*appeal(application.county), *contact(application.unit)]


def materials(application: Any, given: Mapping[str, Any]) -> list[Part]:
    """What is still wanted, numbered."""
    wanted = lines_of(str(given.get("materials") or ""))
    if not wanted:
        return []
    rows = tuple((str(number), name, "□") for number, name in enumerate(wanted, start=1))
    return [
        Grid(("序号", "需要补齐的材料", "已补"), rows, widths=(2, 15, 3), aligns=("center", "left", "center"))
    ]


def until_of(application: Any) -> str:
    """The day named when the application was returned for completion, in words."""
    step = last_step(application, "correct")
    named = str(step.data.get("until") or "") if step else ""
    return (day(date.fromisoformat(named)) or "") if named else ""


def articles_of(application: Any) -> str:
    """The articles of the conditions that the means test found not met."""
    if application.assessment is None:
        return law(application.program, 21, 18)
    failed = sealed_facts.load(application.assessment.result)["failed"]
    named = dict.fromkeys(failure["article"] for failure in failed if failure["article"])
    return "、".join(named) or law(application.program, 21, 18)


def failures_of(application: Any) -> str:
    """What the means test found not met, in its words."""
    if application.assessment is None:
        return ""
    failed = sealed_facts.load(application.assessment.result)["failed"]
    return "；".join(f"{failure['condition']}：{failure['message']}" for failure in failed)


def suggested_refusal(application: Any) -> dict[str, Any]:
    said = comment_of(application, "reject_county", "reject_town")
    return {"reason": said or failures_of(application), "article": articles_of(application)}


def granted(application: Any, given: Mapping[str, Any]) -> list[Part]:
    """What is granted, with its parts; recognition alone has no money."""
    found, benefit = application.assessment, application.benefit
    if found is None or benefit is None:
        return []
    if program_of(application) in UNPAID:
        until = f"，有效期至{month_before(benefit.stop_month)}" if benefit.stop_month else ""
        return [Line(f"认定自{month(benefit.first_month)}起有效{until}。凭本通知可以申请专项救助。")]
    special = agreed_of(application)
    if special is not None:
        return [
            Line(
                f"经一事一议（{special.meeting}）研究，自{month(benefit.first_month)}起至{day(special.valid_until)}，"
                f"每月发给救助金{money(special.amount)}，{paid_into(program_of(application))}期满仍有困难的，可以重新申请。"
            ),
            Line(
                "家庭人口、收入和财产发生变化的，应当及时告知受理单位；隐瞒或者虚报的，停发救助金，责令退回，并依法处理。"
            ),
        ]
    first, second = parts_of(program_of(application))
    grid = Grid(
        ("保障人数", first, second, "月救助金合计", "起发月份"),
        ((str(len(sealed_facts.load(found.result)["covered"]) or found.people), f"{found.base:,.2f}元",
          f"{found.uplift + found.care:,.2f}元", f"{found.total:,.2f}元", month(benefit.first_month) or ""),),
        widths=(3, 5, 4, 5, 4),
    )  # fmt: skip
    return [
        Line(
            f"自{month(benefit.first_month)}起，每月发给救助金{money(found.total)}，{paid_into(program_of(application))}"
        ),
        grid,
        Line(
            "家庭人口、收入和财产发生变化的，应当及时告知受理单位；隐瞒或者虚报的，停发救助金，责令退回，并依法处理。"
        ),
    ]


ACCEPTED = Kind(
    code="accepted",
    title="社会救助申请受理通知书",
    subject=SUBJECT,
    sign="救受",
    basis=f"{L57}第11条；002 L29",
    may=accepted,
    facts=(
        *APPLICATION_FACTS,
        Fact("accepted", "受理日期", lambda a: day(a.accepted_on)),
        Fact("due", "办理期限", lambda a: day(a.total_due_on), "受理时按参数确定"),
        Fact("law", "依据", lambda a: law(a.program, 11, None)),
    ),
    body=(
        Line(
            "你（户）于{applied}提出的{program}申请（受理号{no}），材料齐备，根据{law}，我单位已于{accepted}受理。"
        ),
        Line(
            "受理后将核对家庭经济状况、入户调查，初审结果在{village}公示7天，再报审核确认。"
            "办理期限至{due}；补正、异议复核等依法不计入的时间除外。"
        ),
        Line("请配合入户调查，如实提供情况。无正当理由拒不配合的，可以终止审核确认程序。"),
        closing,
    ),
    issuer=town,
    dated=lambda a: a.accepted_on or timezone.localdate(),
    about=about,
)
CORRECTION = Kind(
    code="correction",
    title="一次性补正告知书",
    subject=SUBJECT,
    sign="救补",
    basis=f"{L57}第11条（一次性告知）",
    may=in_state("CORRECTING", otherwise="退回补正后出具"),
    facts=(*APPLICATION_FACTS, Fact("law", "依据", lambda a: law(a.program, 11, None))),
    body=(
        Line("你（户）于{applied}提出的{program}申请（受理号{no}）收悉。经审查，申请材料不齐备，根据{law}，"
             "现一次性告知需要补齐的全部材料："),
        materials,
        Line("请于{until}前补齐并交回。补正期间不计入办理期限；可以通过部门信息共享取得的材料，不需要提供。"),
        closing,
    ),
    issuer=town,
    dated=lambda a: day_of(a, "correct") or timezone.localdate(),
    about=about,
    needs=(
        Need("materials", "需要补齐的材料", "long", help="一行写一件，一次写全"),
        Need("until", "补齐期限", "text", help="例如：2022年6月15日"),
    ),
    suggest=lambda a: {"materials": comment_of(a, "correct"), "until": until_of(a)},
    once=False,
)  # fmt: skip
NOT_ACCEPTED = Kind(
    code="not-accepted",
    title="不予受理决定书",
    subject=SUBJECT,
    sign="救不受",
    basis=f"{L57}；002 L29（在规定时限内作出决定，书面说明理由）",
    may=in_state("NOT_ACCEPTED", otherwise="决定不予受理后出具"),
    facts=APPLICATION_FACTS,
    body=(
        Line("你（户）于{applied}提出的{program}申请（受理号{no}），经审查不予受理。"),
        Line("理由：{reason}"),
        Line("依据：{article}。"),
        appeals,
    ),
    issuer=town,
    dated=lambda a: day_of(a, "decline") or timezone.localdate(),
    about=about,
    needs=(REASON, ARTICLE),
    suggest=lambda a: {"reason": comment_of(a, "decline"), "article": law(a.program, 11, None)},
    within="sla.reject.notify",
)
CONFIRMED = Kind(
    code="confirmed",
    title="社会救助确认通知书",
    subject=SUBJECT,
    sign="救确",
    basis=f"{L57}第20条、第21条",
    may=in_state("CONFIRMED", otherwise="确认同意后出具"),
    facts=(
        *APPLICATION_FACTS,
        Fact("decided", "决定日期", lambda a: day(a.decided_on)),
        Fact("kind", "确认类别", lambda a: full_name(program_of(a)) if a.assessment else None, "先核算"),
        Fact("law", "依据", lambda a: law(a.program, 20, 16)),
        Fact("meeting", "集体审批会议", lambda a: _meeting(a), "确认时选择会议"),
    ),
    body=(
        Line("你（户）于{applied}提出的{program}申请（受理号{no}），经审核、公示和集体审批（{meeting}），"
             "根据{law}，于{decided}确认给予{kind}。"),
        granted,
        appeals,
    ),
    issuer=deciding_unit,
    dated=lambda a: a.decided_on or timezone.localdate(),
    about=about,
)  # fmt: skip
REJECTED = Kind(
    code="rejected",
    title="不予确认决定书",
    subject=SUBJECT,
    sign="救不确",
    basis=f"{L57}第21条（3个工作日内书面告知并说明理由）",
    may=in_state("REJECTED", otherwise="决定不予确认后出具"),
    facts=(*APPLICATION_FACTS, Fact("decided", "决定日期", lambda a: day(a.decided_on))),
    body=(
        Line(
            "你（户）于{applied}提出的{program}申请（受理号{no}），经审核和集体审批，于{decided}决定不予确认。"
        ),
        Line("理由：{reason}"),
        Line("依据：{article}。"),
        Line("家庭情况发生变化、符合条件的，可以重新提出申请。"),
        appeals,
    ),
    issuer=deciding_unit,
    dated=lambda a: a.decided_on or timezone.localdate(),
    about=about,
    needs=(REASON, ARTICLE),
    suggest=suggested_refusal,
    within="sla.reject.notify",
)
TERMINATED = Kind(
    code="terminated",
    title="终止审核确认告知书",
    subject=SUBJECT,
    sign="救终",
    basis=f"{L57}第29条（无正当理由拒不配合调查核实）",
    may=in_state("TERMINATED", otherwise="终止后出具"),
    facts=APPLICATION_FACTS,
    body=(
        Line("你（户）于{applied}提出的{program}申请（受理号{no}），现终止审核确认程序。"),
        Line("理由：{reason}"),
        Line("依据：{article}。"),
        appeals,
    ),
    issuer=town,
    dated=lambda a: day_of(a, "terminate") or timezone.localdate(),
    about=about,
    needs=(REASON, ARTICLE),
    suggest=lambda a: {"reason": comment_of(a, "terminate"), "article": law(a.program, 29, None)},
    within="sla.reject.notify",
)


def _meeting(application: Any) -> str | None:
    """The meeting that decided it."""
    taken = last_step(application, "confirm_county", "confirm_town")
    decision = application.decisions.select_related("meeting").order_by("pk").last() if taken else None
    return f"{day(decision.meeting.held_on)}{decision.meeting.get_kind_display()}" if decision else None


ALL = (ACCEPTED, CORRECTION, NOT_ACCEPTED, CONFIRMED, REJECTED, TERMINATED)
