"""The signed roster as PDF: made after the signature, kept with its hashes, given out by the same rules as the book."""
# requirements: F01

from collections.abc import Callable
from io import BytesIO

import pytest
from django.conf import settings
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from funds.models import Roster, SignedPaper
from funds.services.papers import keep_paper, signed_paper
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.services import _path
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.funds.builders import a_home

MAY = Month(2022, 5)


@pytest.fixture
def signed(village: Unit, make: Callable[..., Roster], sign: Callable[[Roster], Roster]) -> Roster:
    a_home(village, base="600", uplift="100", names=("谢桂英", "谢建国"))
    roster = sign(make(MAY))
    keep_paper(roster_id=roster.pk, version=roster.version)
    return roster


def words_of(content: BytesIO) -> str:
    return "".join(page.extract_text() for page in PdfReader(content).pages).replace("\n", "")


def test_the_paper_shows_lines_ties_signers_and_the_fingerprint(signed: Roster, clerk: User) -> None:
    content, name = signed_paper(roster_id=signed.pk, actor=clerk)
    words = words_of(content)
    assert name.endswith("农村低保花名表_签章版_v1.pdf")
    for said in (
        "谢桂英",
        "柒佰元整",
        "核对：钟经办",
        "签章：",
        signed.content_hash[:16],
        "金额：上月 0.00 ＋ 增加 700.00",
    ):
        assert said in words, said


def test_the_paper_shows_no_full_number(signed: Roster, clerk: User) -> None:
    content, _ = signed_paper(roster_id=signed.pk, actor=clerk)
    words = words_of(content)
    line = signed.pay_lines.get()
    assert line.id_no.plain() not in words.replace(" ", "")
    assert line.account.plain() not in words.replace(" ", "")


def test_the_same_signature_is_printed_once(signed: Roster) -> None:
    again = keep_paper(roster_id=signed.pk, version=signed.version)
    assert SignedPaper.objects.get() == again


def test_there_is_no_paper_of_a_roster_taken_back(signed: Roster, county_clerk: User, clerk: User) -> None:
    perform(subject=signed, step="return_town", actor=county_clerk, now=timezone.now(), comment="重核")
    with pytest.raises(Refusal, match="还没有签章版"):
        signed_paper(roster_id=signed.pk, actor=clerk)
    with pytest.raises(Refusal, match="已退回"):
        keep_paper(roster_id=signed.pk, version=signed.version)


def test_the_paper_of_an_earlier_signature_is_not_given_out(
    signed: Roster, sign: Callable[[Roster], Roster], county_clerk: User, clerk: User
) -> None:
    perform(subject=signed, step="return_town", actor=county_clerk, now=timezone.now(), comment="重核")
    again = sign(Roster.objects.get(pk=signed.pk))
    assert again.content_hash == SignedPaper.objects.get().content_hash
    with pytest.raises(Refusal, match="还没有签章版"):
        signed_paper(roster_id=again.pk, actor=clerk)
    kept = keep_paper(roster_id=again.pk, version=again.version)
    _, name = signed_paper(roster_id=again.pk, actor=clerk)
    assert name == kept.name


def test_a_changed_file_is_noticed(signed: Roster, clerk: User, auditor: User) -> None:
    kept = SignedPaper.objects.get()
    other = SignedPaper.objects.create(
        **{
            field: getattr(kept, field)
            for field in ("roster", "version", "content_hash", "stored_as", "name", "size")
        },
        sha256="0" * 64,
        made_at=timezone.now(),
    )
    assert other.pk != kept.pk
    with pytest.raises(Refusal, match="校验不一致"):
        signed_paper(roster_id=signed.pk, actor=clerk)


def test_the_file_is_sealed_on_the_disk(signed: Roster) -> None:
    stored = _path(SignedPaper.objects.get().stored_as)
    assert str(stored).startswith(str(settings.MEDIA_ROOT))
    assert not stored.read_bytes().startswith(b"%PDF")


def test_another_town_gets_404_and_one_who_must_stand_back_nothing(
    signed: Roster, clerk: User, other_clerk: User
) -> None:
    with pytest.raises(Http404):
        signed_paper(roster_id=signed.pk, actor=other_clerk)
    person = signed.pay_lines.get().household.head_id
    Recusal.objects.create(user=clerk, person_id=person, reason="近亲属")
    with pytest.raises(Refusal, match="回避"):
        signed_paper(roster_id=signed.pk, actor=User.objects.get(pk=clerk.pk))


def test_taking_it_is_journalled_and_offered_on_the_page(
    signed: Roster, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    page = client.get(reverse("funds:roster", args=[signed.pk])).content.decode()
    url = reverse("funds:download", args=[signed.pk, "signed"])
    assert url in page
    assert client.get(url)["Content-Type"] == "application/pdf"
    assert Entry.objects.filter(action="roster.export", facts__kind="签章版").count() == 1
