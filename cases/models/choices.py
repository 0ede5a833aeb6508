"""Dictionaries of the field (domain/02 §2.0, 03 §3.2, 05 §5.5). What the rules speak of has its codes there."""

from django.db import models

from cases.rules.codes import Area, CareLevel, Code, Disability, Labour, Program, SingleReason

__all__ = ["Area", "CareLevel", "Disability", "Labour", "Program", "SingleReason"]


def choices(codes: type[Code]) -> list[tuple[str, str]]:
    """A rules' code list as the choices of a column."""
    return [(code.value, code.label) for code in codes]


DIBAO = (Program.DIBAO_URBAN, Program.DIBAO_RURAL)
TEKUN = (Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED)
# Programmes with a monthly payment; each has a roster book of its own.
PAID = (*DIBAO, *TEKUN)
# Programmes that last: everything except temporary relief.
LASTING = (*PAID, Program.MARGINAL, Program.RIGID_EXPENSE)
PROGRAMS = [(program.value, program.label) for program in LASTING]
# The three kinds of temporary relief.
RELIEFS = [(program.value, program.label) for program in Program if program not in LASTING]


class Sex(models.TextChoices):
    MALE = "MALE", "男"
    FEMALE = "FEMALE", "女"


class IdStatus(models.TextChoices):
    VALID = "VALID", "有效"
    FORMAT_ERROR = "FORMAT_ERROR", "格式有误"
    PENDING_NO_HUKOU = "PENDING_NO_HUKOU", "未落户"
    CORRECTING = "CORRECTING", "更正中"


class Relation(models.TextChoices):
    """Relation to the head of the household (GB/T 4761, main classes)."""

    HEAD = "HEAD", "户主"
    SPOUSE = "SPOUSE", "配偶"
    CHILD = "CHILD", "子女"
    PARENT = "PARENT", "父母"
    GRANDCHILD = "GRANDCHILD", "孙子女"
    GRANDPARENT = "GRANDPARENT", "祖父母"
    SIBLING = "SIBLING", "兄弟姐妹"
    CHILD_IN_LAW = "CHILD_IN_LAW", "儿媳或女婿"
    OTHER = "OTHER", "其他"


class PovertyCause(models.TextChoices):
    ILLNESS = "ILLNESS", "因病"
    DISABILITY = "DISABILITY", "因残"
    DISASTER = "DISASTER", "因灾"
    SCHOOL = "SCHOOL", "因学"
    LABOUR = "LABOUR", "缺劳力"
    ACCIDENT = "ACCIDENT", "意外"
    EPIDEMIC = "EPIDEMIC", "因疫"
    OTHER = "OTHER", "其他"


class Standing(models.TextChoices):
    """How a benefit stands in a range of months."""

    ACTIVE = "ACTIVE", "在保"
    GRACE = "GRACE", "渐退"
    SUSPENDED = "SUSPENDED", "暂停发放"


class Source(models.TextChoices):
    APPLICATION = "APPLICATION", "申请确认"
    IMPORT = "IMPORT", "导入（未核算）"
    CHANGE = "CHANGE", "变更"


class StopReason(models.TextChoices):
    DEATH = "DEATH", "死亡"
    INCOME = "INCOME", "收入超标"
    PROPERTY = "PROPERTY", "财产不符"
    GRACE_END = "GRACE_END", "渐退期满"
    DUPLICATE = "DUPLICATE", "重复享受"
    KINSHIP_INVALID = "KINSHIP_INVALID", "备案排查不符"
    HUKOU_OUT = "HUKOU_OUT", "户籍迁出"
    PRISON = "PRISON", "服刑"
    ABILITY = "ABILITY", "恢复劳动能力"
    DUTY_BEARER = "DUTY_BEARER", "义务人有能力"
    VOLUNTARY = "VOLUNTARY", "自愿退出"
    REFUSE_CHECK = "REFUSE_CHECK", "拒不配合核查"
    FRAUD = "FRAUD", "骗取"
    FISCAL_STAFF = "FISCAL_STAFF", "财政供养人员"
    BUSINESS = "BUSINESS", "经商办企业"
    EXPIRED = "EXPIRED", "有效期满"
    CATEGORY_CHANGE = "CATEGORY_CHANGE", "转类"
    OTHER = "OTHER", "其他"


class ChangeKind(models.TextChoices):
    INCREASE = "INCREASE", "增发"
    DECREASE = "DECREASE", "减发"
    STOP = "STOP", "停发"
    GRACE = "GRACE", "渐退"
    GRACE_END = "GRACE_END", "渐退期满"
    DEATH = "DEATH", "死亡"
    MEMBER_ADD = "MEMBER_ADD", "增加成员"
    MEMBER_REMOVE = "MEMBER_REMOVE", "减少成员"
    HEAD_CHANGE = "HEAD_CHANGE", "户主变更"
    CATEGORY = "CATEGORY", "类别转换"
    MODE = "MODE", "供养形式"
    CARE_LEVEL = "CARE_LEVEL", "自理等级"
    STD_ADJUST = "STD_ADJUST", "提标减标"
    TRANSFER = "TRANSFER", "迁移"
    SUSPEND = "SUSPEND", "暂停发放"
    RESUME = "RESUME", "恢复"
    CORRECT = "CORRECT", "更正（不涉及金额）"


class PayeeKind(models.TextChoices):
    SELF = "SELF", "本人"
    FAMILY = "FAMILY", "家庭成员"
    GUARDIAN = "GUARDIAN", "监护人"
    CUSTODIAN = "CUSTODIAN", "代管人"
    CAREGIVER = "CAREGIVER", "照料人"
    INSTITUTION = "INSTITUTION", "机构"


class AccountKind(models.TextChoices):
    SSC = "SSC", "社会保障卡"
    DEBIT = "DEBIT", "借记卡"
    PASSBOOK = "PASSBOOK", "存折"
