"""Issue, review yearly and collect 特困救助供养证 (D14); what follows when support ends (D13)."""
# requirements: D13, D14

from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases.models import (
    CareAgreement,
    CareWish,
    CertificateReview,
    LifeEvent,
    MedicalContract,
    Person,
    Residence,
    SupportCertificate,
)
from cases.models.choices import TEKUN, ChangeKind
from cases.services.care import must_be_supported, not_later, support_in
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.services import close_duty, open_duty
from salvation.flow.numbers import next_number
from salvation.flow.table import Context

COLLECT = "care_collect"
ENDING = (ChangeKind.STOP, ChangeKind.DEATH, ChangeKind.CATEGORY)


def save_certificate(*, record: SupportCertificate, actor: Any, now: datetime, new: bool) -> None:
    """Issue one booklet at a time, or take it back with a reason. Raises Refusal."""
    today = timezone.localdate(now)
    not_later(record.issued_on, today, "issued_on", "发证日期")
    if new:
        must_be_supported(record.person, today)
        held = SupportCertificate.objects.filter(person=record.person, collected_on__isnull=True).first()
        if held is not None:
            raise Refusal(f"{record.person.name} 已持有供养证{held.no}，换发请先收回旧证")
        record.no = next_number(f"TK{record.unit.code}-{today.year}-")
        record.save()
        return
    not_later(record.collected_on, today, "collected_on", "收回日期")
    if record.collected_on is None or not record.collected:
        raise Refusal("请填写收回日期和原因", field="collected_on")
    if record.collected_on < record.issued_on:
        raise Refusal("收回日期早于发证日期，请核对", field="collected_on")
    record.save()
    close_duty(kind=COLLECT, subject_id=record.pk, now=now, actor=actor)


def save_review(*, record: CertificateReview, actor: Any, now: datetime, new: bool) -> None:
    """Stamp the certificate the person holds, once a year. Raises Refusal."""
    not_later(record.reviewed_on, timezone.localdate(now), "reviewed_on", "年审日期")
    held = SupportCertificate.objects.filter(person=record.person, collected_on__isnull=True).first()
    if held is None:
        raise Refusal(f"{record.person.name} 没有有效的供养证，请先发证")
    if record.year != record.reviewed_on.year:
        raise Refusal("年度与年审日期不一致，请核对", field="year")
    if CertificateReview.objects.filter(certificate=held, year=record.year).exists():
        raise Refusal(f"供养证{held.no} {record.year}年已年审", field="year")
    record.certificate = held
    record.save()


def on_support_ended(context: Context) -> None:
    """特困 ended: agreements, contracts, residence and wish end with it; booklet and other aid become duties (D13)."""
    order = context.subject
    if order.benefit.program not in TEKUN or order.kind not in ENDING:
        return
    month = Month.of(order.effective_month)
    died = order.event_on if order.kind == ChangeKind.DEATH else None
    people = Person.objects.filter(coverage__term__benefit=order.benefit_id).select_related("unit").distinct()
    gone = [person for person in people if support_in(person, month.first_day) is None]
    if not gone:
        return
    last = died or month.first_day - timedelta(days=1)
    _close_records([person.pk for person in gone], last, died is not None)
    for person in gone:
        _ask(person, order, context.now)


def _close_records(people: list[int], last: date, died: bool) -> None:
    """End what runs on the last day; what begins later than that day keeps a day of its own."""
    running = CareAgreement.objects.filter(person__in=people, until_on__gt=last, from_on__lte=last)
    running.update(until_on=last, ending=CareAgreement.Ending.ENDED)
    MedicalContract.objects.filter(person__in=people, until_on__gt=last, from_on__lte=last).update(
        until_on=last
    )
    leaving = Residence.Leaving.DEATH if died else Residence.Leaving.ENDED
    Residence.objects.filter(person__in=people, until_on__isnull=True, from_on__lte=last).update(
        until_on=last, leaving=leaving
    )
    CareWish.objects.filter(person__in=people, ended_on__isnull=True).update(ended_on=last)


def _ask(person: Any, order: Any, now: datetime) -> None:
    """Collect the booklet; after a stop a reminder to look whether 低保 or temporary relief fits."""
    held = SupportCertificate.objects.filter(person=person, collected_on__isnull=True).first()
    today = timezone.localdate(now)
    if held is not None:
        open_duty(
            kind=COLLECT, subject_id=held.pk, unit=order.unit, permission="case.edit",
            title=f"收回{person.name}的供养证{held.no}",
            url=reverse("registers:edit", kwargs={"code": "care-certificates", "pk": held.pk}), now=now, due_on=today,
        )  # fmt: skip
    if order.kind == ChangeKind.STOP:
        LifeEvent.objects.get_or_create(
            person=person, kind=LifeEvent.Kind.SUPPORT_ENDED, on=max(today, order.effective_month),
            defaults={
                "unit": order.unit, "village": order.village, "benefit": order.benefit, "noted_on": today,
            },
        )  # fmt: skip
