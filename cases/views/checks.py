"""核对 in the browser: ask, hand over, take answers in, report; every look at a report is journalled."""
# requirements: B07

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.check_flow import CHECK
from cases.checklist import bearers_of, members_of
from cases.documents.check_report import check_report
from cases.forms.checks import AnswersForm, CheckFilter, ExportForm, ImportForm
from cases.models import Application, CheckExchange, CheckRequest
from cases.services.check_exchange import export_requests, import_results, read_exchange
from cases.services.checks import Answer, record_answers, request_check
from salvation.access.place import own_county
from salvation.access.services import get_visible
from salvation.documents.copies import hand_out_declared
from salvation.documents.html import paper_html
from salvation.journal.services import record
from salvation.tables.model import Column, Kind, Table
from salvation.web.downloads import download
from salvation.web.pages.base import Page, ScopedPage
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

STATES = {state.code: state for state in CHECK.states}
CHECKS = Table(
    "checks",
    "经济状况核对",
    (
        Column("applicant", "申请人", Kind.NAME, value="application.applicant.name", priority=1, link=True),
        Column("no", "提请号", sort="no"),
        Column("state", "状态", Kind.STATE, states=STATES, priority=2),
        Column("unit", "提请单位", value="unit.name", priority=3),
        Column("requested_on", "提请日期", Kind.DATE, sort="requested_on"),
        Column("started_on", "启动日期", Kind.DATE),
        Column("reported_on", "出具日期", Kind.DATE),
        Column("valid_until", "报告有效期至", Kind.DATE, sort="valid_until"),
        Column("due_on", "本步期限", Kind.DATE, sort="due_on"),
    ),
)
EXCHANGES = Table(
    "check-exchanges",
    "核对文件",
    (
        Column("name", "文件", priority=1, link=True),
        Column("way", "方向", value=lambda e: e.get_way_display(), priority=2),
        Column("requests", "提请件数", Kind.COUNT),
        Column("rows", "行数", Kind.COUNT, priority=3),
        Column("reason", "用途"),
        Column("made_by", "经办人", value=lambda e: str(e.made_by or "")),
        Column("made_at", "时间", Kind.DATE, sort="made_at"),
    ),
)
RELATED = ("application__applicant", "unit", "county", "requested_by")


def mark_of(user: Any) -> str:
    """Who reads it, across the page."""
    return f"{user.unit_label} {user.name} {timezone.localdate():%Y-%m-%d}"


