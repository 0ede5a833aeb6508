"""认定书 of 低保边缘 and 支出型（刚性支出）困难 households: recognition is what they get, so its paper shows it (B30)."""
# requirements: B30

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.agreed import program_of
from cases.documents.applications import about, appeals, in_state
from cases.documents.facts import (
    APPLICATION_FACTS,
    UNPAID,
    day,
    deciding_unit,
    full_name,
    law,
    masked_id,
    month,
    month_before,
)
from cases.models.choices import Program
from salvation.documents.declared import Fact, Kind
from salvation.documents.official import Grid, Line, Part
from salvation.vault import facts as sealed_facts

SPENDING = "刚性支出总额"


def recognised(application: Any) -> str | None:
    """Only a recognition has this paper, once it is confirmed."""
    if program_of(application) not in UNPAID:
        return "只用于低保边缘、刚性支出困难家庭认定"
    return in_state("CONFIRMED", otherwise="确认同意后出具")(application)


def kind_of(application: Any) -> str:
    """What the family is recognised as."""
    return full_name(program_of(application)).removesuffix("认定")


def until(application: Any) -> str | None:
    benefit = application.benefit
    if benefit is None:
        return None
    return f"起至{month_before(benefit.stop_month)}止" if benefit.stop_month else "起长期有效，按规定定期核查"


def figures(application: Any, given: Mapping[str, Any]) -> list[Part]:
    """Income by head, and for 支出型 the share that necessary spending has of the income."""
    found = application.assessment
    if found is None:
        return []
    said = f"经核算，家庭年收入{found.annual_income:,.2f}元，月人均收入{found.per_capita:,.2f}元"
    spent = spending(application)
    if spent is not None and found.annual_income:
        said += f"，认定刚性支出{spent:,.2f}元，占家庭年收入的{spent / found.annual_income * 100:.1f}%"
    elif spent is not None:
        said += f"，认定刚性支出{spent:,.2f}元"
    return [Line(f"{said}。")]


def spending(application: Any) -> Decimal | None:
    """The necessary spending the means test recognised, yuan a year; None for 低保边缘."""
    if program_of(application) != Program.RIGID_EXPENSE:
        return None
    working = sealed_facts.load(application.assessment.result)["working"]
    return next(
        (Decimal(line["amount"]) for line in working if line["label"] == SPENDING and line["amount"]), None
    )


def members(application: Any, given: Mapping[str, Any]) -> list[Part]:
    """Who is recognised: whoever the benefit covers."""
    benefit = application.benefit
    term = benefit.terms.order_by("months").first() if benefit else None
    if term is None:
        return []
    covered = term.covered.select_related("person").order_by("pk")
    rows = tuple(
        (str(number), row.person.name, masked_id(row.person)) for number, row in enumerate(covered, start=1)
    )
    return [Grid(("序号", "姓名", "身份证号"), rows, widths=(2, 6, 10), aligns=("center", "left", "left"))]


def use(application: Any, given: Mapping[str, Any]) -> list[Part]:
    return [
        Line("凭本认定书可以申请医疗、教育、住房、就业等专项救助；不发放基本生活救助金。"),
        Line("有效期满前三个月起可以重新提出申请，已提交且仍有效的材料不再重复提交；家庭人口、收入、财产有变化的，应当及时告知受理单位。"),
    ]  # fmt: skip


RECOGNITION = Kind(
    code="recognition",
    title="低收入家庭认定书",
    heading=lambda a: f"{kind_of(a)}认定书",
    subject="cases.application",
    sign="救认",
    basis="最低生活保障审核确认办法第8条；刚性支出困难家庭认定办法第10条",
    may=recognised,
    facts=(
        *APPLICATION_FACTS,
        Fact("decided", "决定日期", lambda a: day(a.decided_on)),
        Fact("kind", "认定类别", lambda a: kind_of(a) if a.assessment else None, "先核算"),
        Fact("law", "依据", lambda a: law(a.program, 8, None)),
        Fact(
            "from", "认定起始月", lambda a: month(a.benefit.first_month) if a.benefit else None, "确认后产生"
        ),
        Fact("until", "有效期", until, "确认后产生"),
    ),
    body=(
        Line("你（户）于{applied}提出的{program}申请（受理号{no}），根据{law}，于{decided}认定为{kind}。"),
        figures,
        Line("认定有效期自{from}{until}。认定人员："),
        members,
        use,
        appeals,
    ),
    issuer=deciding_unit,
    dated=lambda a: a.decided_on or timezone.localdate(),
    about=about,
)
ALL = (RECOGNITION,)
