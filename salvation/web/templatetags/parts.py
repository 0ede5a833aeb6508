"""Components of the pages: each prepares plain facts for a small template in templates/components/."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.safestring import SafeString

from salvation.charts.model import Chart
from salvation.charts.render import offer
from salvation.duties.selectors import light as light_of
from salvation.tables.html import tag as tag_html
from salvation.tables.model import Labelled, State
from salvation.web.icons import icon as icon_html

register = template.Library()

LIGHT_ICONS = {"late": "late", "today": "clock", "soon": "clock", "later": "calendar", "done": "check"}


@register.filter
def money(value: Any) -> str:
    """{{ term.total|money }}: 1,580.00; — where there is none."""
    if value in (None, ""):
        return "—"
    return f"{Decimal(str(value)):,.2f}"


@register.filter
def may(user: Any, permission: str) -> bool:
    """{% if request.user|may:"notice.view" %}: a link leads nobody to a page that is closed to him."""
    return bool(user.may(permission))


@register.simple_tag
def icon(name: str) -> SafeString:
    """{% icon "search" %}"""
    return icon_html(name)


@register.simple_tag(name="tag")
def tag_(label: Labelled | str, tone: str = "plain") -> SafeString:
    """{% tag state %} or {% tag "已办结" "good" %}"""
    return tag_html(State(label, tone) if isinstance(label, str) else label)


@register.inclusion_tag("components/light.html")
def deadline(due_on: date | None, done: bool = False) -> dict[str, Any]:
    """{% deadline task.due_on %}: a sign, a word and the date, never colour alone."""
    tone = "done" if done else light_of(due_on, timezone.localdate())
    return {
        "tone": tone,
        "drawing": LIGHT_ICONS.get(tone, ""),
        "words": deadline_words(due_on, done),
        "due_on": due_on,
    }


def deadline_words(due_on: date | None, done: bool = False) -> str:
    """已逾期 3 天, 今天到期, 还剩 2 天, 已办结 or 无期限."""
    if done:
        return "已办结"
    if due_on is None:
        return "无期限"
    days = (due_on - timezone.localdate()).days
    if days < 0:
        return f"已逾期 {-days} 天"
    return "今天到期" if days == 0 else f"还剩 {days} 天"


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """{% error_summary form %}: every error as a link to its field."""
    errors = []
    for name, messages in form.errors.items():
        bound = form[name] if name in form.fields else None
        errors += [{"target": target_of(bound) if bound else "", "message": message} for message in messages]
    return {"errors": errors}


def target_of(bound: BoundField) -> str:
    """The id an error links to: the input, or the first choice of a group."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """{% field form.name %}: label, hint, message and input, tied together for screen readers."""
    wide = getattr(bound.field.widget, "wide", False) or bound.widget_type in ("textarea", "radioselect")
    return {"field": bound, "wide": wide, "group": bound.use_fieldset, "box": bound.widget_type == "checkbox"}


@register.inclusion_tag("components/descriptions.html")
def descriptions(pairs: Iterable[Sequence[Any]] | Mapping[str, Any]) -> dict[str, Any]:
    """{% descriptions pairs %}: label and value, empty values shown as —."""
    items: Iterable[Any] = pairs.items() if isinstance(pairs, Mapping) else pairs
    return {"pairs": [(label, "—" if value in (None, "") else value) for label, value in items]}


@register.inclusion_tag("components/bar.html")
def bar(done: int, total: int, label: str = "") -> dict[str, Any]:
    """{% bar run.progress run.total "导入" %}"""
    return {"done": done, "total": total, "label": label, "percent": done * 100 // total if total else 0}


@register.inclusion_tag("components/steps.html")
def steps(labels: Sequence[str], current: int) -> dict[str, Any]:
    """{% steps labels 2 %}: where one is in a wizard; ``current`` counts from 1."""
    return {
        "steps": [
            {"label": label, "done": number < current, "current": number == current}
            for number, label in enumerate(labels, start=1)
        ]
    }


@register.inclusion_tag("components/empty.html")
def empty(why: str, what: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """{% empty "没有符合条件的对象" "请放宽筛选条件" %}"""
    return {"why": why, "what": what, "url": url, "action": action}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Any]) -> dict[str, Any]:
    """{% tabs items %}: items have label, url, current and optionally count."""
    return {"tabs": items}


@register.inclusion_tag("components/chart.html", takes_context=True)
def chart(context: Mapping[str, Any], drawn: Chart) -> dict[str, Any]:
    """{% chart one %}: the drawing, and the same figures as a table."""
    return {"chart": drawn, "name": offer(drawn, context["request"].user.pk)}
