"""What the lines find ready: the workbook to import, a declaration for every household, no drafts of rosters."""

import random
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from cases.models import Declaration, Household
from cases.services.judging import kin_of
from funds.flows import ROSTER
from funds.models import Exclusion, Leaver, PayLine, Roster
from funds.models.choices import OPEN_STATES
from salvation.domain.ages import age
from salvation.duties.models import Duty
from salvation.intake.copying import copy_rows
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.vault.crypto import seal
from tests.bench.files import workbook
from tests.bench.measure import Result
from tests.bench.workbook import write_roster

ROWS = 35_000


def run(county: Unit) -> list[Result]:
    write_roster(workbook(), county, ROWS)
    copy_rows(Declaration, ("household", "facts", "updated_at"), _declarations(county))
    _clear_drafts(county)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return []


def _clear_drafts(county: Unit) -> None:
    """The demo county's signed rosters stay to be compared with; the drafts after them are what is measured."""
    drafts = Roster.objects.filter(county=county, state__in=OPEN_STATES)
    Duty.objects.filter(kind=ROSTER.code, subject_id__in=drafts.values("pk")).delete()
    for model in (PayLine, Leaver, Exclusion):
        model.objects.filter(roster__in=drafts).delete()
    drafts.delete()


def _declarations(county: Unit) -> Iterator[tuple[Any, ...]]:
    """Wages, a farm subsidy and pensions, savings, now and then an illness: what a survey writes down."""
    rng, now = random.Random(12_000), timezone.localtime()
    without = Household.objects.filter(county=county, declarations=None)
    households = list(without.values_list("pk", flat=True))
    kin = kin_of(households)
    for household in households:
        incomes: list[dict[str, Any]] = []
        for person in kin[household]:
            years = age(person.birth_date, now.date()) if person.birth_date else 40
            if years >= 60:
                incomes.append({"member": str(person.person), "item": "BASIC_PENSION", "monthly": "160"})
            elif years >= 18:
                wage = str(rng.randrange(200, 1800, 50))
                incomes.append(
                    {"member": str(person.person), "item": "SALARY", "monthly": wage, "cost": "100"}
                )
        incomes.append({"item": "FARM_SUBSIDY", "yearly": str(rng.randrange(100, 900, 20))})
        document: dict[str, Any] = {"incomes": incomes}
        document["properties"] = [
            {"kind": "FINANCIAL", "value": str(rng.randrange(0, 9000, 100)), "name": "存款"}
        ]
        if rng.random() < 0.2 and kin[household]:
            sick = str(kin[household][0].person)
            document["expenses"] = [
                {"kind": "MEDICAL", "amount": "8600", "reimbursed": "5200", "member": sick}
            ]
        yield household, seal(sealed_facts.dump(document), "facts"), now
