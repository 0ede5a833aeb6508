"""My account: posts, second factor and backup codes, open sessions, sign-ins, tokens."""

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from salvation.accounts.forms import ApiTokenForm
from salvation.accounts.models import SignIn, User
from salvation.accounts.second_factor import codes_left, factor_of, needs_second_factor, new_backup_codes
from salvation.accounts.sessions import end_sessions, history_of, open_sessions
from salvation.accounts.tokens import collect_token, make_token, revoke_token
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page
from salvation.web.wording import speak_plainly


class Me(Page):
    """What I am here, and who else might be signed in as me."""

    title = "我的账号"
    permission = SIGNED_IN
    template_name = "accounts/me.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        set_at = timezone.localtime(user.password_set_at or user.date_joined)
        facts = {
            "用户名": user.username,
            "电话": user.phone,
            "账号到期日": user.expires_on or "长期",
            "密码启用": f"{set_at:%Y-%m-%d}",
        }
        context = {
            "posts": user.current_posts,
            "account": facts,
            "factor": factor_of(user),
            "asks_factor": needs_second_factor(user),
            "codes_left": codes_left(user),
            "open_sessions": open_sessions(user),
            "this_session": request.session.session_key,
            "history": history_of(user),
            "tokens": user.tokens.select_related("made_by")[:20],
        }
        return self.show(context)


class SignOutOthers(Page):
    """End every session but this one."""

    title = "退出其他登录"
    permission = SIGNED_IN

    @transaction.atomic
    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        ended = end_sessions(user=user, how=SignIn.Ended.OTHERS, but=request.session.session_key or "")
        record(actor=user, action="account.sign_out_others", subject=user, facts={"ended": ended})
        messages.success(request, f"已退出其他 {ended} 处登录" if ended else "没有其他登录")
        return HttpResponseRedirect(reverse("accounts:me"))


class BackupCodes(Page):
    """New backup codes, shown in the answer and kept nowhere in clear."""

    title = "动态口令备用码"
    permission = SIGNED_IN
    template_name = "accounts/backup_codes.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show({"left": codes_left(self._bound(request))})

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.show({"codes": new_backup_codes(user=self._bound(request))})

    def _bound(self, request: HttpRequest) -> User:
        """The person, who has a phone bound. Raises Http404: without one there is no such page."""
        user: Any = request.user
        if factor_of(user) is None:
            raise Http404("没有绑定动态口令")
        return cast(User, user)


class NewToken(Page):
    """A token of one's own, shown in the answer and kept nowhere in clear."""

    title = "签发接口令牌"
    permission = SIGNED_IN
    template_name = "accounts/token.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        until = timezone.localdate() + timedelta(days=settings.API_TOKEN_DAYS)
        return self.show({"form": ApiTokenForm(initial={"expires_on": until})})

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        form = ApiTokenForm(request.POST)
        speak_plainly(form)
        if form.is_valid():
            try:
                token, clear = make_token(user=user, actor=user, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                return self.show({"token": token, "clear": clear})
        return self.show({"form": form}, status=422)


class CollectToken(Page):
    """A token that an administrator made for this account, shown to its owner alone."""

    title = "领取接口令牌"
    permission = SIGNED_IN
    template_name = "accounts/token.html"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        clear = collect_token(token_id=pk, actor=user)
        return self.show({"token": user.tokens.get(pk=pk), "clear": clear})


class RevokeToken(Page):
    title = "吊销接口令牌"
    permission = SIGNED_IN

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        token = user.tokens.select_related("user").filter(pk=pk).first()
        if token is None:
            raise Http404("没有找到该令牌")
        revoke_token(token=token, actor=user)
        messages.success(request, "令牌已吊销，立即失效")
        return HttpResponseRedirect(reverse("accounts:me"))


class Alive(Page):
    """Asked by a page that stands open, when its reader wants to stay: the answer renews the session."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204)
