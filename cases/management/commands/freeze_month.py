from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.services.snapshots import freeze_month
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.month import Month
from salvation.units.selectors import county_by_code


class Command(BaseCommand):
    help = "冻结一个县的统计月：月末快照与统计截止在同一事务"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", required=True, metavar="2022-05")
        parser.add_argument("--unit", required=True, metavar="COUNTY")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month, county = Month.parse(options["month"]), county_by_code(options["unit"])
            rows = freeze_month(county=county, month=month, now=timezone.now(), actor=None)
        except (Refusal, BadValue) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"month={month} unit={county.code} rows={rows}")
