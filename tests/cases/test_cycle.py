"""The monthly cycle: opened for every village, signed on paper, closed on its day."""
# requirements: C01, C02

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, MonthlyCycle, VillageAttestation
from cases.services.changes import draft_stop
from cases.services.cycle import (
    Signature,
    attested,
    close_due_cycles,
    open_cycle,
    orders_of,
    sheet_paper,
    sign,
)
from cases.services.sheet_books import make_book, urge_villages
from salvation.accounts.models import User
from salvation.documents.docx import write_official
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.days import next_month, this_month
from tests.world import photo


@pytest.fixture
def benefits(units: dict[str, Unit]) -> list[Benefit]:
    """Two households in 水东村, one in 水北村."""
    places = ("360722100200", "360722100200", "360722100201")
    return [make_benefit(make_household(units[code], ["甲", "乙"]), date(2022, 1, 1)) for code in places]


@pytest.fixture
def cycle(units: dict[str, Unit], benefits: list[Benefit]) -> MonthlyCycle:
    open_cycle(county=units["360722"], month=this_month(), now=timezone.now())
    return MonthlyCycle.objects.get()


def sheet(units: dict[str, Unit], code: str = "360722100200") -> VillageAttestation:
    return VillageAttestation.objects.get(village=units[code])


def signed(found: VillageAttestation, clerk: User, *, changed: bool = False, remark: str = "") -> None:
    given = Signature("村主任", timezone.localdate(), changed, remark)
    sign(
        attestation=found, given=given, scans=[SimpleUploadedFile("扫描.jpg", photo())], actor=clerk, now=timezone.now()
    )  # fmt: skip


def test_every_village_with_somebody_helped_has_a_sheet(units: dict[str, Unit], cycle: MonthlyCycle) -> None:
    assert cycle.attestations.count() == 2
    assert (sheet(units).households, sheet(units).people) == (2, 4)


def test_opening_twice_adds_nothing(units: dict[str, Unit], cycle: MonthlyCycle) -> None:
    assert open_cycle(county=units["360722"], month=this_month(), now=timezone.now()) == 0


def test_a_town_is_asked_until_its_last_village_has_signed(
    units: dict[str, Unit], cycle: MonthlyCycle, clerk: User
) -> None:
    asked = Duty.objects.filter(kind="attestation", unit=units["360722100"], done_at__isnull=True)
    signed(sheet(units), clerk)
    assert asked.exists()
    signed(sheet(units, "360722100201"), clerk)
    assert not asked.exists()


def test_the_roster_of_next_month_asks_for_all_villages(
    units: dict[str, Unit], cycle: MonthlyCycle, clerk: User
) -> None:
    town, pay_month = units["360722100"], (next_month()).first_day
    signed(sheet(units), clerk)
    assert not attested(town, pay_month)
    signed(sheet(units, "360722100201"), clerk)
    assert attested(town, pay_month)


def test_no_change_is_signed_too_but_not_without_a_scan(
    units: dict[str, Unit], cycle: MonthlyCycle, clerk: User
) -> None:
    given = Signature("村主任", timezone.localdate(), False)
    with pytest.raises(Refusal, match="扫描件"):
        sign(attestation=sheet(units), given=given, scans=[], actor=clerk, now=timezone.now())


def test_a_change_must_be_named(units: dict[str, Unit], cycle: MonthlyCycle, clerk: User) -> None:
    with pytest.raises(Refusal, match="写明变化内容"):
        signed(sheet(units), clerk, changed=True)


def test_drafts_of_the_village_are_signed_for_with_its_sheet(
    units: dict[str, Unit], benefits: list[Benefit], cycle: MonthlyCycle, clerk: User
) -> None:
    order = draft_stop(benefit=benefits[0], reason="INCOME", note="外出务工", actor=clerk, now=timezone.now())
    signed(sheet(units), clerk, changed=True, remark="甲户务工")
    order.refresh_from_db()
    assert order.state == "VILLAGE_SIGNED"


