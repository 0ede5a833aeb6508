"""Reads of 弱势群体 (G16): the year's completeness by unit; who of a list is helped (what B28 asks of cases)."""
# requirements: G16

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from cases.models import GroupEntry, GroupList, ListedPerson, TermMember
from cases.rules.groups import FIELDS, Aspect, Group
from salvation.domain.month import Month

# Everything an aspect asks for is known.
COMPLETE: dict[Aspect, Q] = {
    aspect: Q(*(~Q(**{field: ""}) for field in fields)) for aspect, fields in FIELDS.items()
}
ALL_COMPLETE = Q(*COMPLETE.values())
# Asked for in place of a village's name: people of whom no list says it.
UNPLACED = "未写明"
# The dead and those who moved away are asked nothing more.
STAYS = ~Q(outcome=GroupEntry.Outcome.GONE)


def entries(user: Any, year: int) -> Any:
    """The base list of a year that this person sees."""
    return GroupEntry.objects.visible_to(user).filter(round__year=year)


def lacking(rows: Any, aspect: str) -> Any:
    """Of whom an aspect is not fully known; of anybody with any lack for ``ANY``."""
    known = ALL_COMPLETE if aspect == "ANY" else COMPLETE[Aspect(aspect)]
    return rows.filter(STAYS & ~known)


def completeness(
    user: Any, year: int, by: str, *, group: str = "", unit: int | None = None
) -> list[dict[str, Any]]:
    """By ``unit`` or ``village``: people, looked at, aspects fully known, in one statement."""
    rows = entries(user, year).filter(STAYS)
    if group:
        rows = rows.filter(groups__contains=[group])
    if unit is not None:
        rows = rows.filter(unit=unit)
    known = {f"known_{aspect.value}": Count("pk", filter=filled) for aspect, filled in COMPLETE.items()}
    found = (
        rows.order_by(f"{by}__sort", f"{by}__code")
        .values(by, f"{by}__name")
        .annotate(
            people=Count("pk"), checked=Count("pk", filter=Q(checked_on__isnull=False)),
            complete=Count("pk", filter=ALL_COMPLETE),
            needs=Count("pk", filter=Q(outcome=GroupEntry.Outcome.NEEDS)), **known,
        )
    )  # fmt: skip
    return [{**row, "pk": row[by], "name": row[f"{by}__name"] or f"{UNPLACED}村（社区）"} for row in found]


def years(user: Any) -> list[int]:
    """The years of which this person sees entries, the latest first."""
    found = GroupEntry.objects.visible_to(user).order_by("-round__year").values_list("round__year", flat=True)
    return list(found.distinct()[:5])


def newest_lists(on: date, group: str = "") -> Any:
    """Of each county, group and department the list that counts on a day.

    A file taken in again under another day or department was mended: its first list counts no more.
    """
    mended = GroupList.objects.filter(
        unit=OuterRef("unit"), group=OuterRef("group"), sha256=OuterRef("sha256"), pk__gt=OuterRef("pk")
    )
    lists = GroupList.objects.filter(~Exists(mended), as_of__lte=on)
    if group:
        lists = lists.filter(group=group)
    same = lists.filter(unit=OuterRef("unit"), group=OuterRef("group"), source=OuterRef("source"))
    newer = Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), pk__gt=OuterRef("pk"))
    return lists.filter(~Exists(same.filter(newer)))


def with_cover(rows: Any, on: date) -> Any:
    """People of lists, annotated ``helped``: covered by a benefit in this month."""
    covered = TermMember.objects.filter(person=OuterRef("person"), months__contains=Month.of(on).first_day)
    return rows.annotate(helped=Exists(covered))


def uncovered(user: Any, on: date) -> Any:
    """建档立卡（脱贫）人口 with a mark of 重病, 重残 or lost labour, by the list or the register, not helped this month (B28)."""
    lists = newest_lists(on, Group.POOR.value).values("pk")
    marked = (
        Q(ill=True) | Q(severely_disabled=True) | Q(able__in=("PARTIAL", "NONE"))
        | Q(person__critical_illness=True) | Q(person__disability_level__lte=2) | Q(person__labour__in=("PARTIAL", "NONE"))
    )  # fmt: skip
    rows = ListedPerson.objects.visible_to(user).filter(marked, listing__in=lists)
    return with_cover(rows, on).filter(helped=False)
