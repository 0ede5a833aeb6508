"""The registers of 特困照料: what is kept about each person, and about institutions and caregivers."""
# requirements: D01, D02, D04, D05, D06, D07, D08, D10, D11, D14, D15

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from cases.documents import care as papers
from cases.forms import care as forms
from cases.forms import care_filters as filters
from cases.models import (
    CareAgreement,
    CareAssessment,
    Caregiver,
    CareVisit,
    CareWish,
    CertificateReview,
    Institution,
    MedicalContract,
    NursingInsurance,
    OrphanTag,
    Person,
    ReportedChange,
    Residence,
    SupportCertificate,
)
from cases.models.choices import CareLevel, choices
from cases.services import agreements, care, certificates, medical, residences, visits
from salvation.registers.register import About, Register, never
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.pages.forms import Section
from salvation.web.pages.records import Link

GROUP = "特困照料"
ABOUT = About(
    Person, care.placed, "cases:care_people", lambda person: reverse("cases:care_person", args=[person.pk]),
    lambda record: record.person,
)  # fmt: skip
# Children on an allowance of their own are not on 特困: anybody known may be one.
OF_ANYBODY = replace(ABOUT, start="cases:people")
LEVELS: dict[str | None, str] = {**dict(choices(CareLevel)), None: "未评定"}
RELATED = ("unit", "village", "person")
WHO = Column("person", "姓名", Kind.NAME, value="person.name", priority=1, link=True)
WHERE = (
    Column("unit", "受理单位", value="unit.name", sort="unit__sort"),
    Column("village", "村（社区）", value="village.name"),
)
RANGE = {
    "VALID": State("有效", "good"), "SOON": State("30天内到期", "wait"), "COMING": State("未开始", "plain"),
    "ENDED": State("已到期", "ended"),
}  # fmt: skip


def shown(field: str) -> Callable[[Any], str]:
    """The words of a choice."""
    return lambda record: str(getattr(record, f"get_{field}_display")())


def ranged(record: Any) -> str:
    """How a record with first and last day stands today."""
    today: date = timezone.localdate()
    if record.from_on > today:
        return "COMING"
    if record.until_on < today:
        return "ENDED"
    return "SOON" if record.until_on <= today + timedelta(days=30) else "VALID"


def assessment_links(record: Any) -> Sequence[Link]:
    """To the change order an assessment brought, or back to the application it was made for."""
    found = care.applying(record.person).first()
    back = [Link("特困申请", reverse("cases:application", args=[found.pk]))] if found else []
    return [*order_links(record), *back]


def order_links(record: Any) -> Sequence[Link]:
    """To the change order a record brought."""
    return [Link("变更单", reverse("cases:change", args=[record.order_id]))] if record.order_id else []


