"""Recognition of 低保边缘 and 支出型 households: a paper of its own, a validity, a reminder, papers taken over again."""
# requirements: B30

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.documents.recognition import RECOGNITION
from cases.models import Application, Assessment, Benefit, LifeEvent
from cases.services.benefits import Share, open_benefit
from cases.services.reviews import note_events
from salvation.accounts.models import User
from salvation.documents.models import Document
from salvation.documents.services import draft_document
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_household, make_visited
from tests.days import this_month


def confirmed(units: dict[str, Unit], program: str, first: Month | None = None) -> Application:
    """A confirmed recognition of two people from a month on."""
    household = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    application = make_visited(household, state="CONFIRMED", decided_on=timezone.localdate(), level="COUNTY")
    Application.objects.filter(pk=application.pk).update(program=program)
    application.refresh_from_db()
    spent = {"label": "刚性支出总额", "formula": "", "amount": "15000.00", "article": ""}
    application.assessment = Assessment.objects.create(
        application=application, household=household, program=program, on=timezone.localdate(), eligible=True, base=0,
        uplift=0, total=0, annual_income=Decimal(20000), per_capita=Decimal("833.33"), people=2, made_at=timezone.now(),
        result=sealed_facts.dump({"working": [spent], "members": [], "failed": []}), facts=sealed_facts.dump({}),
    )  # fmt: skip
    shares = [Share(member.person_id) for member in household.members.all()]
    application.benefit = open_benefit(
        application=application, assessment=application.assessment, shares=shares, first=first or this_month()
    )
    application.save(update_fields=["assessment", "benefit"])
    return Application.objects.get(pk=application.pk)


def words(application: Application, actor: User) -> str:
    document = draft_document(
        kind=RECOGNITION, subject=application, given={}, actor=actor, now=timezone.now()
    )
    return repr(Document.objects.get(pk=document.pk).paper())


@pytest.mark.parametrize("program", ["MARGINAL", "RIGID_EXPENSE"])
def test_a_recognition_ends_after_twelve_months(units: dict[str, Unit], program: str) -> None:
    benefit = confirmed(units, program).benefit
    assert (benefit.stop_month, benefit.stop_reason) == ((this_month() + 12).first_day, "EXPIRED")


def test_a_recognition_says_validity_and_no_money(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = confirmed(units, "MARGINAL", this_month() + 1)
    client = sign_in(clerk)
    page = client.get(reverse("cases:application", args=[application.pk])).content.decode()
    assert "不发月补助" in page and "起发放" not in page
    page = client.get(reverse("cases:benefit", args=[application.benefit_id])).content.decode()
    assert "有效期至" in page and "停发原因" not in page and "不发月补助" in page
    tab = client.get(
        reverse("cases:application", args=[application.pk]), {"tab": "documents"}
    ).content.decode()
    assert "不予受理决定书" not in tab


def test_its_paper_names_validity_people_and_the_share_of_spending(
    units: dict[str, Unit], county_clerk: User
) -> None:
    application = confirmed(units, "RIGID_EXPENSE")
    said = words(application, county_clerk)
    assert "占家庭年收入的75.0%" in said
    assert f"起至{(this_month() + 11).year}年{(this_month() + 11).month}月止" in said
    assert "谢建国" in said


def test_low_income_has_the_paper_and_dibao_has_not(units: dict[str, Unit], county_clerk: User) -> None:
    assert "不发放基本生活救助金" in words(confirmed(units, "MARGINAL"), county_clerk)
    dibao = make_visited(make_household(units["360722100200"], ["低保户"]), state="CONFIRMED")
    with pytest.raises(Refusal, match="只用于低保边缘"):
        draft_document(kind=RECOGNITION, subject=dibao, given={}, actor=county_clerk, now=timezone.now())


def test_the_end_is_a_reminder_a_month_ahead(units: dict[str, Unit]) -> None:
    benefit = confirmed(units, "MARGINAL").benefit
    day = benefit.stop_month - timedelta(days=20)
    note_events(county=units["360722"], on=day)
    assert LifeEvent.objects.get(kind="RECOGNITION_ENDS").benefit == benefit
    assert Benefit.objects.get().stop_reason == "EXPIRED"
