"""Declared registers: a model, a form, a table make list, detail, create, edit, export and count.

register(Register(code="meetings", label="会议", model=Meeting, form=MeetingForm, table=MEETINGS,
                  view="register.view", edit="register.edit"))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.urls import reverse

from salvation.access.models import ScopedModel
from salvation.documents.official import Paper
from salvation.tables.model import Table
from salvation.web.filters import FilterForm
from salvation.web.navigation import NavItem
from salvation.web.navigation import register as add_to_menu
from salvation.web.pages.forms import Section
from salvation.web.pages.records import Link


def always(record: Any) -> bool:
    """A record that may be edited for as long as it exists."""
    return True


def never(record: Any) -> bool:
    """A record that is not changed, only followed by a newer one."""
    return False


@dataclass(frozen=True)
class About:
    """What the records of a register are about, one subject each: a new record begins at the subject's page.

    ``place`` gives the fields a new record takes from its subject, with its unit; ``start`` names the list where a
    subject is chosen, ``back`` gives the address of its page. The form is given ``subject=``.
    """

    model: type[ScopedModel]
    place: Callable[[Any], Mapping[str, Any]]
    start: str
    back: Callable[[Any], str]
    of: Callable[[Any], Any]


@dataclass(frozen=True)
class Register:
    """``form`` is a ModelForm that takes ``actor=``. ``unit`` names the field that holds the unit of a record;
    a new record belongs to the unit of the person's post that may edit. ``details`` gives the record page's
    label–value pairs; by default every field of the table. ``files`` are kinds of attachments to offer.

    ``about``: the records belong to subjects. ``seat`` names the field at which the edit permission is asked for.
    ``save`` writes a record with what follows from it (record, actor, now, new), in the transaction of the form;
    ``edit_form`` is what a record that exists may still be given, while ``editable`` says so. ``paper`` prints one.
    ``enrich`` adds the columns the table computes from other records.
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
    about: About | None = None
    seat: str = "unit"
    save: Callable[..., None] | None = None
    edit_form: type[Any] | None = None
    edit_label: str = "修改"
    editable: Callable[[Any], bool] = always
    links: Callable[[Any], Sequence[Link]] | None = None
    paper: Callable[[Any], Paper] | None = None
    lead_in: str = ""
    enrich: Callable[[Any], Any] | None = None

    def enriched(self, rows: Any) -> Any:
        """Rows with what the table reads beside their own columns, in one query."""
        found = rows.select_related(*self.related)
        return self.enrich(found) if self.enrich else found

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
