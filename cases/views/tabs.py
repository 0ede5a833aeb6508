"""What the tabs of an application show that came with intake: materials, authorisations, who acts."""

from typing import Any

from django.utils import timezone

from cases import checklist
from cases.check_flow import CHECK
from cases.models import Application
from cases.services.checks import ASKABLE, under_review
from cases.services.complaints import may_be_recorded
from cases.services.materials import files_by_kind, files_of
from salvation.files.services import attachments_of
from salvation.flow.engine import history


def materials_tab(page: Any, application: Application) -> dict[str, Any]:
    """The list with what is there, who signed, how often the family was told to bring more."""
    lines, files = checklist.checklist(application), files_by_kind(application)
    rows = [{"line": line, "files": _files(line, files)} for line in lines]
    today = timezone.localdate()
    return {
        "rows": rows,
        "missing": [line.label for line in lines if line.missing],
        "signers": checklist.signers(application, on=today),
        "unsigned": checklist.unsigned(application, on=today),
        "sheets": attachments_of(application).filter(kind="AUTHORISATION"),
        "mandate": getattr(application, "mandate", None),
        "ties": application.ties.select_related("member"),
        "corrections": history(application).filter(step="correct"),
        "may_edit": page.request.user.may("case.create", application.village),
        "early": application.state in {"DRAFT", "SUBMITTED", "CORRECTING"},
    }


def check_tab(page: Any, application: Application) -> dict[str, Any]:
    """The checks of an application without their results: those stand in the report, which is journalled."""
    user, today = page.request.user, timezone.localdate()
    rows = list(application.checks.select_related("requested_by"))
    checks = [
        {
            "pk": row.pk, "no": row.no, "shown": CHECK.state(row.state), "requested_on": row.requested_on,
            "requested_by": row.requested_by, "started_on": row.started_on, "reported_on": row.reported_on,
            "valid_until": row.valid_until, "expired": bool(row.valid_until and row.valid_until < today),
            "summary": row.summary,
        }
        for row in rows
    ]  # fmt: skip
    waiting = any(row.state in {"REQUESTED", "STARTED", "FAILED", "OBJECTED"} for row in rows)
    making_up = application.state == "CONFIRMED" and application.emergency_id is not None
    asked = application.state in ASKABLE or (making_up and not checks) or under_review(application)
    may = asked and not waiting and user.may("check.request", application.unit)
    return {"checks": checks, "may_request": may}


def voices_tab(page: Any, application: Application) -> dict[str, Any]:
    """Complaints, objections to the notice and deliberations."""
    user = page.request.user
    may = user.may("case.survey", application.village)
    return {
        # What people report of a family is no business of its village.
        "complaints": application.complaints.select_related("recorded_by"),
        "reads_complaints": user.may("rectify.view", application.unit),
        "may_complain": may_be_recorded(application) and user.may("register.edit", application.unit),
        "objections": application.objections.all(),
        "debates": application.debates.all(),
        "may_debate": may and application.state in {"SURVEYING", "OBJECTION"},
    }


def _files(line: Any, files: dict[str, list[Any]]) -> Any:
    if line.row is None:
        return []
    return files_of(line.row) if line.row.taken_from_id else files.get(line.row.file_kind, [])
