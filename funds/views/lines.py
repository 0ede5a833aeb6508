"""The lines of a roster: list, one line, keeping a line out and letting it in again."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from funds.forms import ConfirmForm, LineFilter, NoteForm, ReasonForm
from funds.models import PayLine, Roster
from funds.selectors import exclusion_of
from funds.services.rosters import exclude_line, include_line, release_exclusion
from funds.tables import LINE_STATES, LINES
from funds.views.rosters import line_url
from salvation.access.services import get_visible
from salvation.domain.errors import BadValue
from salvation.domain.month import Month
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab


class LineList(ListPage):
    permission = "roster.view"
    model = PayLine
    table = LINES
    filter_form = LineFilter
    default_sort = "seq"
    template_name = "funds/line_list.html"
    empty = ("这一册没有明细", "本月没有应发的待遇")

    def narrow(self, rows: Any) -> Any:
        return rows.filter(roster=self.kwargs["pk"])

    def roster(self) -> Roster:
        found: Roster = get_visible(
            Roster.objects.select_related("unit"), self.request.user, pk=self.kwargs["pk"]
        )
        return found

    def page_title(self) -> str:
        return f"{self.roster()}明细"

    def row_url(self, row: Any) -> str:
        return line_url(row)

    def context(self, *args: Any) -> dict[str, Any]:
        return {**super().context(*args), "back": reverse("funds:roster", args=[self.kwargs["pk"]])}


def month_in(kwargs: dict[str, Any]) -> Month:
    """The month in the address. Raises Http404."""
    try:
        return Month.parse(kwargs["month"])
    except BadValue as error:
        raise Http404(str(error)) from error


def facts(page: Any, line: PayLine) -> dict[str, Any]:
    others = line.roster.pay_lines.filter(benefit=line.benefit_id).exclude(pk=line.pk).order_by("for_month")
    return {
        "line": line,
        "others": [(other, line_url(other)) for other in others],
        "exclusion": exclusion_of(line),
    }


class LineRecord(RecordPage):
    """Addressed by roster, benefit and month: a regenerated line keeps its address."""

    model = PayLine
    permission = "roster.view"
    tabs = (Tab("facts", "明细", "funds/line_facts.html", facts),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("roster__unit", "benefit", "household")

    def subject(self, **lookup: Any) -> Any:
        month = month_in(self.kwargs).first_day
        return super().subject(roster=self.kwargs["pk"], benefit=self.kwargs["benefit"], for_month=month)

    def head(self, subject: PayLine) -> Head:
        said = (
            ("花名表", subject.roster),
            ("序号", subject.seq or "—"),
            ("归属月", f"{subject.for_month:%Y-%m}"),
            ("增减", subject.get_mark_display()),
            ("本月应发", f"{subject.total:,.2f} 元"),
        )
        return Head(f"{subject.name}的发放明细", said, self._links(subject), LINE_STATES[subject.state])  # type: ignore[index]

    def _links(self, line: PayLine) -> list[Link]:
        user: Any = self.request.user
        links = [Link("花名表", reverse("funds:roster", args=[line.roster_id]))]
        if user.may("case.view", line.unit):
            links.append(Link("待遇", reverse("cases:benefit", args=[line.benefit_id])))
        act = self._act(line) if user.may("roster.check", line.unit) else None
        if act:
            place = [line.roster_id, line.benefit_id, f"{line.for_month:%Y-%m}"]
            links.append(Link(act[1], reverse(f"funds:{act[0]}", args=place)))
        return links

    def _act(self, line: PayLine) -> tuple[str, str] | None:
        if line.roster.is_open and line.state == "PLANNED":
            return "exclude", "剔除待核"
        if line.excluded_as != "MANUAL":
            return None
        if line.roster.is_open:
            return "include", "恢复这一笔"
        made = exclusion_of(line)
        return ("release", "核实后下期补发") if made and not made.released_at else None


class LineForm(FormPage):
    """An act on one line."""

    permission = "roster.check"
    drafts: ClassVar[bool] = False
    line: PayLine

    def prepare(self) -> None:
        rows = PayLine.objects.select_related("roster__unit", "benefit", "unit")
        self.line = get_visible(
            rows,
            self.request.user,
            roster=self.kwargs["pk"],
            benefit=self.kwargs["benefit"],
            for_month=month_in(self.kwargs).first_day,
        )

    def place(self) -> dict[str, Any]:
        return {
            "roster_id": self.line.roster_id,
            "benefit_id": self.line.benefit_id,
            "for_month": Month.of(self.line.for_month),
            "actor": self.request.user,
            "now": timezone.now(),
        }

    def page_title(self) -> str:
        return f"{self.title}：{self.line.name}（{self.line.total} 元）"

    def cancel_url(self) -> str:
        return line_url(self.line)


class Exclude(LineForm):
    title = "剔除待核"
    form_class = ReasonForm
    submit_label = "剔除这一笔"
    success = "已剔除，花名表合计已重算"
    hint = "剔除的一笔本期不发；签章后核实无误的，可在本页办理“核实后下期补发”。"

    def save(self, form: Any) -> str:
        exclude_line(**self.place(), reason=form.cleaned_data["reason"])
        return line_url(self.line)


class Include(LineForm):
    title = "恢复这一笔"
    form_class = ConfirmForm
    submit_label = "恢复"
    success = "已恢复，花名表合计已重算"
    hint = "恢复后这一笔随本期发放。"

    def save(self, form: Any) -> str:
        include_line(**self.place())
        return line_url(self.line)


class Release(LineForm):
    title = "核实后下期补发"
    form_class = NoteForm
    submit_label = "确认核实"
    success = "已核实，下期花名表将补发这一笔"

    def save(self, form: Any) -> str:
        made = exclusion_of(self.line)
        if made is None:
            raise Http404("没有剔除记录")
        release_exclusion(
            exclusion_id=made.pk, note=form.cleaned_data["note"], actor=self.request.user, now=timezone.now()
        )
        return line_url(self.line)
