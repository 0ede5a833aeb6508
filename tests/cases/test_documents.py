"""文书: drawn up by the steps, refused with a gap, numbered by unit and year, frozen, delivered before a change counts."""
# requirements: B01, B11, B19

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.utils import timezone
from docx import Document as Word

from cases.models import Application, ChangeOrder
from cases.services.changes import draft_stop
from cases.services.proofs import rest_on
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.documents.declared import KINDS, from_plain, to_plain
from salvation.documents.models import Document
from salvation.documents.services import document_file, draft_document, edit_document
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.duties.selectors import duties_for
from salvation.flow.engine import perform, refresh_duty
from salvation.journal.models import Entry
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import hand_in, make_benefit, make_household


@pytest.fixture
def application(units: dict[str, Unit], clerk: User) -> Application:
    return hand_in(make_household(units["360722100200"], ["谢桂英", "谢建国"]), clerk, "submit")


@pytest.fixture
def accepted(application: Application, clerk: User) -> Document:
    """The draft that accepting draws up."""
    perform(subject=application, step="accept", actor=clerk, now=timezone.now())
    found: Document = Document.objects.get(code="accepted")
    return found


@pytest.fixture
def wanting(application: Application, clerk: User) -> Document:
    """The 补正 draft: which materials is known, until when is not."""
    perform(
        subject=application, step="correct", actor=clerk, now=timezone.now(), comment="户口簿复印件\n银行流水"
    )
    found: Document = Document.objects.get(code="correction")
    return found


@pytest.fixture
def stopping(units: dict[str, Unit], clerk: User, leader: User, approver: User) -> ChangeOrder:
    """A stop that is decided."""
    benefit = make_benefit(make_household(units["360722100200"], ["钟小北"]), date(2022, 1, 1))
    now = timezone.now()
    order = draft_stop(benefit=benefit, reason="INCOME", note="长子就业，收入超过标准", actor=clerk, now=now)
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=now)
    perform(subject=order, step="to_county", actor=leader, now=now)
    perform(subject=order, step="decide_county", actor=approver, now=now)
    return order


def issue(document: Document, actor: User) -> Document:
    perform(subject=document, step="issue", actor=actor, now=timezone.now())
    document.refresh_from_db()
    return document


def words(document: Document, actor: User) -> str:
    book = Word(BytesIO(document_file(document=document, form="docx", actor=actor)))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in book.paragraphs), *cells])


def test_accepting_draws_the_notice_up(accepted: Document, application: Application, clerk: User) -> None:
    told = words(accepted, clerk)
    assert accepted.state == "DRAFT"
    for text in ("社会救助申请受理通知书", "谢桂英：", application.no, "农村最低生活保障", "嘉定镇人民政府"):
        assert text in told


def test_issuing_numbers_it_by_unit_and_year(accepted: Document, clerk: User) -> None:
    year = timezone.localdate().year
    assert issue(accepted, clerk).number == f"嘉定镇救受字〔{year}〕1号"


def test_towns_of_one_name_in_two_counties_may_have_one_number(
    accepted: Document, clerk: User, units: dict[str, Unit]
) -> None:
    document = issue(accepted, clerk)
    namesake = Unit.objects.filter(kind=Unit.Kind.TOWN).exclude(county=units["360722"]).first()
    document.pk, document.subject_id, document.issuer = None, 0, namesake
    document.save(force_insert=True)
    assert Document.objects.filter(number=document.number).count() == 2
    document.pk, document.subject_id = None, -1
    with pytest.raises(IntegrityError):
        document.save(force_insert=True)


def test_what_went_out_stays_as_it_was(accepted: Document, application: Application, clerk: User) -> None:
    before = words(issue(accepted, clerk), clerk)
    type(application.applicant).objects.filter(pk=application.applicant_id).update(name="谢改名")
    assert "谢改名" not in words(Document.objects.get(pk=accepted.pk), clerk)
    assert before.split("打印")[0] == words(Document.objects.get(pk=accepted.pk), clerk).split("打印")[0]


def test_its_text_is_sealed_and_carries_a_checksum(accepted: Document, clerk: User) -> None:
    document = issue(accepted, clerk)
    assert document.text is not None
    assert "谢桂英".encode() not in document.text.sealed
    assert len(document.sha256) == 64
    assert sealed_facts.load(document.facts)["applicant"] == "谢桂英"


def test_a_gap_is_named_and_nothing_goes_out(wanting: Document, clerk: User) -> None:
    with pytest.raises(Refusal, match="补齐期限"):
        issue(wanting, clerk)
    assert "〔缺：补齐期限〕" in words(wanting, clerk)


