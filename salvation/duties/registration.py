"""What duties tells the platform: the daily reminder, the calendar's place in the menu, the meetings to be held."""

from collections.abc import Iterable
from datetime import date

from salvation.domain.month import Month
from salvation.duties import jobs
from salvation.duties.calendar import Recurring, register
from salvation.jobs.schedule import Daily, schedule
from salvation.units.models import Unit
from salvation.web import navigation
from salvation.web.navigation import SIGNED_IN, NavItem

HALVES = (6, 12)


def meeting_days(month: Month, county: Unit) -> Iterable[date]:
    """At least two joint meetings a year: one by the end of each half (000 L73)."""
    return [month.last_day] if month.month in HALVES else []


def register_all() -> None:
    schedule(Daily(jobs.REMIND, hour=8))
    register(
        Recurring(
            "召开联席会议（每年不少于两次）",
            "000 第73条",
            "register.edit",
            "registers:list",
            meeting_days,
            (("code", "meetings"),),
        )
    )
    navigation.register(NavItem("期限日历", "duties:calendar", SIGNED_IN, "", "clock", 10))
