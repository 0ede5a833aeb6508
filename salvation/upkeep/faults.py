"""Which errors mean that a server beside us failed, and what to tell people: plain words, what is safe, when to try again."""

import errno
from dataclasses import dataclass

from django.db import Error, InterfaceError, OperationalError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
UNWRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
# SQLSTATE classes (PostgreSQL, appendix A): 40 and 55P03 somebody else at the same rows, 53100 disk full, 57014 too slow.
BUSY = ("40", "55P03")
DISK_FULL, TOO_SLOW = "53100", "57014"

KEPT = "刚才的操作没有保存，也没有做到一半；已填内容不会丢失"


@dataclass(frozen=True, slots=True)
class Outage:
    """What failed in words, and after how many seconds it is worth trying again."""

    message: str
    retry_after: int = 15


DATABASE_AWAY = Outage(
    f"数据库暂时不可用，已填内容不会丢失。请等一两分钟再提交；如仍不行，请联系系统管理员。{KEPT}"
)
DATABASE_FULL = Outage(
    f"数据库所在磁盘空间已满，现在不能保存。请联系系统管理员清理或扩容后再提交。{KEPT}", 300
)
DATABASE_SLOW = Outage(f"数据库忙，这一步用时过长已停止。请稍后再提交；查询请缩小范围。{KEPT}", 60)
AT_ONCE = Outage(f"同时有人在办理同一件，请稍等片刻再提交。{KEPT}", 2)
DISK_IS_FULL = Outage(f"服务器磁盘空间已满，文件没有保存。请联系系统管理员清理或扩容后再上传。{KEPT}", 300)


def outage_of(error: BaseException | None) -> Outage | None:
    """What an error tells people; None when it is a mistake of the program and not a server that failed."""
    if isinstance(error, OperationalError | InterfaceError):
        return _of_database(error)
    if isinstance(error, OSError) and error.errno in FULL:
        return DISK_IS_FULL
    return None


def _of_database(error: Error) -> Outage:
    code = str(getattr(error.__cause__, "pgcode", None) or "")
    if code.startswith(BUSY):
        return AT_ONCE
    return {DISK_FULL: DATABASE_FULL, TOO_SLOW: DATABASE_SLOW}.get(code, DATABASE_AWAY)
