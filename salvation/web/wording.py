"""Messages of form fields in words a clerk can act on: which field, what is wrong, how to mend it."""

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH


def speak_plainly(form: Any) -> None:
    """Replace the framework's stock messages; messages a form declares itself stay."""
    for name, field in form.fields.items():
        _teach(field, str(field.label or name))
    for _, formset in getattr(form, "shown_sets", ()):
        for row in formset.forms:
            speak_plainly(row)


def _teach(field: Any, label: str) -> None:
    _name_the_blank(field)
    stock = _stock_messages(type(field))
    for code, words in _own(field, label).items():
        if field.error_messages.get(code) == stock.get(code):
            field.error_messages[code] = words
    for validator in field.validators:
        if code := getattr(validator, "code", ""):
            _limit(validator, code, label)


def _name_the_blank(field: Any) -> None:
    """The framework's row of dashes says nothing: what is chosen from it is asked for, or left out."""
    words = "请选择" if field.required else "不选"
    dashes = BLANK_CHOICE_DASH[0][1]
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = words if field.empty_label == dashes else field.empty_label
    elif isinstance(field, forms.ChoiceField):
        offered: Any = field.choices
        given = list(offered)
        if given and given[0] == BLANK_CHOICE_DASH[0]:
            # Of radio buttons none is chosen until somebody does: a button for nothing is one too many.
            asked = field.required and isinstance(field.widget, forms.RadioSelect)
            field.choices = given[1:] if asked else [("", words), *given[1:]]


def _stock_messages(kind: type) -> dict[str, Any]:
    """What the framework would say, collected as fields themselves do."""
    messages: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("django."):
            messages |= getattr(base, "default_error_messages", {})
    return messages


def _own(field: Any, label: str) -> dict[str, str]:
    chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.FileField)
    words = {"required": f"请{'选择' if chosen else '填写'}“{label}”"}
    if isinstance(field, forms.DateField):
        words["invalid"] = f"“{label}”不是日期，请按 2022-05-31 的样子填写"
    elif isinstance(field, forms.IntegerField):
        words["invalid"] = f"“{label}”不是数字，请只填数字"
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        words["invalid_choice"] = f"“{label}”里没有这一项，请从列表中选择"
    return words


def _limit(validator: Any, code: str, label: str) -> None:
    """Length and range limits name the field and the limit."""
    limits = {
        "max_length": f"“{label}”最多 %(limit_value)s 个字，现在有 %(show_value)s 个",
        "min_length": f"“{label}”至少 %(limit_value)s 个字，现在有 %(show_value)s 个",
        "min_value": f"“{label}”不能小于 %(limit_value)s",
        "max_value": f"“{label}”不能大于 %(limit_value)s",
    }
    if code in limits:
        validator.message = limits[code]
