"""How requests reach the departments and their answers come back: files today, behind one interface (B07).

A provincial platform joins by another class with the same two methods.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.models import CheckedPerson, CheckExchange, CheckRequest, CheckResult
from cases.services.checks import Answer, record_answers
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.services import load, store
from salvation.files.whole import PERMISSION, ask_whole, note_taken
from salvation.flow.engine import perform
from salvation.intake.identity import other_name
from salvation.intake.model import Column, Intake, Kind, Row, Setting
from salvation.intake.reading import read_short
from salvation.intake.refused import refused_whole
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.tables.flat import write_flat
from salvation.tables.model import Column as Shown
from salvation.tables.model import Heading, Table
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index

register(check__export="导出核对提请", check__import="导入核对结果")

REQUESTED = Table(
    "check-requests",
    "经济状况核对提请",
    (
        Shown("no", "提请号", value="request.no", width=18),
        Shown("name", "姓名"),
        # Departments look people up by the whole number: this file goes out sealed, with a reason, journalled.
        Shown(
            "number", "身份证号", value=lambda person: person.id_no.plain() if person.id_no else "", width=22
        ),
        Shown("relation", "与申请人关系"),
        Shown("signed", "授权日期", value=lambda p: f"{p.authorisation.signed_on:%Y-%m-%d}"),
        Shown("valid", "授权有效期至", value=lambda p: f"{p.authorisation.valid_until:%Y-%m-%d}"),
        Shown("department", "部门", value=lambda p: ""),
        Shown("finding", "核对情况", value=lambda p: "", width=40),
        Shown("amount", "金额", value=lambda p: ""),
        Shown("suspicious", "疑点", value=lambda p: ""),
        Shown("as_of", "数据日期", value=lambda p: ""),
    ),
)
DEPARTMENTS = {
    **{label: code for code, label in CheckResult.Department.choices},
    **{
        word: code
        for code, words in {
            "POLICE": "公安 公安局 户籍 车辆 车管所 交警", "ESTATE": "不动产 房产 自然资源 自然资源局 不动产中心",
            "MARKET": "市监 市场监管局 工商 企业", "TAX": "税务局 个税", "SOCIAL": "社保 人社 人社局 养老保险 社保局",
            "FUND": "公积金 公积金中心", "BANK": "银行 证券 保险 存款 金融", "FISCAL": "财政 财政局 财政供养人员",
            "FUNERAL": "殡仪馆 火化 民政殡葬", "FARM": "农业 农机 农业农村局", "OTHER": "其它",
        }.items()
        for word in words.split()
    },
}  # fmt: skip
YES = {
    **dict.fromkeys(("是", "有", "疑点", "不符", "√", "1"), True),
    **dict.fromkeys(("否", "无", "没有", "0"), False),
}
RESULTS = Intake(
    name="check-results",
    alone=False,
    title="核对结果",
    columns=(
        Column("no", "提请号", aliases=("提请编号", "核对编号", "申请编号", "请求编号"), required=True),
        Column("name", "姓名", Kind.NAME, ("被核对人",), required=True),
        Column("citizen_id", "身份证号", Kind.CITIZEN_ID, ("身份证号码", "公民身份号码", "证件号码"), required=True),
        Column("department", "部门", Kind.CHOICE, ("数据来源", "来源部门", "核对部门"), required=True, choices=DEPARTMENTS),
        Column("finding", "核对情况", aliases=("核对结果", "反馈情况", "反馈结果", "内容"), required=True),
        Column("amount", "金额", Kind.AMOUNT, ("金额（元）", "余额", "价值")),
        Column("suspicious", "疑点", Kind.CHOICE, ("是否疑点", "是否异常", "是否不符"), choices=YES),
        Column("as_of", "数据日期", Kind.DATE, ("截止日期", "反馈日期", "查询日期"), lenient=True),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out: how many requests and people, and the file, if it is one."""

    requests: int
    people: int
    content: bytes
    name: str


class Exchange(Protocol):
    """One way to the departments."""

    def send(self, requests: Sequence[CheckRequest], *, actor: Any, now: datetime) -> Sent:
        """Hand the people of these requests over."""
        ...

    def receive(self, content: bytes, *, actor: Any) -> Mapping[CheckRequest, list[Answer]]:
        """Answers by request, of those ``actor`` may see. Raises Refusal with every place that is wrong; then nothing is kept."""
        ...


