"""Synthetic households: people, members, accounts. ID numbers of division 99, which was never issued."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cases.models import Household, Member, PayAccount, Person
from cases.models.choices import AccountKind, Area, IdStatus, PayeeKind, Relation
from cases.rules.codes import Disability, Labour, Program
from salvation.demo.registry import Demo
from salvation.domain.ages import age
from salvation.domain.citizen_id import check_character
from salvation.intake.copying import analyse, copy_rows, new_ids
from salvation.units.models import Unit
from salvation.units.selectors import villages_of
from salvation.vault.crypto import blind_index, seal

SURNAMES = "钟谢李赖刘黄曾郭肖王张陈邱温何叶罗胡袁廖邓蔡俞吴杨周徐孙朱高林"
GIVEN = "建国桂英秀兰志强小明玉珍文华春生冬梅海燕红梅福生金花明亮新民丽华国庆水根龙生招娣润发细妹"
PROGRAMS = (
    (Program.DIBAO_RURAL, 60),
    (Program.DIBAO_URBAN, 12),
    (Program.TEKUN_DISPERSED, 14),
    (Program.TEKUN_CENTRALIZED, 3),
    (Program.MARGINAL, 8),
    (Program.RIGID_EXPENSE, 3),
)
SIZES = {1: 12, 2: 26, 3: 32, 4: 20, 5: 10}
ALONE = (Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED)
PERSON = (
    "id", "name", "id_no", "id_index", "id_status", "sex", "birth_date", "phone", "labour", "disability_kind",
    "disability_level", "critical_illness", "in_school", "unit", "village", "demo",
)  # fmt: skip
HOUSEHOLD = (
    "id", "no", "head", "county", "handling_unit", "hukou_unit", "residence_unit", "village", "group_name", "address",
    "standard_area", "poverty_cause", "demo", "created_at",
)  # fmt: skip
MEMBER = ("id", "household", "person", "relation", "counted", "exclude_reason")
ACCOUNT = (
    "id", "household", "holder", "holder_name", "payee_kind", "filing_no", "kind", "bank", "number", "number_index", "valid_from",
)  # fmt: skip


@dataclass(slots=True)
class DemoPerson:
    pk: int
    name: str
    number: str
    born: date
    sex: str
    relation: str
    disability: tuple[str, int | None] = ("", None)
    ill: bool = False


@dataclass(slots=True)
class DemoHousehold:
    pk: int
    no: str
    unit: Unit
    village: Unit
    program: Program
    area: str
    people: list[DemoPerson] = field(default_factory=list)


def make_households(demo: Demo) -> list[DemoHousehold]:
    """Households spread over the units' villages."""
    rng = demo.rng
    villages = [(unit, village) for unit in demo.units for village in villages_of(unit)]
    if not villages:
        raise ValueError(f"{demo.county} has no villages")
    codes, weights = zip(*PROGRAMS, strict=True)
    made = []
    for number, pk in enumerate(new_ids(Household, demo.households), start=1):
        unit, village = villages[rng.randrange(len(villages))]
        program = rng.choices(codes, weights)[0]
        urban = program is Program.DIBAO_URBAN or (
            program not in (Program.DIBAO_RURAL,) and rng.random() < 0.15
        )
        area = Area.URBAN if urban else Area.RURAL
        household = DemoHousehold(pk, f"H{unit.code}{number:06d}", unit, village, program, area.value)
        made.append(household)
    sizes = [
        1 if household.program in ALONE else rng.choices(list(SIZES), list(SIZES.values()))[0]
        for household in made
    ]
    ids = iter(new_ids(Person, sum(sizes)))
    for household, size in zip(made, sizes, strict=True):
        household.people = [_person(next(ids), place, household, demo) for place in range(size)]
    return made


