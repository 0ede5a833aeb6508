"""One 核查 in the browser: what it rests on, step by step, and its conclusion."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases.forms.applications import EconomyForm, SurveyForm
from cases.forms.economy import document_from, rows_from
from cases.models import ReviewTask
from cases.observations import in_words
from cases.services.applications import save_declaration
from cases.services.assessments import preview
from cases.services.review_evidence import evidence_of, record_visit
from cases.services.reviews import record_review
from cases.services.visit_rules import SurveyDetails, SurveyorInput
from cases.views.reviews import STATES, state_of
from salvation.access.services import get_visible
from salvation.domain.errors import Refusal
from salvation.files.services import add_attachment, attachments_of
from salvation.vault import facts as sealed_facts
from salvation.web.fields import DateField
from salvation.web.pages.forms import FormPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

RELATED = (
    "benefit__applicant", "benefit__household__county", "benefit__household__handling_unit",
    "benefit__household__village", "unit", "village", "order", "assessment", "check_report", "done_by",
)  # fmt: skip


def steps(page: Any, task: ReviewTask) -> dict[str, Any]:
    """What the review rests on and what of it is there."""
    user: Any = page.request.user
    result = sealed_facts.load(task.assessment.result) if task.assessment else None
    term = task.benefit.terms.order_by("-months").first()
    return {
        "task": task,
        "evidence": evidence_of(task, on=timezone.localdate()),
        "visits": [
            (visit, list(in_words(sealed_facts.load(visit.seen))))
            for visit in task.visits.order_by("-version")
        ],
        "files": attachments_of(task),
        "may_visit": user.may("case.survey", task.village),
        "may_edit": user.may("case.edit", task.unit),
        "may_conclude": user.may("change.create", task.unit),
        "result": result,
        "paid": term.total if term else None,
        "application": task.benefit.household.applications.order_by("-pk").first(),
    }


class ReviewRecord(RecordPage):
    model = ReviewTask
    permission = "case.view"
    tabs: ClassVar[Any] = (Tab("steps", "核查", "cases/review_steps.html", steps),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(*RELATED)

    def head(self, subject: ReviewTask) -> Head:
        about = [
            ("类别", subject.benefit.get_program_display()),
            ("来源", subject.campaign or subject.get_source_display()),
            ("核查期限", subject.due_on),
            ("受理单位", subject.unit),
            ("村（社区）", subject.village),
        ]
        links = [
            Link("待遇", reverse("cases:benefit", args=[subject.benefit_id])),
            Link("家庭", reverse("cases:household", args=[subject.benefit.household_id])),
        ]
        if subject.order_id:
            links.append(Link("变更单", reverse("cases:change", args=[subject.order_id])))
        return Head(f"核查：{subject.benefit.applicant.name}", about, links, STATES[state_of(subject)])


class ReviewForms(FormPage):
    """A form of one open review."""

    task: ReviewTask

    def prepare(self) -> None:
        rows = ReviewTask.objects.select_related(*RELATED)
        self.task = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return f"{self.title}：{self.task.benefit.applicant.name}"

    def cancel_url(self) -> str:
        return reverse("cases:review", args=[self.kwargs["pk"]])


class NewVisit(ReviewForms):
    title = "核查入户记录"
    permission = "case.survey"
    form_class = SurveyForm
    submit_label = "保存入户记录"
    success = "入户记录已保存"
    hint = "保存后不可修改，更正时再记一次；两人以上，乡镇、村（社区）两级都要有人"

    def initial(self) -> dict[str, Any]:
        user: Any = self.request.user
        return {"visited_at": timezone.localtime(), "surveyors": [{"name": user.name, "level": "TOWN"}]}

    def save(self, form: SurveyForm) -> str:
        cleaned = dict(form.cleaned_data)
        photos, user = cleaned.pop("photos"), self.request.user
        details = SurveyDetails(
            **{name: cleaned.pop(name) for name in ("no_visit_reason", "sent_on", "replied_on")}
        )
        surveyors = [SurveyorInput(row["name"], row["level"]) for row in form.cleaned_rows["surveyors"]]
        visit = record_visit(task=self.task, surveyors=surveyors, actor=user, details=details, **cleaned)
        for photo in photos:
            add_attachment(
                subject=self.task, unit=self.task.unit, village=self.task.village, kind="SURVEY",
                name=f"第{visit.version}次-{photo.name}", content=photo.read(), actor=user,
            )  # fmt: skip
        return self.cancel_url()


class ReviewEconomy(ReviewForms):
    """The family's economy as it is now, with the means test running beside the form."""

    title = "家庭经济状况"
    permission = "case.edit"
    form_class = EconomyForm
    aside_template = "cases/economy_aside.html"
    submit_label = "保存"
    success = "家庭经济状况已保存"
    hint = "按入户和核对的情况更新；登记结论时按此重新核算"

    def make_form(self, data: Any, files: Any) -> EconomyForm:
        members = self.task.benefit.household.members.filter(left_on__isnull=True).select_related("person")
        people = [(str(m.person_id), m.person.name) for m in members]
        declared = evidence_of(self.task, on=timezone.localdate()).declaration
        initial = rows_from(sealed_facts.load(declared.facts)) if declared else {}
        return EconomyForm(data, files, people=people, initial=initial)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("_act") != "preview":
            return super().post(request, *args, **kwargs)
        self.prepare()
        return self.show(self._running_result(request.POST), template="cases/economy_result.html")

    def _running_result(self, data: Any) -> dict[str, Any]:
        form = self.make_form(data, None)
        if not form.is_valid():
            return {"problem": "有填写不完整的行，改正后显示核算结果"}
        declared = document_from(form.cleaned_rows)
        benefit = self.task.benefit
        try:
            found = preview(
                household=benefit.household,
                declared=declared,
                program=benefit.program,
                on=timezone.localdate(),
                single_for=benefit.applicant_id if benefit.is_single else None,
            )
        except Refusal as refusal:
            return {"problem": str(refusal)}
        return {"result": found.as_dict()}

    def save(self, form: EconomyForm) -> str:
        if self.task.done_on:
            raise Refusal("该户已登记核查结论，不能再改经济状况")
        save_declaration(
            household=self.task.benefit.household, application=None,
            document=document_from(form.cleaned_rows), actor=self.request.user,
        )  # fmt: skip
        return self.cancel_url()


