"""What was filled into a form, in words, for the check page."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model

from salvation.web.rowsets import RowsForm


def answers(form: Any, sections: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sections with (label, value in words, id of the field) for every field that was shown."""
    plain = [
        {
            "title": section["title"],
            "rows": [
                {"label": bound.label, "value": words(form, bound.name), "target": bound.id_for_label}
                for bound in section["fields"]
            ],
        }
        for section in sections
    ]
    return plain + _row_answers(form)


def _row_answers(form: Any) -> list[dict[str, Any]]:
    """One line a filled row of the form's repeated parts."""
    if not isinstance(form, RowsForm):
        return []
    return [
        {
            "title": given.title,
            "rows": [
                {"label": f"{given.item}{number}", "value": _row_words(row), "target": f"rows-{given.name}"}
                for number, row in enumerate((row for row in formset.forms if row.has_changed()), start=1)
            ],
        }
        for given, formset in form.shown_sets
    ]


def _row_words(row: Any) -> str:
    filled = [name for name in row.fields if row.cleaned_data.get(name) not in (None, "", [], False)]
    return "，".join(f"{row.fields[name].label} {words(row, name)}" for name in filled)


def words(form: Any, name: str) -> str:
    """One cleaned value as a person would say it."""
    value: Any = form.cleaned_data.get(name)
    field: Any = form.fields[name]
    if isinstance(field, forms.BooleanField):
        return "是" if value else "否"
    if value in (None, "", []):
        return "未填"
    if isinstance(field, forms.MultipleChoiceField):
        labels = dict(_flat(field.choices))
        return "、".join(str(labels.get(part, part)) for part in value)
    if isinstance(field, forms.ChoiceField) and not isinstance(value, Model):
        return str(dict(_flat(field.choices)).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, UploadedFile):
        return str(value.name)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Decimal):
        return f"{value:,}"
    if isinstance(value, list | tuple) or hasattr(value, "all"):
        return "、".join(str(part) for part in value)
    return str(value)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without their groups."""
    flat: list[tuple[Any, Any]] = []
    for key, label in choices:
        flat += _flat(label) if isinstance(label, list | tuple) else [(key, label)]
    return flat
