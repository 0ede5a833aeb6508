"""A county's own words for its 文书: placeholders checked, confirmed by a second person, from a day on, never backwards."""
# requirements: B19

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Application
from cases.services.applications import create_application
from salvation.accounts.models import User
from salvation.documents.declared import KINDS
from salvation.documents.models import Document, WordingVersion
from salvation.documents.official import Line
from salvation.documents.wording_services import confirm_wording, propose_wording, reject_wording, sample
from salvation.documents.wordings import Wording, names_of, paragraphs_of, parsed, shown
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_household

KIND = "accepted"
OURS = "您于{申请日期}提出的申请（{受理号}）我们收到了，{受理日期}已经受理。"


@pytest.fixture
def propose(county: Unit, county_clerk: User) -> Callable[..., WordingVersion]:
    """Words for the first paragraph of the notice of acceptance; the rest stays."""

    def made(text: str = "", **changed: Any) -> WordingVersion:
        kind = KINDS[KIND]
        labels = [paragraph.label for paragraph in paragraphs_of(kind)]
        written = [text if label == "第 1 段" else "" for label in labels]
        values = {"unit": county, "valid_from": timezone.localdate(), "basis": "信民字〔2022〕8号", **changed}
        return propose_wording(kind=kind, written=written, actor=county_clerk, **values)

    return made


@pytest.fixture
def accepted(units: dict[str, Unit], clerk: User) -> Callable[[], Document]:
    """Accepts an application; the draft that this draws up."""

    def made() -> Document:
        household = make_household(units["360722100200"], ["谢桂英"])
        application: Application = create_application(
            household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=timezone.now(),
            **COMPLETE,
        )  # fmt: skip
        perform(subject=application, step="submit", actor=clerk, now=timezone.now())
        perform(subject=application, step="accept", actor=clerk, now=timezone.now())
        found: Document = Document.objects.get(code=KIND)
        return found

    return made


def text(document: Document) -> str:
    return "\n".join(part.text for part in document.paper().body if isinstance(part, Line))


def names(*keys: str) -> dict[str, str]:
    return {key: names_of(KINDS[KIND])[key] for key in keys}


def test_confirmed_words_are_used_and_the_rest_stays_declared(
    propose: Any, approver: User, accepted: Any
) -> None:
    confirm_wording(version_id=propose(OURS).pk, actor=approver)
    told = text(accepted())
    assert "我们收到了" in told
    assert "提出的农村最低生活保障申请" not in told
    assert "请配合入户调查" in told


def test_words_that_nobody_confirmed_are_not_used(propose: Any, accepted: Any) -> None:
    propose(OURS)
    assert "我们收到了" not in text(accepted())


def test_words_of_tomorrow_are_not_used_today(propose: Any, approver: User, accepted: Any) -> None:
    version = propose(OURS, valid_from=timezone.localdate() + timedelta(days=1))
    confirm_wording(version_id=version.pk, actor=approver)
    assert "我们收到了" not in text(accepted())


def test_what_was_issued_stays_as_it_went_out(
    propose: Any, approver: User, accepted: Any, clerk: User
) -> None:
    document = accepted()
    perform(subject=document, step="issue", actor=clerk, now=timezone.now())
    before = text(Document.objects.get(pk=document.pk))
    confirm_wording(version_id=propose(OURS).pk, actor=approver)
    assert text(Document.objects.get(pk=document.pk)) == before


def test_all_blank_takes_the_declared_words_back(propose: Any, approver: User, accepted: Any) -> None:
    first = propose(OURS, valid_from=timezone.localdate() - timedelta(days=1))
    confirm_wording(version_id=first.pk, actor=approver)
    confirm_wording(version_id=propose("").pk, actor=approver)
    assert "我们收到了" not in text(accepted())


