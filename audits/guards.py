"""Guards of the rectification flow (03 §3.5, 07 §7.3 第4条)."""

from salvation.flow.table import Context


def four_elements(context: Context) -> str | None:
    """Source, category, unit, person, deadline and cause must stand before a problem is filed (H01, N03)."""
    item = context.subject
    missing = [
        label
        for label, value in (
            ("责任人", item.responsible),
            ("整改时限", item.deadline),
            ("原因类别", item.cause),
            ("原因分析", item.cause_note),
            ("整改措施", item.plan),
        )
        if not value
    ]
    return f"立案前须填齐：{'、'.join(missing)}" if missing else None


def has_evidence(context: Context) -> str | None:
    if not context.subject.evidence_count():
        return "申请销号须上传佐证（至少一份），防止纸上整改"
    return None


def reviewer_of_another_unit(context: Context) -> str | None:
    """Reviewer and rectifier must not be of one unit; the county's own problems go to the auditor (12 §12.1 #8)."""
    item, actor = context.subject, context.actor
    own = [post for post in actor.current_posts if post.unit_id == item.unit_id]
    posts = [post for post in actor.current_posts if post not in own or post.role == "AUDITOR"]
    return None if posts else f"复核人不能是责任单位（{item.unit}）的人员"


def reviewer_is_not_responsible(context: Context) -> str | None:
    if context.actor.name == context.subject.responsible:
        return "整改责任人不能复核销号"
    return None
