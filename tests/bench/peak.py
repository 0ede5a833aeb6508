"""The peak memory of one piece of work on so many rows (``python -m tests.bench.peak WHAT ROWS``), in MB."""

import os
import sys
from pathlib import Path

import django

django.setup()

from django.db import transaction  # noqa: E402

from cases.services.roster_import import checked_order, import_file  # noqa: E402
from salvation.domain.mask import Scene  # noqa: E402
from salvation.domain.month import Month  # noqa: E402
from salvation.tables.flat import write_flat  # noqa: E402
from salvation.tables.model import Heading  # noqa: E402
from salvation.units.models import Unit  # noqa: E402
from tests.bench.county import COUNTY  # noqa: E402
from tests.bench.lines.flat import MADE_AT, TABLE, a_line  # noqa: E402
from tests.bench.measure import peak_mb  # noqa: E402
from tests.bench.workbook import write_roster  # noqa: E402


def importing(rows: int) -> None:
    county = Unit.objects.get(code=COUNTY)
    path = Path(os.environ["DATA_DIR"]) / f"bench-roster-{rows}.xlsx"
    write_roster(path, county, rows)
    order = checked_order(unit=county, program="DIBAO_RURAL", month=Month(2022, 5))
    with transaction.atomic():
        import_file(content=path.read_bytes(), file_name=path.name, order=order, actor=None)
        transaction.set_rollback(True)


def exporting(rows: int) -> None:
    path = Path(os.environ["DATA_DIR"]) / "bench-peak.xlsx"
    lines = (a_line(number) for number in range(1, rows + 1))
    write_flat(TABLE, lines, str(path), heading=Heading("导出", MADE_AT), scene=Scene.LIST)


if __name__ == "__main__":
    {"import": importing, "export": exporting}[sys.argv[1]](int(sys.argv[2]))
    print(round(peak_mb(), 1))
