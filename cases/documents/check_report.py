"""核对报告: what the departments answered about each person, read-only and marked with who reads it (B07)."""
# requirements: B07

from collections.abc import Iterator, Sequence
from typing import Any

from cases.documents.facts import day
from cases.models import CheckedPerson, CheckRequest, CheckResult
from salvation.documents.declared import office_of
from salvation.documents.official import Grid, Level, Line, Paper, Part
from salvation.domain.mask import Scene
from salvation.vault.fields import Sealed


def check_report(request: CheckRequest, *, mark: str, trace: str = "") -> Paper:
    """The report as it stands: the newest round first. ``mark`` is written across every page."""
    return Paper(
        title="居民家庭经济状况核对报告",
        addressee="",
        body=tuple(_parts(request)),
        issuer=office_of(request.county),
        dated=request.reported_on or request.requested_on,
        number=request.no,
        plain=True,
        mark=mark,
        trace=trace,
    )


def _parts(request: CheckRequest) -> Iterator[Part]:
    people = list(request.people.select_related("authorisation"))
    yield _head(request)
    yield Line("一、被核对人", Level.H1)
    yield _people(people)
    results = list(request.results.select_related("person").order_by("-round", "person", "department", "pk"))
    yield Line("二、各部门结果", Level.H1)
    if not results:
        yield Line("还没有部门反馈。")
    for number in sorted({result.round for result in results}, reverse=True):
        if request.round > 1:
            yield Line(f"第{number}次核对", Level.H2)
        yield _results([result for result in results if result.round == number])
    if request.summary:
        yield Line("三、综合结论", Level.H1)
        yield Line(f"{request.get_state_display()}。{request.summary}")
    yield Line("本报告只用于社会救助审核确认，不得复制、外传（002 第29条）。")


def _head(request: CheckRequest) -> Grid:
    application = request.application
    rows = (
        ("申请人", application.applicant.name, "申请类别", application.get_program_display(), "受理号", application.no),
        ("提请日期", day(request.requested_on) or "", "启动日期", day(request.started_on) or "未启动", "出具日期",
         day(request.reported_on) or "未出具"),
        ("结论", request.get_state_display(), "有效期至", day(request.valid_until) or "—", "提请单位", request.unit.name),
    )  # fmt: skip
    return Grid((), rows, widths=(4, 6, 4, 6, 4, 6), size=10)


def _people(people: Sequence[CheckedPerson]) -> Grid:
    rows = tuple(
        (
            person.name,
            person.relation,
            masked(person.id_no),
            f"{person.authorisation.signed_on:%Y-%m-%d}至{person.authorisation.valid_until:%Y-%m-%d}",
        )
        for person in people
    )
    return Grid(("姓名", "关系", "身份证号", "授权有效期"), rows, widths=(4, 4, 7, 10), size=10)


def masked(number: Sealed | None) -> str:
    return number.masked(Scene.LIST) if number else "无"


def _results(results: Sequence[CheckResult]) -> Grid:
    rows = tuple(
        (
            result.person.name,
            result.get_department_display(),
            said(result.finding),
            f"{result.amount:,.2f}" if result.amount is not None else "—",
            "疑点" if result.suspicious else "",
            f"{result.as_of:%Y-%m-%d}" if result.as_of else "—",
        )
        for result in results
    )
    names = ("姓名", "部门", "核对情况", "金额（元）", "疑点", "数据日期")
    aligns = ("center", "center", "left", "right", "center", "center")
    return Grid(names, rows, widths=(3, 5, 10, 4, 2, 5), aligns=aligns, size=10)


def said(sealed: Any) -> str:
    """A finding in clear."""
    return sealed.plain() if sealed else ""
