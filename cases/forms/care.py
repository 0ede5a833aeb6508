"""Forms of 特困照料. Each knows the person it is about; the services check what binds."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from cases.models import (
    CareAgreement,
    CareAssessment,
    Caregiver,
    CareVisit,
    CareWish,
    CertificateReview,
    Institution,
    MedicalContract,
    NursingInsurance,
    OrphanTag,
    ReportedChange,
    Residence,
    SupportCertificate,
)
from cases.rules.codes import CareIndicator
from cases.services.agreements import fit_caregivers
from cases.services.residences import free_beds, open_institutions
from salvation.registers.forms import RecordForm
from salvation.units.services import county_of
from salvation.web.fields import DateField, FilesField, MoneyField


def rows(count: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": count})


class AboutForm(RecordForm):
    """A form about one person."""

    def __init__(self, *args: Any, subject: Any, **kwargs: Any) -> None:
        self.subject = subject
        super().__init__(*args, **kwargs)


class AssessmentForm(AboutForm):
    assessed_on = DateField(label="评定日期", initial=timezone.localdate)
    lost = forms.MultipleChoiceField(
        label="不能自主完成的（六项指标）", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(code.value, code.label) for code in CareIndicator],
        help_text="都能自主完成的不勾选；1至3项为部分丧失，4项以上为完全丧失，等级由系统计算",
    )  # fmt: skip
    photos = FilesField(label="评定照片")

    class Meta:
        model = CareAssessment
        fields: ClassVar[list[str]] = [
            "cause",
            "assessed_on",
            "lost",
            "assessors",
            "body",
            "organisation",
            "note",
        ]
        widgets: ClassVar[dict[str, Any]] = {"assessors": rows(3), "note": rows(3)}


class ReportForm(AboutForm):
    reported_on = DateField(label="报告日期", initial=timezone.localdate)

    class Meta:
        model = ReportedChange
        fields: ClassVar[list[str]] = ["reported_on", "reporter", "what"]
        widgets: ClassVar[dict[str, Any]] = {"what": rows(3)}


class WishForm(AboutForm):
    registered_on = DateField(label="登记日期", initial=timezone.localdate)

    class Meta:
        model = CareWish
        fields: ClassVar[list[str]] = ["wish", "registered_on", "said_by", "note"]
        widgets: ClassVar[dict[str, Any]] = {"wish": forms.RadioSelect}


class WithdrawForm(AboutForm):
    ended_on = DateField(label="撤回日期", initial=timezone.localdate)

    class Meta:
        model = CareWish
        fields: ClassVar[list[str]] = ["ended_on", "note"]


class InstitutionForm(RecordForm):
    account_number = forms.CharField(
        label="对公账号", max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="加密保存；修改时留空表示不变",
    )  # fmt: skip
    closed_on = DateField(label="停用日期", required=False)

    class Meta:
        model = Institution
        fields: ClassVar[list[str]] = [
            "name", "kind", "credit_code", "legal_person", "address", "beds", "bank", "account_name", "closed_on",
        ]  # fmt: skip

    def clean_account_number(self) -> str:
        typed: str = self.cleaned_data["account_number"].replace(" ", "")
        if typed and not (typed.isdecimal() and 8 <= len(typed) <= 32):
            raise forms.ValidationError("对公账号为8至32位数字，请核对")
        if typed:
            self.instance.account = typed
        return typed


class MoveInForm(AboutForm):
    from_on = DateField(label="入住日期", initial=timezone.localdate)

    class Meta:
        model = Residence
        fields: ClassVar[list[str]] = ["institution", "bed", "from_on", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        county = county_of(self.subject.unit)
        homes = list(open_institutions(county).order_by("name")) if county else []
        field: Any = self.fields["institution"]
        field.queryset = open_institutions(county) if county else Institution.objects.none()
        words = [(home.name, free_beds(home, timezone.localdate())) for home in homes]
        field.help_text = "；".join(
            f"{name}空床{len(free)}张" + (f"（{'、'.join(map(str, free[:5]))}号）" if free else "")
            for name, free in words
        )


class MoveOutForm(AboutForm):
    until_on = DateField(label="退住日期", initial=timezone.localdate)

    class Meta:
        model = Residence
        fields: ClassVar[list[str]] = ["until_on", "leaving", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leaving"].required = True


class CaregiverForm(RecordForm):
    number = forms.CharField(
        label="身份证号", max_length=24, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="加密保存；修改时留空表示不变",
    )  # fmt: skip
    telephone = forms.CharField(
        label="联系电话", max_length=20, required=False, help_text="修改时留空表示不变"
    )
    account_number = forms.CharField(
        label="银行账号", max_length=40, required=False, help_text="修改时留空表示不变"
    )
    rated_on = DateField(label="考核日期", required=False)
    left_on = DateField(label="停止照料日期", required=False)

    class Meta:
        model = Caregiver
        fields: ClassVar[list[str]] = [
            "name",
            "address",
            "health",
            "bank",
            "rating",
            "rated_on",
            "rated_note",
            "left_on",
        ]
        help_texts: ClassVar[dict[str, str]] = {"rating": "不合格的，先终止有效协议"}

    def clean(self) -> dict[str, Any]:
        """Sealed columns are written only where something was typed."""
        cleaned: dict[str, Any] = super().clean() or {}
        for field, column in (("number", "id_no"), ("telephone", "phone"), ("account_number", "account")):
            if typed := (cleaned.get(field) or "").replace(" ", ""):
                setattr(self.instance, column, typed)
        if self.instance.pk is None:
            for field in ("number", "telephone"):
                if not cleaned.get(field) and field not in self.errors:
                    self.add_error(field, f"请填写{self.fields[field].label}")
        return cleaned


class AgreementForm(AboutForm):
    signed_on = DateField(label="签订日期", initial=timezone.localdate)
    from_on = DateField(label="起始日期", initial=timezone.localdate)
    until_on = DateField(label="终止日期")
    pay = MoneyField(label="月报酬（元）")
    signed = FilesField(label="签字协议扫描件", required=False)

    class Meta:
        model = CareAgreement
        fields: ClassVar[list[str]] = [
            "caregiver", "relation", "party", "guardian", "signed_on", "from_on", "until_on", "services", "pay",
        ]  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {"services": rows(4)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["caregiver"]
        field.queryset = fit_caregivers(self.subject)
        field.help_text = "没有的先在“照料护理人”中登记；考核不合格、停止照料的不能选"
        self.fields["services"].initial = "生活照料：做饭、洗衣、打扫；看护：陪同就医、住院陪护；精神慰藉。"


class EndAgreementForm(AboutForm):
    until_on = DateField(label="终止日期")

    class Meta:
        model = CareAgreement
        fields: ClassVar[list[str]] = ["until_on", "ending"]


class VisitForm(AboutForm):
    visited_at = forms.DateTimeField(
        label="巡访时间", initial=lambda: timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    photos = FilesField(label="现场照片", required=False, help_text="上门巡访须有照片，手机可直接拍照")

    class Meta:
        model = CareVisit
        fields: ClassVar[list[str]] = [
            "visited_at", "way", "visitor", "org", "org_name", *(code for code, _ in CareVisit.CHECKS), "findings",
            "goods", "goods_signed_by",
        ]  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "way": forms.RadioSelect, "org": forms.RadioSelect, "findings": rows(3), "goods": rows(2),
            **{code: forms.RadioSelect for code, _ in CareVisit.CHECKS},
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photos"].widget.attrs["accept"] = "image/*"
        self.fields["visitor"].initial = self.actor.name

    def clean(self) -> dict[str, Any]:
        """Whoever was there has a photograph of it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("way") == CareVisit.Way.ONSITE and not cleaned.get("photos"):
            self.add_error("photos", "上门巡访须上传现场照片")
        return cleaned


