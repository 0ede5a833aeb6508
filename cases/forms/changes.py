"""Forms of change orders, one a kind. What money follows is never typed."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cases.flows import CHANGE_ORDER
from cases.forms.households import MemberRow
from cases.models.choices import AccountKind, ChangeKind, StopReason
from cases.rules.changes import JOINS, LEAVES, SUSPENSIONS, TAPERS
from cases.rules.codes import CareIndicator
from cases.services.changes import NO_PLAIN_STOP, TEKUN_STOPS
from salvation.units.models import Unit
from salvation.web.fields import DateField, FilesField, MonthField
from salvation.web.filters import FilterForm

BLANK = [("", "请选择")]


class NoteForm(forms.Form):
    note = forms.CharField(label="变更事由", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def of_papers(papers: Sequence[str]) -> list[tuple[str, str]]:
    return [*BLANK, *((paper, paper) for paper in papers)]


class ProofForm(forms.Form):
    """The paper a change rests on, with scans."""

    proof = forms.ChoiceField(label="佐证")
    scans = FilesField(
        label="照片或扫描件", required=False, help_text="可多选，手机可直接拍照；纸质存档的可以后补"
    )

    def __init__(self, *args: Any, papers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proof"].choices = of_papers(papers)  # type: ignore[attr-defined]


def ask_for_proof(form: forms.Form, papers: Sequence[str]) -> None:
    """Which paper was seen, asked with the change itself; its scans follow on the record."""
    form.fields["proof"] = forms.ChoiceField(
        label="佐证", choices=of_papers(papers),
        help_text="已看到的材料，有一件即可；照片或扫描件登记后上传",
    )  # fmt: skip
    form.order_fields([*(name for name in form.fields if name not in ("proof", "note")), "proof", "note"])


class StopForm(NoteForm):
    reason = forms.ChoiceField(label="停发原因")
    field_order = ("reason", "note")

    def __init__(self, *args: Any, tekun: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (value, label)
            for value, label in StopReason.choices
            if value not in NO_PLAIN_STOP and (not tekun or value in TEKUN_STOPS)
        ]
        self.fields["reason"].choices = [*BLANK, *offered]  # type: ignore[attr-defined]


class PeopleForm(NoteForm):
    """A form that asks for one of the household's people."""

    person = forms.TypedChoiceField(label="成员", coerce=int)
    field_order: Any = ("person", "note")

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [*BLANK, *people]  # type: ignore[attr-defined]


class AccountFields(forms.Form):
    kind = forms.ChoiceField(label="账户类型", required=False, choices=AccountKind.choices)
    bank_name = forms.CharField(label="开户银行", required=False, max_length=60)
    number = forms.CharField(
        label="账号", required=False, max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="户名为新户主；账号由您录入、领导决定，即为双人复核。不换账户的留空",
    )  # fmt: skip


class DeathForm(AccountFields, PeopleForm):
    person = forms.TypedChoiceField(label="死亡成员", coerce=int)
    died_on = DateField(label="死亡日期")
    new_head = forms.TypedChoiceField(
        label="新户主", coerce=int, required=False, empty_value=None, help_text="死者是户主的，选择新户主"
    )
    field_order = ("person", "died_on", "new_head", "kind", "bank_name", "number", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["person"].choices  # type: ignore[attr-defined]
        self.fields["new_head"].choices = [("", "不换户主"), *people[1:]]  # type: ignore[attr-defined]


class HeadForm(AccountFields, PeopleForm):
    person = forms.TypedChoiceField(label="新户主", coerce=int)
    field_order = ("person", "kind", "bank_name", "number", "note")


class GraceForm(NoteForm):
    reason = forms.ChoiceField(label="渐退原因", choices=TAPERS)
    months = forms.IntegerField(
        label="渐退月数", min_value=1, max_value=6, help_text="最长6个月，期满自动停发"
    )
    field_order = ("reason", "months", "note")


class MemberAddForm(MemberRow, NoteForm):
    cause = forms.ChoiceField(label="增员原因", choices=[*BLANK, *JOINS])
    on = DateField(label="发生日期")
    field_order = ("cause", "on", "name", "id_no", "relation")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever does not share the income is no member of the cover.
        del self.fields["exclude_reason"]


class MemberRemoveForm(PeopleForm):
    person = forms.TypedChoiceField(label="减少的成员", coerce=int)
    cause = forms.ChoiceField(label="减员原因", choices=[*BLANK, *LEAVES])
    on = DateField(label="发生日期")
    field_order = ("person", "cause", "on", "note")


class OneOfForm(NoteForm):
    """A form about one person of a benefit; asked for where it covers several."""

    person = forms.TypedChoiceField(label="人员", coerce=int)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(people) > 1:
            self.fields["person"].choices = [*BLANK, *people]  # type: ignore[attr-defined]
        else:
            del self.fields["person"]


class ModeForm(OneOfForm):
    on = DateField(label="入住（退住）日期")
    field_order = ("person", "on", "note")


class CareLevelForm(OneOfForm):
    assessed_on = DateField(label="评定日期")
    lost = forms.MultipleChoiceField(
        label="不能自主完成的项目", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(code.value, code.label) for code in CareIndicator],
        help_text="全部能自主完成的不勾选：0项为全自理，1至3项为半护理，4项以上为全护理（第22条）",
    )  # fmt: skip
    field_order = ("person", "assessed_on", "lost", "note")


class TransferForm(NoteForm):
    village = forms.ModelChoiceField(
        label="迁往", queryset=Unit.objects.none(), empty_label="请选择村（社区）"
    )
    field_order = ("village", "note")

    def __init__(self, *args: Any, villages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["village"]
        field.queryset = villages
        field.label_from_instance = lambda village: f"{village.parent}　{village}"


class SuspendForm(NoteForm):
    cause = forms.ChoiceField(label="暂停原因", choices=[*BLANK, *SUSPENSIONS])
    field_order = ("cause", "note")


class ResumeForm(NoteForm):
    pay_from = MonthField(label="从哪个月起补发", help_text="停发有误的填错停的第一个月；不补发的填下月")
    field_order = ("pay_from", "note")


class CorrectForm(PeopleForm):
    person = forms.TypedChoiceField(label="成员", coerce=int)
    name = forms.CharField(label="姓名更正为", required=False, max_length=50)
    phone = forms.CharField(label="电话更正为", required=False, max_length=20)
    address = forms.CharField(label="住址更正为", required=False, max_length=150)
    group_name = forms.CharField(label="组更正为", required=False, max_length=30)
    field_order = ("person", "name", "phone", "address", "group_name", "note")


class ChangeFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    kind = forms.ChoiceField(label="类型", choices=[("", "全部"), *ChangeKind.choices])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *CHANGE_ORDER.choices()])
    lookups = {"name": "benefit__applicant__name__startswith", "kind": "kind", "state": "state"}
