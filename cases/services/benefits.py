"""Open benefits and change their month ranges. Called by the flows' effects, inside their transactions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from cases.models import Application, Assessment, Benefit, BenefitTerm, ChangeOrder, TermMember
from cases.models.choices import Program, Source, Standing, StopReason
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.parameters.book import at
from salvation.units.models import Unit

ZERO = Decimal("0.00")
EXPIRES = {
    Program.RIGID_EXPENSE.value: "valid.rigid.months",
    Program.MARGINAL.value: "valid.marginal.months",
}
DOUBLE = (
    "有成员在这些月份已享受低保、特困、边缘或刚性支出待遇（转特困的，含孤儿、事实无人抚养儿童保障），"
    "不能重复享受；请先办理停发或转类"
)

FAMILY = "这户在这些月份已按家庭享受低保、低保边缘或刚性支出，不能再开一份；请先办理停发或转类"


@dataclass(frozen=True, slots=True)
class Share:
    """A covered person's parts of the monthly amount (yuan)."""

    person_id: int
    base: Decimal = ZERO
    uplift: Decimal = ZERO
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """What a meeting granted instead of the formula (一事一议): monthly yuan, and the first month without."""

    program: str
    amount: Decimal
    stop: Month


def open_benefit(
    *,
    application: Application,
    assessment: Assessment,
    shares: Iterable[Share],
    first: Month,
    granted: Granted | None = None,
) -> Benefit:
    """Open what was confirmed from month ``first`` on (the month after the decision, L57 第21条).

    Raises Refusal when somebody is already covered in one of these months.
    """
    stop = granted.stop if granted else expiry_of(application.program, first, application.unit)
    benefit = Benefit.objects.create(
        program=granted.program if granted else assessment.program,
        household=application.household,
        applicant=application.applicant,
        county=application.county,
        unit=application.unit,
        village=application.village,
        standard_area=application.standard_area,
        is_single=application.is_single,
        single_reason=application.single_reason,
        source=Source.APPLICATION,
        first_month=first.first_day,
        stop_month=stop.first_day if stop else None,
        stop_reason=StopReason.EXPIRED if stop else "",
        demo=application.demo,
    )
    open_term(
        benefit,
        DateRange(first.first_day, benefit.stop_month),
        shares,
        assessment=assessment,
        base=granted.amount if granted else assessment.base,
        uplift=ZERO if granted else assessment.uplift,
        care=ZERO if granted else assessment.care,
        total=granted.amount if granted else assessment.total,
    )
    return benefit


def expiry_of(program: str, first: Month, unit: Unit) -> Month | None:
    """The first month without: a recognition ends by itself (LGX 第10条; 低保边缘 by the county's parameter)."""
    key = EXPIRES.get(program)
    if key is None:
        return None
    months = int(at(key, on=first.first_day, unit=unit).value)
    return first + months if months else None


def open_term(
    benefit: Benefit,
    months: DateRange,
    shares: Iterable[Share],
    *,
    base: Decimal,
    uplift: Decimal,
    care: Decimal,
    total: Decimal,
    assessment: Assessment | None = None,
    order: ChangeOrder | None = None,
    standing: str = Standing.ACTIVE,
    like: BenefitTerm | None = None,
) -> BenefitTerm:
    """A range of months with its amounts and covered people. Raises Refusal on double coverage."""
    known = assessment or like
    if benefit.program == Program.MARGINAL:
        shares = _without_single(shares, months)
    try:
        with transaction.atomic():
            term = BenefitTerm.objects.create(
                benefit=benefit,
                months=months,
                standing=standing,
                base=base,
                uplift=uplift,
                care=care,
                total=total,
                standard=known.standard if known else None,
                per_capita_income=_per_capita(assessment, like),
                care_level=known.care_level if known else "",
                assessment=assessment,
                order=order,
            )
            TermMember.objects.bulk_create(
                TermMember(
                    term=term,
                    person_id=share.person_id,
                    months=months,
                    base=share.base,
                    uplift=share.uplift,
                    uplift_kinds=list(share.kinds),
                )
                for share in shares
            )
    except IntegrityError as error:
        raise _refusal(error) from error
    return term


def _refusal(error: IntegrityError) -> Refusal:
    """Which exclusion the database met: that of the family or that of a person."""
    return Refusal(FAMILY if "family_helped_once_a_month" in str(error) else DOUBLE, rule="02 §2.8")


def helped_alone(people: Collection[int], months: DateRange) -> set[int]:
    """Who of these gets 低保 alone (单人保) in some of these months."""
    found = TermMember.objects.filter(
        person__in=people, months__overlap=months, term__benefit__is_single=True
    )
    return set(found.values_list("person_id", flat=True))


