"""Visit people supported at home, bring what they need, follow up what was found (D06, N05)."""
# requirements: D06, N05

import re
from datetime import datetime, time
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, CareVisit, TermMember
from cases.models.choices import CareLevel, Program
from cases.services.care import must_be_supported, not_later
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.services import close_duty, open_duty
from salvation.flow.engine import stat_month
from salvation.parameters.book import Book

ABNORMAL = "care_visit"
# A name, then a quantity with its unit: 大米 10公斤
GOODS = re.compile(r"\S.*\s\d+(\.\d+)?\s*\S+")
LOST = (CareLevel.HALF.value, CareLevel.FULL.value)


def save_visit(*, record: CareVisit, actor: Any, now: datetime, new: bool) -> None:
    """Check a visit in, or close what it found. Something wrong becomes a duty of the township. Raises Refusal."""
    if new:
        _check_in(record, actor, now)
        return
    not_later(record.handled_on, timezone.localdate(now), "handled_on", "处置日期")
    if record.handled_on is None or not record.handling.strip():
        raise Refusal("请填写处置日期和处置情况", field="handling")
    record.save()
    close_duty(kind=ABNORMAL, subject_id=record.pk, now=now, actor=actor)


def _check_in(record: CareVisit, actor: Any, now: datetime) -> None:
    if record.visited_at > now:
        raise Refusal("巡访时间不能晚于现在", field="visited_at")
    must_be_supported(record.person, timezone.localdate(now))
    record.stat_month = stat_month(record.unit, record.visited_at)
    record.abnormal = any(getattr(record, code) == CareVisit.Seen.BAD for code, _ in CareVisit.CHECKS)
    record.recorded_by = actor
    if record.abnormal and not record.findings.strip():
        raise Refusal("有问题的，请写明发现的情况", field="findings")
    if record.org == CareVisit.Org.NPO and not record.org_name.strip():
        raise Refusal("社会组织巡访的，请填写组织名称", field="org_name")
    lines = [line.strip() for line in record.goods.splitlines() if line.strip()]
    if any(not GOODS.fullmatch(line) for line in lines):
        raise Refusal("物资一行一样，写“品名 数量”，如“大米 10公斤”", field="goods")
    record.goods = "\n".join(lines)
    if lines and not record.goods_signed_by.strip():
        raise Refusal("发放了物资，请填写签收人", field="goods_signed_by")
    record.save()
    if record.abnormal:
        open_duty(
            kind=ABNORMAL, subject_id=record.pk, unit=record.unit, permission="case.edit",
            title=f"巡访发现{record.person.name}有异常，须处置",
            url=reverse("registers:edit", kwargs={"code": "care-visits", "pk": record.pk}), now=now, due_on=None,
        )  # fmt: skip


def planned_per_month(book: Book) -> Case:
    """How often a person with ``level`` is to be visited in a month, by the parameters."""
    usual, lost = int(book["visit.per_month"]), int(book["visit.per_month_lost"])
    return Case(
        When(level__in=LOST, then=Value(max(usual, lost))),
        default=Value(usual),
        output_field=IntegerField(),
    )


def made_in(month: Month) -> Q:
    """Made in the month itself; recorded after its freeze, a visit counts in a later table, never in an earlier one."""
    begin, end = (
        timezone.make_aware(datetime.combine(day, time.min)) for day in (month.first_day, month.next_day)
    )
    return Q(visited_at__gte=begin, visited_at__lt=end, stat_month__gte=month.first_day)


def qualified(month: Month) -> Any:
    """Visits of a month that count: somebody was there (telephone and video do not)."""
    return CareVisit.objects.filter(made_in(month), way=CareVisit.Way.ONSITE)


def coverage(user: Any, by: str, month: Month) -> list[dict[str, Any]]:
    """By town or village: people supported at home, those visited in the month, visits and goods."""
    people = TermMember.objects.filter(
        months__contains=month.first_day, term__benefit__program=Program.TEKUN_DISPERSED,
        term__benefit__in=Benefit.objects.visible_to(user),
    )  # fmt: skip
    seen = qualified(month).filter(person=OuterRef("person"))
    key = f"term__benefit__{by}"
    rows = (
        people.annotate(seen=Exists(seen))
        .order_by(f"{key}__sort", f"{key}__code")
        .values(f"{key}__name", key)
        .annotate(
            due=Count("person", distinct=True), done=Count("person", distinct=True, filter=Q(seen=True))
        )
    )
    visits = CareVisit.objects.visible_to(user).filter(made_in(month)).order_by()
    counted = {
        row[by]: row
        for row in visits.values(by).annotate(
            visits=Count("pk"),
            goods=Count("pk", filter=~Q(goods="")),
            bad=Count("pk", filter=Q(abnormal=True)),
        )
    }
    nothing = {"visits": 0, "goods": 0, "bad": 0}
    return [
        {
            "name": row[f"{key}__name"],
            "due": row["due"],
            "done": row["done"],
            **nothing,
            **counted.get(row[key], {}),
        }
        for row in rows
    ]
