"""Groups 1–3 of the statistics, as far as cases knows them (04 §4.1)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import F, Q, QuerySet

from cases import care_measures, oversight_measures
from cases.models import (
    Application,
    BenefitSnapshot,
    BenefitTerm,
    ChangeOrder,
    ChangePerson,
    Relief,
    TermMember,
)
from cases.models.choices import DIBAO, LASTING, PAID, RELIEFS, TEKUN, ChangeKind, Program, StopReason
from salvation.flow.models import StatFreeze
from salvation.periods.measures import Frame, Measure, Source
from salvation.units.models import PopulationStat

DIBAO_Q = Q(program__in=DIBAO)
# The whole benefit ends, whatever else the household gets.
ENDED = Q(stopped=F("order__effective_month"))
OUT_KINDS = (ChangeKind.DEATH, ChangeKind.STOP, ChangeKind.GRACE_END)
LOWERING = (*OUT_KINDS, ChangeKind.DECREASE, ChangeKind.MEMBER_REMOVE)


def covered(frame: Frame) -> QuerySet[Any]:
    """Everyone helped at the month's end: the frozen snapshot, or the running register while it is a draft."""
    if frame.frozen:
        return BenefitSnapshot.objects.filter(county=frame.county, month=frame.month.first_day)
    return TermMember.objects.filter(
        months__contains=frame.month.first_day, term__benefit__county=frame.county
    ).annotate(
        unit_id=F("term__benefit__unit_id"),
        village_id=F("term__benefit__village_id"),
        household_id=F("term__benefit__household_id"),
        benefit_id=F("term__benefit_id"),
        program=F("term__benefit__program"),
        is_single=F("term__benefit__is_single"),
        standing=F("term__standing"),
    )


def covered_before(frame: Frame) -> QuerySet[Any]:
    """期初: everyone helped at the end of the month before."""
    month = frame.month - 1
    frozen = StatFreeze.objects.filter(county=frame.county, month=month.first_day).exists()
    return covered(replace(frame, month=month, frozen=frozen))


def paid(frame: Frame) -> QuerySet[Any]:
    """Monthly entitlements at the month's end, one row a benefit with its amounts."""
    if frame.frozen:
        return BenefitSnapshot.objects.filter(county=frame.county, month=frame.month.first_day, is_head=True)
    return BenefitTerm.objects.filter(
        months__contains=frame.month.first_day, benefit__county=frame.county
    ).annotate(
        unit_id=F("benefit__unit_id"),
        village_id=F("benefit__village_id"),
        household_id=F("benefit__household_id"),
        person_id=F("benefit__applicant_id"),
        program=F("benefit__program"),
    )


def newly_covered(frame: Frame) -> QuerySet[Any]:
    """新增, by the month from which the benefit runs (12 §12.1 #2)."""
    first = frame.month.first_day
    return TermMember.objects.filter(
        term__benefit__county=frame.county, term__benefit__first_month=first, months__startswith=first
    ).annotate(
        unit_id=F("term__benefit__unit_id"),
        village_id=F("term__benefit__village_id"),
        household_id=F("term__benefit__household_id"),
        benefit_id=F("term__benefit_id"),
        program=F("term__benefit__program"),
    )


def moved(frame: Frame) -> QuerySet[Any]:
    """退出 and 成员增减, by the month from which the order takes effect."""
    return ChangePerson.objects.filter(
        order__county=frame.county, order__state="EFFECTIVE", order__effective_month=frame.month.first_day
    ).annotate(
        # A move lies with the receiving town when it takes effect; who leaves, leaves the old one.
        unit_id=F("order__benefit__unit_id"),
        village_id=F("order__benefit__village_id"),
        household_id=F("order__benefit__household_id"),
        benefit_id=F("order__benefit_id"),
        program=F("order__benefit__program"),
        stopped=F("order__benefit__stop_month"),
    )


def confirmed(frame: Frame) -> QuerySet[Any]:
    """People first covered by confirmed applications."""
    return TermMember.objects.filter(
        term__benefit__applications__county=frame.county,
        term__benefit__applications__state="CONFIRMED",
        term__months__startswith=F("term__benefit__first_month"),
    ).annotate(
        unit_id=F("term__benefit__unit_id"),
        village_id=F("term__benefit__village_id"),
        household_id=F("term__benefit__household_id"),
        benefit_id=F("term__benefit_id"),
        program=F("term__benefit__program"),
        is_single=F("term__benefit__is_single"),
        single_reason=F("term__benefit__single_reason"),
        stat_month=F("term__benefit__applications__stat_month"),
    )


