"""The columns of 信丰县社会救助领域专项治理工作情况统计表 (domain/04 §4.1): one list from which the table, the fill
form, the checks and the report take their headings, keys and definitions.

``M(...)`` is a figure with its definition; ``timing`` stock has one column, flow has 本月 and 累计. ``computed`` names
what the system counts now; the rest shows 缺数据 until somebody fills it.
"""
# requirements: C13

from collections.abc import Iterator
from dataclasses import dataclass

PEOPLE, HOUSEHOLDS, CASES, YUAN, PERCENT, TIMES = "人", "户", "件", "元", "%", "次"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``parts``: keys of numerator and denominator of a percentage."""

    code: str
    label: str
    definition: str
    flow: bool
    money: bool = False
    computed: bool = False
    parts: tuple[str, str] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Cell keys: the code for a stock, code.m and code.c for a flow."""
        return (f"{self.code}.m", f"{self.code}.c") if self.flow else (self.code,)


@dataclass(frozen=True, slots=True)
class Heading:
    label: str
    children: tuple["Heading | Figure", ...]


def stock(code: str, label: str, definition: str, *, computed: bool = False, money: bool = False) -> Figure:
    return Figure(code, label, definition, flow=False, computed=computed, money=money)


def flow(code: str, label: str, definition: str, *, computed: bool = False, money: bool = False) -> Figure:
    return Figure(code, label, definition, flow=True, computed=computed, money=money)


def rate(code: str, label: str, numerator: str, denominator: str) -> Figure:
    """A percentage of two other cells, never summed."""
    definition = f"{numerator} ÷ {denominator} × 100"
    return Figure(code, label, definition, flow=False, parts=(numerator, denominator))


def pair(label: str, *figures: Figure) -> Heading:
    return Heading(label, figures)


SNAP = "月末快照，受理单位"

