"""Temporary relief in the browser: list, record, what the county verifies, and the forms on its way."""
# requirements: E08

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.forms.applications import EconomyForm, PhotosForm
from cases.forms.economy import document_from
from cases.forms.relief import FilingForm, PayeeForm, ReliefFilter, ReliefForm, VisitForm
from cases.models import Benefit, Household, Referral, Relief
from cases.rules.codes import Program
from cases.selectors import (
    earlier_reliefs,
    latest_declaration,
    reliefs_of_the_year,
    with_risk,
    year_before,
)
from cases.services.discoveries import taken_over
from cases.services.relief import (
    assess_relief,
    create_relief,
    file_relief,
    record_visit,
    save_economy,
    set_payee,
)
from cases.tables import RELIEFS
from cases.views.applications import readable
from salvation.access.services import get_visible, require
from salvation.documents.tab import documents_tab
from salvation.domain.month import Month
from salvation.files.services import add_uploads, attachments_of
from salvation.vault import facts as sealed_facts
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.piles import open_first

RELATED = ("applicant", "household", "household__head", "unit", "village", "county", "assessment", "meeting")
OPEN = frozenset({"DRAFT", "ACCEPTED", "ADVANCE", "ADVANCE_PAID"})


class ReliefList(ListPage):
    title = "临时救助"
    permission = "relief.view"
    model = Relief
    table = RELIEFS
    piles = open_first(Relief.flow)
    filter_form = ReliefFilter
    record_url = "cases:relief"
    empty = ("没有在办的临时救助", "先在“家庭”中找到或登记该户，再点“申请临时救助”")

    def narrow(self, rows: Any) -> Any:
        return with_risk(rows).select_related("applicant", "unit", "village")


def overview(page: Any, relief: Relief) -> dict[str, Any]:
    """The request, and what was given before: here in full, elsewhere only that it was (E08)."""
    earlier = earlier_reliefs(relief).order_by("-decided_on")
    mine = earlier.filter(pk__in=Relief.objects.visible_to(page.request.user).values("pk"))
    return {
        "earlier": mine.select_related("unit", "applicant"),
        "elsewhere": earlier.count() - mine.count(),
        "may_go_first": relief.state == "ACCEPTED" and relief.program == Program.TEMP_EMERGENCY,
        "may_see_household": page.request.user.may("case.view", relief.unit),
    }


def verification(page: Any, relief: Relief) -> dict[str, Any]:
    """What the county looks at before it decides: every relief of twelve months, other help, what lasts (E08)."""
    user, since = page.request.user, year_before(relief.applied_on)
    asked = reliefs_of_the_year(relief)
    mine = asked.filter(pk__in=Relief.objects.visible_to(user).values("pk"))
    rows = list(mine.select_related("unit", "applicant").order_by("-applied_on", "-pk"))
    given = [row for row in rows if row.paid_on]
    people = relief.household.members.values("person")
    running = Q(
        terms__covered__person__in=people, terms__months__contains=Month.of(timezone.localdate()).first_day
    )
    helped = Q(person__in=people, answered_on__gt=since, outcome__in=("HELPED", "ALREADY"))
    return {
        "since": since,
        "rows": [(row, row.situation == relief.situation) for row in rows],
        "elsewhere": asked.count() - len(rows),
        "times": len(given),
        "money": sum((row.amount or 0 for row in given), 0),
        "reserve": [row for row in given if row.channel == Relief.Channel.RESERVE],
        "reserve_money": sum((row.amount or 0 for row in given if row.channel == Relief.Channel.RESERVE), 0),
        "in_hand": [row for row in rows if row.state not in Relief.flow.ended and row.state != "PAID"],
        "benefits": Benefit.objects.visible_to(user)
        .filter(running)
        .select_related("applicant", "unit")
        .distinct(),
        "referrals": Referral.objects.visible_to(user).filter(helped).select_related("person"),
    }


def economy(page: Any, relief: Relief) -> dict[str, Any]:
    document = sealed_facts.load(relief.facts) if relief.facts else None
    names = {str(m.person_id): m.person.name for m in relief.household.members.select_related("person")}
    return {"declared": readable(document, names) if document else None}


