"""Read the sums printed in a sheet, as evidence of how its amounts are meant."""

from decimal import Decimal

from salvation.domain import money
from salvation.domain.errors import BadValue
from salvation.intake.header import words_of
from salvation.intake.rows import GRAND, Body
from salvation.intake.sheets import Cell, Sheet
from salvation.intake.text import clean


def totals_of(sheet: Sheet, body: Body, at: int) -> frozenset[Decimal]:
    """The grand total a column may claim: its largest total row, or the sum of its sub-totals."""
    grand: list[Decimal] = []
    parts: list[Decimal] = []
    for position in body.totals:
        row = sheet.rows[position]
        amount = _amount(row[at]) if 0 <= at < len(row) else None
        if amount is not None:
            words = "".join("".join(words_of(row)[:2]).split())
            (grand if GRAND.search(words) else parts).append(amount)
    claims = set(grand)
    claims.update({sum(grand, Decimal("0.00"))} if grand else set())
    claims.update({sum(parts, Decimal("0.00"))} if parts else set())
    return frozenset(claims)


def _amount(cell: Cell) -> Decimal | None:
    try:
        return money.parse(clean(cell))
    except BadValue:
        return None
