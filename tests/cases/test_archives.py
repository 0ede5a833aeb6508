"""一户一档: matters are filed when they are closed, what is missing is named, the whole goes out as one PDF for a purpose."""
# requirements: K01

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject

from cases.models import ArchiveBundle, ArchivedMatter, CaseArchive, Household, ReviewTask
from cases.services.applications import create_application
from cases.services.archives import catalogue, file_closed, look_again
from cases.services.bundles import ask_for_bundle, let_go, make_bundle, read_bundle
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.accounts.services import create_user, grant_post
from salvation.domain.errors import Refusal
from salvation.files.services import add_attachment
from salvation.files.whole import decide_whole, requests_for
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_benefit, make_check, make_household, make_visited

VILLAGE = "360722100200"


def photo() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (40, 30), "white").save(stream, "JPEG")
    return stream.getvalue()


def pages(count: int) -> bytes:
    writer, stream = PdfWriter(), BytesIO()
    for _ in range(count):
        writer.add_blank_page(width=595, height=842)
    writer.write(stream)
    return stream.getvalue()


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units[VILLAGE], ["谢桂英", "谢建国"])


@pytest.fixture
def withdrawn(household: Household, clerk: User) -> Any:
    """An application with everything handed in on paper and nothing scanned, given up by the family."""
    application = create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=timezone.now(),
        **COMPLETE,
    )  # fmt: skip
    for step, comment in (("submit", ""), ("accept", ""), ("withdraw", "已外出务工")):
        perform(subject=application, step=step, actor=clerk, now=timezone.now(), comment=comment)
    return application


def attach(application: Any, clerk: User, kind: str, name: str, content: bytes) -> None:
    add_attachment(
        subject=application, unit=application.unit, village=application.village, kind=kind, name=name, content=content,
        actor=clerk,
    )  # fmt: skip


def bundle_of(household: Household, user: User) -> tuple[ArchiveBundle, PdfReader]:
    now = timezone.now()
    asked = ask_for_bundle(household=household, purpose="县局档案检查", actor=user, now=now)
    made = make_bundle(bundle=asked, now=now, progress=lambda done, total: None)
    consent_to(made)
    return made, PdfReader(BytesIO(read_bundle(bundle=made, actor=user)))


def consent_to(bundle: ArchiveBundle) -> None:
    """A second person of the county agrees that it leaves the system."""
    county = bundle.household.county
    boss = User.objects.filter(username="consenting").first()
    if boss is None:
        boss = create_user(
            username="consenting", name="郭局长", password="correct-horse-7", actor=None, demo=True
        )
        grant_post(
            user=boss, role="COUNTY_APPROVER", unit=county, start=date(2020, 1, 1), end=None, actor=None
        )
        boss = User.objects.get(pk=boss.pk)
    asked = requests_for(bundle, bundle.requested_by).get()
    decide_whole(request_id=asked.pk, approve=True, actor=boss, now=timezone.now())


