"""办理时限 by unit (B18): how much was decided in time, how much is late, read from the clocks."""
# requirements: B18

from datetime import date
from typing import Any

from django.db.models import Count, F, Q

from cases.models import Application
from salvation.tables.model import Column, Kind, Table, ratio

TABLE = Table(
    "timeliness",
    "办理时限",
    (
        Column("unit", "受理单位"),
        Column("accepted", "本年受理（件）", Kind.COUNT, definition="受理日期在本年的申请"),
        Column(
            "in_time",
            "按时办结（件）",
            Kind.COUNT,
            definition="决定日期在本年，且不晚于总期限（含暂停、延长）",
        ),
        Column("late", "超期办结（件）", Kind.COUNT, definition="决定日期在本年，晚于总期限"),
        Column("decided", "办结合计（件）", Kind.COUNT, definition="按时办结＋超期办结"),
        Column("rate", "按时率", Kind.PERCENT, ratio=("in_time", "decided"), definition="按时办结÷办结合计"),
        Column("open", "在办（件）", Kind.COUNT, definition="已受理、还没有决定"),
        Column("open_late", "其中超期（件）", Kind.COUNT, definition="在办且今天已过总期限"),
        Column(
            "extended", "延长时限（件）", Kind.COUNT, definition="按法定情形延长过总时限的在办和本年办结件"
        ),
    ),
    notes=(
        "时限按工作日计算，补正期间暂停，延长须有法定情形（最低生活保障审核确认办法第22条、民政部2022年通知四（一））。",
    ),
    totals="top",
)


def timeliness(user: Any, today: date) -> list[dict[str, Any]]:
    """One row a unit this person sees, in one statement; the year is that of ``today``."""
    ended = Application.flow.ended
    decided = Q(decided_on__year=today.year)
    underway = Q(accepted_on__isnull=False) & ~Q(state__in=ended)
    in_time = decided & Q(decided_on__lte=F("total_due_on"))
    rows = (
        Application.objects.visible_to(user)
        .filter(accepted_on__isnull=False)
        .order_by()
        .values(name=F("unit__name"), sort=F("unit__sort"), code=F("unit__code"))
        .annotate(
            accepted=Count("pk", filter=Q(accepted_on__year=today.year)),
            in_time=Count("pk", filter=in_time),
            late=Count("pk", filter=decided & Q(decided_on__gt=F("total_due_on"))),
            open=Count("pk", filter=underway),
            open_late=Count("pk", filter=underway & Q(total_due_on__lt=today)),
            extended=Count("pk", filter=(underway | decided) & ~Q(extension="")),
        )
        .order_by("sort", "code")
    )
    return [_row(dict(row)) for row in rows]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    decided = row["in_time"] + row["late"]
    return {**row, "unit": row["name"], "decided": decided, "rate": ratio(row["in_time"], decided)}
