"""The tree of units: loaded from two files, twice if need be, and what lies below whom."""
# requirements: A02

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from salvation.domain.errors import Refusal
from salvation.units.models import Unit
from salvation.units.selectors import (
    county_by_code,
    lineage,
    reporting_units,
    unit_by_code,
    villages_of,
)
from salvation.units.services import county_of, load_units
from tests.conftest import REPORTING, UNITS

pytestmark = pytest.mark.django_db
TODAY = date(2022, 6, 1)
HEAD = "code,name,level,parent_code\n"


def tree() -> list[tuple[Any, ...]]:
    return list(
        Unit.objects.order_by("code").values_list(
            "pk", "code", "name", "kind", "parent__code", "path", "sort", "form"
        )
    )


@pytest.fixture
def table(tmp_path: Path) -> Any:
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "units.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


def test_loading_both_files_twice_changes_nothing(units: Any) -> None:
    before = tree()
    for path in (UNITS, REPORTING, UNITS, REPORTING):
        load_units(path=path)
        assert tree() == before


def test_the_committee_of_the_town_owns_its_neighbourhoods_and_the_town_the_rest(units: Any) -> None:
    committee, town = units["360722901"], units["360722100"]
    assert set(villages_of(committee).values_list("code", flat=True)) == {"360722100001", "360722100003"}
    assert not set(villages_of(town).values_list("code", flat=True)) & {"360722100001", "360722100003"}
    assert (committee.kind, committee.form, committee.parent.code) == ("TOWN", "管委会", "360722")


def test_a_village_keeps_its_own_division_code_under_another_unit(units: Any) -> None:
    village = units["360722100001"]
    assert village.path == "/36/3607/360722/360722901/360722100001/"
    assert village.county.code == "360722"


def test_units_of_our_own_coding_stand_behind_the_divisions(units: Any) -> None:
    codes = [unit.code for unit in reporting_units(units["360722"], on=TODAY)]
    assert codes == ["360722100", "360722101", "360722102", "360722901"]


def test_a_merged_town_leaves_new_tables_and_keeps_old_ones(units: Any) -> None:
    Unit.objects.filter(code="360722102").update(valid_to=TODAY, successor=units["360722101"])
    assert "360722102" not in [unit.code for unit in reporting_units(units["360722"], on=TODAY)]
    assert "360722102" in [unit.code for unit in reporting_units(units["360722"], on=date(2022, 5, 31))]


def test_a_units_lineage_goes_from_itself_up(units: Any) -> None:
    assert lineage(units["360722100200"]) == ["360722100200", "360722100", "360722", "3607", "36"]
    assert [county_of(units[code]).code for code in ("360722", "360722100", "360722100200")] == ["360722"] * 3
    assert county_of(units["3607"]) is None


def test_units_are_found_by_code_or_refused_in_words(units: Any) -> None:
    assert unit_by_code("360722100").name == "嘉定镇"
    with pytest.raises(Refusal, match="没有代码为 999"):
        unit_by_code("999")
    with pytest.raises(Refusal, match="不是县级"):
        county_by_code("360722100")


@pytest.mark.parametrize(("text", "reason"), [
    ("a,b\n1,2\n", "表头应为"), (f"{HEAD}360722100,嘉定镇,township,360722\n", "上级代码 360722"),
    (f"{HEAD}36,江西省,province,\n3607,赣州市,prefecture,36\n", "不认识的层级"),
    ("unit_code,unit_name,kind,village_code,from\n360722901,管委会,管委会,360722100001,\n", "先加载区划"),
])  # fmt: skip
def test_a_file_that_does_not_fit_is_refused_whole(text: str, reason: str, table: Any) -> None:
    with pytest.raises(Refusal, match=reason):
        load_units(path=table(text))
    assert not Unit.objects.exists()


def test_a_file_in_another_encoding_is_refused_in_words(table: Any) -> None:
    with pytest.raises(Refusal, match="UTF-8"):
        load_units(path=table(f"{HEAD}36,江西省,province,\n", encoding="gbk"))


def test_the_byte_order_mark_of_excel_does_no_harm(table: Any) -> None:
    assert load_units(path=table(f"{HEAD}36,江西省,province,\n", encoding="utf-8-sig")) == (1, 0)
    assert Unit.objects.get().code == "36"


def test_a_renamed_town_keeps_its_row(units: Any, table: Any) -> None:
    load_units(path=table(f"{HEAD}360722100,嘉定街道,township,360722\n"))
    assert Unit.objects.get(pk=units["360722100"].pk).name == "嘉定街道"


@pytest.mark.parametrize(("changed", "constraint"), [
    ({"valid_to": date(1949, 1, 1)}, "valid_to_after_from"), ({"parent": None}, "only_province"), ({"county": None}, "has_county"),
])  # fmt: skip
def test_the_database_keeps_the_tree_whole(changed: dict[str, Any], constraint: str, units: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Unit.objects.filter(code="360722100").update(**changed)
