"""Between the economy form's rows and the declared document (shape of docs/assess.md)."""

from collections.abc import Mapping
from typing import Any

WAYS = ("monthly", "yearly", "once", "mu")
EXEMPTION = ("code", "reason", "evidence", "decision")


def document_from(rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The declaration that a filled form says."""
    members = {row["member"]: _filled(row, skip=("member",)) for row in rows["members"] if row["member"]}
    return {
        "incomes": [_income(row) for row in rows["incomes"]],
        "properties": [_property(row) for row in rows["properties"]],
        "expenses": [_filled(row) for row in rows["expenses"]],
        "duty_bearers": [_bearer(row) for row in rows["duty_bearers"]],
        "members": members,
    }


def rows_from(document: Mapping[str, Any]) -> dict[str, Any]:
    """The form's initial rows for a declaration kept earlier: nothing is typed twice."""
    return {
        "incomes": [_income_row(row) for row in document.get("incomes", [])],
        "properties": [{**row, **row.get("exemption", {})} for row in document.get("properties", [])],
        "expenses": list(document.get("expenses", [])),
        "duty_bearers": [_bearer_row(row) for row in document.get("duty_bearers", [])],
        "members": [{"member": key, **facts} for key, facts in document.get("members", {}).items()],
    }


def _filled(row: Mapping[str, Any], skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """Only what was filled in, as plain JSON values."""
    return {
        key: _plain(value)
        for key, value in row.items()
        if key not in skip and value not in (None, "", [], False)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bool | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _income(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = _filled(row, skip=("way", "amount"))
    kept[row["way"] or "monthly"] = str(row["amount"])
    return kept


def _income_row(row: Mapping[str, Any]) -> dict[str, Any]:
    way = next((way for way in WAYS if way in row), "monthly")
    return {**row, "way": "" if way == "monthly" else way, "amount": row.get(way, "")}


def _property(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = _filled(row, skip=EXEMPTION)
    if row.get("code"):
        kept["exemption"] = _filled({key: row[key] for key in EXEMPTION})
    return kept


def _bearer(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = _filled(row, skip=("disability_kind", "disability_level"))
    if row.get("disability_kind") and row.get("disability_level"):
        kept["disability"] = {"kind": row["disability_kind"], "level": str(row["disability_level"])}
    return kept


def _bearer_row(row: Mapping[str, Any]) -> dict[str, Any]:
    disability = row.get("disability") or {}
    return {
        **row,
        "disability_kind": disability.get("kind", ""),
        "disability_level": disability.get("level", ""),
    }
