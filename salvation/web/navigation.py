"""The menu. Apps add their entries in ``AppConfig.ready()``; a person sees those his posts allow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from salvation.duties.selectors import duties_for
from salvation.web.icons import PATHS, SAME, icon

SIGNED_IN = "signed-in"


class Waiting:
    """How much waits for a person, by kind of duty: one query for the whole menu."""

    def __init__(self, user: Any) -> None:
        self.user = user

    @cached_property
    def by_kind(self) -> dict[str, int]:
        rows = duties_for(self.user).order_by().values("kind").annotate(n=Count("pk"))
        return {row["kind"]: row["n"] for row in rows}

    def of(self, kinds: Iterable[str]) -> int:
        return sum(self.by_kind.get(kind, 0) for kind in kinds)

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


def waiting(*kinds: str) -> Callable[[Waiting], int]:
    """The count of a menu entry: open duties of these kinds."""
    return lambda found: found.of(kinds)


@dataclass(frozen=True)
class NavItem:
    """One entry. ``phone``: its short name in the phone's bottom bar (at most two entries have one)."""

    label: str
    url_name: str
    permission: str
    group: str = ""
    icon: str = "file"
    order: int = 100
    count: Callable[[Waiting], int] | None = None
    phone: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A wrong name must stop the start, not the first page that draws it.
        if SAME.get(self.icon, self.icon) not in PATHS:
            raise ValueError(f"menu entry {self.label}: there is no icon {self.icon}")

    # Looked up once: a menu of a hundred entries is drawn on every page.
    @cached_property
    def url(self) -> str:
        return reverse(self.url_name, kwargs=self.kwargs or None)

    def open_to(self, user: Any) -> bool:
        return self.permission == SIGNED_IN or bool(user.may(self.permission))


@dataclass(frozen=True)
class Shown:
    """An entry as the page shows it."""

    label: str
    url: str
    icon: str
    count: int
    current: bool


ITEMS: list[NavItem] = []
GROUPS: dict[str, int] = {}


def register(*items: NavItem) -> None:
    """Add entries. Registering one twice is a mistake of the app. Raises ValueError."""
    for item in items:
        if any(known.label == item.label and known.group == item.group for known in ITEMS):
            raise ValueError(f"menu entry {item.group}/{item.label} is registered twice")
        ITEMS.append(item)


def register_group(label: str, order: int) -> None:
    """Fix where a group of entries stands; groups without an order come last."""
    GROUPS[label] = order


def menu(user: Any, path: str, found: Waiting) -> list[tuple[str, list[Shown]]]:
    """Groups with their entries, in order, for this person; the entry of the open page is marked."""
    open_items = sorted((item for item in ITEMS if item.open_to(user)), key=_place)
    current = _current(open_items, path)
    groups: dict[str, list[Shown]] = {}
    for item in open_items:
        count = item.count(found) if item.count else 0
        shown = Shown(item.label, item.url, item.icon, count, item is current)
        groups.setdefault(item.group, []).append(shown)
    return list(groups.items())


def menu_html(groups: list[tuple[str, list[Shown]]]) -> SafeString:
    """The menu as lists that fold under their headings. Joined here, not in a template: a page shows it twice."""
    first = next((label for label, _ in groups if label), "")
    return mark_safe("".join(_group_html(label, items, opens=label == first) for label, items in groups))


def _group_html(label: str, items: list[Shown], *, opens: bool) -> str:
    entries = f"<ul>{''.join(map(_item_html, items))}</ul>"
    if not label:
        return entries
    waits = sum(item.count for item in items)
    # A screen of entries: open are the first group, where one is, and where something waits.
    opens = opens or waits > 0 or any(item.current for item in items)
    return (
        f'<details class="group" data-group="{escape(label)}"{" open" if opens else ""}>'
        f"<summary>{escape(label)}{icon('down')}</summary>{entries}</details>"
    )


def _item_html(item: Shown) -> str:
    current = ' aria-current="page"' if item.current else ""
    count = (
        f'<span class="count">{item.count}<span class="hidden"> 件待办</span></span>' if item.count else ""
    )
    return f'<li><a href="{escape(item.url)}"{current}>{icon(item.icon)}<span>{escape(item.label)}</span>{count}</a></li>'


def phone_bar(user: Any, path: str) -> list[Shown]:
    """The two middle entries of the phone's bottom bar."""
    chosen = sorted((item for item in ITEMS if item.phone and item.open_to(user)), key=_place)[:2]
    return [Shown(item.phone, item.url, item.icon, 0, path.startswith(item.url)) for item in chosen]


def _place(item: NavItem) -> tuple[int, int, str]:
    return GROUPS.get(item.group, 0 if not item.group else 900), item.order, item.label


def _current(items: list[NavItem], path: str) -> NavItem | None:
    """The entry whose address is the longest beginning of ``path``."""
    fitting = [item for item in items if path == item.url or (item.url != "/" and path.startswith(item.url))]
    return max(fitting, key=lambda item: len(item.url), default=None)
