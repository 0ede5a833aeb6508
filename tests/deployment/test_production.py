"""A real installation starts only as one: own keys, no demonstration; safe headers; three administrators."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory

from salvation.accounts.models import Post, User
from salvation.upkeep import health
from salvation.upkeep.middleware import ClientAddress

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = {
    "TLS": "True", "DEBUG": "False", "DEMO": "False", "ALLOW_TEST_ID": "False", "TASKS_EAGER": "False",
    "SECRET_KEY": "k" * 60, "VAULT_KEYS": f"1:{'ab' * 16}", "INDEX_KEY": "cd" * 32, "SECRET_KEY_FILE": "",
    "VAULT_KEYS_FILE": "", "INDEX_KEY_FILE": "", "ALLOWED_HOSTS": "救助.example",
}  # fmt: skip


def starting(code: str, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env={**os.environ, **REAL, **changed},
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [
    ("DEBUG", "True"), ("DEMO", "True"), ("ALLOW_TEST_ID", "True"), ("TASKS_EAGER", "True"), ("SECRET_KEY", ""),
    ("VAULT_KEYS", ""), ("INDEX_KEY", "short"),
])  # fmt: skip
def test_a_real_installation_does_not_start_like_a_trial(name: str, value: str) -> None:
    done = starting("import salvation.settings", **{name: value})
    assert done.returncode
    assert name in done.stderr.splitlines()[-1]


def test_a_real_installation_starts_with_its_own_keys_and_safe_settings() -> None:
    code = (
        "import salvation.settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        " s.SECURE_HSTS_SECONDS >= 31536000, s.DEBUG, s.SECURE_CROSS_ORIGIN_OPENER_POLICY, s.SECURE_REFERRER_POLICY)"
    )
    assert starting(code).stdout.split() == [
        "True",
        "True",
        "True",
        "True",
        "False",
        "same-origin",
        "same-origin",
    ]


def test_nothing_is_served_without_keys_even_without_tls() -> None:
    done = starting("import salvation.wsgi", TLS="False", SECRET_KEY="")
    assert "SECRET_KEY" in done.stderr.splitlines()[-1]


def test_every_page_says_what_browsers_may_do_with_it(db: None) -> None:
    answer = Client().get("/accounts/login/", headers={"host": "localhost"})
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cross-Origin-Opener-Policy"] == answer["Referrer-Policy"] == "same-origin"
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")


def test_liveness_asks_nobody_and_any_host_may_ask(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/healthz", headers={"host": "10.1.2.3"})
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readiness_names_what_is_missing_and_nothing_else(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/readyz").json() == {"database": True, "redis": True, "migrations": True}
    monkeypatch.setattr(health, "_redis_answers", lambda: False)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (503, False)


@pytest.mark.parametrize(("proxies", "told", "believed"), [
    (0, "203.0.113.9", "127.0.0.1"), (1, "203.0.113.9", "203.0.113.9"), (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
    (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"), (2, "203.0.113.9", "127.0.0.1"), (1, "", "127.0.0.1"),
])  # fmt: skip
def test_only_the_address_our_own_proxies_saw_is_believed(
    proxies: int, told: str, believed: str, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": told})
    seen: list[str] = []
    ClientAddress(lambda r: seen.append(r.META["REMOTE_ADDR"]))(request)  # type: ignore[arg-type,func-returns-value]
    assert seen == [believed]


def first_administrators() -> str:
    out = StringIO()
    call_command("create_first_administrators", "--unit", "360722", stdout=out)
    return out.getvalue()


def test_the_first_three_administrators_are_three_people_with_passwords_to_change(units: Any) -> None:
    told = first_administrators()
    posts = Post.objects.select_related("user")
    assert sorted(post.role for post in posts) == ["LOG_ADMIN", "SEC_ADMIN", "SYS_ADMIN"]
    assert len({post.user_id for post in posts}) == 3
    for post in posts:
        assert post.user.must_change_password
        (line,) = [line for line in told.splitlines() if post.user.username in line]
        assert post.user.check_password(line.split()[-1])


def test_they_are_created_once(units: Any) -> None:
    first_administrators()
    with pytest.raises(CommandError, match="已有管理员"):
        first_administrators()
    assert User.objects.count() == 3


def test_they_need_a_county_that_is_loaded(db: None) -> None:
    with pytest.raises(CommandError, match="load_units"):
        first_administrators()
    assert not User.objects.exists()
