"""Posts: the only source of rights. Level, incompatible roles, periods, and who may give them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from salvation.access.reach import reach_of
from salvation.accounts.models import Post, User
from salvation.accounts.roles import ADMINISTRATORS, INCOMPATIBLE, ROLES, conflict
from salvation.accounts.services import change_password, create_user, grant_post
from salvation.accounts.upkeep import disable_account, end_post, reset_password
from salvation.domain.errors import Refusal
from salvation.journal.models import Entry

pytestmark = pytest.mark.django_db
START = date(2020, 1, 1)


@pytest.fixture
def somebody(db: None) -> User:
    return User.objects.create(username="somebody", name="某人")


@pytest.fixture
def give(somebody: User, units: Any) -> Callable[..., Post]:
    def post(
        role: str, unit: str, start: date = START, end: date | None = None, actor: User | None = None
    ) -> Post:
        return grant_post(user=somebody, role=role, unit=units[unit], start=start, end=end, actor=actor)

    return post


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


SEATS = {"VILLAGE": "360722100200", "TOWN": "360722100", "COUNTY": "360722", "CITY": "3607", "PROVINCE": "36"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_stands_only_at_its_level(role: str, give: Any) -> None:
    for kind, unit in SEATS.items():
        with transaction.atomic():
            if kind in ROLES[role].kinds:
                assert give(role, unit).role == role
                transaction.set_rollback(True)
            else:
                with pytest.raises(Refusal, match="不能设在"):
                    give(role, unit)


PAIRS = [tuple(sorted(pair)) for pair in INCOMPATIBLE] + [
    ("SYS_ADMIN", "COUNTY_CLERK"),
    ("LOG_ADMIN", "AUDITOR"),
]


@pytest.mark.parametrize(("first", "second"), [*PAIRS, *[pair[::-1] for pair in PAIRS]])
def test_nobody_holds_two_roles_kept_apart_at_one_time(first: str, second: str, give: Any) -> None:
    seat = {
        code: next(SEATS[kind] for kind in SEATS if kind in ROLES[code].kinds) for code in (first, second)
    }
    give(first, seat[first])
    with pytest.raises(Refusal, match="不能由同一人兼任"):
        give(second, seat[second])


def test_roles_kept_apart_may_follow_each_other(give: Any) -> None:
    give("TOWN_CLERK", "360722100", START, date(2022, 1, 1))
    assert give("TOWN_LEADER", "360722100", date(2022, 1, 1)).pk
    with pytest.raises(Refusal):
        give("TOWN_LEADER", "360722101", date(2021, 12, 31), date(2022, 1, 1))


def test_no_administrator_holds_a_business_role() -> None:
    for code in ROLES:
        for admin in ADMINISTRATORS:
            assert (conflict(frozenset({admin}), code) is not None) == (code != admin)


def test_the_same_post_is_not_given_twice(give: Any) -> None:
    give("TOWN_CLERK", "360722100")
    with pytest.raises(Refusal, match="已任"):
        give("TOWN_CLERK", "360722100")
    assert give("TOWN_CLERK", "360722101").pk


def test_a_post_gives_rights_from_its_first_day_until_the_day_before_its_end(
    give: Any, somebody: User
) -> None:
    give("TOWN_CLERK", "360722100", date(2022, 5, 1), date(2022, 6, 1))
    held = {day: somebody.posts_on(day).exists() for day in
            (date(2022, 4, 30), date(2022, 5, 1), date(2022, 5, 31), date(2022, 6, 1))}  # fmt: skip
    assert list(held.values()) == [False, True, True, False]


def test_an_empty_period_is_no_post(somebody: User, units: Any) -> None:
    with pytest.raises(IntegrityError, match="post_period_not_empty"), transaction.atomic():
        Post.objects.create(user=somebody, role="TOWN_CLERK", unit=units["360722100"], period=(START, START))


def test_rights_reach_down_and_never_up_or_aside(give: Any, somebody: User, units: Any) -> None:
    give("TOWN_CLERK", "360722100")
    user = anew(somebody)
    may = {
        code: user.may("case.accept", units[code])
        for code in ("360722100", "360722100200", "360722", "360722101", "140431")
    }
    assert may == {
        "360722100": True,
        "360722100200": True,
        "360722": False,
        "360722101": False,
        "140431": False,
    }
    assert not user.may("case.confirm.county", units["360722100"])


def test_the_county_reaches_its_towns_and_the_unit_of_its_own_coding(
    give: Any, somebody: User, units: Any
) -> None:
    give("COUNTY_CLERK", "360722")
    reach = reach_of(anew(somebody), "case.view")
    codes = {unit.code for unit in units.values() if unit.pk in reach.units}
    assert codes == {"360722", "360722100", "360722101", "360722102", "360722901"}


def test_a_village_worker_reaches_one_village(give: Any, somebody: User, units: Any) -> None:
    give("VILLAGE_WORKER", "360722100200")
    reach = reach_of(anew(somebody), "case.view")
    assert (reach.units, reach.villages) == (frozenset(), {units["360722100200"].pk})


def test_two_posts_give_the_union_of_their_rights_each_at_its_seat(
    give: Any, somebody: User, units: Any
) -> None:
    give("TOWN_CLERK", "360722100")
    give("TOWN_FINANCE", "360722101")
    user = anew(somebody)
    assert user.may("reserve.edit", units["360722101"])
    assert not user.may("reserve.edit", units["360722100"])
    assert user.may("case.accept", units["360722100"])
    assert not user.may("case.accept", units["360722101"])


def test_a_closed_account_may_nothing(give: Any, somebody: User, units: Any) -> None:
    give("TOWN_CLERK", "360722100")
    user = anew(somebody)
    user.is_active = False
    assert not user.may("case.accept", units["360722100"])
    assert not user.may("case.accept")
    assert not reach_of(user, "case.view")


def test_posts_are_given_by_the_security_administrator_of_the_county(
    give: Any, make_user: Any, somebody: User
) -> None:
    security, system = make_user("sec", "SEC_ADMIN", "360722"), make_user("sys", "SYS_ADMIN", "360722")
    with pytest.raises(PermissionDenied):
        give("TOWN_CLERK", "360722100", actor=system)
    with pytest.raises(PermissionDenied):
        give("TOWN_CLERK", "140431100", actor=security)
    assert give("TOWN_CLERK", "360722100", actor=security).granted_by == security
    assert Entry.objects.filter(action="account.post", subject_id=somebody.pk, actor=security).exists()


def test_nobody_gives_himself_a_post(make_user: Any, units: Any) -> None:
    security = make_user("sec", "SEC_ADMIN", "360722")
    with pytest.raises(Refusal, match="不能给自己"):
        grant_post(
            user=security, role="TOWN_CLERK", unit=units["360722100"], start=START, end=None, actor=security
        )


def test_a_post_that_is_ended_gives_nothing_from_now_on(give: Any, make_user: Any, somebody: User) -> None:
    post, security = give("TOWN_CLERK", "360722100"), make_user("sec", "SEC_ADMIN", "360722")
    end_post(post_id=post.pk, actor=security, today=timezone.localdate())
    assert anew(somebody).current_posts == []
    with pytest.raises(Refusal, match="已于"):
        end_post(post_id=post.pk, actor=security, today=timezone.localdate())


def test_a_post_that_ended_long_ago_is_not_prolonged_by_ending_it(give: Any, make_user: Any) -> None:
    post = give("TOWN_CLERK", "360722100", START, date(2021, 1, 1))
    with pytest.raises(Refusal):
        end_post(post_id=post.pk, actor=make_user("sec", "SEC_ADMIN", "360722"), today=timezone.localdate())
    post.refresh_from_db()
    assert post.period.upper == date(2021, 1, 1)


def test_a_post_to_come_that_is_taken_back_never_begins(give: Any, make_user: Any, somebody: User) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    post = give("TOWN_CLERK", "360722100", tomorrow)
    end_post(post_id=post.pk, actor=make_user("sec", "SEC_ADMIN", "360722"), today=timezone.localdate())
    assert not somebody.posts_on(tomorrow).exists()


def test_administrators_do_not_turn_their_rights_on_themselves(make_user: Any) -> None:
    system, security = make_user("sys", "SYS_ADMIN", "360722"), make_user("sec", "SEC_ADMIN", "360722")
    with pytest.raises(Refusal):
        disable_account(user=system, actor=system)
    with pytest.raises(Refusal):
        reset_password(user=system, password="correct-horse-9", actor=system)
    with pytest.raises(Refusal):
        end_post(post_id=security.posts.get().pk, actor=security, today=timezone.localdate())


def test_a_disabled_account_is_out_at_once(clerk: User, make_user: Any, sign_in: Any) -> None:
    client = sign_in(clerk)
    assert client.get("/cases/households/").status_code == 200
    disable_account(user=clerk, actor=make_user("sys", "SYS_ADMIN", "360722"))
    assert client.get("/cases/households/").status_code == 302


def test_a_reset_password_must_be_changed_before_anything_else(
    clerk: User, make_user: Any, sign_in: Any
) -> None:
    reset_password(user=clerk, password="correct-horse-9", actor=make_user("sys", "SYS_ADMIN", "360722"))
    answer = sign_in(anew(clerk)).get("/cases/households/")
    assert (answer.status_code, answer.url) == (302, "/accounts/password/")


@pytest.mark.parametrize("password", ["short-1", "1234567890123", "password12", "somebody-1"])
def test_a_weak_password_is_refused_with_every_rule_it_breaks(password: str, somebody: User) -> None:
    with pytest.raises(Refusal) as refused:
        change_password(user=somebody, password=password)
    assert refused.value.field == "password"


def test_a_user_name_is_taken_once(somebody: User) -> None:
    with pytest.raises(Refusal, match="已被使用"):
        create_user(username="somebody", name="别人", password="correct-horse-7", actor=None)
