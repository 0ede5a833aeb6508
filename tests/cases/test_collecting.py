"""Records sent by a device: once each, only within one's villages, whatever is sent; photos one by one."""
# requirements: B04, B05

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases.models import Application, Benefit, ReviewTask, ReviewVisit, Survey, SurveyImage
from cases.services.applications import record_survey
from cases.services.visit_rules import SurveyDetails, SurveyorInput
from cases.visits import visits_of
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.files.models import Attachment
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household, make_visited

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def picture(form: str = "PNG", size: tuple[int, int] = (80, 30), mode: str = "RGB") -> str:
    stream = BytesIO()
    Image.new(mode, size).save(stream, form)
    return base64.b64encode(stream.getvalue()).decode()


def record(**changed: Any) -> dict[str, Any]:
    return {
        "method": "HOME",
        "visited_at": (timezone.now() - timedelta(minutes=5)).isoformat(),
        "place": "水东村3组",
        "spot": "25.38000,114.93000",
        "present": "谢桂英",
        "surveyors": [{"name": "钟经办", "level": "TOWN"}, {"name": "谢村长", "level": "VILLAGE"}],
        "seen": {"housing": {"ticked": ["UNSAFE"], "note": "后墙开裂"}},
        "findings": "两人共同生活，<b>属实</b>",
        "conclusion": "属实",
        "signatures": [{"kind": "FAMILY", "name": "谢桂英", "image": picture()}],
    } | changed


@pytest.fixture
def waiting(units: dict[str, Unit]) -> Application:
    return make_visited(make_household(units["360722100200"], ["谢桂英", "谢建国"]))


