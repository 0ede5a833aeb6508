"""Filter bars: a form whose fields know which lookup they stand for."""

from typing import Any, ClassVar

from django import forms

from salvation.web.wording import speak_plainly


class FilterForm(forms.Form):
    """Declare fields and, for those that filter, their lookup: ``lookups = {"village": "village_id"}``.

    Fields without a lookup are handled in ``narrow``. All fields are optional.
    """

    lookups: ClassVar[dict[str, str]] = {}

    def __init__(self, data: Any = None, *, user: Any = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(data, **kwargs)
        for field in self.fields.values():
            field.required = False
        speak_plainly(self)

    def apply(self, rows: Any) -> Any:
        """The rows that fit. A filter that cannot be read fits nothing and says why at the field."""
        if not self.is_valid():
            return rows.none()
        for name, lookup in self.lookups.items():
            value = self.cleaned_data.get(name)
            if value not in (None, "", []):
                rows = rows.filter(**{lookup: value})
        return self.narrow(rows)

    def narrow(self, rows: Any) -> Any:
        """Filters that are more than one lookup."""
        return rows

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return self.is_valid() and any(value not in (None, "", []) for value in self.cleaned_data.values())
