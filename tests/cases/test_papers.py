"""Papers of a case are seen by whoever sees the case, and by nobody else."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from cases.models import Application
from cases.services.applications import create_application
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.files.models import Attachment
from salvation.files.services import add_attachment
from salvation.units.models import Unit
from tests.builders import make_household


@pytest.fixture
def paper(units: dict[str, Unit], clerk: User) -> Attachment:
    household = make_household(units["360722100200"], ["谢桂英"])
    application: Application = create_application(
        household=household,
        program="DIBAO_RURAL",
        applied_on=date(2022, 5, 1),
        actor=clerk,
        now=timezone.now(),
    )
    stream = BytesIO()
    Image.new("RGB", (9, 9)).save(stream, "JPEG")
    return add_attachment(
        subject=application, unit=household.handling_unit, village=household.village, kind="MATERIAL", name="户口簿.jpg",
        content=stream.getvalue(), actor=clerk,
    )  # fmt: skip


def test_the_towns_clerk_opens_a_paper_of_his_case(
    paper: Attachment, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(clerk).get(f"/files/{paper.pk}/")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xff\xd8")


def test_finance_sees_no_papers_of_cases(
    paper: Attachment, finance: User, sign_in: Callable[[User], Client]
) -> None:
    assert sign_in(finance).get(f"/files/{paper.pk}/").status_code == 404


def test_a_recused_colleague_sees_neither_the_case_nor_its_papers(
    paper: Attachment, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = Application.objects.get()
    Recusal.objects.create(user=clerk, person_id=application.applicant_id, reason="本人近亲属")
    client = sign_in(clerk)
    assert client.get(f"/cases/applications/{application.pk}/").status_code == 404
    assert client.get(f"/files/{paper.pk}/").status_code == 404
