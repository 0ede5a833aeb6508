"""Print all villages' sheets of a unit at once; urge villages that have not signed (C02, domain/11 attest.remind)."""
# requirements: C02

import hashlib
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from cases.models import MonthlyCycle, SheetBook, VillageAttestation
from cases.services.cycle import DUTY, LATE, due_on, sheet_paper
from salvation.documents.pdf import write_official_pdf
from salvation.documents.writers import traced
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.services import open_duty
from salvation.files.services import load, store
from salvation.flow.clock import work_calendar
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.units.models import Unit

register(
    attestation__book="生成签字报表合订本",
    attestation__take="下载签字报表合订本",
    attestation__urge="催办村签字报表",
)

# Villages named in a duty's title; the rest are counted.
NAMED = 3


def make_book(
    *, unit: Unit, month: Month, actor: Any, now: datetime, report: Callable[[int, int], None]
) -> SheetBook:
    """One PDF with the sheet of each village of a unit, each from a front page on. Raises Refusal without sheets."""
    cycle = MonthlyCycle.objects.filter(county=unit.county or unit, month=month.first_day).first()
    sheets = VillageAttestation.objects.filter(unit=unit, cycle=cycle).select_related(
        "cycle", "unit", "village"
    )
    found = list(sheets.order_by("village__sort", "village__code"))
    if cycle is None or not found:
        raise Refusal(f"{unit}{month.label}还没有签字报表；每月1日随动态管理周期自动生成")
    trace, papers = traced(actor), []
    for done, sheet in enumerate(found):
        report(done, len(found) + 1)
        papers.append(sheet_paper(sheet, trace=trace))
    report(len(found), len(found) + 1)
    content = write_official_pdf(*papers)
    with transaction.atomic():
        book: SheetBook = SheetBook.objects.create(
            cycle=cycle, unit=unit, villages=len(found), households=sum(sheet.households for sheet in found),
            stored_as=store(content), name=f"{unit}{month.label}村签字报表（{len(found)}个村）.pdf", size=len(content),
            sha256=hashlib.sha256(content).hexdigest(), made_by=actor, made_at=now,
        )  # fmt: skip
        facts = {"villages": book.villages, "file": book.sha256}
        record(actor=actor, action="attestation.book", subject=book, unit=unit, facts=facts)
    return book


def book_content(*, book: SheetBook, actor: Any) -> BytesIO:
    """The kept PDF; journalled. Raises Refusal when the file is not what was kept."""
    content = load(book.stored_as)
    if hashlib.sha256(content).hexdigest() != book.sha256:
        raise Refusal("存储的文件与登记的不一致，请重新生成")
    facts = {"file": book.sha256}
    record(actor=actor, action="attestation.take", subject=book, unit=book.unit, facts=facts)
    return BytesIO(content)


@transaction.atomic
def urge_villages(*, county: Unit, on: date, now: datetime) -> int:
    """From the parameter's day on: name the villages that lack to their town, on the last day to its head too.

    Returns how many villages were urged. On a day off nobody is urged, the last day excepted.
    """
    month = Month.of(on)
    last = due_on(county, month)
    first = int(at("cycle.attest_remind_day", on=on, unit=county).value)
    if on.day < first or (on < last and not work_calendar().is_workday(on)):
        return 0
    waiting = VillageAttestation.objects.filter(
        cycle__county=county, cycle__month=month.first_day, signed_on__isnull=True
    ).exclude(urged_on=on)
    towns: dict[Unit, list[str]] = defaultdict(list)
    for sheet in waiting.select_related("unit", "village").order_by(
        "unit__sort", "village__sort", "village__code"
    ):
        towns[sheet.unit].append(sheet.village.name)
    count = waiting.update(urges=F("urges") + 1, urged_on=on)
    for unit, villages in towns.items():
        _tell(unit, villages, month, last, on >= last, now)
        facts = {"month": str(month), "villages": len(villages)}
        record(actor=None, action="attestation.urge", subject=unit, unit=unit, facts=facts)
    return count


def _tell(unit: Unit, villages: list[str], month: Month, last: date, to_head: bool, now: datetime) -> None:
    names = "、".join(villages[:NAMED]) + ("等" if len(villages) > NAMED else "")
    url = f"{reverse('cases:attestations')}?month={month}&state=open"
    open_duty(
        kind=DUTY, subject_id=unit.pk, unit=unit, permission="change.create", url=url, now=now, due_on=last,
        title=f"催办{month.label}村签字报表：{names}（{len(villages)}个村）未签",
    )  # fmt: skip
    if to_head:
        open_duty(
            kind=LATE, subject_id=unit.pk, unit=unit, permission="change.review", url=url, now=now, due_on=last,
            title=f"{month.label}签字报表今日到期，{names}（{len(villages)}个村）未签，请督促",
        )  # fmt: skip
