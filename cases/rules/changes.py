"""What each kind of change asks for (03 §3.2): who decides, from when it counts, whether the family is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.rules.keys import KEYS


class Decider(StrEnum):
    """Who decides an order after the township's review."""

    CONFIRMING = "CONFIRMING"  # whoever confirms applications of the programme (B14)
    TOWN = "TOWN"  # the township's leader alone (快速通道)
    COUNTY = "COUNTY"
    BOTH_TOWNS = "BOTH_TOWNS"
    NOBODY = "NOBODY"  # the system, by what was decided before


class Begin(StrEnum):
    """From which month a decided order counts."""

    NEXT = "NEXT"  # the month after the decision
    AHEAD = "AHEAD"  # a month no roster is being made for yet: nobody is paid by two towns
    OWN = "OWN"  # the order's own month, however long the decision took
    AT_ONCE = "AT_ONCE"  # no month: a correction of data


@dataclass(frozen=True, slots=True)
class KindRule:
    """``told``: no effect before the family has its paper. ``merges``: one of these a benefit and month."""

    decider: Decider = Decider.CONFIRMING
    begins: Begin = Begin.NEXT
    told: bool = True
    merges: bool = True


RULES: Mapping[str, KindRule] = {
    "INCREASE": KindRule(),
    "DECREASE": KindRule(),
    "STOP": KindRule(),
    "GRACE": KindRule(),
    "GRACE_END": KindRule(Decider.NOBODY, Begin.OWN),
    "DEATH": KindRule(Decider.TOWN, Begin.OWN, told=False, merges=False),
    "MEMBER_ADD": KindRule(),
    "MEMBER_REMOVE": KindRule(),
    "HEAD_CHANGE": KindRule(Decider.TOWN, told=False, merges=False),
    "CATEGORY": KindRule(Decider.NOBODY, Begin.OWN, told=False, merges=False),
    "MODE": KindRule(Decider.TOWN, Begin.OWN, told=False),
    "CARE_LEVEL": KindRule(Decider.COUNTY),
    "STD_ADJUST": KindRule(Decider.NOBODY, Begin.OWN, told=False, merges=False),
    "TRANSFER": KindRule(Decider.BOTH_TOWNS, Begin.AHEAD, told=False),
    "SUSPEND": KindRule(Decider.TOWN),
    "RESUME": KindRule(),
    "CORRECT": KindRule(Decider.TOWN, Begin.AT_ONCE, told=False, merges=False),
}
# Kinds that may share a month with another effective order of the benefit.
ALONE_NOT_NEEDED = tuple(kind for kind, rule in RULES.items() if not rule.merges)
# The benefit ends and another one goes on: everybody leaves this one, and is new in that one.
SUCCEEDED = frozenset({"CATEGORY", "MODE", "TRANSFER"})
# What cannot be taken back by striking the order out: another order leads back.
NOT_REVERSED = frozenset(
    {"GRACE_END", "CATEGORY", "MODE", "TRANSFER", "STD_ADJUST", "CORRECT", "HEAD_CHANGE", "RESUME"}
)


def rule_of(kind: str) -> KindRule:
    """Raises KeyError for a kind that does not exist."""
    return RULES[kind]


# Why a member comes or goes (C16).
JOINS = (
    ("BIRTH", "出生"),
    ("MARRIED_IN", "婚入"),
    ("MOVED_IN", "户籍迁入"),
    ("RELEASED", "刑满释放、解除强制隔离"),
    ("DISCHARGED", "退役"),
    ("LIVES_TOGETHER", "其他共同生活新增"),
)
LEAVES = (
    ("MOVED_OUT", "户籍迁出"),
    ("MARRIED_OUT", "婚出"),
    ("PRISON", "服刑、强制隔离戒毒"),
    ("SERVICE", "服兵役"),
    ("MISSING", "宣告失踪"),
    ("INDEPENDENT", "独立生活"),
    ("NOT_TOGETHER", "不再共同生活"),
)
SUSPENSIONS = (
    ("ACCOUNT", "账户异常"),
    ("UNREACHABLE", "下落不明待核"),
    ("CHECKING", "情况待核实"),
    ("REFUSES", "不配合核查，待书面催告"),
)
TAPERS = KEYS["grace.allowed_reasons"].choices
CAUSES = dict((*JOINS, *LEAVES, *SUSPENSIONS, *TAPERS))