def text(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def test_the_step_that_closes_a_matter_files_it_under_a_number(withdrawn: Any) -> None:
    archive = CaseArchive.objects.get(household=withdrawn.household)
    matter = archive.matters.get()
    assert archive.no.startswith(f"DA360722100-{timezone.localdate().year}-")
    assert (matter.number, matter.subject_id, matter.closed_on) == (1, withdrawn.pk, timezone.localdate())


def test_a_household_has_one_archive_whatever_happens_to_it(
    withdrawn: Any, household: Household, units: dict[str, Unit]
) -> None:
    benefit = make_benefit(household, date(2022, 1, 1))
    done = {"due_on": date(2022, 6, 1), "done_on": date(2022, 5, 20), "outcome": "SAME"}
    ReviewTask.objects.create(
        benefit=benefit, unit=benefit.unit, village=benefit.village, source="DUE", **done
    )
    assert file_closed(county=units["360722"], now=timezone.now()) == 1
    assert [one.number for one in CaseArchive.objects.get(household=household).matters.all()] == [1, 2]


def test_filing_again_files_nothing_twice(withdrawn: Any, units: dict[str, Unit]) -> None:
    assert file_closed(county=units["360722"], now=timezone.now()) == 0
    assert ArchivedMatter.objects.count() == 1


def test_what_was_handed_in_on_paper_and_not_scanned_is_missing(withdrawn: Any) -> None:
    missing = ArchivedMatter.objects.get().missing
    assert "申请书（没有扫描件）" in missing
    assert "核对授权书（没有扫描件）" in missing


def test_a_confirmed_case_needs_visit_notice_photos_and_an_answer_in_writing(
    household: Household, units: dict[str, Unit], clerk: User
) -> None:
    make_visited(household, "CONFIRMED", decided_on=timezone.localdate())
    file_closed(county=units["360722"], now=timezone.now())
    missing = ArchivedMatter.objects.get().missing
    wanted = {
        "入户调查记录",
        "家庭经济状况核算表",
        "集体审批决议",
        "公示单",
        "公示开始、结束照片",
        "告知决定的文书",
    }
    assert wanted <= set(missing)


def test_a_scan_that_is_added_is_found_by_the_next_check(
    withdrawn: Any, household: Household, units: dict[str, Unit], clerk: User
) -> None:
    attach(withdrawn, clerk, "MATERIAL:application", "申请书.jpg", photo())
    look_again(county=units["360722"], now=timezone.now())
    missing = ArchivedMatter.objects.get().missing
    assert "申请书（没有扫描件）" not in missing
    assert "诚信承诺书（没有扫描件）" in missing


def test_whoever_looks_again_stands_in_the_journal_with_what_was_found(
    withdrawn: Any, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    sign_in(clerk).post(reverse("cases:check_archive", args=[withdrawn.household_id]))
    entry = Entry.objects.get(action="archive.check")
    assert (entry.actor, entry.subject_id) == (clerk, withdrawn.household_id)
    assert entry.facts == {"matters": 1, "lacking": 1}


def test_the_list_is_filtered_by_what_is_missing(
    withdrawn: Any, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    browser, address = sign_in(clerk), reverse("cases:archives")
    assert "谢桂英" in browser.get(address, {"state": "LACKING"}).content.decode()
    assert "谢桂英" not in browser.get(address, {"state": "WHOLE"}).content.decode()


def test_the_archive_stands_on_the_household_page(
    withdrawn: Any, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get(reverse("cases:household", args=[withdrawn.household_id]), {"tab": "archive"})
    words = page.content.decode()
    assert "缺件" in words
    assert withdrawn.no in words
    assert "办理经过" in words


def test_reports_of_core_checks_are_listed_for_those_who_may_see_them(
    withdrawn: Any, household: Household, clerk: User, make_user: Callable[..., User]
) -> None:
    check = make_check(withdrawn)
    worker = make_user("worker", "VILLAGE_WORKER", VILLAGE)

    def titles(user: User) -> list[str]:
        return [entry.piece.title for matter in catalogue(household, user) for entry in matter.entries]

    assert f"核对报告{check.no}" in titles(clerk)
    assert f"核对报告{check.no}" not in titles(worker)
    assert catalogue(household, worker)[0].hidden == 1


def test_a_bundle_has_a_cover_a_directory_with_hashes_and_every_piece(
    withdrawn: Any, household: Household, clerk: User
) -> None:
    attach(withdrawn, clerk, "MATERIAL:application", "申请书.jpg", photo())
    attach(withdrawn, clerk, "MATERIAL:hukou", "户口簿.pdf", pages(3))
    made, reader = bundle_of(household, clerk)
    words = text(reader)
    assert "卷内目录" in words
    assert "县局档案检查" in words
    assert withdrawn.household.archive.no in words
    assert reader.outline
    kept = [entry.piece.attachment for matter in catalogue(household, clerk) for entry in matter.entries]
    assert all(one.sha256 in words for one in kept if one)
    # A photo, three pages of a PDF, the course of the matter; the directory is not counted.
    assert (made.pages, f"第{made.pages}页" in words) == (5, True)


def test_what_cannot_be_shown_as_pages_is_attached_as_it_is(
    withdrawn: Any, household: Household, clerk: User
) -> None:
    damaged = b"%PDF-1.7\nnothing more"
    attach(withdrawn, clerk, "MATERIAL:application", "申请书.pdf", damaged)
    _, reader = bundle_of(household, clerk)
    assert reader.attachments["申请书.pdf"] == [damaged]
    assert "已加密或损坏" in text(reader)


def odd(key: str, value: Any) -> bytes:
    writer, stream = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)[NameObject(key)] = value
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("/MediaBox", NumberObject(1)),
        ("/Resources", DictionaryObject({NameObject("/Font"): NumberObject(1)})),
    ],
)
def test_a_page_that_takes_no_number_does_not_stop_the_bundle(
    key: str, value: Any, withdrawn: Any, household: Household, clerk: User
) -> None:
    attach(withdrawn, clerk, "MATERIAL:application", "申请书.pdf", odd(key, value))
    attach(withdrawn, clerk, "MATERIAL:hukou", "户口簿.pdf", pages(3))
    made, reader = bundle_of(household, clerk)
    assert list(reader.attachments) == ["申请书.pdf"]
    assert text(reader).count("第1页") == 1
    assert made.pages == 5


def test_a_bundle_is_fetched_by_whoever_asked_for_it_and_each_time_journalled(
    withdrawn: Any, household: Household, clerk: User, make_user: Callable[..., User]
) -> None:
    made, _ = bundle_of(household, clerk)
    read = Entry.objects.filter(action="archive.read")
    assert read.get().facts["purpose"] == "县局档案检查"
    with pytest.raises(Refusal, match="制作人"):
        read_bundle(bundle=made, actor=make_user("second", "TOWN_CLERK", "360722100"))
    assert read.count() == 1


def test_without_the_consent_of_a_second_person_no_bundle_leaves(
    withdrawn: Any, household: Household, clerk: User
) -> None:
    asked = ask_for_bundle(household=household, purpose="县局档案检查", actor=clerk, now=timezone.now())
    made = make_bundle(bundle=asked, now=timezone.now(), progress=lambda done, total: None)
    with pytest.raises(Refusal, match="第二人批准"):
        read_bundle(bundle=made, actor=clerk)
    consent_to(made)
    assert read_bundle(bundle=made, actor=clerk).startswith(b"%PDF")
    facts = Entry.objects.get(action="archive.read").facts
    assert (facts["reason"], facts["approved_by"]) == ("县局档案检查", "郭局长")


def test_a_bundle_goes_after_a_week(
    withdrawn: Any, household: Household, clerk: User, units: dict[str, Unit]
) -> None:
    made, _ = bundle_of(household, clerk)
    later = timezone.localdate() + timedelta(days=8)
    assert let_go(county_id=units["360722"].pk, on=later) == 1
    made.refresh_from_db()
    with pytest.raises(Refusal, match="到期清除"):
        read_bundle(bundle=made, actor=clerk)


def test_without_a_purpose_no_bundle_is_made(household: Household, clerk: User) -> None:
    with pytest.raises(Refusal, match="用途"):
        ask_for_bundle(household=household, purpose="查", actor=clerk, now=timezone.now())


def test_a_village_worker_reads_the_directory_and_takes_nothing_out(
    withdrawn: Any, household: Household, make_user: Callable[..., User]
) -> None:
    worker = make_user("worker", "VILLAGE_WORKER", VILLAGE)
    assert catalogue(household, worker)
    with pytest.raises(PermissionDenied):
        ask_for_bundle(household=household, purpose="县局档案检查", actor=worker, now=timezone.now())


def test_whoever_stands_back_from_a_family_finds_no_archive(
    withdrawn: Any, household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    asked = ask_for_bundle(household=household, purpose="县局档案检查", actor=clerk, now=timezone.now())
    Recusal.objects.create(user=clerk, person_id=household.head_id, reason="近亲属")
    browser = sign_in(clerk)
    assert browser.get(reverse("cases:household", args=[household.pk])).status_code == 404
    assert "谢桂英" not in browser.get(reverse("cases:archives")).content.decode()
    asked.requested_by = User.objects.get(pk=clerk.pk)
    with pytest.raises(Http404):
        make_bundle(bundle=asked, now=timezone.now(), progress=lambda done, total: None)


def test_a_clerk_of_another_town_gets_404(
    withdrawn: Any, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    browser = sign_in(other_clerk)
    assert browser.get(reverse("cases:new_bundle", args=[withdrawn.household_id])).status_code == 404
    assert withdrawn.household.archive.no not in browser.get(reverse("cases:archives")).content.decode()


def test_the_job_makes_the_bundle_from_the_page(
    withdrawn: Any, clerk: User, sign_in: Callable[[User], Client], settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.CELERY_TASK_ALWAYS_EAGER = True
    browser = sign_in(clerk)
    sent = {"purpose": "县局档案检查", "_once": "7d1c4a56-6a5c-4a3e-9a50-6b1f5a0a1f11", "_act": "confirmed"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(reverse("cases:new_bundle", args=[withdrawn.household_id]), sent)
    assert answer.status_code == 302
    made = ArchiveBundle.objects.get()
    assert made.stored_as
    page = reverse("cases:bundle", args=[made.pk])
    assert "等待第二人批准下载" in browser.get(page).content.decode()
    assert browser.get(reverse("cases:bundle_file", args=[made.pk])).status_code == 409
    consent_to(made)
    assert "下载 PDF" in browser.get(page).content.decode()
    assert browser.get(reverse("cases:bundle_file", args=[made.pk])).status_code == 200