ASSESSED = {"VALID": State("有效", "good"), "LATE": State("已过期", "bad")}
ASSESSMENTS = Register(
    "care-assessments", "自理能力评定", CareAssessment, forms.AssessmentForm,
    Table("care-assessments", "生活自理能力评定", (
        WHO,
        Column("level", "等级", value=shown("level"), priority=2, width=24),
        Column("assessed_on", "评定日期", Kind.DATE, sort="assessed_on", priority=3),
        Column("next_on", "下次评定", Kind.DATE, sort="next_on", definition="评定日期加有效期（参数）"),
        Column("state", "状态", Kind.STATE, states=ASSESSED,
               value=lambda r: "VALID" if r.next_on > timezone.localdate() else "LATE"),
        Column("cause", "事由", value=shown("cause")),
        Column("lost", "未达标项", Kind.COUNT, value=lambda r: len(r.lost)),
        Column("body", "评估机构", value=lambda r: r.organisation or r.get_body_display()),
        Column("order", "变更单", value=lambda r: r.order.no if r.order else "", optional=True),
        *WHERE,
    )),
    view="case.view", edit="change.create", filters=filters.AssessmentFilter, sort="-assessed_on",
    related=(*RELATED, "order"), details=papers.assessment_facts, files=(("photos", "评定照片"),), group=GROUP,
    icon="check", order=20, about=ABOUT, seat="village", save=care.save_assessment, editable=never,
    links=assessment_links, paper=papers.assessment_paper,
    sections=(
        Section("评定", ("cause", "assessed_on", "lost")),
        Section("评估人", ("assessors", "body", "organisation"), "不少于2人，可以委托第三方"),
        Section("情况和照片", ("note", "photos")),
    ),
    empty=("没有符合条件的评定", "在“照料对象”中选人登记"),
    lead_in="六项指标全部达到为具备自理能力，1至3项不达为部分丧失，4项以上为完全丧失；等级有变化的自动登记变更单，次月生效。",
)  # fmt: skip
REPORTED = {"DONE": State("已复核", "good"), "OPEN": State("待复核", "wait"), "LATE": State("逾期", "bad")}
REPORTS = Register(
    "care-reports", "能力变化报告", ReportedChange, forms.ReportForm,
    Table("care-reports", "自理能力变化报告", (
        WHO,
        Column("reported_on", "报告日期", Kind.DATE, sort="reported_on", priority=3),
        Column("what", "变化情况", width=36),
        Column("due_on", "复核期限", Kind.DATE, sort="due_on", definition="报告后10个工作日（参数）"),
        Column("state", "复核", Kind.STATE, states=REPORTED, priority=2,
               value=lambda r: "DONE" if r.assessment_id else "LATE" if r.due_on < timezone.localdate() else "OPEN"),
        Column("reporter", "报告人"),
        *WHERE,
    )),
    view="case.view", edit="case.survey", filters=filters.ReportFilter, sort="-reported_on", related=RELATED,
    group=GROUP, icon="edit", order=22, about=ABOUT, seat="village", save=care.save_report, editable=never,
    empty=("没有变化报告", "在“照料对象”中选人登记"),
)  # fmt: skip
WISHED = {
    "WAITING": State("排队等候", "wait"), "MET": State("已入住", "good"), "NOTED": State("已登记", "plain"),
    "ENDED": State("已撤回或更新", "ended"),
}  # fmt: skip


def wish_state(record: Any) -> str:
    """Asked of the residences, never stored."""
    if record.ended_on:
        return "ENDED"
    if record.wish == CareWish.Wish.DISPERSED:
        return "NOTED"
    return "MET" if record.lives else "WAITING"


WISHES = Register(
    "care-wishes", "供养意愿", CareWish, forms.WishForm,
    Table("care-wishes", "供养意愿登记", (
        WHO,
        Column("wish", "意愿", value=shown("wish"), priority=2),
        Column("level", "自理等级", value=lambda r: LEVELS[r.level], sort="rank", definition="失能、半失能的排在前面"),
        Column("registered_on", "登记日期", Kind.DATE, sort="registered_on", priority=3),
        Column("state", "安排", Kind.STATE, value=wish_state, states=WISHED),
        Column("waited", "等候天数", Kind.COUNT, definition="排队等候的，从登记日起",
               value=lambda r: (timezone.localdate() - r.registered_on).days if wish_state(r) == "WAITING" else None),
        Column("said_by", "表达人"),
        *WHERE,
    )),
    view="case.view", edit="case.survey", filters=filters.WishFilter, sort="rank", related=RELATED,
    enrich=lambda rows: residences.ranked(rows, timezone.localdate()),
    group=GROUP, icon="file", order=30, about=ABOUT, seat="village", save=care.save_wish,
    edit_form=forms.WithdrawForm, edit_label="撤回", editable=lambda record: record.ended_on is None,
    empty=("没有符合条件的意愿", "在“照料对象”中选人登记"),
    lead_in="有集中供养意愿的，失能、半失能优先安排；等候超过规定天数的列入“等候超期”。",
)  # fmt: skip


def occupied(rows: Any) -> Any:
    """Institutions with who lives there today."""
    today = timezone.localdate()
    now = Q(residences__from_on__lte=today) & (
        Q(residences__until_on__isnull=True) | Q(residences__until_on__gte=today)
    )
    return rows.annotate(living=Count("residences", filter=now))


def caring(rows: Any) -> Any:
    """Caregivers with how many people they look after today."""
    today = timezone.localdate()
    now = Q(agreements__from_on__lte=today, agreements__until_on__gte=today)
    return rows.annotate(cared=Count("agreements", filter=now))