class FileExchange:
    """By spreadsheet: the list goes out as xlsx, the answers come back as xlsx, xls or csv in the same columns."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    def send(self, requests: Sequence[CheckRequest], *, actor: Any, now: datetime) -> Sent:
        people = list(
            CheckedPerson.objects.filter(request__in=requests).select_related("request", "authorisation")
        )
        made = timezone.localtime(now)
        heading = Heading(
            REQUESTED.title, made, made_by=str(actor), mark=f"{actor} {made:%Y-%m-%d %H:%M} 仅限核对使用"
        )
        content = BytesIO()
        write_flat(REQUESTED, people, content, heading=heading)
        return Sent(len(requests), len(people), content.getvalue(), f"核对提请-{made:%Y%m%d-%H%M}.xlsx")

    def receive(self, content: bytes, *, actor: Any) -> Mapping[CheckRequest, list[Answer]]:
        setting = Setting(today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID)
        return self._matched(read_short(content, RESULTS, setting), actor)

    def _matched(self, rows: Sequence[Row], actor: Any) -> Mapping[CheckRequest, list[Answer]]:
        numbers = {str(row.values.get("no") or "") for row in rows}
        open_ones = CheckRequest.objects.visible_to(actor).filter(
            no__in=numbers, unit__path__startswith=self.unit.path
        )
        known = {request.no: request for request in open_ones}
        people = {
            (person.request_id, person.id_index): person
            for person in CheckedPerson.objects.filter(request__in=known.values())
        }
        found: dict[CheckRequest, list[Answer]] = {}
        wrong: list[str] = []
        for row in rows:
            request = known.get(str(row.values.get("no") or ""))
            person = people.get((request.pk, _index(row))) if request else None
            if problem := _problem(row, request, person):
                wrong.append(f"{row.place}：{problem}")
            elif request is not None and person is not None:
                found.setdefault(request, []).append(_answer(row, person))
        if wrong or not found:
            empty = "文件里没有核对结果，请填写“部门”“核对情况”后再导入"
            raise Refusal(refused_whole(wrong, empty=empty), field="file")
        return found


def _index(row: Row) -> Any:
    number = row.values.get("citizen_id")
    return blind_index(getattr(number, "number", str(number)), "citizen_id") if number else None


def _problem(row: Row, request: CheckRequest | None, person: CheckedPerson | None) -> str:
    if row.rejected:
        return "；".join(problem.text for problem in row.problems if problem.rejects)
    if request is None:
        return f"没有提请号 {row.values.get('no')}，或不在本县，或须由您以外的人经办（回避）"
    if person is None:
        return f"{row.values.get('name')} 不在提请 {request.no} 的名单里，或证号不符"
    if problem := other_name(row.values.get("name"), person.name):
        return problem.text
    return ""


def _answer(row: Row, person: CheckedPerson) -> Answer:
    values = row.values
    as_of = values.get("as_of")
    return Answer(
        person.pk, str(values["department"]), str(values["finding"]), values.get("amount"), bool(values.get("suspicious")),
        as_of if hasattr(as_of, "isoformat") else None,
    )  # fmt: skip


@transaction.atomic
def export_requests(
    *,
    requests: Sequence[CheckRequest],
    unit: Unit,
    reason: str,
    actor: Any,
    now: datetime,
    exchange: Exchange | None = None,
) -> CheckExchange:
    """Hand waiting requests over and start them. Raises Refusal when one may not be checked; then none goes out."""
    require(actor, "check.issue", unit)
    require(actor, PERMISSION, unit)
    if len(reason.strip()) < 4:
        raise Refusal("请写明导出用途（不少于4个字）", field="reason")
    if not requests:
        raise Refusal("请至少选择一件提请", field="requests")
    for request in requests:
        if request.state == "REQUESTED":
            perform(subject=request, step="start", actor=actor, now=now)
    sent = (exchange or FileExchange(unit)).send(requests, actor=actor, now=now)
    kept = _keep(CheckExchange.Way.OUT, unit, reason.strip(), sent, requests, actor)
    facts = {"requests": sent.requests, "people": sent.people, "reason": reason.strip(), "file": sent.name}
    record(actor=actor, action="check.export", subject=kept, unit=unit, facts=facts)
    ask_whole(subject=kept, reason=reason, actor=actor, now=now)
    return kept


@transaction.atomic
def import_results(
    *, content: bytes, name: str, unit: Unit, actor: Any, exchange: Exchange | None = None
) -> CheckExchange:
    """Take answers in; all or nothing. Raises Refusal with what is wrong and where."""
    require(actor, "check.issue", unit)
    found = (exchange or FileExchange(unit)).receive(content, actor=actor)
    rows = sum(
        record_answers(request=request, answers=answers, actor=actor) for request, answers in found.items()
    )
    kept = _keep(
        CheckExchange.Way.BACK,
        unit,
        "导入核对结果",
        Sent(len(found), rows, content, name[:150]),
        found,
        actor,
    )
    facts = {"requests": len(found), "rows": rows, "file": kept.name}
    record(actor=actor, action="check.import", subject=kept, unit=unit, facts=facts)
    return kept


def read_exchange(*, exchange: CheckExchange, actor: Any) -> bytes:
    """The sealed file once more, by the rule of files with whole numbers. Raises Refusal, PermissionDenied."""
    note_taken(subject=exchange, action="file.read", actor=actor, name=exchange.name)
    return load(exchange.stored_as)


def _keep(
    way: str, unit: Unit, reason: str, sent: Sent, asked: Iterable[CheckRequest], actor: Any
) -> CheckExchange:
    kept = CheckExchange.objects.create(
        unit=unit, way=way, reason=reason[:200], requests=sent.requests, rows=sent.people, stored_as=store(sent.content),
        name=sent.name, sha256=hashlib.sha256(sent.content).hexdigest(), made_by=actor,
    )  # fmt: skip
    kept.asked.set(asked)
    return kept