class ReviewForm(forms.Form):
    on = DateField(label="核查日期")
    outcome = forms.ChoiceField(
        label="核查结论", widget=forms.RadioSelect,
        choices=[choice for choice in ReviewTask.Outcome.choices if choice[0] != "ENDED"],
        help_text="系统按家庭经济状况重新核算：有变化的直接登记增发或减发变更单；无明显变化的不调金额",
    )  # fmt: skip
    note = forms.CharField(label="核查情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    paper_report = forms.CharField(
        label="书面核对报告文号", required=False, max_length=60,
        help_text="系统中已有有效核对报告的不填；导入户等没有申请的，填书面报告",
    )  # fmt: skip
    paper_report_on = DateField(label="书面核对报告日期", required=False)


class Conclude(ReviewForms):
    title = "核查结论"
    permission = "change.create"
    form_class = ReviewForm
    check_answers = True
    submit_label = "登记结论"
    success = "核查结论已登记"

    def warnings(self, form: Any) -> Sequence[str]:
        missing = evidence_of(self.task, on=form.cleaned_data["on"]).missing
        return [f"还缺：{'、'.join(missing)}"] if missing else []

    def save(self, form: Any) -> str:
        done = record_review(task=self.task, actor=self.request.user, now=timezone.now(), **form.cleaned_data)
        return reverse("cases:change", args=[done.order_id]) if done.order_id else self.cancel_url()
