"""Papers of cases that are no 文书 and can be verified when they come back: how each is composed from its record."""
# requirements: B23

from typing import Any

from django.urls import reverse

from cases.documents.check_report import check_report
from cases.documents.worksheet import worksheet
from cases.models import Assessment
from cases.services import cycle, notice_sheets
from salvation.documents.copies import Printable
from salvation.documents.declared import office_of
from salvation.documents.official import Paper


def worksheet_of(household: Any, part: int | None) -> Paper | None:
    """The working of one assessment of a household; None for another's."""
    found = (
        Assessment.objects.filter(household=household.pk, pk__in=[part]).select_related("household").first()
    )
    return None if found is None else worksheet(found, issuer=office_of(household.handling_unit))


WORKSHEET = Printable(
    "worksheet", "家庭经济状况核算表", worksheet_of, lambda household: reverse("cases:household", args=[household.pk])
)  # fmt: skip
NOTICE = Printable(
    "notice-sheet", "公示单", lambda sheet, part: notice_sheets.sheet_paper(sheet),
    lambda sheet: reverse("cases:notice", args=[sheet.pk]),
)  # fmt: skip
ATTESTATION = Printable(
    "attestation-sheet", "村签字报表", lambda sheet, part: cycle.sheet_paper(sheet),
    lambda sheet: reverse("cases:attestation", args=[sheet.pk]),
)  # fmt: skip
CHECK = Printable(
    "check-report", "核对报告", lambda found, part: check_report(found, mark=""),
    lambda found: reverse("cases:check", args=[found.pk]),
)  # fmt: skip
ALL = (WORKSHEET, NOTICE, ATTESTATION, CHECK)
