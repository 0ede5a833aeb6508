"""弱势群体全面核对 in the browser: the year's base list, one person, what was found, completeness by unit (G16)."""
# requirements: G16

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from cases.forms.groups import EntryFilter, EntryForm, RoundForm
from cases.models import Discovery, GroupEntry, GroupRound, Person
from cases.rules.groups import FIELDS, Aspect, Group
from cases.selectors_groups import UNPLACED, completeness, years
from cases.services.group_rounds import KEPT, earlier, record_entry, repeat_entry, start_round
from salvation.access.place import own_county
from salvation.access.reach import reach_of
from salvation.access.services import get_visible, require
from salvation.domain.ages import age
from salvation.domain.errors import Refusal
from salvation.tables.model import Column, Heading, Kind, State, Table, Totals, ratio
from salvation.tables.model import Group as ColumnGroup
from salvation.units.models import Unit
from salvation.web.bulk import BulkAction, Outcome
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Event, Head, Link, RecordPage, Tab
from salvation.web.pages.sheets import SheetPage, Version
from salvation.web.years import year_asked

STATES = {
    "OPEN": State("待核对", "wait"),
    "LATE": State("逾期未核对", "bad"),
    "DONE": State("已核对", "good"),
    "GONE": State("不再核对", "ended"),
}


def state_of(entry: GroupEntry) -> str:
    """Asked of the dates, never stored."""
    if entry.outcome == GroupEntry.Outcome.GONE:
        return "GONE"
    if entry.checked_on:
        return "DONE"
    return "LATE" if entry.round.due_on < timezone.localdate() else "OPEN"


def age_of(entry: GroupEntry) -> int | None:
    return age(entry.birth_date, timezone.localdate()) if entry.birth_date else None


def lacks(entry: GroupEntry) -> list[str]:
    """Aspects not fully known, in words."""
    return [aspect.label for aspect, fields in FIELDS.items() if not all(getattr(entry, f) for f in fields)]


LABELS = {field.name: str(field.verbose_name) for field in GroupEntry._meta.fields}
ENTRIES = Table(
    "group-people",
    "弱势群体核对",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("state", "核对", Kind.STATE, value=state_of, states=STATES, priority=2),
        Column("groups", "人群", value="group_words", priority=3),
        Column("age", "年龄", Kind.COUNT, value=age_of),
        Column("lacks", "未掌握", value=lambda entry: "、".join(lacks(entry)) or "无",
               definition="家庭、身体、就业、教育、生活五方面中没有全部填写的"),
        Column("unit", "单位", value="unit.name"),
        Column("village", "村（社区）", value=lambda entry: entry.village.name if entry.village else ""),
        Column("outcome", "结论", value=lambda entry: entry.get_outcome_display()),
        Column("checked_on", "核对日期", Kind.DATE, sort="checked_on"),
        Column("known", "在库", value=lambda entry: "是" if entry.person_id else "否", optional=True),
        *(
            Column(field, LABELS[field], optional=True, value=f"get_{field}_display")
            for fields in FIELDS.values() for field in fields
        ),
        Column("note", "困难和需求", optional=True),
    ),
)  # fmt: skip


def repeat_all(*, actor: Any, rows: Sequence[GroupEntry], now: datetime) -> Outcome:
    """Each person alone; who cannot be confirmed is named with the reason."""
    refused = []
    for entry in rows:
        try:
            repeat_entry(entry=entry, actor=actor, now=now)
        except Refusal as refusal:
            refused.append((entry.name, str(refusal)))
    return Outcome(len(rows) - len(refused), refused)


REPEAT = BulkAction(
    "repeat", "已核对，与上年度一致", "case.survey", ENTRIES, repeat_all,
    lambda picked: ["勾选的人须已逐人核对；系统按上年度的五方面情况登记，核对日期为今天"],
)  # fmt: skip


class GroupPeople(ListPage):
    title = "弱势群体核对"
    permission = "case.view"
    model = GroupEntry
    table = ENTRIES
    filter_form = EntryFilter
    record_url = "cases:group_person"
    create_url = "cases:start_group_round"
    create_permission = "review.campaign"
    create_label = "部署年度核对"
    bulk = (REPEAT,)
    lead_in = "建档立卡（脱贫）人口、残疾人、老年人、未成年人、重病患者的底册，每年逐人核对五方面情况（003 第53条）。"
    empty = ("没有符合条件的人员", "县局经办点“部署年度核对”后，系统从登记簿和部门名单生成底册")

    def narrow(self, rows: Any) -> Any:
        return rows.filter(round__year=year_asked(self.request)).select_related("round", "unit", "village")


def known_of(page: Any, entry: GroupEntry) -> dict[str, Any]:
    """The five aspects in words, beside what was found the year before."""
    last = earlier(entry)

    def said(of: GroupEntry | None, field: str) -> str:
        if of is None:
            return ""
        if field == "carer":
            return of.carer or "未填"
        return str(getattr(of, f"get_{field}_display")() or "没有掌握")

    shown = []
    for aspect, fields in FIELDS.items():
        names = (*fields, "carer") if aspect is Aspect.FAMILY else fields
        rows = [(LABELS[name], said(entry, name), said(last, name)) for name in names]
        shown.append((f"{aspect.label}情况", rows))
    discovery = Discovery.objects.visible_to(page.request.user).filter(pk__in=[entry.discovery_id]).first()
    return {"entry": entry, "shown": shown, "last": last, "discovery": discovery}


