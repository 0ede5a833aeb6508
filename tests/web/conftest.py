from datetime import date, timedelta

import pytest

from salvation.registers.models import Meeting
from salvation.web import desk, navigation, search

PLATFORM = ("web:", "registers:", "files:", "accounts:")


@pytest.fixture(autouse=True)
def _platform_alone(settings, monkeypatch):
    """The platform's own menu, panels and search, without those of the apps above it."""
    settings.ROOT_URLCONF = "tests.web.urls"
    own = [item for item in navigation.ITEMS if item.url_name.startswith(PLATFORM)]
    monkeypatch.setattr(navigation, "ITEMS", own)
    monkeypatch.setattr(desk, "PANELS", [])
    monkeypatch.setattr(search, "PROVIDERS", [])


@pytest.fixture
def make_meetings(units):
    def make(count, unit_code="360722100"):
        rows = [
            Meeting(
                unit=units[unit_code],
                kind="PANEL",
                title=f"第{number}次会议",
                held_on=date(2022, 5, 1) + timedelta(days=number // 2),
                place="会议室",
                host="赖镇长",
                attendees="赖镇长\n李分管\n钟经办",
            )
            for number in range(count)
        ]
        return Meeting.objects.bulk_create(rows)

    return make
