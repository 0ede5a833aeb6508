"""Checks around writes: found, allowed, and still inside afterwards."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from salvation.access.models import ScopedModel


def get_visible(rows: Any, user: Any, *, scope: str | None = None, **lookup: Any) -> Any:
    """The one row that ``user`` may see. Raises Http404: outside one's units nothing exists."""
    found = rows.visible_to(user, scope).filter(**lookup).first()
    if found is None:
        raise Http404("没有找到，或不在您的管辖范围")
    return found


def require(user: Any, permission: str, unit: Any = None) -> None:
    """Raises PermissionDenied unless a current post gives ``permission`` (at ``unit``)."""
    if not user.may(permission, unit):
        raise PermissionDenied("您的岗位没有此项权限")


def must_still_see(user: Any, obj: ScopedModel) -> None:
    """Call inside the transaction after a write: nobody may push a record out of, or into, another's units."""
    if not type(obj)._default_manager.visible_to(user).filter(pk=obj.pk).exists():  # type: ignore[attr-defined]
        raise PermissionDenied("保存后该记录将不在您的管辖范围，未保存")
