"""Sign and end care agreements (D04), keep caregivers (D05)."""
# requirements: D04, D05

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.models import CareAgreement, Caregiver, Person
from cases.models.choices import Program
from cases.services.care import must_be_supported, not_later
from cases.services.people import read_id
from salvation.domain.errors import Refusal
from salvation.flow.numbers import next_number
from salvation.parameters.book import at
from salvation.vault.crypto import blind_index


def save_caregiver(*, record: Caregiver, actor: Any, now: datetime, new: bool) -> None:
    """Check the number, keep one file a person and unit. Raises Refusal."""
    number = record.id_no.plain() if not isinstance(record.id_no, str) else record.id_no
    checked = read_id(number)
    record.id_no, record.id_index = checked.number, blind_index(checked.number, "citizen_id")
    twins = Caregiver.objects.filter(unit=record.unit, id_index=record.id_index).exclude(pk=record.pk)
    if twins.exists():
        raise Refusal("本单位已登记该照料护理人", field="id_no")
    not_later(record.rated_on, timezone.localdate(now), "rated_on", "考核日期")
    if bool(record.rating) != bool(record.rated_on):
        raise Refusal("考核结果和考核日期须一并填写", field="rated_on")
    unfit = record.rating == Caregiver.Rating.POOR or record.left_on is not None
    open_ones = CareAgreement.objects.filter(caregiver=record.pk, until_on__gte=timezone.localdate(now))
    if record.pk and unfit and (count := open_ones.count()):
        raise Refusal(
            f"还有{count}份有效协议，请先逐份终止（考核不合格的应解除协议），再登记", field="rating"
        )
    record.save()


def fit_caregivers(person: Person) -> QuerySet[Caregiver]:
    """Caregivers of the person's unit who may sign for him."""
    found: QuerySet[Caregiver] = (
        Caregiver.objects.filter(unit=person.unit, left_on__isnull=True)
        .exclude(rating=Caregiver.Rating.POOR)
        .exclude(health=Caregiver.Health.POOR)
    )
    return found


def save_agreement(*, record: CareAgreement, actor: Any, now: datetime, new: bool) -> None:
    """Sign, or end early with a reason. One agreement a person, so many people a caregiver. Raises Refusal."""
    if record.until_on < record.from_on:
        raise Refusal("终止日期早于起始日期，请核对", field="until_on")
    if new:
        _sign(record, now)
    elif not record.ending:
        raise Refusal("请选择提前终止的原因", field="ending")
    elif record.until_on > CareAgreement.objects.get(pk=record.pk).until_on:
        raise Refusal("提前终止的日期不能晚于协议约定的终止日期；续签请登记新协议", field="until_on")
    record.save()


def _sign(record: CareAgreement, now: datetime) -> None:
    today = timezone.localdate(now)
    covered = must_be_supported(record.person, today)
    if covered.term.benefit.program != Program.TEKUN_DISPERSED:
        raise Refusal(f"{record.person.name} 是集中供养，由机构照料，不签委托照料服务协议")
    not_later(record.signed_on, today, "signed_on", "签订日期")
    during = Q(from_on__lte=record.until_on, until_on__gte=record.from_on)
    other = CareAgreement.objects.filter(during, person=record.person).first()
    if other is not None:
        raise Refusal(
            f"与协议{other.no}（{other.from_on:%Y-%m-%d}至{other.until_on:%Y-%m-%d}）重叠，同一时点只能有一份；请先终止或改起始日期",
            field="from_on",
        )
    # Whoever signs with the same caregiver waits here, so that the count is true.
    caregiver = Caregiver.objects.select_for_update(of=("self",)).get(pk=record.caregiver_id)
    limit = int(at("caregiver.limit", on=record.from_on, unit=record.unit).value)
    cared = CareAgreement.objects.filter(during, caregiver=caregiver).values("person").distinct().count()
    if cared >= limit:
        raise Refusal(f"{caregiver.name} 已照料{cared}人，达到上限{limit}人，请另选照料人", field="caregiver")
    record.no = next_number(f"WT{record.unit.code}-{today.year}-")
