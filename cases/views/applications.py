"""Applications: list, record, and the forms of each stage."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases import county_visit
from cases.checklist import members_of, missing, unsigned
from cases.emergency_guards import pieces_lacking
from cases.forms.applications import (
    ApplicationFilter,
    ApplicationForm,
    EconomyForm,
    PhotosForm,
    SurveyForm,
    asked_by,
)
from cases.forms.economy import document_from, rows_from
from cases.models import Application, Benefit, Declaration, Household
from cases.models.choices import TEKUN
from cases.observations import in_words
from cases.selectors import latest_declaration
from cases.services.applications import (
    VISITABLE,
    TieInput,
    create_application,
    record_survey,
    save_declaration,
)
from cases.services.assessments import assess_application, preview
from cases.services.discoveries import taken_over
from cases.services.specials import PROPOSABLE
from cases.services.visit_rules import SurveyDetails, SurveyorInput
from cases.tables import APPLICATIONS
from cases.views.tabs import check_tab, materials_tab, voices_tab
from cases.visits import own_level
from salvation.access.services import get_visible, require
from salvation.documents.tab import documents_tab
from salvation.domain.errors import Refusal
from salvation.files.services import add_uploads, attachments_of
from salvation.parameters.book import at
from salvation.units.selectors import villages_of
from salvation.vault import facts as sealed_facts
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.piles import open_first

RELATED = (
    "applicant",
    "household",
    "household__head",
    "unit",
    "village",
    "county",
    "assessment",
    "benefit",
    "converts__applicant",
    "emergency",
)


class ApplicationList(ListPage):
    title = "救助申请"
    permission = "case.view"
    model = Application
    table = APPLICATIONS
    piles = open_first(Application.flow)
    filter_form = ApplicationFilter
    record_url = "cases:application"
    empty = ("没有在办的申请", "先在“家庭”中登记或找到该户，再点“申请救助”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("applicant", "unit", "village")


def overview(page: Any, application: Application) -> dict[str, Any]:
    today = timezone.localdate()
    told = (
        page.request.user.may("rectify.view", application.unit)
        and application.state not in Application.flow.ended
    )
    return {
        "county_visit": county_visit.lacking(application, today) if told else None,
        "pieces": pieces_lacking(application, today),
        "members": application.household.members.filter(left_on__isnull=True).select_related("person"),
        "lacking": len(missing(application)) + len(unsigned(application, on=today)),
        "notice": application.notices.first(),
        "elsewhere": application.notices.filter(elsewhere=True).first(),
        "decisions": application.decisions.select_related("meeting"),
        "specials": application.specials.select_related("meeting"),
    }


def economy(page: Any, application: Application) -> dict[str, Any]:
    declaration = Declaration.objects.filter(application=application).first()
    names = {str(m.person_id): m.person.name for m in application.household.members.select_related("person")}
    document = sealed_facts.load(declaration.facts) if declaration else None
    return {"declared": readable(document, names) if document else None, "declaration": declaration}


def readable(document: dict[str, Any], names: dict[str, str]) -> list[dict[str, Any]]:
    """The declaration's rows in words, by section."""
    rows = rows_from(document)
    form = EconomyForm(None, people=list(names.items()), initial=rows)
    return [
        {"title": given.title, "rows": [_words(row, names) for row in formset.forms if row.initial]}
        for given, formset in form.shown_sets
    ]


def _words(row: Any, names: dict[str, str]) -> list[tuple[str, str]]:
    said = []
    for name, field in row.fields.items():
        value = row.initial.get(name)
        if value in (None, "", [], False):
            continue
        labels = dict(getattr(field, "choices", []) or [])
        text = (
            "、".join(str(labels.get(v, v)) for v in value)
            if isinstance(value, list)
            else str(labels.get(value, value))
        )
        said.append((field.label, "是" if value is True else text))
    return said


def assessment(page: Any, application: Application) -> dict[str, Any]:
    found = application.assessment
    return {
        "assessment": found,
        "result": sealed_facts.load(found.result) if found else None,
        "earlier": application.assessments.exclude(pk=found.pk) if found else [],
    }


def surveys(page: Any, application: Application) -> dict[str, Any]:
    rows = application.surveys.prefetch_related("surveyors", "images__attachment")
    return {"surveys": [(survey, list(in_words(sealed_facts.load(survey.seen)))) for survey in rows]}


def papers(page: Any, application: Application) -> dict[str, Any]:
    return {"files": attachments_of(application)}


