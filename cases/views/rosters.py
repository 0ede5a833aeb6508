"""The roster wizard: upload → columns → preview → commit; the batch stays findable and can be undone."""

from typing import Any, ClassVar

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases.forms.rosters import ColumnsForm, ConfirmForm, RosterFilter, UndoForm, UploadForm, importing_units
from cases.jobs import ROSTER
from cases.models import Benefit, Household, Person
from cases.models.choices import PROGRAMS
from cases.services.roster_import import (
    INTAKE,
    checked_order,
    commit_batch,
    preview_batch,
    returned_of,
    settle_mapping,
    undo_batch,
    upload_roster,
)
from cases.services.roster_plan import Plan
from cases.tables import ROSTERS
from salvation.access.services import get_visible
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.intake.mapping import Recognised, SavedMapping
from salvation.intake.models import Batch
from salvation.jobs.services import start
from salvation.jobs.tasks import execute
from salvation.web.downloads import download
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.wizards import WizardPage

SHOWN = 200
# Above this a commit is a job with a bar; below it is done before the page is back.
AT_ONCE = 2_000


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
        try:
            batch = upload_roster(
                content=upload.read(), file_name=upload.name, order=order, actor=self.request.user
            )
        except Refusal as refusal:
            raise Refusal(refusal.message, rule=refusal.rule, field="file") from refusal
        return reverse("cases:roster_columns", args=[batch.pk])


class BatchStage(WizardPage):
    """A stage about an uploaded file."""

    permission = "intake.roster"
    batch: Batch
    plan: Plan

    def prepare(self) -> None:
        self.batch = batch_of(self.request, self.kwargs["pk"])
        if self.batch.state != Batch.State.PREVIEWED:
            raise Refusal(f"该批次{self.batch.get_state_display()}，请在花名册导入列表中查看")
        self.plan = preview_batch(self.batch)

    def cancel_url(self) -> str:
        return reverse("cases:rosters")


def batch_of(request: HttpRequest, pk: int) -> Batch:
    """The batch this person may see. Raises Http404."""
    found: Batch = get_visible(of_rosters(Batch.objects.all()), request.user, pk=pk)
    return found


class RosterColumns(BatchStage):
    title = "导入花名册：对应列"
    step = 2
    hint = "每一列认作什么都写在下面，认错的请改。改过的对应会记住，下次同样的表自动套用。"
    body_template = "cases/roster_columns.html"

    def make_form(self, data: Any, files: Any) -> ColumnsForm:
        return ColumnsForm(
            data,
            recognised=recognised_of(self.plan),
            intake=self.plan.reading.intake,
            settled=SavedMapping.from_dict(self.batch.mapping),
        )

    def extra(self) -> dict[str, Any]:
        return {**super().extra(), "plan": self.plan, "batch": self.batch}

    def save(self, form: Any) -> str:
        plan = settle_mapping(batch=self.batch, mapping=form.mapping(), actor=self.request.user)
        if plan.reading.missing:
            return reverse("cases:roster_columns", args=[self.batch.pk])
        return reverse("cases:roster_preview", args=[self.batch.pk])


def recognised_of(plan: Plan) -> list[Recognised]:
    """The columns with a heading, each heading once although several sheets carry it."""
    found: dict[str, Recognised] = {}
    for sheet in plan.reading.sheets:
        for item in sheet.recognised:
            if item.heading:
                found.setdefault(item.heading, item)
    return list(found.values())


class RosterPreview(BatchStage):
    title = "导入花名册：核对预览"
    step = 3
    submit_label = "写入合格的户"
    body_template = "cases/roster_preview.html"
    form_class = ConfirmForm

    def back_url(self) -> str:
        return reverse("cases:roster_columns", args=[self.batch.pk])

    def extra(self) -> dict[str, Any]:
        return {**super().extra(), **preview_facts(self.plan), "batch": self.batch}

    def save(self, form: Any) -> str:
        if self.plan.rows <= AT_ONCE:
            commit_batch(batch=self.batch, actor=self.request.user)
            self.success = "已写入"
            return reverse("cases:roster", args=[self.batch.pk])
        run = start(
            code=ROSTER,
            unit=self.batch.unit,
            period=str(self.batch.pk),
            actor=self.request.user,
            enqueue=execute.delay,
            again=True,
        )
        return reverse("web:job", args=[run.pk])


def preview_facts(plan: Plan) -> dict[str, Any]:
    """What the preview shows: counts, problems by row, differences, rows not taken for people."""
    told = [(row, problem) for row in plan.reading.rows for problem in row.problems]
    rejects = [(row, problem) for row, problem in told if problem.rejects]
    hints = [(row, problem) for row, problem in told if not problem.rejects]
    return {
        "plan": plan,
        "rejects": rejects[:SHOWN],
        "more_rejects": max(len(rejects) - SHOWN, 0),
        "hints": hints[:SHOWN],
        "more_hints": max(len(hints) - SHOWN, 0),
        "differences": plan.differences[:SHOWN],
        "more_differences": max(len(plan.differences) - SHOWN, 0),
        "skipped": plan.reading.skipped[:SHOWN],
        "new_households": len(plan.new),
    }


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
                "program": dict(PROGRAMS).get(batch.options["program"], ""),
                "month": Month.parse(batch.options["month"]).label,
                "open": batch.state == Batch.State.PREVIEWED,
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
        return {**super().extra(), "batch": self.batch, "losses": losses}

    def save(self, form: Any) -> str:
        undo_batch(batch=self.batch, actor=self.request.user)
        return reverse("cases:roster", args=[self.batch.pk])