class GroupPerson(RecordPage):
    model = GroupEntry
    permission = "case.view"
    tabs = (Tab("known", "五方面情况", "cases/group_person.html", known_of),)

    def narrow(self, rows: Any) -> Any:
        related = ("round", "unit", "village", "person__unit", "recorded_by")
        return rows.select_related(*related)

    def head(self, subject: GroupEntry) -> Head:
        years_old = age_of(subject)
        facts = (
            ("年度", f"{subject.round.year}年"),
            ("人群", subject.group_words),
            ("年龄", "—" if years_old is None else f"{years_old}周岁"),
            ("单位", subject.unit),
            ("村（社区）", subject.village or "名单没有写明"),
        )
        user: Any = self.request.user
        links = []
        if user.may("case.survey", subject.village or subject.unit):
            label = "修改核对情况" if subject.checked_on else "登记核对情况"
            links.append(Link(label, reverse("cases:record_group_person", args=[subject.pk])))
        if Person.objects.visible_to(user).filter(pk__in=[subject.person_id]).exists():
            links.append(Link("一人一档", reverse("cases:person", args=[subject.person_id])))
        due = None if subject.checked_on else subject.round.due_on
        return Head(subject.name, facts, links, STATES[state_of(subject)], due)

    def timeline(self, subject: GroupEntry) -> list[Event]:
        if subject.recorded_at is None:
            return []
        return [
            Event(
                subject.recorded_at,
                str(subject.recorded_by or ""),
                f"登记核对情况：{subject.get_outcome_display()}",
            )
        ]


class RecordGroupPerson(FormPage):
    title = "登记核对情况"
    permission = "case.survey"
    form_class = EntryForm
    submit_label = "保存"
    success = "已登记"
    edits = True
    hint = "没有掌握的留空，不要猜；保存后可以再补。有上年度情况的已带出，请逐项核对"
    sections = (
        Section("家庭", ("lives_with", "carer")),
        Section("身体", ("health", "self_care")),
        Section("就业与教育", ("work", "schooling", "level")),
        Section("生活", ("housing", "livelihood", "note")),
        Section("核对", ("outcome", "checked_on", "checkers")),
    )
    entry: GroupEntry

    def prepare(self) -> None:
        rows = GroupEntry.objects.select_related("round", "unit", "village", "person")
        self.entry = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "case.survey", self.entry.village or self.entry.unit)

    def page_title(self) -> str:
        return f"{self.title}：{self.entry.name}"

    def make_form(self, data: Any, files: Any) -> EntryForm:
        """Who may not register a discovery is not offered it, unless it is the conclusion that stands."""
        user: Any = self.request.user
        place = self.entry.village or self.entry.unit
        may = self.entry.outcome == GroupEntry.Outcome.NEEDS or user.may("case.create", place)
        return EntryForm(data, files, initial=self.initial(), may_discover=may)

    def initial(self) -> dict[str, Any]:
        today = timezone.localdate()
        of = self.entry if self.entry.checked_on else (earlier(self.entry) or self.entry)
        kept = {field: getattr(of, field) for field in KEPT}
        return {
            **kept, "outcome": self.entry.outcome, "checked_on": self.entry.checked_on or today,
            "checkers": self.entry.checkers or str(self.request.user),
        }  # fmt: skip

    def save(self, form: Any) -> str:
        given = dict(form.cleaned_data)
        facts = {key: given.pop(key) for key in ("outcome", "checked_on", "checkers")}
        record_entry(entry=self.entry, given=given, actor=self.request.user, now=timezone.now(), **facts)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:group_person", args=[self.kwargs["pk"]])


class StartGroupRound(FormPage):
    title = "部署弱势群体核对"
    permission = "review.campaign"
    form_class = RoundForm
    drafts = False
    check_answers = True
    submit_label = "生成底册"
    hint = "从登记簿和现行的部门名单生成底册，各乡镇工作台出现待办。本年度已部署的，改期限并补入新增人员"

    def initial(self) -> dict[str, Any]:
        today = timezone.localdate()
        found = GroupRound.objects.filter(county=own_county(self.request.user), year=today.year).first()
        return {"year": today.year, "due_on": found.due_on if found else date(today.year, 12, 31)}

    def save(self, form: Any) -> str:
        _, added = start_round(
            county=own_county(self.request.user),
            actor=self.request.user,
            now=timezone.now(),
            **form.cleaned_data,
        )
        self.success = f"底册新增 {added:,} 人，已通知各乡镇"
        return reverse("cases:group_completeness")

    def cancel_url(self) -> str:
        return reverse("cases:group_people")


def _rate(code: str, label: str, of: str, definition: str) -> Column:
    return Column(
        code, label, Kind.PERCENT, value=lambda row: ratio(row[of], row["people"]), ratio=(of, "people"),
        definition=definition,
    )  # fmt: skip


