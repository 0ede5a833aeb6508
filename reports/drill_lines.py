"""How the records behind figures are listed: people, households, applications, orders, problems, amounts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from audits.models import RectificationItem
from cases.models import Benefit, Household, KinshipFiling, Person
from salvation.domain.ages import age
from salvation.tables import model as tables
from salvation.tables.model import Column, Table

Kinds = tables.Kind


@dataclass(frozen=True)
class Kind:
    """A list: its table, how records become lines, where a line leads."""

    table: Table
    lines: Callable[[Any], list[Any]]
    url: Callable[[Any], str] | None


def person_lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """People with their household, for sources whose records are covered persons."""
    rows = list(rows)
    people = Person.objects.select_related("village", "unit").in_bulk({row.person_id for row in rows})
    households = Household.objects.select_related("head").in_bulk({row.household_id for row in rows})
    today = timezone.localdate()
    return [_person(people[row.person_id], households[row.household_id], today) for row in rows]


def _person(person: Person, household: Household, today: Any) -> dict[str, Any]:
    return {
        "pk": person.pk,
        "name": person.name,
        "id_no": person.id_no,
        "age": age(person.birth_date, today) if person.birth_date else None,
        "unit": person.unit.name,
        "village": person.village.name,
        "head": household.head.name,
    }


def household_lines(rows: Iterable[Any], counted: QuerySet[Any], path: str) -> list[dict[str, Any]]:
    """One line a household. ``path`` names the household in a record, ``counted`` are all the records."""
    rows = list(rows)
    of = dict(counted.filter(pk__in=[row.pk for row in rows]).values_list("pk", path))
    ids = [of[row.pk] for row in rows]
    found = Household.objects.select_related("head", "village", "handling_unit").in_bulk(ids)
    sizes = Household.objects.filter(pk__in=ids, members__counted=True, members__left_on__isnull=True)
    people = dict(sizes.values("pk").annotate(n=Count("members")).values_list("pk", "n"))
    return [
        {
            "pk": pk,
            "head": found[pk].head.name,
            "no": found[pk].no,
            "id_no": found[pk].head.id_no,
            "people": people.get(pk, 0),
            "unit": found[pk].handling_unit.name,
            "village": found[pk].village.name,
        }
        for pk in ids
    ]


def benefit_lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Monthly amounts, one line a benefit."""
    rows = list(rows)
    related = Benefit.objects.select_related("applicant", "unit", "village")
    found = related.in_bulk({row.benefit_id for row in rows})
    return [
        {
            "pk": row.benefit_id,
            "applicant": found[row.benefit_id].applicant.name,
            "program": found[row.benefit_id].get_program_display(),
            "unit": found[row.benefit_id].unit.name,
            "village": found[row.benefit_id].village.name,
            "base": row.base,
            "uplift": row.uplift,
            "care": row.care,
            "total": row.total,
        }
        for row in rows
    ]


def subject_lines(subjects: QuerySet[Any]) -> Callable[[Iterable[Any]], list[Any]]:
    """Out of ``subjects``, what recorded steps are about: one line a step."""

    def lines(rows: Iterable[Any]) -> list[Any]:
        rows = list(rows)
        found = subjects.in_bulk({row.subject_id for row in rows})
        return [found[row.subject_id] for row in rows if row.subject_id in found]

    return lines


