"""Drafts, one-time tokens, saved views."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.vault.facts import dump, load
from salvation.web.models import Draft, ListColumns, SavedView, Sending

KEEP_DRAFTS = timedelta(days=90)
KEEP_SENDINGS = timedelta(days=2)
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "_once", "_act", "password", "password1", "password2"})


def new_token() -> str:
    """The one-time number a form carries."""
    return str(uuid4())


@transaction.atomic
def carry_out_once(*, token: str, actor: Any, act: Callable[[], str]) -> str:
    """Run ``act`` (it returns the address of its result) unless this form was already carried out.

    A second sending, even at the same instant, waits for the first and gets the first's result. A form whose
    act was refused may be sent again. Raises Refusal for a form without a proper token.
    """
    number = _uuid(token)
    earlier = Sending.objects.filter(token=number, user=actor).first()
    if earlier is None:
        try:
            with transaction.atomic():
                made = Sending.objects.create(token=number, user=actor, result="")
        except IntegrityError:
            earlier = Sending.objects.filter(token=number, user=actor).first()
        else:
            made.result = act()
            made.save(update_fields=["result"])
            return made.result
    if earlier is None:
        raise Refusal("此页面已失效，请重新打开后再提交")
    return earlier.result


def earlier_result(*, token: str, actor: Any) -> str:
    """Where the form with this number led when it was carried out; empty when it was not."""
    try:
        number = UUID(token)
    except ValueError:
        return ""
    return Sending.objects.filter(token=number, user=actor).values_list("result", flat=True).first() or ""


def _uuid(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as error:
        raise Refusal("此页面已失效，请重新打开后再提交") from error


def save_draft(*, actor: Any, page: str, typed: Mapping[str, Sequence[str]]) -> datetime | None:
    """Keep what was typed so far; nothing typed keeps nothing. Passwords are never kept."""
    facts = {key: list(values) for key, values in typed.items() if key not in NOT_TYPED and any(values)}
    if not facts.keys() - {"_seen"}:
        return None
    draft, _ = Draft.objects.update_or_create(user=actor, page=page, defaults={"facts": dump(facts)})
    return draft.saved_at


def find_draft(*, actor: Any, page: str) -> tuple[dict[str, list[str]], datetime] | None:
    """What was typed into this page and when it was kept."""
    draft: Any = Draft.objects.filter(user=actor, page=page).first()
    return (load(draft.facts), draft.saved_at) if draft else None


def drop_draft(*, actor: Any, page: str) -> None:
    """Forget a draft: it was sent or given up."""
    Draft.objects.filter(user=actor, page=page).delete()


def _view_name(name: str) -> str:
    name = name.strip()[:30]
    if not name:
        raise Refusal("请填写常用筛选的名称", field="name")
    return name


@transaction.atomic
def save_view(*, actor: Any, page: str, name: str, query: str, default: bool = False) -> SavedView:
    """Keep a list's filters, order and columns under a name; the same name is overwritten. Raises Refusal without a name."""
    view, _ = SavedView.objects.update_or_create(
        user=actor, page=page, name=_view_name(name), defaults={"query": query[:1000]}
    )
    if default:
        set_default_view(actor=actor, page=page, pk=view.pk)
    return view


@transaction.atomic
def set_default_view(*, actor: Any, page: str, pk: int) -> None:
    """Open this view of one's own when the list is entered; 0 opens the whole list again."""
    mine = SavedView.objects.filter(user=actor, page=page)
    mine.filter(is_default=True).update(is_default=False)
    mine.filter(pk=pk).update(is_default=True)


@transaction.atomic
def rename_view(*, actor: Any, page: str, pk: int, name: str) -> None:
    """Give a view of one's own another name. Raises Refusal for a name that is empty or taken."""
    name = _view_name(name)
    mine = SavedView.objects.filter(user=actor, page=page)
    if mine.filter(name=name).exclude(pk=pk).exists():
        raise Refusal(f"已有名为“{name}”的常用筛选，请换一个名称", field="name")
    mine.filter(pk=pk).update(name=name)


def drop_view(*, actor: Any, page: str, pk: int) -> None:
    """Forget a saved view of one's own."""
    SavedView.objects.filter(user=actor, page=page, pk=pk).delete()


def save_columns(*, actor: Any, page: str, codes: Sequence[str]) -> None:
    """Remember the columns of a list in their order; none brings back those shown by default."""
    if codes:
        ListColumns.objects.update_or_create(user=actor, page=page, defaults={"codes": list(codes)})
    else:
        ListColumns.objects.filter(user=actor, page=page).delete()


def tidy() -> int:
    """Remove old drafts and tokens; returns how many rows went."""
    now = timezone.now()
    drafts, _ = Draft.objects.filter(saved_at__lt=now - KEEP_DRAFTS).delete()
    sendings, _ = Sending.objects.filter(sent_at__lt=now - KEEP_SENDINGS).delete()
    return drafts + sendings
