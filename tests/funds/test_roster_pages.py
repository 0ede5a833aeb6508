"""The pages: what each person sees, what is masked, what a form does."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from funds.models import Roster
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.files.models import ExportRequest
from salvation.files.whole import ask_whole
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from tests.funds.builders import JUNE, MAY, Home, a_home

Make = Callable[..., Roster]
SignIn = Callable[[User], Client]


@pytest.fixture
def home(village: Unit) -> Home:
    return a_home(village, base="300", names=("谢桂英",))


def page(client: Client, name: str, *args: object, **query: str) -> str:
    return client.get(address_of(name, args), query).content.decode()


def address_of(name: str, args: tuple[object, ...]) -> str:
    """Of this app, where no other is named."""
    return reverse(name if ":" in name else f"funds:{name}", args=args)


def send(client: Client, name: str, *args: object, **values: str) -> int:
    address = address_of(name, args)
    token = re.search(r'name="_once" value="([^"]+)"', client.get(address).content.decode())
    return client.post(
        address, {"_once": token[1] if token else "", "_act": "confirmed", **values}
    ).status_code


def test_the_list_shows_the_towns_own_books_with_the_months_sums(
    home: Home, other_village: Unit, make: Make, clerk: User, sign_in: SignIn
) -> None:
    a_home(other_village, base="999")
    make(MAY)
    said = page(sign_in(clerk), "rosters")
    assert "2022年5月合计" in said
    assert "300.00" in said
    assert "大塘埠镇" not in said


def test_the_record_shows_the_three_way_tie(
    home: Home, make: Make, sign: Callable, clerk: User, sign_in: SignIn
) -> None:
    sign(make(MAY))
    home.stop(JUNE)
    said = page(sign_in(clerk), "roster", make(JUNE).pk)
    assert "上月＋增加－减少＝本月" in said
    assert "相符" in said
    assert "不符" not in said


def test_the_differences_name_the_order_behind_each_line(
    home: Home, make: Make, sign: Callable, clerk: User, sign_in: SignIn
) -> None:
    sign(make(MAY))
    order = home.change(JUNE, "350")
    assert order.no in page(sign_in(clerk), "roster", make(JUNE).pk, tab="differences")


@pytest.mark.parametrize("name", ["lines", "roster"])
def test_no_page_shows_a_full_number(name: str, home: Home, make: Make, clerk: User, sign_in: SignIn) -> None:
    said = page(sign_in(clerk), name, make(MAY).pk, cols="id_no")
    assert home.people[0].id_no not in said
    line = page(sign_in(clerk), "line", make(MAY).pk, home.benefit.pk, "2022-05")
    assert home.people[0].id_no not in line
    assert "********" in line


def test_a_clerk_of_another_town_gets_404_everywhere(
    home: Home, make: Make, other_clerk: User, sign_in: SignIn
) -> None:
    roster, client = make(MAY), sign_in(other_clerk)
    place = (roster.pk, home.benefit.pk, "2022-05")
    addresses = [
        ("roster", (roster.pk,)),
        ("line", place),
        ("exclude", place),
        ("download", (roster.pk, "roster")),
    ]
    assert {client.get(reverse(f"funds:{name}", args=args)).status_code for name, args in addresses} == {404}


def test_an_approver_of_another_county_gets_404(
    home: Home, make: Make, outsider: User, sign_in: SignIn
) -> None:
    assert sign_in(outsider).get(reverse("funds:roster", args=[make(MAY).pk])).status_code == 404


def test_a_line_is_excluded_and_let_in_again_on_its_page(
    home: Home, make: Make, clerk: User, sign_in: SignIn
) -> None:
    roster, client = make(MAY), sign_in(clerk)
    place = (roster.pk, home.benefit.pk, "2022-05")
    assert send(client, "exclude", *place, reason="人户分离") == 302
    assert "乡镇剔除待核：人户分离" in page(client, "line", *place)
    assert send(client, "include", *place) == 302
    assert roster.pay_lines.get().state == "PLANNED"


def test_a_leader_may_not_exclude(home: Home, make: Make, leader: User, sign_in: SignIn) -> None:
    place = [make(MAY).pk, home.benefit.pk, "2022-05"]
    assert sign_in(leader).get(reverse("funds:exclude", args=place)).status_code == 403


def test_a_month_that_is_none_is_not_found(home: Home, make: Make, clerk: User, sign_in: SignIn) -> None:
    place = [make(MAY).pk, home.benefit.pk, "2022-99"]
    assert sign_in(clerk).get(reverse("funds:line", args=place)).status_code == 404


def test_no_form_takes_an_amount(home: Home, make: Make, clerk: User, sign_in: SignIn) -> None:
    roster, client = make(MAY), sign_in(clerk)
    place = (roster.pk, home.benefit.pk, "2022-05")
    send(client, "exclude", *place, reason="人户分离", total="9999", base="9999")
    send(client, "include", *place, total="9999", base="9999")
    assert roster.pay_lines.get().total == 300


def test_a_town_makes_its_own_rosters(home: Home, other_village: Unit, clerk: User, sign_in: SignIn) -> None:
    a_home(other_village)
    assert send(sign_in(clerk), "generate", month="2022-06") == 302
    assert list(Roster.objects.values_list("unit__name", "month")) == [("嘉定镇", date(2022, 6, 1))]


def test_who_only_reads_cannot_make_rosters(home: Home, auditor: User, sign_in: SignIn) -> None:
    assert sign_in(auditor).get(reverse("funds:generate")).status_code == 403


def test_the_bureaus_consent_lists_every_roster_before_it_binds(
    home: Home,
    make: Make,
    sign: Callable,
    county_clerk: User,
    approver: User,
    bureau_meeting: Meeting,
    sign_in: SignIn,
) -> None:
    roster = sign(make(MAY))
    sign_in(county_clerk).post(
        reverse("funds:rosters"), {"_act": "county_check", "pick": roster.pk, "_once": "0" * 32}
    )
    client = sign_in(approver)
    address = reverse("funds:approve")
    values = {"month": "2022-05", "meeting": bureau_meeting.pk}
    said = client.post(address, values).content.decode()
    assert "嘉定镇2022年5月农村低保花名表：1户 2人 1笔 300.00元" in said
    assert send(client, "approve", **{key: str(value) for key, value in values.items()}) == 302
    roster.refresh_from_db()
    assert roster.state == "BUREAU_APPROVED"


def test_a_download_is_masked_and_a_full_one_refused(
    home: Home, make: Make, clerk: User, sign_in: SignIn
) -> None:
    roster, client = make(MAY), sign_in(clerk)
    answer = client.get(reverse("funds:download", args=[roster.pk, "roster"]))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert "********" in book["花名表"]["F4"].value
    assert client.get(reverse("funds:download", args=[roster.pk, "full"])).status_code == 403


def test_the_full_book_is_asked_for_decided_and_downloaded(
    home: Home, make: Make, finance: User, approver: User, sign_in: SignIn
) -> None:
    roster = make(MAY)
    assert send(sign_in(finance), "files:ask_whole", "funds.roster", roster.pk, reason="报送银行代发") == 302
    asked = ExportRequest.objects.get()
    assert "报送银行代发" in page(sign_in(approver), "files:exports")
    assert send(sign_in(approver), "files:decide_export", asked.pk, approve="yes") == 302
    assert "下载完整版" in page(sign_in(finance), "roster", roster.pk)
    answer = sign_in(finance).get(reverse("funds:download", args=[roster.pk, "full"]))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert book["花名表"]["F4"].value == home.people[0].id_no


def test_an_approver_of_another_county_sees_no_request(
    home: Home, make: Make, finance: User, outsider: User, sign_in: SignIn
) -> None:
    asked = ask_whole(subject=make(MAY), reason="报送银行代发", actor=finance, now=timezone.now())
    assert "报送银行代发" not in page(sign_in(outsider), "files:exports")
    assert sign_in(outsider).get(reverse("files:decide_export", args=[asked.pk])).status_code == 404


def test_who_must_stand_back_sees_no_line_and_gets_no_book(
    home: Home, village: Unit, make: Make, clerk: User, sign_in: SignIn
) -> None:
    a_home(village, names=("钟建国",))
    Recusal.objects.create(user=clerk, person_id=home.people[1].pk, reason="近亲属")
    roster, client = make(MAY), sign_in(clerk)
    assert "谢桂英" not in page(client, "lines", roster.pk)
    assert "谢桂英" not in page(client, "roster", roster.pk, tab="differences")
    assert client.get(reverse("funds:download", args=[roster.pk, "roster"])).status_code == 409
    assert client.get(reverse("funds:line", args=[roster.pk, home.benefit.pk, "2022-05"])).status_code == 404