PEOPLE = Table(
    "drill_people",
    "人员",
    (
        Column("name", "姓名", Kinds.NAME, priority=1, link=True),
        Column("id_no", "身份证号", Kinds.ID),
        Column("age", "年龄", Kinds.COUNT),
        Column("head", "户主", Kinds.NAME, priority=3),
        Column("unit", "受理单位"),
        Column("village", "村（社区）", priority=2),
    ),
)
HOUSEHOLDS = Table(
    "drill_households",
    "家庭",
    (
        Column("head", "户主", Kinds.NAME, priority=1, link=True),
        Column("no", "户编号"),
        Column("id_no", "户主身份证号", Kinds.ID),
        Column("people", "家庭人口（人）", Kinds.COUNT, priority=3),
        Column("unit", "受理单位"),
        Column("village", "村（社区）", priority=2),
    ),
)
APPLICATIONS = Table(
    "drill_applications",
    "申请",
    (
        Column("applicant", "申请人", Kinds.NAME, value="applicant.name", priority=1, link=True),
        Column("no", "受理号", priority=2),
        Column("program", "类别", value=lambda row: row.get_program_display(), priority=3),
        Column("decided_on", "决定日期", Kinds.DATE),
    ),
)
ORDERS = Table(
    "drill_orders",
    "变更单",
    (
        Column("applicant", "申请人", Kinds.NAME, value="benefit.applicant.name", priority=1, link=True),
        Column("no", "单号"),
        Column("kind", "类型", value=lambda row: row.get_kind_display(), priority=2),
        Column("old_total", "原月应发（元）", Kinds.MONEY),
        Column("new_total", "新月应发（元）", Kinds.MONEY),
        Column(
            "less", "月减少（元）", Kinds.MONEY, value=lambda row: row.old_total - row.new_total, priority=3
        ),
        Column("effective_month", "生效月", Kinds.MONTH),
    ),
)
ITEMS = Table(
    "drill_items",
    "问题",
    (
        Column("no", "问题编号", priority=1, link=True),
        Column("category", "类别", value=lambda row: row.get_category_display(), priority=2),
        Column("unit", "责任单位", value="unit.name", priority=3),
        Column("deadline", "整改时限", Kinds.DATE),
        Column("state", "状态", value=lambda row: row.get_state_display()),
    ),
)
POPULATION = Table(
    "drill_population",
    "户籍人口",
    (
        Column("unit", "单位", value="unit.name", priority=1),
        Column("year", "年度", priority=2),
        Column("hukou_population", "户籍人口（人）", Kinds.COUNT, priority=3),
        Column("basis", "依据"),
    ),
)
BENEFITS = Table(
    "drill_benefits",
    "月保障金",
    (
        Column("applicant", "申请人", Kinds.NAME, priority=1, link=True),
        Column("program", "类别", priority=2),
        Column("unit", "受理单位"),
        Column("village", "村（社区）"),
        Column("base", "补差（基本生活，元）", Kinds.MONEY),
        Column("uplift", "分类施保（元）", Kinds.MONEY),
        Column("care", "照料护理（元）", Kinds.MONEY),
        Column("total", "月应发（元）", Kinds.MONEY, priority=3),
    ),
)


def _record(name: str) -> Callable[[Any], str]:
    return lambda row: reverse(name, args=[row.pk])


