"""Form fields that behave the same on every page."""

from typing import Any

from django import forms

from salvation.domain.errors import BadValue
from salvation.domain.month import Month

YES_NO = (("yes", "是"), ("no", "否"))


class DateField(forms.DateField):
    """A date with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class MonthField(forms.CharField):
    """A month as 2022-05; 2022年5月 and full-width digits are what people type."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "month"}))
        super().__init__(**{"max_length": 20, **kwargs})

    def to_python(self, value: Any) -> str:
        """As 2022-05; '' for nothing. Raises ValidationError."""
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return str(Month.parse(text))
        except BadValue as error:
            raise forms.ValidationError("请按“2022-05”填写月份", code="invalid") from error


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
