"""类别转换 in the browser: the application in place of a benefit that runs."""
# requirements: C06

from typing import Any

from django.urls import reverse

from cases.forms.applications import ApplicationForm
from cases.models import Benefit
from cases.views.applications import NewApplication, household_of
from salvation.access.services import get_visible


class NewConversion(NewApplication):
    """The same application, in place of a benefit that runs (类别转换)."""

    title = "类别转换"
    hint = "按新类别申请，走完入户、核对、公示和确认；确认以前原待遇照发，确认后同月衔接，不重不漏"
    submit_label = "登记转类申请"
    success = "转类申请已登记，请填写家庭经济状况后提交；确认以前，原待遇照发"
    converts: Benefit

    def prepare(self) -> None:
        rows = Benefit.objects.select_related("applicant", "household", "unit", "village", "county")
        self.converts = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        self.household = household_of(self.request.user, self.converts.household_id)

    def page_title(self) -> str:
        return f"{self.title}：{self.converts}"

    def make_form(self, data: Any, files: Any) -> ApplicationForm:
        form = super().make_form(data, files)
        form.initial["applicant_id"] = self.converts.applicant_id
        return form

    def cancel_url(self) -> str:
        return reverse("cases:benefit", args=[self.kwargs["pk"]])
