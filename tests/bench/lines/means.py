"""The means test alone: the rules judge every household, facts and parameters at hand. The limit is 100 µs a household."""

from django.utils import timezone

from cases.models.choices import Program
from cases.rules.compare import assess
from salvation.units.models import Unit
from tests.bench.households import read_all
from tests.bench.measure import Result, compare, timed

BUDGET = 100e-6


def run(county: Unit) -> list[Result]:
    on = timezone.localdate()
    waiting = [
        (Program(entitled.program), case.facts, policy.parameters)
        for entitled, case, policy in read_all(county, on)
    ]

    def candidate() -> None:
        for program, facts, parameters in waiting:
            assess(program, facts, parameters, on)

    size = len(waiting)
    return [
        compare(
            "家计核算规则（下限为每户100微秒）",
            size,
            candidate=lambda: timed(candidate),
            floor=lambda: BUDGET * size,
            limit=1.0,
        )
    ]
