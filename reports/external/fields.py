"""Which of our facts answers which field of the province's system: one declaration for the page and the template (B32)."""
# requirements: B32

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cases.models.choices import PROGRAMS
from salvation.intake.model import Column as Expected
from salvation.intake.model import Intake
from salvation.intake.model import Kind as Sort
from salvation.tables.model import Column, Kind, Table

Benefit = Any


@dataclass(frozen=True, slots=True)
class Mapped:
    """``theirs``: the field as the province names it; ``ours``: where it stands here; ``read``: its value of a benefit."""

    code: str
    theirs: str
    ours: str
    read: Callable[[Benefit], object] | str
    kind: Kind = Kind.TEXT
    required: bool = True


FIELDS = (
    Mapped("no", "家庭编号", "家庭：户编号", "household.no"),
    Mapped("applicant", "户主姓名", "待遇：申请人", "applicant.name", Kind.NAME),
    Mapped("id_no", "户主身份证号", "人员：身份证号（按规定脱敏）", "applicant.id_no", Kind.ID),
    Mapped("program", "救助类别", "待遇：类别", "get_program_display"),
    Mapped("area", "户籍类别", "待遇：标准适用", "get_standard_area_display"),
    Mapped("town", "乡镇（街道）", "待遇：受理单位", "unit.name"),
    Mapped("village", "村（社区）", "待遇：村（社区）", "village.name"),
    Mapped("group", "村民小组", "家庭：组", "household.group_name"),
    Mapped("address", "家庭住址", "家庭：住址", "household.address"),
    Mapped("cause", "主要致贫原因", "家庭：主要致困原因", "household.get_poverty_cause_display"),
    Mapped("members", "家庭人口", "家庭：现有成员", lambda b: b.household_people, Kind.COUNT),
    Mapped("people", "保障人数", "待遇：本月保障人数", lambda b: b.people_now, Kind.COUNT),
    Mapped("amount", "月保障金额", "待遇：本月应发合计（元）", lambda b: b.amount_now, Kind.MONEY),
    Mapped("first", "起始月份", "待遇：起始月", "first_month", Kind.MONTH),
    Mapped("certificate", "低保（特困）证号", "待遇：证号", "no", required=False),
    Mapped("ext_no", "省系统编号", "本页导入回填", lambda b: b.ext_no, required=False),
)
TEMPLATE = Table(
    "external-template",
    "数字民政录入表",
    tuple(Column(field.code, field.theirs, field.kind, value=field.read) for field in FIELDS),
)
MAPPING = Table(
    "external-mapping",
    "字段对照",
    (
        Column("theirs", "省系统字段", priority=1),
        Column("ours", "本系统", priority=2, width=30),
        Column("required", "必填", value=lambda field: "是" if field.required else "", priority=3),
    ),
)
PROGRAM_WORDS = {
    **{label: code for code, label in PROGRAMS},
    **dict.fromkeys(("城镇低保", "城市最低生活保障", "城市居民最低生活保障"), "DIBAO_URBAN"),
    **dict.fromkeys(("农村最低生活保障", "农村居民最低生活保障"), "DIBAO_RURAL"),
    **dict.fromkeys(("特困分散供养", "分散供养", "农村特困分散供养"), "TEKUN_DISPERSED"),
    **dict.fromkeys(("特困集中供养", "集中供养", "农村特困集中供养"), "TEKUN_CENTRALIZED"),
    **dict.fromkeys(("低保边缘", "边缘家庭", "低保边缘户"), "MARGINAL"),
    **dict.fromkeys(("刚性支出困难", "支出型困难家庭", "支出型困难"), "RIGID_EXPENSE"),
}
STANDINGS = {
    **dict.fromkeys(("在保", "正常", "正常在保", "享受", "渐退", "有效"), "ACTIVE"),
    **dict.fromkeys(("暂停", "暂停发放", "缓发"), "SUSPENDED"),
    **dict.fromkeys(("停保", "停发", "退保", "注销", "终止", "已停保"), "STOPPED"),
}
BACK = Intake(
    name="external",
    alone=False,
    title="省系统导出表",
    columns=(
        Expected("ext_no", "省系统编号", aliases=("编号", "家庭编码", "救助编号", "低保编号", "系统编号"), required=True, max_length=60),
        Expected("name", "户主姓名", Sort.NAME, ("姓名", "申请人", "申请人姓名"), required=True),
        Expected("citizen_id", "户主身份证号", Sort.CITIZEN_ID, ("身份证号", "身份证号码", "公民身份号码", "证件号码"), required=True),
        Expected("program", "救助类别", Sort.CHOICE, ("类别", "救助类型", "保障类别", "业务类型"), required=True, choices=PROGRAM_WORDS),
        Expected("people", "保障人数", Sort.COUNT, ("享受人数", "救助人数", "在保人数")),
        Expected("amount", "月保障金额", Sort.AMOUNT, ("月保障金", "保障金额", "救助金额", "月发放金额")),
        Expected("standing", "状态", Sort.CHOICE, ("在保状态", "享受状态", "救助状态"), choices=STANDINGS),
        Expected("town", "乡镇（街道）", aliases=("乡镇", "乡（镇）", "所属乡镇", "镇")),
    ),
)  # fmt: skip