def test_filled_in_it_lists_what_is_wanted(wanting: Document, clerk: User) -> None:
    given = {"materials": "户口簿复印件\n银行流水", "until": "2022年6月15日"}
    edit_document(document=wanting, given=given, actor=clerk)
    told = words(issue(Document.objects.get(pk=wanting.pk), clerk), clerk)
    assert "户口簿复印件" in told
    assert "请于2022年6月15日前补齐" in told


def test_a_second_notice_of_what_is_wanted_may_follow(
    wanting: Document, application: Application, clerk: User
) -> None:
    made = draft_document(
        kind=KINDS["correction"], subject=application, given={}, actor=clerk, now=timezone.now()
    )
    assert made.pk != wanting.pk


def test_there_is_one_valid_notice_of_acceptance(
    accepted: Document, application: Application, clerk: User
) -> None:
    with pytest.raises(Refusal, match="已有"):
        draft_document(kind=KINDS["accepted"], subject=application, given={}, actor=clerk, now=timezone.now())


def test_a_void_one_may_be_followed_by_another(
    accepted: Document, application: Application, clerk: User
) -> None:
    perform(subject=issue(accepted, clerk), step="void", actor=clerk, now=timezone.now(), comment="姓名有误")
    again = draft_document(
        kind=KINDS["accepted"], subject=application, given={}, actor=clerk, now=timezone.now()
    )
    assert issue(again, clerk).number.endswith("〕2号")


def test_an_issued_one_is_not_edited(accepted: Document, clerk: User) -> None:
    issue(accepted, clerk)
    with pytest.raises(Refusal, match="内容不能再改"):
        edit_document(document=accepted, given={}, actor=clerk)


def test_delivery_is_kept(accepted: Document, clerk: User) -> None:
    data = {"delivered_on": timezone.localdate().isoformat(), "way": "DIRECT", "received_by": "谢桂英"}
    perform(subject=issue(accepted, clerk), step="deliver", actor=clerk, now=timezone.now(), data=data)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.way, accepted.received_by) == ("DELIVERED", "DIRECT", "谢桂英")


@pytest.mark.parametrize("days", [1, -1])
def test_nobody_receives_it_tomorrow_or_before_its_date(accepted: Document, clerk: User, days: int) -> None:
    day = timezone.localdate() + timedelta(days=days)
    data = {"delivered_on": day.isoformat(), "way": "POST", "received_by": "谢桂英"}
    with pytest.raises(Refusal, match="送达日期"):
        perform(subject=issue(accepted, clerk), step="deliver", actor=clerk, now=timezone.now(), data=data)


def test_a_leader_does_not_issue_papers(accepted: Document, leader: User) -> None:
    with pytest.raises(PermissionDenied):
        issue(accepted, leader)


def test_a_countys_decision_is_signed_by_the_county(
    stopping: ChangeOrder, clerk: User, county_clerk: User
) -> None:
    document = Document.objects.get(code="stopped")
    with pytest.raises(Refusal, match="由信丰县签发"):
        issue(document, clerk)
    assert issue(document, county_clerk).number.startswith("信丰县救停字")


def test_a_decision_tells_reason_article_and_rights(stopping: ChangeOrder, county_clerk: User) -> None:
    told = words(Document.objects.get(code="stopped"), county_clerk)
    for text in ("收入超标。长子就业，收入超过标准", "第32条", "行政复议", "行政诉讼", "信丰县人民政府"):
        assert text in told


def test_no_change_takes_effect_untold(stopping: ChangeOrder, clerk: User) -> None:
    data = {"notified_on": timezone.localdate().isoformat()}
    perform(subject=stopping, step="take_effect", actor=clerk, now=timezone.now(), data=data)
    document = Document.objects.get(code="stopped")
    assert (document.state, document.delivered_on) == ("DELIVERED", timezone.localdate())


def test_the_family_is_not_told_before_the_decision(stopping: ChangeOrder, clerk: User) -> None:
    data = {"notified_on": (timezone.localdate() - timedelta(days=1)).isoformat()}
    with pytest.raises(Refusal, match="告知日期早于决定日期"):
        perform(subject=stopping, step="take_effect", actor=clerk, now=timezone.now(), data=data)
    stopping.refresh_from_db()
    assert stopping.state == "DECIDED"


def test_its_tab_offers_and_lists(
    accepted: Document, application: Application, clerk: User, sign_in: Any
) -> None:
    page = sign_in(clerk).get(f"/cases/applications/{application.pk}/?tab=documents").content.decode()
    assert "社会救助申请受理通知书" in page
    assert "确认同意后出具" in page
    assert f"/documents/survey-form/{application.pk}/form.pdf" in page