INSTITUTIONS = Register(
    "institutions", "供养机构", Institution, forms.InstitutionForm,
    Table("institutions", "供养服务机构", (
        Column("name", "机构名称", priority=1, link=True, sort="name", width=28),
        Column("kind", "类型", value=shown("kind"), priority=2),
        Column("unit", "主管单位", value="unit.name", sort="unit__sort"),
        Column("beds", "床位", Kind.COUNT, sort="beds"),
        Column("living", "在院", Kind.COUNT, priority=3, definition="今天在院人数",
               value=lambda r: r.living),
        Column("legal_person", "法定代表人"),
        Column("address", "地址", optional=True),
        Column("account", "对公账号", Kind.ACCOUNT, optional=True),
        Column("closed_on", "停用日期", Kind.DATE, optional=True),
    )),
    view="case.view", edit="register.edit", sort="name", related=("unit", "county"), details=papers.institution_facts,
    group=GROUP, icon="home", order=40, save=residences.save_institution, enrich=occupied,
    links=lambda r: [Link("在院名册", reverse("registers:list", kwargs={"code": "residences"}) + f"?state=now&home={r.name}")],
    sections=(
        Section("机构", ("name", "kind", "credit_code", "legal_person", "address", "beds")),
        Section("账户", ("bank", "account_name", "account_number"), "集中供养资金统一付到机构账户"),
    ),
    empty=("还没有供养机构", "点“新增”登记第一家"),
)  # fmt: skip
LIVES = {"NOW": State("在院", "good"), "LEFT": State("已退住", "ended")}
RESIDENCES = Register(
    "residences", "在院登记", Residence, forms.MoveInForm,
    Table("residences", "在院名册", (
        WHO,
        Column("institution", "机构", value="institution.name", priority=2, width=28),
        Column("bed", "床位号", Kind.COUNT, sort="bed"),
        Column("from_on", "入住日期", Kind.DATE, sort="from_on", priority=3),
        Column("until_on", "退住日期", Kind.DATE, sort="until_on"),
        Column("state", "状态", Kind.STATE, states=LIVES,
               value=lambda r: "LEFT" if r.until_on and r.until_on < timezone.localdate() else "NOW"),
        Column("leaving", "退住原因", value=shown("leaving")),
        *WHERE,
    )),
    view="case.view", edit="change.create", filters=filters.ResidenceFilter, sort="-from_on",
    related=(*RELATED, "institution", "order"), group=GROUP, icon="people", order=42, about=ABOUT, seat="village",
    save=residences.save_residence, edit_form=forms.MoveOutForm, edit_label="登记退住",
    editable=lambda record: record.until_on is None, links=order_links,
    empty=("没有符合条件的在院登记", "在“照料对象”中选人登记入住"),
    lead_in="分散供养的入住后自动登记“供养形式”变更单；一人同一时点只能住一家，一床一人。",
)  # fmt: skip
CAREGIVERS = Register(
    "caregivers", "照料护理人", Caregiver, forms.CaregiverForm,
    Table("caregivers", "照料护理人", (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("phone", "联系电话", Kind.PHONE, priority=3),
        Column("health", "健康状况", value=shown("health")),
        Column("cared", "现照料人数", Kind.COUNT, priority=2),
        Column("rating", "考核", value=shown("rating"), sort="rating"),
        Column("rated_on", "考核日期", Kind.DATE, sort="rated_on"),
        Column("unit", "单位", value="unit.name", sort="unit__sort"),
        Column("left_on", "停止照料", Kind.DATE, optional=True),
    )),
    view="case.view", edit="register.edit", sort="name", details=papers.caregiver_facts, group=GROUP, icon="people",
    order=50, enrich=caring, save=agreements.save_caregiver,
    sections=(
        Section("基本情况", ("name", "number", "telephone", "address", "health")),
        Section("账户", ("bank", "account_number")),
        Section("考核", ("rating", "rated_on", "rated_note", "left_on"), "每年考核；不合格的解除协议"),
    ),
    empty=("还没有照料护理人", "点“新增”登记"),
)  # fmt: skip


