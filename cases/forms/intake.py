"""Forms of intake: pieces received, authorisations signed, who acts for the applicant."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from cases.checklist import Line, Signer
from cases.models import Complaint, Material, ProxyMandate
from cases.rules.materials import Origin
from cases.services.authorisations import Signed
from cases.services.materials import Received
from salvation.web.fields import DateField, FilesField
from salvation.web.rowsets import RowSet, RowsForm

BLANK = [("", "请选择")]
REUSE = "reuse:"


class MaterialsForm(forms.Form):
    """Two fields a piece: whether it is there, and its files."""

    def __init__(
        self, *args: Any, lines: Sequence[Line], earlier: Mapping[str, Material], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"got_{line.code}"] = forms.ChoiceField(
                label=f"{line.label}（有则提供）"
                if line.origin == Origin.GIVEN and not line.required
                else line.label,
                required=False,
                widget=forms.RadioSelect,
                choices=self._choices(line, earlier.get(line.code)),
                initial=self._initial(line),
            )
            self.fields[f"files_{line.code}"] = FilesField(
                label=f"{line.label}：照片或扫描件", required=False
            )

    def _choices(self, line: Line, earlier: Material | None) -> list[tuple[str, str]]:
        found = [("", "未收到"), ("RECEIVED", "收到")]
        if earlier is not None:
            when = f"{earlier.received_on:%Y-%m-%d}" if earlier.received_on else ""
            found.append((f"{REUSE}{earlier.pk}", f"沿用受理号 {earlier.application.no} 的（{when} 收到）"))
        return found

    def _initial(self, line: Line) -> str:
        if not line.received:
            return ""
        return f"{REUSE}{line.row.taken_from_id}" if line.row.taken_from_id else "RECEIVED"

    def received(self) -> list[Received]:
        """What the form says of every piece."""
        return [
            Received(
                line.code,
                bool(chosen := self.cleaned_data[f"got_{line.code}"]),
                int(chosen.removeprefix(REUSE)) if chosen.startswith(REUSE) else None,
                self.cleaned_data[f"files_{line.code}"],
            )
            for line in self.lines
        ]


class SignerRow(forms.Form):
    who = forms.ChoiceField(label="授权人")
    signed_on = DateField(label="签署日期", required=False)
    valid_until = DateField(label="有效期至（空着按规定天数）", required=False)
    id_no = forms.CharField(label="证号（义务人）", required=False, max_length=24)
    guardian = forms.CharField(label="代签监护人", required=False, max_length=50)
    guardian_relation = forms.CharField(label="监护关系", required=False, max_length=30)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [*BLANK, *people]  # type: ignore[attr-defined]


class AuthorisationForm(RowsForm):
    sheet = FilesField(label="签好的授权书", required=False, help_text="照片或扫描件，可多选")
    rowsets = (
        RowSet("signers", "签署人", SignerRow, item="签署人", blank=0,
               hint="签了的填签署日期，没签的把日期清空；未成年人和不能表达意愿的人由监护人代签"),
    )  # fmt: skip

    def __init__(self, *args: Any, signers: Sequence[Signer], **kwargs: Any) -> None:
        self.people = [(key_of(signer), _said(signer)) for signer in signers]
        super().__init__(*args, **kwargs)

    def choices_for_rows(self) -> dict[str, Any]:
        return {"people": self.people}

    def signed(self) -> list[Signed]:
        """The rows with a day."""
        return [
            Signed(
                row["signed_on"],
                int(row["who"]) if row["who"].isdecimal() else None,
                "" if row["who"].isdecimal() else row["who"],
                row["id_no"],
                row["valid_until"],
                row["guardian"],
                row["guardian_relation"],
            )
            for row in self.cleaned_rows["signers"]
            if row["signed_on"]
        ]


def key_of(signer: Signer) -> str:
    """The person's id, or the name of a duty bearer."""
    return str(signer.member.person_id) if signer.member else signer.name


def _said(signer: Signer) -> str:
    return signer.name if signer.member else f"{signer.name}（法定义务人）"


class DebateForm(forms.Form):
    held_on = DateField(label="评议日期")
    place = forms.CharField(label="评议地点", max_length=100)
    host = forms.CharField(label="主持人", max_length=50)
    due = forms.IntegerField(label="应到代表", min_value=3, max_value=500)
    present = forms.IntegerField(
        label="实到代表", min_value=1, max_value=500, help_text="须在应到的三分之二以上"
    )
    agree = forms.IntegerField(label="认为属实", min_value=0, max_value=500)
    disagree = forms.IntegerField(label="认为不属实", min_value=0, max_value=500)
    abstain = forms.IntegerField(label="弃权", min_value=0, max_value=500)
    conclusion = forms.CharField(label="评议意见", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    sheet = FilesField(
        label="签名的评议记录表",
        required=False,
        help_text="照片或扫描件，可多选；代表签名的一页必须有，没有的档案中列为缺件",
    )


class ComplaintForm(forms.Form):
    received_on = DateField(label="收到日期")
    channel = forms.ChoiceField(label="来源", choices=[*BLANK, *Complaint.Channel.choices])
    content = forms.CharField(
        label="反映事项", max_length=1500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="只写反映的事实，例如住房、车辆、务工收入；不写反映人的姓名、电话和住处",
    )  # fmt: skip


class MandateForm(forms.Form):
    kind = forms.ChoiceField(label="受托人类别", choices=[*BLANK, *ProxyMandate.Kind.choices])
    name = forms.CharField(label="受托人（村委会填经办人）", max_length=50)
    id_no = forms.CharField(
        label="受托人证号", required=False, max_length=24, help_text="村（社区）代为申请的可不填"
    )
    relation = forms.CharField(label="与申请人关系", required=False, max_length=30)
    phone = forms.CharField(label="联系电话", required=False, max_length=20)
    signed_on = DateField(label="委托日期")