def _of(aspect: Aspect) -> ColumnGroup:
    """How many are fully known in one respect, and the rate."""
    key = f"known_{aspect.value}"
    return ColumnGroup(
        f"{aspect.label}情况",
        (
            Column(key, "已掌握", Kind.COUNT, value=lambda row: row[key],
                   definition=f"{aspect.label}情况各项都已填写的人数"),
            _rate(f"rate_{aspect.value}", "完整率（%）", key, f"{aspect.label}情况已掌握 ÷ 底册"),
        ),
    )  # fmt: skip


COMPLETENESS = Table(
    "group-completeness",
    "弱势群体信息完整率",
    (
        Column("name", "单位", value=lambda row: row["name"], priority=1, width=22),
        Column("people", "底册（人）", Kind.COUNT, value=lambda row: row["people"], priority=2,
               definition="本年度底册中的人，一人属于几类只算一次；已死亡、迁出的不算"),
        Column("checked", "已核对（人）", Kind.COUNT, value=lambda row: row["checked"], definition="已登记结论的，不含已死亡、迁出的"),
        _rate("checked_rate", "核对率（%）", "checked", "已核对 ÷ 底册"),
        *(_of(aspect) for aspect in Aspect),
        ColumnGroup(
            "五方面",
            (
                Column("complete", "都掌握", Kind.COUNT, value=lambda row: row["complete"], definition="五方面都已掌握的人数"),
                _rate("rate", "完整率（%）", "complete", "五方面都掌握 ÷ 底册"),
            ),
        ),
        Column("needs", "可能符合救助条件（人）", Kind.COUNT, value=lambda row: row["needs"], priority=3,
               definition="已转主动发现，引导申请"),
    ),
    notes=("没有掌握的不算已掌握，也不猜。表中的人数都可以点开看到逐人的底册。",),
)  # fmt: skip
DRILL = {
    "people": {"state": "counted"}, "checked": {"state": "done"}, "complete": {"known": "ANY"}, "needs": {"outcome": "NEEDS"},
    **{f"known_{aspect.value}": {"known": aspect.value} for aspect in Aspect},
}  # fmt: skip


class GroupCompleteness(SheetPage):
    """By town for the county, by village for a town and for one town of the county."""

    title = "弱势群体信息完整率"
    permission = "case.view"
    from_replica = True

    def prepare(self) -> None:
        user: Any = self.request.user
        county = any(post.unit.kind == Unit.Kind.COUNTY for post in user.current_posts)
        asked = self.request.GET.get("unit", "")
        towns = Unit.objects.filter(kind=Unit.Kind.TOWN, pk__in=reach_of(user, "case.view").units)
        wanted = asked if asked.isascii() and asked.isdecimal() and len(asked) < 10 else "0"
        self.town = towns.filter(pk=wanted).first() if county else None
        self.by = "village" if self.town or not county else "unit"
        self.year = year_asked(self.request)
        group = self.request.GET.get("group", "")
        self.group = Group(group) if group in set(Group) else None
        self.found = completeness(
            user, self.year, self.by, group=self.group or "", unit=self.town.pk if self.town else None
        )

    def page_title(self) -> str:
        return f"{self.town or ''}{self.year}年{self.group.label if self.group else '弱势群体'}信息完整率"

    def heading(self) -> Heading:
        base = super().heading()
        lines = ("家庭、身体、就业、教育、生活五方面（003 第53条）",)
        return Heading(base.title, base.made_at, lines, made_by=base.made_by, mark=base.mark)

    def address(self, **facts: Any) -> str:
        """This sheet with other choices; empty ones are left out."""
        now = {
            "year": self.year, "group": self.group or "", "unit": self.town.pk if self.town else "", **facts
        }  # fmt: skip
        return f"?{urlencode({key: value for key, value in now.items() if value})}"

    def versions(self) -> Sequence[Version]:
        """The groups of this year, and the years before."""
        groups = [("", "五类人员"), *((group.value, group.label) for group in Group)]
        chosen = [
            Version(label, self.address(group=code), code == (self.group or "")) for code, label in groups
        ]
        before = [one for one in years(self.request.user) if one != self.year]
        return [*chosen, *(Version(f"{year}年", self.address(year=year), current=False) for year in before)]

    def drill_url(self, row: Any, column: Column) -> str:
        """From a town to its villages, from figures to the people."""
        if column.kind is Kind.PERCENT or column.code == "name":
            return self.address(unit=row["pk"]) if self.by == "unit" and column.code == "name" else ""
        place = {"unit": str(self.town)} if self.town else {}
        place[self.by] = UNPLACED if row["pk"] is None else row["name"]
        asked = {"year": self.year, "group": self.group or "", **place, **DRILL[column.code]}
        return f"{reverse('cases:group_people')}?{urlencode({key: value for key, value in asked.items() if value})}"

    def every_cell_leads(self) -> bool:
        return True

    def table(self) -> Table:
        return COMPLETENESS

    def rows(self) -> Sequence[Any]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return COMPLETENESS.total_row(rows) if len(rows) > 1 else None
