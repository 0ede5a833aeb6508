"""无纸化审核审批: the county's switch, electronic signatures, papers that are verified when they come back (B23)."""
# requirements: B23

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document as Word

from cases.models import Application, Material, Person, VillageAttestation
from cases.services.cycle import Signature, open_cycle, sign
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.documents.copies import CHANGED, SAME, VOID, fingerprint, hand_out_declared, verify
from salvation.documents.declared import KINDS, from_plain, to_plain
from salvation.documents.models import Document, PrintedCopy
from salvation.documents.official import SEAL_PLACE, Break, Line, Paper
from salvation.documents.services import document_file, print_form
from salvation.documents.writers import shown_code
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.services import add_attachment
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from tests.builders import hand_in, make_benefit, make_household

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
    "7753de0000000c49444154789c63f8ffff3f0005fe02fea7356ab70000000049454e44ae426082"
)


@pytest.fixture
def switch(units: dict[str, Unit], county_clerk: User, approver: User) -> Callable[[], None]:
    """The county works without paper from last year on."""

    def on() -> None:
        ParameterVersion.objects.create(
            key="paperless.on", unit=units["360722"], value=True, valid_from=date(2020, 1, 1), basis="县局文件", state="CONFIRMED",
            entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
        )  # fmt: skip

    return on


@pytest.fixture
def application(units: dict[str, Unit], clerk: User) -> Application:
    return hand_in(make_household(units["360722100200"], ["谢桂英", "谢建国"]), clerk, "submit")


def accept(application: Application, clerk: User) -> Document:
    perform(subject=application, step="accept", actor=clerk, now=timezone.now())
    return Document.objects.get(code="accepted")


def issue(document: Document, actor: User) -> Document:
    perform(subject=document, step="issue", actor=actor, now=timezone.now())
    document.refresh_from_db()
    return document


def scan_everything(application: Application, clerk: User) -> None:
    for row in Material.objects.filter(application=application):
        add_attachment(
            subject=application,
            unit=application.unit,
            kind=row.file_kind,
            name="扫描.png",
            content=PIXEL,
            actor=clerk,
        )


def copy_of(document: Document, actor: User, form: str = "pdf") -> tuple[PrintedCopy, bytes]:
    content = document_file(document=document, form=form, actor=actor)
    return PrintedCopy.objects.latest("pk"), content


def standing(actor: User, **given: Any) -> list[str]:
    return [one.standing for one in verify(actor=actor, **given)]


def words(content: bytes) -> str:
    book = Word(BytesIO(content))
    foot = [paragraph.text for paragraph in book.sections[0].footer.paragraphs]
    return "\n".join([*(paragraph.text for paragraph in book.paragraphs), *foot])


def test_every_copy_carries_a_code_of_letters_that_leads_back_to_it(
    application: Application, clerk: User
) -> None:
    document = issue(accept(application, clerk), clerk)
    copy, content = copy_of(document, clerk, "docx")
    assert re.fullmatch("[A-HJ-NP-Z]{12}", copy.code)
    assert f"核验码 {shown_code(copy.code)}" in words(content)
    (found,) = verify(actor=clerk, text=shown_code(copy.code).lower())
    assert (found.copy, found.document, found.standing) == (copy, document, SAME)


def test_two_copies_of_one_paper_say_the_same_under_two_codes(application: Application, clerk: User) -> None:
    document = issue(accept(application, clerk), clerk)
    (first, _), (second, _) = copy_of(document, clerk), copy_of(document, clerk)
    assert first.content_sha256 == second.content_sha256 == document.sha256
    assert first.code != second.code


def test_the_file_itself_is_recognised_and_a_changed_one_is_not(
    application: Application, clerk: User
) -> None:
    document = issue(accept(application, clerk), clerk)
    _, content = copy_of(document, clerk)
    (found,) = verify(actor=clerk, content=content)
    assert (found.whole, found.document) == (True, document)
    assert verify(actor=clerk, content=content.replace(b"%PDF", b"%PDG")) == []


@pytest.mark.parametrize("said", ["{number}", "{brackets}", "{digest}"])
def test_an_older_paper_is_found_by_its_number_or_checksum(
    said: str, application: Application, clerk: User
) -> None:
    document = issue(accept(application, clerk), clerk)
    number = document.number or ""
    text = said.format(
        number=number, brackets=number.replace("〔", "[").replace("〕", "]"), digest=document.sha256[:16]
    )
    assert [one.document for one in verify(actor=clerk, text=text)] == [document]


def test_a_draft_is_changed_by_being_issued_and_a_void_paper_says_so(
    application: Application, clerk: User
) -> None:
    document = accept(application, clerk)
    drafted, _ = copy_of(document, clerk)
    issue(document, clerk)
    assert standing(clerk, text=drafted.code) == [CHANGED]
    issued, _ = copy_of(document, clerk)
    perform(subject=document, step="void", actor=clerk, now=timezone.now(), comment="写错")
    assert standing(clerk, text=issued.code) == [VOID]