def _person(pk: int, place: int, household: DemoHousehold, demo: Demo) -> DemoPerson:
    rng = demo.rng
    relation, low, high = _role(place, household.program)
    years = rng.randint(low, high)
    born = date(demo.today.year - years, rng.randint(1, 12), rng.randint(1, 28))
    if born > demo.today:
        born = born.replace(year=born.year - 1)
    male = rng.random() < 0.5
    number = make_number(born, male, demo)
    surname = (
        household.people[0].name[0]
        if household.people and relation is Relation.CHILD
        else rng.choice(SURNAMES)
    )
    name = surname + rng.choice(GIVEN) + (rng.choice(GIVEN) if rng.random() < 0.8 else "")
    person = DemoPerson(pk, name, number, born, "MALE" if male else "FEMALE", relation.value)
    if rng.random() < 0.09:
        person.disability = (rng.choice(list(Disability)).value, rng.randint(1, 4))
    person.ill = rng.random() < 0.06
    return person


def _role(place: int, program: Program) -> tuple[Relation, int, int]:
    if program in ALONE:
        return Relation.HEAD, 61, 92
    if place == 0:
        return Relation.HEAD, 28, 80
    if place == 1:
        return Relation.SPOUSE, 26, 78
    return Relation.CHILD, 1, 24


def make_number(born: date, male: bool, demo: Demo) -> str:
    """A number of the test range, given to nobody else: each county has hundreds of its own."""
    rng, used = demo.rng, demo.facts.setdefault("numbers", set())
    while True:
        sequence = rng.randrange(1, 999)
        sequence += (sequence % 2 == 0) if male else (sequence % 2 == 1)
        place = f"{demo.county.code[-2:]}{rng.randrange(100):02d}"
        first = f"99{place}{born:%Y%m%d}{sequence % 1000:03d}"
        number = first + check_character(first)
        # A genuine number may end in 000; an import takes it for one that Excel damaged.
        if first not in used and not first.endswith("000") and not number.endswith("000"):
            used.add(first)
            return number


def write_households(demo: Demo, made: list[DemoHousehold]) -> None:
    """COPY everything; every tenth household's phone and nearly every account is known."""
    copy_rows(Person, PERSON, _people(made, demo))
    copy_rows(Household, HOUSEHOLD, _households(made, demo))
    members = [(household.pk, person) for household in made for person in household.people]
    ids = new_ids(Member, len(members))
    copy_rows(
        Member,
        MEMBER,
        ((pk, owner, p.pk, p.relation, True, "") for pk, (owner, p) in zip(ids, members, strict=True)),
    )
    copy_rows(PayAccount, ACCOUNT, _accounts(made, demo))
    analyse(Person, Household, Member, PayAccount)


def _people(made: list[DemoHousehold], demo: Demo) -> Iterator[tuple[Any, ...]]:
    for household in made:
        for person in household.people:
            years = age(person.born, demo.today)
            phone = f"120{person.pk % 100_000_000:08d}" if person.relation == Relation.HEAD.value else None
            yield (
                person.pk, person.name, seal(person.number, "citizen_id"), blind_index(person.number, "citizen_id"),
                IdStatus.VALID.value, person.sex, person.born, seal(phone, "phone") if phone else None,
                (Labour.NONE if years >= 60 or years < 16 else Labour.FULL).value, person.disability[0],
                person.disability[1], person.ill, 6 <= years <= 18, household.unit.pk, household.village.pk, True,
            )  # fmt: skip


def _households(made: list[DemoHousehold], demo: Demo) -> Iterator[tuple[Any, ...]]:
    causes = ("ILLNESS", "DISABILITY", "LABOUR", "SCHOOL", "OTHER")
    for household in made:
        unit = household.unit.pk
        yield (
            household.pk, household.no, household.people[0].pk, demo.county.pk, unit, unit, unit, household.village.pk,
            f"{demo.rng.randint(1, 12)}组", "（演示）", household.area, demo.rng.choice(causes), True, demo.now,
        )  # fmt: skip


def _accounts(made: list[DemoHousehold], demo: Demo) -> Iterator[tuple[Any, ...]]:
    known = [household for household in made if demo.rng.random() < 0.98]
    for pk, household in zip(new_ids(PayAccount, len(known)), known, strict=True):
        head, number = household.people[0], f"99{demo.rng.randrange(10**16):016d}"
        yield (
            pk, household.pk, head.pk, head.name, PayeeKind.SELF.value, "", AccountKind.PASSBOOK.value, "演示农商银行",
            seal(number, "account"), blind_index(number, "account"), demo.first.first_day,
        )  # fmt: skip
