"""4.2 on paper: each village on pages of its own with 小计 and 累计, then 4.3 with the three ties, who signed when."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from django.utils import timezone

from funds.models import PayLine, Roster
from funds.selectors import summary_rows
from funds.tables import SUMMARY
from funds.workbook import book_table, summary_total
from salvation.domain.mask import Scene
from salvation.domain.money import in_capitals
from salvation.flow.engine import history
from salvation.tables.html import Look, html_table
from salvation.tables.model import Heading, Table, Total, Totals
from salvation.tables.pdf import Part, render_parts

# Columns of 4.3 that are known only when the money is asked for.
UNPRINTED = frozenset({"state", "province", "city", "county"})
# Steps whose taker stands under the roster.
SIGNERS = {"check": "核对", "sign": "签章", "county_check": "县局审核", "approve": "局务会同意"}


def roster_pdf(roster: Roster) -> bytes:
    """The masked roster as the unit signs it. About 13 ms a line: in a job."""
    table = book_table(roster)
    summary = SUMMARY.select(lambda column: column.code not in UNPRINTED)
    parts = [*_villages(roster, table), *_summary(roster, summary)]
    heading = Heading(
        f"{roster.unit}{roster.month_label}{roster.get_program_display()}资金发放花名表",
        timezone.localtime(roster.made_at),
        lines=(
            f"填报单位（盖章）：{roster.unit}",
            f"发放月：{roster.month_label}",
            f"类别：{roster.get_program_display()}",
            "单位：户、人、元",
        ),
        foot=signatures(roster),
        notes=(
            f"户数 {roster.households} 户　保障人数 {roster.people} 人　金额合计 {roster.amount:,.2f} 元　"
            f"（大写）{in_capitals(roster.amount)}",
            *ties(roster),
            *table.notes,
        ),
        made_by=f"第{roster.version}版",
    )
    chars = max(sum(column.chars for column in wide.leaves()) for wide in (table, summary))
    return render_parts(parts, heading=heading, chars=chars, digest=roster.content_hash)


def ties(roster: Roster) -> Iterator[str]:
    """上月＋增加－减少＝本月, three ways."""
    yield f"户：上月 {roster.last_households} ＋ 增加 {roster.in_households} － 减少 {roster.out_households} ＝ 本月 {roster.households}"
    yield f"人：上月 {roster.last_people} ＋ 增加 {roster.in_people} － 减少 {roster.out_people} ＝ 本月 {roster.people}"
    yield (
        f"金额：上月 {roster.last_amount:,.2f} ＋ 增加 {roster.in_amount:,.2f} － 减少 {roster.out_amount:,.2f}"
        f" ＝ 本月 {roster.amount:,.2f} 元（含补发 {roster.backpay_amount:,.2f} 元）"
    )


def signatures(roster: Roster) -> tuple[str, ...]:
    """Who took which step last, and when: the electronic signatures of this version."""
    taken = {passed.step: passed for passed in history(roster) if passed.step in SIGNERS}
    named = [
        f"{SIGNERS[step]}：{taken[step].actor}（{timezone.localtime(taken[step].at):%Y-%m-%d %H:%M}）"
        for step in SIGNERS
        if step in taken
    ]
    return ("制表：系统", *named)


def _villages(roster: Roster, table: Table) -> Iterator[Part]:
    sums = [column.code for column in table.leaves() if column.totalling is Total.SUM]
    running = dict.fromkeys(sums, Decimal(0))
    look = Look(scene=Scene.LIST)
    lines = roster.pay_lines.filter(state="PLANNED").order_by("seq").iterator(chunk_size=2000)
    for village, group in groupby(lines, key=lambda line: line.village_name):
        rows: list[PayLine | Totals] = list(group)
        own = dict.fromkeys(sums, Decimal(0))
        for line in rows:
            for column in table.leaves():
                if column.code in own:
                    own[column.code] += Decimal(str(column.read(line) or 0))
        running = {code: running[code] + own[code] for code in sums}
        closing = (Totals({**own, "place": "小计"}), Totals({**running, "place": "累计"}))
        yield Part(village, html_table(table, [*rows, *closing], look=look))


def _summary(roster: Roster, table: Table) -> Sequence[Part]:
    rows = summary_rows([roster.pk])
    if not rows:
        return ()
    return (Part("发放汇总表（按村）", html_table(table, rows, total=summary_total(roster, rows))),)