GROUP_1 = Heading("组1 对象底数", (
    stock("SA01", "户籍人口（人）", "年度维护的户籍人口", computed=True),
    pair("城市低保", stock("SA02", "户", f"{SNAP}，城市低保户数", computed=True), stock("SA03", "人", f"{SNAP}，城市低保保障人数", computed=True)),
    pair("农村低保", stock("SA04", "户", f"{SNAP}，农村低保户数", computed=True), stock("SA05", "人", f"{SNAP}，农村低保保障人数", computed=True)),
    stock("SA06", "其中：单人保（人）", f"{SNAP}，低保中的单人保", computed=True),
    stock("SA07", "其中：渐退（延退）期内（人）", f"{SNAP}，低保中处于渐退期的", computed=True),
    stock("SA07X", "其中：暂停发放（人）", f"{SNAP}，低保、特困中暂停发放的；仍计入在保人数", computed=True),
    pair("特困", stock("SA08", "集中（人）", f"{SNAP}，集中供养", computed=True), stock("SA09", "分散（人）", f"{SNAP}，分散供养", computed=True)),
    pair("低保边缘", stock("SA10", "户", f"{SNAP}，边缘家庭户数", computed=True), stock("SA11", "人", f"{SNAP}，边缘家庭人数（扣除已单人保者）", computed=True)),
    pair("支出型困难", stock("SA12", "户", f"{SNAP}，支出型（刚性支出）困难家庭户数", computed=True), stock("SA13", "人", f"{SNAP}，支出型（刚性支出）困难家庭人数", computed=True)),
    stock("SA14", "救助对象合计（人）", "SA03、SA05、SA08、SA09、SA11、SA13 按身份证号去重", computed=True),
    rate("SA15", "占户籍人口比例（%）", "SA14", "SA01"),
))  # fmt: skip
GROUP_2 = Heading("组2 应纳尽纳", (
    flow("SB01", "三类人员排查（人）", "三类人员名单中本期比对为已纳入和核查过的人数，去重", computed=True),
    flow("SB02", "重点人群摸排（人）", "三类人员以外的主动发现中本期核查过的人数，去重", computed=True),
    flow("SB03", "主动告知政策（人）", "主动发现中本期告知政策的人数，去重", computed=True),
    pair("新纳入（人）",
         flow("SB04", "低保", "本期确认的低保申请的保障成员", computed=True),
         flow("SB05", "特困", "本期确认的特困申请的本人", computed=True),
         flow("SB06", "边缘", "本期确认的低保边缘申请的家庭成员", computed=True),
         flow("SB07", "支出型", "本期确认的支出型（刚性支出）申请的家庭成员", computed=True)),
    flow("SB08", "其中：来自三类人员（人）", "SB04–SB07 中决定之日在有效的三类人员名单内的", computed=True),
    flow("SB09", "其中：单人保新增（人）", "SB04 中的单人保", computed=True),
    pair("单人保新增中（人）",
         flow("SB10", "重残", "SB09 中依据为重度残疾（含三级智力、精神）的", computed=True),
         flow("SB11", "重病", "SB09 中依据为重特大疾病的", computed=True)),
    flow("SB12", "不符合并书面告知（件）", "本期不予确认的申请", computed=True),
))  # fmt: skip
GROUP_3 = Heading("组3 应退尽退", (
    flow("SC01", "信息比对在保对象（人次）", "比对批次的在保人口；同月同来源多批取最后一批"),
    flow("SC02", "比对疑点（条）", "本期发现的疑点"),
    flow("SC03", "已核实（条）", "本期作出结论的疑点"),
    rate("SC04", "核实率（%）", "SC03.c", "SC02.c"),
    flow("SC05", "死亡对象清退（人）", "本期生效的死亡变更单的人数", computed=True),
    flow("SC06", "延退（渐退）期满清退（人）", "本期渐退期满停发的人数", computed=True),
    flow("SC07", "双重保障核减（人）", "停发原因为重复享受的人数", computed=True),
    flow("SC08", "备案管理对象排查（人）", "本期登记排查结论的备案对象，去重", computed=True),
    flow("SC09", "备案对象清退（人）", "停发原因为备案排查不符的人数", computed=True),
    flow("SC10", "其他清退（人）", "停发的其余原因的人数", computed=True),
    pair("清退合计",
         flow("SC11H", "户", "停发后家庭不再有任何有效待遇的户数", computed=True),
         flow("SC11P", "人", "SC05、SC06、SC07、SC09、SC10 的人去重", computed=True)),
    flow("SC12", "月减少保障金（元/月）", "生效的减发、停发、死亡等变更单 原月应发 − 新月应发 之和", money=True, computed=True),
    pair("增发/减发（户）",
         flow("SC13A", "增发", "生效的增发单", computed=True),
         flow("SC13B", "减发", "生效的减发单", computed=True)),
))  # fmt: skip
GROUP_4 = Heading("组4 兜底保障“回头看”", (
    pair("重新识别", flow("SD01", "户", "本期完成重新识别的户"), flow("SD02", "人", "其成员")),
    stock("SD03D", "应识别户数（户）", "治理开始时在保户数 + 期内新增户数"),
    rate("SD03", "重新识别率（%）", "SD01.c", "SD03D"),
    pair("发现（人）", flow("SD04", "脱保", "发现的脱保人员"), flow("SD05", "漏保", "发现的漏保人员")),
    flow("SD06", "已纳入（人）", "其中已纳入保障的"),
    flow("SD07", "渐退政策新增（户）", "本期生效的渐退单户数", computed=True),
    pair("低质量数据（条）", flow("SD08", "发现", "本期发现"), flow("SD09", "清洗", "本期清洗")),
    rate("SD10", "清洗率（%）", "SD09.c", "SD08.c"),
    pair("“数字民政”录入", stock("SD11N", "完整户数（户）", "必填字段齐全且已回填省系统编号的在保户"), stock("SD11D", "在保户数（户）", "在保户数"),
         rate("SD11", "完整率（%）", "SD11N", "SD11D")),
))  # fmt: skip
GROUP_5 = Heading("组5 临时救助", (
    pair("急难型", flow("SE01", "人次", "到账的急难型救助", computed=True), flow("SE02", "金额（元）", "其金额，按到账日", computed=True, money=True)),
    pair("支出型", flow("SE03", "人次", "到账的支出型救助", computed=True), flow("SE04", "金额（元）", "其金额，按到账日", computed=True, money=True)),
    pair("特别救助", flow("SE05", "人次", "到账的特别救助", computed=True), flow("SE06", "金额（元）", "其金额，按到账日", computed=True, money=True)),
    pair("其中：乡镇备用金", flow("SE07", "人次", "备用金支付的", computed=True), flow("SE08", "金额（元）", "其金额", computed=True, money=True)),
    flow("SE09", "其中：先行救助（人次）", "先行救助的", computed=True),
    stock("SE10", "先行救助待补手续（件）", "月末仍待补手续的", computed=True),
    stock("SE11", "备用金期末余额（元）", "月末余额", money=True),
    pair("合计", flow("SE12N", "人次", "SE01+SE03+SE05", computed=True), flow("SE12A", "金额（元）", "SE02+SE04+SE06", computed=True, money=True)),
))  # fmt: skip
GROUP_6 = Heading("组6 特困服务", (
    stock("SF01", "定点医疗签约（人）", "县域普通病定点医疗签约有效的特困人员", computed=True),
    stock("SF02D", "特困人数（人）", "SA08 + SA09", computed=True),
    rate("SF02", "签约率（%）", "SF01", "SF02D"),
    pair("特殊病种（人）", stock("SF03", "应签约", "有精神、智力障碍的特困人员、孤儿", computed=True), stock("SF04", "已签约", "特殊病种签约有效的", computed=True)),
    pair("医疗挂账", flow("SF05", "人次", "核准的挂账"), flow("SF06", "兜底金额（元）", "其金额", money=True)),
    stock("SF07", "签订委托照料协议（人）", "协议有效的分散供养人员", computed=True),
    rate("SF08", "签订率（%）", "SF07", "SA09"),
    pair("巡访（人，本月）", stock("SF09", "应巡访", "按频次本月应访", computed=True), stock("SF10", "已巡访", "本月有合格巡访的，去重", computed=True)),
    rate("SF11", "巡访覆盖率（%）", "SF10", "SF09"),
    flow("SF12", "巡访（人次）", "巡访记录", computed=True),
    flow("SF13", "其中：社会组织参与（人次）", "社会组织巡访的", computed=True),
    stock("SF14", "自理能力评定有效（人）", "评定在有效期内的", computed=True),
    rate("SF15", "评定率（%）", "SF14", "SF02D"),
    pair("有效评定等级（人）", stock("SF16", "全自理", "按有效评定", computed=True), stock("SF17", "半护理", "按有效评定", computed=True), stock("SF18", "全护理", "按有效评定", computed=True)),
    pair("有集中供养意愿的失能人员（人）", stock("SF19", "人数", "有意愿且半护理、全护理", computed=True), stock("SF20", "已入住", "其中集中供养的", computed=True)),
))  # fmt: skip
GROUP_7 = Heading("组7 资金发放", (
    pair("应发", flow("SG01", "笔数", "发放月为本月的正常明细，不含剔除"), flow("SG02", "金额（元）", "其金额", money=True)),
    pair("10日前到位", flow("SG03", "笔数", "10日24时前成功"), flow("SG04", "金额（元）", "其金额", money=True)),
    rate("SG05", "及时率（%）", "SG03.m", "SG01.m"),
    flow("SG06", "失败或未发（笔）", "失败或未回盘"),
    flow("SG07", "已补发（笔）", "补发成功"),
    pair("社会化发放", flow("SG08N", "笔数", "银行、一卡通成功"), flow("SG08D", "全部成功（笔）", "全部成功"), rate("SG08", "社会化发放率（%）", "SG08N.m", "SG08D.m")),
    pair("卡折代管（人）", stock("SG09", "应备案", "存在代管事实的"), stock("SG10", "已备案", "有效备案的")),
    flow("SG11", "代管监督检查（人次）", "监督检查"),
    flow("SG12", "与金融机构对账（次）", "签章的对账"),
))  # fmt: skip
GROUP_8 = Heading("组8 资金监管", (
    flow("SH01", "资金自查、内审（次）", "完成的自查、内审"),
    pair("发现问题", flow("SH02", "个", "其发现的问题"), flow("SH03", "金额（元）", "涉及金额", money=True)),
    pair("已整改", flow("SH04", "个", "本期销号的"), flow("SH05", "金额（元）", "涉及金额", money=True)),
    pair("供养、福利机构", flow("SH06", "排查（家）", "排查的机构"), flow("SH07", "发现问题（个）", "发现的问题")),
    flow("SH08", "资金下拨不及时（笔）", "下达后超过规定天数才拨付"),
    stock("SH09", "配套不到位（元）", "应配套 − 实配套", money=True),
    pair("应追缴", flow("SH10", "人", "本期立案"), flow("SH11", "金额（元）", "立案金额", money=True)),
    pair("已退缴", flow("SH12", "人", "本期缴清"), flow("SH13", "金额（元）", "按票据日期", money=True)),
    stock("SH14", "未退缴余额（元）", "应缴 − 已缴 − 减免 − 核销", money=True),
    flow("SH15", "严重问题移送（件）", "挤占挪用等移送"),
))  # fmt: skip
GROUP_9 = Heading("组9 失信惩戒", (
    flow("SI01", "查实骗取救助（人）", "本期查实的"),
    stock("SI02", "截止日未退缴（人）", "SI01 中截止日仍未缴清的"),
    flow("SI03", "列入失信名单（人）", "本期认定的"),
    stock("SI04", "失信在册（人）", "月末在册"),
    flow("SI05", "实施惩戒（人次）", "措施执行记录"),
    flow("SI06", "退还及时适当免责（人）", "本期批准的"),
))  # fmt: skip
GROUP_10 = Heading("组10 服务效能与机制", (
    flow("SJ01", "明察暗访（次）", "明察暗访"),
    flow("SJ02", "抽查办理事项（件）", "抽查的事项"),
    flow("SJ03", "发现问题（个）", "抽查发现的问题"),
    pair("现场评议", flow("SJ04", "评议（人）", "满意、基本满意、不满意合计"), flow("SJ05N", "满意（人）", "其中满意的"), rate("SJ05", "满意率（%）", "SJ05N.m", "SJ04.m")),
    pair("办理", flow("SJ06D", "办结（件）", "本期办结"), flow("SJ06N", "按时（件）", "其中按时的"), rate("SJ06", "按时率（%）", "SJ06N.m", "SJ06D.m")),
    stock("SJ07", "县级联席会议（次，年累计）", "当年1月至本月县级召开的联席会议，只有合计行", computed=True),
    flow("SJ08", "领导组集体审批会议（次）", "会议登记簿中本期的领导组集体审批会", computed=True),
    flow("SJ09", "一事一议（件）", "本期会议作出结论的一事一议", computed=True),
    pair("常年公示（村）", stock("SJ10", "应公示", "有在保对象的村"), stock("SJ11", "已公示", "公示有效且照片在期的"), rate("SJ12", "公示率（%）", "SJ11", "SJ10")),
    stock("SJ13", "公布举报电话（部）", "有效的举报电话"),
    pair("政策宣传", flow("SJ14", "场次", "宣传活动"), flow("SJ15", "资料（份）", "发放的资料")),
    pair("近亲属备案（人）", stock("SJ16", "有效备案", "月末有效备案的对象，去重", computed=True), flow("SJ17", "本期新增", "本期备案的对象，去重", computed=True)),
    stock("SJ18D", "村签字报表应签（村）", "本月动态管理周期中应签字的村", computed=True),
    stock("SJ18", "村签字报表已签（村）", "其中月末前已签字的村", computed=True),
))  # fmt: skip
GROUP_11 = Heading("组11 信访举报", (
    flow("SK01", "受理（件）", "本期登记且未并案"),
    flow("SK02", "其中：实名（件）", "SK01 中实名的"),
    flow("SK03", "其中：部省重复信访、重点督办（件）", "SK01 中部省重复或重点督办的"),
    flow("SK04", "办结（件）", "本期办结"),
    pair("按期办结", flow("SK05N", "按期（件）", "SK04 中按期的"), rate("SK05", "按期办结率（%）", "SK05N.m", "SK04.m")),
    pair("实名反馈", flow("SK06D", "实名办结（件）", "本期办结的实名件"), flow("SK06N", "已反馈（件）", "其中已反馈的"), rate("SK06", "实名反馈率（%）", "SK06N.m", "SK06D.m")),
    pair("初次信访", flow("SK07D", "满观察期（件）", "满180日观察期的首次件"), flow("SK07N", "一次性化解（件）", "其中180日内无重复的"), rate("SK07", "一次性化解率（%）", "SK07N.m", "SK07D.m")),
    flow("SK08", "对账销号（件）", "与上级来件对账相符并办结"),
    stock("SK09", "期末未办结（件）", "月末未办结"),
    stock("SK10", "其中：逾期（件）", "SK09 中已逾期的"),
))  # fmt: skip
GROUP_12 = Heading("组12 问题整改与问责", (
    flow("SL01", "发现问题（个）", "本期立案的问题（不属实的另计）", computed=True),
    flow("SL01X", "其中：不属实（个）", "本期认定不属实的", computed=True),
    flow("SL02", "整改销号（个）", "本期销号", computed=True),
    stock("SL03D", "应整改（个，累计）", "SL01 累计 − 不属实累计 + 反弹、虚假整改累计", computed=True),
    rate("SL03", "整改率（%）", "SL02.c", "SL03D"),
    stock("SL04", "期末在改（个）", "月末已立案未销号的", computed=True),
    stock("SL05", "逾期未改（个）", "SL04 中时限早于月末的", computed=True),
    pair("反弹、虚假整改（个）", flow("SL06A", "反弹", "本期重新打开，性质为反弹", computed=True), flow("SL06B", "虚假整改", "本期重新打开，性质为虚假整改", computed=True)),
    pair("回头看（个）", flow("SL07", "完成", "本期完成"), flow("SL07P", "通过", "三问全是")),
    flow("SL08", "通报（件）", "本期通报"),
    flow("SL09", "问责（人）", "本期问责，去重"),
    flow("SL10", "容错免责（人）", "本期批准，去重"),
    flow("SL11", "建立完善制度（个）", "本期施行"),
    flow("SL12", "督导（次）", "本期督导"),
))  # fmt: skip

