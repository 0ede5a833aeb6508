"""Sign in, sign out, change one's password, see one's posts."""

from typing import Any

from django import forms
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from salvation.accounts.services import change_password
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage


class SignInForm(AuthenticationForm):
    username = forms.CharField(label="用户名", widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages = {
        "invalid_login": "用户名或密码不对。连续五次输错，账号会锁定半小时",
        "inactive": "账号已停用，请联系系统管理员",
    }


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        login(self.request, form.get_user())
        record(actor=form.get_user(), action="account.login")
        return HttpResponseRedirect(self.get_success_url())


class SignOut(Page):
    permission = SIGNED_IN

    def post(self, request: HttpRequest) -> HttpResponse:
        record(actor=request.user, action="account.logout")
        logout(request)
        return HttpResponseRedirect(reverse("accounts:login"))


class PasswordForm(forms.Form):
    old = forms.CharField(
        label="原密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password = forms.CharField(
        label="新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少10位，不能全是数字，不能与用户名相近",
    )
    again = forms.CharField(
        label="再输一次", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", "两次输入的新密码不一致")
        return cleaned


class ChangePassword(FormPage):
    title = "修改密码"
    permission = SIGNED_IN
    form_class = PasswordForm
    drafts = False
    submit_label = "修改密码"
    success = "密码已修改"

    def save(self, form: Any) -> str:
        user: Any = self.request.user
        if not user.check_password(form.cleaned_data["old"]):
            raise Refusal("原密码不对", field="old")
        change_password(user=user, password=form.cleaned_data["password"])
        update_session_auth_hash(self.request, user)
        return reverse("web:desk")


class Me(Page):
    title = "我的"
    permission = SIGNED_IN
    template_name = "accounts/me.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        return self.show({"posts": user.current_posts})
