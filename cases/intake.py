"""Declared imports of cases: the roster a township keeps (domain/04 §4.2, semantics in 12 §12.4).

Earlier aliases are the surer ones: where a sheet has both 月保障金额 and 实发金额, the first is the monthly amount.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from cases.models.choices import PAID, CareLevel, Program, Relation
from salvation.intake.model import Column, Grouping, Intake, Kind

LARGEST_MONTHLY = Decimal(20_000)
LARGEST_FAMILY = Decimal(30)


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


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


def amount(key: str, label: str, aliases: str) -> Column:
    """A monthly amount of the household, in yuan."""
    return Column(key, label, Kind.AMOUNT, words(aliases), of_household=True, maximum=LARGEST_MONTHLY)


def of_household(key: str, label: str, aliases: str, kind: Kind = Kind.TEXT, *, longest: int = 200) -> Column:
    """A fact of the household that must not stop anybody's import."""
    return Column(
        key,
        label,
        kind,
        words(aliases),
        of_household=True,
        lenient=True,
        max_length=longest,
        maximum=LARGEST_FAMILY if kind is Kind.COUNT else None,
    )


PEOPLE = (
    Column("serial", "序号", aliases=words("编号 顺序号 序列 No NO. 行号")),
    of_household("town", "乡镇", "乡（镇） 所属乡镇 乡镇名称 乡镇（街道） 街道 镇 乡镇街道 所在乡镇"),
    Column(
        "village",
        "行政村（社区）",
        Kind.VILLAGE,
        words(
            "行政村 村 村（社区） 村（居） 村居 社区 村名 村别 所在村 所属村 村委会 村名称 村组 村（居）委会 居（村）委会 "
            "村委会（社区） 行政村（社区）/组 村（居）名称 家庭住址/村 住址/村 村/社区"
        ),
        of_household=True,
    ),
    of_household("group", "组", "村民小组 小组 组别 组名 所在组 家庭住址/组", longest=30),
    of_household("address", "家庭住址", "住址 详细地址 家庭地址 现住址 户籍地址", longest=150),
    Column(
        "household_no",
        "户编号",
        aliases=words(
            "户号 家庭编号 户编码 低保证号 户编号/低保证号 户编号（低保证号） 低保编号 救助证号 户口编号 低保证编号 "
            "低保户编号 家庭户号 户序号 保障证号 特困证号 证件编号"
        ),
        of_household=True,
        max_length=40,
    ),
    Column(
        "name",
        "姓名",
        Kind.NAME,
        words(
            "成员姓名 家庭成员姓名 人员姓名 保障对象姓名 低保对象姓名 救助对象姓名 特困人员姓名 供养人员姓名 对象姓名 享受人姓名 "
            "受助人姓名 户主姓名 户主（申请人）姓名 申请人姓名 低保户主姓名 户主 户主（申请人） 申请人 户主名 低保户主 "
            "救助对象 保障对象 低保对象 供养对象 特困人员 持证人 受助人 名字"
        ),
        required=True,
    ),
    Column(
        "citizen_id",
        "身份证号",
        Kind.CITIZEN_ID,
        words(
            "身份证号码 公民身份号码 成员身份证号 成员身份证号码 家庭成员身份证号 家庭成员身份证号码 居民身份证号 居民身份证号码 "
            "身份证 证件号码 身份证件号码 身份证编号 身份证件号 公民身份证号 公民身份证号码 身份号码 证号 ID 保障对象身份证号 "
            "对象身份证号 户主身份证号 户主身份证号码 户主身份证 申请人身份证号 申请人身份证号码"
        ),
        required=True,
    ),
    Column(
        "relation",
        "与户主关系",
        Kind.CHOICE,
        words("与户主的关系 与户主（申请人）关系 与申请人关系 与户主之关系 家庭关系 成员关系 关系 称谓"),
        lenient=True,
        choices=RELATIONS,
    ),
    Column(
        "head_id", "户主证号", Kind.CITIZEN_ID, words("户主身份证号 户主身份证号码 户主身份证"), lenient=True
    ),
    Column("head_name", "所属户主", aliases=words("户主姓名 户主 户主名 申请人姓名"), lenient=True),
)
MONEY = (
    amount(
        "amount",
        "补助金额（合计）",
        "本月应发 本月应发金额 补助金额/合计 补助金额/小计 合计金额 金额合计 应发合计 月保障金额 月保障金 月补助金额 "
        "户月补助金额 户月保障金 户月保障金额 家庭月保障金 月低保金 月供养金 月救助金额 月发放金额 月金额 合计 小计 补助金额 "
        "保障金额 保障金 低保金 低保金额 救助金额 供养金额 供养金 户补助金额 享受金额 月补助标准 补助标准 补助金 应发金额 应发 "
        "本月发放金额 本次发放金额 发放金额 实发金额 金额 补贴金额 发放资金 保障资金 补助",
    ),
    amount(
        "base",
        "补差金额",
        "补差 月补差 补差额 户月补差 户月补差金额 补差金额/档次 补助金额/补差 补助金额/补差金额 差额 基本生活 基本生活费 "
        "基本生活标准 基本生活供养金 基本金额 基本保障金 补助金额 保障金额 保障金 低保金 低保金额 供养金",
    ),
    amount(
        "uplift",
        "分类施保金额",
        "分类施保 补助金额/分类施保 分类施保增发 分类施保金 分类救助金额 分类救助 增发金额",
    ),
    amount(
        "care",
        "照料护理",
        "照料护理费 照料护理金额 照料护理标准 照料护理补贴 护理费 护理补贴 护理金 照护费",
    ),
    Column(
        "care_level",
        "自理等级",
        Kind.CHOICE,
        words("自理能力 自理能力等级 护理等级 护理级别"),
        choices=CARE,
        lenient=True,
    ),
    of_household("standard", "保障标准", "低保标准 月保障标准 保障标准（元/月） 供养标准", Kind.AMOUNT),
    of_household("income", "月人均收入", "家庭月人均收入 人均月收入 人均收入 家庭人均收入", Kind.AMOUNT),
    of_household(
        "each", "人均补助", "月人均补助 月人均补助金额 人均补助金额 人均补差 人均补助水平", Kind.AMOUNT
    ),
    of_household("size", "家庭人口", "家庭人口数 家庭人数 人口 家庭成员数 户籍人口", Kind.COUNT),
    of_household(
        "covered",
        "保障人数",
        "享受人数 低保人数 保障人口 救助人数 享受人口 低保人口 家庭人口/保障人数 人数",
        Kind.COUNT,
    ),
)
PAYMENT = (
    of_household(
        "payee",
        "收款人姓名",
        "收款人 领款人 领款人姓名 户名 开户名 开户人 开户人姓名 账户名 账户名称 银行户名 持卡人 代领人",
        Kind.NAME,
    ),
    Column(
        "account",
        "银行账号",
        Kind.ACCOUNT,
        words(
            "账号 帐号 银行帐号 卡号 银行卡号 开户账号 开户帐号 一卡通账号 一卡通帐号 一卡通号 存折账号 存折号 社保卡号 "
            "社保卡账号 社会保障卡号 惠农卡号 卡折号 账号/卡号 银行卡（折）号 收款账号 开户银行/账号 银行账户 账户"
        ),
        of_household=True,
    ),
    of_household(
        "bank",
        "开户银行",
        "开户行 开户行名称 开户银行/名称 银行名称 发放银行 代发银行 所属银行 银行",
        longest=60,
    ),
    of_household("filing_no", "备案号", "代管备案号 备案编号", longest=40),
    Column(
        "phone", "联系电话", Kind.PHONE, words("电话 手机 手机号 手机号码 电话号码 联系方式"), lenient=True
    ),
    Column("remark", "备注", aliases=words("备注说明 其他说明 说明"), lenient=True),
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