GROUPS = (
    GROUP_1, GROUP_2, GROUP_3, GROUP_4, GROUP_5, GROUP_6, GROUP_7, GROUP_8, GROUP_9, GROUP_10, GROUP_11, GROUP_12,
)  # fmt: skip
SHEETS = (
    ("表1 对象认定", ("组1 对象底数", "组2 应纳尽纳", "组3 应退尽退", "组4 兜底保障“回头看”")),
    ("表2 临时救助与特困", ("组5 临时救助", "组6 特困服务")),
    ("表3 资金与失信", ("组7 资金发放", "组8 资金监管", "组9 失信惩戒")),
    ("表4 效能机制与整改", ("组10 服务效能与机制", "组11 信访举报", "组12 问题整改与问责")),
    ("总表", ()),
)


def figures(node: Heading | Figure | None = None) -> Iterator[Figure]:
    """All figures in order."""
    nodes: tuple[Heading | Figure, ...] = GROUPS if node is None else (node,)
    for each in nodes:
        if isinstance(each, Figure):
            yield each
        else:
            for child in each.children:
                yield from figures(child)


# The county itself holds them: a unit has none, and the total row is the county's own (04 §4.1).
COUNTY_ONLY = frozenset({"SJ07"})
COMPUTED = tuple(figure for figure in figures() if figure.computed)
# Counted over distinct people or households: neither do units add up to the county, nor months to a cumulative figure.
DISTINCT = frozenset({
    "SA02", "SA03", "SA04", "SA05", "SA06", "SA07", "SA07X", "SA08", "SA09", "SA10", "SA11", "SA12", "SA13", "SA14", "SB01", "SB02",
    "SB03", "SB04", "SB05", "SB06", "SB07", "SB08", "SB09", "SB10", "SB11", "SC05", "SC06", "SC07", "SC08", "SC09", "SC10",
    "SC11H", "SC11P", "SC13A", "SC13B", "SD01", "SD02", "SD04", "SD05", "SD06", "SD07", "SH10", "SH12", "SI01", "SI03",
    "SI06", "SJ16", "SJ17", "SL09", "SL10",
})  # fmt: skip
# Events and amounts: this month's cumulative figure is last month's and this month's together (12 §12.1 #3).
ADDITIVE = tuple(figure for figure in figures() if figure.flow and figure.code not in DISTINCT)
# What people fill: everything the system does not count and that is no percentage.
FILLABLE = frozenset(
    key for figure in figures() if not figure.computed and not figure.parts for key in figure.keys
)
COUNTED = frozenset(key for figure in COMPUTED for key in figure.keys)
UNITS_OF_COUNT = (
    "人次",
    "户",
    "人",
    "件",
    "元/月",
    "元",
    "条",
    "笔",
    "个",
    "次",
    "家",
    "村",
    "部",
    "份",
    "场次",
)


def unit_of_count(figure: Figure, above: str = "") -> str:
    """户, 人, 件, 元 …: as its own heading says, else the one above it."""
    if figure.parts:
        return PERCENT
    for words in (figure.label, above):
        found = [
            unit for unit in UNITS_OF_COUNT if f"（{unit}" in words or words == unit or words == f"{unit}数"
        ]
        if found:
            return found[0]
    return YUAN if figure.money else "—"


def headings() -> dict[str, str]:
    """Figure code → the words above it."""
    found: dict[str, str] = {}

    def walk(node: Heading, above: str) -> None:
        for child in node.children:
            if isinstance(child, Figure):
                found[child.code] = above
            else:
                walk(child, child.label)

    for group in GROUPS:
        walk(group, group.label)
    return found
