"""The world of the access tests, asked through the interface."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from salvation.accounts.models import User
from salvation.accounts.tokens import make_token
from tests.world import World, standing_world


@pytest.fixture(scope="package")
def world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with standing_world(django_db_blocker, tmp_path_factory.mktemp("files")) as built:
        yield built


@pytest.fixture
def bearer(world: World) -> Callable[[str], Client]:
    """A program with a token of the holder of a role."""

    def program(role: str) -> Client:
        return Client(headers={"authorization": f"Bearer {token_of(world.users[role])}"})

    return program


def token_of(user: User, days: int = 30) -> str:
    until = timezone.localdate() + timedelta(days=days)
    return make_token(user=user, name="对接", expires_on=until, actor=user)[1]
