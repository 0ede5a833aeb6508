"""Tokens: hashed, shown once, with an end, revocable, and worth no more than their account."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from salvation.accounts.models import ApiToken, User
from salvation.accounts.tokens import collect_token, make_token, revoke_token
from salvation.accounts.upkeep import disable_account, end_post
from salvation.domain.errors import Refusal
from salvation.journal.models import Entry
from tests.api.conftest import token_of

pytestmark = pytest.mark.django_db


def read(clear: str) -> int:
    client = Client(headers={"authorization": f"Bearer {clear}"})
    return int(client.get("/api/v1/people/").status_code)


def soon() -> Any:
    return timezone.localdate() + timedelta(days=30)


def test_a_token_reads_and_only_its_hash_is_kept(clerk: User) -> None:
    clear = token_of(clerk)
    kept = ApiToken.objects.get()
    assert read(clear) == 200
    assert clear not in str(vars(kept)) and kept.tail == clear[-4:]
    kept.refresh_from_db()
    assert kept.last_used_at is not None and kept.last_used_from == "127.0.0.1"
    assert Entry.objects.filter(action="token.make", actor=clerk).exists()


@pytest.mark.parametrize("clear", ["", "x", "jz_wrong", "令牌"])
def test_an_unknown_token_is_no_token(clear: str, db: None) -> None:
    answer = Client().get("/api/v1/people/", headers={"authorization": f"Bearer {clear}"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_is_not_saved_by_a_good_session(clerk: User, sign_in: Any) -> None:
    assert sign_in(clerk).get("/api/v1/people/", headers={"authorization": "Bearer x"}).status_code == 401


def test_a_token_ends_on_its_day(clerk: User) -> None:
    clear = token_of(clerk)
    ApiToken.objects.update(expires_on=timezone.localdate())
    assert read(clear) == 200
    ApiToken.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert read(clear) == 401


def test_a_revoked_token_stops_at_once(clerk: User) -> None:
    clear = token_of(clerk)
    revoke_token(token=ApiToken.objects.get(), actor=clerk)
    assert read(clear) == 401
    assert Entry.objects.filter(action="token.revoke").exists()


def test_a_token_of_a_disabled_account_stops_at_once(clerk: User, make_user: Any) -> None:
    clear = token_of(clerk)
    disable_account(user=clerk, actor=make_user("sys", "SYS_ADMIN", "360722"))
    assert read(clear) == 401


def test_a_token_stops_with_the_last_post(clerk: User, make_user: Any) -> None:
    clear = token_of(clerk)
    end_post(
        post_id=clerk.posts.get().pk,
        actor=make_user("sec", "SEC_ADMIN", "360722"),
        today=timezone.localdate(),
    )
    assert read(clear) == 401


@pytest.mark.parametrize("days", [-1, 181])
def test_a_token_is_valid_for_a_bounded_time(days: int, clerk: User) -> None:
    with pytest.raises(Refusal, match="有效期"):
        token_of(clerk, days)


def test_an_account_has_five_tokens_at_most(clerk: User) -> None:
    for _ in range(5):
        token_of(clerk)
    with pytest.raises(Refusal, match="最多"):
        token_of(clerk)
    revoke_token(token=ApiToken.objects.first(), actor=clerk)
    assert token_of(clerk)


def test_an_administrator_never_sees_the_token_he_makes_for_somebody(clerk: User, make_user: Any) -> None:
    system = make_user("sys", "SYS_ADMIN", "360722")
    token, clear = make_token(user=clerk, name="报表平台", expires_on=soon(), actor=system)
    assert clear == "" and token.digest is None and token.standing == "待领取"
    with pytest.raises(Refusal, match="没有待领取"):
        collect_token(token_id=token.pk, actor=system)
    collected = collect_token(token_id=token.pk, actor=clerk)
    assert read(collected) == 200
    with pytest.raises(Refusal, match="没有待领取"):
        collect_token(token_id=token.pk, actor=clerk)


def test_administrators_read_no_business_data_with_a_token(make_user: Any) -> None:
    for role in ("SYS_ADMIN", "SEC_ADMIN", "LOG_ADMIN"):
        assert read(token_of(make_user(f"{role.lower()}2", role, "360722"))) == 403
