"""Rosters: the list of a month, one roster with its ties and explanations, making them, the bureau's consent."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone

from funds.deadlines import book_for, pay_by
from funds.forms import ApproveManyForm, GenerateForm, RosterFilter
from funds.jobs import GENERATE
from funds.models import Roster
from funds.prerequisites import unmet
from funds.selectors import (
    changed_lines,
    leavers_of,
    left_out,
    month_totals,
    months_to_approve,
    newest_totals,
    rosters_to_approve,
    summary_rows,
    ties,
)
from funds.services.papers import current_paper
from funds.services.rosters import approve_month, generate_rosters
from funds.tables import DIFFERENCES, LEAVERS, LINES, ROSTER_STATES, ROSTERS, SUMMARY
from funds.workbook import summary_total
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.whole import may_ask, valid_request
from salvation.flow.engine import perform
from salvation.registers.models import Meeting
from salvation.tables.html import Look, html_table
from salvation.units.models import Unit
from salvation.web.bulk import BulkAction, Outcome
from salvation.web.following import follow
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

SHOWN = 300


def check_many(*, actor: Any, rows: Sequence[Roster], now: Any) -> Outcome:
    """县局审核 of several rosters; each is judged alone."""
    done, refused = 0, []
    for roster in rows:
        try:
            perform(subject=roster, step="county_check", actor=actor, now=now)
            done += 1
        except Refusal as refusal:
            refused.append((str(roster), str(refusal)))
    return Outcome(done, refused)


def consequences(rows: Any) -> list[str]:
    sums = month_totals(rows)
    return [
        f"共{sums['rosters']}册、{sums['households']:,}户、{sums['lines']:,}笔，合计 {sums['amount']:,.2f} 元；通过后提交局务会"
    ]


class RosterList(ListPage):
    title = "发放花名表"
    permission = "roster.view"
    model = Roster
    table = ROSTERS
    filter_form = RosterFilter
    default_sort = "-month"
    record_url = "funds:roster"
    template_name = "funds/roster_list.html"
    empty = ("还没有花名表", "每月26日自动生成下月花名表；也可以点“生成花名表”")
    bulk = (BulkAction("county_check", "审核通过", "roster.county_check", ROSTERS, check_many, consequences),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "county", "previous")

    def context(self, *args: Any) -> dict[str, Any]:
        user: Any = self.request.user
        month, sums = newest_totals(self.matching)
        states = [(ROSTER_STATES[code], count) for code, count in sums["states"].items()]
        makes = user.may("roster.check") or user.may("roster.county_check")
        return {
            **super().context(*args),
            "sums_title": f"{Month.of(month).label}合计" if month else "",
            "sums": [
                ("册数", f"{sums['rosters']:,}"),
                ("户数", f"{sums['households']:,}"),
                ("人数", f"{sums['people']:,}"),
                ("应发金额（元）", f"{sums['amount']:,.2f}"),
            ],
            "state_counts": sorted(states, key=lambda pair: list(ROSTER_STATES.values()).index(pair[0])),
            "make_url": reverse("funds:generate") if makes else "",
            "approve_url": reverse("funds:approve") if user.may("roster.approve") else "",
        }


def summary(page: Any, roster: Roster) -> dict[str, Any]:
    rows = summary_rows([roster.pk])
    return {
        "roster": roster,
        "figures": figures(roster),
        "checks": ties(roster),
        "unmet": unmet(roster) if roster.is_open else [],
        "pay_by": pay_by(book_for(roster.unit, Month.of(roster.month)), Month.of(roster.month)),
        "markup": html_table(SUMMARY, rows, look=Look(css="sheet-table"), total=summary_total(roster, rows))
        if rows
        else "",
    }


def figures(roster: Roster) -> list[tuple[object, ...]]:
    """The three-way tie: what, last month, more, less, this month."""
    return [
        ("户", roster.last_households, roster.in_households, roster.out_households, roster.households),
        ("人", roster.last_people, roster.in_people, roster.out_people, roster.people),
        (
            "金额（元）",
            *(
                f"{part:,.2f}"
                for part in (roster.last_amount, roster.in_amount, roster.out_amount, roster.amount)
            ),
        ),
    ]


def differences(page: Any, roster: Roster) -> dict[str, Any]:
    user = page.request.user
    lines = list(changed_lines(roster, user)[: SHOWN + 1])
    leavers = list(leavers_of(roster, user)[: SHOWN + 1])
    look = Look(row_url=line_url, css="cards")
    return {
        "roster": roster,
        "changed": html_table(DIFFERENCES, lines[:SHOWN], look=look) if lines else "",
        "left": html_table(LEAVERS, leavers[:SHOWN], look=Look(css="cards")) if leavers else "",
        "more": len(lines) > SHOWN or len(leavers) > SHOWN,
        "shown": SHOWN,
    }


def line_url(line: Any) -> str:
    return reverse("funds:line", args=[line.roster_id, line.benefit_id, f"{line.for_month:%Y-%m}"])


def kept_back(page: Any, roster: Roster) -> dict[str, Any]:
    lines = list(left_out(roster, page.request.user)[:SHOWN])
    table = LINES.select(lambda column: column.code not in ("seq", "mark", "difference", "explanation"))
    return {"markup": html_table(table, lines, look=Look(row_url=line_url, css="cards")) if lines else ""}


class RosterRecord(RecordPage):
    model = Roster
    permission = "roster.view"
    tabs = (
        Tab("summary", "汇总与勾稽", "funds/roster_summary.html", summary),
        Tab("differences", "增减逐行说明", "funds/roster_differences.html", differences),
        Tab("left_out", "剔除与缺账户", "funds/roster_left_out.html", kept_back),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "county", "previous", "meeting")

    def head(self, subject: Roster) -> Head:
        facts: list[tuple[str, Any]] = [
            ("户数", f"{subject.households:,}"),
            ("人数", f"{subject.people:,}"),
            ("笔数", f"{subject.lines:,}"),
            ("应发金额", f"{subject.amount:,.2f} 元"),
            ("版次", f"第{subject.version}版"),
            ("内容校验", subject.content_hash[:16]),
        ]
        if subject.meeting:
            facts.append(("局务会", subject.meeting))
        return Head(str(subject), facts, self._links(subject))

    def _links(self, subject: Roster) -> list[Link]:
        user: Any = self.request.user
        pk = [subject.pk]
        links = [
            Link("逐行明细", reverse("funds:lines", args=pk)),
            Link("下载花名表（脱敏）", reverse("funds:download", args=[*pk, "roster"]), swap=False),
            Link("下载汇总表", reverse("funds:download", args=[*pk, "summary"]), swap=False),
        ]
        if current_paper(subject):
            links.append(
                Link("下载签章版（PDF）", reverse("funds:download", args=[*pk, "signed"]), swap=False)
            )
        if may_ask(user, subject):
            valid = valid_request(subject, user)
            if valid:
                until = f"{timezone.localtime(valid.expires_at):%m-%d %H:%M}"
                links.append(
                    Link(
                        f"下载完整版（{until}前有效）",
                        reverse("funds:download", args=[*pk, "full"]),
                        swap=False,
                    )
                )
            else:
                links.append(
                    Link("申请导出完整版", reverse("files:whole", args=["funds.roster", subject.pk]))
                )
        return links


class Generate(FormPage):
    """A town makes its own rosters at once, the county all of them in a job."""

    title = "生成花名表"
    permission = "roster.view"
    form_class = GenerateForm
    submit_label = "生成草稿"
    drafts: ClassVar[bool] = False
    hint = "按在保待遇和已生效的变更生成；未签章的重新生成（已剔除的保持剔除），已签章的不变。"

    def prepare(self) -> None:
        user: Any = self.request.user
        self.demand("roster.check" if user.may("roster.check") else "roster.county_check")

    def initial(self) -> Mapping[str, Any]:
        return {"month": str(Month.of(timezone.localdate()) + 1)}

    def save(self, form: Any) -> str:
        user: Any = self.request.user
        month = Month.parse(form.cleaned_data["month"])
        unit: Unit = user.main_post.unit
        if unit.kind == Unit.Kind.COUNTY:
            period = month - int(book_for(unit, month)["funds.roster_month_offset"])
            return follow(code=GENERATE, unit=unit, period=str(period), actor=user)
        rosters = generate_rosters(unit=unit, month=month, actor=user, now=timezone.now())
        self.success = f"{month.label}花名表已生成，共{len(rosters)}册"
        return f"{reverse('funds:rosters')}?month={month}"

    def cancel_url(self) -> str:
        return reverse("funds:rosters")


class ApproveMany(FormPage):
    """The bureau's meeting agrees to a month's rosters: every one is listed before it binds."""

    title = "局务会同意发放"
    permission = "roster.approve"
    form_class = ApproveManyForm
    check_answers = True
    submit_label = "局务会同意"
    drafts: ClassVar[bool] = False

    def make_form(self, data: Any, files: Any) -> Any:
        user: Any = self.request.user
        months = [(f"{month:%Y-%m}", Month.of(month).label) for month in months_to_approve(user)]
        if not months:
            raise Refusal("现在没有县局已审核、等待局务会同意的花名表")
        bureau = Meeting.objects.visible_to(user).filter(kind=Meeting.Kind.BUREAU).order_by("-held_on")[:100]
        return ApproveManyForm(
            data, files, months=months, meetings=[(found.pk, str(found)) for found in bureau]
        )

    def warnings(self, form: Any) -> Sequence[str]:
        rows = rosters_to_approve(self.request.user, form.cleaned_data["month"])
        said = [
            f"{roster}：{roster.households}户 {roster.people}人 {roster.lines}笔 {roster.amount:,.2f}元"
            for roster in rows
        ]
        total = sum(roster.amount for roster in rows)
        return [*said, f"合计 {len(said)}册 {total:,.2f}元"]

    def save(self, form: Any) -> str:
        month = Month.parse(form.cleaned_data["month"])
        done = approve_month(
            month=month, meeting=form.cleaned_data["meeting"], actor=self.request.user, now=timezone.now()
        )
        self.success = f"{month.label}花名表 {done} 册已经局务会同意"
        return f"{reverse('funds:rosters')}?month={month}"

    def cancel_url(self) -> str:
        return reverse("funds:rosters")
