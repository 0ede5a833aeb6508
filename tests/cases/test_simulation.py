"""A proposed parameter is tried out before it is confirmed: who enters, leaves, gains, loses, and what it costs."""
# requirements: C12

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.demo.parameters import VALUES
from cases.models import Benefit, BenefitTerm, Declaration, SimulatedChange
from cases.services.simulation import simulate
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.parameters.book import Book
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_benefit, make_household

START = date(2022, 1, 1)


@pytest.fixture
def standards(in_force: Callable[[dict[str, Any]], None]) -> None:
    in_force({**VALUES, "dibao.std.rural": "600"})


@pytest.fixture
def propose(units: dict[str, Unit], county_clerk: User, standards: None) -> Callable[..., ParameterVersion]:
    def proposed(value: str, key: str = "dibao.std.rural", unit: str = "360722") -> ParameterVersion:
        return ParameterVersion.objects.create(
            key=key, unit=units[unit], value=value, valid_from=timezone.localdate(), basis="新文号", entered_by=county_clerk
        )  # fmt: skip

    return proposed


@pytest.fixture
def families(units: dict[str, Unit]) -> dict[str, Benefit | None]:
    """In 水东村 a poor one in receipt and a better-off one that only declared; in 大塘村 one in receipt."""

    def declared(village: str, name: str, yearly: str, *, paid: bool) -> Benefit | None:
        household = make_household(units[village], [name])
        income = {"member": str(household.head_id), "item": "FARM_SUBSIDY", "yearly": yearly}
        Declaration.objects.create(household=household, facts=sealed_facts.dump({"incomes": [income]}))
        return make_benefit(household, START) if paid else None

    return {
        "poor": declared("360722100200", "谢桂英", "1200", paid=True),
        "waiting": declared("360722100200", "钟小北", "7800", paid=False),
        "other_town": declared("360722101200", "赖塘生", "6600", paid=True),
    }


def run(version: ParameterVersion) -> dict[str, Any]:
    return simulate(version=version, report=lambda done, total: None)


def kinds(version: ParameterVersion) -> dict[str, str]:
    rows = SimulatedChange.objects.filter(version=version).select_related("household__head")
    return {row.household.head.name: row.kind for row in rows}


def test_a_trial_overtaken_by_the_decision_keeps_nothing(families: Any, propose: Any) -> None:
    version = propose("680")

    def decided(done: int, total: int) -> None:
        ParameterVersion.objects.filter(pk=version.pk).update(state="REJECTED")

    with pytest.raises(Refusal, match="没有保存"):
        simulate(version=version, report=decided)
    assert not SimulatedChange.objects.filter(version=version).exists()


def test_a_higher_standard_gives_more_and_lets_others_in(families: Any, propose: Any) -> None:
    version = propose("700")
    run(version)
    assert kinds(version) == {"谢桂英": "GAIN", "钟小北": "ENTER", "赖塘生": "GAIN"}


def test_a_lower_standard_takes_and_puts_out(families: Any, propose: Any) -> None:
    version = propose("500")
    run(version)
    assert kinds(version) == {"谢桂英": "LOSE", "赖塘生": "LEAVE"}


def test_the_cost_is_told_by_township(families: Any, propose: Any, units: dict[str, Unit]) -> None:
    found = run(propose("700"))["units"]
    town, other = found[str(units["360722100"].pk)], found[str(units["360722101"].pk)]
    assert (town["before"], town["after"]) == ("500.00", "650.00")
    assert (other["gain"], other["after"]) == (1, "150.00")


def test_a_towns_parameter_touches_that_town_only(families: Any, propose: Any) -> None:
    version = propose("700", unit="360722101")
    run(version)
    assert kinds(version) == {"赖塘生": "GAIN"}


def test_where_a_town_has_a_value_of_its_own_the_countys_changes_nothing(
    families: Any, propose: Any, approver: User
) -> None:
    own = propose("600", unit="360722101")
    ParameterVersion.objects.filter(pk=own.pk).update(
        state="CONFIRMED", confirmed_by=approver, confirmed_at=timezone.now()
    )
    version = propose("700")
    run(version)
    assert "赖塘生" not in kinds(version)


def test_nothing_is_decided_about_anybody(families: Any, propose: Any) -> None:
    before = list(BenefitTerm.objects.values_list("pk", "total", "months"))
    run(propose("9000"))
    assert list(BenefitTerm.objects.values_list("pk", "total", "months")) == before
    assert ParameterVersion.objects.get(value="9000").state == "PROPOSED"


