"""Kept means tests on paper, and the comparison of programmes."""

from django.http import FileResponse, Http404, HttpRequest

from cases.documents.worksheet import worksheet
from cases.models import Application, Assessment, Household
from salvation.access.services import get_visible
from salvation.documents.declared import office_of
from salvation.documents.services import WRITERS, traced
from salvation.journal.services import record
from salvation.web.downloads import download
from salvation.web.pages.base import Page


class Worksheet(Page):
    """核算表 of an assessment whose application or household this person sees."""

    title = "下载核算表"
    permission = "case.view"

    def get(self, request: HttpRequest, pk: int, form: str) -> FileResponse:
        if form not in WRITERS:
            raise Http404(f"没有 {form} 格式")
        found = Assessment.objects.filter(pk=pk).select_related("household__handling_unit").first()
        if found is None:
            raise Http404("没有找到，或不在您的管辖范围")
        if found.application_id:
            get_visible(Application.objects.all(), request.user, pk=found.application_id)
        else:
            get_visible(Household.objects.all(), request.user, pk=found.household_id)
        paper = worksheet(found, issuer=office_of(found.household.handling_unit), trace=traced(request.user))
        unit = found.household.handling_unit
        record(
            actor=request.user,
            action="export",
            subject=found,
            unit=unit,
            facts={"what": "核算表", "form": form},
        )
        return download(WRITERS[form](paper), f"核算表-{found.household.no}-{found.on:%Y%m%d}.{form}")
