"""Acts on many rows: a page that shows what would happen to each, then one confirmed run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.tables.html import html_table
from salvation.tables.model import Table
from salvation.web.services import carry_out_once, new_token

LIMIT = 200


@dataclass(frozen=True)
class Outcome:
    """What a bulk act did; ``refused`` names each row left out and why."""

    done: int
    refused: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class BulkAction:
    """``check`` lists the rows with what must be weighed (疑点数、金额、核对结论): every row is judged alone.

    ``run(actor=, rows=, now=)`` does the act in one transaction and says what it refused. ``consequences``
    gives sentences with numbers, shown before the person confirms.
    """

    code: str
    label: str
    permission: str
    check: Table
    run: Callable[..., Outcome]
    consequences: Callable[[Any], Sequence[str]] | None = None
    danger: bool = False


class BulkPage(Protocol):
    """What a bulk act needs from the list it stands on."""

    request: HttpRequest

    def show(self, context: dict[str, Any], *, status: int = 200, template: str = "") -> HttpResponse: ...


def bulk_check(page: BulkPage, action: BulkAction, picked: Any) -> HttpResponse:
    """The check page. Raises Refusal when nothing or too much was picked."""
    rows = _limited(picked)
    context = {
        "action": action,
        "markup": html_table(action.check, rows),
        "picks": [row.pk for row in rows],
        "count": len(rows),
        "consequences": action.consequences(picked) if action.consequences else [],
        "token": new_token(),
        "back": page.request.get_full_path(),
    }
    return page.show(context, template="pages/bulk_check.html")


def bulk_run(page: BulkPage, action: BulkAction, picked: Any) -> HttpResponse:
    """Carry the act out once and go back to the list."""
    rows = _limited(picked)
    request = page.request
    now: datetime = timezone.now()

    def act() -> str:
        outcome = action.run(actor=request.user, rows=rows, now=now)
        messages.success(request, f"“{action.label}”已办理 {outcome.done} 件")
        for name, reason in outcome.refused:
            messages.warning(request, f"{name} 未办理：{reason}")
        return request.get_full_path()

    return HttpResponseRedirect(carry_out_once(token=request.POST["_once"], actor=request.user, act=act))


def _limited(picked: Any) -> list[Any]:
    rows = list(picked[: LIMIT + 1])
    if not rows:
        raise Refusal("请先在列表中勾选要办理的件")
    if len(rows) > LIMIT:
        raise Refusal(f"一次最多办理 {LIMIT} 件，请分批勾选")
    return rows
