"""Sheets that are filled in by hand on the way of an application: 入户调查表, 民主评议记录表, 核对授权书."""
# requirements: B08, B11

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from cases.documents.facts import APPLICATION_FACTS, L57, day, full_name, masked_id
from salvation.documents.declared import Fact, Kind
from salvation.documents.official import Break, Cell, Grid, Line, Part
from salvation.domain.ages import age

SUBJECT = "cases.application"
CONDITIONS = (
    ("住房", "结构　　　　面积　　　　平方米　　□自有　□租住　□借住　□危房"),
    ("家电家具", "主要物品及价值："),
    ("车辆、农机", "□无　□有：类型　　　　用途　　　　现值"),
    ("土地、养殖", "承包地　　亩　　种植　　　　养殖"),
    ("务工经营", "谁、在何处、做什么、月收入："),
    ("重大支出", "□医疗　□教育　□残疾康复　□其他：　　　　自负金额"),
    ("义务人情况", "姓名、关系、住址、能否履行："),
    ("邻里走访", "走访人及反映："),
)
SIGNED = Grid(
    (),
    (
        (Cell("调查人\n（乡镇）"), "", Cell("调查人\n（村、社区）"), "", Cell("家庭成员\n签字"), ""),
        (Cell("调查日期"), "", Cell("审核人"), "", Cell("照片"), "　　　张"),
    ),
    widths=(4, 6, 4, 6, 4, 6),
    size=10.5,
    height=12,
)


def in_hand(application: Any) -> str | None:
    """From acceptance until the decision."""
    open_states = {"ACCEPTED", "SURVEYING", "TOWN_REVIEW", "OBJECTION", "COUNTY_REVIEW", "TOWN_CONFIRM"}
    return None if application.state in open_states else "受理之后、决定之前打印"


def before_acceptance(application: Any) -> str | None:
    early = {"DRAFT", "SUBMITTED", "CORRECTING", "ACCEPTED", "SURVEYING"}
    return None if application.state in early else "受理前后打印"


def members(application: Any) -> list[Any]:
    rows = application.household.members.filter(left_on__isnull=True).select_related("person")
    return list(rows)


def head(application: Any, given: Mapping[str, Any]) -> list[Part]:
    """Who it is about, known already."""
    household = application.household
    place = f"{application.village}{household.group_name}{household.address}"
    kind = full_name(application.program) + ("（单人保）" if application.is_single else "")
    grid = Grid(
        (),
        (
            ("申请人", application.applicant.name, "受理号", application.no),
            ("申请类别", kind, "家庭人口", f"{len(members(application))}人"),
            ("住址", Cell(place, span=3, align="left")),
        ),
        widths=(3, 7, 3, 7), size=10.5, height=9,
    )  # fmt: skip
    return [grid]


def roll(application: Any, given: Mapping[str, Any]) -> list[Part]:
    """The members as registered; what is seen on the spot goes beside."""
    today = timezone.localdate()
    rows = []
    for member in members(application):
        person = member.person
        years = str(age(person.birth_date, today)) if person.birth_date else ""
        rows.append((person.name, member.get_relation_display(), years, person.get_labour_display(), "", ""))
    rows += [("", "", "", "", "", "")] * max(0, 4 - len(rows))
    names = ("姓名", "与户主关系", "年龄", "劳动能力", "健康、就业、就学", "月收入（元）")
    return [Grid(names, tuple(rows), widths=(4, 4, 2, 4, 6, 4), size=10.5, height=8)]


def observed(application: Any, given: Mapping[str, Any]) -> list[Part]:
    rows = tuple((name, Cell(hint, align="left")) for name, hint in CONDITIONS)
    end = (
        ("调查情况\n与申报是否\n一致", Cell("", align="left")),
        ("调查意见", Cell("□属实　　□不属实：", align="left")),
    )
    return [Grid((), (*rows, *end), widths=(4, 20), size=10.5, height=12), SIGNED]


