"""What a change rests on: the paper that was seen is named before the review, and its scan belongs to the file."""
# requirements: C04, C06, C16

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, ChangeOrder
from cases.models.choices import ChangeKind
from cases.rules.proofs import OTHER, accepted, offered
from cases.services.archives import catalogue
from cases.services.changes import draft_stop
from cases.services.proofs import record_proof
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.files.services import attachments_of
from salvation.flow.engine import perform
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.web.services import new_token
from tests.builders import make_benefit, make_household
from tests.world import photo

LEAVING = "本人签名的自愿退出声明"


@pytest.fixture
def benefit(units: dict[str, Unit]) -> Benefit:
    return make_benefit(make_household(units["360722100200"], ["谢桂英", "谢建国"]), date(2022, 1, 1))


@pytest.fixture
def order(benefit: Benefit, clerk: User) -> ChangeOrder:
    return draft_stop(benefit=benefit, reason="VOLUNTARY", note="自愿退出", actor=clerk, now=timezone.now())


def submit(order: ChangeOrder, clerk: User) -> None:
    perform(subject=order, step="submit", actor=clerk, now=timezone.now())


def gaps(order: ChangeOrder, clerk: User) -> list[str]:
    """What of the change the archive of the family lacks."""
    found = catalogue(household=order.benefit.household, user=clerk)
    return [entry.piece.title for matter in found for entry in matter.entries if entry.piece.gap]


# These carry their ground themselves: a means test, an application, a new standard, an earlier decision, or they are
# looked into while they last.
GROUNDED = {"ADD", "INCREASE", "DECREASE", "GRACE_END", "HEAD_CHANGE", "CATEGORY", "STD_ADJUST", "SUSPEND"}


def test_every_kind_of_change_names_its_papers_or_carries_its_ground_itself() -> None:
    without = {kind for kind in ChangeKind.values if not accepted(kind)}
    assert without == GROUNDED & set(ChangeKind.values)


@pytest.mark.parametrize(
    ("kind", "cause", "paper"),
    [
        ("STOP", "INCOME", "入户核查记录"), ("STOP", "VOLUNTARY", LEAVING), ("DEATH", "", "死亡医学证明"),
        ("MEMBER_ADD", "BIRTH", "出生医学证明"), ("MEMBER_REMOVE", "MARRIED_OUT", "结婚证或婚姻登记信息"),
        ("MEMBER_REMOVE", "PRISON", "判决书或收押通知"), ("TRANSFER", "", "户口簿或户口迁移证明"),
    ],
)  # fmt: skip
def test_the_paper_fits_what_happened(kind: str, cause: str, paper: str) -> None:
    assert paper in accepted(kind, cause)
    assert set(accepted(kind, cause)) <= set(offered(kind)), "whatever is accepted can be chosen"
    assert OTHER in accepted(kind, cause)


def test_a_change_without_its_paper_is_not_submitted(order: ChangeOrder, clerk: User) -> None:
    with pytest.raises(Refusal, match=f"还没有登记佐证.*{LEAVING}"):
        submit(order, clerk)
    record_proof(order=order, proof=LEAVING, scans=(), actor=clerk)
    submit(order, clerk)
    assert order.state == "TOWN_REVIEW"


def test_a_paper_that_shows_something_else_is_not_taken(order: ChangeOrder, clerk: User) -> None:
    with pytest.raises(Refusal, match=f"应为：{LEAVING}"):
        record_proof(order=order, proof="营业执照", scans=(), actor=clerk)


def test_what_was_reviewed_is_not_exchanged_afterwards(order: ChangeOrder, clerk: User) -> None:
    record_proof(order=order, proof=LEAVING, scans=(), actor=clerk)
    submit(order, clerk)
    with pytest.raises(Refusal, match="不能再换"):
        record_proof(order=order, proof=OTHER, scans=(), actor=clerk)


def test_the_paper_is_chosen_with_the_change_and_its_scan_is_kept_with_it(
    benefit: Benefit, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    given = {
        "reason": "VOLUNTARY",
        "note": "自愿退出",
        "proof": LEAVING,
        "_act": "confirmed",
        "_once": new_token(),
    }
    client.post(reverse("cases:new_change", args=[benefit.pk, "stop"]), given)
    order = ChangeOrder.objects.get()
    assert order.proof == LEAVING
    scan = SimpleUploadedFile("声明.jpg", photo(), "image/jpeg")
    client.post(
        reverse("cases:change_proof", args=[order.pk]),
        {"proof": LEAVING, "scans": scan, "_once": new_token()},
    )
    assert [file.name for file in attachments_of(order)] == ["声明.jpg"]
    assert "声明.jpg" in client.get(reverse("cases:change", args=[order.pk]) + "?tab=proof").content.decode()


def test_a_paper_that_does_not_fit_comes_back_at_its_field_and_nothing_is_drafted(
    benefit: Benefit, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    given = {
        "reason": "VOLUNTARY",
        "note": "自愿退出",
        "proof": "用人单位证明",
        "_act": "confirmed",
        "_once": new_token(),
    }
    page = sign_in(clerk).post(reverse("cases:new_change", args=[benefit.pk, "stop"]), given)
    assert page.status_code == 422 and f"应为：{LEAVING}" in page.content.decode()
    assert not ChangeOrder.objects.exists()


def test_a_paper_without_a_scan_is_missing_in_the_archive(order: ChangeOrder, clerk: User) -> None:
    record_proof(order=order, proof=LEAVING, scans=(), actor=clerk)
    assert LEAVING in gaps(order, clerk)
    record_proof(order=order, proof=LEAVING, scans=[SimpleUploadedFile("声明.jpg", photo())], actor=clerk)
    assert LEAVING not in gaps(order, clerk)


def test_without_paper_the_scan_comes_before_the_review(
    order: ChangeOrder, units: dict[str, Unit], clerk: User, county_clerk: User, approver: User
) -> None:
    ParameterVersion.objects.create(
        key="paperless.on", unit=units["360722"], value=True, valid_from=date(2020, 1, 1), basis="县局文件", state="CONFIRMED",
        entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
    )  # fmt: skip
    record_proof(order=order, proof=LEAVING, scans=(), actor=clerk)
    with pytest.raises(Refusal, match="还没有照片或扫描件"):
        submit(order, clerk)
    record_proof(order=order, proof=LEAVING, scans=[SimpleUploadedFile("声明.jpg", photo())], actor=clerk)
    submit(order, clerk)
    assert order.state == "TOWN_REVIEW"
