"""What a row costs with one county in the database, kept for the comparison at ten."""

import json

from salvation.units.models import Unit
from tests.bench.lines.ten import costs, kept
from tests.bench.measure import Result


def run(county: Unit) -> list[Result]:
    kept().write_text(json.dumps(costs([county])))
    return []
