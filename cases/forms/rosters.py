"""Forms of the roster wizard: upload, columns, commit, undo."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.models.choices import PROGRAMS
from cases.services.roster_import import UNIT_KINDS
from salvation.access.reach import reach_of
from salvation.intake.header import DEEPEST, SEARCH_ROWS
from salvation.intake.mapping import How, Recognised, SavedMapping
from salvation.intake.model import Intake, Layout
from salvation.intake.models import Batch
from salvation.units.models import Unit
from salvation.web.fields import MonthField
from salvation.web.filters import FilterForm

AMOUNTS = (
    ("", "按表内情况判断"),
    (Layout.HOUSEHOLD.value, "金额属于户，各行重复填写的只计一次"),
    (Layout.PERSON.value, "金额属于个人，户额为各人之和"),
)


def importing_units(user: Any) -> QuerySet[Unit]:
    """The units for which this person may take in rosters."""
    reach = reach_of(user, "intake.roster")
    return Unit.objects.filter(pk__in=reach.units, kind__in=UNIT_KINDS).order_by("sort", "code")


class RosterFilter(FilterForm):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Batch.State.choices])


class UploadForm(forms.Form):
    unit = forms.ModelChoiceField(label="填报单位", queryset=Unit.objects.none(), empty_label="请选择")
    program = forms.ChoiceField(label="类别", choices=[("", "请选择"), *PROGRAMS])
    month = MonthField(label="起始月份", help_text="待遇从这个月起开出；已在保的户不改动")
    file = forms.FileField(
        label="花名册文件",
        help_text=".xlsx、.xls 或 .csv，不超过 50 MB；标题、合计、空行、脚注不用删",
        error_messages={"empty": "文件是空的，请核对是否选错了文件"},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]
        field.queryset = importing_units(user)


class ColumnsForm(forms.Form):
    """One choice a column of the file; what was recognised is chosen already."""

    amounts = forms.ChoiceField(
        label="同户多行都填了金额时", required=False, choices=AMOUNTS, widget=forms.RadioSelect
    )

    def __init__(
        self,
        *args: Any,
        recognised: list[Recognised],
        sheets: Mapping[str, set[int]],
        intake: Intake,
        settled: SavedMapping,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.settled, self.sheets = settled, sheets
        self.headings: dict[str, str] = {}
        choices = [("", "不读取"), *((column.key, column.label) for column in intake.columns)]
        # Two sheets may carry different headings in the same place.
        for number, item in enumerate(recognised):
            name = f"column_{number}"
            self.headings[name] = item.heading
            self.fields[name] = forms.ChoiceField(
                label=f"{item.letter} 列　{item.heading}",
                required=False,
                choices=choices,
                initial=item.match.key,
                help_text=recognition(item),
            )
        self.fields["amounts"].initial = settled.amounts.value if settled.amounts else ""
        self.order_fields([*self.headings, "amounts"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen: dict[str, list[str]] = {}
        for name, heading in self.headings.items():
            key = cleaned.get(name)
            others = seen.setdefault(key, []) if key else []
            beside = next((other for other in others if self.sheets[other] & self.sheets[heading]), "")
            if beside:
                self.add_error(name, f"与“{beside}”选了同一项，请只留一列")
            else:
                others.append(heading)
        return cleaned

    def mapping(self) -> SavedMapping:
        """What the user settled on."""
        amounts = self.cleaned_data["amounts"]
        columns = {heading: self.cleaned_data[name] for name, heading in self.headings.items()}
        return replace(self.settled, columns=columns, amounts=Layout(amounts) if amounts else None)


def recognition(item: Recognised) -> str:
    """How a column was recognised, in words; sureness as a percentage where it was guessed."""
    if item.match.how in (How.SIMILAR, How.CONTENT):
        return f"{item.match.how.label}，把握 {item.match.confidence:.0%}，请核对"
    return item.match.how.label


class SheetsForm(forms.Form):
    """Which sheets to read, and where their header stands; both empty is the program's own judgement."""

    sheets = forms.MultipleChoiceField(
        label="读取哪些工作表",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一个也不选，则读取所有认得出表头的工作表",
    )
    first = forms.IntegerField(label="表头从第几行", required=False, min_value=1, max_value=SEARCH_ROWS)
    last = forms.IntegerField(
        label="到第几行",
        required=False,
        min_value=1,
        max_value=SEARCH_ROWS,
        help_text="表头只有一行的，两处填同一行；都不填则自动查找",
    )

    def __init__(self, *args: Any, names: Sequence[str], settled: SavedMapping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sheets: Any = self.fields["sheets"]
        sheets.choices = [(name, name) for name in names]
        sheets.initial = list(settled.sheets)
        if settled.header:
            self.fields["first"].initial, self.fields["last"].initial = settled.header
        if len(names) < 2:
            del self.fields["sheets"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last") or cleaned.get("first")
        if last and not first:
            self.add_error("first", "请填写表头从第几行开始")
        elif first and last and not first <= last < first + DEEPEST:
            self.add_error("last", f"结束行应在第 {first} 行到第 {first + DEEPEST - 1} 行之间")
        return {**cleaned, "last": last}

    def mapping(self) -> SavedMapping:
        """Another header has other columns, so what was said about columns falls away."""
        given = self.cleaned_data
        header = (given["first"], given["last"]) if given.get("first") else None
        return SavedMapping(header=header, sheets=tuple(given.get("sheets", ())))


class ConfirmForm(forms.Form):
    """Nothing to fill in: the preview itself is what is confirmed."""


class UndoForm(forms.Form):
    confirm = forms.BooleanField(label="我已核对，撤销这一批次")
