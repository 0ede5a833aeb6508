"""The roster wizard: upload → columns → preview → commit; the batch stays findable and can be undone."""

import re
from io import BytesIO
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.forms.rosters import (
    ColumnsForm,
    ConfirmForm,
    RosterFilter,
    SheetsForm,
    UndoForm,
    UploadForm,
    importing_units,
)
from cases.intake import roster_intake
from cases.jobs import ROSTER, ROSTER_CHECK
from cases.models import Benefit, Household, Person
from cases.models.choices import PROGRAMS
from cases.services.roster_findings import last_run, recognised_in, refuse_while_checked, sheets_by_heading
from cases.services.roster_import import (
    INTAKE,
    OPEN,
    checked_order,
    commit_batch,
    findings_of,
    forget_mapping,
    keep_mapping,
    receive_roster,
    returned_of,
    settle_mapping,
    upload_roster,
)
from cases.services.roster_undo import blockers, undo_batch, undo_until
from cases.tables import BLOCKERS, ROSTERS
from salvation.access.services import get_visible
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.services import load
from salvation.intake.mapping import SavedMapping
from salvation.intake.models import Batch
from salvation.intake.text import clean
from salvation.intake.workbook import read_book
from salvation.jobs.models import Run
from salvation.journal.services import record
from salvation.tables.flat import write_flat
from salvation.tables.model import Heading
from salvation.web.downloads import download
from salvation.web.following import follow
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.wizards import WizardPage

# Above this many rows, or this many bytes, the work is a job with a bar; below it is done before the page is back.
AT_ONCE = 2_000
BYTES_AT_ONCE = 384 * 1024
FIRST_ROWS, FIRST_CELLS, BLOCKERS_SHOWN = 12, 24, 200
LONG_NUMBER = re.compile(r"\d{9,}[\dXx]*")


def of_rosters(rows: Any) -> Any:
    return rows.filter(intake=INTAKE).select_related("unit", "added_by")


class RosterList(ListPage):
    title = "花名册导入"
    permission = "intake.roster"
    model = Batch
    table = ROSTERS
    filter_form = RosterFilter
    record_url = "cases:roster"
    create_url = "cases:new_roster"
    create_permission = "intake.roster"
    create_label = "导入花名册"
    empty = ("还没有导入过花名册", "点“导入花名册”，上传本单位正在用的表即可，不用另做模板")

    def narrow(self, rows: Any) -> Any:
        return of_rosters(rows)


class NewRoster(WizardPage):
    title = "导入花名册：上传文件"
    permission = "intake.roster"
    step = 1
    hint = "上传本单位正在用的花名册。系统先核对给您看，确认后才写入。"

    def initial(self) -> dict[str, Any]:
        units = list(importing_units(self.request.user)[:2])
        month = timezone.localdate().strftime("%Y-%m")
        return {"month": month, **({"unit": units[0].pk} if len(units) == 1 else {})}

    def make_form(self, data: Any, files: Any) -> UploadForm:
        return UploadForm(data, files, initial=self.initial(), user=self.request.user)

    def cancel_url(self) -> str:
        return reverse("cases:rosters")

    def save(self, form: Any) -> str:
        given = form.cleaned_data
        order = checked_order(unit=given["unit"], program=given["program"], month=Month.parse(given["month"]))
        upload = given["file"]
        if upload.size > settings.UPLOAD_LIMIT_BYTES:
            limit = settings.UPLOAD_LIMIT_BYTES // 1024 // 1024
            raise Refusal(f"文件超过 {limit} MB，请分成几个文件上传", field="file")
        take = receive_roster if upload.size > BYTES_AT_ONCE else upload_roster
        try:
            batch = take(content=upload.read(), file_name=upload.name, order=order, actor=self.request.user)
        except Refusal as refusal:
            raise Refusal(refusal.message, rule=refusal.rule, field="file") from refusal
        return check_later(batch, self.request.user) if take is receive_roster else after(batch)


def check_later(batch: Batch, actor: Any) -> str:
    """Start the check of a large file; where its progress is seen."""
    return follow(code=ROSTER_CHECK, unit=batch.unit, period=str(batch.pk), actor=actor)


def after(batch: Batch) -> str:
    """The page on which an uploaded batch goes on."""
    if batch.state not in OPEN:
        return reverse("cases:roster", args=[batch.pk])
    if batch.state == Batch.State.UPLOADED:
        return reverse("cases:roster_sheets", args=[batch.pk])
    settled = batch.options.get("settled") == "columns"
    if settled and not findings_of(batch)["missing"]:
        return reverse("cases:roster_preview", args=[batch.pk])
    return reverse("cases:roster_columns", args=[batch.pk])


