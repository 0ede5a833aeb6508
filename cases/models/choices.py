"""Dictionaries of the field (domain/02 §2.0, 03 §3.2, 05 §5.5)."""

from django.db import models


class Program(models.TextChoices):
    DIBAO_URBAN = "DIBAO_URBAN", "城市低保"
    DIBAO_RURAL = "DIBAO_RURAL", "农村低保"
    TEKUN_DISPERSED = "TEKUN_DISPERSED", "分散供养特困"
    TEKUN_CENTRALIZED = "TEKUN_CENTRALIZED", "集中供养特困"
    MARGINAL = "MARGINAL", "低保边缘家庭"
    RIGID_EXPENSE = "RIGID_EXPENSE", "刚性支出困难家庭"


DIBAO = (Program.DIBAO_URBAN, Program.DIBAO_RURAL)
TEKUN = (Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED)
# Programmes with a monthly payment; each has a roster book of its own.
PAID = (*DIBAO, *TEKUN)


class Area(models.TextChoices):
    URBAN = "URBAN", "城市"
    RURAL = "RURAL", "农村"


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


class Labour(models.TextChoices):
    FULL = "FULL", "有"
    PARTIAL = "PARTIAL", "部分"
    NONE = "NONE", "无"


class DisabilityKind(models.TextChoices):
    VISION = "1", "视力"
    HEARING = "2", "听力"
    SPEECH = "3", "言语"
    LIMB = "4", "肢体"
    INTELLECT = "5", "智力"
    MENTAL = "6", "精神"
    MULTIPLE = "7", "多重"


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


class SingleReason(models.TextChoices):
    """Grounds of 单人保 (L57 第8条, L83 一(一))."""

    DISABLED_L12 = "DISABLED_L12", "一、二级重度残疾"
    INTEL_MENTAL_L3 = "INTEL_MENTAL_L3", "三级智力、精神残疾"
    CRITICAL_ILLNESS = "CRITICAL_ILLNESS", "重特大疾病"
    CLERGY = "CLERGY", "宗教教职人员"
    ADULT_UNEMPLOYED_DISABLED = "ADULT_UNEMPLOYED_DISABLED", "成年无业重度残疾人"
    OTHER_COUNTY = "OTHER_COUNTY", "县级规定的其他情形"


class ChangeKind(models.TextChoices):
    INCREASE = "INCREASE", "增发"
    DECREASE = "DECREASE", "减发"
    STOP = "STOP", "停发"
    GRACE = "GRACE", "渐退"
    GRACE_END = "GRACE_END", "渐退期满"
    DEATH = "DEATH", "死亡"
    MEMBER_ADD = "MEMBER_ADD", "增加成员"
    MEMBER_REMOVE = "MEMBER_REMOVE", "减少成员"


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


class CareLevel(models.TextChoices):
    FULL = "FULL", "全自理"
    HALF = "HALF", "半护理"
    NONE = "NONE", "全护理"
