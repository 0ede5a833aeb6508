"""docs/requirements.md cannot lie: it is what the markers in the code say, and every row of the specification is in it."""

import re

import pytest

from scripts import requirements


def test_every_row_of_the_specification_has_one_line() -> None:
    codes = re.findall(r"^\| ([A-N]\d{2}) \|", requirements.TARGET.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(codes) == 215
    assert codes == list(requirements.names())


def test_the_file_is_what_the_markers_say() -> None:
    assert requirements.TARGET.read_text(encoding="utf-8") == requirements.table(), (
        "run scripts/requirements.py"
    )


def test_a_row_is_live_only_with_a_test() -> None:
    with pytest.raises(requirements.BadMarker, match="no test"):
        requirements._row("A01", "名称", [("cases/models/person.py", True)], [])


def test_a_row_without_a_place_is_open() -> None:
    assert "| open |" in requirements._row("A01", "名称", [], [])


def test_one_place_that_says_part_makes_the_row_part() -> None:
    places = [("a.py", True), ("b.py", False)]
    assert "| part |" in requirements._row("A01", "名称", places, [("tests/a.py", True)])