def _without_single(shares: Iterable[Share], months: DateRange) -> list[Share]:
    """A 边缘 family without those who get 低保 alone (单人保). Raises Refusal where nobody is left."""
    given = list(shares)
    alone = helped_alone([share.person_id for share in given], months)
    left = [share for share in given if share.person_id not in alone]
    if given and not left:
        raise Refusal("全家都已按单人保享受低保，没有可以认定为低保边缘的成员", rule="02 §2.8")
    return left


def _per_capita(assessment: Assessment | None, like: BenefitTerm | None) -> Decimal | None:
    if assessment is not None:
        return assessment.per_capita
    return like.per_capita_income if like is not None else None


def image_of(benefit: Benefit, month: Month) -> list[dict[str, Any]]:
    """The ranges from ``month`` on (and the one it cuts) as they are, to bring them back when an order is struck out."""
    found = benefit.terms.filter(months__endswith__gt=month.first_day) | benefit.terms.filter(
        months__endswith__isnull=True
    )
    return [_image(term) for term in found.order_by("months").prefetch_related("covered")]


def _image(term: BenefitTerm) -> dict[str, Any]:
    upper = term.months.upper
    covered = [
        {"person": row.person_id, "base": str(row.base), "uplift": str(row.uplift), "kinds": row.uplift_kinds}
        for row in term.covered.all()
    ]
    money = {key: str(getattr(term, key)) for key in ("base", "uplift", "care", "total")}
    known = {
        key: None if getattr(term, key) is None else str(getattr(term, key))
        for key in ("standard", "per_capita_income")
    }
    return {
        "lower": term.months.lower.isoformat(), "upper": upper.isoformat() if upper else None,
        "standing": term.standing, "care_level": term.care_level, "assessment": term.assessment_id,
        "order": term.order_id, "covered": covered, **money, **known,
    }  # fmt: skip


def restore_image(benefit: Benefit, month: Month, image: Sequence[Mapping[str, Any]]) -> None:
    """Bring ranges back as ``image_of`` kept them. Raises Refusal where somebody is covered otherwise by now."""
    for term in benefit.terms.filter(months__startswith__gte=month.first_day):
        term.covered.all().delete()
        term.delete()
    kept = benefit.terms.filter(months__endswith=month.first_day).first()
    for old in image:
        if kept is not None and date.fromisoformat(old["lower"]) < month.first_day:
            months = DateRange(kept.months.lower, old["upper"] and date.fromisoformat(old["upper"]))
            _lengthen(kept, months)
            continue
        open_again(benefit, old, month)


def _lengthen(term: BenefitTerm, months: DateRange) -> None:
    try:
        with transaction.atomic():
            BenefitTerm.objects.filter(pk=term.pk).update(months=months)
    except IntegrityError as error:
        raise _refusal(error) from error


def open_again(benefit: Benefit, old: Mapping[str, Any], month: Month) -> None:
    """A range as ``image_of`` kept it, from ``month`` on. Raises Refusal where somebody is covered otherwise by now."""
    upper = old["upper"] and date.fromisoformat(old["upper"])
    shares = [
        Share(one["person"], Decimal(one["base"]), Decimal(one["uplift"]), tuple(one["kinds"]))
        for one in old["covered"]
    ]
    opened = open_term(
        benefit, DateRange(max(date.fromisoformat(old["lower"]), month.first_day), upper), shares,
        base=Decimal(old["base"]), uplift=Decimal(old["uplift"]), care=Decimal(old["care"]),
        total=Decimal(old["total"]), standing=old["standing"],
    )  # fmt: skip
    BenefitTerm.objects.filter(pk=opened.pk).update(
        care_level=old["care_level"], assessment=old["assessment"], order=old["order"],
        standard=old["standard"], per_capita_income=old["per_capita_income"],
    )  # fmt: skip


def cut_terms(benefit: Benefit, month: Month) -> BenefitTerm:
    """End the running term before ``month`` and take back later ones. Returns the term that was running.

    Raises Refusal when nothing runs in that month.
    """
    running = benefit.terms.select_for_update().filter(months__contains=month.first_day).first()
    if running is None:
        raise Refusal(f"该待遇在{month.label}没有在保期间，请核对生效月")
    for term in benefit.terms.filter(months__startswith__gte=month.first_day):
        term.covered.all().delete()
        term.delete()
    if running.months.lower < month.first_day:
        kept = DateRange(running.months.lower, month.first_day)
        BenefitTerm.objects.filter(pk=running.pk).update(months=kept)
    return running


def stop_benefit(benefit: Benefit, month: Month, reason: str) -> None:
    """Stop from ``month`` on; the account leaves the next roster by itself."""
    cut_terms(benefit, month)
    benefit.stop_month, benefit.stop_reason = month.first_day, reason
    benefit.save(update_fields=["stop_month", "stop_reason"])
