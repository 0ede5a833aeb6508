"""Papers of 特困照料: 评估表, 委托照料服务协议, 巡访记录, 供养证; and what the record pages show."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from cases.documents.facts import day, masked_id
from cases.models import CareAgreement, CareAssessment, Caregiver, CareVisit, Institution, SupportCertificate
from cases.rules.codes import CareIndicator
from salvation.documents.declared import office_of
from salvation.documents.official import Cell, Grid, Level, Line, Paper, Part
from salvation.domain.ages import age
from salvation.domain.money import in_capitals


def form_grid(rows: tuple[tuple[str | Cell, ...], ...]) -> Grid:
    """Two label–value pairs a line."""
    return Grid((), rows, widths=(4, 7, 4, 7), size=10.5, height=9)


SIGN = "签名（手印）："


def sheet(title: str, record: Any, *body: Part, dated: Any, number: str = "") -> Paper:
    """A form of the township about a person."""
    return Paper(
        title=title,
        addressee="",
        body=body,
        issuer=office_of(record.unit),
        dated=dated,
        number=number,
        plain=True,
    )


def who(record: Any) -> tuple[tuple[str | Cell, ...], ...]:
    person = record.person
    # Beside a masked number no birthday: together they would give the number (12 §12.1 第10条).
    years = f"{age(person.birth_date, timezone.localdate())}周岁" if person.birth_date else ""
    return (
        ("姓名", person.name, "性别", person.get_sex_display()),
        ("年龄", years, "身份证号", masked_id(person)),
        ("住址", Cell(f"{record.unit}{record.village}", span=3, align="left")),
    )


def assessment_facts(record: CareAssessment) -> Mapping[str, Any]:
    lost = set(record.lost)
    return {
        "事由": record.get_cause_display(),
        "评定日期": f"{record.assessed_on:%Y-%m-%d}",
        **{code.label: "不能自主完成" if code.value in lost else "能自主完成" for code in CareIndicator},
        "等级（系统计算）": record.get_level_display(),
        "评估人": "、".join(record.assessors.split()),
        "评估机构": record.organisation or record.get_body_display(),
        "评定情况": record.note,
        "下次评定": f"{record.next_on:%Y-%m-%d}",
        "变更单": record.order.no if record.order else "没有（认定前评定或等级没有变化）",
    }


def assessment_paper(record: CareAssessment) -> Paper:
    """特困人员生活自理能力评估表."""
    lost = set(record.lost)
    items = tuple(
        (code.label, "" if code.value in lost else "√", "√" if code.value in lost else "")
        for code in CareIndicator
    )
    end = (
        ("未达标", f"{len(lost)}项", "评定等级", record.get_level_display()),
        ("评定情况", Cell(record.note or "无", span=3, align="left")),
        (
            "评估机构",
            record.organisation or record.get_body_display(),
            "评定日期",
            day(record.assessed_on) or "",
        ),
        ("评估人\n签名", Cell("、".join(record.assessors.split()), align="left"), "本人（监护人）\n签名", ""),
        ("下次评定", day(record.next_on) or "", "乡镇（街道）\n盖章", ""),
    )
    return sheet(
        "特困人员生活自理能力评估表", record,
        form_grid(who(record)),
        Grid(("指标", "能自主完成", "不能自主完成"), items, widths=(8, 7, 7), size=10.5, height=9),
        form_grid(end),
        Line("六项全部达到的，具备生活自理能力；1至3项不能达到的，部分丧失；4项以上不能达到的，完全丧失（特困人员认定办法第21条、第22条）。"),
        dated=record.assessed_on,
    )  # fmt: skip


def agreement_facts(record: CareAgreement) -> Mapping[str, Any]:
    return {
        "协议编号": record.no,
        "甲方签字人": record.party,
        "照料护理人": record.caregiver.name,
        "与特困人员关系": record.relation,
        "监护人": record.guardian,
        "签订日期": f"{record.signed_on:%Y-%m-%d}",
        "期限": f"{record.from_on:%Y-%m-%d} 至 {record.until_on:%Y-%m-%d}",
        "服务内容": record.services,
        "月报酬": f"{record.pay:,.2f} 元",
        "提前终止原因": record.get_ending_display(),
    }


def agreement_paper(record: CareAgreement) -> Paper:
    """特困人员委托照料服务协议, three parties, three copies."""
    caregiver: Caregiver = record.caregiver
    account = f"{caregiver.bank} {caregiver.account}" if caregiver.account else "另行书面约定"
    parties = Grid(
        (),
        (
            ("甲方（委托方）", Cell(f"{office_of(record.unit)}（代表：{record.party}）", align="left")),
            ("乙方（照料护理人）", Cell(f"{caregiver.name}　身份证号 {caregiver.id_no}　电话 {caregiver.phone}", align="left")),
            ("丙方（特困人员）", Cell(
                f"{record.person.name}　身份证号 {masked_id(record.person)}"
                + (f"　监护人 {record.guardian}" if record.guardian else ""), align="left")),
        ),
        widths=(6, 16), size=10.5, height=9,
    )  # fmt: skip
    signatures = Grid(
        (), (("甲方（盖章）", "乙方（签名、手印）", "丙方或监护人（签名、手印）"), ("\n年　月　日",) * 3),
        widths=(7, 7, 8), size=10.5, height=10,
    )  # fmt: skip
    return sheet(
        "委托照料服务协议", record,
        Line(f"协议编号：{record.no}", align="right"),
        parties,
        Line(f"为落实分散供养特困人员照料服务，经协商一致，甲方委托乙方照料丙方（乙方是丙方的{record.relation}），订立本协议。"),
        Line("一、期限", Level.H1),
        Line(f"自{day(record.from_on)}起至{day(record.until_on)}止。到期前30日内协商续签。"),
        Line("二、服务内容", Level.H1),
        *(Line(line) for line in record.services.splitlines() if line.strip()),
        Line("三、报酬和支付", Level.H1),
        Line(f"每月{record.pay:,.2f}元（大写：{in_capitals(record.pay)}），付至：{account}。"),
        Line("四、权利和义务", Level.H1),
        Line("甲方定期巡访、考核乙方履职情况；乙方应按约定照料，发现丙方患病、走失、遭受侵害的立即报告甲方；"
             "丙方或监护人有权要求更换照料护理人。"),
        Line("五、终止", Level.H1),
        Line("丙方死亡、终止供养、转为集中供养，或者乙方考核不合格、不能履行的，协议终止。"),
        Line("本协议一式三份，三方各执一份，签字盖章后生效。"),
        signatures,
        dated=record.signed_on,
    )  # fmt: skip


def caregiver_facts(record: Caregiver) -> Mapping[str, Any]:
    today = timezone.localdate()
    running = record.agreements.filter(from_on__lte=today, until_on__gte=today).select_related("person")
    return {
        "身份证号": str(record.id_no),
        "联系电话": str(record.phone),
        "住址": record.address,
        "健康状况": record.get_health_display(),
        "开户银行": record.bank,
        "银行账号": str(record.account) if record.account else "",
        "现照料": "、".join(agreement.person.name for agreement in running) or "无",
        "考核": f"{record.get_rating_display()} {record.rated_on:%Y-%m-%d}" if record.rated_on else "未考核",
        "考核情况": record.rated_note,
        "停止照料日期": f"{record.left_on:%Y-%m-%d}" if record.left_on else "",
    }


def institution_facts(record: Institution) -> Mapping[str, Any]:
    return {
        "类型": record.get_kind_display(),
        "主管单位": record.unit.name,
        "统一社会信用代码": record.credit_code,
        "法定代表人": record.legal_person,
        "地址": record.address,
        "床位": f"{record.beds} 张",
        "开户银行": record.bank,
        "账户名称": record.account_name,
        "对公账号": str(record.account) if record.account else "",
        "停用日期": f"{record.closed_on:%Y-%m-%d}" if record.closed_on else "",
    }


def visit_facts(record: CareVisit) -> Mapping[str, Any]:
    return {
        "巡访时间": f"{timezone.localtime(record.visited_at):%Y-%m-%d %H:%M}",
        "方式": record.get_way_display(),
        "巡访人": f"{record.visitor}（{record.org_name or record.get_org_display()}）",
        **{label: getattr(record, f"get_{code}_display")() for code, label in CareVisit.CHECKS},
        "发现的情况和需求": record.findings,
        "发放物资": record.goods,
        "物资签收人": record.goods_signed_by,
        "处置": f"{record.handled_on:%Y-%m-%d} {record.handling}" if record.handled_on else "",
    }


def visit_paper(record: CareVisit) -> Paper:
    """探视巡访记录表, with the goods to be signed for."""
    facts = visit_facts(record)
    rows = (*who(record), *((label, Cell(str(said), span=3, align="left")) for label, said in facts.items()))
    signed = (("巡访人签名", "", "本人（照料人）签名", ""), ("物资签收", Cell(SIGN, span=3, align="left")))
    return sheet(
        "特困人员探视巡访记录表", record, form_grid((*rows, *signed)),
        dated=timezone.localtime(record.visited_at).date(),
    )  # fmt: skip


def certificate_facts(record: SupportCertificate) -> Mapping[str, Any]:
    return {
        "供养证号": record.no,
        "发证日期": f"{record.issued_on:%Y-%m-%d}",
        "年审": "、".join(f"{r.year}年{r.get_outcome_display()}" for r in record.reviews.order_by("year"))
        or "还没有年审",
        "收回": f"{record.collected_on:%Y-%m-%d} {record.get_collected_display()}"
        if record.collected_on
        else "",
    }


def certificate_paper(record: SupportCertificate) -> Paper:
    """特困人员救助供养证 with its yearly stamps."""
    stamps = [
        (str(review.year), review.get_outcome_display(), day(review.reviewed_on) or "", review.reviewer)
        for review in record.reviews.order_by("year")
    ]
    stamps += [("", "", "", "")] * max(0, 8 - len(stamps))
    return sheet(
        "特困人员救助供养证", record,
        Line(f"证号：{record.no}", align="right"),
        form_grid((*who(record), ("发证日期", day(record.issued_on) or "", "发证机关", office_of(record.unit.county or record.unit)))),
        Grid(("年度", "年审结论", "日期", "年审人（章）"), tuple(stamps), widths=(3, 8, 6, 5), size=10.5, height=10, caption="年审记录"),
        Line("本证每年审核一次，不得转借、涂改；终止供养时由发证机关收回。"),
        dated=record.issued_on,
    )  # fmt: skip
