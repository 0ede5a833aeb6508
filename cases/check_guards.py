"""Guards of the core check. They read the request's own relations and import no models."""

from django.utils import timezone

from cases import checklist
from salvation.flow.table import Context


def all_still_authorised(context: Context) -> str | None:
    """No authorisation, no check (002 L27): also not one that ran out meanwhile."""
    names = checklist.unsigned(context.subject.application, on=timezone.localdate(context.now))
    if names:
        return f"{'、'.join(names[:6])}没有有效的核对授权书，不得核对；请受理单位补签后再启动"
    return None


def has_answers(context: Context) -> str | None:
    """A report rests on what the departments answered in this round."""
    request = context.subject
    if not request.results.filter(round=request.round).exists():
        return "还没有部门反馈的核对结果，请先导入或登记"
    return None
