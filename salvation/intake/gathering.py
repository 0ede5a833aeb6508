"""The rows of a file's people, packed, with what can only be known of all of them: copies, households, layouts.

Nothing here holds the rows themselves for long: walk the households, block by block, as often as needed.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from salvation.intake.grouping import (
    FIRST_ROW_STYLE,
    Evidence,
    Habits,
    Sorter,
    Tally,
    amount_layout,
    identity,
    put_head_first,
    separate_copies,
    settle_amounts,
    settle_values,
)
from salvation.intake.model import Column, Household, Intake, Layout, Problem, Row
from salvation.intake.packed import Packed, Shared, Window

BLOCK = 1000


@dataclass(slots=True)
class _Count:
    """What is counted while the rows pass by for the first time."""

    numbers: set[int]
    repeated: set[int]
    serials: int = 0
    blank: int = 0


class Gathered:
    """The rows of people in file order and the households they form. What a walk changes in rows is not kept."""

    def __init__(self, rows: Iterable[Row], intake: Intake, shared: Sequence[type]) -> None:
        self.intake = intake
        self.columns: Sequence[Column] = ()
        self.layouts: Mapping[str, Layout] = {}
        self.notes: list[str] = []
        count = _Count(set(), set())
        self._rows = Packed(self._counted(rows, count), shared=Shared(*shared))
        self._marks: dict[int, list[Problem]] = {}
        self._copies: set[int] = set()
        self._separate(count)
        self._ordinals, self._several = self._sort(count)
        # Positions of the rows, household after household.
        order = sorted(range(len(self._ordinals)), key=self._ordinals.__getitem__)
        self._order = array("l", (at for at in order if self._ordinals[at] >= 0))
        self.households = max(self._ordinals, default=-1) + 1

    def __len__(self) -> int:
        return len(self._rows)

    def settle(self, columns: Sequence[Column], amounts: Sequence[str], evidence: Evidence) -> None:
        """Decide whose the amounts are. `columns`: those the file has or must have."""
        self.columns = columns
        tallies = {key: Tally() for key in amounts}
        asked = [key for key in amounts if key in self._several]
        for household in (one for block in self._blocks() for one in block) if asked else ():
            for key in asked:
                tallies[key].add(household, key)
        layouts = {}
        labels = {column.key: column.label for column in columns}
        for key, tally in tallies.items():
            layouts[key], why = amount_layout(tally, key, evidence)
            self.notes += [f"{labels[key]}：{why}"] if why else []
        self.layouts = layouts

    def blocks(self) -> Iterator[list[Household]]:
        """All households but copies, some hundreds at a time, settled within themselves."""
        amounts = self.intake.grouping.amounts if self.intake.grouping else ()
        for block in self._blocks():
            settle_values(block, self.columns, amounts)
            settle_amounts(block, self.columns, self.layouts)
            yield block

    def copies(self) -> Iterator[Row]:
        """Rows that say of somebody once more what an earlier row says."""
        window = Window(self._rows)
        return (self._row(window, at) for at in sorted(self._copies))

    def _counted(self, rows: Iterable[Row], count: _Count) -> Iterator[Row]:
        grouping = self.intake.grouping
        for row in rows:
            person = row.values.get(self.intake.person)
            if person is not None:
                known = hash(identity(person))
                (count.repeated if known in count.numbers else count.numbers).add(known)
            if grouping:
                count.serials += row.values.get(grouping.serial) is not None
                count.blank += row.values.get(grouping.number) is None
            yield row

    def _separate(self, count: _Count) -> None:
        count.numbers.clear()
        if not count.repeated or not self.intake.alone:
            return
        found: dict[int, Row] = {}
        for at, row in enumerate(self._rows):
            person = row.values.get(self.intake.person)
            if person is not None and hash(identity(person)) in count.repeated:
                found[at] = row
        remaining = {id(row) for row in separate_copies(list(found.values()), self.intake)}
        grouping = self.intake.grouping
        for at, row in found.items():
            self._marks[at] = row.problems
            if id(row) not in remaining:
                self._copies.add(at)
                count.serials -= bool(grouping and row.values.get(grouping.serial) is not None)
                count.blank -= bool(grouping and row.values.get(grouping.number) is None)

    def _sort(self, count: _Count) -> "tuple[array[int], set[str]]":
        """The household of every row, -1 for copies, and the amounts some household has more than one of."""
        rows = len(self._rows) - len(self._copies)
        # One number missing here and there is a mistake; many are the habit of writing it once a household.
        habits = Habits(count.serials > 0, count.blank > rows * FIRST_ROW_STYLE)
        sorter = Sorter(self.intake.grouping, habits)
        ordinals = array("l")
        for at, row in enumerate(self._rows):
            ordinals.append(-1 if at in self._copies else sorter.household_of(row))
        return ordinals, sorter.several

    def _blocks(self) -> Iterator[list[Household]]:
        window = Window(self._rows)
        block: list[Household] = []
        last = -1
        for at in self._order:
            if self._ordinals[at] != last:
                if len(block) == BLOCK:
                    yield self._led(block)
                    block = []
                last = self._ordinals[at]
                block.append(Household([]))
            block[-1].rows.append(self._row(window, at))
        if block:
            yield self._led(block)

    def _led(self, block: list[Household]) -> list[Household]:
        if self.intake.grouping:
            for household in block:
                put_head_first(household, self.intake.grouping)
        return block

    def _row(self, window: Window[Row], at: int) -> Row:
        row = window[at]
        if at in self._marks:
            row.problems = list(self._marks[at])
        return row
