"""Sign-ins and the sessions they open: history, what is open now, ending them."""

from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from salvation.accounts.models import SignIn, User

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
HISTORY = 20


def agent_in(text: str) -> str:
    """Browser and system in words, from what the browser says of itself."""
    browser = next((label for sign, label in BROWSERS if sign in text), "其他浏览器")
    system = next((label for sign, label in SYSTEMS if sign in text), "")
    return f"{browser} {system}".strip()


def note_sign_in(*, user: User, address: str, agent: str, session_key: str = "") -> SignIn:
    """Keep a sign-in; one without a session failed."""
    return SignIn.objects.create(
        user=user,
        address=address[:45],
        agent=agent_in(agent),
        session_key=session_key,
        succeeded=bool(session_key),
    )


def open_sessions(user: User) -> list[SignIn]:
    """Sessions that are open now, newest first."""
    rows = user.sign_ins.filter(succeeded=True, ended_at__isnull=True)
    alive = Session.objects.filter(session_key__in=rows.values("session_key"), expire_date__gt=timezone.now())
    keys = set(alive.values_list("session_key", flat=True))
    return [row for row in rows if row.session_key in keys]


def history_of(user: User) -> Any:
    """The last sign-ins, also those that failed."""
    return user.sign_ins.all()[:HISTORY]


def end_sessions(*, user: User, how: str, but: str = "") -> int:
    """End the account's sessions (all but the one with key ``but``); returns how many. In the caller's transaction."""
    rows = user.sign_ins.filter(succeeded=True, ended_at__isnull=True).exclude(session_key=but)
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    return rows.update(ended_at=timezone.now(), ended_as=how)


def session_moved(*, user: User, before: str, after: str) -> None:
    """A session got a new key (the password changed) and stays the same sign-in."""
    user.sign_ins.filter(session_key=before).update(session_key=after)


def end_one(*, user: User, session_key: str, how: str) -> None:
    """Mark the end of one session; the caller closes it."""
    rows = user.sign_ins.filter(session_key=session_key, ended_at__isnull=True, succeeded=True)
    rows.update(ended_at=timezone.now(), ended_as=how)
