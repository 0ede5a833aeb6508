"""弱势群体 of the demonstration: a list of the federation of the disabled, one of 脱贫人口, and a round two thirds done."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.db import connection
from openpyxl import Workbook

from cases.demo.people import GIVEN, SURNAMES, make_number
from cases.models import Person
from cases.services.group_lists import Sheet, import_group_list
from cases.services.group_rounds import start_round
from salvation.demo.registry import Demo
from salvation.units.selectors import villages_of

# Two of three were looked at; of some of them one aspect or another could not be learnt.
FOUND = """
UPDATE cases_groupentry e SET
    lives_with = CASE WHEN 'MINOR' = ANY(groups) THEN 'PARENTS' WHEN 'ELDER' = ANY(groups) AND id %% 3 = 0 THEN 'ALONE'
        ELSE 'CHILDREN' END,
    carer = CASE WHEN 'MINOR' = ANY(groups) THEN '父母（演示）' ELSE '' END,
    health = CASE WHEN id %% 11 = 0 THEN '' WHEN 'ILL' = ANY(groups) THEN 'SERIOUS'
        WHEN 'DISABLED' = ANY(groups) THEN 'DISABLED' WHEN 'ELDER' = ANY(groups) THEN 'CHRONIC' ELSE 'GOOD' END,
    self_care = CASE WHEN id %% 11 = 0 THEN '' WHEN id %% 13 = 0 THEN 'HALF' ELSE 'SELF' END,
    work = CASE WHEN id %% 17 = 0 THEN '' WHEN birth_date > %(work)s THEN 'YOUNG' WHEN birth_date > %(adult)s THEN 'STUDENT'
        WHEN birth_date <= %(elder)s THEN 'OLD' ELSE 'FARM' END,
    schooling = CASE WHEN birth_date > %(school)s THEN 'TOO_YOUNG' WHEN birth_date > %(work)s THEN 'COMPULSORY'
        WHEN birth_date > %(adult)s THEN 'SENIOR' ELSE 'DONE' END,
    level = CASE WHEN id %% 7 = 0 THEN '' WHEN 'MINOR' = ANY(groups) THEN 'NONE' ELSE 'PRIMARY' END,
    housing = CASE WHEN id %% 19 = 0 THEN '' WHEN id %% 23 = 0 THEN 'UNSAFE' ELSE 'SAFE' END,
    livelihood = CASE WHEN 'ELDER' = ANY(groups) THEN 'PENSION' WHEN 'MINOR' = ANY(groups) THEN 'SUPPORT' ELSE 'AID' END,
    note = '（演示）', outcome = CASE WHEN person_id IS NULL THEN 'CLEAR' ELSE 'HELPED' END, checked_on = %(on)s,
    checkers = '钟经办、村干部（演示）', recorded_at = now()
WHERE round_id = %(round)s AND id %% 3 > 0
"""


def seed_groups(demo: Demo) -> str:
    """Lists, the year's base list and what was found so far."""
    actor = demo.cast[("county", demo.county.pk)]
    for group, source, known, detail in (
        ("POOR", "乡村振兴部门（演示）", 4, "一般脱贫户"),
        ("DISABLED", "县残联（演示）", 2, "肢体残疾"),
    ):
        sheet = Sheet(_list(demo, known, detail), group, source, demo.today - timedelta(days=20))
        import_group_list(sheet=sheet, county=demo.county, actor=actor, now=demo.now)
    # On the last days of a year there is no day left to ask for.
    due = max(date(demo.today.year, 12, 31), demo.today + timedelta(days=1))
    if due.year != demo.today.year:
        return "年末不部署核对"
    found, added = start_round(
        county=demo.county, year=demo.today.year, due_on=due, actor=actor, now=demo.now
    )
    year = demo.today.year
    with connection.cursor() as cursor:
        cursor.execute(FOUND, {
            "round": found.pk, "on": demo.today, "work": date(year - 16, 1, 1), "adult": date(year - 18, 1, 1),
            "elder": date(year - 61, 12, 31), "school": date(year - 6, 1, 1),
        })  # fmt: skip
        return f"弱势群体底册 {added:,} 人，已核对 {cursor.rowcount:,} 人"


def _list(demo: Demo, known: int, detail: str) -> bytes:
    """Some people of each township's register, and one who is not in it."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["序号", "乡镇", "村（社区）", "姓名", "身份证号", "类别", "重病", "劳动能力"])
    for unit in demo.units:
        people = Person.objects.filter(unit=unit, demo=True, id_no__isnull=False, died_on__isnull=True)
        for person in people.select_related("village").order_by("pk")[:known]:
            number = person.id_no.plain() if person.id_no else ""
            sheet.append(
                [sheet.max_row, unit.name, person.village.name, person.name, number, detail, "否", "有"]
            )
        village = villages_of(unit).first()
        born = demo.today.replace(
            year=demo.today.year - demo.rng.randint(30, 75), day=min(demo.today.day, 28)
        )
        name = f"{demo.rng.choice(SURNAMES)}{demo.rng.choice(GIVEN)}{demo.rng.choice(GIVEN)}"
        number = make_number(born, demo.rng.random() < 0.5, demo)
        place = village.name if village else ""
        sheet.append([sheet.max_row, unit.name, place, name, number, detail, "是", "丧失劳动力"])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