class BatchStage(WizardPage):
    """A stage about an uploaded file; it shows what the last look at the file found."""

    permission = "intake.roster"
    states: ClassVar[tuple[str, ...]] = (Batch.State.PREVIEWED,)
    batch: Batch
    found: dict[str, Any]

    def prepare(self) -> None:
        self.batch = batch_of(self.request, self.kwargs["pk"])
        if self.batch.state not in self.states:
            raise Refusal(f"该批次{self.batch.get_state_display()}，请在花名册导入列表中查看")
        refuse_while_checked(self.batch)
        self.found = findings_of(self.batch) if self.batch.state == Batch.State.PREVIEWED else {}

    def cancel_url(self) -> str:
        return reverse("cases:rosters")

    def extra(self) -> dict[str, Any]:
        return {**super().extra(), "found": self.found, "batch": self.batch}

    def settle(self, mapping: SavedMapping, stage: str) -> str:
        """Take the user's word and look again: at once, or in a job where the file is large."""
        actor = self.request.user
        if self.found.get("rows", 0) > AT_ONCE:
            keep_mapping(batch=self.batch, mapping=mapping, actor=actor, stage=stage)
            return check_later(self.batch, actor)
        settle_mapping(batch=self.batch, mapping=mapping, actor=actor, stage=stage)
        self.batch.refresh_from_db()
        return after(self.batch)


def batch_of(request: HttpRequest, pk: int) -> Batch:
    """The batch this person may see. Raises Http404."""
    found: Batch = get_visible(of_rosters(Batch.objects.all()), request.user, pk=pk)
    return found


def unfinished(batch: Batch) -> str:
    """The job of an open batch that was started and brought nothing: interrupted, failed, cancelled, still waiting."""
    if batch.state not in OPEN:
        return ""
    last = last_run(batch)
    return last.job if last and last.state != Run.State.DONE else ""


