"""The numbers of a desk are kept for a minute: for one person, and never beyond the person's own writes."""

import pytest

from salvation.web import desk
from salvation.web.desk import Number, Panel


@pytest.fixture
def counts(monkeypatch, settings):
    """How often the numbers were counted; the desk shows that."""
    settings.DESK_SECONDS = 60
    times = []

    def numbers(user, today):
        times.append(user)
        return [Number("第几次", f"数了{len(times)}次")]

    monkeypatch.setattr(desk, "PANELS", [Panel("数目", "case.view", numbers)])
    return times


def seen(client):
    return client.get("/").content.decode()


def test_a_desk_opened_again_is_not_counted_again(client, clerk, counts):
    client.force_login(clerk)
    assert "数了1次" in seen(client)
    assert "数了1次" in seen(client)


def test_own_work_shows_at_once(client, clerk, counts):
    client.force_login(clerk)
    seen(client)
    client.post("/nowhere/")
    assert "数了2次" in seen(client)


def test_nobody_reads_the_numbers_of_another(client, clerk, leader, counts):
    client.force_login(clerk)
    seen(client)
    client.force_login(leader)
    assert "数了2次" in seen(client)


def test_numbers_go_with_the_post_they_were_counted_for(client, clerk, make_user, counts):
    client.force_login(clerk)
    seen(client)
    clerk.posts.all().delete()
    make_user("other", "TOWN_CLERK", "360722101").posts.update(user=clerk)
    assert "数了2次" in seen(client)