class CheckList(ListPage):
    title = "经济状况核对"
    permission = "check.view"
    model = CheckRequest
    table = CHECKS
    filter_form = CheckFilter
    record_url = "cases:check"
    empty = ("没有符合条件的核对", "在申请的“核对”中点“提请核对”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("application__applicant", "unit")


def report_tab(page: Any, request: CheckRequest) -> dict[str, Any]:
    """The report itself; whoever opens it stands in the journal."""
    user = page.request.user
    record(actor=user, action="check.read", subject=request, unit=request.unit, facts={"form": "页面"})
    return {"markup": paper_html(check_report(request, mark=mark_of(user)))}


class CheckRecord(RecordPage):
    model = CheckRequest
    permission = "check.view"
    tabs = (Tab("report", "核对报告", "cases/check_report.html", report_tab),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(*RELATED)

    def head(self, subject: CheckRequest) -> Head:
        user: Any = self.request.user
        facts = (
            ("提请号", subject.no),
            ("提请单位", subject.unit),
            ("报告有效期至", f"{subject.valid_until:%Y-%m-%d}" if subject.valid_until else "未出报告"),
        )
        links = [Link("申请", f"{reverse('cases:application', args=[subject.application_id])}?tab=check")]
        if subject.state in {"STARTED", "OBJECTED"} and user.may("check.issue", subject.unit):
            links.append(Link("登记部门结果", reverse("cases:check_answers", args=[subject.pk])))
        links.append(Link("下载报告 PDF", reverse("cases:check_file", args=[subject.pk, "pdf"]), swap=False))
        return Head(f"{subject.application.applicant.name}家庭核对", facts, links)


class CheckFile(ScopedPage):
    """The report as a file, marked with who took it."""

    title = "下载核对报告"
    permission = "check.view"
    model = CheckRequest

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(*RELATED)

    def get(self, request: HttpRequest, pk: int, form: str) -> FileResponse:
        # No Word: a report is read-only.
        if form != "pdf":
            raise Http404(f"没有 {form} 格式")
        found = self.subject(pk=pk)
        content = hand_out_declared(
            code="check-report",
            subject=found,
            unit=found.unit,
            form=form,
            actor=request.user,
            mark=mark_of(request.user),
            action="check.read",
        )
        return download(content, f"核对报告-{found.no}.pdf")


class RequestCheck(Page):
    """Ask for a check: a page that says who is asked about, then one button."""

    title = "提请核对"
    permission = "check.request"
    template_name = "cases/check_request.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(pk)
        context = {"members": members_of(application), "bearers": bearers_of(application)}
        return self.show({"application": application, **context})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        made = request_check(application=self._application(pk), actor=request.user, now=timezone.now())
        messages.success(request, f"已提请核对，提请号 {made.no}")
        return HttpResponseRedirect(reverse("cases:check", args=[made.pk]))

    def _application(self, pk: int) -> Application:
        rows = Application.objects.select_related("household", "applicant", "unit", "county")
        application: Application = get_visible(rows, self.request.user, pk=pk)
        return application


class ExportChecks(FormPage):
    """Hand waiting requests to the departments as one file; they are started by it."""

    title = "导出提请"
    permission = "check.issue"
    submit_label = "启动并导出"
    drafts = False
    hint = "导出的同时启动核对。文件含完整证号，密封保存，经第二人批准后24小时内下载，每次下载写入日志"

    def make_form(self, data: Any, files: Any) -> ExportForm:
        rows = CheckRequest.objects.visible_to(self.request.user).filter(
            state__in=["REQUESTED", "STARTED", "OBJECTED"]
        )
        self.waiting = list(
            rows.select_related("application__applicant", "unit").order_by("requested_on", "pk")
        )
        choices = [
            (one.pk, f"{one.no} {one.unit} {one.application.applicant.name}（{one.get_state_display()}）")
            for one in self.waiting
        ]
        fresh = [one.pk for one in self.waiting if one.state == "REQUESTED"]
        return ExportForm(data, files, waiting=choices, initial={"requests": fresh, "reason": ""})

    def save(self, form: Any) -> str:
        chosen = [one for one in self.waiting if one.pk in form.cleaned_data["requests"]]
        county = own_county(self.request.user)
        made = export_requests(
            requests=chosen,
            unit=county,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            now=timezone.now(),
        )
        self.success = f"已启动并导出 {made.requests} 件 {made.rows} 人，已提请第二人批准，批准后在列表中下载"
        return reverse("cases:check_exchanges")

    def cancel_url(self) -> str:
        return reverse("cases:checks")


class ImportChecks(FormPage):
    title = "导入核对结果"
    permission = "check.issue"
    form_class = ImportForm
    submit_label = "导入"
    drafts = False
    hint = "有一行对不上，整个文件不写入，并列出行号和原因"

    def save(self, form: Any) -> str:
        upload = form.cleaned_data["file"]
        county = own_county(self.request.user)
        made = import_results(content=upload.read(), name=upload.name, unit=county, actor=self.request.user)
        self.success = f"已导入 {made.requests} 件提请的 {made.rows} 条结果"
        return reverse("cases:checks")

    def cancel_url(self) -> str:
        return reverse("cases:checks")


class Exchanges(ListPage):
    title = "核对文件"
    permission = "check.issue"
    model = CheckExchange
    table = EXCHANGES
    empty = ("还没有导出或导入过核对文件", "点“导出提请”把待核对的家庭交给各部门")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("made_by")

    def row_url(self, row: Any) -> str:
        return reverse("files:whole", args=[row._meta.label_lower, row.pk])


class ExchangeFile(ScopedPage):
    """The sealed file once more, journalled."""

    title = "下载核对文件"
    permission = "check.issue"
    model = CheckExchange

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        found = self.subject(pk=pk)
        return download(read_exchange(exchange=found, actor=request.user), found.name)


class Answers(FormPage):
    """Answers of one request by hand."""

    title = "登记部门结果"
    permission = "check.issue"
    submit_label = "保存结果"
    success = "部门结果已登记"
    check: CheckRequest

    def prepare(self) -> None:
        rows = CheckRequest.objects.select_related(*RELATED)
        self.check = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return f"{self.title}：{self.check.no}"

    def make_form(self, data: Any, files: Any) -> AnswersForm:
        people = [(person.pk, f"{person.name}（{person.relation}）") for person in self.check.people.all()]
        return AnswersForm(data, files, people=people, initial={})

    def save(self, form: AnswersForm) -> str:
        answers = [Answer(**row) for row in form.cleaned_rows["answers"]]
        record_answers(request=self.check, answers=answers, actor=self.request.user)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:check", args=[self.kwargs["pk"]])
