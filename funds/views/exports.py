"""Downloads of rosters, and the two-person rule for unmasked ones (12 §12.1 #9)."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from funds.forms import DecideForm, PurposeForm
from funds.models import Roster
from funds.selectors import requests_to_decide, rosters_by_id
from funds.services.exports import ask_full, decide_full, full_roster, masked_roster, summary_table
from funds.services.papers import signed_paper
from salvation.access.services import get_visible
from salvation.files.models import ExportRequest
from salvation.web.downloads import download
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage

MAKERS = {"roster": masked_roster, "summary": summary_table, "full": full_roster, "signed": signed_paper}


class Download(Page):
    """A roster as a file, journalled. Out of scope 404; the full one needs an approved request."""

    permission = "roster.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["what"] not in MAKERS:
            raise Http404("没有这种文件")
        content, name = MAKERS[kwargs["what"]](roster_id=kwargs["pk"], actor=request.user)
        return download(content, name)


class AskExport(FormPage):
    title = "申请导出完整版"
    permission = "export.sensitive"
    form_class = PurposeForm
    submit_label = "提交申请"
    success = "已提交，等待批准；批准后24小时内可在花名表页面下载"
    hint = "完整版含证号和账号全号。须第二人批准，下载留痕，页脚带姓名、时间和单位水印。"
    drafts: ClassVar[bool] = False
    roster: Roster

    def prepare(self) -> None:
        self.roster = get_visible(
            Roster.objects.select_related("unit"), self.request.user, pk=self.kwargs["pk"]
        )

    def page_title(self) -> str:
        return f"{self.title}：{self.roster}"

    def save(self, form: Any) -> str:
        ask_full(
            roster=self.roster,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            now=timezone.now(),
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("funds:roster", args=[self.roster.pk])


class ExportRequests(Page):
    """What waits for a second person."""

    title = "完整版导出申请"
    permission = "export.approve"
    template_name = "funds/export_requests.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        waiting = list(requests_to_decide(request.user))
        titles = rosters_by_id(
            [found.subject_id for found in waiting if found.subject_type == "funds.roster"]
        )
        rows = [
            (found, titles.get(found.subject_id, ""), reverse("funds:decide_export", args=[found.pk]))
            for found in waiting
        ]
        return self.show({"rows": rows})


class DecideExport(FormPage):
    title = "批准导出完整版"
    permission = "export.approve"
    form_class = DecideForm
    submit_label = "提交决定"
    success = "已办理"
    drafts: ClassVar[bool] = False
    found: ExportRequest

    def prepare(self) -> None:
        found = requests_to_decide(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404("没有找到这个申请，可能已经办理")
        self.found = found
        titles = rosters_by_id([found.subject_id])
        self.hint = (  # type: ignore[misc]
            f"{found.requested_by}（{found.requested_by.unit_label}）申请导出“{titles.get(found.subject_id, '')}”完整版，用途：{found.reason}"
        )

    def save(self, form: Any) -> str:
        decide_full(
            request_id=self.found.pk,
            approve=form.cleaned_data["approve"],
            actor=self.request.user,
            now=timezone.now(),
        )
        return reverse("funds:exports")

    def cancel_url(self) -> str:
        return reverse("funds:exports")
