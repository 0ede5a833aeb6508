"""What a column heading says, whatever its spelling. Pure.

Headings of one meaning differ in width, spaces, line breaks, brackets, units, numbering and wording. `forms` reduces
a heading step by step, the most faithful form first. A reduction may drop the one word that matters (the guardian's
ID, the year's amount), so every match of a reduced form is held against the words that tell headings apart.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from unicodedata import normalize

from salvation.intake.model import Kind

NOT_WORD = re.compile(r"[\W_]+")
BRACKETS = re.compile(r"[(\[【〔{<「《].*?[)\]】〕}>」》]")
INCLUDING = re.compile(r"[(\[【〔]\s*含.*?[)\]】〕]")
NUMBERING = re.compile(
    r"^\s*(?:[①-⑳]|[(（]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[)）]|"
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[、.．:：])\s*"
)
DATED = re.compile(r"^(?:\d{4}年)?\d{1,2}月份?(?=\D)")
DATE = re.compile(r"\d{4}年\d{1,2}月份?")
YEAR = re.compile(r"\d{4}年度?")
ONE_MONTH = re.compile(r"(?<![\d\-—~至到])\d{1,2}月")
SPAN = re.compile(r"\d{1,2}月?\s*[-—~～至到]\s*\d{1,2}月")
UNIT_BEHIND = re.compile(r"(?:单位)?(?:人民币)?元(?:每?[人户月])*$|(?<=[数口])[人名个]$|(?<=[人口数])单位人$")
BEFORE = re.compile(
    r"^(?:其中|必填|选填|请填写|填写|本户|该户|本人|现有|实际|18位|第?二代|有效|家庭户|表内|本次|目前)+"
)
BEHIND = re.compile(r"(?:必填|选填|18位数?|情况|信息|一?栏|明细|全称|详情|文本|格式)+$")
SIMPLE = str.maketrans(
    "戶號證電話備註銀帳賬鎮鄉組關係與額補總計類標準職務檔編聯發實應領貼",
    "户号证电话备注银账账镇乡组关系与额补总计类标准职务档编联发实应领贴",
)
# One wording for many, applied to headings and aliases alike; the order counts.
WORDINGS = (
    ("号码", "号"), ("的", ""), ("帐", "账"), ("公民身份证", "身份证"), ("居民身份证", "身份证"), ("公民身份", "身份证"),
    ("居民身份", "身份证"), ("身份证件", "身份证"), ("身份证编号", "身份证号"), ("身份号", "身份证号"),
    ("身份证证号", "身份证号"), ("最低生活保障", "低保"), ("社会保障卡", "社保卡"), ("人口数", "人口"), ("金额数", "金额"),
    ("名字", "姓名"), ("和", "与"), ("手机号", "手机"), ("电话号", "电话"), ("当月", "本月"), ("本月份", "本月"),
    ("每月", "月"), ("按月", "月"), ("村民委员会", "村委会"), ("居民委员会", "居委会"),
)  # fmt: skip
# Words that make a heading speak of something else, unless the known heading has them too.
ANY = (
    "是否", "有无", "类型", "类别", "有效期", "期限", "复印件", "照片", "签发", "残疾", "户口簿", "户口本", "结婚", "医保",
    "学籍", "日期", "时间", "状态", "变更", "曾用", "校验", "合同", "产权", "档案", "原因", "签字", "签名", "盖章", "审核",
    "审批", "拼音", "车牌", "联行", "失效", "注销", "旧", "原", "编码规则", "驾驶",
)  # fmt: skip
PERSONS = (
    "监护", "代管", "代领", "代办", "委托", "照料", "照护", "配偶", "妻", "丈夫", "领款", "收款", "开户", "父", "母",
    "赡养", "抚养", "扶养", "义务", "经办", "联系人", "负责", "包村", "包户", "帮扶", "干部", "书记", "主任", "网格",
    "填表", "填报", "制表", "调查", "护理", "子女", "儿子", "女儿", "亲属", "死者", "担保", "受托", "持卡", "联络", "院长",
)  # fmt: skip
PERIODS = ("年", "季", "累计", "累积", "上月", "上期", "上次", "次月", "下月", "期初", "历次", "万")
SUMS = (
    "补发", "扣", "追", "退", "一次性", "人均", "物价", "价格", "临时", "取暖", "电费", "水费", "慰问", "高龄", "老年",
    "两项", "医疗", "教育", "住房", "分类", "增发", "增加", "减少", "核减", "护理", "照料", "照护", "补差", "差额", "收入",
    "支出", "存款", "工资", "养老", "缴", "利息", "调整前", "标准", "节日", "丧葬", "基本", "财产", "债", "中央", "省级",
    "县级", "自筹", "余额", "结余", "差", "不含", "重残", "未成年", "困难残",
)  # fmt: skip
COUNTS = (
    "劳动", "未", "外出", "务工", "重病", "老年", "老人", "未成年", "儿童", "女", "男", "非", "不", "死亡", "新增", "减少", "增加",
    "退出", "赡养", "义务", "学生", "党员", "保障", "低保", "享受", "救助", "纳", "常住", "失能", "特困", "子女", "就业",
)  # fmt: skip
PAYING = frozenset({"收款", "领款", "开户", "持卡"})
TELLING: Mapping[Kind, tuple[str, ...]] = {
    Kind.NAME: (*ANY, *PERSONS, "村名", "村干", "数", "量", "金额", "号", "单位", "银行名"),
    Kind.CITIZEN_ID: (*ANY, *PERSONS),
    Kind.PHONE: (*ANY, *PERSONS, "监督", "举报", "单位", "村委"),
    Kind.CHOICE: (*ANY, *PERSONS),
    Kind.VILLAGE: (*ANY, *PERSONS, "电话", "代码", "编码", "类"),
    Kind.TEXT: (*ANY, "监护", "联系人", "代领", "代管人"),
    Kind.ACCOUNT: (*ANY, *(word for word in PERSONS if word not in PAYING)),
    Kind.AMOUNT: (*ANY, *PERIODS, *SUMS),
    Kind.COUNT: (*ANY, *PERIODS, *COUNTS),
    Kind.DATE: ("结束", "终止", "停"),
    Kind.MONTH: ("结束", "终止", "停"),
}


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """The heading without marks, spaces, width and case, in one wording."""
    words = NOT_WORD.sub("", normalize("NFKC", text)).lower().translate(SIMPLE)
    for old, new in WORDINGS:
        words = words.replace(old, new)
    return words


@lru_cache(maxsize=8192)
def forms(text: str) -> tuple[str, ...]:
    """The heading reduced step by step: as written, without numbering, brackets, unit, month and filler words."""
    bare = NUMBERING.sub("", text)
    plain = normalize("NFKC", bare)
    found = [canonical(text), canonical(bare), canonical(BRACKETS.sub("", plain))]
    for words in tuple(found):
        unitless = UNIT_BEHIND.sub("", words)
        undated = DATED.sub("", unitless)
        short = BEHIND.sub("", BEFORE.sub("", undated))
        found += [unitless, undated, short, UNIT_BEHIND.sub("", short)]
    return tuple(dict.fromkeys(words for words in found if words))


@lru_cache(maxsize=8192)
def speaks_of(path: tuple[str, ...]) -> str:
    """The whole heading with what names only its month taken out, to look for telling words in."""
    parents = "".join(YEAR.sub("", normalize("NFKC", DATE.sub("", part))) for part in path[:-1])
    own = INCLUDING.sub("", DATE.sub("", normalize("NFKC", path[-1]))) if path else ""
    span = "累计" if SPAN.search(own) else ""
    return canonical(parents + own) + span


def foreign(path: tuple[str, ...], word: str, kind: Kind) -> bool:
    """Whether the heading has a telling word that the known heading `word` has not."""
    said = speaks_of(path)
    return any(mark in said and mark not in word for mark in TELLING[kind])


def names_a_month(path: tuple[str, ...]) -> bool:
    """Whether the heading belongs to one numbered month: 5月金额. Several such columns are no single amount."""
    return any(ONE_MONTH.search(normalize("NFKC", part)) for part in path[-2:])
