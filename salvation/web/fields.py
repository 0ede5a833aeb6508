"""Form fields that behave the same on every page."""

from typing import Any

from django import forms

YES_NO = (("yes", "是"), ("no", "否"))


class DateField(forms.DateField):
    """A date with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class MonthField(forms.RegexField):
    """A month as 2022-05."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "month"}))
        kwargs.setdefault("error_messages", {"invalid": "请按“2022-05”填写月份"})
        super().__init__(r"^\d{4}-(0[1-9]|1[0-2])$", **kwargs)


class MoneyField(forms.DecimalField):
    """Yuan with at most two places, never negative."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            **{"max_digits": 12, "decimal_places": 2, "min_value": 0, "widget": widget, **kwargs}
        )

    def to_python(self, value: Any) -> Any:
        """Thousands separators and a trailing 元 are what people type."""
        cleaned = (
            value.replace(",", "").replace("，", "").strip().removesuffix("元")
            if isinstance(value, str)
            else value
        )
        return super().to_python(cleaned)


class YesNoField(forms.TypedChoiceField):
    """A question that must be answered: an unticked box would not tell no from not asked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=YES_NO, coerce=lambda chosen: chosen == "yes", widget=forms.RadioSelect, **kwargs
        )


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; the cleaned value is a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        if not chosen:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(one, initial) for one in chosen]