def test_one_click_issues(accepted: Document, clerk: User, sign_in: Callable[[User], Client]) -> None:
    answer = sign_in(clerk).post(f"/documents/{accepted.pk}/issue/")
    assert answer.status_code == 302
    assert Document.objects.get(pk=accepted.pk).state == "ISSUED"


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("code", ["survey-form", "debate-form", "authorisation-form"])
def test_sheets_for_the_pen_are_printed(
    accepted: Document, application: Application, clerk: User, sign_in: Any, code: str, form: str
) -> None:
    answer = sign_in(clerk).get(f"/documents/{code}/{application.pk}/form.{form}")
    assert answer.status_code == (409 if code == "debate-form" and application.state == "DRAFT" else 200)
    content = b"".join(answer.streaming_content)
    assert content[:4] in (b"%PDF", b"PK\x03\x04")
    assert Entry.objects.filter(action="document.print").exists()


def test_another_town_sees_nothing_of_it(accepted: Document, other_clerk: User, sign_in: Any) -> None:
    client = sign_in(other_clerk)
    for path in ("", "edit/", "file.pdf"):
        assert client.get(f"/documents/{accepted.pk}/{path}").status_code == (403 if path == "never" else 404)
    assert client.get("/documents/").content.decode().count("谢桂英") == 0


def test_a_recused_colleague_sees_nothing_of_it(
    accepted: Document, application: Application, clerk: User, sign_in: Any
) -> None:
    Recusal.objects.create(user=clerk, person_id=application.applicant_id, reason="近亲属")
    assert sign_in(clerk).get(f"/documents/{accepted.pk}/").status_code == 404


def test_odd_addresses_are_answered_in_words(accepted: Document, clerk: User, sign_in: Any) -> None:
    client = sign_in(clerk)
    for path in (f"{accepted.pk}/file.exe", "nothing/1/new/", "accepted/99999/new/", "accepted/1/form.pdf"):
        assert client.get(f"/documents/{path}").status_code == 404


def test_what_a_person_wrote_is_no_template(wanting: Document, clerk: User) -> None:
    given = {"materials": "{no} <b>户口簿</b>", "until": "{village} & {0.__class__}"}
    edit_document(document=wanting, given=given, actor=clerk)
    told = words(issue(Document.objects.get(pk=wanting.pk), clerk), clerk)
    assert "{no} <b>户口簿</b>" in told
    assert "{village} & {0.__class__}" in told


def test_not_even_the_database_changes_what_went_out(accepted: Document, clerk: User) -> None:
    issue(accepted, clerk)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Document.objects.filter(pk=accepted.pk).update(number="别的文号")


def test_a_kept_text_reads_back_the_same(accepted: Document) -> None:
    paper = accepted.paper()
    assert from_plain(json.loads(json.dumps(to_plain(paper)))) == paper


def test_every_kind_says_its_basis_and_has_words() -> None:
    assert [kind.code for kind in KINDS.values() if not (kind.basis and kind.title and kind.body)] == []
    signs = [kind.sign for kind in KINDS.values() if not kind.form]
    assert len(signs) == len(set(signs))


def test_a_countys_paper_waits_for_the_county_to_sign_and_for_the_town_to_deliver(
    accepted: Document, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    Document.objects.filter(pk=accepted.pk).update(issuer=units["360722"])
    paper = Document.objects.get(pk=accepted.pk)
    refresh_duty(paper, now=timezone.now(), actor=None)
    assert [duties_for(user).filter(kind="document").exists() for user in (clerk, county_clerk)] == [
        False,
        True,
    ]
    issue(paper, county_clerk)
    assert [duties_for(user).filter(kind="document").exists() for user in (clerk, county_clerk)] == [
        True,
        False,
    ]


@pytest.mark.parametrize("page", ["/", "/calendar/"])
def test_who_must_stand_back_is_not_shown_the_document_as_a_duty(
    accepted: Document, clerk: User, sign_in: Any, page: str
) -> None:
    Duty.objects.filter(kind="document").update(due_on=timezone.localdate())
    assert "签发文书" in sign_in(clerk).get(page).content.decode()
    Recusal.objects.create(user=clerk, person_id=accepted.subject.applicant_id, reason="近亲属")  # type: ignore[attr-defined]
    told = sign_in(clerk).get(page).content.decode()
    assert "签发文书" not in told
    assert "谢桂英" not in told