def test_a_form_is_compared_with_what_the_record_says_now(application: Application, clerk: User) -> None:
    accept(application, clerk)
    print_form(kind=KINDS["survey-form"], subject=application, form="pdf", actor=clerk)
    copy = PrintedCopy.objects.latest("pk")
    assert standing(clerk, text=copy.code) == [SAME]
    Person.objects.filter(pk=application.applicant_id).update(name="谢改名")
    assert standing(clerk, text=copy.code) == [CHANGED]


def test_the_day_of_printing_is_no_change_of_a_form() -> None:
    paper = Paper(
        "表", "", (Line("甲"), Break()), "镇", date(2022, 1, 1), plain=True, trace="打印 甲", mark="草稿"
    )
    other = Paper("表", "", (Line("甲"), Break()), "镇", date(2022, 1, 2), plain=True)
    assert fingerprint(paper) == fingerprint(other)
    assert from_plain(to_plain(paper)).body == paper.body


def test_whoever_may_not_see_the_record_is_told_nothing(
    application: Application, clerk: User, other_clerk: User, outsider: User
) -> None:
    document = issue(accept(application, clerk), clerk)
    copy, content = copy_of(document, clerk)
    for actor in (other_clerk, outsider):
        assert verify(actor=actor, text=copy.code) == []
        assert verify(actor=actor, text=str(document.number)) == []
        assert verify(actor=actor, text=document.sha256) == []
        assert verify(actor=actor, content=content) == []


def test_an_official_who_must_stand_back_is_told_nothing(
    application: Application, clerk: User, leader: User
) -> None:
    document = issue(accept(application, clerk), clerk)
    copy, _ = copy_of(document, clerk)
    Recusal.objects.create(user=leader, person_id=application.applicant_id, reason="近亲属")
    assert verify(actor=User.objects.get(pk=leader.pk), text=copy.code) == []


