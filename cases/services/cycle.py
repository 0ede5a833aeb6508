"""Open and close the monthly cycle, draw up the villages' sheets, register their signatures. Set-based."""
# requirements: C01, C02

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from cases.models import BenefitTerm, ChangeOrder, MonthlyCycle, VillageAttestation
from salvation.access.services import require
from salvation.documents.official import Grid, Line, Paper
from salvation.documents.paperless import paperless
from salvation.domain import mask
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.duties.services import close_duty, open_duties
from salvation.files.services import Upload, add_uploads
from salvation.flow.engine import perform
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.units.models import Unit

register(
    cycle__open="开启动态管理周期",
    cycle__close="关闭动态管理周期",
    attestation__sign="登记村签字报表",
    attestation__print="打印村签字报表",
)
DUTY, LATE = "attestation", "attestation_late"

# One sheet a village in which somebody is helped in the month, with what it will be asked to confirm.
SHEETS = """
INSERT INTO cases_villageattestation
    (cycle_id, unit_id, village_id, households, people, signer, remark)
SELECT %(cycle)s, b.unit_id, b.village_id, count(DISTINCT b.household_id), count(DISTINCT m.person_id), '', ''
FROM cases_benefitterm t
JOIN cases_benefit b ON b.id = t.benefit_id AND b.county_id = %(county)s
JOIN cases_termmember m ON m.term_id = t.id
WHERE t.months @> %(month)s::date
GROUP BY b.unit_id, b.village_id
ON CONFLICT (cycle_id, village_id) DO NOTHING
"""


@transaction.atomic
def open_cycle(*, county: Unit, month: Month, now: datetime) -> int:
    """Open a county's month and draw a sheet up for each village; returns how many. Doing it again adds nothing."""
    cycle, created = MonthlyCycle.objects.get_or_create(
        county=county, month=month.first_day, defaults={"opened_at": now}
    )
    with connection.cursor() as cursor:
        cursor.execute(SHEETS, {"cycle": cycle.pk, "county": county.pk, "month": month.first_day})
        made = int(cursor.rowcount)
    if created:
        record(
            actor=None,
            action="cycle.open",
            subject=cycle,
            unit=county,
            facts={"month": str(month), "villages": made},
        )
        _ask_towns(cycle, now)
    return made


def _ask_towns(cycle: MonthlyCycle, now: datetime) -> None:
    """One line on the desk of each town until its last village has signed."""
    month = Month.of(cycle.month)
    units = Unit.objects.filter(pk__in=cycle.attestations.values("unit"))
    towns = list(units.values_list("pk", flat=True))
    earlier = Duty.objects.filter(kind__in=(DUTY, LATE), subject_id__in=towns, done_at__isnull=True)
    earlier.update(done_at=now)
    due = due_on(cycle.county, month)
    open_duties(
        {
            "kind": DUTY, "subject_id": unit.pk, "unit": unit, "permission": "change.create", "now": now, "due_on": due,
            "title": f"收齐{month.label}各村（社区）签字报表",
            "url": f"{reverse('cases:attestations')}?month={month}&state=open",
        }
        for unit in units
    )  # fmt: skip


def due_on(county: Unit, month: Month) -> date:
    """The day by which villages sign (cycle.attest_day)."""
    day = int(at("cycle.attest_day", on=month.first_day, unit=county).value)
    return month.day(min(day, month.last_day.day))


def closes_on(county: Unit, month: Month) -> date:
    """The last day of a cycle's changes (cycle.close_day)."""
    day = int(at("cycle.close_day", on=month.first_day, unit=county).value)
    return month.day(min(day, month.last_day.day))


@transaction.atomic
def close_due_cycles(*, county: Unit, on: date, now: datetime) -> int:
    """Close every open cycle whose last day has come; returns how many."""
    closed = 0
    for cycle in MonthlyCycle.objects.select_for_update(of=("self",)).filter(
        county=county, closed_at__isnull=True
    ):
        if closes_on(county, Month.of(cycle.month)) > on:
            continue
        cycle.closed_at = now
        cycle.save(update_fields=["closed_at"])
        missing = cycle.attestations.filter(signed_on__isnull=True).count()
        facts = {"month": str(Month.of(cycle.month)), "missing": missing}
        record(actor=None, action="cycle.close", subject=cycle, unit=county, facts=facts)
        closed += 1
    return closed


def first_month(county: Unit, today: date) -> Month:
    """From which month a change entered now counts: the next one, after the cycle's closing the one after it."""
    this = Month.of(today)
    closed = MonthlyCycle.objects.filter(county=county, month=this.first_day, closed_at__isnull=False)
    return this + (2 if closed.exists() else 1)


@dataclass(frozen=True, slots=True)
class Signature:
    """What comes back from a village on paper."""

    signer: str
    signed_on: date
    changed: bool
    remark: str = ""


