"""The fixed cast: who is who never changes, so that a test reads as a sentence."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from salvation.accounts.models import User
from salvation.accounts.services import create_user, grant_post
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.units.services import load_units
from tests.template import copy_of_migrated

UNITS = Path(__file__).resolve().parent / "data" / "units.csv"
REPORTING = Path(__file__).resolve().parent / "data" / "reporting_units.csv"
PASSWORD = "correct-horse-7"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> Iterator[None]:
    """The test database stands there already migrated when Django comes to make it."""
    with django_db_blocker.unblock(), copy_of_migrated(connection.settings_dict["TEST"]["NAME"]):
        yield


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django takes the database as it stands; ``django_db_modify_db_settings`` made it and drops it."""
    return True


@pytest.fixture(autouse=True)
def _clean_cache(settings: Any) -> None:
    """Nothing remembered from another test; tests write to tables behind the back of a desk that remembers."""
    cache.clear()
    settings.DESK_SECONDS = 0


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    """信丰县 with three towns, the 城市社区管委会 and a few villages; also a neighbouring county. By code."""
    load_units(path=UNITS)
    load_units(path=REPORTING)
    return {unit.code: unit for unit in Unit.objects.select_related("parent", "county")}


@pytest.fixture
def county(units: dict[str, Unit]) -> Unit:
    return units["360722"]


@pytest.fixture
def town(units: dict[str, Unit]) -> Unit:
    """嘉定镇."""
    return units["360722100"]


@pytest.fixture
def village(units: dict[str, Unit]) -> Unit:
    """水东村 of 嘉定镇."""
    return units["360722100200"]


@pytest.fixture
def make_user(units: dict[str, Unit]) -> Callable[..., User]:
    def make(username: str, role: str, unit_code: str, name: str = "", duty: str = "") -> User:
        user = create_user(username=username, name=name or username, password=PASSWORD, actor=None, demo=True)
        grant_post(
            user=user,
            role=role,
            unit=units[unit_code],
            start=date(2020, 1, 1),
            end=None,
            actor=None,
            duty=duty,
        )
        return User.objects.get(pk=user.pk)

    return make


@pytest.fixture
def clerk(make_user: Callable[..., User]) -> User:
    """Clerk of 嘉定镇."""
    return make_user("clerk", "TOWN_CLERK", "360722100", "钟经办")


@pytest.fixture
def leader(make_user: Callable[..., User]) -> User:
    """Deputy head of 嘉定镇: gives the first review."""
    return make_user("leader", "TOWN_LEADER", "360722100", "李分管", "分管领导")


@pytest.fixture
def head(make_user: Callable[..., User]) -> User:
    """Head of 嘉定镇: leads the review panel and confirms where the township decides."""
    return make_user("head", "TOWN_LEADER", "360722100", "赖镇长", "乡镇长")


@pytest.fixture
def other_clerk(make_user: Callable[..., User]) -> User:
    """Clerk of another town of the same county."""
    return make_user("other_clerk", "TOWN_CLERK", "360722101", "邻镇经办")


@pytest.fixture
def county_clerk(make_user: Callable[..., User]) -> User:
    return make_user("county_clerk", "COUNTY_CLERK", "360722", "黄股员")


@pytest.fixture
def approver(make_user: Callable[..., User]) -> User:
    return make_user("approver", "COUNTY_APPROVER", "360722", "郭局长")


@pytest.fixture
def finance(make_user: Callable[..., User]) -> User:
    return make_user("finance", "COUNTY_FINANCE", "360722", "肖财务")


@pytest.fixture
def auditor(make_user: Callable[..., User]) -> User:
    return make_user("auditor", "AUDITOR", "360722", "曾审计")


@pytest.fixture
def outsider(make_user: Callable[..., User]) -> User:
    """Approver of another county."""
    return make_user("outsider", "COUNTY_APPROVER", "140431", "外县审批")


@pytest.fixture
def in_force(county: Unit, county_clerk: User, approver: User) -> Callable[[dict[str, Any]], None]:
    """Parameters of the county that two persons entered and confirmed long ago."""

    def written(values: dict[str, Any]) -> None:
        ParameterVersion.objects.bulk_create(
            ParameterVersion(
                key=key, unit=county, value=value, valid_from=date(2020, 1, 1), basis="测试文号", state="CONFIRMED",
                entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
            )
            for key, value in values.items()
        )  # fmt: skip

    return written


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A client signed in as somebody, past the second factor."""

    def signed(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed
