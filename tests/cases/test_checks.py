"""The core check: asked with authorisations, answered by departments through files, reported with a validity."""
# requirements: B07

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from cases.models import Application, CheckExchange, CheckRequest, CheckResult
from cases.services.check_exchange import export_requests, import_results
from cases.services.checks import Answer, record_answers, request_check
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.domain.citizen_id import check_character
from salvation.domain.errors import Refusal
from salvation.files.services import load
from salvation.files.whole import decide_whole, requests_for
from salvation.flow.engine import available, perform
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import hand_in, make_check, make_household

STRANGER = "99000019540315002" + check_character("99000019540315002")
HEAD = ("提请号", "姓名", "身份证号", "部门", "核对情况", "金额", "疑点")


@pytest.fixture
def checker(make_user: Callable[..., User]) -> User:
    return make_user("checker", "COUNTY_CHECKER", "360722", "核对员")


@pytest.fixture
def application(units: dict[str, Unit], clerk: User) -> Application:
    household = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    return hand_in(household, clerk, "submit", "accept")


@pytest.fixture
def check(application: Application, clerk: User) -> CheckRequest:
    return request_check(application=application, actor=clerk, now=timezone.now())


def step(check: CheckRequest, code: str, actor: User, **data: Any) -> None:
    comment = data.pop("comment", "")
    perform(subject=check, step=code, actor=actor, now=timezone.now(), data=data, comment=comment)


def answered(check: CheckRequest, checker: User) -> CheckRequest:
    step(check, "start", checker)
    found = [Answer(check.people.all()[0].pk, "BANK", "定期存款", suspicious=True)]
    record_answers(request=check, answers=found, actor=checker)
    return check


def results_file(check: CheckRequest, *rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    book.active.append(HEAD)
    for person, *answer in rows:
        row = check.people.all()[person] if isinstance(person, int) else None
        number = row.id_no.plain() if row else STRANGER
        book.active.append((check.no, row.name if row else person, number, *answer))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_without_everybodys_authorisation_there_is_no_check(application: Application, clerk: User) -> None:
    application.authorisations.last().delete()
    with pytest.raises(Refusal, match="谢建国没有有效的核对授权书"):
        request_check(application=application, actor=clerk, now=timezone.now())
    assert not CheckRequest.objects.exists()


def test_a_request_names_everybody_with_his_authorisation_and_is_due_in_three_working_days(
    check: CheckRequest,
) -> None:
    assert [person.name for person in check.people.all()] == ["谢桂英", "谢建国"]
    assert all(person.authorisation.person_id == person.person_id for person in check.people.all())
    assert check.due_on is not None
    assert check.due_on > check.requested_on


def test_a_second_request_waits_for_the_first(check: CheckRequest, clerk: User) -> None:
    with pytest.raises(Refusal, match="已有办理中的核对"):
        request_check(application=check.application, actor=clerk, now=timezone.now())


def test_the_exported_file_carries_whole_numbers_lies_sealed_and_is_journalled(
    check: CheckRequest, checker: User, units: dict[str, Unit]
) -> None:
    made = export_requests(
        requests=[check], unit=units["360722"], reason="五月核对", actor=checker, now=timezone.now()
    )
    sheet = load_workbook(BytesIO(load(made.stored_as))).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert check.people.all()[0].id_no.plain() in cells
    check.refresh_from_db()
    assert (check.state, check.started_on) == ("STARTED", timezone.localdate())
    facts = Entry.objects.get(action="check.export").facts
    assert (facts["people"], facts["reason"]) == (2, "五月核对")


def test_what_departments_answered_comes_back_by_file(
    check: CheckRequest, checker: User, units: dict[str, Unit]
) -> None:
    step(check, "start", checker)
    content = results_file(
        check, (0, "银行", "定期存款一笔", "52000.00", "是"), (1, "不动产登记", "无房产", None, "否")
    )
    made = import_results(content=content, name="结果.xlsx", unit=units["360722"], actor=checker)
    assert (made.requests, made.rows) == (1, 2)
    found = CheckResult.objects.get(suspicious=True)
    assert (found.department, found.amount, found.finding.plain()) == ("BANK", 52000, "定期存款一笔")


def test_several_departments_may_speak_of_the_same_person_in_one_file(
    check: CheckRequest, checker: User, units: dict[str, Unit]
) -> None:
    step(check, "start", checker)
    content = results_file(check, (0, "银行", "无", None, "否"), (0, "不动产登记", "住房一套", None, "否"))
    import_results(content=content, name="结果.xlsx", unit=units["360722"], actor=checker)
    assert set(CheckResult.objects.values_list("department", flat=True)) == {"BANK", "ESTATE"}


def test_a_row_of_a_stranger_keeps_the_whole_file_out(
    check: CheckRequest, checker: User, units: dict[str, Unit]
) -> None:
    step(check, "start", checker)
    content = results_file(check, (0, "银行", "无", None, "否"), ("路人", "银行", "无", None, "否"))
    with pytest.raises(Refusal, match=r"路人 不在提请 .* 的名单里"):
        import_results(content=content, name="结果.xlsx", unit=units["360722"], actor=checker)
    assert not CheckResult.objects.exists()
    assert not CheckExchange.objects.exists()


def test_a_row_with_the_number_of_one_and_the_name_of_another_keeps_the_whole_file_out(
    check: CheckRequest, checker: User, units: dict[str, Unit]
) -> None:
    step(check, "start", checker)
    content = results_file(check, (0, "银行", "无", None, "否"), (1, "银行", "无", None, "否"))
    check.people.filter(pk=check.people.all()[1].pk).update(name="换了名")
    with pytest.raises(Refusal, match=r"第 3 行：姓名：该证号登记的姓名是“换了名”.*请核对证号和姓名"):
        import_results(content=content, name="结果.xlsx", unit=units["360722"], actor=checker)
    assert not CheckResult.objects.exists()


def test_a_report_needs_answers_and_holds_for_half_a_year(check: CheckRequest, checker: User) -> None:
    step(check, "start", checker)
    with pytest.raises(Refusal, match="还没有部门反馈"):
        step(check, "conforms", checker, summary="符合")
    found = [Answer(check.people.all()[0].pk, "BANK", "无")]
    record_answers(request=check, answers=found, actor=checker)
    step(check, "conforms", checker, summary="符合")
    assert check.valid_until == timezone.localdate() + timedelta(days=180)


def test_a_family_told_of_a_bad_report_objects_with_evidence_and_is_checked_again(
    check: CheckRequest, clerk: User, checker: User
) -> None:
    step(answered(check, checker), "fails", checker, summary="存款超过标准")
    step(check, "tell", clerk, told_on="2022-06-01", told_to="谢桂英")
    with pytest.raises(Refusal, match="佐证材料"):
        step(check, "object", clerk, comment="存款为丧葬费")
    step(check, "object", clerk, comment="存款为丧葬费", evidence=[1])
    with pytest.raises(Refusal, match="还没有部门反馈"):
        step(check, "conforms", checker, summary="符合")
    again = [Answer(check.people.all()[0].pk, "BANK", "丧葬费，豁免")]
    record_answers(request=check, answers=again, actor=checker)
    step(check, "conforms", checker, summary="复查符合")
    assert (check.state, check.round) == ("CONFORMS", 2)


def test_an_answer_is_never_changed(check: CheckRequest, checker: User) -> None:
    answered(check, checker)
    with pytest.raises(DatabaseError), transaction.atomic():
        CheckResult.objects.update(suspicious=False)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (None, "还没有提请经济状况核对"),
        ({"state": "STARTED", "reported_on": None, "valid_until": None}, "报告出具后再提交"),
        ({"state": "FAILED"}, "请先告知申请人"),
        ({"valid_until": timezone.localdate() - timedelta(days=1)}, "过期"),
    ],
)
def test_the_first_review_waits_for_a_valid_report(
    application: Application, clerk: User, facts: dict[str, Any] | None, reason: str
) -> None:
    perform(subject=application, step="survey", actor=clerk, now=timezone.now())
    if facts is not None:
        make_check(application, **{"reported_on": timezone.localdate() - timedelta(days=2), **facts})
    application.surveys.create(
        version=1, visited_at=timezone.now(), place="家中", present="谢桂英", findings="属实", conclusion="属实",
        signed_by_family=True,
    ).surveyors.model.objects.bulk_create(
        application.surveys.get().surveyors.model(survey=application.surveys.get(), name=level, level=level)
        for level in ("TOWN", "VILLAGE")
    )  # fmt: skip
    offers = {offer.step.code: offer for offer in available(application, clerk, timezone.now())}
    assert reason in offers["propose"].reason