class HandleVisitForm(AboutForm):
    handled_on = DateField(label="处置日期", initial=timezone.localdate)

    class Meta:
        model = CareVisit
        fields: ClassVar[list[str]] = ["handled_on", "handling"]
        widgets: ClassVar[dict[str, Any]] = {"handling": rows(4)}


class ContractForm(AboutForm):
    from_on = DateField(label="起始日期", initial=timezone.localdate)
    until_on = DateField(label="终止日期")
    signed = FilesField(label="签约书", required=False)

    class Meta:
        model = MedicalContract
        fields: ClassVar[list[str]] = ["kind", "hospital", "disease", "diagnosis", "from_on", "until_on"]
        help_texts: ClassVar[dict[str, str]] = {"disease": "特殊病种定向定点的填写"}


class ContractEndForm(AboutForm):
    until_on = DateField(label="终止日期")

    class Meta:
        model = MedicalContract
        fields: ClassVar[list[str]] = ["until_on"]


class InsuranceForm(AboutForm):
    premium = MoneyField(label="保费（元）")
    insured = MoneyField(label="保额（元）")

    class Meta:
        model = NursingInsurance
        fields: ClassVar[list[str]] = ["year", "insurer", "premium", "insured"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class ClaimForm(AboutForm):
    claimed_on = DateField(label="出险日期", initial=timezone.localdate)
    claim = MoneyField(label="理赔金额（元）")

    class Meta:
        model = NursingInsurance
        fields: ClassVar[list[str]] = ["claimed_on", "hospital", "carer", "claim"]


class CertificateForm(AboutForm):
    issued_on = DateField(label="发证日期", initial=timezone.localdate)

    class Meta:
        model = SupportCertificate
        fields: ClassVar[list[str]] = ["issued_on"]


class CollectForm(AboutForm):
    collected_on = DateField(label="收回日期", initial=timezone.localdate)

    class Meta:
        model = SupportCertificate
        fields: ClassVar[list[str]] = ["collected_on", "collected"]


class StampForm(AboutForm):
    reviewed_on = DateField(label="年审日期", initial=timezone.localdate)

    class Meta:
        model = CertificateReview
        fields: ClassVar[list[str]] = ["year", "reviewed_on", "reviewer", "outcome"]
        widgets: ClassVar[dict[str, Any]] = {"outcome": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class OrphanForm(AboutForm):
    recognised_on = DateField(label="认定日期", initial=timezone.localdate)

    class Meta:
        model = OrphanTag
        fields: ClassVar[list[str]] = ["kind", "recognised_on"]


class OrphanEndForm(AboutForm):
    ended_on = DateField(label="终止日期", initial=timezone.localdate)

    class Meta:
        model = OrphanTag
        fields: ClassVar[list[str]] = ["ended_on"]
