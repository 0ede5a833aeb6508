"""Kept means tests on paper, and the comparison of programmes."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone

from cases.documents.comparison import comparison, row_of
from cases.models import Application, Assessment, Declaration, Household
from cases.services.assessments import Compared, compare_programmes
from salvation.access.services import get_visible
from salvation.documents.copies import hand_out_declared
from salvation.documents.writers import WRITERS, traced
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.vault import facts as sealed_facts
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
        unit = found.household.handling_unit
        content = hand_out_declared(
            code="worksheet", subject=found.household, unit=unit, form=form, actor=request.user, part=found.pk,
            action="export", noted=found, facts={"what": "核算表"},
        )  # fmt: skip
        return download(content, f"核算表-{found.household.no}-{found.on:%Y%m%d}.{form}")


class Compare(Page):
    """Every programme side by side for a household; nothing is written."""

    title = "各类别比较"
    permission = "case.view"
    template_name = "cases/compare.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        household, compared = self.compared(pk)
        return self.show(
            {
                "household": household,
                "rows": [row_of(found) for found in compared],
                "on": timezone.localdate(),
            }
        )

    def compared(self, pk: int) -> tuple[Any, list[Compared]]:
        """The household and its verdicts by the latest declaration. Raises Refusal without one."""
        rows = Household.objects.select_related("head", "handling_unit", "village")
        household = get_visible(rows, self.request.user, pk=pk)
        declaration = Declaration.objects.filter(household=household).order_by("-id").first()
        if declaration is None:
            raise Refusal("本户还没有登记经济状况，不能比较")
        declared = sealed_facts.load(declaration.facts)
        return household, compare_programmes(household=household, declared=declared, on=timezone.localdate())


class CompareFile(Compare):
    """The comparison on paper, for the talk with the family."""

    title = "下载各类别比较"

    def get(self, request: HttpRequest, pk: int, form: str) -> FileResponse:  # type: ignore[override]
        if form not in WRITERS:
            raise Http404(f"没有 {form} 格式")
        household, compared = self.compared(pk)
        unit = household.handling_unit
        paper = comparison(household, compared, on=timezone.localdate(), trace=traced(request.user))
        facts = {"what": "各类别比较", "form": form}
        record(actor=request.user, action="export", subject=household, unit=unit, facts=facts)
        return download(WRITERS[form](paper), f"各类别比较-{household.no}.{form}")
