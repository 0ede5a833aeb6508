"""Ask for a file with whole numbers, consent as the second person, take it out (12 §12.1 #9)."""

from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from salvation.access.services import get_visible
from salvation.files.models import ExportRequest
from salvation.files.whole import (
    PERMISSION,
    WHOLE,
    Whole,
    ask_whole,
    decide_whole,
    must_may,
    requests_for,
    requests_to_decide,
    title_of,
    valid_request,
)
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage


class PurposeForm(forms.Form):
    reason = forms.CharField(label="用途", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class DecideForm(forms.Form):
    approve = forms.TypedChoiceField(
        label="是否批准",
        choices=[("yes", "批准，24小时内有效"), ("no", "不批准")],
        coerce=lambda chosen: chosen == "yes",
        widget=forms.RadioSelect,
    )


class WholeFile(Page):
    """One file with whole numbers: how far my request is, the download while a consent holds."""

    title = "完整版文件"
    permission = PERMISSION
    template_name = "files/whole.html"

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
        found = whole_of(kind)
        subject = subject_of(found, request.user, pk)
        last = requests_for(subject, request.user).select_related("decided_by").first()
        return self.show(
            {
                "kind": found,
                "page_title": f"{found.label}：{found.title(subject)}",
                "last": last,
                "valid": valid_request(subject, request.user),
                "file": found.file(subject),
                "back": found.back(subject),
                "ask": reverse("files:ask_whole", args=[kind, pk]),
            }
        )


def whole_of(label: str) -> Whole:
    """Raises Http404 for a kind that was never declared: it comes from an address."""
    if label not in WHOLE:
        raise Http404("没有这种文件")
    return WHOLE[label]


def subject_of(kind: Whole, user: Any, pk: int) -> Any:
    """Raises Http404 out of scope, PermissionDenied without the permissions of the rule."""
    subject = get_visible(kind.model._default_manager, user, pk=pk)
    must_may(user, subject)
    return subject


class AskWhole(FormPage):
    title = "申请导出完整版"
    permission = PERMISSION
    form_class = PurposeForm
    submit_label = "提交申请"
    success = "已提交，等待批准；批准后24小时内可以下载"
    hint = "完整版含证号全号。须第二人批准，下载连同用途写入日志，文件上有姓名和时间"
    drafts: ClassVar[bool] = False
    subject: Any

    def prepare(self) -> None:
        self.subject = subject_of(whole_of(self.kwargs["kind"]), self.request.user, self.kwargs["pk"])

    def page_title(self) -> str:
        return f"{self.title}：{whole_of(self.kwargs['kind']).title(self.subject)}"

    def save(self, form: Any) -> str:
        reason = form.cleaned_data["reason"]
        ask_whole(subject=self.subject, reason=reason, actor=self.request.user, now=timezone.now())
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("files:whole", args=[self.kwargs["kind"], self.kwargs["pk"]])


class ExportRequests(Page):
    """What waits for a second person."""

    title = "完整版导出申请"
    permission = "export.approve"
    template_name = "files/export_requests.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        waiting = requests_to_decide(request.user)
        rows = [
            (found, title_of(found), reverse("files:decide_export", args=[found.pk])) for found in waiting
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
        who = f"{found.requested_by}（{found.requested_by.unit_label}）"
        self.hint = f"{who}申请导出“{title_of(found)}”完整版，用途：{found.reason}"  # type: ignore[misc]

    def save(self, form: Any) -> str:
        decide_whole(
            request_id=self.found.pk, approve=form.cleaned_data["approve"], actor=self.request.user, now=timezone.now()
        )  # fmt: skip
        return reverse("files:exports")

    def cancel_url(self) -> str:
        return reverse("files:exports")
