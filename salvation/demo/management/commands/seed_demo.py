import os
import random
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction
from django.utils import timezone

from salvation.demo.accounts import seed_accounts
from salvation.demo.registry import SEEDERS, Demo
from salvation.domain.errors import Refusal
from salvation.jobs.services import LEFT_TO_THE_TICK
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from salvation.units.services import load_units

HOUSEHOLDS = 12_000
DATA = Path(settings.BASE_DIR) / "salvation" / "units" / "data"
ONE = ("360722-信丰县.csv", "360722-信丰县-填报单位.csv")
MANY = ("4116-周口市.csv",)


def positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} 不是数字") from error
    if not 0 < number <= 10:
        raise ArgumentTypeError("应大于0、不大于10")
    return number


class Command(BaseCommand):
    help = "生成演示县（全部为虚构人员，标为演示数据）；1 为一个县 12000 户，10 为十个县"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=positive, default=0.1)
        parser.add_argument("--seed", type=int, default=2022)

    def handle(self, *args: Any, **options: Any) -> None:
        scale = options["scale"]
        counties = self._counties(scale)
        share = int(HOUSEHOLDS * scale / len(counties))
        try:
            if len(counties) == 1:
                seed(counties[0].pk, share, options["seed"], many=False, report=self._tell)
            else:
                self._seed_side_by_side(counties, share, options["seed"])
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _seed_side_by_side(self, counties: list[Unit], households: int, first_seed: int) -> None:
        """As many counties at once as there are processors: each is a transaction and a sequence of chances of its own."""
        connections.close_all()
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
            under_way = [
                pool.submit(seed, county.pk, households, first_seed + number, many=True, report=None)
                for number, county in enumerate(counties)
            ]
            for one in under_way:
                for line in one.result():
                    self._tell(line)

    def _counties(self, scale: float) -> list[Unit]:
        files = ONE if scale <= 1 else MANY
        if scale <= 1:
            if not Unit.objects.filter(code=ONE[0][:6]).exists():
                self._load(files)
            return [Unit.objects.select_related("parent").get(code=ONE[0][:6])]
        if not Unit.objects.filter(code="4116").exists():
            self._load(files)
        counties = Unit.objects.filter(kind=Unit.Kind.COUNTY, path__startswith="/41/4116/").select_related(
            "parent"
        )
        return list(counties.order_by("code")[: max(2, round(scale))])

    def _load(self, names: tuple[str, ...]) -> None:
        for name in names:
            load_units(path=DATA / name)


@transaction.atomic
def seed(
    county_id: int, households: int, chance: int, *, many: bool, report: Callable[[str], None] | None
) -> list[str]:
    """Fill one county; the lines that say with what, each also told to ``report`` as soon as it is true."""
    county = Unit.objects.select_related("parent").get(pk=county_id)
    now = timezone.localtime()
    units = list(reporting_units(county, on=now.date()))
    demo = Demo(county, units, households, random.Random(chance), now)  # noqa: S311 - synthetic data
    demo.facts["many"] = many
    LEFT_TO_THE_TICK.set(True)
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        if report is not None:
            report(line)

    tell(f"{county.name}：{seed_accounts(demo)}")
    for seeder in sorted(SEEDERS, key=lambda seeder: seeder.order):
        tell(f"  {seeder.label}：{seeder.run(demo)}")
    return lines
