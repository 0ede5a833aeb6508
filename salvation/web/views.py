"""Desk, search, job progress, and the pages for what went wrong."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from salvation.domain.mask import keep_ends
from salvation.jobs.models import Run
from salvation.jobs.services import JOBS, cancel
from salvation.journal.services import record
from salvation.web.desk import Tasks, panels_for, tasks_for
from salvation.web.middleware import refuse
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page, ScopedPage
from salvation.web.search import PER_PROVIDER, search

# Where a finished job leads and what the button says; every other result is shown.
LINK = ("url", "action")
DAY_PARTS = ((11, "上午好"), (13, "中午好"), (18, "下午好"), (24, "晚上好"))


class Desk(Page):
    """What to do today by deadline, what comes this week, my numbers."""

    title = "工作台"
    permission = SIGNED_IN
    template_name = "pages/desk.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        tasks = tasks_for(request.user, today)
        return self.show(
            {
                "today": today,
                "greeting": f"{_day_part()}，{request.user}",
                "summary": _summary(tasks),
                "tasks": tasks,
                "panels": panels_for(request.user, today),
            }
        )


def _day_part() -> str:
    hour = timezone.localtime().hour
    return next(words for until, words in DAY_PARTS if hour < until)


def _summary(tasks: Tasks) -> str:
    """One sentence: how many are late, due today, due this week."""
    if not tasks.now and not tasks.week:
        return "近七天没有到期的事项"
    parts = [
        (tasks.late, "件已逾期"),
        (len(tasks.now) - tasks.late, "件今天到期"),
        (len(tasks.week), "件七天内到期"),
    ]
    return "，".join(f"{count} {words}" for count, words in parts if count)


class Search(Page):
    """Search from the top bar; who looked for what is journalled, masked."""

    title = "搜索"
    permission = SIGNED_IN
    template_name = "pages/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("q", "").strip()[:60]
        found = search(request.user, words)
        if words:
            facts = {"words": keep_ends(words, 1, 1), "hits": sum(len(hits) for _, hits in found)}
            record(actor=request.user, action="search", facts=facts)
        return self.show(
            {"found": found, "search_words": words, "too_short": 0 < len(words) < 2, "limit": PER_PROVIDER}
        )


class JobPage(ScopedPage):
    """A background job: bar, time left, cancel; afterwards its result, findable under the same address."""

    permission = SIGNED_IN
    model = Run
    template_name = "pages/job.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self.subject(pk=pk)
        fragment = request.headers.get("HX-Target") == "job-progress"
        template = "web/job_progress.html" if fragment else ""
        return self.show(job_context(run), template=template)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self.subject(pk=pk)
        cancel(run_id=run.pk, actor=request.user)
        messages.success(request, "已要求取消，正在进行的部分不会保存")
        return HttpResponseRedirect(reverse("web:job", kwargs={"pk": pk}))


def job_context(run: Run) -> dict[str, Any]:
    """How far a run is, how long it will still take, and what came of it."""
    label = JOBS[run.job].label if run.job in JOBS else run.job
    waiting = run.state in (Run.State.WAITING, Run.State.RUNNING)
    return {
        "page_title": f"{label}（{run.unit} {run.period}）",
        "run": run,
        "label": label,
        "going": waiting,
        "left": time_left(run) if waiting else "",
        "result": [
            (key, value)
            for key, value in run.result.items()
            if key not in LINK and not isinstance(value, dict | list)
        ],
        "next_url": run.result.get("url", ""),
        "next_label": run.result.get("action", "查看结果"),
    }


def time_left(run: Run) -> str:
    """还需约 2 分钟, once enough is done to tell."""
    if not run.started_at or not run.progress or run.progress < run.total // 20:
        return ""
    spent = (timezone.now() - run.started_at).total_seconds()
    seconds = int(spent * (run.total - run.progress) / run.progress)
    return f"还需约 {seconds // 60} 分钟" if seconds >= 90 else f"还需约 {max(seconds, 1)} 秒"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, "请求不完整或已失效，请返回上一页刷新后再试", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, str(exception) or "您的岗位没有此项权限", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, "没有找到，或不在您的管辖范围", 404)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's secret is missing or old: the page stood open too long."""
    return refuse(request, "页面停留过久，请返回刷新后再提交；已填内容如保存了草稿，会自动恢复", 403)
