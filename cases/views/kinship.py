"""近亲属备案 in the browser: the list with what is due, a filing with its inspections, relatives of staff."""
# requirements: B20, B21, M05

from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases.forms.kinship import FilingForm, KinshipFilter, RelativesForm, StaffFilter
from cases.kinship_flow import FILING
from cases.models import KinshipFiling
from cases.services.kinship import RelativeInput, file_by_hand, in_post, save_relatives
from salvation.access.place import own_county
from salvation.access.services import get_visible
from salvation.parameters.book import at
from salvation.registers.models import StaffMember
from salvation.tables.model import Column, Kind, Table
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

STATES = {state.code: state for state in FILING.states}
FILINGS = Table(
    "kinship",
    "近亲属备案",
    (
        Column(
            "person", "救助对象", Kind.NAME, value="person.name", priority=1, link=True, sort="person__name"
        ),
        Column("state", "状态", Kind.STATE, states=STATES, priority=2),
        Column("staff", "工作人员", Kind.NAME, value="staff.name"),
        Column("post", "岗位", value="staff.post", optional=True),
        Column("relation", "关系", priority=3),
        Column("level", "备案级别", value=lambda f: f.get_level_display()),
        Column("unit", "单位", value="unit.name"),
        Column("filing_no", "备案号"),
        Column("filed_on", "备案日期", Kind.DATE, sort="filed_on"),
        Column("due_on", "应排查", Kind.DATE, sort="due_on"),
        Column("conclusion", "最近结论", value=lambda f: latest(f)),
    ),
)
STAFF = Table(
    "kinship-staff",
    "工作人员近亲属",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("kind", "类别", value="get_kind_display", priority=2),
        Column("unit", "单位", value="unit.name"),
        Column("post", "岗位", priority=3),
        Column("relatives", "已登记近亲属", Kind.COUNT, value=lambda s: len(s.relatives.all())),
        Column("until_on", "离任日期", Kind.DATE),
    ),
)


def latest(filing: KinshipFiling) -> str:
    """The newest inspection in words."""
    rows = list(filing.reviews.all())
    return rows[0].get_conclusion_display() if rows else ""


def relations_of(user: Any) -> list[str]:
    """The words of the county's dictionary of relations."""
    value = at("kinship.relations", on=timezone.localdate(), unit=own_county(user)).value
    return str(value).split("、")


class KinshipList(ListPage):
    title = "近亲属备案"
    permission = "kinship.view"
    model = KinshipFiling
    table = FILINGS
    filter_form = KinshipFilter
    record_url = "cases:kinship"
    create_url = "cases:new_kinship"
    create_permission = "kinship.edit"
    create_label = "登记备案"
    empty = ("没有符合条件的备案", "受理时按申明和证号自动比对；已在保的点“登记备案”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("person", "staff", "unit").prefetch_related("reviews")


def filing_facts(page: Any, filing: KinshipFiling) -> dict[str, Any]:
    return {"filing": filing, "reviews": filing.reviews.select_related("recorded_by")}


class KinshipRecord(RecordPage):
    model = KinshipFiling
    permission = "kinship.view"
    tabs = (Tab("facts", "备案", "cases/kinship.html", filing_facts),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("person", "staff__unit", "unit", "county", "application")

    def head(self, subject: KinshipFiling) -> Head:
        facts = (
            ("关系", f"{subject.staff.name}的{subject.relation}"),
            ("备案级别", subject.get_level_display()),
            ("备案号", subject.filing_no or "未备案"),
        )
        links = [Link("人员", reverse("cases:person", args=[subject.person_id]))]
        if subject.application_id:
            links.append(Link("申请", reverse("cases:application", args=[subject.application_id])))
        return Head(f"{subject.person.name}（近亲属备案）", facts, links)


class NewFiling(FormPage):
    title = "登记近亲属备案"
    permission = "kinship.edit"
    submit_label = "登记"
    success = "已登记，等乡镇审核"
    drafts = False
    hint = (
        "工作人员的近亲属在其工作辖区享受救助的，予以备案（002 第55条）。新申请在受理时自动比对，不用再登记"
    )

    def make_form(self, data: Any, files: Any) -> FilingForm:
        staff = in_post(StaffMember.objects.visible_to(self.request.user), on=timezone.localdate())
        return FilingForm(data, files, staff=staff, relations=relations_of(self.request.user), initial={})

    def save(self, form: Any) -> str:
        made = file_by_hand(actor=self.request.user, now=timezone.now(), **form.cleaned_data)
        return reverse("cases:kinship", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("cases:kinships")


class StaffRelatives(ListPage):
    title = "工作人员近亲属"
    permission = "kinship.edit"
    model = StaffMember
    table = STAFF
    filter_form = StaffFilter
    record_url = "cases:relatives"
    empty = ("名册里还没有工作人员", "先在“经办人员名册”登记")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit").prefetch_related("relatives")


class Relatives(FormPage):
    """What one member of staff declared; relatives who are helped already are drawn up for filing."""

    title = "登记近亲属"
    permission = "kinship.edit"
    submit_label = "保存"
    drafts = False
    staff: StaffMember

    def prepare(self) -> None:
        rows = StaffMember.objects.select_related("unit")
        self.staff = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return f"{self.title}：{self.staff.name}"

    def make_form(self, data: Any, files: Any) -> RelativesForm:
        return RelativesForm(data, files, relations=relations_of(self.request.user), initial={})

    def save(self, form: RelativesForm) -> str:
        rows = [RelativeInput(**row) for row in form.cleaned_rows["relatives"]]
        drafted = save_relatives(
            staff=self.staff, relatives=rows, actor=self.request.user, now=timezone.now()
        )
        self.success = f"已登记 {len(rows)} 人" + (
            f"，其中 {drafted} 人正在享受救助，已列入待备案" if drafted else ""
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:staff_relatives")