def decided(frame: Frame) -> QuerySet[Any]:
    return Application.objects.filter(county=frame.county, stat_month__isnull=False)


def effective_orders(frame: Frame) -> QuerySet[Any]:
    return ChangeOrder.objects.filter(county=frame.county, state="EFFECTIVE")


def people_out(frame: Frame) -> QuerySet[Any]:
    """People who left cover by effective orders."""
    return ChangePerson.objects.filter(
        leaves=True, order__county=frame.county, order__state="EFFECTIVE", order__kind__in=OUT_KINDS
    ).annotate(
        unit_id=F("order__unit_id"),
        village_id=F("order__village_id"),
        household_id=F("order__benefit__household_id"),
        benefit_id=F("order__benefit_id"),
        kind=F("order__kind"),
        reason=F("order__stop_reason"),
        household_out=F("order__household_out"),
        stat_month=F("order__stat_month"),
    )


def population(frame: Frame) -> QuerySet[Any]:
    """Registered population of the year, by unit (A02)."""
    return PopulationStat.objects.filter(unit__county=frame.county, year=frame.month.year)


def lowered(frame: Frame) -> QuerySet[Any]:
    return effective_orders(frame).filter(kind__in=LOWERING).annotate(lowered=F("old_total") - F("new_total"))


def reliefs(frame: Frame) -> QuerySet[Any]:
    """Temporary relief that was paid; it counts in the month of the payment."""
    rows = Relief.objects.filter(county=frame.county, paid_on__isnull=False)
    return rows.select_related("applicant", "unit")


def unsettled_reliefs(frame: Frame) -> QuerySet[Any]:
    """Helped first, papers still missing at the month's end."""
    end = frame.month.first_day
    unsettled = Q(settled_month__isnull=True) | Q(settled_month__gt=end)
    return reliefs(frame).filter(unsettled, advance=True, stat_month__lte=end)


SOURCES = (
    Source("covered", "在保对象", covered, month=None),
    Source("covered_before", "期初在保对象", covered_before, month=None),
    Source("paid", "月保障金", paid, month=None),
    Source("newly_covered", "本月新增对象", newly_covered, month=None),
    Source("moved", "本月退出和成员增减", moved, month=None),
    Source("confirmed", "新纳入对象", confirmed),
    Source("decided", "已决定的申请", decided, person="applicant_id"),
    Source("people_out", "清退对象", people_out),
    Source(
        "orders",
        "生效的变更单",
        effective_orders,
        household="benefit__household_id",
        person="benefit__applicant_id",
    ),
    Source(
        "lowered",
        "减少保障金的变更单",
        lowered,
        household="benefit__household_id",
        person="benefit__applicant_id",
    ),
    Source("reliefs", "到账的临时救助", reliefs, person="applicant_id"),
    Source(
        "reliefs.unsettled",
        "待补手续的先行救助",
        unsettled_reliefs,
        month=None,
        person="applicant_id",
    ),
    *care_measures.sources(covered),
    *oversight_measures.SOURCES,
    Source("population", "户籍人口", population, month=None, permission="table.view"),
)


def _program(code: str) -> Q:
    return Q(program=code)


