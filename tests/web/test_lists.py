import re

import pytest

from salvation.journal.models import Entry
from salvation.registers.models import Meeting
from salvation.web.cursor import capped_count, window
from salvation.web.models import SavedView
from salvation.web.services import new_token


def walk(rows, sort, size=3):
    """All ids, page by page forwards, then the pages again backwards."""
    forwards, page = [], window(rows, sort=sort, size=size)
    while True:
        forwards.append([row.pk for row in page.rows])
        if page.after is None:
            break
        page = window(rows, sort=sort, size=size, after=page.after)
    backwards = [forwards[-1]]
    while page.before is not None:
        page = window(rows, sort=sort, size=size, before=page.before)
        backwards.append([row.pk for row in page.rows])
    return forwards, backwards[::-1]


@pytest.mark.parametrize("sort", ["held_on", "-held_on", "pk", "-pk", "quorum", "-quorum"])
def test_pages_cover_every_row_once_and_lead_back_the_same_way(make_meetings, sort):
    for number, meeting in enumerate(make_meetings(10)):
        Meeting.objects.filter(pk=meeting.pk).update(quorum=number % 3 or None)
    rows = Meeting.objects.all()
    forwards, backwards = walk(rows, sort)
    expected = list(rows.order_by(sort, "-pk" if sort.startswith("-") else "pk").values_list("pk", flat=True))
    assert [pk for page in forwards for pk in page] == expected
    assert forwards == backwards


def test_a_place_in_a_list_one_may_not_see_starts_from_the_beginning(make_meetings):
    mine = make_meetings(4)
    (theirs,) = make_meetings(1, "360722101")
    rows = Meeting.objects.filter(unit=mine[0].unit)
    assert [row.pk for row in window(rows, sort="pk", size=2, after=theirs.pk).rows] == [
        mine[0].pk,
        mine[1].pk,
    ]


def test_a_count_stops_at_its_cap(make_meetings):
    make_meetings(5)
    assert capped_count(Meeting.objects.all(), cap=3) == "3+"
    assert capped_count(Meeting.objects.all(), cap=5) == "5"


def test_the_address_holds_ids_only(clerk, sign_in, make_meetings):
    make_meetings(60)
    page = sign_in(clerk).get("/registers/meetings/?sort=held_on").content.decode()
    assert re.search(r'href="\?sort=held_on&amp;after=\d+"', page)


def test_a_list_needs_the_same_queries_for_one_row_and_for_fifty(
    clerk, sign_in, make_meetings, django_assert_num_queries, settings
):
    # The session is not saved in between.
    settings.SESSION_SEEN_EVERY = 10**9
    client = sign_in(clerk)
    make_meetings(1)
    client.get("/registers/meetings/")
    with django_assert_num_queries(NUMBER_OF_QUERIES):
        client.get("/registers/meetings/")
    make_meetings(59)
    with django_assert_num_queries(NUMBER_OF_QUERIES):
        client.get("/registers/meetings/")


NUMBER_OF_QUERIES = 10


def test_an_unknown_sort_or_place_is_ignored(clerk, sign_in, make_meetings):
    make_meetings(2)
    answer = sign_in(clerk).get(
        "/registers/meetings/?sort=unit__county__name&after=999999999999999999999&cols=x"
    )
    assert answer.status_code == 200


def test_a_filter_that_cannot_be_read_finds_nothing_and_says_why(clerk, sign_in, make_meetings):
    make_meetings(2)
    page = sign_in(clerk).get("/registers/meetings/?since=gestern").content.decode()
    assert "筛选条件有误" in page and "第1次会议" not in page


def test_optional_columns_show_when_chosen(clerk, sign_in, make_meetings):
    make_meetings(1)
    client = sign_in(clerk)
    assert (
        '<th scope="col" rowspan="1" class="">会议号</th>'
        not in client.get("/registers/meetings/").content.decode()
    )
    chosen = client.get("/registers/meetings/?cols=number&cols=place").content.decode()
    assert ">会议号</th>" in chosen and ">主持人</th>" not in chosen


MEETINGS = "/registers/meetings/"


def keep_view(client, name, query="?kind=PANEL&cols=place", **more):
    client.post(MEETINGS + query, {"_act": "save_view", "name": name, **more})
    return SavedView.objects.get(name=name)


def test_a_saved_view_is_mine_alone(clerk, leader, sign_in, make_meetings):
    view = keep_view(sign_in(clerk), "审批会")
    assert view.query == "kind=PANEL&cols=place"
    link = f'href="?kind=PANEL&amp;cols=place&amp;view={view.pk}"'
    assert link in sign_in(clerk).get(MEETINGS).content.decode()
    assert link not in sign_in(leader).get(MEETINGS).content.decode()


def test_a_default_view_opens_with_the_list_and_the_whole_list_stays_one_click_away(
    clerk, sign_in, make_meetings
):
    make_meetings(1)
    view = keep_view(sign_in(clerk), "民主评议", "?kind=REVIEW", default="1")
    answer = sign_in(clerk).get(MEETINGS)
    assert answer.status_code == 302 and answer["Location"].endswith(f"view={view.pk}")
    assert "第0次会议" not in sign_in(clerk).get(answer["Location"]).content.decode()
    assert "第0次会议" in sign_in(clerk).get(MEETINGS + "?view=0").content.decode()


