"""What a look at an uploaded roster found, kept sealed so that the wizard's pages need not read the file again."""

import json
from typing import Any

from cases.services.roster_plan import Plan
from salvation.files.services import load, store
from salvation.intake.mapping import How, Match, Recognised
from salvation.intake.memory import head_of

SHOWN = 200


def keep_findings(plan: Plan) -> str:
    """Seal the findings (they quote cells) in the file store; gives the name to find them by."""
    return store(json.dumps(findings(plan), ensure_ascii=False).encode())


def load_findings(stored_as: str) -> dict[str, Any]:
    """Raises Refusal when the file is gone."""
    found: dict[str, Any] = json.loads(load(stored_as))
    return found


def findings(plan: Plan) -> dict[str, Any]:
    """Counts, columns, sheets, and the first problems, differences and rows not taken for people."""
    told = [(row, problem) for row in plan.reading.rows for problem in row.problems]
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
        "rows": len(sheet.rows),
        "unit": sheet.caption.unit,
        "month": sheet.caption.month.label if sheet.caption.month else "",
        "village": sheet.village,
    }


def _columns(plan: Plan) -> list[list[Any]]:
    """The columns with a heading, each heading once although several sheets carry it."""
    found: dict[str, Recognised] = {}
    for sheet in plan.reading.sheets:
        for item in sheet.recognised:
            if item.heading:
                found.setdefault(item.heading, item)
    return [
        [item.position, item.heading, item.match.key, item.match.how.value, item.match.confidence]
        for item in found.values()
    ]


def recognised_in(found: dict[str, Any]) -> list[Recognised]:
    """The columns as the reader gave them."""
    return [
        Recognised(position, heading, Match(key, How(how), confidence))
        for position, heading, key, how, confidence in found["columns"]
    ]