AGREEMENTS = Register(
    "care-agreements", "照料协议", CareAgreement, forms.AgreementForm,
    Table("care-agreements", "委托照料服务协议", (
        WHO,
        Column("no", "协议编号", sort="no", width=22),
        Column("caregiver", "照料人", Kind.NAME, value="caregiver.name", priority=2),
        Column("state", "状态", Kind.STATE, value=ranged, states=RANGE, priority=3),
        Column("from_on", "起始日期", Kind.DATE, sort="from_on"),
        Column("until_on", "终止日期", Kind.DATE, sort="until_on"),
        Column("pay", "月报酬", Kind.MONEY),
        Column("ending", "终止原因", value=shown("ending"), optional=True),
        *WHERE,
    )),
    view="case.view", edit="case.edit", filters=filters.AgreementFilter, sort="-from_on",
    related=(*RELATED, "caregiver"), details=papers.agreement_facts, files=(("signed", "签字协议"),), group=GROUP,
    icon="file", order=52, about=ABOUT, seat="village", save=agreements.save_agreement,
    edit_form=forms.EndAgreementForm, edit_label="提前终止",
    editable=lambda record: record.until_on >= timezone.localdate() and not record.ending,
    paper=papers.agreement_paper,
    sections=(
        Section("三方", ("caregiver", "relation", "party", "guardian")),
        Section("期限和内容", ("signed_on", "from_on", "until_on", "services", "pay")),
        Section("扫描件", ("signed",)),
    ),
    empty=("没有符合条件的协议", "在“照料对象”中选人签订"),
    lead_in="一人同一时点只能有一份有效协议；到期前30天列入“到期提醒”。",
)  # fmt: skip
SEEN = {
    "GOOD": State("正常", "good"), "OPEN": State("异常待处置", "bad"), "DONE": State("异常已处置", "wait"),
}  # fmt: skip
VISITS = Register(
    "care-visits", "探视巡访", CareVisit, forms.VisitForm,
    Table("care-visits", "探视巡访", (
        WHO,
        Column("visited_at", "巡访日期", Kind.DATE, value=lambda r: timezone.localtime(r.visited_at).date(),
               sort="visited_at", priority=3),
        Column("way", "方式", value=shown("way")),
        Column("visitor", "巡访人"),
        Column("org", "所属", value=lambda r: r.org_name or r.get_org_display()),
        Column("state", "情况", Kind.STATE, states=SEEN, priority=2,
               value=lambda r: "GOOD" if not r.abnormal else "DONE" if r.handled_on else "OPEN"),
        Column("goods", "发放物资", value=lambda r: "；".join(r.goods.splitlines())),
        *WHERE,
    )),
    view="case.view", edit="case.survey", filters=filters.VisitFilter, sort="-visited_at", related=RELATED,
    details=papers.visit_facts, files=(("photos", "现场照片"),), group=GROUP, icon="clock", order=60, about=ABOUT,
    seat="village", save=visits.save_visit, edit_form=forms.HandleVisitForm, edit_label="登记处置",
    editable=lambda record: record.abnormal and record.handled_on is None, paper=papers.visit_paper,
    sections=(
        Section("签到", ("visited_at", "way", "visitor", "org", "org_name", "photos")),
        Section("查看", (*(code for code, _ in CareVisit.CHECKS), "findings"), "有问题的写明情况，系统转乡镇处置"),
        Section("物资", ("goods", "goods_signed_by")),
    ),
    empty=("没有符合条件的巡访", "在“照料对象”中选人登记"),
)  # fmt: skip
CONTRACTS = Register(
    "medical-contracts", "医疗签约", MedicalContract, forms.ContractForm,
    Table("medical-contracts", "定点医疗签约", (
        WHO,
        Column("kind", "类型", value=shown("kind"), priority=2, width=22),
        Column("hospital", "医院"),
        Column("disease", "病种", value=shown("disease")),
        Column("state", "状态", Kind.STATE, value=ranged, states=RANGE, priority=3),
        Column("from_on", "起始日期", Kind.DATE, sort="from_on"),
        Column("until_on", "终止日期", Kind.DATE, sort="until_on"),
        *WHERE,
    )),
    view="case.view", edit="change.create", filters=filters.ContractFilter, sort="-from_on", related=RELATED,
    files=(("signed", "签约书"),), group=GROUP, icon="file", order=70, about=ABOUT, seat="village",
    save=medical.save_contract, edit_form=forms.ContractEndForm, edit_label="改终止日期",
    editable=lambda record: record.until_on >= timezone.localdate(),
    empty=("没有符合条件的签约", "在“照料对象”中选人登记"),
)  # fmt: skip
INSURANCE = Register(
    "nursing-insurance", "住院护理保险", NursingInsurance, forms.InsuranceForm,
    Table("nursing-insurance", "住院护理保险", (
        WHO,
        Column("year", "年度", value=lambda r: str(r.year), sort="year", priority=2),
        Column("insurer", "承保机构"),
        Column("premium", "保费", Kind.MONEY),
        Column("insured", "保额", Kind.MONEY),
        Column("claimed_on", "出险日期", Kind.DATE, sort="claimed_on"),
        Column("claim", "理赔金额", Kind.MONEY, priority=3),
        Column("carer", "护工", optional=True),
        *WHERE,
    )),
    view="case.view", edit="change.create", filters=filters.YearFilter, sort="-year", related=RELATED, group=GROUP,
    icon="money", order=72, about=ABOUT, seat="village", save=medical.save_insurance, edit_form=forms.ClaimForm,
    edit_label="登记理赔", empty=("没有符合条件的参保", "在“照料对象”中选人登记"),
)  # fmt: skip
HELD = {"HELD": State("有效", "good"), "COLLECTED": State("已收回", "ended")}
CERTIFICATES = Register(
    "care-certificates", "供养证", SupportCertificate, forms.CertificateForm,
    Table("care-certificates", "特困救助供养证", (
        WHO,
        Column("no", "供养证号", sort="no", priority=2, width=22),
        Column("issued_on", "发证日期", Kind.DATE, sort="issued_on"),
        Column("state", "状态", Kind.STATE, states=HELD, priority=3,
               value=lambda r: "COLLECTED" if r.collected_on else "HELD"),
        Column("collected_on", "收回日期", Kind.DATE, sort="collected_on"),
        Column("collected", "收回原因", value=shown("collected")),
        *WHERE,
    )),
    view="case.view", edit="change.create", filters=filters.HeldFilter, sort="-issued_on", related=RELATED,
    details=papers.certificate_facts, group=GROUP, icon="book", order=80, about=ABOUT, seat="village",
    save=certificates.save_certificate, edit_form=forms.CollectForm, edit_label="收回",
    editable=lambda record: record.collected_on is None, paper=papers.certificate_paper,
    empty=("没有符合条件的供养证", "在“照料对象”中选人发证"),
)  # fmt: skip
REVIEWS = Register(
    "certificate-reviews", "供养证年审", CertificateReview, forms.StampForm,
    Table("certificate-reviews", "供养证年审", (
        WHO,
        Column("year", "年度", value=lambda r: str(r.year), sort="year", priority=2),
        Column("no", "供养证号", value="certificate.no", width=22),
        Column("reviewed_on", "年审日期", Kind.DATE, sort="reviewed_on"),
        Column("outcome", "结论", value=shown("outcome"), priority=3),
        Column("reviewer", "年审人"),
        *WHERE,
    )),
    view="case.view", edit="change.create", filters=filters.YearFilter, sort="-year",
    related=(*RELATED, "certificate"), group=GROUP, icon="check", order=82, about=ABOUT, seat="village",
    save=certificates.save_review, editable=never, empty=("没有符合条件的年审", "在“照料对象”中选人登记"),
)  # fmt: skip
ORPHANS = Register(
    "orphan-tags", "孤儿标签", OrphanTag, forms.OrphanForm,
    Table("orphan-tags", "孤儿、事实无人抚养儿童", (
        WHO,
        Column("kind", "类别", value=shown("kind"), priority=2),
        Column("recognised_on", "认定日期", Kind.DATE, sort="recognised_on", priority=3),
        Column("ended_on", "终止日期", Kind.DATE, sort="ended_on"),
        *WHERE,
    )),
    view="case.view", edit="change.create", filters=filters.PersonFilter, sort="-recognised_on", related=RELATED,
    group=GROUP, icon="people", order=90, about=OF_ANYBODY, seat="village", save=care.save_orphan,
    edit_form=forms.OrphanEndForm, edit_label="登记终止", editable=lambda record: record.ended_on is None,
    empty=("没有登记", "在人员页面点“照料档案”登记"),
    lead_in="孤儿、事实无人抚养儿童保障与特困供养只能选一种（特困人员认定办法第9条）。",
)  # fmt: skip
# In the order of a person's page.
OF_PERSON = (
    ASSESSMENTS, REPORTS, WISHES, RESIDENCES, AGREEMENTS, VISITS, CONTRACTS, INSURANCE, CERTIFICATES, REVIEWS, ORPHANS,
)  # fmt: skip
ALL = (*OF_PERSON, INSTITUTIONS, CAREGIVERS)
