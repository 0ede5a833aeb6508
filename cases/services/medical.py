"""Contracts with hospitals and nursing insurance (D07, D08, D10)."""
# requirements: D07, D08, D10

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from cases.models import MedicalContract, NursingInsurance
from cases.services.care import must_be_supported, not_later
from salvation.domain.errors import Refusal


def save_contract(*, record: MedicalContract, actor: Any, now: datetime, new: bool) -> None:
    """One contract of a kind at a time; the special one only for mental or intellectual disability. Raises Refusal."""
    if record.until_on < record.from_on:
        raise Refusal("终止日期早于起始日期，请核对", field="until_on")
    if new:
        must_be_supported(record.person, timezone.localdate(now))
    if record.kind == MedicalContract.Kind.SPECIAL:
        _must_be_special(record)
    else:
        record.disease = ""
    others = MedicalContract.objects.filter(
        Q(from_on__lte=record.until_on, until_on__gte=record.from_on), person=record.person, kind=record.kind
    ).exclude(pk=record.pk)
    if found := others.first():
        raise Refusal(
            f"已与{found.hospital}签约（{found.from_on:%Y-%m-%d}至{found.until_on:%Y-%m-%d}），期限不能重叠",
            field="from_on",
        )
    record.save()


def _must_be_special(record: MedicalContract) -> None:
    if not record.disease:
        raise Refusal("特殊病种定向定点须选择病种（精神障碍、智力障碍）", field="disease")
    if record.person.disability_kind != record.disease and not record.diagnosis.strip():
        raise Refusal(
            f"{record.person.name} 的残疾类别不是{record.get_disease_display()}，请填写诊断证明",
            rule="000 第49条：市域特殊病种仅限精神、智力障碍",
            field="diagnosis",
        )


def save_insurance(*, record: NursingInsurance, actor: Any, now: datetime, new: bool) -> None:
    """Insure for a year, or put down what was claimed. Raises Refusal."""
    today = timezone.localdate(now)
    if new:
        must_be_supported(record.person, today)
        if NursingInsurance.objects.filter(person=record.person, year=record.year).exists():
            raise Refusal(f"{record.person.name} {record.year}年已参保", field="year")
        if abs(record.year - today.year) > 1:
            raise Refusal("年度只能是去年、今年或明年", field="year")
    else:
        not_later(record.claimed_on, today, "claimed_on", "出险日期")
        if record.claimed_on and record.claimed_on.year != record.year:
            raise Refusal(f"出险日期不在{record.year}年内，请核对", field="claimed_on")
        if record.claim is not None and record.claim > record.insured:
            raise Refusal(f"理赔金额超过保额 {record.insured:,.2f} 元，请核对", field="claim")
    record.save()
