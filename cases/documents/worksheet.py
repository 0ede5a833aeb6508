"""家庭经济状况核算表: a kept means test on paper, line by line as it was judged, never judged again (4.11)."""
# requirements: B08

from collections.abc import Iterator, Mapping
from typing import Any

from cases.documents.facts import day, full_name, masked_id, parts_of
from cases.models import Assessment, Member
from cases.rules.codes import UpliftKind
from salvation.documents.official import Cell, Grid, Level, Line, Paper, Part
from salvation.domain.money import in_capitals
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.vault import facts as sealed_facts

UPLIFTS = {kind.value: kind.label for kind in UpliftKind}
SIZE = 9


def worksheet(assessment: Assessment, *, issuer: str, trace: str = "") -> Paper:
    """The sheet of one assessment, from what was kept with it."""
    result = sealed_facts.load(assessment.result)
    people = people_of(assessment)
    return Paper(
        title="家庭经济状况核算表",
        addressee="",
        body=tuple(_parts(assessment, result, people)),
        issuer=issuer,
        dated=assessment.on,
        number=assessment.application.no if assessment.application else f"复核 {assessment.household.no}",
        plain=True,
        trace=trace,
        mark="待县局确认参数" if assessment.unconfirmed else "",
    )


def people_of(assessment: Assessment) -> dict[str, Member]:
    """The household's members by person, those who left since too: they were judged."""
    rows = Member.objects.filter(household=assessment.household_id).select_related("person")
    return {str(member.person_id): member for member in rows}


def _parts(assessment: Assessment, result: Mapping[str, Any], people: Mapping[str, Member]) -> Iterator[Part]:
    yield _head(assessment, result)
    yield Line("一、计算过程", Level.H1)
    yield _working(result)
    if result["members"]:
        yield Line("二、分配到人", Level.H1)
        yield _shares(assessment, result, people)
    if result["failed"]:
        yield Line("不符合的条件", Level.H1)
        yield _failures(result)
    for warning in result["warnings"]:
        yield Line(f"提示：{warning['message']}")
    yield Line("附：所用参数", Level.H1)
    yield _parameters(assessment)
    yield _signatures()


def _head(assessment: Assessment, result: Mapping[str, Any]) -> Grid:
    household = assessment.household
    applicant = assessment.application.applicant if assessment.application else household.head
    second = ("照料护理", assessment.care) if assessment.care else ("分类施保", assessment.uplift)
    verdict = "符合" if assessment.eligible else "不符合"
    standard = f"{assessment.standard:,.2f}" if assessment.standard is not None else "—"
    return Grid(
        (),
        (
            ("申请人", applicant.name, "身份证号", masked_id(applicant), "户编号", household.no),
            ("类别", full_name(assessment.program), "村（社区）", household.village.name, "核算日期", day(assessment.on) or ""),
            ("家庭人口", f"{assessment.people}人", "年收入（元）", f"{assessment.annual_income:,.2f}", "月人均收入（元）",
             f"{assessment.per_capita:,.2f}"),
            ("保障标准\n（元/月）", standard, "补差\n（基本生活）", f"{assessment.base:,.2f}", second[0], f"{second[1]:,.2f}"),
            ("结论", Cell(verdict, bold=True), "月应发合计\n（元）",
             Cell(f"{assessment.total:,.2f}（{in_capitals(assessment.total)}）", span=3, bold=True)),
        ),
        widths=(3, 6, 4, 6, 4, 4), size=SIZE,
    )  # fmt: skip


def _working(result: Mapping[str, Any]) -> Grid:
    rows = tuple(
        (
            line["label"],
            line["formula"],
            f"{float(line['amount']):,.2f}" if line["amount"] else "",
            line["article"],
        )
        for line in result["working"]
    )
    names = ("步骤", "计算过程", "金额（元）", "依据")
    empty = (("—", "没有计算：前提条件不符合", "", ""),)
    return Grid(
        names, rows or empty, widths=(5, 12, 4, 6), aligns=("left", "left", "right", "left"), size=SIZE
    )  # fmt: skip


def _shares(assessment: Assessment, result: Mapping[str, Any], people: Mapping[str, Member]) -> Grid:
    first, second = parts_of(assessment.program)
    rows = []
    for share in result["members"]:
        member = people.get(share["member"])
        kinds = "、".join(UPLIFTS.get(kind, kind) for kind in share["uplift_kinds"]) or "—"
        rows.append(
            (member.person.name if member else "已离户", member.get_relation_display() if member else "",
             share["base"], share["uplift"], kinds)
        )  # fmt: skip
    rows.append(("合计", "", str(assessment.base), str(assessment.uplift + assessment.care), ""))
    names = ("成员", "与户主关系", f"{first}（元）", f"{second}（元）", "类别")
    aligns = ("center", "center", "right", "right", "center")
    return Grid(names, tuple(rows), widths=(4, 4, 5, 5, 6), aligns=aligns, size=SIZE)


def _failures(result: Mapping[str, Any]) -> Grid:
    rows = tuple(
        (failure["condition"], failure["message"], failure["gap"] or "—", failure["article"])
        for failure in result["failed"]
    )
    aligns = ("left", "left", "right", "left")
    return Grid(("条件", "情况", "相差（元）", "依据"), rows, widths=(4, 12, 4, 6), aligns=aligns, size=SIZE)


def _parameters(assessment: Assessment) -> Grid:
    """Each parameter with the value and basis of the version that was used; versions are never changed."""
    used = assessment.parameters
    ids = [int(version) for version in used.values() if str(version).isdigit() and int(version)]
    versions = {str(found.pk): found for found in ParameterVersion.objects.filter(pk__in=ids)}
    rows = []
    for key, number in sorted(used.items()):
        declared, version = PARAMETERS.get(key), versions.get(str(number))
        if declared is None:
            continue
        value = declared.shown(version.value if version else declared.default)
        basis = (
            f"{version.basis}（{version.valid_from:%Y-%m-%d}起）"
            if version
            else f"系统默认：{declared.basis}"
        )
        rows.append((declared.label, value, basis, str(number or "—")))
    aligns = ("left", "left", "left", "center")
    return Grid(
        ("参数", "取值", "依据", "版本"), tuple(rows), widths=(8, 6, 10, 2), aligns=aligns, size=SIZE
    )  # fmt: skip


def _signatures() -> Grid:
    cells = ("核算人", "", "复核人", "", "负责人", "", "申请人\n（代理人）", "")
    return Grid((), (cells,), widths=(3, 4, 3, 4, 3, 4, 4, 4), size=10.5, height=15)
