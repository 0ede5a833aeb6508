"""Every policy parameter the rules read: what it is called, its type, its default and where that comes from.

The one list of keys: the registry of parameters and the reader of household files both take it from here.
`mark` is 原文 (stated in the documents), 查到 (found in a published rule) or 通识 (custom: the county must
confirm it before money moves). A default of None means that only the county can know the value.
"""

from dataclasses import dataclass
from typing import Final

from cases.rules.codes import Code, ExpenseKind, IncomeItem

_COUNTY = "县级以上人民政府公布的标准"
_L57_13 = "最低生活保障审核确认办法第13条"


@dataclass(frozen=True, slots=True)
class Key:
    """`kind` is money, ratio, int, bool, date, choice, map (word → amount) or list (words).

    `choices`: the words a choice or a list may hold, with their wording. `positive`: zero makes no sense.
    `nullable`: an empty value means the rule is off.
    """

    label: str
    kind: str
    default: str | int | bool | None
    basis: str
    mark: str
    choices: tuple[tuple[str, str], ...] = ()
    positive: bool = False
    nullable: bool = False


def _money(label: str, *, positive: bool = False, basis: str = _COUNTY, nullable: bool = False) -> Key:
    return Key(label, "money", None, basis, "通识", positive=positive, nullable=nullable)


def _choice(label: str, default: str, basis: str, **choices: str) -> Key:
    return Key(label, "choice", default, basis, "通识", tuple(choices.items()))


def _some(label: str, default: str, basis: str, kind: type[Code]) -> Key:
    """Any of the words of a list of codes."""
    return Key(label, "list", default, basis, "通识", tuple((word.value, word.label) for word in kind))


_GENERAL: dict[str, Key] = {
    "dibao.std.urban": _money("城市低保月标准（元/人）", positive=True),
    "dibao.std.rural": _money("农村低保月标准（元/人）", positive=True),
    "dibao.mode": _choice(
        "低保金计算方式", "DIFF", "最低生活保障审核确认办法第23条", DIFF="差额", TIER="分档"
    ),
    "dibao.tiers": Key("分档低保金（档次: 元/人月）", "map", None, "最低生活保障审核确认办法第23条", "通识"),
    "dibao.refused_jobs": Key("拒绝介绍工作的次数", "int", 3, "最低生活保障审核确认办法第34条", "查到"),
    "dibao.refused_share": Key(
        "连续拒绝介绍工作后本人份额保留的比例", "ratio", "0", "最低生活保障审核确认办法第34条", "通识"
    ),
    "uplift.stack": _choice("分类施保叠加规则", "HIGHEST_ONLY", "县局规定", HIGHEST_ONLY="取高", SUM="累加"),
    "uplift.elder_age": Key("分类施保老年人年龄（周岁）", "int", 60, "县局规定", "通识", positive=True),
    "uplift.child_age": Key(
        "分类施保未成年人年龄（不满周岁）", "int", 18, "民法典第17条", "通识", positive=True
    ),
    "uplift.severe_levels": Key(
        "分类施保重度残疾等级",
        "list",
        "1,2",
        "县局规定",
        "通识",
        (("1", "一级"), ("2", "二级"), ("3", "三级"), ("4", "四级")),
    ),
    "uplift.illness_list": Key("分类施保重病病种", "list", None, "县局规定", "通识"),
    "uplift.amount.elder": _money("分类施保：老年人（元/月）"),
    "uplift.amount.child": _money("分类施保：未成年人（元/月）"),
    "uplift.amount.disabled": _money("分类施保：重度残疾人（元/月）"),
    "uplift.amount.ill": _money("分类施保：重病患者（元/月）"),
    "funds.round.unit": Key(
        "应发金额取整单位", "choice", "0.01", "县局规定", "通识", (("0.01", "分"), ("0.1", "角"), ("1", "元"))
    ),
    "funds.round.mode": _choice("应发金额取整方式", "HALF_UP", "县局规定", HALF_UP="四舍五入", UP="进位"),
    "funds.grant_min": _money("低保金发放下限（元/月，空为不设）", basis="县局规定", nullable=True),
    "single.adult_disabled_any_household": Key(
        "成年无业重度残疾人不论家庭是否边缘均可参照单人户",
        "bool",
        False,
        "民政部 2022-10-20 通知一（一）",
        "通识",
    ),
    "wage.minimum": _money("最低工资（元/月）", positive=True),
    "income.disposable.urban": _money("上年度城镇居民人均可支配收入（元/年）", positive=True),
    "income.disposable.rural": _money("上年度农村居民人均可支配收入（元/年）", positive=True),
}

_INCOME: dict[str, Key] = {
    "income.window_months": Key("收入核算窗口（月）", "int", 12, "县局规定", "通识", positive=True),
    "income.job_cost.mode": _choice(
        "必要就业成本扣除方式", "ACTUAL", _L57_13, FIXED="定额", RATIO="比例", ACTUAL="据实"
    ),
    "income.job_cost.fixed": _money("必要就业成本定额（元/人月）", basis=_L57_13),
    "income.job_cost.ratio": Key("必要就业成本占工资的比例", "ratio", None, _L57_13, "通识"),
    "income.mu_yield": Key("种植业亩均年净收益（作物: 元/亩）", "map", None, "县局规定", "通识"),
    "income.basic_pension.until": Key(
        "基础养老金不计入低保收入的截止日", "date", "2025-12-31", _L57_13, "查到"
    ),
    "income.basic_pension.after": _choice(
        "截止日后基础养老金", "PENDING", _L57_13, PENDING="待确认", EXCLUDE="不计入", COUNT="计入"
    ),
    "income.excluded.dibao": _some("低保另外不计入的收入项", "", _L57_13, IncomeItem),
    "income.excluded.tekun": _some("特困另外不计入的收入项", "", "特困人员认定办法第6条", IncomeItem),
    "income.labour.enabled": Key("有劳动能力未就业者按系数计收入", "bool", False, "县局规定", "通识"),
    "income.labour.coefficient": Key("劳动力系数（有劳动能力）", "ratio", None, "县局规定", "通识"),
    "income.labour.coefficient_partial": Key("劳动力系数（部分劳动能力）", "ratio", None, "县局规定", "通识"),
    "income.deduct.kinds": _some("可从收入中扣减的支出类别", "MEDICAL,REHAB", _L57_13, ExpenseKind),
    "income.deduct.ratio": Key("残疾、重病支出的扣减比例", "ratio", "1", _L57_13, "通识"),
    "income.deduct.cap": _money("残疾、重病支出扣减上限（元/户年，空为不设）", basis=_L57_13, nullable=True),
    "support_fee.k1": Key(
        "赡养费起算倍数（义务人家庭月人均收入 ÷ 低保标准）", "ratio", None, "县局规定", "通识"
    ),
    "support_fee.k2": Key("赡养费计入比例", "ratio", None, "县局规定", "通识"),
}

_ASSET_BASIS = "最低生活保障审核确认办法第14条；限额由县局规定"


def _asset_months(program: str, default: int | None, mark: str = "通识") -> Key:
    return Key(
        f"{program}人均金融资产上限（低保月标准的月数）", "int", default, _ASSET_BASIS, mark, positive=True
    )


_ASSETS: dict[str, Key] = {
    "asset.fin_per_capita_months": _asset_months("低保", 24),
    "asset.fin_per_capita_months.tekun": _asset_months("特困", 24),
    "asset.fin_per_capita_months.marginal": _asset_months("低保边缘", 36),
    "asset.fin_per_capita_months.rigid": _asset_months("刚性支出", 36),
    "asset.vehicle_forbid": Key("有机动车船、大型农机即不符合", "bool", True, _ASSET_BASIS, "通识"),
    "asset.vehicle_exempt_value": _money(
        "不计的车船农机价值（元，空为一律计）", basis=_ASSET_BASIS, nullable=True
    ),
    "asset.house_max_sets": Key("住房套数上限", "int", 1, _ASSET_BASIS, "通识"),
    "asset.house_area_per_capita": _money(
        "人均住房面积上限（平方米，空为不设）", basis=_ASSET_BASIS, nullable=True
    ),
    "asset.market_entity_forbid": Key("有市场主体即不符合", "bool", True, _ASSET_BASIS, "通识"),
    "asset.market_capital_max": _money(
        "不计的市场主体注册资本（元，空为一律计）", basis=_ASSET_BASIS, nullable=True
    ),
}


