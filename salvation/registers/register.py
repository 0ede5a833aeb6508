"""Declared registers: a model, a form, a table make list, detail, create, edit, export and count.

register(Register(code="meetings", label="会议", model=Meeting, form=MeetingForm, table=MEETINGS,
                  view="register.view", edit="register.edit"))
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.urls import reverse

from salvation.access.models import ScopedModel
from salvation.tables.model import Table
from salvation.web.filters import FilterForm
from salvation.web.navigation import NavItem
from salvation.web.navigation import register as add_to_menu
from salvation.web.pages.forms import Section


@dataclass(frozen=True)
class Register:
    """``form`` is a ModelForm that takes ``actor=``. ``unit`` names the field that holds the unit of a record;
    a new record belongs to the unit of the person's post that may edit. ``details`` gives the record page's
    label–value pairs; by default every field of the table. ``files`` are kinds of attachments to offer.
    """

    code: str
    label: str
    model: type[ScopedModel]
    form: type[Any]
    table: Table
    view: str = "register.view"
    edit: str = "register.edit"
    filters: type[FilterForm] = FilterForm
    unit: str = "unit"
    sort: str = "-pk"
    related: tuple[str, ...] = ("unit",)
    sections: tuple[Section, ...] = ()
    details: Callable[[Any], Mapping[str, Any]] | None = None
    files: tuple[tuple[str, str], ...] = ()
    empty: tuple[str, str] = ("还没有登记", "点“新增”登记第一条。")
    group: str = "登记簿"
    icon: str = "book"
    order: int = 100
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def list_url(self) -> str:
        return reverse("registers:list", kwargs={"code": self.code})

    def record_url(self, record: Any) -> str:
        """The page of one record."""
        return reverse("registers:record", kwargs={"code": self.code, "pk": record.pk})


REGISTERS: dict[str, Register] = {}


def register(*declared: Register) -> None:
    """Add registers and their menu entries. Raises ValueError for a code declared twice."""
    for one in declared:
        if one.code in REGISTERS:
            raise ValueError(f"register {one.code} is declared twice")
        REGISTERS[one.code] = one
        add_to_menu(
            NavItem(
                one.label,
                "registers:list",
                one.view,
                group=one.group,
                icon=one.icon,
                order=one.order,
                kwargs={"code": one.code},
            )
        )


def find_register(code: str) -> Register:
    """Raises Http404: the code comes from an address."""
    if code not in REGISTERS:
        raise Http404(f"没有登记簿 {code}")
    return REGISTERS[code]