def test_the_page_gives_the_same_answer_for_a_wrong_code_and_a_code_out_of_reach(
    application: Application, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    copy, _ = copy_of(issue(accept(application, clerk), clerk), clerk)
    client, address = sign_in(other_clerk), reverse("documents:verify")
    answers = [client.post(address, {"text": code}).content.decode() for code in (copy.code, "A" * 12)]
    told = [re.search(r"<h2>没有查到</h2><p>(.*?)</p>", answer) for answer in answers]
    said = [
        found[1].replace(code, "码") for found, code in zip(told, (copy.code, "A" * 12), strict=True) if found
    ]
    assert len(said) == 2
    assert said[0] == said[1]
    assert all("谢桂英" not in answer for answer in answers)


def test_the_page_verifies_a_code_from_the_address_and_an_uploaded_file(
    application: Application, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    document = issue(accept(application, clerk), clerk)
    copy, content = copy_of(document, clerk)
    client, address = sign_in(clerk), reverse("documents:verify")
    by_code = client.get(address, {"text": shown_code(copy.code)}).content.decode()
    assert str(document.number) in by_code
    assert reverse("documents:document", args=[document.pk]) in by_code
    by_file = client.post(address, {"file": SimpleUploadedFile("文书.pdf", content)}).content.decode()
    assert "就是系统出具的原文件" in by_file


@pytest.mark.parametrize("text", ["", "   ", "%00", "〔2022〕", "'; drop table", "甲" * 80])
def test_nonsense_is_answered_plainly(text: str, clerk: User, sign_in: Callable[[User], Client]) -> None:
    answer = sign_in(clerk).post(reverse("documents:verify"), {"text": text})
    said = answer.content.decode()
    assert (answer.status_code, "没有查到" in said or "请输入核验码" in said) in {(200, True), (422, True)}


def test_every_look_is_journalled(application: Application, clerk: User, other_clerk: User) -> None:
    copy, _ = copy_of(issue(accept(application, clerk), clerk), clerk)
    verify(actor=clerk, text=copy.code)
    verify(actor=other_clerk, text=copy.code)
    told = (
        Entry.objects.filter(action="document.verify").order_by("pk").values_list("facts__title", flat=True)
    )
    assert list(told) == [copy.title, "没有查到"]


def test_what_is_kept_of_a_copy_never_changes(application: Application, clerk: User) -> None:
    copy, _ = copy_of(issue(accept(application, clerk), clerk), clerk)
    with pytest.raises(InternalError), transaction.atomic():
        PrintedCopy.objects.filter(pk=copy.pk).update(content_sha256="0" * 64)


def test_without_the_switch_papers_look_as_before(application: Application, clerk: User) -> None:
    document = issue(accept(application, clerk), clerk)
    assert SEAL_PLACE not in words(document_file(document=document, form="docx", actor=clerk))


def test_with_the_switch_a_paper_carries_the_signature_and_the_place_of_the_seal(
    switch: Callable[[], None], application: Application, clerk: User
) -> None:
    switch()
    scan_everything(application, clerk)
    document = issue(accept(application, clerk), clerk)
    told = words(document_file(document=document, form="docx", actor=clerk))
    assert f"电子签名：{clerk}" in told
    assert SEAL_PLACE in told
    assert document_file(document=document, form="pdf", actor=clerk).startswith(b"%PDF")
    assert standing(clerk, text=PrintedCopy.objects.latest("pk").code) == [SAME]


def test_with_the_switch_a_form_shows_who_took_which_step(
    switch: Callable[[], None], application: Application, clerk: User
) -> None:
    switch()
    scan_everything(application, clerk)
    accept(application, clerk)
    told = words(print_form(kind=KINDS["survey-form"], subject=application, form="docx", actor=clerk))
    assert f"电子签名：受理　{clerk}" in told


def test_with_the_switch_nothing_is_accepted_on_paper_alone(
    switch: Callable[[], None], application: Application, clerk: User
) -> None:
    switch()
    with pytest.raises(Refusal, match=r"无纸化.*申请书.*照片或扫描件"):
        accept(application, clerk)
    scan_everything(application, clerk)
    assert accept(application, clerk).state == "DRAFT"


def test_a_piece_taken_over_from_an_earlier_file_needs_no_new_scan(
    switch: Callable[[], None], application: Application, clerk: User
) -> None:
    switch()
    scan_everything(application, clerk)
    earlier = Material.objects.get(application=application, code="hukou")
    again = Material(application=application, code="again", label="户口簿", taken_from=earlier)
    assert again.has_files()


@pytest.fixture
def village_worker(make_user: Callable[..., User]) -> User:
    return make_user("village", "VILLAGE_WORKER", "360722100200", "村主任")


@pytest.fixture
def sheet(units: dict[str, Unit]) -> VillageAttestation:
    make_benefit(make_household(units["360722100200"], ["甲"]), date(2022, 1, 1))
    open_cycle(county=units["360722"], month=Month.of(timezone.localdate()), now=timezone.now())
    return VillageAttestation.objects.get(village=units["360722100200"])


def test_with_the_switch_a_village_signs_its_sheet_by_its_own_account(
    switch: Callable[[], None], sheet: VillageAttestation, village_worker: User
) -> None:
    switch()
    given = Signature("村主任", timezone.localdate(), False, "")
    sign(attestation=sheet, given=given, scans=[], actor=village_worker, now=timezone.now())
    sheet.refresh_from_db()
    assert (sheet.signer, sheet.registered_by) == ("村主任", village_worker)


def test_without_the_switch_the_village_account_signs_nothing(
    sheet: VillageAttestation, village_worker: User, sign_in: Callable[[User], Client]
) -> None:
    given = Signature("村主任", timezone.localdate(), False, "")
    with pytest.raises(PermissionDenied):
        sign(attestation=sheet, given=given, scans=[], actor=village_worker, now=timezone.now())
    answer = sign_in(village_worker).get(reverse("cases:sign_attestation", args=[sheet.pk]))
    assert answer.status_code == 403


def test_a_township_registers_a_signature_with_its_scan_also_without_paper(
    switch: Callable[[], None], sheet: VillageAttestation, clerk: User
) -> None:
    switch()
    given = Signature("村主任", timezone.localdate(), False, "")
    with pytest.raises(Refusal, match="扫描件"):
        sign(attestation=sheet, given=given, scans=[], actor=clerk, now=timezone.now())


def test_the_village_finds_the_form_without_a_duty_to_upload(
    switch: Callable[[], None],
    sheet: VillageAttestation,
    village_worker: User,
    sign_in: Callable[[User], Client],
) -> None:
    switch()
    client = sign_in(village_worker)
    assert "登记签字" in client.get(reverse("cases:attestation", args=[sheet.pk])).content.decode()
    page = client.get(reverse("cases:sign_attestation", args=[sheet.pk]))
    assert "以您的账号签字，不用上传" in page.content.decode()


def test_other_papers_of_a_record_are_verified_too(
    sheet: VillageAttestation, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    sign_in(clerk).get(reverse("cases:attestation_file", args=[sheet.pk, "docx"]))
    copy = PrintedCopy.objects.get()
    assert (copy.kind, standing(clerk, text=copy.code)) == ("attestation-sheet", [SAME])
    Person.objects.filter(name="甲").update(name="乙")
    (found,) = verify(actor=clerk, text=copy.code)
    assert (found.standing, found.url) == (CHANGED, reverse("cases:attestation", args=[sheet.pk]))


def test_a_copy_is_kept_with_its_line_in_the_journal_or_not_at_all(
    sheet: VillageAttestation, clerk: User
) -> None:
    with pytest.raises(KeyError):
        hand_out_declared(
            code="attestation-sheet",
            subject=sheet,
            unit=sheet.unit,
            form="docx",
            actor=clerk,
            action="unknown",
        )
    assert not PrintedCopy.objects.exists()


def test_what_was_printed_is_listed(
    application: Application, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    copy, _ = copy_of(issue(accept(application, clerk), clerk), clerk)
    address = reverse("documents:copies")
    assert shown_code(copy.code) in sign_in(clerk).get(address).content.decode()
    assert list(sign_in(other_clerk).get(address).context["rows"]) == []
