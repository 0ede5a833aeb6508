"""村签字报表 in the browser: which villages have signed, the sheet to print, the signature to register."""

from typing import Any, ClassVar

from django import forms
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from cases.models import VillageAttestation
from cases.services.cycle import Signature, due_on, orders_of, sheet_paper, sign, signs_itself
from cases.tables import CHANGE_STATES
from salvation.access.services import get_visible, require
from salvation.documents.copies import hand_out_declared
from salvation.documents.html import paper_html
from salvation.documents.writers import WRITERS
from salvation.domain.month import Month
from salvation.files.services import attachments_of
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.downloads import download
from salvation.web.fields import DateField, FilesField, MonthField, YesNoField
from salvation.web.filters import FilterForm
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

STATES = {
    "OPEN": State("未签字", "wait"),
    "LATE": State("逾期未签", "bad"),
    "SAME": State("已签：无变化", "good"),
    "CHANGED": State("已签：有变化", "good"),
}


def state_of(sheet: VillageAttestation) -> str:
    """Asked of the dates, never stored."""
    if sheet.signed_on:
        return "CHANGED" if sheet.changed else "SAME"
    late = timezone.localdate() > due_on(sheet.cycle.county, Month.of(sheet.cycle.month))
    return "LATE" if late else "OPEN"


SHEETS = Table(
    "attestations",
    "村签字报表",
    (
        Column("village", "村（社区）", value="village.name", priority=1, sort="village__name", link=True),
        Column("month", "周期", value=lambda sheet: str(sheet.cycle), sort="cycle__month"),
        Column("state", "状态", Kind.STATE, value=state_of, states=STATES, priority=2),
        Column("unit", "受理单位", value="unit.name"),
        Column("households", "在保户数", Kind.COUNT),
        Column("people", "在保人数", Kind.COUNT, priority=3),
        Column("signer", "签字人"),
        Column("signed_on", "签字日期", Kind.DATE, sort="signed_on"),
        Column("urges", "催办次数", Kind.COUNT, optional=True),
        Column("urged_on", "最近催办", Kind.DATE, optional=True),
        Column("remark", "变化内容", optional=True),
    ),
)


class SheetFilter(FilterForm):
    village = forms.CharField(label="村（社区）", max_length=30)
    month = MonthField(label="周期")
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("open", "未签字"), ("done", "已签字"), ("changed", "有变化")]
    )
    lookups: ClassVar[dict[str, str]] = {"village": "village__name__contains"}

    def narrow(self, rows: Any) -> Any:
        if month := self.cleaned_data.get("month"):
            rows = rows.filter(cycle__month=Month.parse(month).first_day)
        match self.cleaned_data.get("state"):
            case "open":
                return rows.filter(signed_on__isnull=True)
            case "done":
                return rows.filter(signed_on__isnull=False)
            case "changed":
                return rows.filter(changed=True)
        return rows


class Attestations(ListPage):
    title = "村签字报表"
    permission = "case.view"
    model = VillageAttestation
    table = SHEETS
    filter_form = SheetFilter
    record_url = "cases:attestation"
    default_sort = "-pk"
    template_name = "cases/attestations.html"
    lead_in = (
        "每月1日自动生成，各村（社区）核对后签字盖章，没有变化的也要签；未签的村按参数提示或阻断花名表签章。"
    )
    empty = ("没有符合条件的签字报表", "每月1日随动态管理周期自动生成")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("cycle__county", "unit", "village")


def sheet_facts(page: Any, sheet: VillageAttestation) -> dict[str, Any]:
    orders = orders_of(sheet)
    return {
        "sheet": sheet,
        "markup": paper_html(sheet_paper(sheet)),
        "orders": [(order, CHANGE_STATES[order.state]) for order in orders],
        "files": attachments_of(sheet),
    }


class AttestationRecord(RecordPage):
    model = VillageAttestation
    permission = "case.view"
    tabs: ClassVar[Any] = (Tab("sheet", "报表", "cases/attestation.html", sheet_facts),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("cycle__county", "unit", "village", "registered_by")

    def head(self, subject: VillageAttestation) -> Head:
        user: Any = self.request.user
        links = [
            Link("打印 PDF", reverse("cases:attestation_file", args=[subject.pk, "pdf"]), swap=False),
            Link("Word", reverse("cases:attestation_file", args=[subject.pk, "docx"]), swap=False),
        ]
        if subject.signed_on is None and (user.may("case.edit", subject.unit) or signs_itself(subject, user)):
            links.insert(0, Link("登记签字", reverse("cases:sign_attestation", args=[subject.pk])))
        facts = [
            ("受理单位", subject.unit),
            ("在保", f"{subject.households}户{subject.people}人"),
            ("最迟签字", due_on(subject.cycle.county, Month.of(subject.cycle.month))),
        ]
        if subject.urges and not subject.signed_on:
            facts.append(("催办", f"{subject.urges}次，最近{subject.urged_on:%m-%d}"))
        if subject.signed_on:
            facts += [("签字人", subject.signer), ("签字日期", subject.signed_on)]
            facts += [("登记", subject.registered_by), ("变化内容", subject.remark or "无变化")]
        return Head(str(subject), facts, links, STATES[state_of(subject)])


class SignForm(forms.Form):
    signer = forms.CharField(label="签字人", max_length=50, help_text="村（社区）主任")
    signed_on = DateField(label="签字日期")
    changed = YesNoField(label="本月有无变化", help_text="有变化的选“是”；没有变化也要签字")
    remark = forms.CharField(
        label="变化内容", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    scans = FilesField(label="签字盖章的扫描件或照片")


class Sign(FormPage):
    title = "登记村签字报表"
    permission = "case.survey"
    form_class = SignForm
    drafts = False
    submit_label = "登记签字"
    success = "签字报表已登记"
    sheet: VillageAttestation
    itself = False

    def prepare(self) -> None:
        rows = VillageAttestation.objects.select_related("cycle__county", "unit", "village")
        self.sheet = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        self.itself = signs_itself(self.sheet, self.request.user)
        if not self.itself:
            require(self.request.user, "case.edit", self.sheet.unit)

    def make_form(self, data: Any, files: Any) -> SignForm:
        form = SignForm(data, files)
        if self.itself:
            form.fields["scans"].required = False
            form.fields["scans"].help_text = "本县已启用无纸化：以您的账号签字，不用上传"
        return form

    def page_title(self) -> str:
        return f"登记签字：{self.sheet}"

    def save(self, form: Any) -> str:
        given = form.cleaned_data
        signature = Signature(given["signer"], given["signed_on"], given["changed"], given["remark"])
        sign(
            attestation=self.sheet,
            given=signature,
            scans=given["scans"],
            actor=self.request.user,
            now=timezone.now(),
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:attestation", args=[self.kwargs["pk"]])


class SheetFile(ScopedPage):
    title = "下载村签字报表"
    permission = "case.view"
    model = VillageAttestation

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("cycle__county", "unit", "village")

    def get(self, request: HttpRequest, pk: int, form: str) -> FileResponse:
        if form not in WRITERS:
            raise Http404(f"没有 {form} 格式")
        sheet = self.subject(pk=pk)
        content = hand_out_declared(
            code="attestation-sheet", subject=sheet, unit=sheet.unit, form=form, actor=request.user,
            action="attestation.print",
        )  # fmt: skip
        return download(content, f"{sheet}.{form}")
