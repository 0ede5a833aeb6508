"""A declared economy for every demo household in receipt: incomes from which its present amount follows."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db.models import Count

from cases.models import BenefitTerm, Declaration
from cases.rules.codes import Program
from cases.services.judging import Kin, kin_of
from salvation.demo.registry import Demo
from salvation.domain.ages import age
from salvation.intake.copying import copy_rows
from salvation.vault import facts as sealed_facts
from salvation.vault.crypto import seal

DIBAO = (Program.DIBAO_URBAN.value, Program.DIBAO_RURAL.value)
GROWN, OLD = 18, 60
# The deduction for the cost of going to work that the demo counties grant.
COST = 100


def write_declarations(demo: Demo) -> int:
    """COPY one declaration a household; returns how many."""
    running = (
        BenefitTerm.objects.filter(
            benefit__county=demo.county,
            benefit__program__in=DIBAO,
            benefit__household__declarations=None,
            months__contains=demo.month.first_day,
        )
        .order_by("benefit__household")
        .values_list("benefit__household", "standard", "base")
        .annotate(people=Count("covered"))
    )
    amounts = {
        household: (standard or Decimal(0), base, people) for household, standard, base, people in running
    }
    kin = kin_of(amounts)
    copy_rows(
        Declaration,
        ("household", "facts", "updated_at"),
        (
            (household, seal(sealed_facts.dump(_document(demo, kin[household], *given)), "facts"), demo.now)
            for household, given in amounts.items()
        ),
    )
    return len(amounts)


def _document(demo: Demo, kin: list[Kin], standard: Decimal, base: Decimal, people: int) -> dict[str, Any]:
    """What the household earns is what its amount leaves of the standard."""
    earned = max(standard * people - base, Decimal(0))
    document: dict[str, Any] = {"incomes": list(_incomes(kin, earned, demo.today))}
    savings = demo.rng.randrange(0, 9000, 100)
    document["properties"] = [{"kind": "FINANCIAL", "value": str(savings), "name": "存款"}]
    return document


def _incomes(kin: list[Kin], earned: Decimal, on: date) -> Iterator[dict[str, Any]]:
    years = {person.person: age(person.birth_date, on) if person.birth_date else 40 for person in kin}
    workers = [person for person in kin if GROWN <= years[person.person] < OLD]
    for person in kin:
        if years[person.person] >= OLD:
            yield {"member": str(person.person), "item": "BASIC_PENSION", "monthly": "160"}
    if not workers:
        yield {"item": "FARM_SUBSIDY", "yearly": str(earned * 12)}
        return
    each = (earned / len(workers)).quantize(Decimal("0.01"), ROUND_DOWN)
    for person in workers:
        yield {"member": str(person.person), "item": "SALARY", "monthly": str(each + COST), "cost": str(COST)}
