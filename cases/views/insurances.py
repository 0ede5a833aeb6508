"""参保 in the browser: who is not insured, lists that came in, figures by unit, one person's standing (N08)."""
# requirements: N08

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases.models import Insurance, InsuranceBatch, Person
from cases.selectors_insurance import by_unit, helped, lacking, unknown, with_insurance
from cases.services.insurances import Sheet, import_insurances, save_insurance
from salvation.access.place import own_county
from salvation.access.services import get_visible, require
from salvation.domain.ages import age
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Group, Kind, State, Table, ratio
from salvation.web.fields import DateField, MoneyField
from salvation.web.filters import FilterForm
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.years import year_asked

UNKNOWN, TOO_YOUNG = "UNKNOWN", "YOUNG"
STANDINGS = {
    "INSURED": State("已参保", "good"),
    "RECEIVING": State("已领取待遇", "good"),
    "LAPSED": State("断缴", "bad"),
    "NONE": State("未参保", "bad"),
    UNKNOWN: State("没有数据", "wait"),
    TOO_YOUNG: State("不须参保", "ended"),
}
LACKS = (
    ("", "全部"), ("MEDICAL", "医疗未参保"), ("PENSION", "养老未参保"), ("MEDICAL?", "医疗没有数据"),
    ("PENSION?", "养老没有数据"), ("PAID", "资助参保"),
)  # fmt: skip


class InsuredPerson(Person):
    """A helped person as this page shows him."""

    class Meta:
        proxy = True


def _pension(person: Any) -> str:
    return (person.pension or UNKNOWN) if person.pension_due or person.pension else TOO_YOUNG


PEOPLE = Table(
    "insured-people",
    "参保情况",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("id_no", "身份证号", Kind.ID),
        Column("age", "年龄", Kind.COUNT, value=lambda p: age(p.birth_date, timezone.localdate()) if p.birth_date else None),
        Column("medical", "基本医疗保险", Kind.STATE, value=lambda p: p.medical or UNKNOWN, states=STANDINGS, priority=2),
        Column("pension", "基本养老保险", Kind.STATE, value=_pension, states=STANDINGS, priority=3,
               definition="满16周岁且不在校的须参保"),
        Column("subsidised", "资助参保（元）", Kind.MONEY, definition="本年度财政、医疗救助基金等代缴的保费"),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
    ),
)  # fmt: skip
COVERAGE = Table(
    "insurance-coverage",
    "参保覆盖情况",
    (
        Column("unit", "单位", priority=1),
        Column("people", "救助对象", Kind.COUNT, priority=2),
        Group(
            "基本医疗保险",
            (
                Column("medical_insured", "已参保", Kind.COUNT),
                Column("medical_none", "未参保", Kind.COUNT),
                Column("medical_unknown", "没有数据", Kind.COUNT),
                Column(
                    "medical_rate",
                    "医疗参保率",
                    Kind.PERCENT,
                    ratio=("medical_insured", "people"),
                    priority=3,
                ),
            ),
        ),
        Group(
            "基本养老保险",
            (
                Column("pension_people", "应参保", Kind.COUNT),
                Column("pension_insured", "已参保", Kind.COUNT),
                Column("pension_none", "未参保", Kind.COUNT),
                Column("pension_unknown", "没有数据", Kind.COUNT),
                Column(
                    "pension_rate", "养老参保率", Kind.PERCENT, ratio=("pension_insured", "pension_people")
                ),
            ),
        ),
        Group(
            "资助参保",
            (Column("paid_people", "人数", Kind.COUNT), Column("paid", "金额（元）", Kind.MONEY)),
        ),
    ),
)
BATCHES = Table(
    "insurance-batches",
    "参保名单",
    (
        Column("source", "来源部门", priority=1),
        Column("as_of", "数据日期", Kind.DATE, sort="as_of", priority=2),
        Column("rows", "名单人数", Kind.COUNT),
        Column("matched", "比中人数", Kind.COUNT, priority=3, definition="名单中在库的人数；不在库的不保存"),
        Column("made_by", "导入人", value=lambda batch: str(batch.made_by or "")),
        Column("made_at", "导入时间", Kind.DATE, sort="made_at"),
    ),
)


class InsuredFilter(FilterForm):
    year = forms.RegexField(r"^20[0-9]{2}$", label="年度", error_messages={"invalid": "请按“2026”填写年度"})
    lack = forms.ChoiceField(label="清单", choices=LACKS)
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {"name": "name__startswith", "village": "village__name__contains"}

    def narrow(self, rows: Any) -> Any:
        match self.cleaned_data.get("lack"):
            case "MEDICAL" | "PENSION" as kind:
                return lacking(rows, kind)
            case "MEDICAL?" | "PENSION?" as kind:
                return unknown(rows, kind.removesuffix("?"))
            case "PAID":
                return rows.filter(subsidised__gt=0)
        return rows


