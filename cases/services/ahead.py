"""Ranges that begin after the month of a change (a new standard carried out ahead, later steps of tapering) go on.

A change closes the running range and opens the next; what begins later changes by as much, person by person, so that a
benefit neither ends by itself nor loses what was decided for later months.
"""
# requirements: C04, C05, C12

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cases.models import ChangeOrder
from cases.services.benefits import Share, open_again
from cases.services.orders import shares_kept
from salvation.domain.month import Month

ZERO = Decimal("0.00")
Image = Mapping[str, Any]


def go_on(order: ChangeOrder, month: Month) -> None:
    """Open the ranges that began after ``month`` again, changed by what the order changes in the running one.

    The order keeps the ranges as they were (``before``); they were taken back when the running one was cut.
    """
    running, *later = order.before or [{}]
    if not later:
        return
    was, new = _by_person(running), shares_kept(order)
    for term in later:
        then = _by_person(term)
        covered = [_moved(share, was, then) for share in new]
        care = max(Decimal(term["care"]) + order.new_care - Decimal(running["care"]), ZERO)
        base, uplift = (sum((Decimal(one[key]) for one in covered), ZERO) for key in ("base", "uplift"))
        sums = {"base": base, "uplift": uplift, "care": care, "total": base + uplift + care}
        assessed = order.assessment_id or term["assessment"]
        open_again(order.benefit, {**term, **sums, "covered": covered, "assessment": assessed}, month)


def _by_person(term: Image) -> dict[int, Image]:
    return {one["person"]: one for one in term["covered"]}


def _moved(share: Share, was: Mapping[int, Image], then: Mapping[int, Image]) -> dict[str, Any]:
    """A person's part of a later range: what the order gives him, and what he was to get more from then on."""
    more = {key: _more(share.person_id, key, was, then) for key in ("base", "uplift")}
    return {
        "person": share.person_id,
        "base": str(max(share.base + more["base"], ZERO)),
        "uplift": str(max(share.uplift + more["uplift"], ZERO)),
        "kinds": list(share.kinds),
    }


def _more(person: int, key: str, was: Mapping[int, Image], then: Mapping[int, Image]) -> Decimal:
    """Yuan a month; whoever was not covered gets more base where everybody gets the same."""
    both: Sequence[int] = [each for each in was if each in then]
    found = {each: Decimal(then[each][key]) - Decimal(was[each][key]) for each in both}
    if person in found:
        return found[person]
    alike = set(found.values())
    return alike.pop() if key == "base" and len(alike) == 1 else ZERO
