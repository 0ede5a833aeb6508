"""The report of 25 June: figures from the table, written parts kept, layout of an official document."""
# requirements: L02

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from cases.models import RecoveryProposal
from reports.governance.services import close_month
from reports.models import SummaryReport
from reports.summary.paper import annexes
from reports.summary.services import collect_texts, draft_summary, export_summary, save_texts
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.units.models import PopulationStat, Unit
from tests.builders import make_benefit, make_household
from tests.funds.builders import an_order

MAY = Month(2022, 5)
JULY = timezone.make_aware(timezone.datetime(2022, 7, 1, 2))


@pytest.fixture
def report(units: dict[str, Unit], clerk: User) -> SummaryReport:
    make_benefit(make_household(units["360722100200"], ["甲", "乙"]), date(2022, 1, 1))
    PopulationStat.objects.create(unit=units["360722100"], year=2022, hukou_population=50)
    close_month(county=units["360722"], month=MAY, now=JULY)
    return draft_summary(unit=units["360722100"], month=MAY, actor=clerk, now=JULY)


def words(report: SummaryReport, actor: User) -> str:
    book = Document(BytesIO(export_summary(report=report, actor=actor, today=date(2022, 6, 24))))
    return "\n".join(paragraph.text for paragraph in book.paragraphs)


def test_its_figures_are_the_tables(report: SummaryReport, clerk: User) -> None:
    told = words(report, clerk)
    assert "户籍人口50人" in told
    assert "农村低保1户2人" in told
    assert "占户籍人口4.00%" in told


def test_what_nobody_knows_is_said_so(report: SummaryReport, clerk: User) -> None:
    assert "巡访覆盖率（缺数据）" in words(report, clerk)


def test_written_parts_survive_a_new_reading(
    report: SummaryReport, clerk: User, units: dict[str, Unit]
) -> None:
    save_texts(report=report, texts={"next": "建立月度比对制度"}, actor=clerk)
    again = draft_summary(unit=units["360722100"], month=MAY, actor=clerk, now=JULY)
    assert "建立月度比对制度" in words(again, clerk)


def test_a_draft_from_an_open_month_says_so(units: dict[str, Unit], clerk: User) -> None:
    draft = draft_summary(unit=units["360722100"], month=MAY, actor=clerk, now=JULY)
    assert "草稿：统计数字未冻结" in words(draft, clerk)


def test_it_is_laid_out_as_an_official_document(report: SummaryReport, clerk: User) -> None:
    book = Document(BytesIO(export_summary(report=report, actor=clerk, today=date(2022, 6, 24))))
    section = book.sections[0]
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)
    assert "嘉定镇人民政府关于2022年社会救助领域专项治理工作情况的报告" in [p.text for p in book.paragraphs]
    assert "2022年6月24日" in [p.text for p in book.paragraphs]


def test_the_county_compares_its_units(
    report: SummaryReport, county_clerk: User, units: dict[str, Unit]
) -> None:
    whole = draft_summary(unit=units["360722"], month=MAY, actor=county_clerk, now=JULY)
    book = Document(BytesIO(export_summary(report=whole, actor=county_clerk, today=date(2022, 6, 24))))
    names = [row.cells[0].text for table in book.tables for row in table.rows]
    assert {"嘉定镇", "大塘埠镇", "城市社区管委会"} <= set(names)
    assert "赣州市民政局：" in [p.text for p in book.paragraphs]


