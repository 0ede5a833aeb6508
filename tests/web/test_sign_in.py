import time

import pytest
from django.conf import settings as configured
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from salvation.journal.models import Entry
from salvation.web.services import new_token
from tests.conftest import PASSWORD


def sign_in_with(client, username, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"username": username, "password": password, **more})


def token_of(device, ahead=0):
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + ahead
    return f"{totp.token():06d}"


def test_a_clerk_signs_in_and_it_is_journalled(client, clerk):
    assert sign_in_with(client, "clerk")["Location"] == "/"
    assert Entry.objects.filter(action="account.login", actor=clerk).exists()


def test_a_wrong_password_does_not_say_what_was_wrong(client, clerk):
    unknown = sign_in_with(client, "nobody").content.decode()
    wrong = sign_in_with(client, "clerk", "wrong").content.decode()
    assert "用户名或密码不对" in unknown and "用户名或密码不对" in wrong
    assert Entry.objects.filter(action="account.login_failed").count() == 2


def test_five_wrong_passwords_lock_the_account(client, clerk):
    for _ in range(configured.AXES_FAILURE_LIMIT):
        sign_in_with(client, "clerk", "wrong")
    answer = sign_in_with(client, "clerk")
    assert answer.status_code in (403, 429) and "账号已锁定" in answer.content.decode()


def test_sign_in_leads_only_to_addresses_of_ours(client, clerk):
    assert sign_in_with(client, "clerk", next="https://evil.example/")["Location"] == "/"
    client.logout()
    assert sign_in_with(client, "clerk", next="/registers/meetings/")["Location"] == "/registers/meetings/"


@pytest.fixture
def _no_demo(settings):
    settings.DEMO = False


@pytest.mark.usefixtures("_no_demo")
def test_a_county_role_binds_a_device_at_the_first_sign_in(client, county_clerk):
    assert sign_in_with(client, "county_clerk")["Location"] == "/accounts/second-factor/"
    assert client.get("/")["Location"].startswith("/accounts/login/")
    page = client.get("/accounts/second-factor/").content.decode()
    assert "绑定动态口令" in page and "data:image/svg+xml;base64," in page
    device = TOTPDevice.objects.get(user=county_clerk)
    assert client.post("/accounts/second-factor/", {"token": token_of(device)})["Location"] == "/"
    assert client.get("/").status_code == 200


@pytest.mark.usefixtures("_no_demo")
def test_a_wrong_token_lets_nobody_in(client, county_clerk):
    TOTPDevice.objects.create(user=county_clerk, name="手机", confirmed=True)
    sign_in_with(client, "county_clerk")
    answer = client.post("/accounts/second-factor/", {"token": "000000"})
    assert "动态口令不对" in answer.content.decode()
    assert client.get("/")["Location"].startswith("/accounts/login/")


@pytest.mark.usefixtures("_no_demo")
def test_a_bound_device_does_not_show_its_key_again(client, county_clerk):
    TOTPDevice.objects.create(user=county_clerk, name="手机", confirmed=True)
    sign_in_with(client, "county_clerk")
    assert "密钥" not in client.get("/accounts/second-factor/").content.decode()


def test_a_first_password_must_be_changed_before_anything_else(client, clerk):
    clerk.must_change_password = True
    clerk.save()
    sign_in_with(client, "clerk")
    assert client.get("/")["Location"] == "/accounts/password/"
    answer = client.post(
        "/accounts/password/",
        {"old": PASSWORD, "password": "neues-Wort-2026", "again": "neues-Wort-2026", "_once": new_token()},
    )
    assert answer["Location"] == "/" and client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"old": "wrong"}, "原密码不对"),
        ({"again": "different-one-1"}, "两次填写的新密码不一致"),
        ({"password": "123", "again": "123"}, "密码"),
    ],
)
def test_a_bad_password_change_is_refused_at_the_field(clerk, sign_in, fields, message):
    filled = {
        "old": PASSWORD,
        "password": "neues-Wort-2026",
        "again": "neues-Wort-2026",
        "_once": new_token(),
        **fields,
    }
    answer = sign_in(clerk).post("/accounts/password/", filled)
    assert answer.status_code == 422 and message in answer.content.decode()


def test_signing_out_needs_a_post_and_is_journalled(clerk, sign_in):
    client = sign_in(clerk)
    assert client.get("/accounts/logout/").status_code == 405
    client.post("/accounts/logout/")
    assert Entry.objects.filter(action="account.logout", actor=clerk).exists()
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_my_page_names_my_posts(clerk, sign_in):
    page = sign_in(clerk).get("/accounts/me/").content.decode()
    assert "嘉定镇" in page and "乡镇经办" in page