STOP_OTHER = Q(kind=ChangeKind.STOP) & ~Q(reason__in=[StopReason.DUPLICATE, StopReason.KINSHIP_INVALID])
GOVERNANCE = (
    Measure("SA01", "population", "hukou_population"),
    Measure("SA02", "covered", "households", _program(Program.DIBAO_URBAN)),
    Measure("SA03", "covered", "people", _program(Program.DIBAO_URBAN)),
    Measure("SA04", "covered", "households", _program(Program.DIBAO_RURAL)),
    Measure("SA05", "covered", "people", _program(Program.DIBAO_RURAL)),
    Measure("SA06", "covered", "people", DIBAO_Q & Q(is_single=True)),
    Measure("SA07", "covered", "people", DIBAO_Q & Q(standing="GRACE")),
    Measure("SA07X", "covered", "people", Q(program__in=PAID, standing="SUSPENDED")),
    Measure("SA08", "covered", "people", _program(Program.TEKUN_CENTRALIZED)),
    Measure("SA09", "covered", "people", _program(Program.TEKUN_DISPERSED)),
    Measure("SA10", "covered", "households", _program(Program.MARGINAL)),
    Measure("SA11", "covered", "people", _program(Program.MARGINAL)),
    Measure("SA12", "covered", "households", _program(Program.RIGID_EXPENSE)),
    Measure("SA13", "covered", "people", _program(Program.RIGID_EXPENSE)),
    Measure("SA14", "covered", "people"),
    Measure("SB04", "confirmed", "people", DIBAO_Q),
    Measure("SB05", "confirmed", "people", Q(program__in=TEKUN)),
    Measure("SB06", "confirmed", "people", _program(Program.MARGINAL)),
    Measure("SB07", "confirmed", "people", _program(Program.RIGID_EXPENSE)),
    Measure("SB09", "confirmed", "people", DIBAO_Q & Q(is_single=True)),
    Measure("SB10", "confirmed", "people", DIBAO_Q & Q(single_reason__in=["DISABLED_L12", "INTEL_MENTAL_L3", "ADULT_UNEMPLOYED_DISABLED"])),
    Measure("SB11", "confirmed", "people", DIBAO_Q & Q(single_reason="CRITICAL_ILLNESS")),
    Measure("SB12", "decided", "events", Q(state="REJECTED")),
    Measure("SC05", "people_out", "people", Q(kind=ChangeKind.DEATH)),
    Measure("SC06", "people_out", "people", Q(kind=ChangeKind.GRACE_END)),
    Measure("SC07", "people_out", "people", Q(kind=ChangeKind.STOP, reason=StopReason.DUPLICATE)),
    Measure("SC09", "people_out", "people", Q(kind=ChangeKind.STOP, reason=StopReason.KINSHIP_INVALID)),
    Measure("SC10", "people_out", "people", STOP_OTHER),
    Measure("SC11H", "people_out", "households", Q(household_out=True)),
    Measure("SC11P", "people_out", "people"),
    Measure("SC12", "lowered", "lowered"),
    Measure("SC13A", "orders", "households", Q(kind=ChangeKind.INCREASE)),
    *(
        Measure(f"SE{number:02d}", "reliefs", what, _program(program))
        for number, (program, what) in enumerate(
            ((program, what) for program, _ in RELIEFS for what in ("events", "amount")), start=1
        )
    ),
    Measure("SE07", "reliefs", "events", Q(channel="RESERVE")),
    Measure("SE08", "reliefs", "amount", Q(channel="RESERVE")),
    Measure("SE09", "reliefs", "events", Q(advance=True)),
    Measure("SE10", "reliefs.unsettled", "events"),
    Measure("SE12N", "reliefs", "events"),
    Measure("SE12A", "reliefs", "amount"),
    Measure("SC13B", "orders", "households", Q(kind=ChangeKind.DECREASE)),
    Measure("SD07", "orders", "households", Q(kind=ChangeKind.GRACE)),
)  # fmt: skip


def _dynamic() -> Iterator[Measure]:
    """The civil statistics of a month by programme (L09, 04 §4.4): the same sources as the governance table."""
    for program in LASTING:
        of, name = _program(program), f"V{list(LASTING).index(program) + 1}"
        # Each person on 特困 is a household of his own (04 §4.0).
        counted, out = ("people", Q()) if program in TEKUN else ("households", ENDED)
        yield Measure(f"{name}OH", "covered_before", counted, of)
        yield Measure(f"{name}OP", "covered_before", "people", of)
        yield Measure(f"{name}NH", "newly_covered", counted, of)
        yield Measure(f"{name}NP", "newly_covered", "people", of)
        yield Measure(f"{name}XH", "moved", counted, of & LEFT & out)
        yield Measure(f"{name}XP", "moved", "people", of & LEFT)
        yield Measure(f"{name}MI", "moved", "people", of & Q(leaves=False))
        yield Measure(f"{name}EH", "covered", counted, of)
        yield Measure(f"{name}EP", "covered", "people", of)
        yield Measure(f"{name}EA", "paid", "total", of)


LEFT = Q(leaves=True)
# Figures of the cross-check 期末 = 期初 + 新增 + 成员增减 − 退出.
BALANCE = (
    Measure("DX1", "covered_before", "people"),
    Measure("DX2", "newly_covered", "people"),
    Measure("DX3", "moved", "people", Q(leaves=False)),
    Measure("DX4", "moved", "people", LEFT),
    # Not checked, but drawn: what a month costs.
    Measure("DX5", "paid", "total"),
)
DYNAMIC = tuple(_dynamic())
MEASURES = (*GOVERNANCE, *care_measures.MEASURES, *oversight_measures.MEASURES, *BALANCE, *DYNAMIC)
