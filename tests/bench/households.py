"""The households in receipt, read for the rules."""

from collections.abc import Iterator
from datetime import date

from cases.services.judging import Case, Policy, case_of, kin_of
from cases.services.reassess import Entitled, Policies, declarations, entitled_below
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts


def read_all(county: Unit, on: date) -> Iterator[tuple[Entitled, Case, Policy]]:
    """Every benefit in force with its household as the rules read it."""
    found = entitled_below(county, on)
    households = {entitled.household for entitled in found}
    kin, declared, policies = kin_of(households), declarations(households), Policies(county, on)
    for entitled in found:
        single = entitled.applicant if entitled.is_single else None
        document = sealed_facts.load(declared[entitled.household])
        case = case_of(kin[entitled.household], entitled.area, document, on, single_for=single)
        yield entitled, case, policies.of(entitled.unit)
