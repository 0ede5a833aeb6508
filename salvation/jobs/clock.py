"""A clock that jumped must not freeze months that are not over, nor start their payments.

The schedule goes by business dates, so it believes the clock. Before it does, the clock is compared with the last tick
and with the database's: after a jump scheduled jobs wait until the clock is right again or an administrator says that it
is (``manage.py accept_clock``). What people start themselves goes on.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from salvation.jobs.models import Pulse
from salvation.journal.services import record

# The longest time a bureau's server is off without anybody thinking about it: the long holidays and the days around.
LONGEST_REST = timedelta(days=10)
SET_BACK = timedelta(minutes=10)
APART = timedelta(minutes=5)

logger = logging.getLogger(__name__)


def trouble_with(now: datetime, *, last: datetime | None, database: datetime) -> str:
    """Why the clock is not believed, in words; empty when it is."""
    if abs(now - database) > APART:
        return f"本机时间 {_said(now)} 与数据库服务器时间 {_said(database)} 相差超过5分钟"
    if last is None:
        return ""
    if now < last - SET_BACK:
        return f"服务器时间 {_said(now)} 早于上次运行时间 {_said(last)}，时钟可能被拨回"
    if now > last + LONGEST_REST:
        return f"服务器时间 {_said(now)} 距上次运行 {_said(last)} 超过{LONGEST_REST.days}天，时钟可能被拨快，或系统长时间停用"
    return ""


def _said(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


@transaction.atomic
def beat(now: datetime) -> str:
    """Note a tick; returns why scheduled jobs must wait, or an empty text. A doubtful time is not noted."""
    pulse = Pulse.objects.select_for_update().first()
    trouble = trouble_with(now, last=pulse.at if pulse else None, database=_database_time())
    if trouble:
        logger.error("定时任务暂停：%s。核对时间后执行 manage.py accept_clock", trouble)
    if pulse is None:
        if not trouble:
            Pulse.objects.create(at=now)
        return trouble
    pulse.at, pulse.trouble = (pulse.at if trouble else max(now, pulse.at)), trouble
    pulse.save(update_fields=["at", "trouble"])
    return trouble


@transaction.atomic
def accept(*, now: datetime, actor: Any) -> str:
    """An administrator looked: the clock is right. Returns what the schedule had against it."""
    pulse = Pulse.objects.select_for_update().first() or Pulse(at=now)
    trouble, pulse.at, pulse.trouble = pulse.trouble, now, ""
    pulse.save()
    record(actor=actor, action="clock.accept", facts={"reason": trouble or "时间正常"})
    return trouble


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found
