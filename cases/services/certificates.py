"""Issue, review yearly and collect 特困救助供养证 (D14)."""
# requirements: D14

from datetime import datetime
from typing import Any

from django.utils import timezone

from cases.models import CertificateReview, SupportCertificate
from cases.services.care import must_be_supported, not_later
from salvation.domain.errors import Refusal
from salvation.duties.services import close_duty
from salvation.flow.numbers import next_number

COLLECT = "care_collect"


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
