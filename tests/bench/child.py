"""One line in a process of its own (``python -m tests.bench.child NAME``): writes its results as JSON."""

import json
import sys
from collections.abc import Callable
from importlib import import_module

import django

django.setup()

from salvation.units.models import Unit  # noqa: E402
from tests.bench.county import COUNTY  # noqa: E402
from tests.bench.measure import Result  # noqa: E402


def main(name: str) -> None:
    """Import only what the line needs: the peak memory is its own."""
    run: Callable[[Unit], list[Result]] = import_module(f"tests.bench.lines.{name}").run
    county = Unit.objects.get(code=COUNTY)
    json.dump([result.as_dict() for result in run(county)], sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main(sys.argv[1])
