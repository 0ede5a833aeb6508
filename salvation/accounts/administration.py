"""Pages of the three administrators: accounts (system), posts (security); neither sees business data (07 §7.1)."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from salvation.accounts.forms import ApiTokenForm
from salvation.accounts.lockout import locked_addresses, locked_names, unlock_account, unlock_address
from salvation.accounts.models import Post, User
from salvation.accounts.passwords import HELP
from salvation.accounts.roles import ROLES
from salvation.accounts.services import create_user, grant_post
from salvation.accounts.tokens import make_token
from salvation.accounts.upkeep import (
    KEEPERS,
    KEPT_WITH,
    disable_account,
    enable_account,
    end_post,
    require_keeper,
    reset_factor,
    reset_password,
)
from salvation.domain.errors import Refusal
from salvation.units.models import Unit
from salvation.units.selectors import below
from salvation.units.services import county_of
from salvation.web.fields import DateField
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage

SHOWN = 300


def county_here(user: Any) -> Unit:
    """The county an administrator looks after. Raises Http404 elsewhere."""
    for post in user.current_posts:
        if "admin.view" in ROLES[post.role].permissions and (county := county_of(post.unit)):
            return county
    raise Http404("没有可管理的单位")


def accounts_of(county: Unit) -> Any:
    """Accounts with a post in the county, and those without any post yet."""
    inside = User.objects.filter(posts__unit__path__startswith=county.path) | User.objects.filter(
        posts__isnull=True
    )
    posts = Prefetch("posts", queryset=Post.objects.select_related("unit").order_by("-period"))
    return inside.distinct().prefetch_related(posts).order_by("username")


class Accounts(Page):
    title = "账号与岗位"
    permission = "admin.view"
    template_name = "accounts/accounts.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        rows = accounts_of(county_here(user))
        if words := request.GET.get("q", "").strip():
            rows = rows.filter(username__startswith=words) | rows.filter(name__startswith=words)
        may_unlock = user.may("admin.policy")
        context = {
            "rows": [_shown(user, account) for account in rows[:SHOWN]],
            "words": words,
            "today": timezone.localdate(),
            "locked": locked_names(),
            "addresses": locked_addresses() if may_unlock else [],
            "may_open": user.may("admin.accounts"),
            "may_post": user.may("admin.posts"),
            "may_unlock": may_unlock,
        }
        return self.show(context)


def _shown(administrator: Any, account: User) -> User:
    """An account with what this administrator may do about it; the posts are read already."""
    roles = {post.role for post in account.posts.all() if not _ended(post)}
    keeper = next((KEEPERS[role] for role in roles if role in KEEPERS), "SYS_ADMIN")
    other = account.pk != administrator.pk
    account.kept = other and administrator.may(KEPT_WITH[keeper])  # type: ignore[attr-defined]
    account.other = other  # type: ignore[attr-defined]
    return account


def _ended(post: Post) -> bool:
    return post.period.upper is not None and post.period.upper <= timezone.localdate()


class AccountForm(forms.Form):
    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_.-]{2,29}$",
        label="用户名",
        error_messages={"invalid": "用户名为3到30位字母、数字，以字母开头"},
    )
    name = forms.CharField(label="姓名", max_length=50)
    password = forms.CharField(
        label="首次密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=f"{HELP}；本人首次登录须修改",
    )  # fmt: skip


class NewAccount(FormPage):
    title = "开立账号"
    permission = "admin.accounts"
    form_class = AccountForm
    drafts = False
    submit_label = "开立账号"
    success = "账号已开立，请安全管理员安排岗位"

    def save(self, form: Any) -> str:
        actor: Any = self.request.user
        create_user(actor=actor, **form.cleaned_data)
        return reverse("accounts:accounts")

    def cancel_url(self) -> str:
        return reverse("accounts:accounts")


class PostForm(forms.Form):
    role = forms.ChoiceField(
        label="角色", choices=[("", "请选择"), *((r.code, r.label) for r in ROLES.values())]
    )
    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), empty_label="请选择")
    start = DateField(label="任职日期")
    end = DateField(label="离任日期", required=False)
    duty = forms.CharField(label="职务", required=False, max_length=30)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class OneAccount(FormPage):
    """What is done about one account of the county."""

    account: User

    def prepare(self) -> None:
        self.county = county_here(self.request.user)
        found = accounts_of(self.county).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404("没有找到该账号")
        self.account = found

    def page_title(self) -> str:
        return f"{self.title}：{self.account}（{self.account.username}）"

    def cancel_url(self) -> str:
        return reverse("accounts:accounts")


class NewPost(OneAccount):
    title = "安排岗位"
    permission = "admin.posts"
    form_class = PostForm
    drafts = False
    check_answers = True
    submit_label = "安排岗位"
    success = "岗位已安排"

    def make_form(self, data: Any, files: Any) -> PostForm:
        units = below(self.county).order_by("path")
        return PostForm(data, files, units=units, initial={"start": timezone.localdate()})

    def save(self, form: Any) -> str:
        actor: Any = self.request.user
        grant_post(user=self.account, actor=actor, **form.cleaned_data)
        return self.cancel_url()


class ResetForm(forms.Form):
    password = forms.CharField(
        label="新的首次密码",
        strip=False,
        help_text=HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ResetPassword(OneAccount):
    title = "重置密码"
    permission = "admin.view"
    form_class = ResetForm
    drafts = False
    submit_label = "重置密码"
    success = "已重置，本人下次登录须修改；其所有登录已退出"

    def prepare(self) -> None:
        super().prepare()
        require_keeper(self.request.user, self.account)

    def save(self, form: Any) -> str:
        reset_password(user=self.account, password=form.cleaned_data["password"], actor=self.request.user)
        return self.cancel_url()


class IssueToken(OneAccount):
    """A token for an account: its owner collects it, whoever makes it never sees it."""

    title = "签发接口令牌"
    permission = "admin.accounts"
    form_class = ApiTokenForm
    drafts = False
    submit_label = "签发"
    success = "已签发，由本人在“我的”页面领取；令牌只在领取时显示一次"

    def save(self, form: Any) -> str:
        actor: Any = self.request.user
        make_token(user=self.account, actor=actor, **form.cleaned_data)
        return self.cancel_url()


class AccountAct(Page):
    """One act by a button beside an account of the county."""

    done: ClassVar[str] = ""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = accounts_of(county_here(request.user)).filter(pk=pk).first()
        if account is None:
            raise Http404("没有找到该账号")
        self.act(account)
        messages.success(request, f"{account}{self.done}")
        return HttpResponseRedirect(reverse("accounts:accounts"))

    def act(self, account: User) -> None:
        raise NotImplementedError


class Disable(AccountAct):
    title = "停用账号"
    permission = "admin.view"
    done = "的账号已停用"

    def act(self, account: User) -> None:
        disable_account(user=account, actor=self.request.user)


class Enable(AccountAct):
    title = "启用账号"
    permission = "admin.view"
    done = "的账号已启用"

    def act(self, account: User) -> None:
        enable_account(user=account, actor=self.request.user)


class Unlock(AccountAct):
    title = "解除锁定"
    permission = "admin.policy"
    done = "的账号已解锁"

    def act(self, account: User) -> None:
        unlock_account(user=account, actor=self.request.user)


class ResetFactor(AccountAct):
    title = "重置动态口令"
    permission = "admin.policy"
    done = "的动态口令已重置，下次登录时重新绑定"

    def act(self, account: User) -> None:
        reset_factor(user=account, actor=self.request.user)


class UnlockAddress(Page):
    title = "解除地址锁定"
    permission = "admin.policy"

    def post(self, request: HttpRequest) -> HttpResponse:
        address = request.POST.get("address", "")[:45]
        if address not in locked_addresses():
            raise Refusal("该地址没有锁定，请刷新后再看")
        unlock_address(address=address, actor=request.user)
        messages.success(request, f"{address} 已解锁")
        return HttpResponseRedirect(reverse("accounts:accounts"))


class EndPost(Page):
    title = "终止岗位"
    permission = "admin.posts"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        county = county_here(request.user)
        if not Post.objects.filter(pk=pk, unit__path__startswith=county.path).exists():
            raise Refusal("没有找到该岗位，请刷新后再试")
        post = end_post(post_id=pk, actor=request.user, today=timezone.localdate())
        messages.success(request, f"{post.user} 的岗位自今日终止")
        return HttpResponseRedirect(reverse("accounts:accounts"))
