"""A household in a YAML file: reading it, judging it, writing the verdict. See docs/assess.md for the format."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from cases.rules.codes import (
    Area,
    CareIndicator,
    Disability,
    DutyCategory,
    Employment,
    Entered,
    Exemption,
    ExpenseKind,
    IncomeItem,
    Labour,
    NotCounted,
    Program,
    PropertyKind,
    Situation,
    TekunMode,
)
from cases.rules.compare import assess, compare
from cases.rules.facts import (
    DutyBearerFacts,
    ExpenseLine,
    HouseholdFacts,
    IncomeLine,
    MemberFacts,
    PropertyLine,
    ReliefFacts,
)
from cases.rules.file_fields import BadFile, Section, each, load_section, printable
from cases.rules.keys import KEYS
from cases.rules.policy import PolicyParameters, typed_value
from cases.rules.result import Assessment

_MOST_CHARACTERS = 1_000_000


class CaseFile(NamedTuple):
    """What a file says: the household, the parameters and the day of acceptance."""

    facts: HouseholdFacts
    parameters: PolicyParameters
    on: date


def decode(content: bytes) -> str:
    """Give the text of a file. Raises `BadFile` where it is too long or not UTF-8."""
    if len(content) > _MOST_CHARACTERS:
        raise BadFile("文件超过 1 MB，一户的材料不会这么大，请检查是否选错文件。")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("文件不是 UTF-8 编码，请用“另存为”选择 UTF-8 后再试。") from None


def read_case(text: str) -> CaseFile:
    """Read a household file. Raises `Refusal` naming the field; never lets another error out."""
    return _read(load_section(text))


def read_document(document: dict[str, Any]) -> CaseFile:
    """Read a household whose fields are at hand, with the checks of a file. Raises `Refusal` naming the field."""
    return _read(Section(document, ""))


def _read(top: Section) -> CaseFile:
    on = top.required_day("on")
    members = each(top.sections("members"), lambda section: _member(section, on))
    names = _check_members(top, members)
    facts = HouseholdFacts(
        area=top.required_code("area", Area),
        members=members,
        incomes=each(top.sections("incomes"), lambda section: _income(section, names, on)),
        properties=each(top.sections("properties"), lambda section: _property(section, names)),
        expenses=each(top.sections("expenses"), lambda section: _expense(section, names)),
        duty_bearers=each(top.sections("duty_bearers"), lambda section: _bearer(section, names, on)),
        relief=_relief(top.section("relief")),
        tekun_mode=top.code("tekun_mode", TekunMode, TekunMode.DISPERSED),
        single_for=_known_member(top, "single_for", names),
    )
    parameters = _parameters(top.section("parameters"))
    top.ignore("expect")
    top.ignore("title")
    top.finish()
    return CaseFile(facts, parameters, on)


def judge(case: CaseFile, program: Program | None) -> list[Assessment]:
    """Judge one programme, or all of them. Raises `Refusal` naming a parameter that is missing."""
    if program is None:
        return compare(case.facts, case.parameters, case.on)
    return [assess(program, case.facts, case.parameters, case.on)]


def as_json(assessments: Sequence[Assessment], program: Program | None) -> str:
    """Write one object for one programme, a list of objects for the comparison."""
    entries: list[dict[str, Any]] = [assessment.as_dict() for assessment in assessments]
    return json.dumps(entries[0] if program else entries, ensure_ascii=False, indent=2)


def as_text(assessments: Sequence[Assessment]) -> str:
    """Write the verdicts for reading: result, reasons, working, warnings."""
    return "\n\n".join("\n".join(_paragraph(assessment)) for assessment in assessments)


def _paragraph(assessment: Assessment) -> list[str]:
    verdict = "符合" if assessment.eligible else "不符合"
    lines = [f"【{assessment.program.label}】{verdict}"]
    if assessment.is_single and assessment.eligible:
        lines.append("  单人保：" + "、".join(assessment.covered))
    if assessment.total:
        lines.append(f"  基本 {assessment.base} 元，增发 {assessment.uplift} 元，合计 {assessment.total} 元")
    lines += [f"  不符合：{failure.message}（{failure.article}）" for failure in assessment.failed]
    if assessment.nearest_miss and len(assessment.failed) > 1:
        lines.append(f"  最接近的条件：{assessment.nearest_miss.message}")
    lines += [f"  {line.label}：{line.formula}（{line.article}）" for line in assessment.working]
    lines += [f"  注意：{notice.message}" for notice in assessment.warnings]
    return lines


def _check_members(top: Section, members: tuple[MemberFacts, ...]) -> frozenset[str]:
    if not members:
        raise top.refuse("members", "必须填写，至少一名家庭成员。")
    names = [member.key for member in members]
    for number, name in enumerate(names, 1):
        if name in names[: number - 1]:
            raise top.refuse("members", f"第 {number} 项 name：“{printable(name)}”重复，同名请加编号区分。")
    if not any(member.counted for member in members):
        raise top.refuse("members", "至少要有一名计入的家庭成员（counted 不能全是 false）。")
    return frozenset(names)


def _known_member(section: Section, name: str, names: frozenset[str]) -> str | None:
    who = section.text(name)
    if not who:
        return None
    if who not in names:
        raise section.refuse(name, f"“{printable(who)}”不在 members 的 name 中。")
    return who


def _member(section: Section, on: date) -> MemberFacts:
    name = section.required_text("name")
    because = section.code_or_none("not_counted_because", NotCounted)
    counted = section.flag("counted") if section.has("counted") else because is None
    if counted != (because is None):
        problem = "不计入的成员要填写原因；计入的成员不要填写原因（第7条）。"
        raise section.refuse("not_counted_because", problem)
    kind, level = _disability(section)
    return MemberFacts(
        key=name,
        name=name,
        birth_date=section.required_day("birth", latest=on),
        counted=counted,
        not_counted_because=because,
        disability=kind,
        disability_level=level,
        illness=section.text("illness"),
        critical_illness=section.flag("critical_illness"),
        labour=section.code("labour", Labour, Labour.FULL),
        employment=section.code("employment", Employment, Employment.EMPLOYED),
        imputed_monthly=section.amount_or_none("imputed_monthly"),
        imputed_reason=section.text("imputed_reason"),
        tier=section.text("tier"),
        refused_jobs=section.integer("refused_jobs", 0, 0, 100),
        clergy_years=section.integer("clergy_years", 0, 0, 100),
        single_other=section.text("single_other"),
        care_lost=section.codes_or_none("care_lost", CareIndicator),
        orphan_benefit=section.flag("orphan_benefit"),
        held_tekun=section.flag("held_tekun"),
        in_school=section.flag("in_school"),
    )


def _disability(section: Section) -> tuple[Disability | None, int]:
    inner = section.section("disability")
    if inner is None:
        return None, 0
    kind = inner.required_code("kind", Disability)
    if not inner.has("level"):
        raise inner.refuse("level", "必须填写，1 至 4，1 最重。")
    level = inner.integer("level", 0, 1, 4)
    inner.finish()
    return kind, level


def _income(section: Section, names: frozenset[str], on: date) -> IncomeLine:
    given = [name for name in ("monthly", "yearly", "once", "mu") if section.has(name)]
    if len(given) != 1:
        raise section.refuse("monthly", "月值 monthly、年值 yearly、一笔 once、亩数 mu 要填且只能填一个。")
    way, amount = given[0], section.required_amount(given[0])
    received = section.day_or_none("received", latest=on)
    if (way == "once") != (received is not None):
        raise section.refuse("received", "一笔收入 once 要填到账日期，其他写法不填。")
    crop = section.text("crop")
    if (way == "mu") != bool(crop):
        raise section.refuse("crop", "按亩数计算的要填作物名称，其他写法不填。")
    item = section.required_code("item", IncomeItem)
    if way == "mu" and item is not IncomeItem.CROPS:
        raise section.refuse("item", "按亩数计算的只能是“种植”。")
    entered = {"yearly": Entered.YEARLY, "once": Entered.ONCE}.get(way, Entered.MONTHLY)
    return IncomeLine(
        item=item,
        amount=Decimal(0) if way == "mu" else amount,
        entered=entered,
        member=_known_member(section, "member", names),
        cost=section.amount("cost"),
        received=received,
        mu=amount if way == "mu" else None,
        crop=crop,
    )


def _property(section: Section, names: frozenset[str]) -> PropertyLine:
    exemption, reason, evidence, decision = Exemption.NONE, "", "", ""
    inner = section.section("exemption")
    if inner is not None:
        exemption = inner.required_code("code", Exemption)
        reason, evidence, decision = inner.text("reason"), inner.text("evidence"), inner.text("decision")
        inner.finish()
    return PropertyLine(
        kind=section.required_code("kind", PropertyKind),
        value=section.amount("value"),
        name=section.text("name"),
        member=_known_member(section, "member", names),
        area=section.amount("area"),
        exemption=exemption,
        reason=reason,
        evidence=evidence,
        decision=decision,
    )


def _expense(section: Section, names: frozenset[str]) -> ExpenseLine:
    line = ExpenseLine(
        kind=section.required_code("kind", ExpenseKind),
        amount=section.required_amount("amount"),
        reimbursed=section.amount("reimbursed"),
        public_fee=section.amount_or_none("public_fee"),
        member=_known_member(section, "member", names),
    )
    # How many receipts lie with it is for who looks at them, not for the amount.
    section.ignore("receipts")
    if line.reimbursed > line.amount:
        raise section.refuse("reimbursed", "报销和补助不能多于支出金额。")
    return line


def _bearer(section: Section, names: frozenset[str], on: date) -> DutyBearerFacts:
    kind, level = _disability(section)
    supported = section.integer("supported", 1, 1, 50)
    return DutyBearerFacts(
        name=section.required_text("name"),
        relation=section.text("relation"),
        member=_known_member(section, "member", names),
        birth_date=section.day_or_none("birth", latest=on),
        category=section.code("category", DutyCategory, DutyCategory.NONE),
        disability=kind,
        disability_level=level,
        yearly_income=section.amount_or_none("yearly_income"),
        property_ok=section.flag("property_ok"),
        incapacitated=section.flag("incapacitated"),
        missing=section.flag("missing"),
        imprisoned=section.flag("imprisoned"),
        other_reason=section.text("other_reason"),
        no_duty_reason=section.text("no_duty_reason"),
        monthly_per_capita=section.amount_or_none("monthly_per_capita"),
        supported=supported,
        supports_here=section.integer("supports_here", 1, 1, supported),
        agreed_monthly=section.amount_or_none("agreed_monthly"),
        exempt_reason=section.text("exempt_reason"),
    )


def _relief(section: Section | None) -> ReliefFacts | None:
    if section is None:
        return None
    relief = ReliefFacts(
        situation=section.required_code("situation", Situation),
        persons=section.integer("persons", 1, 1, 50) if section.has("persons") else None,
        times=section.integer("times", 0, 0, 100),
        proposed=section.amount_or_none("proposed"),
        meeting=section.text("meeting"),
        recognised=section.flag("recognised"),
    )
    section.finish()
    return relief


def _parameters(section: Section | None) -> PolicyParameters:
    """Check every parameter at once, so that a mistake is named although no rule would have asked for it."""
    if section is None:
        return PolicyParameters({})
    for known in KEYS:
        section.ignore(known)
    section.finish()
    values = {key: "" if value in ("~", "null") else value for key, value in section.raw().items()}
    for key, value in values.items():
        typed_value(key, value)
    return PolicyParameters(values)