def test_a_second_trial_replaces_the_first(families: Any, propose: Any) -> None:
    version = propose("700")
    run(version)
    run(version)
    assert SimulatedChange.objects.filter(version=version).count() == 3


def test_two_trials_at_once_keep_their_changes_one_after_the_other(families: Any, propose: Any) -> None:
    version = propose("700")
    with CaptureQueriesContext(connection) as asked:
        run(version)
    said = [query["sql"] for query in asked]
    locked = next(at for at, sql in enumerate(said) if "FOR NO KEY UPDATE" in sql)
    assert locked < next(at for at, sql in enumerate(said) if sql.startswith("DELETE"))


def test_a_change_is_kept_once(families: Any, propose: Any) -> None:
    version = propose("700")
    run(version)
    rows = list(SimulatedChange.objects.filter(version=version))
    for row in rows:
        row.pk = None
    with pytest.raises(IntegrityError, match="simulated_once_a_version"):
        SimulatedChange.objects.bulk_create(rows)


def test_a_marginal_household_that_rises_is_judged_once(
    units: dict[str, Unit], families: Any, propose: Any
) -> None:
    families["other_town"].terms.update(base=0, uplift=0, care=0, total=0)
    Benefit.objects.filter(pk=families["other_town"].pk).update(program="MARGINAL")
    Declaration.objects.filter(household=families["other_town"].household).update(
        facts=sealed_facts.dump({"incomes": [marginal_income(families["other_town"])]})
    )
    version = propose("700")
    found = run(version)["units"][str(units["360722101"].pk)]
    assert (found["judged"], found["enter"]) == (1, 1)


def marginal_income(benefit: Benefit) -> dict[str, str]:
    return {"member": str(benefit.household.head_id), "item": "FARM_SUBSIDY", "yearly": "7800"}


def test_the_book_takes_a_proposal_only_where_it_is_asked_to(units: dict[str, Unit], propose: Any) -> None:
    version, today = propose("700"), timezone.localdate()
    assert Book(unit=units["360722100"], on=today)["dibao.std.rural"] == "600"
    assert Book(unit=units["360722100"], on=today, also=version)["dibao.std.rural"] == "700"
    assert Book(unit=units["140431100"], on=today, also=version).values().get("dibao.std.rural") != "700"


def test_the_page_that_decides_shows_it(
    families: Any, propose: Any, approver: User, sign_in: Callable[[User], Client], settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.CELERY_TASK_ALWAYS_EAGER = True
    version, client = propose("700"), sign_in(approver)
    assert "确认前先试算" in client.get(f"/parameters/{version.pk}/").content.decode()
    run_of(client, version, django_capture_on_commit_callbacks)
    page = client.get(f"/parameters/{version.pk}/").content.decode()
    assert "谢桂英" in page
    assert "嘉定镇" in page


def run_of(client: Client, version: ParameterVersion, capture: Any) -> None:
    from celery import current_app  # noqa: PLC0415 - eager for this test only

    before, current_app.conf.task_always_eager = current_app.conf.task_always_eager, True
    try:
        with capture(execute=True):
            client.post(f"/cases/parameters/{version.pk}/simulate/")
    finally:
        current_app.conf.task_always_eager = before


def test_households_are_named_to_those_who_see_them(
    families: Any, propose: Any, clerk: User, other_clerk: User, sign_in: Any
) -> None:
    version = propose("700")
    run(version)
    page = sign_in(other_clerk).get(f"/cases/parameters/{version.pk}/effects/").content.decode()
    assert "赖塘生" in page
    assert "谢桂英" not in page
    poor = families["poor"]
    Recusal.objects.create(user=clerk, person_id=poor.applicant_id, reason="近亲属")
    assert "谢桂英" not in sign_in(clerk).get(f"/cases/parameters/{version.pk}/effects/").content.decode()


def test_a_key_that_no_rule_reads_has_no_trial(propose: Any, approver: User, sign_in: Any) -> None:
    version = propose("3", key="panel.quorum")
    assert "影响试算" not in sign_in(approver).get(f"/parameters/{version.pk}/").content.decode()


def test_a_key_that_is_no_longer_declared_gets_404(propose: Any, approver: User, sign_in: Any) -> None:
    version = propose("3", key="gone.key")
    assert sign_in(approver).get(f"/parameters/{version.pk}/").status_code == 404
    assert sign_in(approver).post(f"/parameters/{version.pk}/").status_code == 404


def test_a_clerk_does_not_start_a_trial(propose: Any, clerk: User, sign_in: Any) -> None:
    assert sign_in(clerk).post(f"/cases/parameters/{propose('700').pk}/simulate/").status_code == 403
