"""What the lines find ready: the workbook to import."""

from django.db import connection

from salvation.units.models import Unit
from tests.bench.files import workbook
from tests.bench.measure import Result
from tests.bench.workbook import write_roster

ROWS = 35_000


def run(county: Unit) -> list[Result]:
    write_roster(workbook(), county, ROWS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return []
