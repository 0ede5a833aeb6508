"""Declared imports of cases: the roster a township keeps (domain/04 §4.2, semantics in 12 §12.4).

Earlier aliases are the surer ones: where a sheet has both 月保障金额 and 实发金额, the first is the monthly amount.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from cases import vocabulary as spoken
from cases.models.choices import PAID, CareLevel, Program, Relation
from cases.vocabulary import words
from salvation.intake.model import Column, Grouping, Intake, Kind

LARGEST_MONTHLY = Decimal(20_000)
LARGEST_FAMILY = Decimal(30)


SPOKEN = {
    Relation.HEAD: "户主 本人 申请人 01 02 0 1",
    Relation.SPOUSE: "配偶 妻 夫 妻子 丈夫 之妻 之夫 爱人 老婆 老公",
    Relation.CHILD: (
        "子 女 子女 儿子 女儿 之子 之女 长子 次子 三子 四子 长女 次女 三女 四女 独生子 独生女 养子 养女 "
        "继子 继女 儿 大儿子 二儿子 小儿子 大女儿 二女儿 小女儿"
    ),
    Relation.PARENT: "父 母 父亲 母亲 父母 之父 之母 继父 继母 岳父 岳母 公公 婆婆",
    Relation.GRANDCHILD: "孙 孙子 孙女 外孙 外孙子 外孙女 孙子女 外孙子女 之孙 长孙",
    Relation.GRANDPARENT: "祖父 祖母 爷爷 奶奶 外祖父 外祖母 外公 外婆 祖父母",
    Relation.SIBLING: "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 兄弟姐妹 之兄 之弟",
    Relation.CHILD_IN_LAW: "儿媳 媳妇 女婿 儿媳或女婿 长媳 次媳",
    Relation.OTHER: "其他 其它 亲属 其他亲属 侄子 侄女 孙媳 非亲属",
}
RELATIONS: Mapping[str, Relation] = {word: code for code, spoken in SPOKEN.items() for word in words(spoken)}
CARE: Mapping[str, CareLevel] = {
    **dict.fromkeys(words("全自理 自理 完全自理 具备生活自理能力 有自理能力"), CareLevel.SELF),
    **dict.fromkeys(words("半护理 半自理 部分丧失 部分丧失生活自理能力 半失能"), CareLevel.HALF),
    **dict.fromkeys(words("全护理 不能自理 完全丧失 完全丧失生活自理能力 失能 全失能"), CareLevel.FULL),
}


def amount(key: str, label: str, aliases: tuple[str, ...]) -> Column:
    """A monthly amount of the household, in yuan."""
    return Column(key, label, Kind.AMOUNT, aliases, of_household=True, maximum=LARGEST_MONTHLY)


def of_household(
    key: str, label: str, aliases: tuple[str, ...], kind: Kind = Kind.TEXT, *, longest: int = 200
) -> Column:
    """A fact of the household that must not stop anybody's import."""
    return Column(
        key,
        label,
        kind,
        aliases,
        of_household=True,
        lenient=True,
        max_length=longest,
        maximum=LARGEST_FAMILY if kind is Kind.COUNT else None,
    )


HEADS = words("户主 户主（申请人） 申请人 户主名 低保户主 持证人")
TARGETS = words("救助对象 保障对象 低保对象 供养对象 特困人员 供养人员 享受人 受助人员")
IDENTITY = (
    "身份证号码 公民身份号码 身份证 证件号码 身份证件号码 身份证编号 身份证件号 公民身份证号 身份号码 证号 ID 身份证ID 居民身份证 "
    "证件号 有效身份证件号码 公民身份证 身份证（号）"
)
PEOPLE = (
    Column("serial", "序号", aliases=spoken.SERIAL),
    of_household("town", "乡镇", spoken.TOWN),
    Column("village", "行政村（社区）", Kind.VILLAGE, spoken.VILLAGE, of_household=True),
    of_household("group", "组", spoken.GROUP, longest=30),
    of_household("address", "家庭住址", spoken.ADDRESS, longest=150),
    Column("household_no", "户编号", aliases=spoken.HOUSEHOLD_NO, of_household=True, max_length=40),
    Column(
        "name",
        "姓名",
        Kind.NAME,
        (*spoken.NAME_OF_MEMBER, *words("受助人 名字 姓名（本人）"), *spoken.NAME_OF_HEAD, *HEADS, *TARGETS),
        required=True,
    ),
    Column(
        "citizen_id",
        "身份证号",
        Kind.CITIZEN_ID,
        (*words(IDENTITY), *spoken.ID_OF_MEMBER, *spoken.ID_OF_HEAD),
        required=True,
    ),
    Column("relation", "与户主关系", Kind.CHOICE, spoken.RELATION, lenient=True, choices=RELATIONS),
    Column("head_id", "户主证号", Kind.CITIZEN_ID, spoken.ID_OF_HEAD, lenient=True),
    Column("head_name", "所属户主", aliases=(*spoken.NAME_OF_HEAD, *HEADS), lenient=True),
)
MONEY = (
    amount("amount", "补助金额（合计）", spoken.AMOUNT),
    amount("base", "补差金额", spoken.BASE),
    amount("uplift", "分类施保金额", spoken.UPLIFT),
    amount("care", "照料护理", spoken.CARE),
    Column("care_level", "自理等级", Kind.CHOICE, spoken.CARE_LEVEL, choices=CARE, lenient=True),
    of_household("standard", "保障标准", spoken.STANDARD, Kind.AMOUNT),
    of_household("income", "月人均收入", spoken.INCOME, Kind.AMOUNT),
    of_household("each", "人均补助", spoken.PER_HEAD, Kind.AMOUNT),
    of_household("size", "家庭人口", spoken.SIZE, Kind.COUNT),
    of_household("covered", "保障人数", spoken.COVERED, Kind.COUNT),
)
PAYMENT = (
    of_household("payee", "收款人姓名", spoken.PAYEE, Kind.NAME),
    Column("account", "银行账号", Kind.ACCOUNT, spoken.ACCOUNT, of_household=True),
    of_household("bank", "开户银行", spoken.BANK, longest=60),
    of_household("filing_no", "备案号", spoken.FILING_NO, longest=40),
    Column("phone", "联系电话", Kind.PHONE, spoken.PHONE, lenient=True),
    Column("remark", "备注", aliases=spoken.REMARK, lenient=True),
)
ROSTER = Intake(
    name="roster",
    title="花名册",
    columns=(*PEOPLE, *MONEY, *PAYMENT),
    grouping=Grouping(
        number="household_no",
        head="head_id",
        head_name="head_name",
        relation="relation",
        head_values=frozenset({Relation.HEAD}),
        serial="serial",
        amounts=("amount", "base", "uplift", "care"),
    ),
    any_of=(("amount", "base"),),
)


def roster_intake(program: str) -> Intake:
    """The roster of a programme; those without a monthly payment need no amount."""
    return ROSTER if program in PAID else replace(ROSTER, any_of=())


PROGRAM_WORDS = {
    Program.DIBAO_URBAN: ("城市低保", "城市最低生活保障", "城镇低保"),
    Program.DIBAO_RURAL: ("农村低保", "农村最低生活保障"),
    Program.TEKUN_DISPERSED: ("分散供养",),
    Program.TEKUN_CENTRALIZED: ("集中供养",),
}


def other_program(title: str, program: str) -> str:
    """The label of another programme that the title of a roster names, or ""."""
    named = [code for code, spoken in PROGRAM_WORDS.items() if any(word in title for word in spoken)]
    return named[0].label if named and program not in named else ""
