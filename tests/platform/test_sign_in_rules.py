"""Sign-in as 等保三级 and 07 §7.3 ask for it: lock-out, second factor, passwords, sessions, three administrators."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from salvation.accounts.models import ApiToken, BackupCode, OldPassword, SignIn, User
from salvation.accounts.roles import ADMINISTRATORS, BUSINESS, ROLES
from salvation.accounts.second_factor import new_backup_codes
from salvation.accounts.services import change_password, create_user, grant_post
from salvation.accounts.upkeep import disable_account, enable_account, end_post, reset_factor, reset_password
from salvation.domain.errors import Refusal
from salvation.journal.models import Entry
from salvation.web.services import new_token
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "Another-horse-8"


def enter(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"username": username, "password": password}, **more)


def is_in(client: Client) -> bool:
    return client.get("/accounts/me/").status_code == 200


@pytest.fixture
def administrator(make_user: Callable[..., User]) -> Callable[[str], User]:
    """The administrator of the county with this role."""
    made: dict[str, User] = {}

    def one(role: str, name: str = "") -> User:
        key = name or role.lower()
        if key not in made:
            made[key] = make_user(key, role, "360722", key)
        return made[key]

    return one


class TestLockOut:
    def test_five_wrong_passwords_lock_the_account_from_everywhere(self, clerk: User, client: Client) -> None:
        for _ in range(5):
            enter(client, "clerk", "wrong")
        answer = enter(Client(), "clerk", REMOTE_ADDR="10.0.0.9")
        assert answer.status_code == 429 and "安全管理员" in answer.content.decode()

    def test_one_locked_account_does_not_lock_its_neighbour(
        self, clerk: User, leader: User, client: Client
    ) -> None:
        for _ in range(5):
            enter(client, "clerk", "wrong")
        assert enter(Client(), "leader").status_code == 302

    def test_an_address_is_locked_under_whatever_names(self, clerk: User, settings: Any) -> None:
        settings.ADDRESS_FAILURE_LIMIT = 6
        for number in range(6):
            enter(Client(), f"guess{number}", "wrong", REMOTE_ADDR="10.0.0.9")
        answer = enter(Client(), "clerk", REMOTE_ADDR="10.0.0.9")
        assert answer.status_code == 429 and "地址已锁定" in answer.content.decode()
        assert enter(Client(), "clerk", REMOTE_ADDR="10.0.0.10").status_code == 302

    def test_the_security_administrator_unlocks_and_it_is_journalled(
        self, clerk: User, administrator: Any, sign_in: Any
    ) -> None:
        for _ in range(5):
            enter(Client(), "clerk", "wrong")
        security = sign_in(administrator("SEC_ADMIN"))
        assert "已锁定" in security.get("/accounts/all/").content.decode()
        assert security.post(f"/accounts/{clerk.pk}/unlock/").status_code == 302
        assert enter(Client(), "clerk").status_code == 302
        assert Entry.objects.filter(action="account.unlock", subject_id=clerk.pk).exists()

    def test_the_security_administrator_unlocks_an_address(
        self, clerk: User, administrator: Any, sign_in: Any, settings: Any
    ) -> None:
        settings.ADDRESS_FAILURE_LIMIT = 2
        for number in range(2):
            enter(Client(), f"guess{number}", "wrong", REMOTE_ADDR="10.0.0.9")
        security = sign_in(administrator("SEC_ADMIN"))
        assert "10.0.0.9" in security.get("/accounts/all/").content.decode()
        security.post("/accounts/unlock-address/", {"address": "10.0.0.9"})
        assert enter(Client(), "clerk", REMOTE_ADDR="10.0.0.9").status_code == 302

    @pytest.mark.parametrize("role", ["SYS_ADMIN", "LOG_ADMIN"])
    def test_no_other_administrator_unlocks(
        self, role: str, clerk: User, administrator: Any, sign_in: Any
    ) -> None:
        assert sign_in(administrator(role)).post(f"/accounts/{clerk.pk}/unlock/").status_code == 403

    def test_nobody_unlocks_himself(self, administrator: Any, sign_in: Any) -> None:
        security = administrator("SEC_ADMIN")
        assert sign_in(security).post(f"/accounts/{security.pk}/unlock/").status_code == 409


class TestPasswords:
    @pytest.mark.parametrize(
        ("password", "why"),
        [
            ("Sh0rt-1", "太短"),
            ("Password123", "常见"),
            ("alllowercase", "三类"),
            ("lower12345678", "三类"),
            ("My-clerk-2026", "用户名"),
            ("My-krelc-2026", "用户名"),
        ],
    )
    def test_a_weak_password_is_refused_with_the_reason(self, password: str, why: str, clerk: User) -> None:
        with pytest.raises(Refusal, match=why):
            change_password(user=clerk, password=password)

    def test_none_of_the_last_five_passwords_is_taken_again(self, clerk: User) -> None:
        for number in range(4):
            change_password(user=clerk, password=f"Horse-number-{number}")
        with pytest.raises(Refusal, match="最近 5 次"):
            change_password(user=clerk, password=PASSWORD)
        change_password(user=clerk, password="Horse-number-5")
        change_password(user=clerk, password=PASSWORD)
        assert OldPassword.objects.filter(user=clerk).count() == 6

    def test_an_old_password_must_be_changed_at_the_sign_in(
        self, clerk: User, client: Client, settings: Any
    ) -> None:
        settings.DEMO = False
        User.objects.update(password_set_at=timezone.now() - timedelta(days=91))
        enter(client, "clerk")
        assert client.get("/")["Location"] == "/accounts/password/"

    def test_a_password_of_last_month_may_stay(self, clerk: User, client: Client, settings: Any) -> None:
        settings.DEMO = False
        User.objects.update(password_set_at=timezone.now() - timedelta(days=30))
        enter(client, "clerk")
        assert client.get("/").status_code == 200

    def test_a_demonstration_asks_for_no_new_password(
        self, clerk: User, client: Client, settings: Any
    ) -> None:
        settings.DEMO = True
        User.objects.update(password_set_at=timezone.now() - timedelta(days=900), must_change_password=True)
        assert enter(client, "clerk")["Location"] == "/"
        assert client.get("/").status_code == 200

    def test_a_program_with_the_session_of_a_first_password_is_told_and_not_led(
        self, clerk: User, sign_in: Any
    ) -> None:
        User.objects.update(must_change_password=True)
        answer = sign_in(clerk).get("/api/v1/people/")
        assert answer.status_code == 401 and "修改密码" in answer.json()["message"]


class TestSecondFactor:
    @pytest.fixture
    def phone(self, county_clerk: User, settings: Any) -> TOTPDevice:
        settings.DEMO = False
        found: TOTPDevice = TOTPDevice.objects.create(user=county_clerk, name="手机", confirmed=True)
        return found

    @pytest.mark.parametrize(
        "role", sorted(ADMINISTRATORS | {"COUNTY_CLERK", "COUNTY_APPROVER", "COUNTY_FINANCE"})
    )
    def test_county_roles_and_administrators_prove_themselves(
        self, role: str, make_user: Any, client: Client, settings: Any
    ) -> None:
        settings.DEMO = False
        make_user("someone", role, "360722")
        assert enter(client, "someone")["Location"] == "/accounts/second-factor/"

    def test_a_demonstration_does_without(self, county_clerk: User, client: Client, settings: Any) -> None:
        settings.DEMO = True
        assert enter(client, "county_clerk")["Location"] == "/"

    def test_a_backup_code_lets_in_once(self, phone: TOTPDevice, county_clerk: User) -> None:
        code = new_backup_codes(user=county_clerk)[3]
        for inside in (True, False):
            client = Client()
            enter(client, "county_clerk")
            client.post("/accounts/second-factor/", {"token": code})
            assert is_in(client) == inside
        assert Entry.objects.filter(action="account.backup_used", actor=county_clerk).exists()

    def test_backup_codes_are_kept_as_hashes_and_replaced_as_a_whole(
        self, phone: TOTPDevice, county_clerk: User
    ) -> None:
        first = new_backup_codes(user=county_clerk)
        second = new_backup_codes(user=county_clerk)
        kept = set(BackupCode.objects.values_list("digest", flat=True))
        assert len(kept) == len(set(second)) == 10
        assert not kept & set(second) and not set(first) & set(second)

    def test_codes_are_shown_in_the_answer_and_nowhere_afterwards(
        self, phone: TOTPDevice, county_clerk: User, sign_in: Any
    ) -> None:
        client = sign_in(county_clerk)
        shown = re.findall(
            r"<code>([a-z2-9-]{11})</code>", client.post("/accounts/me/backup-codes/").content.decode()
        )
        assert len(shown) == 10
        assert not any(code in client.get("/accounts/me/backup-codes/").content.decode() for code in shown)

    def test_without_a_phone_there_are_no_codes(self, clerk: User, sign_in: Any) -> None:
        assert sign_in(clerk).get("/accounts/me/backup-codes/").status_code == 404
        assert sign_in(clerk).post("/accounts/me/backup-codes/").status_code == 404

    def test_a_code_does_not_replace_the_first_binding(
        self, county_clerk: User, client: Client, settings: Any
    ) -> None:
        settings.DEMO = False
        enter(client, "county_clerk")
        client.post("/accounts/second-factor/", {"token": "abcde-23456"})
        assert not is_in(client)

    def test_five_wrong_tokens_lead_back_to_the_password(self, phone: TOTPDevice, client: Client) -> None:
        enter(client, "county_clerk")
        answers = [client.post("/accounts/second-factor/", {"token": "abcde-23456"}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 302]
        assert client.get("/accounts/second-factor/")["Location"] == "/accounts/login/"

    def test_the_security_administrator_resets_a_lost_phone(
        self, phone: TOTPDevice, county_clerk: User, administrator: Any
    ) -> None:
        new_backup_codes(user=county_clerk)
        reset_factor(user=county_clerk, actor=administrator("SEC_ADMIN"))
        assert not TOTPDevice.objects.exists() and not BackupCode.objects.exists()
        assert Entry.objects.filter(action="account.factor_reset", subject_id=county_clerk.pk).exists()

    def test_nobody_else_resets_a_phone_and_nobody_his_own(
        self, county_clerk: User, administrator: Any
    ) -> None:
        with pytest.raises(PermissionDenied):
            reset_factor(user=county_clerk, actor=administrator("SYS_ADMIN"))
        with pytest.raises(Refusal, match="自己"):
            reset_factor(user=administrator("SEC_ADMIN"), actor=administrator("SEC_ADMIN"))


class TestSessions:
    def test_my_account_lists_where_i_am_signed_in_and_what_failed(self, clerk: User) -> None:
        enter(Client(), "clerk", "wrong", REMOTE_ADDR="10.9.9.9")
        here, there = Client(), Client()
        enter(there, "clerk", REMOTE_ADDR="10.0.0.7")
        enter(here, "clerk")
        page = here.get("/accounts/me/").content.decode()
        assert "10.0.0.7" in page and "10.9.9.9" in page
        assert "本次登录" in page and "其他登录" in page and "失败" in page

    def test_signing_out_elsewhere_keeps_this_session(self, clerk: User) -> None:
        here, there = Client(), Client()
        enter(there, "clerk")
        enter(here, "clerk")
        here.post("/accounts/me/sign-out-others/")
        assert (is_in(here), is_in(there)) == (True, False)
        assert SignIn.objects.filter(ended_as="OTHERS").count() == 1

    def test_a_changed_password_ends_every_other_session(self, clerk: User) -> None:
        here, there = Client(), Client()
        enter(there, "clerk")
        enter(here, "clerk")
        fields = {"old": PASSWORD, "password": NEW, "again": NEW, "_once": new_token()}
        assert here.post("/accounts/password/", fields).status_code == 302
        assert (is_in(here), is_in(there)) == (True, False)
        assert "本次登录" in here.get("/accounts/me/").content.decode()

    def test_a_reset_password_ends_every_session(
        self, clerk: User, client: Client, administrator: Any
    ) -> None:
        enter(client, "clerk")
        reset_password(user=clerk, password=NEW, actor=administrator("SYS_ADMIN"))
        assert not is_in(client)

    def test_a_disabled_account_is_out_and_stays_out_until_enabled(
        self, clerk: User, client: Client, administrator: Any
    ) -> None:
        enter(client, "clerk")
        disable_account(user=clerk, actor=administrator("SYS_ADMIN"))
        assert not is_in(client) and enter(Client(), "clerk").status_code == 422
        enable_account(user=clerk, actor=administrator("SYS_ADMIN"))
        assert enter(Client(), "clerk").status_code == 302

    def test_the_end_of_the_last_post_ends_the_session(
        self, clerk: User, client: Client, administrator: Any
    ) -> None:
        enter(client, "clerk")
        end_post(post_id=clerk.posts.get().pk, actor=administrator("SEC_ADMIN"), today=timezone.localdate())
        assert not is_in(client)
        answer = enter(Client(), "clerk")
        assert answer.status_code == 422 and "岗位已全部终止" in answer.content.decode()

    def test_a_post_that_runs_out_by_its_date_ends_the_session_too(self, clerk: User, client: Client) -> None:
        enter(client, "clerk")
        clerk.posts.update(period=(date(2020, 1, 1), timezone.localdate()))
        assert not is_in(client)

    def test_the_end_of_one_of_two_posts_ends_nothing(
        self, clerk: User, client: Client, administrator: Any, units: Any
    ) -> None:
        post = grant_post(
            user=clerk,
            role="TOWN_FINANCE",
            unit=units["360722100"],
            start=date(2020, 1, 1),
            end=None,
            actor=None,
        )
        enter(client, "clerk")
        end_post(post_id=post.pk, actor=administrator("SEC_ADMIN"), today=timezone.localdate())
        assert is_in(client)

    def test_a_new_account_may_look_around_before_its_first_post(self, db: None, client: Client) -> None:
        create_user(username="fresh", name="新人", password=PASSWORD, actor=None, demo=True)
        enter(client, "fresh")
        assert is_in(client)

    def test_an_account_of_a_third_party_ends_with_its_contract(self, clerk: User, client: Client) -> None:
        enter(client, "clerk")
        User.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
        assert not is_in(client)
        assert "到期" in enter(Client(), "clerk").content.decode()

    def test_a_page_left_open_says_when_it_ends_and_may_stay(
        self, clerk: User, sign_in: Any, settings: Any
    ) -> None:
        client = sign_in(clerk)
        idle = settings.SESSION_COOKIE_AGE - settings.SESSION_SEEN_EVERY
        assert f'data-idle="{idle}"' in client.get("/").content.decode()
        assert client.get("/accounts/alive/").status_code == 204
        assert "保存为草稿" in Client().get("/accounts/login/?idle=1").content.decode()

    def test_work_puts_off_the_end_of_a_session_without_a_write_a_page(
        self, clerk: User, sign_in: Any, settings: Any
    ) -> None:
        client = sign_in(clerk)
        client.get("/accounts/alive/")
        kept = Session.objects.get(pk=client.session.session_key)
        Session.objects.update(expire_date=timezone.now() + timedelta(minutes=5))
        settings.SESSION_SEEN_EVERY = 1_000_000_007
        client.get("/accounts/alive/")
        assert Session.objects.get().expire_date >= kept.expire_date
        ends = Session.objects.get().expire_date
        client.get("/accounts/alive/")
        assert Session.objects.get().expire_date == ends


KEPT_BY = {
    "TOWN_CLERK": "SYS_ADMIN", "COUNTY_APPROVER": "SYS_ADMIN", "SYS_ADMIN": "SEC_ADMIN", "SEC_ADMIN": "SYS_ADMIN",
    "LOG_ADMIN": "SEC_ADMIN",
}  # fmt: skip


class TestThreeAdministrators:
    @pytest.mark.parametrize("actor", sorted(ADMINISTRATORS))
    @pytest.mark.parametrize("role", KEPT_BY)
    def test_a_password_is_reset_by_the_one_administrator_in_charge(
        self, role: str, actor: str, make_user: Any, administrator: Any, units: Any
    ) -> None:
        user = make_user("target", role, "360722100" if role == "TOWN_CLERK" else "360722")
        if KEPT_BY[role] == actor:
            reset_password(user=user, password=NEW, actor=administrator(actor))
            assert User.objects.get(pk=user.pk).must_change_password
        else:
            with pytest.raises(PermissionDenied, match="管理"):
                reset_password(user=user, password=NEW, actor=administrator(actor))

    @pytest.mark.parametrize("role", ["SYS_ADMIN", "SEC_ADMIN"])
    def test_nobody_resets_his_own_password_or_disables_himself(self, role: str, administrator: Any) -> None:
        own = administrator(role)
        for act in (
            lambda: reset_password(user=own, password=NEW, actor=own),
            lambda: disable_account(user=own, actor=own),
        ):
            with pytest.raises(Refusal):
                act()

    def test_one_hand_does_not_reset_both_password_and_phone(self, administrator: Any) -> None:
        system, security = administrator("SYS_ADMIN"), administrator("SEC_ADMIN")
        reset_password(user=system, password=NEW, actor=security)
        with pytest.raises(Refusal, match="另一名管理员"):
            reset_factor(user=system, actor=security)
        reset_factor(user=system, actor=administrator("SEC_ADMIN", "second"))

    def test_after_the_owner_was_in_again_the_same_hand_may_help(self, administrator: Any) -> None:
        system, security = administrator("SYS_ADMIN"), administrator("SEC_ADMIN")
        reset_factor(user=system, actor=security)
        SignIn.objects.create(user=system, session_key="x")
        reset_password(user=system, password=NEW, actor=security)

    def test_the_page_offers_each_administrator_only_what_is_his(
        self, clerk: User, administrator: Any, sign_in: Any
    ) -> None:
        system = sign_in(administrator("SYS_ADMIN")).get("/accounts/all/").content.decode()
        security = sign_in(administrator("SEC_ADMIN")).get("/accounts/all/").content.decode()
        assert f"/accounts/{clerk.pk}/reset/" in system and f"/accounts/{clerk.pk}/reset/" not in security
        assert (
            f"/accounts/{clerk.pk}/reset-factor/" in security
            and f"/accounts/{clerk.pk}/reset-factor/" not in system
        )
        assert sign_in(administrator("LOG_ADMIN")).get("/accounts/all/").status_code == 403

    def test_administrators_and_business_share_no_permission(self) -> None:
        business = frozenset().union(*(ROLES[code].permissions for code in BUSINESS - {"AUDITOR"}))
        for code in ADMINISTRATORS:
            assert not ROLES[code].permissions & business

    def test_an_administrator_issues_a_token_that_only_its_owner_sees(
        self, clerk: User, administrator: Any, sign_in: Any
    ) -> None:
        fields = {
            "name": "报表平台",
            "expires_on": timezone.localdate() + timedelta(days=30),
            "_once": new_token(),
        }
        answer = sign_in(administrator("SYS_ADMIN")).post(f"/accounts/{clerk.pk}/token/", fields)
        token = ApiToken.objects.get()
        assert answer.status_code == 302 and token.digest is None
        shown = sign_in(clerk).post(f"/accounts/me/tokens/{token.pk}/collect/").content.decode()
        assert re.search(r"jz_[\w-]{43}", shown)

    def test_nobody_collects_or_revokes_the_token_of_another(
        self, clerk: User, leader: User, sign_in: Any
    ) -> None:
        token = ApiToken.objects.create(user=clerk, name="x", made_by=leader, expires_on=timezone.localdate())
        assert sign_in(leader).post(f"/accounts/me/tokens/{token.pk}/collect/").status_code == 409
        assert sign_in(leader).post(f"/accounts/me/tokens/{token.pk}/revoke/").status_code == 404

    def test_ones_own_token_is_shown_once(self, clerk: User, sign_in: Any) -> None:
        client = sign_in(clerk)
        fields = {"name": "对接", "expires_on": timezone.localdate() + timedelta(days=9)}
        clear = re.search(r"jz_[\w-]{43}", client.post("/accounts/me/tokens/new/", fields).content.decode())
        assert clear is not None
        page = client.get("/accounts/me/").content.decode()
        assert clear[0] not in page and clear[0][-4:] in page

    def test_a_token_without_an_end_is_refused_at_its_field(self, clerk: User, sign_in: Any) -> None:
        answer = sign_in(clerk).post("/accounts/me/tokens/new/", {"name": "对接", "expires_on": "2099-01-01"})
        assert answer.status_code == 422 and "有效期" in answer.content.decode()