def send(client: Client, application: Application, given: Any, key: Any = None) -> Any:
    return client.post(
        reverse("api:surveys", args=[application.pk]), given, content_type="application/json",
        headers={"Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip


def send_photo(client: Client, survey: Survey, image: str, key: Any = None, **more: Any) -> Any:
    return client.post(
        reverse("api:survey_photos", args=[survey.application_id, survey.pk]),
        {"name": "现场照片.jpg", "image": image, **more},
        content_type="application/json", headers={"Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip


def test_a_record_is_kept_whole_with_its_signature(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    answer = send(sign_in(clerk), waiting, record(by=clerk.pk))
    assert (answer.status_code, answer.json()["version"], answer.json()["repeated"]) == (201, 1, False)
    survey = Survey.objects.get()
    assert (survey.signed_by_family, survey.spot) == (True, "25.38000,114.93000")
    assert survey.surveyors.get(level="TOWN").user == clerk
    image = survey.images.get()
    assert (image.kind, image.label, image.attachment.kind) == ("FAMILY", "谢桂英", "SIGNATURE")
    page = (
        sign_in(clerk).get(reverse("cases:application", args=[waiting.pk]) + "?tab=surveys").content.decode()
    )
    assert "危房或明显破损；后墙开裂" in page and "&lt;b&gt;属实" in page and "家庭成员签字：谢桂英" in page
    assert Entry.objects.filter(action="survey.record").count() == 1


@pytest.fixture
def task(units: dict[str, Unit]) -> ReviewTask:
    """A family on 低保 whose review is due."""
    benefit = make_benefit(make_household(units["360722100200"], ["赖秀英"]), date(2024, 1, 1))
    due = timezone.localdate() + timedelta(days=20)
    found: ReviewTask = ReviewTask.objects.create(
        benefit=benefit, unit=benefit.unit, village=benefit.village, source="DUE", due_on=due
    )
    return found


def send_review(client: Client, task: ReviewTask, given: Any, key: Any = None) -> Any:
    return client.post(
        reverse("api:review_visits", args=[task.pk]), given, content_type="application/json",
        headers={"Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip


def test_a_visit_for_a_review_is_kept_whole_and_once_however_often_it_is_sent(
    task: ReviewTask, clerk: User, sign_in: SignIn
) -> None:
    key, given, client = uuid4(), record(by=clerk.pk), sign_in(clerk)
    first, second = (send_review(client, task, given, key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {**first.json(), "repeated": True}
    visit = ReviewVisit.objects.get()
    assert (visit.signed_by_family, visit.spot, visit.version) == (True, "25.38000,114.93000", 1)
    assert visit.images.get().attachment.subject_type == "cases.reviewtask"
    page = client.get(reverse("cases:review", args=[task.pk])).content.decode()
    assert "危房或明显破损；后墙开裂" in page and "第1次-家庭成员签字-谢桂英.png" in page
    assert Entry.objects.filter(action="review.visit").count() == 1


def test_other_words_under_the_key_of_a_review_are_refused(
    task: ReviewTask, clerk: User, sign_in: SignIn
) -> None:
    key, client = uuid4(), sign_in(clerk)
    send_review(client, task, record(), key)
    answer = send_review(client, task, record(findings="改过"), key)
    assert (answer.status_code, ReviewVisit.objects.count()) == (409, 1)
    assert "作为新的一次上报" in answer.json()["message"]


def test_a_photo_of_a_review_is_kept_once_by_whoever_recorded_it(
    task: ReviewTask, clerk: User, leader: User, sign_in: SignIn
) -> None:
    kept = send_review(sign_in(clerk), task, record()).json()["survey"]
    address, key = reverse("api:review_photos", args=[task.pk, kept]), str(uuid4())
    given = {"name": "现场照片.jpg", "image": picture("JPEG")}
    for status in (201, 200):
        answer = sign_in(clerk).post(address, given, "application/json", headers={"Idempotency-Key": key})
        assert answer.status_code == status
    assert ReviewVisit.objects.get().images.filter(kind="PHOTO").count() == 1


def test_a_concluded_review_takes_no_visit_and_another_town_finds_none(
    task: ReviewTask, clerk: User, other_clerk: User, sign_in: SignIn
) -> None:
    assert send_review(sign_in(other_clerk), task, record()).status_code == 404
    ReviewTask.objects.update(done_on=timezone.localdate(), outcome="SAME")
    answer = send_review(sign_in(clerk), task, record())
    assert answer.status_code == 409
    assert "已登记核查结论" in answer.json()["message"]
    assert not ReviewVisit.objects.exists()


def test_reviews_wait_on_the_device_beside_applications(
    task: ReviewTask, waiting: Application, clerk: User, other_clerk: User, sign_in: SignIn
) -> None:
    found = sign_in(clerk).get(reverse("api:visits")).json()["visits"]
    assert [(one["kind"], one["id"], one["name"]) for one in found] == [
        ("application", waiting.pk, "谢桂英"), ("review", task.pk, "赖秀英"),
    ]  # fmt: skip
    assert sign_in(other_clerk).get(reverse("api:visits")).json()["visits"] == []
    page = sign_in(clerk).get(reverse("cases:visits")).content.decode()
    assert "待核查的家庭" in page and "赖秀英" in page


def test_what_was_ticked_lies_sealed(waiting: Application, clerk: User, sign_in: SignIn) -> None:
    send(sign_in(clerk), waiting, record())
    with connection.cursor() as cursor:
        cursor.execute("SELECT seen FROM cases_survey")
        assert "后墙".encode() not in bytes(cursor.fetchone()[0])


def test_the_same_key_keeps_one_record_however_often_it_is_sent(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    key, given = uuid4(), record()
    first = send(sign_in(clerk), waiting, given, key)
    second = send(sign_in(clerk), waiting, given, key)
    assert (second.status_code, second.json()) == (200, {**first.json(), "repeated": True})
    assert Survey.objects.count() == Attachment.objects.count() == 1


def test_the_same_key_is_answered_even_when_the_application_moved_on(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    key, given = uuid4(), record()
    send(sign_in(clerk), waiting, given, key)
    Application.objects.filter(pk=waiting.pk).update(state="TOWN_REVIEW")
    assert send(sign_in(clerk), waiting, given, key).status_code == 200


def test_other_words_under_a_used_key_are_refused_with_the_way_on(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    key, given = uuid4(), record()
    send(sign_in(clerk), waiting, given, key)
    answer = send(sign_in(clerk), waiting, given | {"findings": "另有收入"}, key)
    assert answer.status_code == 409
    assert "作为新的一次上报" in answer.json()["message"]
    assert send(sign_in(clerk), waiting, given | {"findings": "另有收入"}).json()["version"] == 2


def test_a_key_of_somebody_else_gives_nothing_away(
    waiting: Application, clerk: User, make_user: Callable[..., User], sign_in: SignIn
) -> None:
    key, given = uuid4(), record()
    send(sign_in(clerk), waiting, given, key)
    worker = make_user("worker", "VILLAGE_WORKER", "360722100200", "谢村长")
    assert send(sign_in(worker), waiting, given, key).status_code == 409
    assert Survey.objects.count() == 1


def test_a_draft_of_one_account_is_not_sent_by_another(
    waiting: Application, clerk: User, head: User, sign_in: SignIn
) -> None:
    answer = send(sign_in(clerk), waiting, record(by=head.pk))
    assert answer.status_code == 409
    assert not Survey.objects.exists()


def test_an_application_that_moved_on_is_answered_in_words(
    units: dict[str, Unit], clerk: User, sign_in: SignIn
) -> None:
    moved = make_visited(make_household(units["360722100200"], ["谢桂英"]), "TOWN_REVIEW")
    answer = send(sign_in(clerk), moved, record())
    assert answer.status_code == 409
    assert "乡镇初审" in answer.json()["message"]


def test_only_who_surveys_there_may_send(
    waiting: Application, clerk: User, other_clerk: User, finance: User, make_user: Callable[..., User],
    sign_in: SignIn,
) -> None:  # fmt: skip
    neighbour = make_user("neighbour", "VILLAGE_WORKER", "360722100201", "邻村协理")
    reader = make_user("reader", "TOWN_LEADER", "360722100", "李分管")
    found = {user.username: send(sign_in(user), waiting, record()).status_code
             for user in (other_clerk, neighbour, finance, reader)}  # fmt: skip
    assert found["other_clerk"] == found["neighbour"] == 404
    assert found["finance"] in (403, 404) and found["reader"] == 403
    assert not Survey.objects.exists()


def test_the_list_of_visits_shows_ones_own_villages_only(
    waiting: Application, units: dict[str, Unit], clerk: User, other_clerk: User, make_user: Callable[..., User],
    sign_in: SignIn,
) -> None:  # fmt: skip
    make_visited(make_household(units["360722100201"], ["钟小北"]))
    worker = make_user("worker", "VILLAGE_WORKER", "360722100200", "谢村长")
    names = {
        user.username: [row.applicant.name for row in visits_of(user)]
        for user in (clerk, worker, other_clerk)
    }
    assert names == {"clerk": ["谢桂英", "钟小北"], "worker": ["谢桂英"], "other_clerk": []}
    said = sign_in(worker).get(reverse("api:visits")).json()
    assert (said["user"], said["own_level"]) == (worker.pk, "VILLAGE")
    assert said["visits"][0]["members"] == ["谢桂英", "谢建国"]


def test_a_visited_family_goes_to_the_end_of_the_list(
    waiting: Application, units: dict[str, Unit], clerk: User, sign_in: SignIn
) -> None:
    later = make_visited(make_household(units["360722100200"], ["钟小北"]))
    send(sign_in(clerk), waiting, record())
    assert [(row.pk, row.visited) for row in visits_of(clerk)] == [(later.pk, False), (waiting.pk, True)]


def test_the_list_costs_the_same_for_one_family_and_for_many(
    waiting: Application, units: dict[str, Unit], clerk: User
) -> None:
    visits_of(clerk)
    with connection.execute_wrapper(counted := Counter()):
        visits_of(clerk)
    one = counted.number
    for number in range(5):
        make_visited(make_household(units["360722100200"], [f"谢{number}", "谢小"]))
    with connection.execute_wrapper(counted := Counter()):
        visits_of(clerk)
    assert counted.number == one


def test_a_call_needs_the_reason_and_a_letter_its_day(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    client = sign_in(clerk)
    called = send(client, waiting, record(method="PHONE"))
    assert (called.status_code, list(called.json()["fields"])) == (400, ["no_visit_reason"])
    assert send(client, waiting, record(method="PHONE", no_visit_reason="全家在外省务工")).status_code == 201
    assert send(client, waiting, record(method="LETTER")).status_code == 400
    today = timezone.localdate()
    early = record(method="LETTER", sent_on=str(today), replied_on=str(today - timedelta(days=1)))
    assert send(client, waiting, early).status_code == 400
    letter = record(method="LETTER", sent_on=str(today), replied_on=str(today), surveyors=[])
    assert send(client, waiting, letter).status_code == 201
    assert send(client, waiting, record(method="NEIGHBOUR", present="钟大北")).status_code == 201
    assert [survey.version for survey in waiting.surveys.all()] == [1, 2, 3]


def test_a_home_visit_by_one_person_is_refused(waiting: Application, clerk: User, sign_in: SignIn) -> None:
    answer = send(sign_in(clerk), waiting, record(surveyors=[{"name": "钟经办", "level": "TOWN"}]))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["surveyors"])


def test_a_kept_record_and_its_pictures_cannot_be_changed(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    send(sign_in(clerk), waiting, record())
    for rows, change in ((Survey.objects, {"findings": "另写"}), (SurveyImage.objects, {"label": "另写"})):
        with pytest.raises(InternalError), transaction.atomic():
            rows.update(**change)


def test_a_photo_is_kept_once_with_its_time_and_place(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    client, key = sign_in(clerk), uuid4()
    send(client, waiting, record())
    taken = timezone.now() - timedelta(hours=2)
    facts = {"taken_at": taken.isoformat(), "place": "25.38000,114.93000"}
    codes = [
        send_photo(client, Survey.objects.get(), picture("JPEG"), key, **facts).status_code for _ in range(2)
    ]
    assert codes == [201, 200]
    kept = SurveyImage.objects.get(kind="PHOTO").attachment
    assert (kept.taken_at, kept.place, kept.content_type) == (taken, "25.38000,114.93000", "image/jpeg")


def test_photos_still_arrive_after_the_application_moved_on(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    client = sign_in(clerk)
    send(client, waiting, record())
    Application.objects.filter(pk=waiting.pk).update(state="TOWN_REVIEW")
    assert send_photo(client, Survey.objects.get(), picture("JPEG")).status_code == 201


def test_nobody_adds_photos_to_the_record_of_another(
    waiting: Application, clerk: User, other_clerk: User, make_user: Callable[..., User], sign_in: SignIn
) -> None:
    send(sign_in(clerk), waiting, record())
    worker = make_user("worker", "VILLAGE_WORKER", "360722100200", "谢村长")
    survey = Survey.objects.get()
    assert send_photo(sign_in(worker), survey, picture("JPEG")).status_code == 403
    assert send_photo(sign_in(other_clerk), survey, picture("JPEG")).status_code == 404


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "svg": SVG,
    "page": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7 ...",
    "cut photo": base64.b64decode(picture("JPEG"))[:40],
    "gif": b"GIF89a" + b"\0" * 40,
    "nothing": b"",
    "too many pixels": None,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_photo_is_refused_in_words(
    kind: str, waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    client = sign_in(clerk)
    send(client, waiting, record())
    content = HOSTILE[kind]
    image = picture("PNG", (12000, 6000), "1") if content is None else base64.b64encode(content).decode()
    answer = send_photo(client, Survey.objects.get(), image)
    assert answer.status_code in (400, 409)
    assert answer.json()["message"]
    assert SurveyImage.objects.filter(kind="PHOTO").count() == 0


def test_a_signature_that_is_no_picture_keeps_nothing_at_all(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    signatures = [{"kind": "FAMILY", "name": "谢桂英", "image": base64.b64encode(SVG).decode()}]
    assert send(sign_in(clerk), waiting, record(signatures=signatures)).status_code == 400
    assert not Survey.objects.exists() and not Attachment.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"findings": "有\0空字符"},
        {"findings": "\ud800"},
        {"findings": "长" * 4001},
        {"method": "DREAM"},
        {"visited_at": "0001-01-01T00:00:00+14:00"},
        {"visited_at": "9999-12-31T23:59:59-11:00"},
        {"spot": "<script>"},
        {"surveyors": "两人"},
        {"surveyors": [{"name": "钟经办", "level": "TOWN"}] * 50},
        {"seen": {"housing": {"ticked": ["PALACE"]}}},
        {"signatures": [{"kind": "FAMILY", "name": "谢桂英", "image": "不是图片"}]},
        {"sent_on": "昨天"},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_hostile_words_are_refused(changed: Any, waiting: Application, clerk: User, sign_in: SignIn) -> None:
    answer = send(sign_in(clerk), waiting, record(**changed))
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert not Survey.objects.exists()


def test_a_body_too_large_is_not_even_read(waiting: Application, clerk: User, sign_in: SignIn) -> None:
    client = sign_in(clerk)
    send(client, waiting, record())
    answer = send_photo(client, Survey.objects.get(), "A" * 12_000_000)
    assert answer.status_code == 400
    assert "太大" in answer.json()["message"]


def test_a_sending_without_a_key_is_refused(waiting: Application, clerk: User, sign_in: SignIn) -> None:
    answer = sign_in(clerk).post(
        reverse("api:surveys", args=[waiting.pk]), record(), content_type="application/json"
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["Idempotency-Key"])


def test_the_page_kept_for_times_without_network_names_nobody(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    shell = sign_in(clerk).get(reverse("cases:visit_shell")).content.decode()
    assert clerk.name not in shell and "谢桂英" not in shell and 'data-user=""' in shell


def test_the_service_worker_reaches_the_collecting_pages_only(clerk: User, sign_in: SignIn) -> None:
    answer = sign_in(clerk).get(reverse("cases:visit_worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer
    assert reverse("cases:visit_worker").startswith(reverse("cases:visits"))
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


def test_the_ordinary_form_asks_the_same(waiting: Application, clerk: User) -> None:
    with pytest.raises(Refusal, match="不能入户的原因"):
        record_survey(
            application=waiting, method="PHONE", visited_at=timezone.now(), place="电话", present="谢桂英", findings="在外",
            conclusion="属实", signed_by_family=False, surveyors=[SurveyorInput("钟经办", "TOWN")], actor=clerk,
            details=SurveyDetails(sent_on=date(2022, 5, 1)),
        )  # fmt: skip


def test_new_benefits_nobody_visited_for_are_listed(
    waiting: Application, units: dict[str, Unit], clerk: User, sign_in: SignIn
) -> None:
    month = date(2022, 5, 1)
    visited, missed = (make_household(units["360722100200"], [name]) for name in ("钟走访", "钟未访"))
    for household in (visited, missed):
        benefit = make_benefit(household, month)
        Benefit.objects.filter(pk=benefit.pk).update(source="APPLICATION")
        make_visited(household, "CONFIRMED", benefit=benefit)
    make_benefit(make_household(units["360722100200"], ["钟导入"]), month)
    Survey.objects.create(
        application=visited.applications.get(), version=1, visited_at=timezone.now(), place="家中", present="钟走访",
        findings="属实", conclusion="属实",
    )  # fmt: skip
    page = sign_in(clerk).get(reverse("cases:benefits") + "?added=2022-05&visit=none").content.decode()
    assert "钟未访" in page and "钟走访" not in page and "钟导入" not in page


class Counter:
    """Counts the statements that pass."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, *call: Any) -> Any:
        self.number += 1
        return execute(*call)


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_the_same_moment_keep_one_record(
    waiting: Application, clerk: User, sign_in: SignIn
) -> None:
    key, given = uuid4(), record()
    clients = [sign_in(clerk), sign_in(clerk)]

    def go(client: Client) -> int:
        try:
            return int(send(client, waiting, given, key).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        codes = sorted(both.map(go, clients))
    assert codes == [200, 201]
    assert Survey.objects.count() == 1
