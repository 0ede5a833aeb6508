"""分类施保 (L57 第27条): extra money for the old, minors, the severely disabled and the gravely ill.

It belongs to the person, not to the household: who dies, comes of age or recovers takes only his own along.
"""

from datetime import date
from decimal import Decimal

from cases.rules.codes import UpliftKind
from cases.rules.facts import MemberFacts
from cases.rules.policy import Reading
from salvation.domain.ages import age

ARTICLE = "低保审核确认办法第27条"

_AMOUNT_KEYS = {
    UpliftKind.ELDER: "uplift.amount.elder",
    UpliftKind.CHILD: "uplift.amount.child",
    UpliftKind.DISABLED: "uplift.amount.disabled",
    UpliftKind.ILL: "uplift.amount.ill",
}


def kinds_of(member: MemberFacts, reading: Reading, on: date) -> list[UpliftKind]:
    """Give every kind the person falls under on that day."""
    kinds = []
    years = age(member.birth_date, on)
    if years >= reading.integer("uplift.elder_age"):
        kinds.append(UpliftKind.ELDER)
    elif years < reading.integer("uplift.child_age"):
        kinds.append(UpliftKind.CHILD)
    if member.disability is not None and str(member.disability_level) in reading.words(
        "uplift.severe_levels"
    ):
        kinds.append(UpliftKind.DISABLED)
    if member.critical_illness or (member.illness and member.illness in reading.words("uplift.illness_list")):
        kinds.append(UpliftKind.ILL)
    return kinds


def uplifts_of(member: MemberFacts, reading: Reading, on: date) -> tuple[tuple[UpliftKind, Decimal], ...]:
    """Give what the person gets, kind by kind; only the highest where the county does not add them up."""
    kinds = kinds_of(member, reading, on)
    if not kinds:
        return ()
    amounts = [(kind, reading.amount(_AMOUNT_KEYS[kind])) for kind in kinds]
    if len(amounts) > 1 and reading.text("uplift.stack") == "HIGHEST_ONLY":
        amounts = [max(amounts, key=lambda pair: pair[1])]
    return tuple(pair for pair in amounts if pair[1])