def test_a_paragraph_of_several_lines_becomes_several_paragraphs(
    propose: Any, approver: User, accepted: Any
) -> None:
    confirm_wording(version_id=propose("第一句。\n\n第二句。").pk, actor=approver)
    assert text(accepted()).startswith("第一句。\n第二句。\n")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请{某某}来办", "占位“{某某}”没有内容可填"),
        ("请{申请人来办", "花括号不成对"),
        ("请申请人}来办", "花括号不成对"),
        ("请{}来办", "没有内容可填"),
        ("请{applicant.__class__}来办", "没有内容可填"),
        ("长" * 1501, "超过1500字"),
    ],
)
def test_a_bad_placeholder_is_refused_with_those_that_may_be_used(
    propose: Any, written: str, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        propose(written)


def test_placeholders_are_written_by_their_chinese_names() -> None:
    kind = KINDS[KIND]
    for paragraph in paragraphs_of(kind):
        spoken = shown(kind, paragraph.declared)
        assert not any(key in spoken for key in ("{applied}", "{no}"))
        assert parsed(kind, spoken, "段") == paragraph.declared


def test_every_kind_can_be_read_and_written_by_chinese_names() -> None:
    for kind in KINDS.values():
        for paragraph in paragraphs_of(kind):
            assert parsed(kind, shown(kind, paragraph.declared), "段") == paragraph.declared, kind.code


def test_words_of_a_paragraph_declared_anew_fall_back_to_the_declared_ones() -> None:
    line = Line("新的原文")
    assert Wording({"旧的原文": "县里的话"}).lines(line) == [line]


def test_nobody_confirms_his_own_words(
    propose: Any, county_clerk: User, make_user: Any, county: Unit
) -> None:
    both = make_user("both", "COUNTY_APPROVER", county.code)
    version = propose(OURS)
    WordingVersion.objects.filter(pk=version.pk).update(entered_by=both)
    with pytest.raises(Refusal, match="录入人不能确认"):
        confirm_wording(version_id=version.pk, actor=both)


def test_a_clerk_neither_enters_nor_confirms_words(propose: Any, clerk: User, county: Unit) -> None:
    version = propose(OURS)
    with pytest.raises(PermissionDenied):
        confirm_wording(version_id=version.pk, actor=clerk)
    with pytest.raises(PermissionDenied):
        propose_wording(
            kind=KINDS[KIND],
            unit=county,
            written=[],
            valid_from=timezone.localdate(),
            basis="文",
            actor=clerk,
        )


def test_words_sent_back_need_a_reason_and_stay_unused(propose: Any, approver: User) -> None:
    version = propose(OURS)
    with pytest.raises(Refusal, match="写明理由"):
        reject_wording(version_id=version.pk, actor=approver, reason=" ")
    reject_wording(version_id=version.pk, actor=approver, reason="口气不妥")
    version.refresh_from_db()
    assert version.state == "REJECTED"
    with pytest.raises(Refusal, match="不能再确认"):
        confirm_wording(version_id=version.pk, actor=approver)


def test_words_that_change_nothing_are_refused(propose: Any) -> None:
    with pytest.raises(Refusal, match="没有需要改的"):
        propose("")


def test_entering_and_deciding_are_journalled(propose: Any, approver: User) -> None:
    confirm_wording(version_id=propose(OURS).pk, actor=approver)
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"wording.propose", "wording.confirm"} <= actions


def test_a_county_clerk_enters_words_on_the_page_and_the_approver_sees_what_they_leave_out(
    client: Client, county_clerk: User, approver: User
) -> None:
    client.force_login(county_clerk)
    page = reverse("documents:wording_propose", args=[KIND])
    opened = client.get(page)
    form = opened.context["form"]
    first = next(name for name, field in form.fields.items() if field.label == "第 1 段")
    given = {name: form.initial.get(name, "") for name in form.fields} | {
        first: "您的申请{受理号}已受理，请于{某日}前来。",
        "basis": "局务会",
        "_once": opened.context["token"],
    }
    answer = client.post(page, given)
    assert answer.status_code == 422
    assert "占位“{某日}”没有内容可填" in str(answer.context["form"].errors)
    number = names("no")["no"]
    answer = client.post(page, given | {first: f"您的申请{{{number}}}已受理。"})
    client.force_login(approver)
    shown_page = client.get(answer.url).content.decode()
    assert "不再写明" in shown_page
    assert f"您的申请〔{number}〕已受理。" in shown_page
    client.post(answer.url, {"_act": "confirm"})
    assert WordingVersion.objects.get().state == "CONFIRMED"
    assert "县局文字" in client.get(reverse("documents:wordings")).content.decode()


def test_markup_in_words_is_shown_as_text(county: Unit) -> None:
    kind = KINDS[KIND]
    first = paragraphs_of(kind)[1].declared
    paper = sample(kind, Wording({first: "<script>alert(1)</script>"}), county)
    assert any("<script>" in part.text for part in paper.body if isinstance(part, Line))
