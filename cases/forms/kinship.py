"""Forms of kinship filing: relatives of a member of staff, a filing by hand, the list's filter."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from cases.kinship_flow import FILING
from cases.models import KinshipFiling, StaffRelative
from salvation.registers.models import StaffMember
from salvation.web.filters import FilterForm
from salvation.web.rowsets import RowSet, RowsForm

BLANK = [("", "请选择")]


class RelativeRow(forms.Form):
    relation = forms.ChoiceField(label="关系")
    name = forms.CharField(label="姓名", max_length=50)
    id_no = forms.CharField(
        label="身份证号", max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, relations: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [StaffRelative.SELF, *relations]
        self.fields["relation"].choices = [*BLANK, *((word, word) for word in words)]  # type: ignore[attr-defined]


class RelativesForm(RowsForm):
    rowsets = (
        RowSet("relatives", "近亲属", RelativeRow, item="近亲属", blank=3,
               hint="本人也填一行，关系选“本人”。只用于查对救助申请，证号加密保存"),
    )  # fmt: skip

    def __init__(self, *args: Any, relations: list[str], **kwargs: Any) -> None:
        self.relations = relations
        super().__init__(*args, **kwargs)

    def choices_for_rows(self) -> dict[str, Any]:
        return {"relations": self.relations}


class FilingForm(forms.Form):
    staff = forms.ModelChoiceField(
        label="工作人员", queryset=StaffMember.objects.none(), empty_label="请选择"
    )
    id_no = forms.CharField(label="救助对象证号", max_length=24)
    relation = forms.ChoiceField(label="对象是工作人员的")

    def __init__(self, *args: Any, staff: Any, relations: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = staff  # type: ignore[attr-defined]
        self.fields["relation"].choices = [*BLANK, *((word, word) for word in relations)]  # type: ignore[attr-defined]


class KinshipFilter(FilterForm):
    person = forms.CharField(label="救助对象", max_length=50)
    staff = forms.CharField(label="工作人员", max_length=50)
    level = forms.ChoiceField(label="备案级别", choices=[("", "全部"), *KinshipFiling.Level.choices])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *FILING.choices()])
    due = forms.ChoiceField(label="排查", choices=[("", "全部"), ("30", "30天内应排查"), ("0", "已逾期")])
    lookups = {
        "person": "person__name__startswith", "staff": "staff__name__startswith", "level": "level", "state": "state",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        days = self.cleaned_data.get("due")
        if not days:
            return rows
        return rows.filter(due_on__lt=timezone.localdate() + timedelta(days=int(days)))


class StaffFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), *StaffMember.Kind.choices])
    lookups = {"name": "name__startswith", "kind": "kind"}
