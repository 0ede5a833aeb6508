from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from salvation.domain.errors import Refusal
from salvation.units.services import load_units


class Command(BaseCommand):
    help = "加载统计用区划（code,name,level,parent_code）或填报单位（unit_code,unit_name,kind,village_code,from）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            try:
                units, moved = load_units(path=path)
            except Refusal as refusal:
                raise CommandError(str(refusal), returncode=2) from refusal
            self.stdout.write(f"{path.name} units={units} villages_moved={moved}")
