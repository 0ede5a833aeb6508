"""Forms with repeated rows (family members, incomes, surveyors): declared, validated and restored as one.

    class HouseholdForm(RowsForm):
        village = …
        rowsets = (RowSet("members", "家庭成员", MemberRow, blank=4, item="成员"),)

``form.cleaned_rows["members"]`` are the filled rows. An error of a row stands at its field and, with the number of
the row, in the summary on top. Rows left empty are ignored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

MOST_ROWS = 60


@dataclass(frozen=True)
class RowSet:
    """``blank``: empty rows shown ready; without JavaScript they are all there are."""

    name: str
    title: str
    form_class: type[forms.Form]
    item: str = "行"
    blank: int = 1
    hint: str = ""


class RowsForm(forms.Form):
    rowsets: ClassVar[Sequence[RowSet]] = ()

    def __init__(self, data: Any = None, files: Any = None, *, initial: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, initial=initial, **kwargs)
        self.row_kwargs = self.choices_for_rows()
        rows = initial or {}
        self.sets = {given.name: self._make(given, data, rows.get(given.name)) for given in self.rowsets}
        self.cleaned_rows: dict[str, list[dict[str, Any]]] = {}

    def choices_for_rows(self) -> dict[str, Any]:
        """Keyword arguments of every row form (choices that depend on the record)."""
        return {}

    def _make(self, given: RowSet, data: Any, initial: Any) -> Any:
        factory = forms.formset_factory(
            given.form_class, extra=given.blank, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
        )
        if data is not None:
            # Every posted row may be left empty, also one that was filled before.
            data = data.copy() if isinstance(data, QueryDict) else dict(data)
            data[f"{given.name}-INITIAL_FORMS"] = "0"
            data.setdefault(f"{given.name}-TOTAL_FORMS", "0")
            # A row that stands as it was offered is filled in all the same.
            initial = None
        return factory(data, prefix=given.name, initial=initial, form_kwargs=self.row_kwargs)

    @property
    def shown_sets(self) -> list[tuple[RowSet, Any]]:
        return [(given, self.sets[given.name]) for given in self.rowsets]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for given in self.rowsets:
            formset = self.sets[given.name]
            formset.is_valid()
            for number, form in enumerate(formset.forms, start=1):
                self._report(given, number, form)
            for message in formset.non_form_errors():
                self.add_error(None, f"{given.title}：{message}")
            self.cleaned_rows[given.name] = [
                form.cleaned_data for form in formset.forms if form.is_valid() and form.has_changed()
            ]
        return cleaned

    def _report(self, given: RowSet, number: int, form: Any) -> None:
        for name, messages in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            for message in messages:
                self.add_error(None, f"{given.title}第{number}行{label}：{message}")

    def restore(self, facts: Mapping[str, Sequence[str]]) -> None:
        """Show the rows of an autosaved draft again."""
        for given in self.rowsets:
            total = facts.get(f"{given.name}-TOTAL_FORMS", ["0"])[-1]
            count = min(int(total), MOST_ROWS) if total.isdecimal() and len(total) < 9 else 0
            rows = [_row(facts, f"{given.name}-{index}-") for index in range(count)]
            filled = [row for row in rows if any(row.values())]
            if filled:
                self.sets[given.name] = self._make(given, None, filled)


def _row(facts: Mapping[str, Sequence[str]], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): values[-1] for key, values in facts.items() if key.startswith(prefix)}