def test_what_comes_after_the_closing_counts_a_month_later(
    units: dict[str, Unit], benefits: list[Benefit], cycle: MonthlyCycle, clerk: User
) -> None:
    county = units["360722"]
    assert close_due_cycles(county=county, on=this_month().day(24), now=timezone.now()) == 0
    assert close_due_cycles(county=county, on=this_month().day(25), now=timezone.now()) == 1
    order = draft_stop(benefit=benefits[0], reason="INCOME", note="收入", actor=clerk, now=timezone.now())
    assert order.effective_month == (this_month() + 2).first_day


def test_an_order_drafted_after_the_closing_is_on_the_next_sheet(
    units: dict[str, Unit], benefits: list[Benefit], cycle: MonthlyCycle, clerk: User
) -> None:
    MonthlyCycle.objects.update(closed_at=timezone.now())
    order = draft_stop(benefit=benefits[0], reason="INCOME", note="收入", actor=clerk, now=timezone.now())
    assert order not in orders_of(sheet(units))
    open_cycle(county=units["360722"], month=next_month(), now=timezone.now())
    late = VillageAttestation.objects.get(village=units["360722100200"], cycle__month=next_month().first_day)
    assert order in orders_of(late)


def test_the_sheet_names_everybody_and_no_number(
    units: dict[str, Unit], benefits: list[Benefit], cycle: MonthlyCycle
) -> None:
    paper = sheet_paper(sheet(units))
    text = str(paper)
    assert "2户4人" in text and "□无 □有" in text
    number = Benefit.objects.get(pk=benefits[0].pk).applicant.id_no
    assert number is not None and number.plain() not in text and number.masked() in text
    assert write_official(paper)


def test_the_pages_open_and_another_town_sees_nothing(
    units: dict[str, Unit],
    cycle: MonthlyCycle,
    clerk: User,
    other_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    client, found = sign_in(clerk), sheet(units)
    assert "水东村" in client.get(reverse("cases:attestations")).content.decode()
    assert client.get(reverse("cases:attestation", args=[found.pk])).status_code == 200
    assert client.get(reverse("cases:sign_attestation", args=[found.pk])).status_code == 200
    other = sign_in(other_clerk)
    assert other.get(reverse("cases:attestation", args=[found.pk])).status_code == 404


def test_all_sheets_of_a_town_come_in_one_file(
    units: dict[str, Unit],
    cycle: MonthlyCycle,
    clerk: User,
    other_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    book = make_book(
        unit=units["360722100"],
        month=this_month(),
        actor=clerk,
        now=timezone.now(),
        report=lambda *args: None,
    )
    assert (book.villages, book.households) == (2, 3)
    client, address = sign_in(clerk), reverse("cases:sheet_book", args=[book.pk])
    content = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"%PDF")
    assert book.name in client.get(reverse("cases:sheet_books")).content.decode()
    assert sign_in(other_clerk).get(address).status_code == 404


def test_a_town_without_sheets_is_told_so(units: dict[str, Unit], clerk: User) -> None:
    with pytest.raises(Refusal, match="还没有签字报表"):
        make_book(
            unit=units["360722100"],
            month=this_month(),
            actor=clerk,
            now=timezone.now(),
            report=lambda *a: None,
        )


def urged(units: dict[str, Unit], day: int) -> int:
    return urge_villages(county=units["360722"], on=this_month().day(day), now=timezone.now())


def test_villages_are_urged_from_the_fifteenth_and_told_upwards_on_the_last_day(
    units: dict[str, Unit], cycle: MonthlyCycle, clerk: User
) -> None:
    assert urged(units, 14) == 0
    town = units["360722100"]
    late = Duty.objects.filter(kind="attestation_late", done_at__isnull=True)
    # One of three days in a row is a working day.
    assert sum(urged(units, day) for day in (15, 16, 17)) >= 2
    assert Duty.objects.get(kind="attestation", done_at__isnull=True).title.startswith("催办")
    assert not late.exists()
    signed(sheet(units), clerk)
    assert (urged(units, 20), urged(units, 20)) == (1, 0)
    assert late.get().unit == town
    signed(sheet(units, "360722100201"), clerk)
    assert not late.exists()