class InsuredPeople(ListPage):
    title = "参保情况"
    permission = "case.view"
    model = InsuredPerson
    table = PEOPLE
    filter_form = InsuredFilter
    record_url = "cases:person"
    create_url = "cases:import_insurance"
    create_permission = "case.review"
    create_label = "导入参保名单"
    lead_in = "在保对象的基本医疗、基本养老参保和资助参保情况（003 第53条）。名单没有提到的列为“没有数据”，不当作未参保。"
    empty = ("没有符合条件的人员", "县局从医保、人社部门取得名单后点“导入参保名单”")

    def narrow(self, rows: Any) -> Any:
        today = timezone.localdate()
        found = with_insurance(helped(rows, today), year_asked(self.request), today)
        return found.select_related("unit", "village")


class InsuranceCoverage(Page):
    """How many are insured, by unit."""

    title = "参保覆盖情况"
    permission = "case.view"
    template_name = "cases/insurance_coverage.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        today, year = timezone.localdate(), year_asked(request)
        people = with_insurance(helped(Person.objects.visible_to(request.user), today), year, today)
        rows = [
            {**row, "unit": row["unit__name"], "paid": row["paid"] or 0, **_rates(row)}
            for row in by_unit(people)
        ]
        total = COVERAGE.total_row(rows) if len(rows) > 1 else None
        markup = html_table(COVERAGE, rows, look=Look(css="cards"), total=total) if rows else ""
        years = range(today.year, today.year - 3, -1)
        return self.show({"markup": markup, "year": year, "years": years})


def _rates(row: Any) -> dict[str, Any]:
    return {
        "medical_rate": ratio(row["medical_insured"], row["people"]),
        "pension_rate": ratio(row["pension_insured"], row["pension_people"]),
    }


class InsuranceBatches(ListPage):
    title = "参保名单"
    permission = "case.review"
    model = InsuranceBatch
    table = BATCHES
    create_url = "cases:import_insurance"
    create_permission = "case.review"
    create_label = "导入参保名单"
    empty = ("还没有导入过名单", "从医保、人社部门取得名单后导入，每年至少一次")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("made_by")


class ImportForm(forms.Form):
    source = forms.CharField(label="来源部门", max_length=60, help_text="例如：县医保局")
    year = forms.IntegerField(label="参保年度", min_value=2010, max_value=2100)
    as_of = DateField(label="数据日期")
    file = forms.FileField(
        label="名单文件", help_text="Excel 或 CSV；须有姓名、身份证号、险种、参保状态，可有类型、资助金额"
    )


class ImportInsurance(FormPage):
    title = "导入参保名单"
    permission = "case.review"
    form_class = ImportForm
    submit_label = "导入并比对"
    drafts = False
    hint = "按身份证号与库中人员比对，只保存在库人员的参保情况。有一行不对，整个文件不写入，并列出行号和原因"

    def initial(self) -> dict[str, Any]:
        today = timezone.localdate()
        return {"year": today.year, "as_of": today}

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        upload = cleaned.pop("file")
        made = import_insurances(
            sheet=Sheet(content=upload.read(), **cleaned), county=own_county(self.request.user),
            actor=self.request.user, now=timezone.now(),
        )  # fmt: skip
        self.success = f"名单 {made.rows} 人，其中 {made.matched} 人在库，已更新参保情况"
        return f"{reverse('cases:insured_people')}?year={cleaned['year']}"

    def cancel_url(self) -> str:
        return reverse("cases:insured_people")


class InsuranceForm(forms.Form):
    kind = forms.ChoiceField(label="险种", choices=Insurance.Kind.choices, widget=forms.RadioSelect)
    year = forms.IntegerField(label="年度", min_value=2010, max_value=2100)
    standing = forms.ChoiceField(
        label="参保状态", choices=Insurance.Standing.choices, widget=forms.RadioSelect
    )
    scheme = forms.ChoiceField(
        label="类型", required=False, choices=[("", "不清楚"), *Insurance.Scheme.choices]
    )
    subsidised = MoneyField(
        label="资助参保（元）", required=False, help_text="财政、医疗救助基金等代缴的保费，没有的不填"
    )
    as_of = DateField(label="核实日期")
    note = forms.CharField(label="说明", required=False, max_length=200)


class NewInsurance(FormPage):
    title = "登记参保情况"
    permission = "case.edit"
    form_class = InsuranceForm
    drafts = False
    submit_label = "保存"
    success = "已登记"
    hint = "同一年度、同一险种再次登记的，以最后一次为准；以前的留在日志中"
    person: Person

    def prepare(self) -> None:
        rows = Person.objects.select_related("unit")
        self.person = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "case.edit", self.person.unit)

    def page_title(self) -> str:
        return f"{self.title}：{self.person.name}"

    def initial(self) -> dict[str, Any]:
        today = timezone.localdate()
        return {"year": today.year, "as_of": today, "kind": "MEDICAL", "standing": "INSURED"}

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        cleaned["subsidised"] = cleaned["subsidised"] or 0
        save_insurance(person=self.person, actor=self.request.user, **cleaned)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:person", args=[self.kwargs["pk"]])
