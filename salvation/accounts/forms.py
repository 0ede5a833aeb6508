"""Sign-in, second factor, password."""

from typing import Any

from django import forms

from salvation.accounts.passwords import HELP
from salvation.web.fields import DateField


class SignInForm(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="密码", max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class TokenForm(forms.Form):
    """Six digits from the phone, or a backup code once it is lost."""

    token = forms.RegexField(
        r"^\s*(\d{6}|[a-z2-9]{5}-[a-z2-9]{5})\s*$",
        label="6 位动态口令",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
        error_messages={"invalid": "动态口令是 6 位数字，备用码形如 abcde-23456，请重新填写"},
    )


class PasswordForm(forms.Form):
    """The present password, and the new one twice."""

    old = forms.CharField(
        label="原密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password = forms.CharField(
        label="新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=HELP,
    )
    again = forms.CharField(
        label="再输一次新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", "两次填写的新密码不一致，请重新填写")
        return cleaned


class ApiTokenForm(forms.Form):
    name = forms.CharField(label="用途", max_length=50, help_text="哪个系统用，如“报表平台”")
    expires_on = DateField(label="有效期至")
