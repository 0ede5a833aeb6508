"""Found people in each stage for every township, and a list of monitored households matched with the register."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from cases.demo.people import GIVEN, SURNAMES, make_number
from cases.models import Discovery, Person
from cases.services.discoveries import Found, register_discovery
from cases.services.monitored import Sheet, import_monitored
from salvation.demo.registry import Demo
from salvation.flow.engine import perform
from salvation.units.models import Unit
from salvation.units.selectors import villages_of

STORIES = (
    ("VILLAGE", "ILLNESS", "户主患尿毒症，长期透析，家中无人外出务工（演示）"),
    ("VISIT", "NO_LABOUR", "独居老人，子女在外失联，生活靠邻里接济（演示）"),
    ("DEPARTMENT", "DISASTER", "房屋受灾，生活用品损失较大（演示）"),
    ("HOTLINE", "ACCIDENT", "主要劳动力工伤，暂无收入（演示）"),
)
CATEGORIES = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")


def seed_discoveries(demo: Demo) -> str:
    """Two a township, and one list with people of the register and others."""
    made = sum(_find(demo, unit, number) for number, unit in enumerate(demo.units))
    batch = import_monitored(
        sheet=Sheet(_list(demo), "三类人员名单（演示）", "乡村振兴部门", demo.today.replace(day=1), demo.today + timedelta(days=180)),
        county=demo.county, actor=demo.cast[("county", demo.county.pk)], now=demo.now,
    )  # fmt: skip
    return f"{made} 件主动发现，三类人员 {batch.people} 人"


def _stranger(demo: Demo) -> tuple[str, str]:
    rng = demo.rng
    born = demo.today.replace(year=demo.today.year - rng.randint(30, 75), day=min(demo.today.day, 28))
    number = make_number(born, rng.random() < 0.5, demo)
    return f"{rng.choice(SURNAMES)}{rng.choice(GIVEN)}{rng.choice(GIVEN)}", number


def _find(demo: Demo, unit: Unit, number: int) -> int:
    village = villages_of(unit).first()
    if village is None:
        return 0
    clerk = demo.cast[("clerk", unit.pk)]
    for turn in (number, number + 1):
        origin, hardship, situation = STORIES[turn % len(STORIES)]
        name, id_no = _stranger(demo)
        given = Found(
            name,
            origin,
            hardship,
            situation,
            demo.today - timedelta(days=5),
            id_no,
            found_by="村干部（演示）",
        )
        _carry(
            demo, register_discovery(given=given, village=village, actor=clerk, now=demo.now), turn % 4, clerk
        )
    return 2


def _carry(demo: Demo, discovery: Discovery, stage: int, clerk: Any) -> None:
    day = demo.today.isoformat()
    steps: tuple[tuple[str, dict[str, Any], str], ...] = (
        (
            "check",
            {"checked_on": day, "checkers": "钟经办、村干部", "finding": "家庭收入低，确有困难（演示）"},
            "",
        ),
        ("inform", {"informed_on": day, "way": "FACE"}, ""),
        ("conclude", {"outcome": "DECLINED"}, "子女已接走赡养，本人不申请（演示）"),
    )
    for step, data, comment in steps[:stage]:
        perform(subject=discovery, step=step, actor=clerk, now=demo.now, data=data, comment=comment)


def _list(demo: Demo) -> bytes:
    """Three people a township who are in the register, two who are not."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["序号", "乡镇", "村（社区）", "姓名", "身份证号", "类别", "风险原因"])
    for number, unit in enumerate(demo.units):
        known = Person.objects.filter(unit=unit, demo=True, id_no__isnull=False).select_related("village")[:3]
        rows = [(p.village.name, p.name, p.id_no.plain()) for p in known if p.id_no]
        village = villages_of(unit).first()
        rows += [(village.name if village else "", *_stranger(demo)) for _ in range(2)]
        for turn, (place, name, id_no) in enumerate(rows):
            sheet.append(
                [number * 5 + turn + 1, unit.name, place, name, id_no, CATEGORIES[turn % 3], "收入骤减"]
            )
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
