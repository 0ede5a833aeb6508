"""Code lists of funds (domain/04 §4.2, 03 §3.4)."""

from django.db import models

# States in which a roster's content may still change; from the signature on its lines are frozen.
OPEN_STATES = ("DRAFT", "TOWN_CHECK")


class LineKind(models.TextChoices):
    REGULAR = "REGULAR", "当月"
    BACKPAY = "BACKPAY", "补发"


class LineState(models.TextChoices):
    PLANNED = "PLANNED", "待发"
    EXCLUDED = "EXCLUDED", "剔除待核"


class Mark(models.TextChoices):
    """增减标识: how a line stands to last month's."""

    NEW = "NEW", "新增"
    INCREASE = "INCREASE", "增发"
    DECREASE = "DECREASE", "减发"
    SAME = "SAME", "不变"
    GRACE = "GRACE", "渐退"
    BACKPAY = "BACKPAY", "补发"


class Cause(models.TextChoices):
    """Where a difference to last month comes from; with ``cause_no`` it names the paper."""

    NONE = "", "与上月相同"
    FIRST = "FIRST", "本单位首期花名表"
    APPLICATION = "APPLICATION", "申请确认"
    IMPORT = "IMPORT", "导入花名册"
    CHANGE = "CHANGE", "变更"
    ORDER = "ORDER", "变更单"
    TERM = "TERM", "待遇期间变动"
    RESTORED = "RESTORED", "上月剔除待核，本月恢复"
    LATE = "LATE", "上期签章后确认，补发"
    RELEASED = "RELEASED", "上期剔除，核实后补发"


class ExcludedAs(models.TextChoices):
    """Why a line is not paid now."""

    NONE = "", ""
    MANUAL = "MANUAL", "乡镇剔除待核"
    SUSPENDED = "SUSPENDED", "暂停发放"
    HOLD = "HOLD", "发放阻断"
    ID = "ID", "证号未通过校验"


class Block(models.TextChoices):
    """What forbids signing while the line stays in the roster."""

    NONE = "", ""
    NO_ACCOUNT = "NO_ACCOUNT", "缺账户"


class LeaveReason(models.TextChoices):
    """Reasons beside those of a stopped benefit."""

    MOVED = "MOVED", "转类或转出本单位"
    UNKNOWN = "UNKNOWN", "待遇期间已结束"