def authorised(application: Any, given: Mapping[str, Any]) -> list[Part]:
    rows = tuple(
        (m.person.name, m.get_relation_display(), masked_id(m.person), "", "") for m in members(application)
    )
    note = "不满16周岁的由监护人代签，无书写能力的按手印并由见证人签名。"
    return [
        Grid(("姓名", "与户主关系", "身份证号", "签名（手印）", "日期"), rows, widths=(4, 4, 7, 5, 4), size=10.5, height=12),
        Line(note),
    ]  # fmt: skip


def debated(application: Any, given: Mapping[str, Any]) -> list[Part]:
    meeting = Grid(
        (),
        (
            ("评议时间", "", "评议地点", ""),
            ("主持人", "", "记录人", ""),
            ("应到人数", "", "实到人数", ""),
            ("评议事由", Cell("□情况难以核实　□群众有异议　□其他：", span=3, align="left")),
            ("发言记录", Cell("\n\n\n\n", span=3, align="left")),
            ("评议结果", Cell("认为情况属实　　人，不属实　　人，弃权　　人", span=3, align="left")),
            ("评议意见", Cell("\n", span=3, align="left")),
        ),
        widths=(4, 8, 4, 8), size=10.5, height=10,
    )  # fmt: skip
    seats = tuple(("", "", "", "", "", "") for _ in range(8))
    signatures = Grid(
        ("姓名", "身份", "签名") * 2, seats, widths=(4, 4, 5) * 2, size=10.5, height=9, caption="评议代表签名"
    )
    return [meeting, Break(), signatures]


def form_kind(code: str, title: str, basis: str, may: Any, *body: Any) -> Kind:
    """The parts all sheets share: no number, no addressee, no delivery."""
    return Kind(
        code=code, title=title, subject=SUBJECT, basis=basis, may=may,
        facts=(*APPLICATION_FACTS, Fact("today", "日期", lambda a: day(timezone.localdate()))), body=body,
        issuer=lambda a: a.unit, dated=lambda a: timezone.localdate(), about=lambda a: a.no, addressee="", form=True,
    )  # fmt: skip


SURVEY = form_kind(
    "survey-form", "入户调查表", f"{L57}第15条、第16条；002 L27", in_hand, head, roll, observed
)
DEBATE = form_kind(
    "debate-form", "民主评议记录表", f"{L57}第16条（有争议的民主评议）", in_hand, head, debated
)
AUTHORISATION = form_kind(
    "authorisation-form", "家庭经济状况核对授权书", f"{L57}第10条；002 L29", before_acceptance, head,
    Line("本人及共同生活的家庭成员申请{program}，同意并授权民政部门及其委托的机构，在审核确认和救助期间，"
         "依法查询、核对本人及家庭成员的户籍、收入、财产、支出和赡养（抚养、扶养）等情况；所填报的情况真实、完整，"
         "隐瞒或者虚报的，愿意退回救助金并承担法律责任。"),
    authorised,
)  # fmt: skip
COMMITMENT = form_kind(
    "commitment-form", "诚信承诺书", f"{L57}第10条；002 L29（对象承诺）", before_acceptance, head,
    Line("本人申请{program}，郑重承诺：一、所填报的家庭成员、收入、财产、支出和赡养（抚养、扶养）情况真实、完整，没有隐瞒；"),
    Line("二、家庭情况发生变化的，在三个月内向受理单位报告；三、配合入户调查、信息核对和定期核查；"),
    Line("四、如有虚报、隐瞒、伪造，自愿退回骗取的救助金，接受行政处罚，并记入信用记录。"),
    Line("没有证明材料的收入、财产、支出，由本人据实说明如下："),
    Grid((), ((Cell("", align="left"),), (Cell("", align="left"),), (Cell("", align="left"),)), size=10.5, height=12),
    Grid((), (("承诺人（签名、手印）", "", "代签监护人", ""), ("日期", "", "受理人", "")), widths=(5, 7, 4, 6), size=10.5,
         height=12),
)  # fmt: skip
ALL = (SURVEY, DEBATE, AUTHORISATION, COMMITMENT)
