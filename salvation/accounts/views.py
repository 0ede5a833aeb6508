"""Sign in (with lock-out and second factor), sign out, password, my account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
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
from salvation.accounts.models import User
from salvation.accounts.second_factor import device_of, expired, needs_second_factor, right_token, setup_facts
from salvation.accounts.selectors import account, demo_logins, unit_of_login
from salvation.accounts.services import change_password
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.wording import speak_plainly

HALFWAY = "second_factor"
# Seconds between password and token.
HALFWAY_LASTS = 300
BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password; a wrong one does not say which of the two it was."""
    target = _target(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    speak_plainly(form)
    if request.method == "POST" and form.is_valid():
        user: Any = authenticate(request, **form.cleaned_data)
        if user is None or expired(user):
            record(
                actor=None,
                action="account.login_failed",
                unit=unit_of_login(form.cleaned_data["username"]),
                facts={"username": form.cleaned_data["username"][:30]},
            )
            form.add_error(None, "用户名或密码不对，或账号已停用。连续五次输错，账号会锁定半小时")
        elif needs_second_factor(user):
            request.session[HALFWAY] = {"user": user.pk, "at": timezone.now().timestamp(), "next": target}
            return HttpResponseRedirect(reverse("accounts:second_factor"))
        else:
            return _enter(request, user, target)
    context = {"form": form, "next": target, "demo_logins": demo_logins()}
    return render(request, "accounts/login.html", context, status=422 if form.errors else 200)


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
        if right_token(device, form.cleaned_data["token"]):
            response = _enter(request, user, halfway["next"])
            otp_login(request, device)
            return response
        form.add_error("token", "动态口令不对或已过时，请等手机上换新后再填写")
    return render(request, "accounts/second_factor.html", {"form": form, **setup_facts(device)})


def _enter(request: HttpRequest, user: User, target: str) -> HttpResponse:
    request.session.pop(HALFWAY, None)
    login(request, user, backend=BACKEND)
    record(actor=user, action="account.login", subject=user)
    return HttpResponseRedirect(target)


class SignOut(Page):
    permission = SIGNED_IN

    def post(self, request: HttpRequest) -> HttpResponse:
        record(actor=request.user, action="account.logout")
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
    success = "密码已修改"

    def save(self, form: Any) -> str:
        user: Any = self.request.user
        if not user.check_password(form.cleaned_data["old"]):
            raise Refusal("原密码不对，请重新填写", field="old")
        change_password(user=user, password=form.cleaned_data["password"])
        update_session_auth_hash(self.request, user)
        return reverse("web:desk")


class Me(Page):
    """My posts and my account."""

    title = "我的"
    permission = SIGNED_IN
    template_name = "accounts/me.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        facts = {"用户名": user.username, "电话": user.phone, "账号到期日": user.expires_on or "长期"}
        return self.show({"posts": user.current_posts, "account": facts})


def _target(request: HttpRequest) -> str:
    """Where to go afterwards: an address of ours, else the desk."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url("web:desk")
