"""What a look at an uploaded roster found, kept sealed so that the wizard's pages need not read the file again."""

import json
from typing import Any

from cases.services.roster_plan import Plan
from salvation.domain.errors import Refusal
from salvation.files.services import load, store
from salvation.intake.mapping import How, Match, Recognised
from salvation.intake.memory import head_of
from salvation.intake.models import Batch
from salvation.jobs.models import Run

SHOWN = 200
# The jobs that read and write a batch; the period of their runs is the batch's id.
CHECK = "roster.check"
RUNS = (CHECK, "roster.commit")


def keep_findings(plan: Plan) -> str:
    """Seal the findings (they quote cells) in the file store; gives the name to find them by."""
    return store(json.dumps(findings(plan), ensure_ascii=False).encode())


def load_findings(stored_as: str) -> dict[str, Any]:
    """Raises Refusal when the file is gone."""
    found: dict[str, Any] = json.loads(load(stored_as))
    return found


def findings(plan: Plan) -> dict[str, Any]:
    """Counts, columns, sheets, and the first problems, differences and rows not taken for people."""
    told = [(row, problem) for row in plan.flawed for problem in row.problems]
    rejects = [
        [row.place, row.values.get("name") or "", problem.field, problem.reason, problem.remedy]
        for row, problem in told
        if problem.rejects
    ]
    hints = [[row.place, problem.text] for row, problem in told if not problem.rejects]
    differences = [[d.place, d.household_no, d.name, d.what] for d in plan.differences]
    return {
        "rows": plan.rows,
        "accepted": plan.accepted,
        "rejected": plan.rejected,
        "unchanged": plan.unchanged,
        "new_households": len(plan.new),
        "difference_count": len(differences),
        "refused": plan.refused,
        "missing": bool(plan.reading.missing),
        "notes": plan.notes,
        "head": head_of(plan.reading),
        "sheets": [_sheet(sheet) for sheet in plan.reading.sheets],
        "columns": _columns(plan),
        "skipped": [[row.sheet, row.number, row.words] for row in plan.reading.skipped[:SHOWN]],
        **_first("rejects", rejects),
        **_first("hints", hints),
        **_first("differences", differences),
    }


def _first(name: str, rows: list[list[str]]) -> dict[str, Any]:
    return {name: rows[:SHOWN], f"more_{name}": max(len(rows) - SHOWN, 0)}


def _sheet(sheet: Any) -> dict[str, Any]:
    return {
        "name": sheet.sheet.name,
        "top": sheet.header.top + 1,
        "bottom": sheet.header.bottom + 1,
        "rows": len(sheet.body.data),
        "unit": sheet.caption.unit,
        "month": sheet.caption.month.label if sheet.caption.month else "",
        "village": sheet.village,
    }


def _columns(plan: Plan) -> list[list[Any]]:
    """The columns with a heading, each heading once although several sheets carry it, and which sheets these are."""
    found: dict[str, Recognised] = {}
    sheets: dict[str, list[int]] = {}
    for number, sheet in enumerate(plan.reading.sheets):
        for item in sheet.recognised:
            if item.heading:
                found.setdefault(item.heading, item)
                sheets.setdefault(item.heading, []).append(number)
    return [
        [item.position, heading, item.match.key, item.match.how.value, item.match.confidence, sheets[heading]]
        for heading, item in found.items()
    ]


def sheets_by_heading(found: dict[str, Any]) -> dict[str, set[int]]:
    """Two headings may be the same thing only where no sheet has both."""
    return {column[1]: set(column[5]) for column in found["columns"]}


def recognised_in(found: dict[str, Any]) -> list[Recognised]:
    """The columns as the reader gave them."""
    return [
        Recognised(position, heading, Match(key, How(how), confidence))
        for position, heading, key, how, confidence, _ in found["columns"]
    ]


def refuse_while_checked(batch: Batch) -> None:
    """Raises Refusal while a job still reads the batch: what is shown of it may be out of date in a minute."""
    runs = Run.objects.filter(job=CHECK, unit=batch.unit_id, period=str(batch.pk))
    if runs.filter(state__in=(Run.State.WAITING, Run.State.RUNNING)).exists():
        raise Refusal("这份花名册正在后台核对，请等核对完成（或先取消核对任务）后再继续")


def last_run(batch: Batch) -> Run | None:
    """The latest reading or writing of a batch in a job. Whoever may see the batch may see how its run stands."""
    runs = Run.objects.filter(job__in=RUNS, unit=batch.unit, period=str(batch.pk))
    return runs.order_by("-started_at").first()
