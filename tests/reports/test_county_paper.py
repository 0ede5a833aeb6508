"""The county's table on paper is made by a job and kept sealed for whoever asked for it."""
# requirements: L01

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import reports.jobs
from reports.governance.export import Paper
from reports.governance.services import close_month
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.jobs.models import Run
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household

MAY = Month(2022, 5)
ADDRESS = "/reports/governance/2022-05/"


@pytest.fixture(autouse=True)
def frozen(units: dict[str, Unit]) -> None:
    for town in ("360722100200", "360722101200"):
        make_benefit(make_household(units[town], ["甲"]), date(2022, 1, 1))
    now = timezone.make_aware(timezone.datetime(2022, 7, 1, 2))
    close_month(county=units["360722"], month=MAY, now=now)


@pytest.fixture
def bureau(county_clerk: User, sign_in: Any) -> Client:
    client: Client = sign_in(county_clerk)
    return client


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The units of every paper made, without laying it out."""
    found: list[list[str]] = []

    def paper(county: Unit, month: Month, units: Any, **_: Any) -> Paper:
        found.append([unit.name for unit in units])
        return Paper("表.pdf", b"%PDF" + bytes([len(found)]), "0" * 64, len(units))

    monkeypatch.setattr(reports.jobs, "county_paper", paper)
    return found


def made(client: Client, callbacks: Any) -> Run:
    with callbacks(execute=True):
        answer = client.post(ADDRESS, {"format": "pdf"})
    run = Run.objects.get(job=reports.jobs.PAPER)
    assert answer.url == reverse("web:job", args=[run.pk])
    return run


def test_the_paper_is_made_by_a_job_and_given_out_journalled(
    bureau: Client, django_capture_on_commit_callbacks: Any
) -> None:
    run = made(bureau, django_capture_on_commit_callbacks)
    assert run.state == Run.State.DONE
    assert f'href="{ADDRESS}?file={run.pk}" hx-boost="false">下载文件' in bureau.get(
        reverse("web:job", args=[run.pk])
    ).content.decode().replace("&#x3D;", "=")
    answer = bureau.get(ADDRESS, {"file": run.pk})
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    entry = Entry.objects.filter(action="export").latest("id")
    assert entry.facts["format"] == "pdf" and entry.facts["digest"] == run.result["kept"]["digest"]


def test_nobody_else_gets_the_paper(
    bureau: Client,
    sign_in: Any,
    clerk: User,
    printed: list[list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    run = made(bureau, django_capture_on_commit_callbacks)
    assert sign_in(clerk).get(ADDRESS, {"file": run.pk}).status_code == 404
    assert bureau.get(ADDRESS.replace("05", "04"), {"file": run.pk}).status_code == 404
    assert bureau.get(ADDRESS, {"file": "²"}).status_code == 404


def test_a_paper_made_again_takes_the_place_of_the_one_before(
    bureau: Client,
    settings: Any,
    printed: list[list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    first = made(bureau, django_capture_on_commit_callbacks).result["kept"]["stored_as"]
    second = made(bureau, django_capture_on_commit_callbacks).result["kept"]["stored_as"]
    kept = {path.name for path in Path(settings.MEDIA_ROOT).glob("*/*")}
    assert second in kept and first not in kept
    assert len(printed) == 2 and len(printed[0]) > 1
