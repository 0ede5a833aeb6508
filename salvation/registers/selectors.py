"""Reads of registers."""

from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from salvation.access.reach import reach_of
from salvation.accounts.models import User
from salvation.journal.models import Entry
from salvation.registers.models import Meeting, PolicyDocument


def record_history(subject: Model) -> QuerySet[Entry]:
    """Who registered a record and who changed which fields, newest first."""
    about = Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return about.filter(action__startswith="register.").order_by("-id")[:50]


# A body that mobilises or leads the work decides no case.
DECIDING = frozenset({Meeting.Kind.PANEL, Meeting.Kind.BUREAU, Meeting.Kind.SPECIAL, Meeting.Kind.JOINT})


def recent_meetings(user: Any, since: date | None = None) -> QuerySet[Meeting]:
    """The latest meetings of his own units a person may name as the basis of a decision; ``since``: held from that day on."""
    own = [post.unit for post in user.current_posts]
    rows = Meeting.objects.visible_to(user).filter(kind__in=DECIDING, unit__in=own)
    rows = rows.filter(held_on__gte=since) if since else rows
    return rows.order_by("-held_on", "-id")[:200]


def recent_meetings_of(user: Any) -> QuerySet[Meeting]:
    """The meetings of the units where somebody keeps the registers, newest first."""
    reach = reach_of(user, "register.edit")
    return Meeting.objects.filter(unit__in=reach.units).order_by("-held_on", "-id")


def documents_below(document: PolicyDocument) -> QuerySet[PolicyDocument]:
    """Documents that forward this one or rest on it."""
    return PolicyDocument.objects.filter(parent=document).order_by("issued_on")


def possible_parents(user: Any, document: PolicyDocument) -> QuerySet[PolicyDocument]:
    """Documents this one may rest on, newest first."""
    return PolicyDocument.objects.visible_to(user).exclude(pk=document.pk).order_by("-issued_on")


def accounts_below(actor: Any) -> QuerySet[User]:
    """Logins with a current post in the units where somebody keeps the staff roster."""
    reach = reach_of(actor, "register.edit")
    return User.objects.filter(posts__unit__in=reach.units, is_active=True).distinct().order_by("name")
