import random
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
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
        for number, county in enumerate(counties):
            try:
                self._seed(county, share, options["seed"] + number, many=len(counties) > 1)
            except Refusal as refusal:
                raise CommandError(str(refusal), returncode=2) from refusal

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
    def _seed(self, county: Unit, households: int, seed: int, *, many: bool) -> None:
        now = timezone.localtime()
        units = list(reporting_units(county, on=now.date()))
        demo = Demo(county, units, households, random.Random(seed), now)  # noqa: S311 - synthetic data
        demo.facts["many"] = many
        self.stdout.write(f"{county.name}：{seed_accounts(demo)}")
        LEFT_TO_THE_TICK.set(True)
        for seeder in sorted(SEEDERS, key=lambda seeder: seeder.order):
            self.stdout.write(f"  {seeder.label}：{seeder.run(demo)}")
            self.stdout.flush()
