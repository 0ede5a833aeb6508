"""The register of changes in helped families (C17): reported in time, late, or found unreported."""
# requirements: C17

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from cases.models import Person, SelfReport
from cases.services.people import citizen_mask, read_id
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.registers.forms import RecordForm
from salvation.registers.register import Register
from salvation.tables.model import Column, Kind, State, Table
from salvation.vault.crypto import blind_index
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm
from salvation.web.pages.forms import Section

# Later than this a family may be admonished (L83 五(五)).
MONTHS = 3
DUTY = {
    "IN_TIME": State("按时报告", "good"),
    "LATE": State("超过3个月才报告", "wait"),
    "UNREPORTED": State("未履行报告义务", "bad"),
}


def duty_of(report: SelfReport) -> str:
    """Whether the duty was kept: asked of the dates, never stored."""
    if report.way == SelfReport.Way.FOUND:
        return "UNREPORTED"
    happened = report.happened_on
    last = (Month.of(happened) + MONTHS).day(happened.day)
    return "LATE" if report.reported_on > last else "IN_TIME"


TABLE = Table(
    "self-reports",
    "家庭变化报告",
    (
        Column("person", "人员", Kind.NAME, value="person.name", priority=1, link=True),
        Column("duty", "报告义务", Kind.STATE, value=duty_of, states=DUTY, priority=2),
        Column("matter", "事项", value="get_matter_display", priority=3),
        Column("happened_on", "变化日期", Kind.DATE, sort="happened_on"),
        Column("reported_on", "报告（发现）日期", Kind.DATE, sort="reported_on"),
        Column("content", "情况", width=40),
        Column("handling", "处理", optional=True, width=30),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
    ),
)


class ReportForm(RecordForm):
    id_no = forms.CharField(
        label="身份证号", required=False, max_length=24, help_text="在库的人员；修改时不换人的不用填",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    happened_on = DateField(label="变化日期")
    reported_on = DateField(label="报告（发现）日期")

    class Meta:
        model = SelfReport
        fields: ClassVar[list[str]] = ["matter", "way", "happened_on", "reported_on", "content", "handling"]

    def clean_id_no(self) -> str:
        """The person of the actor's own units."""
        text: str = self.cleaned_data["id_no"].strip()
        if not text:
            if self.instance.pk is None:
                raise forms.ValidationError("请填写身份证号")
            return text
        try:
            number = read_id(text).number
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        index = blind_index(number, "citizen_id")
        person = Person.objects.visible_to(self.actor).filter(id_index=index).first()
        if person is None:
            raise forms.ValidationError(f"证号 {citizen_mask(number)} 不在库中，或不在您的管辖范围")
        self.instance.person, self.instance.village = person, person.village
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        happened, reported = cleaned.get("happened_on"), cleaned.get("reported_on")
        if reported and reported > timezone.localdate():
            self.add_error("reported_on", "报告日期不能晚于今天")
        if happened and reported and reported < happened:
            self.add_error("reported_on", "报告日期不能早于变化日期")
        return cleaned


class ReportFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    matter = forms.ChoiceField(label="事项", choices=[("", "全部"), *SelfReport.Matter.choices])
    way = forms.ChoiceField(label="方式", choices=[("", "全部"), *SelfReport.Way.choices])
    lookups: ClassVar[dict[str, str]] = {"name": "person__name__startswith", "matter": "matter", "way": "way"}


REPORTS = Register(
    "self-reports",
    "家庭变化报告",
    SelfReport,
    ReportForm,
    TABLE,
    view="case.view",
    edit="case.edit",
    filters=ReportFilter,
    sort="-reported_on",
    related=("unit", "village", "person"),
    sections=(
        Section("谁、什么变化", ("id_no", "matter", "way")),
        Section("经过", ("happened_on", "reported_on", "content", "handling")),
    ),
    empty=("还没有登记", "家庭报告变化，或发现没有报告的变化时，点“新增”"),
    group="动态管理",
    order=55,
)
