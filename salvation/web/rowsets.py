"""Forms with repeated rows (family members, incomes, surveyors): declared, validated and restored as one.

    class HouseholdForm(RowsForm):
        village = …
        rowsets = (RowSet("members", "家庭成员", MemberRow, blank=4, item="成员"),)

``form.cleaned_rows["members"]`` are the filled rows. An error of a row stands at its field and, with the number of
the row, in the summary on top. Rows left empty are ignored.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from salvation.domain.errors import Refusal
from salvation.web.pasting import Pasted, read_pasted

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
            filled = [row for row in self._typed_rows(given, facts) if any(row.values())]
            if filled:
                self.sets[given.name] = self._make(given, None, filled)

    def _typed_rows(self, given: RowSet, facts: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Every row that was sent, also the empty ones."""
        total = facts.get(f"{given.name}-TOTAL_FORMS", ["0"])[-1]
        count = min(int(total), MOST_ROWS) if total.isdecimal() and len(total) < 9 else 0
        many = {
            name
            for name, field in given.form_class.base_fields.items()
            if isinstance(field, forms.MultipleChoiceField)
        }
        return [_row(facts, f"{given.name}-{index}-", many) for index in range(count)]

    def paste(
        self,
        facts: Mapping[str, Sequence[str]],
        name: str,
        text: str,
        *,
        at: int | None = None,
        first: str = "",
    ) -> str:
        """Lay rows copied from a spreadsheet over the typed ones, from row ``at`` (default: the first empty one).

        Returns what came of it in one sentence. Raises Refusal for an unknown part of the form or an empty paste.
        """
        given = next((given for given in self.rowsets if given.name == name), None)
        if given is None:
            raise Refusal("没有这个表格，请刷新页面后再试")
        rows = self._typed_rows(given, facts)
        sample = given.form_class(**self.row_kwargs)
        found = read_pasted(text, dict(sample.fields), first)
        if not found.rows:
            raise Refusal("没有可粘贴的行，请先在 Excel 中复制")
        empty = [index for index, row in enumerate(rows) if not any(row.values())]
        start = at if at is not None else (empty[0] if empty else len(rows))
        room = max(MOST_ROWS - start, 0)
        rows += [{} for _ in range(start + len(found.rows[:room]) - len(rows))]
        for number, pasted in enumerate(found.rows[:room]):
            rows[start + number] = {**rows[start + number], **pasted}
        places = {
            index: place for place, index in enumerate(i for i, row in enumerate(rows) if any(row.values()))
        }
        formset = self._make(given, None, [rows[index] for index in places])
        shown = {
            (places[start + number], field): words
            for (number, field), words in found.problems.items()
            if start + number in places
        }
        _mark(formset, shown)
        self.sets[name] = formset
        return _said(given, found, min(len(found.rows), room), len(shown))


def _mark(formset: Any, problems: Mapping[tuple[int, str], str]) -> None:
    """Put what could not be read at its cell, without judging the rest of the row yet."""
    for (number, name), words in problems.items():
        form = formset.forms[number]
        if form._errors is None:
            form._errors = ErrorDict()
        form._errors[name] = form.error_class([words])


def _said(given: RowSet, found: Pasted, taken: int, wrong: int) -> str:
    parts = [f"已粘贴 {taken} 行"]
    if taken < len(found.rows):
        parts.append(f"最多 {MOST_ROWS} 行，后面 {len(found.rows) - taken} 行没有放入")
    if found.beyond > 0:
        parts.append(f"多出的 {found.beyond} 列没有用到")
    parts.append(f"{wrong} 处没有认出，已在格内标明" if wrong else "请核对后保存")
    return f"{given.title}：{'；'.join(parts)}"


def _row(facts: Mapping[str, Sequence[str]], prefix: str, many: Set[str] = frozenset()) -> dict[str, Any]:
    found = {key.removeprefix(prefix): values for key, values in facts.items() if key.startswith(prefix)}
    return {name: list(values) if name in many else values[-1] for name, values in found.items()}