class ApplicationRecord(RecordPage):
    model = Application
    permission = "case.view"
    tabs = (
        Tab("overview", "概况", "cases/application_overview.html", overview),
        Tab("materials", "材料与授权", "cases/application_materials.html", materials_tab),
        Tab("check", "核对", "cases/application_check.html", check_tab, permission="check.view"),
        Tab("economy", "经济状况", "cases/application_economy.html", economy),
        Tab("assessment", "核算", "cases/application_assessment.html", assessment),
        Tab("surveys", "入户调查", "cases/application_surveys.html", surveys),
        Tab("voices", "评议、异议和举报", "cases/application_voices.html", voices_tab),
        Tab("documents", "文书", "documents/tab.html", documents_tab),
        Tab("papers", "照片与材料", "cases/application_papers.html", papers),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(*RELATED)

    def head(self, subject: Application) -> Head:
        facts = (
            ("受理号", subject.no),
            ("申请类别", subject.get_program_display() + ("（单人保）" if subject.is_single else "")),
            ("受理单位", subject.unit),
            ("审批层级", subject.get_level_display() or "受理时确定"),
            *([("转自", subject.converts)] if subject.converts else []),
            *([("应急简化", str(subject.emergency))] if subject.emergency else []),
            *([("因疫、因灾事件", subject.event)] if subject.event else []),
        )
        return Head(f"{subject.applicant.name}的申请", facts, self._links(subject))

    def _links(self, subject: Application) -> list[Link]:
        user: Any = self.request.user
        links = []
        pk = [subject.pk]
        open_now = subject.state in {"DRAFT", "SUBMITTED", "CORRECTING", "ACCEPTED", "SURVEYING"}
        if open_now and user.may("case.create", subject.village):
            links.append(Link("受理材料", reverse("cases:materials", args=pk)))
            links.append(Link("核对授权", reverse("cases:authorisations", args=pk)))
        if open_now and user.may("case.edit", subject.unit):
            links.append(Link("填写经济状况", reverse("cases:economy", args=pk)))
        making_up = subject.state == "CONFIRMED" and subject.emergency_id is not None
        if subject.state in VISITABLE and user.may("case.survey", subject.village):
            links.append(Link("手机采集", reverse("cases:visit", args=pk)))
        if (subject.state in VISITABLE or making_up) and user.may("case.survey", subject.village):
            links.append(Link("记录入户调查", reverse("cases:new_survey", args=pk)))
        if subject.state in {"ACCEPTED", "SURVEYING"} and user.may("case.edit", subject.unit):
            links += self._assessments(subject)
            links.append(Link("核算", reverse("cases:assess", args=pk)))
        if user.may("file.add", subject.unit):
            links.append(Link("上传照片与材料", reverse("cases:photos", args=pk)))
        if subject.state in PROPOSABLE and subject.assessment_id and user.may("case.submit", subject.unit):
            links.append(Link("申报一事一议", reverse("cases:new_special", args=pk)))
        if subject.benefit_id and subject.program in TEKUN:
            links.append(Link("照料档案", reverse("cases:care_person", args=[subject.applicant_id])))
        return [*links, Link("各类别比较", reverse("cases:compare", args=[subject.household_id]))]

    def _assessments(self, subject: Application) -> list[Link]:
        """Of 特困, where each of the family is assessed: the six things, by two people (L43 第21条)."""
        user: Any = self.request.user
        if subject.program not in TEKUN or not user.may("change.create", subject.village):
            return []
        people = [row.person for row in members_of(subject)]
        several = len(people) > 1
        return [
            Link(f"自理能力评定{f'：{person.name}' if several else ''}",
                 reverse("registers:create_for", kwargs={"code": "care-assessments", "subject": person.pk}))
            for person in people
        ]  # fmt: skip


def household_of(user: Any, pk: int) -> Household:
    """A household with what its forms show."""
    rows = Household.objects.select_related("head", "handling_unit", "village", "county")
    found: Household = get_visible(rows, user, pk=pk)
    return found


class NewApplication(FormPage):
    title = "申请救助"
    permission = "case.create"
    form_class = ApplicationForm
    check_answers = True
    submit_label = "登记申请"
    success = "申请已登记，请填写家庭经济状况后提交"
    sections = (
        Section(
            "申请事项",
            ("program", "applicant_id", "is_single", "single_reason", "applied_on", "reason", "event"),
        ),
        Section("材料", ("received",)),
        Section(
            "人户分离",
            ("apart_village", "apart_place"),
            "户籍地和居住地都在本村的不填；不在一处的，初审后两地同时公示，总时限可以按“人户分离”延长",
        ),
        Section("授权与申明", ("authorised", "kinship_declared", "kinship_flag")),
    )
    household: Household
    # The benefit that the new one takes the place of.
    converts: Benefit | None = None

    def prepare(self) -> None:
        self.household = household_of(self.request.user, self.kwargs["pk"])

    def make_form(self, data: Any, files: Any) -> ApplicationForm:
        members = self.household.members.filter(left_on__isnull=True).select_related("person")
        people = [(m.person_id, m.person.name) for m in members]
        found = taken_over(self.household)
        initial = {
            "applicant_id": self.household.head_id, "applied_on": timezone.localdate(), **found,
        }  # fmt: skip
        words = at("kinship.relations", on=timezone.localdate(), unit=self.household.handling_unit).value
        villages = villages_of(self.household.county).exclude(pk=self.household.village_id)
        return ApplicationForm(
            data, files, people=people, relations=str(words).split("、"), villages=villages, initial=initial,
            area=self.household.standard_area,
        )  # fmt: skip

    def save(self, form: Any) -> str:
        application = create_application(
            household=self.household, actor=self.request.user, now=timezone.now(), converts=self.converts,
            ties=[TieInput(**row) for row in form.cleaned_rows["ties"]], **form.cleaned_data,
        )  # fmt: skip
        return reverse("cases:economy", args=[application.pk])

    def cancel_url(self) -> str:
        return reverse("cases:household", args=[self.kwargs["pk"]])


class ApplicationForms(FormPage):
    """A form of one application."""

    application: Application

    def prepare(self) -> None:
        rows = Application.objects.select_related(*RELATED)
        self.application = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return f"{self.title}：{self.application.applicant.name}"

    def cancel_url(self) -> str:
        return reverse("cases:application", args=[self.kwargs["pk"]])

    def tab(self, code: str) -> str:
        return f"{self.cancel_url()}?tab={code}"


class Economy(ApplicationForms):
    """The household's economy, with the means test running beside the form."""

    title = "家庭经济状况"
    edits = True
    permission = "case.edit"
    form_class = EconomyForm
    aside_template = "cases/economy_aside.html"
    submit_label = "保存"
    success = "已保存"

    def make_form(self, data: Any, files: Any) -> EconomyForm:
        household = self.application.household
        own = Declaration.objects.filter(application=self.application).first()
        declaration = own or latest_declaration(household)
        asks = asked_by(self.application.program, is_single=self.application.is_single)
        kept = declaration.facts if declaration else None
        return EconomyForm.of_household(household, kept, data, files, asks)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("_act") != "preview":
            return super().post(request, *args, **kwargs)
        self.prepare()
        return self.show(self._running_result(request.POST), template="cases/economy_result.html")

    def _running_result(self, data: Any) -> dict[str, Any]:
        form = self.make_form(data, None)
        if not form.is_valid():
            return {"problem": "有填写不完整的行，改正后显示核算结果"}
        application = self.application
        declared = document_from(form.cleaned_rows)
        on = application.accepted_on or timezone.localdate()
        try:
            found = preview(
                household=application.household, declared=declared, program=application.program, on=on,
                single_for=application.applicant_id if application.is_single else None,
            )  # fmt: skip
        except Refusal as refusal:
            return {"problem": str(refusal)}
        return {"result": found.as_dict()}

    def save(self, form: EconomyForm) -> str:
        document = document_from(form.cleaned_rows)
        save_declaration(
            household=self.application.household,
            application=self.application,
            document=document,
            actor=self.request.user,
        )
        return self.tab("economy")


class NewSurvey(ApplicationForms):
    title = "入户调查"
    permission = "case.survey"
    form_class = SurveyForm
    submit_label = "保存调查记录"
    success = "调查已记录；记录不能修改，需要更正时再记一次"
    hint = "保存后不可修改，更正时新增一版"

    def initial(self) -> dict[str, Any]:
        user: Any = self.request.user
        return {
            "visited_at": timezone.localtime(),
            "surveyors": [{"name": user.name, "level": own_level(user)}],
        }

    def save(self, form: SurveyForm) -> str:
        cleaned = dict(form.cleaned_data)
        photos = cleaned.pop("photos")
        user: Any = self.request.user
        surveyors = [
            SurveyorInput(row["name"], row["level"], user.pk if row["name"] == user.name else None)
            for row in form.cleaned_rows["surveyors"]
        ]
        details = SurveyDetails(
            **{name: cleaned.pop(name) for name in ("no_visit_reason", "sent_on", "replied_on")}
        )
        survey = record_survey(
            application=self.application, surveyors=surveyors, actor=user, details=details, **cleaned
        )
        add_uploads(
            subject=self.application, unit=self.application.unit, kind="SURVEY", uploads=photos, actor=user,
            prefix=f"第{survey.version}次-",
        )  # fmt: skip
        return self.tab("surveys")


class Photos(ApplicationForms):
    title = "上传照片与材料"
    permission = "file.add"
    form_class = PhotosForm
    drafts = False
    submit_label = "上传"
    success = "已上传"

    def initial(self) -> dict[str, Any]:
        return {"kind": "NOTICE" if self.application.state == "NOTICING" else "MATERIAL"}

    def save(self, form: Any) -> str:
        require(self.request.user, "file.add", self.application.village)
        add_uploads(
            subject=self.application, unit=self.application.unit, kind=form.cleaned_data["kind"],
            uploads=form.cleaned_data["files"], actor=self.request.user,
        )  # fmt: skip
        return self.tab("papers")


class Assess(Page):
    """Carry out the means test; the result is a record of its own."""

    title = "核算"
    permission = "case.edit"
    template_name = "cases/assess.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show({"application": self._application(pk)})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(pk)
        assess_application(application=application, actor=request.user, now=timezone.now())
        messages.success(request, "已核算")
        return HttpResponseRedirect(f"{reverse('cases:application', args=[pk])}?tab=assessment")

    def _application(self, pk: int) -> Application:
        rows = Application.objects.select_related(*RELATED)
        application: Application = get_visible(rows, self.request.user, pk=pk)
        return application
