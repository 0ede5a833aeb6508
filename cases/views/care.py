"""特困照料 in the browser: everybody supported with what he lacks, a person's file, the month's visits by unit."""
# requirements: D02, D04, D06

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils import timezone

from cases.care_registers import LEVELS, OF_PERSON
from cases.models import Person
from cases.models.choices import CareLevel, PayeeKind, Program, choices
from cases.selectors_care import MISSING, lacking, supported, with_care
from cases.selectors_care_pay import CarePay, care_pay
from cases.services.visits import coverage
from salvation.domain.month import Month
from salvation.tables.model import Column, Kind, Table, Totals, ratio
from salvation.units.models import Unit
from salvation.web.fields import MonthField
from salvation.web.filters import FilterForm
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.pages.sheets import SheetPage, Version

MODES = {Program.TEKUN_CENTRALIZED: "集中", Program.TEKUN_DISPERSED: "分散"}


class CarePerson(Person):
    """A person as 特困照料 shows him."""

    class Meta:
        proxy = True


def lacks(person: Any) -> list[str]:
    """What he lacks today, in words."""
    today = timezone.localdate()
    dispersed = person.program == Program.TEKUN_DISPERSED
    found = (
        ("评定", person.next_on is None or person.next_on <= today),
        ("协议", person.agreement_due and person.agreed_until is None),
        ("巡访", dispersed and person.since <= today and person.visits < person.planned),
        ("医疗签约", not person.contracted),
        ("供养证", not person.certified),
    )
    return [word for word, missing in found if missing]


PEOPLE = Table(
    "care-people",
    "特困照料对象",
    (
        Column("name", "姓名", Kind.NAME, priority=1, sort="name", link=True),
        Column("program", "供养形式", value=lambda p: MODES.get(p.program, "")),
        Column("level", "自理等级", value=lambda p: LEVELS[p.level], width=22),
        Column("lacks", "缺项", value=lambda p: "、".join(lacks(p)) or "无", priority=2,
               definition="评定过期、分散供养无有效协议、本月巡访不足、无定点医疗签约、无供养证"),
        Column("next_on", "下次评定", Kind.DATE, sort="next_on"),
        Column("caregiver", "照料人", Kind.NAME, value=lambda p: p.caregiver or ""),
        Column("agreed_until", "协议到期", Kind.DATE, sort="agreed_until"),
        Column("visits", "本月上门", value=lambda p: f"{p.visits}/{p.planned}" if p.program != Program.TEKUN_CENTRALIZED else "—",
               priority=3, definition="本月上门巡访次数/计划次数（参数，失能的更多）；电话、视频不计"),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
    ),
)  # fmt: skip


class CareFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    mode = forms.ChoiceField(
        label="供养形式", choices=[("", "全部"), *((code.value, word) for code, word in MODES.items())]
    )
    level = forms.ChoiceField(label="自理等级", choices=[("", "全部"), *choices(CareLevel)])
    missing = forms.ChoiceField(label="缺项", choices=[("", "全部"), *MISSING])
    lookups: ClassVar[dict[str, str]] = {
        "name": "name__startswith", "village": "village__name__contains", "mode": "program", "level": "level",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        return lacking(rows, self.cleaned_data.get("missing") or "", timezone.localdate())


def unit_of(user: Any) -> Unit:
    """The unit whose parameters a person's pages use: that of the first post."""
    unit: Unit = user.current_posts[0].unit
    return unit


class CarePeople(ListPage):
    title = "照料对象"
    permission = "case.view"
    model = CarePerson
    table = PEOPLE
    filter_form = CareFilter
    record_url = "cases:care_person"
    lead_in = "本月特困供养和已确认、下月起供养的人员，点姓名登记评定、协议、巡访等；“缺项”筛选就是待办清单。"
    empty = ("没有特困供养人员", "认定为特困后自动列出")

    def narrow(self, rows: Any) -> Any:
        today = timezone.localdate()
        unit = unit_of(self.request.user)
        found = with_care(supported(rows, today, unit), today, unit)
        return found.select_related("unit", "village")


def file_of(page: Any, person: Any) -> dict[str, Any]:
    """Every register with the person's records, the newest first, and where a new one begins."""
    user: Any = page.request.user
    shown = []
    for register in OF_PERSON:
        if not user.may(register.view):
            continue
        rows: Any = register.model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        found = list(register.enriched(rows.filter(person=person))[:12])
        new = reverse("registers:create_for", kwargs={"code": register.code, "subject": person.pk})
        facts = [column for column in register.table.leaves() if column.priority in (2, 3)]
        shown.append(
            {
                "register": register,
                "new": new if user.may(register.edit, person.village) else "",
                "rows": [{"url": register.record_url(row), "said": said(row, facts)} for row in found],
            }
        )
    return {"shown": shown}


def said(row: Any, columns: Sequence[Column]) -> str:
    """A record in a line: its main facts."""
    words = []
    for column in columns:
        value = column.read(row)
        state = column.states.get(str(value)) if column.states else None
        words.append(state.label if state else str(value or ""))
    return "，".join(word for word in words if word)


class CareRecord(RecordPage):
    """A person's care file. It stays after support ended."""

    model = CarePerson
    permission = "case.view"
    tabs = (Tab("file", "照料档案", "cases/care.html", file_of),)

    def narrow(self, rows: Any) -> Any:
        return with_care(rows, timezone.localdate(), unit_of(self.request.user)).select_related(
            "unit", "village"
        )

    def head(self, subject: Any) -> Head:
        current = subject.program is not None
        coming = current and subject.since > timezone.localdate()
        missing = "、".join(lacks(subject)) if current else ""
        facts = (
            ("受理单位", subject.unit),
            ("村（社区）", subject.village),
            ("供养形式", form_of_support(subject, coming=coming) if current else "现在不是特困供养人员"),
            ("自理等级", LEVELS[subject.level]),
            ("缺项", (missing or "无") if current else "—"),
            (
                "照料护理费",
                paid_to(care_pay(subject, max(timezone.localdate(), subject.since))) if current else "—",
            ),
        )
        links = [Link("一人一档", reverse("cases:person", args=[subject.pk]))]
        return Head(f"{subject.name}的照料档案", facts, links)


def form_of_support(person: Any, *, coming: bool) -> str:
    """集中 or 分散, and from when it is given where that is still to come."""
    begins = f"（已确认，{Month.of(person.since).label}起供养）" if coming else ""
    return f"{MODES[person.program]}{begins}"


def paid_to(pay: CarePay | None) -> str:
    """Care money in a line: how much, to whom, or what is missing for it."""
    if pay is None:
        return "没有"
    whom = f"{PayeeKind(pay.kind).label}{f'：{pay.name}' if pay.name else ''}"
    return f"每月{pay.amount:,.2f}元，付给{whom}" + (f"（{pay.gap}）" if pay.gap else "")


COVERAGE = Table(
    "care-coverage",
    "探视巡访覆盖情况",
    (
        Column("name", "单位", value=lambda row: row["name"], priority=1, width=22),
        Column("due", "应巡访（人）", Kind.COUNT, value=lambda row: row["due"], definition="本月分散供养人数"),
        Column("done", "已巡访（人）", Kind.COUNT, value=lambda row: row["done"], priority=2, definition="本月上门巡访到的人，去重"),
        Column("rate", "覆盖率（%）", Kind.PERCENT, value=lambda row: ratio(row["done"], row["due"]), ratio=("done", "due"), priority=3, definition="已巡访÷应巡访"),
        Column("visits", "巡访（人次）", Kind.COUNT, value=lambda row: row["visits"]),
        Column("goods", "发放物资（次）", Kind.COUNT, value=lambda row: row["goods"]),
        Column("bad", "发现异常（次）", Kind.COUNT, value=lambda row: row["bad"]),
    ),
)  # fmt: skip


class MonthForm(forms.Form):
    month = MonthField(label="月份", required=False)


class CareCoverage(SheetPage):
    """By village for a town, by town for the county."""

    title = "巡访覆盖率"
    permission = "case.view"

    def prepare(self) -> None:
        user: Any = self.request.user
        county = any(post.unit.kind == Unit.Kind.COUNTY for post in user.current_posts)
        form = MonthForm(self.request.GET)
        asked = form.cleaned_data["month"] if form.is_valid() else ""
        self.month = Month.parse(asked) if asked else Month.of(timezone.localdate())
        self.found = coverage(user, "unit" if county else "village", self.month)

    def page_title(self) -> str:
        return f"{self.month.label}巡访覆盖率"

    def versions(self) -> Sequence[Version]:
        """The months of the last half year."""
        this = Month.of(timezone.localdate())
        return [
            Version((this - back).label, f"?month={this - back}", this - back == self.month)
            for back in range(6)
        ]

    def table(self) -> Table:
        return COVERAGE

    def rows(self) -> Sequence[Any]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return COVERAGE.total_row(rows) if len(rows) > 1 else None
