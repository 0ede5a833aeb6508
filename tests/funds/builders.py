"""Benefits ready to be paid, as direct rows: what a test says about a household and nothing else."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, ChangeOrder, Household, Member, PayAccount, Person, TermMember
from cases.models.choices import TEKUN
from salvation.domain.month import Month
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index

APRIL, MAY, JUNE, JULY, AUGUST = (Month(2022, number) for number in range(4, 9))
NAMES = ["谢桂英", "钟建国", "李秀兰", "黄福生", "赖小明", "郭运发", "曾冬梅", "肖长根", "刘水生", "王金凤"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
NUMBERS = count(1)


def an_id(number: int) -> str:
    """A synthetic ID of the test area 990000 with its check digit."""
    first = f"990000{1940 + number % 60}{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]


@dataclass
class Home:
    """A household with its benefit; amounts in yuan."""

    benefit: Benefit
    people: list[Person] = field(default_factory=list)

    @property
    def household(self) -> Household:
        return self.benefit.household

    def stop(self, month: Month, reason: str = "INCOME") -> None:
        """What an effective stop order leaves behind."""
        order = an_order(self.benefit, "DEATH" if reason == "DEATH" else "STOP", month, Decimal(0))
        term = self.benefit.terms.get(months__contains=month.first_day)
        self._end(term, month)
        self.benefit.stop_month, self.benefit.stop_reason = order.effective_month, reason
        self.benefit.save()

    def change(
        self,
        month: Month,
        base: str,
        *,
        kind: str = "INCREASE",
        people: list[Person] | None = None,
        standing: str = "ACTIVE",
    ) -> ChangeOrder:
        """What an effective change of amount leaves behind."""
        order = an_order(self.benefit, kind, month, Decimal(base))
        term = self.benefit.terms.get(months__contains=month.first_day)
        upper = term.months.upper
        self._end(term, month)
        a_term(
            self.benefit,
            people or self.people,
            month,
            Decimal(base),
            order=order,
            upper=upper,
            standing=standing,
        )
        return order

    def _end(self, term: BenefitTerm, month: Month) -> None:
        if term.months.lower == month.first_day:
            term.covered.all().delete()
            term.delete()
            return
        months = DateRange(term.months.lower, month.first_day)
        BenefitTerm.objects.filter(pk=term.pk).update(months=months)


def a_person(village: Unit, name: str = "", **facts: object) -> Person:
    number = next(NUMBERS)
    clear = an_id(number)
    values = {
        "id_no": clear,
        "id_index": blind_index(clear, "citizen_id"),
        "sex": "FEMALE",
        "phone": f"138{number:08d}",
    }
    return Person.objects.create(
        name=name or NAMES[number % len(NAMES)], unit=village.parent, village=village, **{**values, **facts}
    )


def a_home(
    village: Unit,
    *,
    base: str = "300",
    uplift: str = "0",
    care: str = "0",
    size: int = 2,
    program: str = "DIBAO_RURAL",
    first: Month = MAY,
    account: bool = True,
    names: tuple[str, ...] = (),
    source: str = "IMPORT",
    household: Household | None = None,
    standing: str = "ACTIVE",
) -> Home:
    """A household of ``size`` covered people with a benefit from ``first`` on; of a given one, a member's own (单人保)."""
    own = household is not None and program not in TEKUN
    people = [a_person(village, names[i] if i < len(names) else "") for i in range(size)]
    if household is None:
        household = Household.objects.create(
            no=f"H{next(NUMBERS):06d}", head=people[0], county=village.county, handling_unit=village.parent,
            village=village, group_name="一组", standard_area="RURAL",
        )  # fmt: skip
        for number, person in enumerate(people):
            Member.objects.create(household=household, person=person, relation="CHILD" if number else "HEAD")
        if account:
            an_account(household)
    benefit = Benefit.objects.create(
        program=program, household=household, applicant=people[0], county=village.county, unit=village.parent,
        village=village, standard_area="RURAL", source=source, first_month=first.first_day,
        is_single=own, single_reason="DISABLED_L12" if own else "",
    )  # fmt: skip
    a_term(
        benefit, people, first, Decimal(base), uplift=Decimal(uplift), care=Decimal(care), standing=standing
    )
    return Home(benefit, people)


def a_term(
    benefit: Benefit, people: list[Person], first: Month, base: Decimal, *, uplift: Decimal = Decimal(0),
    care: Decimal = Decimal(0), order: ChangeOrder | None = None, upper: date | None = None, standing: str = "ACTIVE",
) -> BenefitTerm:  # fmt: skip
    months = DateRange(first.first_day, upper)
    term = BenefitTerm.objects.create(
        benefit=benefit, months=months, base=base, uplift=uplift, care=care, total=base + uplift + care,
        standard=Decimal("600"), order=order, standing=standing,
    )  # fmt: skip
    TermMember.objects.bulk_create(TermMember(term=term, person=person, months=months) for person in people)
    return term


def an_account(household: Household) -> PayAccount:
    number = f"6228480{next(NUMBERS):012d}"
    return PayAccount.objects.create(
        household=household, holder=household.head, holder_name=household.head.name, bank="农商银行", number=number,
        number_index=blind_index(number, "account"), valid_from=date(2020, 1, 1),
    )  # fmt: skip


def an_order(benefit: Benefit, kind: str, month: Month, new: Decimal) -> ChangeOrder:
    old = benefit.terms.get(months__contains=month.first_day).total
    return ChangeOrder.objects.create(
        no=f"B{next(NUMBERS):06d}", kind=kind, benefit=benefit, county=benefit.county, unit=benefit.unit,
        village=benefit.village, effective_month=month.first_day, old_total=old, new_base=new, new_total=new,
        reason="测试", state="EFFECTIVE", state_since=timezone.now(),
    )  # fmt: skip
