"""The monthly work ledger: figures from the table, words by the unit, signed and handed in like every table."""
# requirements: B32, C14, L04, L05, L06, L09

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from reports.governance.services import close_month
from reports.ledger.services import draft_ledgers, ledger_rows
from reports.ledger.table import CODE, TASKS
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.periods.models import Submission
from salvation.periods.services import fill_cells
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household

MAY = Month(2022, 5)
JULY = timezone.make_aware(timezone.datetime(2022, 7, 1, 3))


@pytest.fixture
def ledger(units: dict[str, Unit]) -> Submission:
    make_benefit(make_household(units["360722100200"], ["甲", "乙"]), date(2022, 1, 1))
    close_month(county=units["360722"], month=MAY, now=JULY)
    draft_ledgers(county=units["360722"], month=MAY, now=JULY)
    return Submission.objects.get(table=CODE, unit=units["360722100"])


def test_it_has_a_line_for_every_task_of_the_plan_and_is_due_on_the_fifth(ledger: Submission) -> None:
    assert [row.task for row in ledger_rows(ledger)] == list(TASKS)
    assert ledger.due_on <= date(2022, 6, 5)


def test_figures_come_from_the_table_and_what_nobody_counts_stays_unknown(ledger: Submission) -> None:
    problems, leaving = ledger_rows(ledger)[0], ledger_rows(ledger)[2]
    assert problems.figure("problems") == 0
    assert str(leaving.cell("compared").value) == "缺数据"


def test_words_are_kept_and_figures_of_the_system_are_not_typed_over(ledger: Submission, clerk: User) -> None:
    fill_cells(submission=ledger, values={"T01.done": "逐项整改", "T01.evidence": "3"}, actor=clerk, now=JULY)
    ledger.refresh_from_db()
    assert ledger_rows(ledger)[0].cell("done").value == "逐项整改"
    with pytest.raises(Refusal, match="由系统计算"):
        fill_cells(submission=ledger, values={"T01.problems": "9"}, actor=clerk, now=JULY)


def test_it_is_signed_and_handed_in(ledger: Submission, clerk: User, leader: User) -> None:
    for step, actor in (("hand_over", clerk), ("sign", leader), ("submit", clerk)):
        perform(subject=ledger, step=step, actor=actor, now=JULY)
    assert ledger.state == "SUBMITTED"


def test_its_pages_open_to_its_unit_alone(
    ledger: Submission, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get(f"/reports/ledgers/{ledger.pk}/").content.decode()
    assert "狠抓问题整改" in page and "加强公示公开" in page
    assert sign_in(clerk).get(f"/reports/ledgers/{ledger.pk}/fill/").status_code == 200
    assert sign_in(other_clerk).get(f"/reports/ledgers/{ledger.pk}/").status_code == 404


def test_completeness_counts_what_is_filled_in(
    ledger: Submission, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get("/reports/completeness/").content.decode()
    assert "住址已填" in page and "嘉定镇" in page


def test_a_figure_of_completeness_opens_the_households(
    ledger: Submission,
    units: dict[str, Unit],
    clerk: User,
    other_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    make_benefit(make_household(units["360722100200"], ["谢有址"], address="三组"), date(2022, 1, 1))
    make_benefit(make_household(units["360722100200"], ["谢无址"]), date(2022, 1, 1))
    address = "/reports/completeness/households/"

    def heads(user: User, **asked: str) -> set[str]:
        return {row.head.name for row in sign_in(user).get(address, asked).context["rows"]}

    assert "谢有址" in heads(clerk, known="address")
    assert "谢无址" in heads(clerk, lack="address") - heads(clerk, known="address")
    assert "谢有址" in heads(clerk, lack="complete")
    assert not {"谢有址", "谢无址"} & heads(other_clerk)
    assert "known=address" in sign_in(clerk).get("/reports/completeness/").content.decode()


def test_the_dynamic_table_ties(ledger: Submission, clerk: User, sign_in: Callable[[User], Client]) -> None:
    page = sign_in(clerk).get("/reports/civil/2022-05/").content.decode()
    assert "各单位各类别均相符" in page
    assert "保障标准相对平衡" in page


def test_a_figure_that_is_none_is_named_at_its_field_and_the_form_stays(
    ledger: Submission, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    browser, url = sign_in(clerk), f"/reports/ledgers/{ledger.pk}/fill/"
    fields = browser.get(url).context["form"].fields
    figure = next(name for name, field in fields.items() if field.validators and field.max_length == 16)
    words = next(name for name, field in fields.items() if field.max_length == 500)
    answer = browser.post(url, {figure: "三", words: "走访了全部低保户"})
    assert answer.status_code == 422
    assert "“三”不是数字" in answer.context["form"].errors[figure][0]
    assert "走访了全部低保户" in answer.content.decode()
