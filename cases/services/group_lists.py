"""Lists of a group of people as the department that keeps them hands them over, matched by ID with the register (G16).

The list of 建档立卡（脱贫）人口 is also what B28 compares with who is helped: see ``selectors_groups.uncovered``.
"""
# requirements: G16

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.models import GroupList, ListedPerson, Person
from cases.rules.groups import Group
from cases.services.listed_places import Place, place_finder
from salvation.access.services import require
from salvation.domain.citizen_id import CitizenId
from salvation.domain.errors import BadValue, Refusal
from salvation.files.services import store
from salvation.intake.identity import other_name
from salvation.intake.model import Column, Intake, Kind, Row, Setting
from salvation.intake.reading import read_short
from salvation.intake.refused import refused_whole
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index

register(group_list__import="导入人群名单")

YES = {"是": True, "有": True, "重病": True, "重残": True, "√": True, "否": False, "无": False, "没有": False}
ABLE = {
    **{label: code for code, label in ListedPerson.Able.choices},
    **dict.fromkeys(("正常劳动力", "普通劳动力", "技能劳动力", "有"), "FULL"),
    **dict.fromkeys(("弱劳动力或半劳动力", "弱劳动力", "半劳动力", "部分丧失", "弱（半）劳动力"), "PARTIAL"),
    **dict.fromkeys(("丧失劳动力", "无劳动力", "完全丧失", "丧失劳动能力", "无"), "NONE"),
}
LISTED = Intake(
    name="group_list",
    title="人群名单",
    columns=(
        Column("name", "姓名", Kind.NAME, ("户主姓名", "成员姓名", "残疾人姓名", "患者姓名"), required=True),
        Column("citizen_id", "身份证号", Kind.CITIZEN_ID, ("身份证号码", "公民身份号码", "证件号码"), required=True),
        Column("town", "乡镇", aliases=("乡（镇）", "乡镇（街道）", "所属乡镇", "镇", "填报单位")),
        Column("place", "村（社区）", aliases=("村", "行政村", "所属村", "村居", "行政村（社区）")),
        Column("detail", "类别", aliases=("户类型", "人员类别", "残疾类别", "病种", "脱贫户类型"), max_length=60),
        Column("ill", "重病", Kind.CHOICE, ("是否重病", "重病患者", "患大病"), choices=YES),
        Column("severely_disabled", "重残", Kind.CHOICE, ("是否重残", "重度残疾"), choices=YES),
        Column("able", "劳动能力", Kind.CHOICE, ("劳动技能", "劳动力", "劳动能力状况"), choices=ABLE),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file, and what it says about itself."""

    content: bytes
    group: str
    source: str
    as_of: date


@transaction.atomic
def import_group_list(*, sheet: Sheet, county: Unit, actor: Any, now: datetime) -> GroupList:
    """Take a list in; all or nothing. Whoever the register does not know is kept too: nobody of a group is left out.

    Raises Refusal with what is wrong and where.
    """
    require(actor, "case.review", county)
    if sheet.as_of > timezone.localdate(now):
        raise Refusal("数据日期不能晚于今天", field="as_of")
    digest = hashlib.sha256(sheet.content).hexdigest()
    same = GroupList.objects.filter(unit=county, sha256=digest, group=sheet.group)
    earlier = same.order_by("-pk").first()
    if earlier is not None and (earlier.as_of, earlier.source) == (sheet.as_of, sheet.source):
        raise Refusal(
            f"这个文件已作为“{earlier}”导入过，没有重复写入；数据日期或来源部门填错的，改正后再导入",
            field="file",
        )
    rows = _read(sheet, county)
    listing = GroupList.objects.create(
        unit=county, group=sheet.group, source=sheet.source, as_of=sheet.as_of, people=len(rows),
        known=sum(row.person is not None for row in rows), stored_as=store(sheet.content), sha256=digest, made_by=actor,
    )  # fmt: skip
    for row in rows:
        row.listing = listing
    ListedPerson.objects.bulk_create(rows, batch_size=1000)
    facts = {"list": str(listing), "people": listing.people, "known": listing.known}
    record(actor=actor, action="group_list.import", subject=listing, unit=county, facts=facts)
    return listing


def _read(sheet: Sheet, county: Unit) -> list[ListedPerson]:
    setting = Setting(today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID)
    rows = read_short(sheet.content, LISTED, setting)
    numbers = [_number(row) for row in rows]
    known = _known([index for _, index in numbers if index], county)
    place, found, wrong, seen = place_finder(county), [], [], set()
    for row, (number, index) in zip(rows, numbers, strict=True):
        try:
            if number is None or index is None or row.rejected:
                raise BadValue("；".join(p.text for p in row.problems if p.rejects) or "没有证号")
            if index in seen:
                raise BadValue("这个证号在文件中出现了两次，请删去一行")
            found.append(_listed(row, number, index, known.get(index), place, sheet.group))
            seen.add(index)
        except BadValue as error:
            wrong.append(f"{row.place}：{error.message}")
    if wrong or not found:
        raise Refusal(refused_whole(wrong), field="file")
    return found


def _number(row: Row) -> tuple[CitizenId | None, UUID | None]:
    number = row.values.get("citizen_id")
    if not isinstance(number, CitizenId):
        return None, None
    return number, blind_index(number.number, "citizen_id")


def _known(indexes: Sequence[UUID], county: Unit) -> dict[UUID, Person]:
    people = Person.objects.filter(id_index__in=indexes, unit__county=county).select_related(
        "unit", "village"
    )
    return {person.id_index: person for person in people if person.id_index}


def _listed(
    row: Row,
    number: CitizenId,
    index: UUID,
    person: Person | None,
    place: Callable[[str, str], Place],
    group: str,
) -> ListedPerson:
    """Raises BadValue with the reason why a row cannot be taken in."""
    values = row.values
    if person is not None and (problem := other_name(values["name"], person.name)):
        raise BadValue(problem.text)
    unit, village = (
        (person.unit, person.village)
        if person is not None
        else place(str(values.get("town") or ""), str(values.get("place") or ""))
    )
    return ListedPerson(
        unit=unit, village=village, name=str(values["name"]), id_no=number.number, id_index=index,
        birth_date=number.birth_date, person=person, detail=str(values.get("detail") or ""),
        ill=bool(values.get("ill")) or group == Group.ILL, severely_disabled=bool(values.get("severely_disabled")),
        able=str(values.get("able") or ""),
    )  # fmt: skip
