"""Forms of the roster wizard: upload, columns, commit, undo."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.models.choices import PROGRAMS
from cases.services.roster_import import UNIT_KINDS
from salvation.access.reach import reach_of
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
        self, *args: Any, recognised: list[Recognised], intake: Intake, settled: SavedMapping, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headings: dict[str, str] = {}
        choices = [("", "不读取"), *((column.key, column.label) for column in intake.columns)]
        for item in recognised:
            name = f"column_{item.position}"
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
        seen: dict[str, str] = {}
        for name, heading in self.headings.items():
            key = cleaned.get(name)
            if key and key in seen:
                self.add_error(name, f"与“{seen[key]}”选了同一项，请只留一列")
            elif key:
                seen[key] = heading
        return cleaned

    def mapping(self) -> SavedMapping:
        """What the user settled on."""
        amounts = self.cleaned_data["amounts"]
        columns = {heading: self.cleaned_data[name] for name, heading in self.headings.items()}
        return SavedMapping(columns, Layout(amounts) if amounts else None)


def recognition(item: Recognised) -> str:
    """How a column was recognised, in words; sureness as a percentage where it was guessed."""
    if item.match.how in (How.SIMILAR, How.CONTENT):
        return f"{item.match.how.label}，把握 {item.match.confidence:.0%}，请核对"
    return item.match.how.label


class ConfirmForm(forms.Form):
    """Nothing to fill in: the preview itself is what is confirmed."""


class UndoForm(forms.Form):
    confirm = forms.BooleanField(label="我已核对，撤销这一批次")