def _tekun_amounts() -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for mode, mode_label in (("dispersed", "分散"), ("centralized", "集中")):
        for area, area_label in (("urban", "城市"), ("rural", "农村")):
            keys[f"tekun.base.{area}.{mode}"] = _money(
                f"特困基本生活标准：{area_label}{mode_label}供养（元/月）", positive=True
            )
        for level, level_label in (("self", "全自理"), ("half", "半护理"), ("full", "全护理")):
            keys[f"tekun.care.{level}.{mode}"] = _money(
                f"特困照料护理标准：{level_label}{mode_label}供养（元/月）"
            )
    return keys


_TEKUN: dict[str, Key] = _tekun_amounts() | {
    "tekun.ratio_min": Key(
        "特困基本生活标准不低于低保标准的倍数", "ratio", "1.3", "长沙样例，县局确认", "查到"
    ),
    "tekun.elder_age": Key(
        "特困老年人年龄（周岁）", "int", 60, "特困人员认定办法第5条", "查到", positive=True
    ),
    "tekun.minor_age": Key(
        "特困未成年人年龄（不满周岁）", "int", 16, "特困人员认定办法第5条", "查到", positive=True
    ),
    "tekun.duty.dibao_age": Key("低保义务人无履行能力的年龄", "int", 60, "特困人员认定办法第8条", "查到"),
    "tekun.duty.elder_age": Key("老年义务人无履行能力的年龄", "int", 70, "特困人员认定办法第8条", "查到"),
}

_OTHER: dict[str, Key] = {
    "marginal.ratio": Key(
        "低保边缘收入倍数", "ratio", "1.5", "最低生活保障审核确认办法第8条", "查到", positive=True
    ),
    "rigid.ratio": Key("刚性支出占家庭总收入的比例", "ratio", None, "刚性支出困难家庭认定办法第4条", "通识"),
    "temp.emergency.months": Key("急难型救助月数（情形: 月数）", "map", None, "县局规定", "通识"),
    "temp.emergency.factor": Key("急难型救助系数", "ratio", "1", "县局规定", "通识"),
    "temp.expense.bands": Key("支出型分段比例（自负支出起点: 比例）", "map", None, "县局规定", "通识"),
    "temp.cap_months": Key(
        "临时救助上限（低保月标准的月数）", "int", 10, "安徽宁国样例", "查到", positive=True
    ),
    "temp.special.cap_months": Key(
        "特别救助上限（低保月标准的月数）", "int", None, "县局规定", "通识", positive=True
    ),
    "temp.per_year_limit": Key("同一事由 12 个月内次数上限", "int", 1, "县局规定", "通识", positive=True),
    "temp.town_limit": _money("乡镇单次审批额度（元）", basis="县局规定"),
    "grace.rule": _choice(
        "渐退期金额规则",
        "KEEP_ORIGINAL",
        "民政部 2022-10-20 通知一（三）",
        KEEP_ORIGINAL="原额",
        STEP_DOWN="逐步减少",
    ),
    "grace.steps": Key("渐退期各段保留的百分比", "list", "100,50", "县局规定", "通识"),
    "grace.max_months": Key(
        "渐退期最长月数", "int", 6, "民政部 2022-10-20 通知一（三）", "查到", positive=True
    ),
    "grace.allowed_reasons": Key(
        "可以给渐退期的原因",
        "list",
        "EMPLOYMENT",
        "县局规定",
        "通识",
        (("EMPLOYMENT", "就业后收入超过标准"), ("OTHER", "其他")),
    ),
    "death.recheck_months": Key(
        "成员死亡后家庭重核期限（月）", "int", 3, "民政部 2022-10-20 通知一（三）", "查到"
    ),
}

KEYS: Final[dict[str, Key]] = _GENERAL | _INCOME | _ASSETS | _TEKUN | _OTHER