def test_another_town_cannot_open_it(
    report: SummaryReport, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(other_clerk)
    assert client.get(f"/reports/summaries/{report.pk}/").status_code == 404
    assert client.get(f"/reports/summaries/{report.pk}/edit/").status_code == 404


def test_a_number_that_went_stale_is_shown_and_refreshed_with_the_words_kept(
    report: SummaryReport, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    save_texts(report=report, texts={"next": "建立月度比对制度"}, actor=clerk)
    SummaryReport.objects.filter(pk=report.pk).update(figures={**report.figures, "SA05": "9"})
    client, address = sign_in(clerk), f"/reports/summaries/{report.pk}/"
    page = client.get(address).content.decode()
    assert "报告为 9，统计表现为 2" in page
    client.post(address, {"_act": "refresh"})
    again = SummaryReport.objects.get(pk=report.pk)
    assert (again.figures["SA05"], again.texts["next"]) == ("2", "建立月度比对制度")
    assert "统计表变动过" not in client.get(address).content.decode()


def test_stale_numbers_are_not_handed_over(report: SummaryReport, clerk: User) -> None:
    save_texts(report=report, texts={"next": "建立月度比对制度"}, actor=clerk)
    SummaryReport.objects.filter(pk=report.pk).update(figures={**report.figures, "SA05": "9"})
    with pytest.raises(Refusal, match="不一致"):
        perform(subject=report, step="hand_over", actor=clerk, now=JULY)


def test_it_is_signed_by_the_leader_and_then_fixed(report: SummaryReport, clerk: User, leader: User) -> None:
    with pytest.raises(Refusal, match="长效机制"):
        perform(subject=report, step="hand_over", actor=clerk, now=JULY)
    save_texts(report=report, texts={"next": "建立月度比对制度"}, actor=clerk)
    perform(subject=report, step="hand_over", actor=clerk, now=JULY)
    perform(subject=report, step="sign", actor=leader, now=JULY)
    with pytest.raises(Refusal, match="不能再改"):
        save_texts(report=report, texts={"next": "改"}, actor=clerk)
    with pytest.raises(Refusal, match="不能重新取数"):
        draft_summary(unit=report.unit, month=MAY, actor=clerk, now=JULY)


def test_the_days_of_june_stand_in_an_annex_of_their_own(report: SummaryReport, clerk: User) -> None:
    moment = timezone.make_aware(timezone.datetime(2022, 6, 20, 2))
    again = draft_summary(unit=report.unit, month=MAY, actor=clerk, now=moment)
    assert again.flash["until"] == "2022-06-19"
    told = words(again, clerk)
    assert "6月1日至19日快报（未冻结，仅供参考）" in told


def test_the_county_draws_its_towns_words_together(
    report: SummaryReport, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    save_texts(report=report, texts={"difficulties": "经办力量不足"}, actor=clerk)
    whole = draft_summary(unit=units["360722"], month=MAY, actor=county_clerk, now=JULY)
    save_texts(report=whole, texts={"next": "县里的安排"}, actor=county_clerk)
    assert collect_texts(report=whole, actor=county_clerk) == 1
    whole.refresh_from_db()
    assert whole.texts["difficulties"] == "嘉定镇：经办力量不足"
    assert whole.texts["next"] == "县里的安排"


def test_word_and_pdf_come_from_one_declaration(
    report: SummaryReport, county_clerk: User, units: dict[str, Unit]
) -> None:
    whole = draft_summary(unit=units["360722"], month=MAY, actor=county_clerk, now=JULY)
    given = {"report": whole, "actor": county_clerk, "today": date(2022, 6, 24)}
    assert export_summary(**given, form="pdf").startswith(b"%PDF")
    assert Document(BytesIO(export_summary(**given))).inline_shapes
    with pytest.raises(Refusal, match="下载格式"):
        export_summary(**given, form="exe")


def overpaid(unit: Unit, name: str, found_on: date) -> RecoveryProposal:
    benefit = make_benefit(make_household(unit, [name]), date(2022, 1, 1))
    order = an_order(benefit, "DEATH", Month(2022, 3), Decimal(0))
    return RecoveryProposal.objects.create(
        order=order, benefit=benefit, person=benefit.applicant, unit=benefit.unit, village=benefit.village, cause="DEATH",
        event_on=date(2022, 2, 9), found_on=found_on, first_month=date(2022, 3, 1), last_month=date(2022, 4, 1), months=2,
        amount="1234.50",
    )  # fmt: skip


def test_what_is_to_be_recovered_is_listed_without_names_up_to_the_month(
    report: SummaryReport, units: dict[str, Unit]
) -> None:
    overpaid(units["360722100200"], "欧阳甲", date(2022, 5, 31))
    overpaid(units["360722100200"], "钱乙", date(2022, 6, 1))
    overpaid(units["360722101200"], "孙丙", date(2022, 5, 2))
    (grid,) = annexes(report)[2].body
    assert [row[1:5] for row in grid.rows] == [
        ("欧*", "死亡后继续发放", "2022-03至2022-04", "1,234.50"),
        ("", "", "", "1,234.50"),
    ]
    assert grid.rows[-1][0] == "合计1笔"
