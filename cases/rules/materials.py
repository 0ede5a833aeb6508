"""What must be handed in for an application: one list, told at once (B01; L57 第10条、第11条)."""
# requirements: B01

from collections.abc import Callable
from dataclasses import dataclass

from cases.rules.codes import Code, Program


class Origin(Code):
    """Where a piece comes from; what offices can draw from each other is never asked of people (第11条)."""

    GIVEN = "GIVEN", "群众提供"
    DRAWN = "DRAWN", "系统调取"
    PLEDGED = "PLEDGED", "承诺"


@dataclass(frozen=True, slots=True)
class Matter:
    """The facts of an application on which the list depends."""

    program: str
    is_single: bool = False
    disabled: bool = False
    ill: bool = False
    in_school: bool = False
    apart: bool = False
    by_proxy: bool = False


def always(matter: Matter) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Item:
    """``when``: on which facts it is wanted; ``reusable``: a piece of an earlier application still serves."""

    code: str
    label: str
    origin: Origin
    when: Callable[[Matter], bool] = always
    required: bool = True
    reusable: bool = False


TEKUN = frozenset({Program.TEKUN_DISPERSED.value, Program.TEKUN_CENTRALIZED.value})


def has_bearers(matter: Matter) -> bool:
    """Whether the people bound to support the applicant are looked at too (特困、单人保)."""
    return matter.is_single or matter.program in TEKUN


ITEMS = (
    Item("application", "申请书", Origin.GIVEN),
    Item("hukou", "户口簿和全部家庭成员身份证", Origin.GIVEN, reusable=True),
    Item("economy", "收入、财产、支出的证明（没有的由本人承诺）", Origin.GIVEN, required=False),
    Item("illness", "疾病诊断证明", Origin.GIVEN, lambda matter: matter.ill, reusable=True),
    Item("residence", "居住证或居住地证明", Origin.GIVEN, lambda matter: matter.apart, reusable=True),
    Item("expense", "近12个月刚性支出票据", Origin.GIVEN, lambda m: m.program == Program.RIGID_EXPENSE.value),
    Item("proxy", "委托书和受托人身份证", Origin.GIVEN, lambda matter: matter.by_proxy),
    Item("commitment", "诚信承诺书", Origin.PLEDGED),
    Item("bearers", "法定义务人情况承诺书", Origin.PLEDGED, has_bearers),
    Item("civil", "婚姻、户籍登记信息", Origin.DRAWN, required=False),
    Item("disability", "残疾人证信息", Origin.DRAWN, lambda matter: matter.disabled, required=False),
    Item("school", "在读学籍信息", Origin.DRAWN, lambda matter: matter.in_school, required=False),
)
BY_CODE = {item.code: item for item in ITEMS}
# What people hand in or sign themselves.
ASKED_OF_PEOPLE = tuple(item for item in ITEMS if item.origin != Origin.DRAWN)


def wanted(matter: Matter) -> tuple[Item, ...]:
    """The whole list for one application, in the order in which it is read out."""
    return tuple(item for item in ITEMS if item.when(matter))
