"""What follows when 特困 ends, and what comes back when the ending order is struck out (D13)."""
# requirements: D13

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    CareAgreement,
    CareWish,
    LifeEvent,
    MedicalContract,
    Person,
    Residence,
    SupportCertificate,
)
from cases.models.choices import TEKUN, ChangeKind, Program
from cases.services.care import support_in
from cases.services.certificates import COLLECT
from cases.services.struck_out import keep, kept
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.services import close_duty, open_duty
from salvation.flow.table import Context

ENDING = (ChangeKind.STOP, ChangeKind.DEATH, ChangeKind.CATEGORY)
# Every kind of record that ends, with the fields that the end writes; kept before, given back after.
ENDED: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "agreements": (CareAgreement, ("until_on", "ending")),
    "contracts": (MedicalContract, ("until_on",)),
    "residences": (Residence, ("until_on", "leaving")),
    "wishes": (CareWish, ("ended_on",)),
}
Values = dict[str, Any]


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
    keep(order, support=_close_records([person.pk for person in gone], last, died is not None))
    for person in gone:
        _ask(person, order, context.now)


def on_moved_in(context: Context) -> None:
    """集中供养 begins: the institution looks after him, the agreement with a caregiver ends with the months at home (D04)."""
    order = context.subject
    if order.kind != ChangeKind.MODE or order.new_program != Program.TEKUN_CENTRALIZED:
        return
    people = (
        [order.person_id]
        if order.person_id
        else list(
            Person.objects.filter(coverage__term__benefit=order.benefit_id)
            .values_list("pk", flat=True)
            .distinct()
        )
    )
    before = Month.of(order.effective_month).first_day - timedelta(days=1)
    last = max(before, order.event_on or before)
    found = {"person__in": people, "from_on__lte": last, "until_on__gt": last}
    ended = {"until_on": last, "ending": CareAgreement.Ending.INSTITUTION}
    if closed := _close("agreements", found, ended):
        keep(order, support={"agreements": closed})


def _close_records(people: list[int], last: date, died: bool) -> dict[str, list[tuple[Values, Values]]]:
    """End what runs on the last day; what begins later than that day keeps a day of its own. Returns before and after."""
    leaving = Residence.Leaving.DEATH if died else Residence.Leaving.ENDED
    running = {"person__in": people, "from_on__lte": last}
    rows: dict[str, tuple[Values, Values]] = {
        "agreements": (
            {**running, "until_on__gt": last},
            {"until_on": last, "ending": CareAgreement.Ending.ENDED},
        ),
        "contracts": ({**running, "until_on__gt": last}, {"until_on": last}),
        "residences": ({**running, "until_on__isnull": True}, {"until_on": last, "leaving": leaving}),
        "wishes": ({"person__in": people, "ended_on__isnull": True}, {"ended_on": last}),
    }
    return {name: _close(name, found, ended) for name, (found, ended) in rows.items()}


def _close(name: str, found: Values, ended: Values) -> list[tuple[Values, Values]]:
    model, fields = ENDED[name]
    before = list(model._default_manager.select_for_update().filter(**found).values("pk", *fields))
    model._default_manager.filter(pk__in=[row["pk"] for row in before]).update(**ended)
    return [(_plain(row), _plain({"pk": row["pk"], **ended})) for row in before]


def _plain(row: Values) -> Values:
    """Days as text: what is kept with the order is JSON."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}


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


def on_support_back(context: Context) -> None:
    """The order that ended 特困 is struck out: its records run on as before. Raises Refusal where another took the place.

    A booklet that was collected meanwhile stays collected: a new one is issued.
    """
    order = context.subject
    ended = kept(order, "support")
    if ended is None:
        return
    try:
        with transaction.atomic():
            for name, pairs in ended.items():
                _reopen(name, pairs)
    except IntegrityError as error:
        raise Refusal(
            "本单生效后，原来的床位、协议或医疗签约已由新的登记占用，红冲不能恢复；请先把新的登记终止到本单生效之前，再红冲"
        ) from error
    people = Person.objects.filter(coverage__term__benefit=order.benefit_id)
    for pk in SupportCertificate.objects.filter(person__in=people, collected_on__isnull=True).values_list(
        "pk", flat=True
    ):
        close_duty(kind=COLLECT, subject_id=pk, now=context.now, actor=context.actor)
    LifeEvent.objects.filter(benefit=order.benefit_id, kind=LifeEvent.Kind.SUPPORT_ENDED).delete()


def _reopen(name: str, pairs: Iterable[tuple[Values, Values]]) -> None:
    """Rows that are still as the end left them; what was changed since stays."""
    model, _ = ENDED[name]
    for before, after in pairs:
        values = {key: value for key, value in before.items() if key != "pk"}
        model._default_manager.filter(**after).update(**values)