FOUND = Table(
    "drill-found",
    "主动发现",
    (
        Column("name", "姓名", Kinds.NAME, priority=1, link=True),
        Column("hardship", "困难类型", value=lambda d: d.get_hardship_display(), priority=2),
        Column("origin", "来源", value=lambda d: d.get_origin_display()),
        Column("unit", "单位", value="unit.name", priority=3),
        Column("checked_on", "核查日期", Kinds.DATE),
        Column("informed_on", "告知日期", Kinds.DATE),
        Column("outcome", "结论", value=lambda d: d.get_outcome_display()),
    ),
)
LISTED = Table(
    "drill-monitored",
    "三类人员",
    (
        Column("name", "姓名", Kinds.NAME, priority=1, link=True),
        Column("category", "类别", value=lambda row: row.get_category_display(), priority=2),
        Column("unit", "单位", value="unit.name", priority=3),
        Column("helped", "排查", value=lambda row: "已纳入" if row.benefit_id else "已核查"),
        Column(
            "outcome", "结论", value=lambda row: row.discovery.get_outcome_display() if row.discovery else ""
        ),
    ),
)
SPECIALS = Table(
    "drill-specials",
    "一事一议",
    (
        Column("applicant", "申请人", Kinds.NAME, value="application.applicant.name", priority=1, link=True),
        Column("no", "编号", priority=2),
        Column("unit", "申报单位", value="unit.name"),
        Column("state", "结论", value=lambda s: s.get_state_display(), priority=3),
        Column("program", "确定类别", value=lambda s: s.get_program_display()),
        Column("decided_on", "决定日期", Kinds.DATE),
    ),
)
RELIEFS = Table(
    "drill-reliefs",
    "临时救助",
    (
        Column("applicant", "申请人", Kinds.NAME, value="applicant.name", priority=1, link=True),
        Column("no", "受理号", priority=2),
        Column("program", "类型", value=lambda r: r.get_program_display()),
        Column("situation", "情形", value=lambda r: r.get_situation_display()),
        Column("unit", "受理单位", value="unit.name"),
        Column("paid_on", "到账日期", Kinds.DATE),
        Column("amount", "金额（元）", Kinds.MONEY, priority=3),
    ),
)
VISITS = Table(
    "drill-visits",
    "探视巡访",
    (
        Column("name", "姓名", Kinds.NAME, value="person.name", priority=1, link=True),
        Column(
            "visited_on", "巡访日期", Kinds.DATE, value=lambda visit: timezone.localdate(visit.visited_at)
        ),
        Column("way", "方式", value=lambda visit: visit.get_way_display(), priority=2),
        Column("org", "巡访力量", value=lambda visit: visit.get_org_display()),
        Column("unit", "单位", value="unit.name", priority=3),
    ),
)
FILINGS = Table(
    "drill-filings",
    "近亲属备案",
    (
        Column("person", "救助对象", Kinds.NAME, value="person.name", priority=1, link=True),
        Column("staff", "工作人员", Kinds.NAME, value="staff.name", priority=2),
        Column("relation", "关系"),
        Column("unit", "单位", value="unit.name", priority=3),
        Column("filing_no", "备案号"),
        Column("filed_on", "备案日期", Kinds.DATE),
        Column("state", "状态", value=lambda row: row.get_state_display()),
    ),
)
ATTESTATIONS = Table(
    "drill-attestations",
    "村签字报表",
    (
        Column("village", "村（社区）", value="village.name", priority=1, link=True),
        Column("unit", "单位", value="unit.name", priority=2),
        Column("signer", "签字人", Kinds.NAME),
        Column("signed_on", "签字日期", Kinds.DATE, priority=3),
        Column("households", "在保户数", Kinds.COUNT),
        Column("people", "在保人数", Kinds.COUNT),
    ),
)
MEETINGS = Table(
    "drill-meetings",
    "会议",
    (
        Column("title", "名称", priority=1, link=True),
        Column("held_on", "日期", Kinds.DATE, priority=2),
        Column("unit", "单位", value="unit.name", priority=3),
        Column("host", "主持人"),
        Column("attending", "到会", Kinds.COUNT),
    ),
)
FILING = Kind(FILINGS, list, _record("cases:kinship"))
ATTESTATION = Kind(ATTESTATIONS, list, _record("cases:attestation"))
MEETING = Kind(
    MEETINGS, list, lambda row: reverse("registers:record", kwargs={"code": "meetings", "pk": row.pk})
)
RECTIFICATION = Kind(ITEMS, list, _record("audits:item"))
RELIEF = Kind(RELIEFS, list, _record("cases:relief"))
# By source: what its records are when they are counted one by one.
SHOWN: dict[str, Kind] = {
    "decided": Kind(APPLICATIONS, list, _record("cases:application")),
    "orders": Kind(ORDERS, list, _record("cases:change")),
    "lowered": Kind(ORDERS, list, _record("cases:change")),
    "paid": Kind(BENEFITS, benefit_lines, lambda line: reverse("cases:benefit", args=[line["pk"]])),
    "rectification.filed": RECTIFICATION,
    "rectification.dismissed": RECTIFICATION,
    "rectification.open": RECTIFICATION,
    "rectification.late": RECTIFICATION,
    "rectification.steps": Kind(
        ITEMS, subject_lines(RectificationItem.objects.select_related("unit")), _record("audits:item")
    ),
    "filings": FILING,
    "filings.in_force": FILING,
    "filings.inspected": Kind(
        FILINGS,
        subject_lines(KinshipFiling.objects.select_related("unit", "person", "staff")),
        _record("cases:kinship"),
    ),
    "attested": ATTESTATION,
    "meetings.panel": MEETING,
    "meetings.joint": MEETING,
    "population": Kind(POPULATION, list, None),
    "reliefs": RELIEF,
    "reliefs.unsettled": RELIEF,
    "care.visits": Kind(VISITS, list, lambda visit: reverse("cases:person", args=[visit.person_id])),
    "discovered": Kind(FOUND, list, _record("cases:discovery")),
    "informed": Kind(FOUND, list, _record("cases:discovery")),
    "deliberated": Kind(SPECIALS, list, _record("cases:special")),
    "monitored": Kind(LISTED, list, _record("cases:monitored_person")),
}