def test_every_look_at_a_report_is_journalled_and_marked_with_the_reader(
    check: CheckRequest, checker: User, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    answered(check, checker)
    page = sign_in(clerk).get(reverse("cases:check", args=[check.pk])).content.decode()
    assert "定期存款" in page
    assert "钟经办" in page.split("paper-frame")[1]
    assert check.people.all()[0].id_no.plain() not in page
    file = sign_in(clerk).get(reverse("cases:check_file", args=[check.pk, "pdf"]))
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    assert list(
        Entry.objects.filter(action="check.read").order_by("pk").values_list("facts__form", flat=True)
    ) == [
        "页面",
        "pdf",
    ]


def test_a_report_is_no_villages_and_no_other_towns(
    check: CheckRequest, other_clerk: User, make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    villager = make_user("villager", "VILLAGE_WORKER", "360722100200")
    address = reverse("cases:check", args=[check.pk])
    assert sign_in(other_clerk).get(address).status_code == 404
    assert sign_in(villager).get(address).status_code == 403
    page = sign_in(villager).get(reverse("cases:application", args=[check.application_id])).content.decode()
    assert "tab=check" not in page


def test_whoever_stands_back_from_one_of_a_file_neither_reads_it_nor_brings_its_answers_in(
    check: CheckRequest,
    checker: User,
    approver: User,
    units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:
    made = export_requests(
        requests=[check], unit=units["360722"], reason="五月核对", actor=checker, now=timezone.now()
    )
    relative = check.application.applicant_id
    for person in (checker, approver):
        Recusal.objects.create(user=person, person_id=relative, reason="近亲属")
    client = sign_in(checker)
    assert made.name not in client.get(reverse("cases:check_exchanges")).content.decode()
    assert client.get(reverse("cases:check_exchange", args=[made.pk])).status_code == 404
    with pytest.raises(Http404):
        decide_whole(
            request_id=requests_for(made, checker).get().pk, approve=True, actor=approver, now=timezone.now()
        )
    content = results_file(check, (0, "银行", "无", None, "否"))
    with pytest.raises(Refusal, match="回避"):
        import_results(
            content=content, name="结果.xlsx", unit=units["360722"], actor=User.objects.get(pk=checker.pk)
        )
    assert not CheckResult.objects.exists()


def test_the_checker_exports_and_imports_on_pages(
    check: CheckRequest, checker: User, approver: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(checker)
    page = client.get(reverse("cases:export_checks"))
    given = {"_once": page.context["token"], "requests": [check.pk], "reason": "五月核对"}
    assert client.post(reverse("cases:export_checks"), given).status_code == 302
    sent = CheckExchange.objects.get()
    address = reverse("cases:check_exchange", args=[sent.pk])
    assert client.get(address).status_code == 409
    asked = requests_for(sent, checker).get()
    decide_whole(request_id=asked.pk, approve=True, actor=approver, now=timezone.now())
    assert client.get(address).status_code == 200
    upload = SimpleUploadedFile("结果.xlsx", results_file(check, (0, "银行", "无", None, "否")))
    page = client.get(reverse("cases:import_checks"))
    answer = client.post(reverse("cases:import_checks"), {"_once": page.context["token"], "file": upload})
    assert answer.status_code == 302
    assert CheckResult.objects.count() == 1
