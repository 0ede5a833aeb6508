"""Move people into institutions and out again; beds, queue and who is paid for (D01, D11 part)."""
# requirements: D01, D11

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from cases.models import CareAssessment, CareWish, Institution, Residence, TermMember
from cases.models.choices import CareLevel, Program
from cases.services.care import must_be_supported, not_later
from cases.services.proofs import rest_on
from cases.services.successions import draft_mode
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.units.models import Unit
from salvation.units.services import county_of


def save_institution(*, record: Institution, actor: Any, now: datetime, new: bool) -> None:
    """Keep an institution; beds never fall below who lives there. Raises Refusal."""
    county = county_of(record.unit)
    if county is None:
        raise Refusal("供养机构由县局或乡镇登记")
    record.county = county
    today = timezone.localdate(now)
    twins = Institution.objects.filter(county=record.county, name=record.name).exclude(pk=record.pk)
    if twins.exists():
        raise Refusal("本县已登记同名机构", field="name")
    if record.pk:
        living = residents_on(record, today).count()
        if record.beds < living:
            raise Refusal(f"现有{living}人在院，床位数不能少于在院人数", field="beds")
        if record.closed_on and living:
            raise Refusal(f"还有{living}人在院，请先登记退住", field="closed_on")
    record.save()


def residents_on(institution: Institution, on: date) -> QuerySet[Residence]:
    """Who lives there on a day."""
    return living(on).filter(institution=institution)


def open_institutions(county: Unit) -> QuerySet[Institution]:
    """Institutions of a county that take people in, whoever keeps their file."""
    found: QuerySet[Institution] = Institution.objects.filter(county=county, closed_on__isnull=True)
    return found


def save_residence(*, record: Residence, actor: Any, now: datetime, new: bool) -> None:
    """Moving in takes a free bed and drafts 集中供养; moving home drafts 分散供养. Raises Refusal."""
    today = timezone.localdate(now)
    if new:
        _move_in(record, today, actor, now)
    else:
        _move_out(record, today, actor, now)


def _move_in(record: Residence, today: date, actor: Any, now: datetime) -> None:
    not_later(record.from_on, today, "from_on", "入住日期")
    covered = must_be_supported(record.person, today)
    home = Institution.objects.select_for_update(of=("self",)).get(pk=record.institution_id)
    if home.closed_on is not None or home.county_id != covered.term.benefit.county_id:
        raise Refusal("该机构已停用或不在本县，请另选", field="institution")
    since = Q(until_on__isnull=True) | Q(until_on__gte=record.from_on)
    if Residence.objects.filter(since, person=record.person).exists():
        raise Refusal(f"{record.person.name} 在这一天已有在院登记，请先登记退住", field="from_on")
    taken = Residence.objects.filter(since, institution=home)
    if taken.count() >= home.beds:
        raise Refusal(f"{home.name}{home.beds}张床位已住满", field="institution")
    if record.bed > home.beds or taken.filter(bed=record.bed).exists():
        free = free_beds(home, record.from_on)[:5]
        raise Refusal(f"{record.bed}号床不存在或已有人，空床有：{'、'.join(map(str, free))}", field="bed")
    if covered.term.benefit.program == Program.TEKUN_DISPERSED:
        record.order = draft_mode(
            benefit=covered.term.benefit,
            on=record.from_on,
            note=f"入住{home.name}{record.bed}号床",
            actor=actor,
            now=now,
            person=record.person,
        )
        rest_on(record.order, "本系统的入住登记")
    record.save()


def _move_out(record: Residence, today: date, actor: Any, now: datetime) -> None:
    not_later(record.until_on, today, "until_on", "退住日期")
    if record.until_on is None or record.until_on < record.from_on:
        raise Refusal("请填写退住日期，不早于入住日期", field="until_on")
    if record.leaving == Residence.Leaving.HOME:
        covered = must_be_supported(record.person, today)
        if covered.term.benefit.program == Program.TEKUN_CENTRALIZED:
            note = f"从{record.institution.name}退住"
            record.order = draft_mode(
                benefit=covered.term.benefit,
                on=record.until_on,
                note=note,
                actor=actor,
                now=now,
                person=record.person,
            )
            rest_on(record.order, "本系统的退住登记")
    record.save()


def free_beds(institution: Institution, on: date) -> list[int]:
    """Numbers of beds nobody lies in from a day on."""
    taken = set(
        Residence.objects.filter(institution=institution)
        .filter(Q(until_on__isnull=True) | Q(until_on__gte=on))
        .values_list("bed", flat=True)
    )
    return [number for number in range(1, institution.beds + 1) if number not in taken]


def living(today: date) -> QuerySet[Residence]:
    """Everybody who lives in an institution on a day."""
    found: QuerySet[Residence] = Residence.objects.filter(from_on__lte=today).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=today)
    )
    return found


LATEST_LEVEL = Subquery(
    CareAssessment.objects.filter(person=OuterRef("person"))
    .order_by("-assessed_on", "-pk")
    .values("level")[:1]
)
RANK = Case(
    When(level=CareLevel.FULL.value, then=Value(0)),
    When(level=CareLevel.HALF.value, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def ranked(wishes: Any, today: date) -> Any:
    """Wishes with the level, the place in the queue it gives (失能 first), and whether the person lives somewhere."""
    lives = living(today).filter(person=OuterRef("person"))
    return wishes.annotate(level=LATEST_LEVEL, lives=Exists(lives)).annotate(rank=RANK)


def queued(wishes: Any, today: date) -> Any:
    """Of these wishes, those for an institution that are not met yet."""
    waiting = wishes.filter(wish=CareWish.Wish.CENTRALIZED, ended_on__isnull=True)
    return ranked(waiting, today).filter(lives=False)


class PaidAndResident(NamedTuple):
    """Figures that must be alike: people paid as 集中供养 in a month, and people who lived in an institution in it."""

    paid: int
    resident: int
    # Person ids on one side only.
    without_residence: tuple[int, ...]
    without_payment: tuple[int, ...]


def residents_of_month(county: Unit, month: Month) -> QuerySet[Residence]:
    """Whoever lived in an institution of the county on any day of a month."""
    found: QuerySet[Residence] = Residence.objects.filter(
        institution__county=county, from_on__lte=month.last_day
    ).filter(Q(until_on__isnull=True) | Q(until_on__gte=month.first_day))
    return found


def paid_and_resident(*, county: Unit, month: Month, unit: Unit | None = None) -> PaidAndResident:
    """付款人数与在院人数 of a month: what funds compares before it pays institutions (D11, R32); of one unit's people."""
    covered = TermMember.objects.filter(
        months__contains=month.first_day, term__benefit__county=county,
        term__benefit__program=Program.TEKUN_CENTRALIZED,
    )  # fmt: skip
    living = residents_of_month(county, month)
    if unit is not None:
        covered, living = covered.filter(term__benefit__unit=unit), living.filter(unit=unit)
    paid = set(covered.values_list("person", flat=True))
    resident = set(living.values_list("person", flat=True))
    return PaidAndResident(
        len(paid), len(resident), tuple(sorted(paid - resident)), tuple(sorted(resident - paid))
    )