def assessment(page: Any, relief: Relief) -> dict[str, Any]:
    found = relief.assessment
    return {"assessment": found, "result": sealed_facts.load(found.result) if found else None}


def papers(page: Any, relief: Relief) -> dict[str, Any]:
    return {"files": attachments_of(relief)}


class ReliefRecord(RecordPage):
    model = Relief
    permission = "relief.view"
    tabs = (
        Tab("overview", "概况", "cases/relief_overview.html", overview),
        Tab("verification", "重复救助核实", "cases/relief_verification.html", verification),
        Tab("economy", "经济状况", "cases/application_economy.html", economy, permission="case.view"),
        Tab("assessment", "核算", "cases/relief_assessment.html", assessment, permission="case.view"),
        Tab("documents", "文书", "documents/tab.html", documents_tab, permission="document.view"),
        Tab("papers", "照片与材料", "cases/application_papers.html", papers, permission="file.view"),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(*RELATED)

    def head(self, subject: Relief) -> Head:
        facts = (
            ("受理号", subject.no),
            ("类型", f"{subject.get_program_display()}（{subject.get_situation_display()}）"),
            ("受理单位", subject.unit),
            ("审批层级", subject.get_level_display() or "核算后确定"),
            ("救助金额（元）", f"{subject.amount:,.2f}" if subject.amount is not None else "未决定"),
        )
        return Head(f"{subject.applicant.name}的临时救助", facts, self._links(subject))

    def _links(self, subject: Relief) -> list[Link]:
        user: Any = self.request.user
        pk = [subject.pk]
        links = []
        if subject.state in OPEN and user.may("case.survey", subject.unit):
            links.append(Link("登记核实情况", reverse("cases:relief_visit", args=pk)))
        if subject.state in OPEN and user.may("case.edit", subject.unit):
            links.append(Link("填写经济状况", reverse("cases:relief_economy", args=pk)))
            links.append(Link("收款账户", reverse("cases:relief_payee", args=pk)))
        if subject.state in OPEN - {"DRAFT"} and user.may("case.edit", subject.unit):
            links.append(Link("核算", reverse("cases:relief_assess", args=pk)))
        if user.may("file.add", subject.unit):
            links.append(Link("上传照片与材料", reverse("cases:relief_files", args=pk)))
        filed = subject.filed_on is not None or subject.decided_on is None
        if subject.level == Relief.Level.TOWNSHIP and not filed and user.may("case.review", subject.county):
            links.append(Link("备案", reverse("cases:relief_filing", args=pk)))
        if subject.outcome == Relief.Outcome.STILL and user.may("case.create", subject.village):
            links.append(Link("转低保申请", reverse("cases:new_application", args=[subject.household_id])))
        return links


class NewRelief(FormPage):
    title = "申请临时救助"
    permission = "case.create"
    form_class = ReliefForm
    check_answers = True
    submit_label = "登记"
    success = "临时救助已登记"
    sections = (
        Section("申请事项", ("program", "situation", "applicant_id", "persons")),
        Section("困难情况", ("happened_on", "applied_on", "reason", "from_elsewhere", "event")),
        Section("特别救助", ("proposed",), hint="只有特别救助填写；须由一事一议或联席会议研究"),
    )
    household: Household

    def prepare(self) -> None:
        rows = Household.objects.select_related("head", "handling_unit", "village", "county")
        self.household = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def make_form(self, data: Any, files: Any) -> ReliefForm:
        members = list(self.household.members.filter(left_on__isnull=True).select_related("person"))
        people = [(m.person_id, m.person.name) for m in members]
        initial = {
            "applicant_id": self.household.head_id,
            "persons": sum(m.counted for m in members),
            "applied_on": timezone.localdate(),
            **taken_over(self.household),
        }
        return ReliefForm(data, files, people=people, initial=initial)

    def save(self, form: Any) -> str:
        relief = create_relief(
            household=self.household, actor=self.request.user, now=timezone.now(), **form.cleaned_data
        )
        return reverse("cases:relief", args=[relief.pk])

    def cancel_url(self) -> str:
        return reverse("cases:household", args=[self.kwargs["pk"]])


class ReliefForms(FormPage):
    """A form of one relief."""

    relief: Relief

    def prepare(self) -> None:
        rows = Relief.objects.select_related(*RELATED)
        self.relief = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return f"{self.title}：{self.relief.applicant.name}"

    def cancel_url(self) -> str:
        return reverse("cases:relief", args=[self.kwargs["pk"]])


class Visit(ReliefForms):
    title = "核实情况"
    edits = True
    permission = "case.survey"
    form_class = VisitForm
    success = "已保存"

    def initial(self) -> dict[str, Any]:
        relief = self.relief
        return {
            "visited_on": relief.visited_on or timezone.localdate(),
            "visitors": relief.visitors,
            "findings": relief.findings,
        }

    def save(self, form: Any) -> str:
        record_visit(relief=self.relief, actor=self.request.user, **form.cleaned_data)
        return self.cancel_url()


class ReliefEconomy(ReliefForms):
    """Income, property and costs of the household, as far as the kind of relief asks for them."""

    title = "家庭经济状况"
    edits = True
    permission = "case.edit"
    form_class = EconomyForm
    success = "已保存，请核算"

    def make_form(self, data: Any, files: Any) -> EconomyForm:
        declared = latest_declaration(self.relief.household)
        facts = self.relief.facts or (declared.facts if declared else None)
        return EconomyForm.of_household(self.relief.household, facts, data, files, frozenset())

    def save(self, form: EconomyForm) -> str:
        document = document_from(form.cleaned_rows)
        save_economy(relief=self.relief, document=document, actor=self.request.user)
        return f"{self.cancel_url()}?tab=economy"


class Payee(ReliefForms):
    title = "收款账户"
    permission = "case.edit"
    form_class = PayeeForm
    drafts = False
    success = "已保存"
    hint = "救助金只发给申请人本人；确需现金的写明理由"

    def make_form(self, data: Any, files: Any) -> PayeeForm:
        return PayeeForm(data, files, known=bool(self.relief.account), initial=self.initial())

    def initial(self) -> dict[str, Any]:
        relief = self.relief
        return {
            "channel": relief.channel or Relief.Channel.ONE_CARD,
            "kind": relief.account_kind,
            "bank_name": relief.bank,
            "cash_reason": relief.cash_reason,
        }

    def save(self, form: Any) -> str:
        set_payee(relief=self.relief, actor=self.request.user, **form.cleaned_data)
        return self.cancel_url()


class ReliefFiles(ReliefForms):
    title = "上传照片与材料"
    permission = "file.add"
    form_class = PhotosForm
    drafts = False
    submit_label = "上传"
    success = "已上传"

    def initial(self) -> dict[str, Any]:
        return {"kind": "MATERIAL"}

    def save(self, form: Any) -> str:
        relief = self.relief
        require(self.request.user, "file.add", relief.village)
        add_uploads(
            subject=relief, unit=relief.unit, kind=form.cleaned_data["kind"], uploads=form.cleaned_data["files"],
            actor=self.request.user,
        )  # fmt: skip
        return f"{self.cancel_url()}?tab=papers"


class Filing(ReliefForms):
    title = "报县备案"
    permission = "case.review"
    form_class = FilingForm
    drafts = False
    submit_label = "备案"
    success = "已备案"

    def save(self, form: Any) -> str:
        file_relief(
            relief=self.relief, note=form.cleaned_data["note"], actor=self.request.user, now=timezone.now()
        )
        return self.cancel_url()


class AssessRelief(Page):
    """Work out the amount; the result is a record of its own."""

    title = "核算"
    permission = "case.edit"
    template_name = "cases/relief_assess.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show({"relief": self._relief(pk)})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        assess_relief(relief=self._relief(pk), actor=request.user, now=timezone.now())
        messages.success(request, "已核算")
        return HttpResponseRedirect(f"{reverse('cases:relief', args=[pk])}?tab=assessment")

    def _relief(self, pk: int) -> Relief:
        relief: Relief = get_visible(Relief.objects.select_related(*RELATED), self.request.user, pk=pk)
        return relief
