"""The closed lists the rules speak in. Every code carries the Chinese word that people see and type."""
# requirements: D15

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A stored code with its Chinese label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    # Facts are looked up by code many thousand times; hashing the bare string is the cheap way.
    __hash__ = str.__hash__

    def __str__(self) -> str:
        return str(self.value)


class Area(Code):
    """Which standard applies. Decided by a person, never derived from ID number or residence."""

    URBAN = "URBAN", "城市"
    RURAL = "RURAL", "农村"


class Program(Code):
    DIBAO_URBAN = "DIBAO_URBAN", "城市低保"
    DIBAO_RURAL = "DIBAO_RURAL", "农村低保"
    TEKUN_DISPERSED = "TEKUN_DISPERSED", "分散供养特困"
    TEKUN_CENTRALIZED = "TEKUN_CENTRALIZED", "集中供养特困"
    MARGINAL = "MARGINAL", "低保边缘家庭"
    RIGID_EXPENSE = "RIGID_EXPENSE", "刚性支出困难家庭"
    TEMP_EMERGENCY = "TEMP_EMERGENCY", "急难型临时救助"
    TEMP_EXPENSE = "TEMP_EXPENSE", "支出型临时救助"
    TEMP_SPECIAL = "TEMP_SPECIAL", "特别救助"


class TekunMode(Code):
    DISPERSED = "DISPERSED", "分散供养"
    CENTRALIZED = "CENTRALIZED", "集中供养"


class IncomeKind(Code):
    WAGE = "WAGE", "工资性收入"
    BUSINESS = "BUSINESS", "经营净收入"
    PROPERTY = "PROPERTY", "财产净收入"
    TRANSFER = "TRANSFER", "转移净收入"
    OTHER = "OTHER", "其他收入"


class IncomeItem(Code):
    SALARY = "SALARY", "工资"
    BONUS = "BONUS", "奖金"
    ALLOWANCE = "ALLOWANCE", "津贴"
    CROPS = "CROPS", "种植"
    LIVESTOCK = "LIVESTOCK", "养殖"
    FOREST_FISHERY = "FOREST_FISHERY", "林渔"
    TRADE = "TRADE", "商业"
    TRANSPORT = "TRANSPORT", "运输"
    SERVICE = "SERVICE", "服务"
    INTEREST = "INTEREST", "利息"
    DIVIDEND = "DIVIDEND", "红利"
    RENT = "RENT", "租金"
    LAND_TRANSFER = "LAND_TRANSFER", "土地流转"
    COLLECTIVE_DIVIDEND = "COLLECTIVE_DIVIDEND", "集体分红"
    PENSION = "PENSION", "养老金"
    SUPPORT = "SUPPORT", "赡养费"
    UNEMPLOYMENT = "UNEMPLOYMENT", "失业金"
    SURVIVOR = "SURVIVOR", "遗属补助"
    COMPENSATION = "COMPENSATION", "赔偿"
    DONATION = "DONATION", "捐赠"
    FARM_SUBSIDY = "FARM_SUBSIDY", "惠农补贴"
    DISABILITY_ALLOWANCE = "DISABILITY_ALLOWANCE", "残疾人两项补贴"
    OLD_AGE_ALLOWANCE = "OLD_AGE_ALLOWANCE", "高龄津贴"
    BASIC_PENSION = "BASIC_PENSION", "基础养老金"
    BASIC_MEDICAL = "BASIC_MEDICAL", "基本医疗保险待遇"
    VETERAN_CARE = "VETERAN_CARE", "优待抚恤金"
    FAMILY_PLANNING = "FAMILY_PLANNING", "计划生育奖励扶助金"
    SCHOLARSHIP = "SCHOLARSHIP", "奖学金"
    BRAVERY = "BRAVERY", "见义勇为奖励"
    SOCIAL_ASSISTANCE = "SOCIAL_ASSISTANCE", "社会救助款物"
    TAX = "TAX", "缴纳税款"
    INSURANCE_PAID = "INSURANCE_PAID", "缴纳社会保险"
    SUPPORT_PAID = "SUPPORT_PAID", "支付赡养抚养费"
    OTHER = "OTHER", "其他"


class Entered(Code):
    """How an amount was written down; the original way is kept, the yearly value rules."""

    MONTHLY = "MONTHLY", "月值"
    YEARLY = "YEARLY", "年值"
    ONCE = "ONCE", "一笔"


class PropertyKind(Code):
    FINANCIAL = "FINANCIAL", "金融资产"
    VEHICLE = "VEHICLE", "机动车船农机"
    HOUSE = "HOUSE", "房屋"
    MARKET_ENTITY = "MARKET_ENTITY", "市场主体"
    OTHER = "OTHER", "其他"


