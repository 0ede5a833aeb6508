"""Sign in (with lock-out and second factor), sign out, change of password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as otp_login

from salvation.accounts.forms import PasswordForm, SignInForm, TokenForm
from salvation.accounts.guard import refusal_to_enter
from salvation.accounts.lockout import address_locked
from salvation.accounts.models import SignIn, User
from salvation.accounts.passwords import too_old
from salvation.accounts.second_factor import (
    device_of,
    needs_second_factor,
    right_token,
    setup_facts,
    use_backup_code,
)
from salvation.accounts.selectors import account, demo_logins, named, unit_of_login
from salvation.accounts.services import change_password, must_change
from salvation.accounts.sessions import end_one, note_sign_in, session_moved
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.wording import speak_plainly

HALFWAY = "second_factor"
# Seconds between password and token, and wrong tokens until the password is asked for again.
HALFWAY_LASTS = 300
TRIES = 5
BACKEND = "django.contrib.auth.backends.ModelBackend"
WRONG = "用户名或密码不对，或账号已停用。连续五次输错，账号会锁定半小时"


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password; a wrong one does not say which of the two it was."""
    target = _target(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    speak_plainly(form)
    if request.method == "POST" and address_locked(request.META.get("REMOTE_ADDR", "")):
        return render(request, "accounts/locked.html", {"address": True}, status=429)
    if request.method == "POST" and form.is_valid():
        user: Any = authenticate(request, **form.cleaned_data)
        if user is None:
            _failed(request, form.cleaned_data["username"])
            form.add_error(None, WRONG)
        elif refusal := refusal_to_enter(user):
            _failed(request, user.username)
            form.add_error(None, refusal)
        elif needs_second_factor(user):
            request.session[HALFWAY] = {
                "user": user.pk,
                "at": timezone.now().timestamp(),
                "next": target,
                "tries": 0,
            }
            return HttpResponseRedirect(reverse("accounts:second_factor"))
        else:
            return _enter(request, user, target)
    context = {"form": form, "next": target, "demo_logins": demo_logins(), "idle": "idle" in request.GET}
    return render(request, "accounts/login.html", context, status=422 if form.errors else 200)


def _failed(request: HttpRequest, username: str) -> None:
    """A sign-in that failed stands in the journal of the account's unit and in the owner's own history."""
    record(
        actor=None,
        action="account.login_failed",
        unit=unit_of_login(username),
        facts={"username": username[:30]},
    )
    if user := named(username):
        note_sign_in(user=user, **_place(request))


def _place(request: HttpRequest) -> dict[str, str]:
    return {
        "address": request.META.get("REMOTE_ADDR", ""),
        "agent": request.headers.get("User-Agent", ""),
    }


@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """The one-time password, or the first binding of a device."""
    halfway = request.session.get(HALFWAY)
    if not halfway or timezone.now().timestamp() - halfway["at"] > HALFWAY_LASTS:
        messages.warning(request, "登录已超时，请重新填写用户名和密码")
        return HttpResponseRedirect(reverse("accounts:login"))
    user = account(halfway["user"])
    device = device_of(user)
    form = TokenForm(request.POST or None)
    speak_plainly(form)
    if request.method == "POST" and form.is_valid():
        if _proved(user, device, form.cleaned_data["token"].strip()):
            response = _enter(request, user, halfway["next"])
            otp_login(request, device)
            return response
        _failed(request, user.username)
        if halfway["tries"] + 1 >= TRIES:
            request.session.pop(HALFWAY)
            messages.warning(request, f"动态口令连续输错 {TRIES} 次，请重新填写用户名和密码")
            return HttpResponseRedirect(reverse("accounts:login"))
        request.session[HALFWAY] = {**halfway, "tries": halfway["tries"] + 1}
        form.add_error("token", "动态口令不对或已过时，请等手机上换新后再填写")
    status = 422 if form.errors else 200
    return render(
        request, "accounts/second_factor.html", {"form": form, **setup_facts(device)}, status=status
    )


def _proved(user: User, device: Any, given: str) -> bool:
    """By the phone, or by a backup code where a phone is bound."""
    if "-" in given:
        return device.confirmed and use_backup_code(user=user, code=given)
    return right_token(device, given)


@transaction.atomic
def _enter(request: HttpRequest, user: User, target: str) -> HttpResponse:
    request.session.pop(HALFWAY, None)
    login(request, user, backend=BACKEND)
    if not request.session.session_key:
        request.session.save()
    note_sign_in(user=user, session_key=request.session.session_key or "", **_place(request))
    record(actor=user, action="account.login", subject=user)
    if too_old(user) and must_change(user=user):
        messages.warning(request, "密码使用时间过长，请先修改")
    return HttpResponseRedirect(target)


class SignOut(Page):
    permission = SIGNED_IN

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        record(actor=user, action="account.logout")
        end_one(user=user, session_key=request.session.session_key or "", how=SignIn.Ended.OUT)
        logout(request)
        return HttpResponseRedirect(reverse("accounts:login"))


@method_decorator(sensitive_post_parameters("old", "password", "again"), name="dispatch")
class ChangePassword(FormPage):
    """Change one's own password; asked for at the first sign-in."""

    title = "修改密码"
    permission = SIGNED_IN
    form_class = PasswordForm
    drafts = False
    submit_label = "修改密码"
    success = "密码已修改，其他登录已全部退出"

    def save(self, form: Any) -> str:
        user: Any = self.request.user
        if not user.check_password(form.cleaned_data["old"]):
            raise Refusal("原密码不对，请重新填写", field="old")
        before = self.request.session.session_key or ""
        change_password(user=user, password=form.cleaned_data["password"], session_key=before)
        update_session_auth_hash(self.request, user)
        session_moved(user=user, before=before, after=self.request.session.session_key or "")
        return reverse("web:desk")


def _target(request: HttpRequest) -> str:
    """Where to go afterwards: an address of ours, else the desk."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url("web:desk")