class RosterNext(ScopedPage):
    """Leads to the stage at which a batch stands: a job's result knows no more than the batch."""

    title = "继续导入"
    permission = "intake.roster"
    model = Batch

    def narrow(self, rows: Any) -> Any:
        return of_rosters(rows)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseRedirect(after(self.subject(pk=pk)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Continue: a reading or writing that was interrupted is taken up again."""
        batch = self.subject(pk=pk)
        code = unfinished(batch)
        if not code:
            return HttpResponseRedirect(after(batch))
        return HttpResponseRedirect(follow(code=code, unit=batch.unit, period=str(pk), actor=request.user))


class RosterSheets(BatchStage):
    """For workbooks of several sheets, and where no header was found: the clerk points at it."""

    title = "导入花名册：选工作表和表头"
    step = 2
    hint = "下面是各工作表的前几行。请选要读取的工作表；没有认出表头的，请填写表头在第几行。"
    body_template = "cases/roster_sheets.html"
    states = (Batch.State.UPLOADED, Batch.State.PREVIEWED)

    def prepare(self) -> None:
        super().prepare()
        self.book = read_book(load(self.batch.stored_as))

    def make_form(self, data: Any, files: Any) -> SheetsForm:
        names = [sheet.name for sheet in self.book.sheets if sheet.rows]
        return SheetsForm(data, names=names, settled=SavedMapping.from_dict(self.batch.mapping))

    def extra(self) -> dict[str, Any]:
        sheets = [
            (sheet.name, len(sheet.rows), first_rows(sheet.rows)) for sheet in self.book.sheets if sheet.rows
        ]
        return {**super().extra(), "sheets": sheets}

    def save(self, form: Any) -> str:
        return self.settle(form.mapping(), "sheets")


def first_rows(rows: Any) -> list[tuple[int, list[str]]]:
    """The top of a sheet to recognise its header by; long numbers cut short: nobody needs them here."""
    return [
        (
            number,
            [
                LONG_NUMBER.sub(lambda found: found[0][:6] + "…", clean(cell))[:20]
                for cell in row[:FIRST_CELLS]
            ],
        )
        for number, row in enumerate(rows[:FIRST_ROWS], start=1)
    ]


class RosterColumns(BatchStage):
    title = "导入花名册：对应列"
    step = 2
    hint = "每一列认作什么都写在下面，认错的请改。改过的对应会记住，下次同样的表自动套用。"
    body_template = "cases/roster_columns.html"

    def make_form(self, data: Any, files: Any) -> ColumnsForm:
        return ColumnsForm(
            data,
            recognised=recognised_in(self.found),
            sheets=sheets_by_heading(self.found),
            intake=roster_intake(self.batch.options["program"]),
            settled=SavedMapping.from_dict(self.batch.mapping),
        )

    def save(self, form: Any) -> str:
        return self.settle(form.mapping(), "columns")


class RosterForget(ScopedPage):
    """Drop the remembered columns and recognise them anew."""

    title = "不再沿用列对应"
    permission = "intake.roster"
    model = Batch

    def narrow(self, rows: Any) -> Any:
        return of_rosters(rows)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.subject(pk=pk)
        forget_mapping(batch=batch, actor=request.user)
        messages.success(request, "已忘记这个表头的对应，列已重新认过")
        return HttpResponseRedirect(reverse("cases:roster_columns", args=[pk]))


class RosterPreview(BatchStage):
    title = "导入花名册：核对预览"
    step = 3
    submit_label = "写入合格的户"
    body_template = "cases/roster_preview.html"
    form_class = ConfirmForm

    def back_url(self) -> str:
        return reverse("cases:roster_columns", args=[self.batch.pk])

    def extra(self) -> dict[str, Any]:
        earlier = of_rosters(Batch.objects.visible_to(self.request.user)).filter(
            sha256=self.batch.sha256, unit=self.batch.unit, state=Batch.State.COMMITTED
        )
        return {**super().extra(), "earlier": earlier.first()}

    def save(self, form: Any) -> str:
        if self.found["rows"] <= AT_ONCE:
            commit_batch(batch=self.batch, actor=self.request.user)
            self.success = "已写入"
            return reverse("cases:roster", args=[self.batch.pk])
        return follow(code=ROSTER, unit=self.batch.unit, period=str(self.batch.pk), actor=self.request.user)


class RosterRecord(ScopedPage):
    """A batch after its wizard: what it wrote, the sender's workbook, undo."""

    title = "花名册导入批次"
    permission = "intake.roster"
    model = Batch
    template_name = "cases/roster.html"

    def narrow(self, rows: Any) -> Any:
        return of_rosters(rows)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.subject(pk=pk)
        user: Any = request.user
        return self.show(
            {
                "batch": batch,
                "run": last_run(batch),
                "until": undo_until(batch),
                "program": dict(PROGRAMS).get(batch.options["program"], ""),
                "month": Month.parse(batch.options["month"]).label,
                "open": batch.state in OPEN,
                "may_undo": batch.state == Batch.State.COMMITTED and user.may("intake.undo", batch.unit),
            }
        )


class RosterReturned(ScopedPage):
    """The sender's own workbook with red cells and reasons."""

    title = "下载退回工作簿"
    permission = "intake.roster"
    model = Batch

    def narrow(self, rows: Any) -> Any:
        return of_rosters(rows)

    def post(self, request: HttpRequest, pk: int) -> FileResponse:
        batch = self.subject(pk=pk)
        content = returned_of(batch=batch, actor=request.user)
        return download(content, f"{batch.file_name.rsplit('.', 1)[0]}-问题标注.xlsx")


class RosterUndo(WizardPage):
    title = "撤销花名册入库"
    permission = "intake.undo"
    steps: ClassVar[tuple[str, ...]] = ("撤销",)
    step = 1
    form_class = UndoForm
    submit_label = "撤销这一批次"
    body_template = "cases/roster_undo.html"
    success = "已撤销，同一文件可以重新导入"

    def prepare(self) -> None:
        self.batch = batch_of(self.request, self.kwargs["pk"])

    def cancel_url(self) -> str:
        return reverse("cases:roster", args=[self.kwargs["pk"]])

    def extra(self) -> dict[str, Any]:
        counted = ((model._meta.verbose_name, model) for model in (Household, Person, Benefit))
        losses = [
            (label, model._default_manager.filter(batch=self.batch).count()) for label, model in counted
        ]
        found = blockers(self.batch) if self.batch.state == Batch.State.COMMITTED else []
        return {
            **super().extra(),
            "batch": self.batch,
            "losses": losses,
            "until": undo_until(self.batch),
            "blockers": found[:BLOCKERS_SHOWN],
            "blocker_count": len(found),
            "closed": bool(found),
        }

    def save(self, form: Any) -> str:
        undo_batch(batch=self.batch, actor=self.request.user)
        return reverse("cases:roster", args=[self.batch.pk])


class RosterBlockers(ScopedPage):
    """The whole list of what stands in the way of taking a batch back."""

    title = "下载撤销受阻清单"
    permission = "intake.undo"
    model = Batch

    def narrow(self, rows: Any) -> Any:
        return of_rosters(rows)

    def post(self, request: HttpRequest, pk: int) -> FileResponse:
        batch = self.subject(pk=pk)
        facts = {"file": batch.file_name}
        record(actor=request.user, action="roster.blockers", subject=batch, unit=batch.unit, facts=facts)
        content = BytesIO()
        lines = (f"{batch.unit}　{batch.file_name}",)
        heading = Heading(self.title, timezone.localtime(), lines=lines, made_by=str(request.user))
        write_flat(BLOCKERS, blockers(batch), content, heading=heading)
        return download(content, f"撤销受阻清单-{batch.pk}.xlsx")