class Exemption(Code):
    NONE = "NONE", "不豁免"
    MEDICAL_VEHICLE = "MEDICAL_VEHICLE", "残疾人代步车"
    REHAB_VEHICLE = "REHAB_VEHICLE", "康复用车"
    LIVELIHOOD_VEHICLE = "LIVELIHOOD_VEHICLE", "营生车辆"
    ASSISTANCE_DEPOSIT = "ASSISTANCE_DEPOSIT", "救助款存款"
    HOUSING_SALE_DEPOSIT = "HOUSING_SALE_DEPOSIT", "拆迁售房款"
    ONLY_HOUSE = "ONLY_HOUSE", "唯一住房"
    NOT_OPERATING = "NOT_OPERATING", "未实际经营"


class ExpenseKind(Code):
    LIVING = "LIVING", "生活"
    MEDICAL = "MEDICAL", "医疗"
    EDUCATION = "EDUCATION", "教育"
    REHAB = "REHAB", "残疾康复"
    OTHER = "OTHER", "其他"


class Disability(Code):
    SIGHT = "SIGHT", "视力"
    HEARING = "HEARING", "听力"
    SPEECH = "SPEECH", "言语"
    LIMB = "LIMB", "肢体"
    INTELLECT = "INTELLECT", "智力"
    MENTAL = "MENTAL", "精神"
    MULTIPLE = "MULTIPLE", "多重"


class Labour(Code):
    FULL = "FULL", "有"
    PARTIAL = "PARTIAL", "部分"
    NONE = "NONE", "无"


class Employment(Code):
    EMPLOYED = "EMPLOYED", "就业"
    UNEMPLOYED = "UNEMPLOYED", "未就业"
    STUDENT = "STUDENT", "在读"
    EXCUSED = "EXCUSED", "有正当理由未就业"


class NotCounted(Code):
    """Why a person of the household book is not a member living together (L57 第7条)."""

    CLERGY = "CLERGY", "宗教教职人员"
    PRISON = "PRISON", "服刑"
    DETOX = "DETOX", "强制隔离戒毒"
    MISSING = "MISSING", "宣告失踪"
    PROVINCE = "PROVINCE", "省级规定的其他人员"
    APART = "APART", "不共同生活"


class SingleReason(Code):
    DISABLED_L12 = "DISABLED_L12", "一级、二级重度残疾"
    INTEL_MENTAL_L3 = "INTEL_MENTAL_L3", "三级智力、三级精神残疾"
    CRITICAL_ILLNESS = "CRITICAL_ILLNESS", "重特大疾病"
    CLERGY = "CLERGY", "脱离家庭三年以上的宗教教职人员"
    ADULT_UNEMPLOYED_DISABLED = "ADULT_UNEMPLOYED_DISABLED", "成年无业重度残疾人"
    OTHER_COUNTY = "OTHER_COUNTY", "县级以上规定的其他特殊困难人员"


class UpliftKind(Code):
    ELDER = "ELDER", "老年人"
    CHILD = "CHILD", "未成年人"
    DISABLED = "DISABLED", "重度残疾人"
    ILL = "ILL", "重病患者"


class CareIndicator(Code):
    """What a person can no longer do alone (L43 第21条)."""

    EAT = "EAT", "吃饭"
    DRESS = "DRESS", "穿衣"
    BED = "BED", "上下床"
    TOILET = "TOILET", "如厕"
    WALK = "WALK", "室内行走"
    BATHE = "BATHE", "洗澡"


class CareLevel(Code):
    SELF = "SELF", "具备生活自理能力"
    HALF = "HALF", "部分丧失生活自理能力"
    FULL = "FULL", "完全丧失生活自理能力"


class DutyCategory(Code):
    NONE = "NONE", "一般"
    TEKUN = "TEKUN", "特困人员"
    DIBAO = "DIBAO", "低保对象"


class Situation(Code):
    """What an application for temporary relief is about."""

    FIRE = "FIRE", "火灾"
    TRAFFIC = "TRAFFIC", "交通事故"
    DROWNING = "DROWNING", "溺水"
    INJURY = "INJURY", "人身伤害"
    SUDDEN_ILLNESS = "SUDDEN_ILLNESS", "突发重大疾病"
    MEDICAL_COST = "MEDICAL_COST", "医疗支出"
    EDUCATION_COST = "EDUCATION_COST", "教育支出"
    UNEMPLOYED = "UNEMPLOYED", "未参保失业"
    OTHER = "OTHER", "其他特殊困难"