def test_one_view_of_a_list_is_the_default_at_most(clerk, sign_in):
    client = sign_in(clerk)
    keep_view(client, "甲", default="1")
    second = keep_view(client, "乙")
    client.post(MEETINGS, {"_act": "default_view", "view": second.pk})
    assert list(SavedView.objects.filter(is_default=True)) == [second]
    client.post(MEETINGS, {"_act": "no_default_view", "view": second.pk})
    assert not SavedView.objects.filter(is_default=True).exists()


def test_views_are_renamed_and_deleted_by_their_owner_only(clerk, leader, sign_in):
    view = keep_view(sign_in(clerk), "甲")
    sign_in(leader).post(MEETINGS, {"_act": "drop_view", "view": view.pk})
    sign_in(leader).post(MEETINGS, {"_act": "rename_view", "view": view.pk, "name": "抢"})
    sign_in(clerk).post(MEETINGS, {"_act": "rename_view", "view": view.pk, "name": "乙"})
    assert SavedView.objects.get().name == "乙"
    sign_in(clerk).post(MEETINGS, {"_act": "drop_view", "view": view.pk})
    assert not SavedView.objects.exists()


def test_a_name_that_is_taken_is_refused(clerk, sign_in):
    client = sign_in(clerk)
    keep_view(client, "甲")
    view = keep_view(client, "乙")
    answer = client.post(MEETINGS, {"_act": "rename_view", "view": view.pk, "name": "甲"})
    assert answer.status_code == 400 and "请换一个名称" in answer.content.decode()


def headings(page):
    return re.findall(r">([^<>]+)(?:<span[^>]*>[↑↓]?</span>)?(?:</a>)?</th>", page.split("</thead>")[0])


def test_columns_are_remembered_for_the_account_in_their_order(clerk, leader, sign_in, make_meetings):
    make_meetings(1)
    sign_in(clerk).post(MEETINGS, {"_act": "columns", "cols": ["place", "number", "nonsense"]})
    assert headings(sign_in(clerk).get(MEETINGS).content.decode())[1:] == ["地点", "会议号"]
    assert "地点" in headings(sign_in(leader).get(MEETINGS).content.decode())[3:]


def test_columns_move_without_a_script_and_come_back_by_default(clerk, sign_in, make_meetings):
    make_meetings(1)
    client = sign_in(clerk)
    usual = headings(client.get(MEETINGS).content.decode())
    client.post(MEETINGS, {"_act": "columns", "cols": ["place", "number"], "move": "number:up"})
    assert headings(client.get(MEETINGS).content.decode())[1:] == ["会议号", "地点"]
    client.post(MEETINGS, {"_act": ["columns", "reset_columns"], "cols": ["place"]})
    assert headings(client.get(MEETINGS).content.decode()) == usual


def test_chosen_columns_show_on_the_cards_of_a_phone(clerk, sign_in, make_meetings):
    make_meetings(1)
    page = sign_in(clerk).get(MEETINGS + "?cols=number").content.decode()
    assert 'class="p3" data-label="会议号"' in page


def test_a_bulk_act_shows_every_row_before_it_is_confirmed(clerk, sign_in, make_meetings):
    picked = [meeting.pk for meeting in make_meetings(3)][:2]
    page = sign_in(clerk).post("/bulk/", {"_act": "praise", "pick": picked}).content.decode()
    assert "请逐件核对 2 件" in page and "2 次会议将被表扬" in page and "第0次会议" in page
    assert not Meeting.objects.filter(host="受表扬").exists()


def test_a_confirmed_bulk_act_touches_only_rows_of_the_own_unit(clerk, sign_in, make_meetings):
    mine, theirs = make_meetings(1), make_meetings(1, "360722101")
    picks = [mine[0].pk, theirs[0].pk]
    answer = sign_in(clerk).post(
        "/bulk/", {"_act": "praise", "pick": picks, "_once": new_token()}, follow=True
    )
    assert list(Meeting.objects.filter(host="受表扬")) == mine
    assert "第二次会议 未办理：材料不全" in answer.content.decode()


def test_a_bulk_act_on_nothing_is_refused_in_words(clerk, sign_in):
    answer = sign_in(clerk).post("/bulk/", {"_act": "praise"})
    assert answer.status_code == 409 and "请先在列表中勾选要办理的件" in answer.content.decode()


def test_a_reader_may_not_run_the_bulk_act(auditor, sign_in, make_meetings):
    (meeting,) = make_meetings(1)
    assert sign_in(auditor).post("/bulk/", {"_act": "praise", "pick": [meeting.pk]}).status_code == 403


def test_an_export_is_masked_and_journalled_even_when_empty(clerk, sign_in):
    sign_in(clerk).post("/registers/meetings/", {"_act": "export"})
    assert Entry.objects.get(action="export").facts["rows"] == 0