@transaction.atomic
def sign(
    *,
    attestation: VillageAttestation,
    given: Signature,
    scans: Sequence[Upload],
    actor: Any,
    now: datetime,
) -> VillageAttestation:
    """Register a village's signed sheet with its scan (002 L29); no change is signed too. Raises Refusal.

    Where the county works without paper, the village's own account signs, and no scan is wanted (B23).
    """
    locked: VillageAttestation = (
        VillageAttestation.objects.select_for_update(of=("self",))
        .select_related("cycle", "unit", "village")
        .get(pk=attestation.pk)
    )
    itself = signs_itself(locked, actor)
    if not itself:
        require(actor, "case.edit", locked.unit)
    if locked.signed_on:
        raise Refusal(f"{locked}已于{locked.signed_on:%Y-%m-%d}签字，不能重复登记")
    if not locked.cycle.month <= given.signed_on <= timezone.localdate(now):
        raise Refusal("签字日期应在本周期开启之后、今天之前", field="signed_on")
    if given.changed and not given.remark.strip():
        raise Refusal("有变化的，请写明变化内容", field="remark")
    if not scans and not itself:
        raise Refusal("请上传签字盖章的扫描件或照片", rule="002 第29条", field="scans")
    locked.signer, locked.signed_on, locked.changed = given.signer.strip(), given.signed_on, given.changed
    locked.remark, locked.registered_by, locked.registered_at = given.remark.strip(), actor, now
    locked.save()
    add_uploads(subject=locked, unit=locked.unit, kind="ATTESTATION", uploads=scans, actor=actor)
    facts = {"village": str(locked.village), "changed": given.changed}
    record(actor=actor, action="attestation.sign", subject=locked, unit=locked.unit, facts=facts)
    _list_orders(locked, now)
    if not missing(locked.unit, Month.of(locked.cycle.month)):
        for kind in (DUTY, LATE):
            close_duty(kind=kind, subject_id=locked.unit_id, now=now, actor=actor)
    return locked


def signs_itself(attestation: VillageAttestation, actor: Any) -> bool:
    """Whether this account is the village's and its signature in the system stands for one on paper (B23)."""
    on = timezone.localdate()
    return bool(
        any(post.unit_id == attestation.village_id for post in actor.current_posts)
        and actor.may("case.survey", attestation.village)
        and paperless(attestation.unit, on)
    )


def _list_orders(attestation: VillageAttestation, now: datetime) -> None:
    """Drafts that the village's sheet lists are signed for with it (03 §3.2)."""
    for order in orders_of(attestation).filter(state="DRAFT"):
        if order.kind not in {"CARE_LEVEL", "STD_ADJUST"}:
            perform(subject=order, step="village_sign", actor=None, now=now)


def orders_of(attestation: VillageAttestation) -> Any:
    """Change orders of the village entered since the cycle before closed, until this one did: each is on one sheet."""
    cycle = attestation.cycle
    month = Month.of(cycle.month)
    return (
        ChangeOrder.objects.filter(
            village=attestation.village_id,
            created_at__gte=_closing(cycle.county_id, month - 1),
            created_at__lt=_closing(cycle.county_id, month),
        )
        .select_related("benefit__applicant", "unit", "village")
        .order_by("pk")
    )


def _closing(county: int, month: Month) -> Coalesce:
    """When a cycle closed, for a statement; one that is open, or was closed late, ends with its month."""
    ends = timezone.make_aware(datetime.combine(month.next_day, time.min))
    closed = MonthlyCycle.objects.filter(county=county, month=month.first_day, closed_at__lt=ends)
    return Coalesce(Subquery(closed.values("closed_at")[:1]), ends)


def missing(unit: Unit, month: Month) -> int:
    """Villages of a unit whose sheet of a cycle is not signed."""
    return VillageAttestation.objects.filter(
        unit__path__startswith=unit.path, cycle__month=month.first_day, signed_on__isnull=True
    ).count()


def attested(unit: Unit, pay_month: date) -> bool:
    """Whether every village signed in the cycle before a pay month; without a cycle nothing is on record."""
    month = Month.of(pay_month) - 1
    sheets = VillageAttestation.objects.filter(unit=unit, cycle__month=month.first_day)
    return sheets.exists() and not sheets.filter(signed_on__isnull=True).exists()


HEAD = ("序号", "申请人", "身份证号", "类别", "保障人数", "月保障金（元）", "有无变化", "变化内容")


def sheet_paper(attestation: VillageAttestation, *, trace: str = "") -> Paper:
    """The sheet to print: everybody helped in the village, masked, with room for what changed."""
    month = Month.of(attestation.cycle.month)
    known = {order.benefit_id: order.get_kind_display() for order in orders_of(attestation)}
    terms = (
        BenefitTerm.objects.filter(benefit__village=attestation.village_id, months__contains=month.first_day)
        .select_related("benefit__applicant", "benefit__household")
        .prefetch_related("covered")
        .order_by("benefit__household__group_name", "benefit__household__no", "benefit_id")
    )
    rows = []
    for number, term in enumerate(terms, start=1):
        person, benefit = term.benefit.applicant, term.benefit
        shown = person.id_no.masked(mask.Scene.LIST) if person.id_no else "未落户"
        changed = known.get(benefit.pk, "")
        rows.append(
            (
                str(number), person.name, shown, benefit.get_program_display(), str(len(term.covered.all())),
                f"{term.total:,.2f}", "☑有" if changed else "□无 □有", changed,
            )
        )  # fmt: skip
    count = f"本村（社区）在保{attestation.households}户{attestation.people}人"
    return Paper(
        title=f"{attestation.unit}{attestation.village}{month.label}救助对象签字报表",
        addressee="",
        body=(
            Line(
                f"{count}。逐户核对人口、收入、财产有无变化，死亡、外出、就业、婚嫁的写明姓名和日期；没有变化的也要签字。"
            ),
            Grid(HEAD, tuple(rows), widths=(2, 4, 7, 4, 3, 4, 4, 6), size=10.5, height=8),
            Line("村（社区）主任（签字盖章）："),
            Line("签字日期：　　　　年　　月　　日"),
        ),
        issuer=str(attestation.unit),
        dated=timezone.localdate(),
        plain=True,
        trace=trace,
    )
