"""The outline of the report (domain/04 §4.10): sentences with figures of the table, and parts that people write.

A figure stands as {SA03} (its column code); a part that people write is a ``Written``. Sentences are read from the
same cells as the table: no number is defined twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from salvation.documents.official import Level

FIGURE = re.compile(r"\{(S[A-L]\w+(?:\.[mc])?)\}")
UNKNOWN = "（缺数据）"


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    level: Level


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with figures."""

    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A part that the unit writes: ``key`` under which it is kept, its label, what belongs in it."""

    key: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Problems:
    """The table of problems by category."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The county's comparison of its units."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The same comparison as a chart."""


H1, H2 = Level.H1, Level.H2

OUTLINE: tuple[Title | Told | Written | Problems | Comparison, ...] = (
    Written("opening", "导语", "按照哪份方案、怎样开展，一段话"),
    Title("一、基本情况", H1),
    Title("（一）组织部署", H2),
    Written("organisation", "组织部署", "方案成文日、动员会日期、分工、专人"),
    Title("（二）对象底数", H2),
    Told(
        "截至{month}末，户籍人口{SA01}人。在保城市低保{SA02}户{SA03}人，农村低保{SA04}户{SA05}人，其中单人保{SA06}人、"
        "渐退期内{SA07}人；特困供养集中{SA08}人、分散{SA09}人；低保边缘{SA10}户{SA11}人；支出型困难{SA12}户{SA13}人。"
        "救助对象合计{SA14}人，占户籍人口{SA15}。"
    ),
    Title("二、重点任务落实情况", H1),
    Title("（一）巩固拓展脱贫攻坚成果与乡村振兴有效衔接", H2),
    Told("问题整改：累计发现问题{SL01.c}个，整改销号{SL02.c}个，整改率{SL03}，在改{SL04}个，其中逾期{SL05}个。"),
    Told("应纳尽纳：累计排查三类人员{SB01.c}人；新纳入低保{SB04.c}人、特困{SB05.c}人、低保边缘{SB06.c}人、支出型困难{SB07.c}人，"
         "其中来自三类人员{SB08.c}人，单人保新增{SB09.c}人。"),
    Told("应退尽退：累计清退{SC11H.c}户{SC11P.c}人，其中死亡{SC05.c}人、渐退期满{SC06.c}人、双重保障{SC07.c}人、"
         "备案对象{SC09.c}人、其他{SC10.c}人，月减少保障金{SC12.c}元；增发{SC13A.c}户，减发{SC13B.c}户；排查近亲属备案对象{SC08.c}人。"),
    Title("（二）社会救助兜底保障“回头看”", H2),
    Told("重新识别{SD01.c}户{SD02.c}人，识别率{SD03}；发现脱保{SD04.c}人、漏保{SD05.c}人，已纳入{SD06.c}人；渐退{SD07.c}户；"
         "低质量数据发现{SD08.c}条、清洗{SD09.c}条，清洗率{SD10}，“数字民政”录入完整率{SD11}。"),
    Title("（三）特殊困难群众救助政策落实", H2),
    Told("临时救助：急难型{SE01.c}人次{SE02.c}元，支出型{SE03.c}人次{SE04.c}元，特别救助{SE05.c}人次{SE06.c}元，"
         "合计{SE12N.c}人次{SE12A.c}元；先行救助待补手续{SE10}件。"),
    Told("特困服务：定点医疗签约{SF01}人，签约率{SF02}；签订委托照料协议{SF07}人，签订率{SF08}；巡访覆盖率{SF11}；"
         "自理能力评定有效{SF14}人，评定率{SF15}。"),
    Title("（四）困难群众救助资金管理", H2),
    Told("应发{SG01.c}笔{SG02.c}元，10日前到位{SG03.c}笔，及时率{SG05}，社会化发放率{SG08}；资金自查{SH01.c}次，发现问题{SH02.c}个；"
         "应追缴{SH10.c}人{SH11.c}元，已退缴{SH12.c}人{SH13.c}元，未退缴余额{SH14}元；列入失信名单{SI03.c}人。"),
    Title("（五）社会救助服务效能", H2),
    Told("明察暗访{SJ01.c}次，抽查事项{SJ02.c}件；领导组集体审批会议{SJ08.c}次；近亲属有效备案{SJ16}人，本期新增{SJ17.c}人；"
         "村签字报表应签{SJ18D}村、已签{SJ18}村；常年公示率{SJ12}；受理信访{SK01.c}件，办结{SK04.c}件，"
         "按期办结率{SK05}。"),
    Title("三、自查发现的问题及整改情况", H1),
    Problems(),
    Written("problems", "典型问题", "典型问题及整改（不写姓名、证号）"),
    Title("四、经验做法与典型案例", H1),
    Written("practice", "经验做法与典型案例", "案例须脱敏"),
    Title("五、存在的困难", H1),
    Written("difficulties", "存在的困难", "政策、力量、数据、资金等方面"),
    Title("六、下一步长效机制安排", H1),
    Told("累计建立完善制度{SL11.c}个。"),
    Written("next", "下一步长效机制安排", "必须编写：健全长效机制的具体安排和时限"),
)  # fmt: skip
COUNTY_EXTRA: tuple[Title | Comparison | Picture | Told | Written, ...] = (
    Title("七、各单位对比", H1),
    Comparison(),
    Picture(),
    Told("县级召开联席会议{SJ07}次。"),
    Written("supervision", "督导通报与联席会议", "督导通报情况、联席会议议定事项"),
)
# What the flash annex tells of the days after the frozen month.
FLASH = ("SB04.m", "SB05.m", "SB06.m", "SB07.m", "SB09.m", "SB12.m", "SC05.m", "SC06.m", "SC07.m", "SC10.m", "SC11P.m",
         "SC13A.m", "SC13B.m", "SL01.m", "SL02.m", "SL04", "SL05")  # fmt: skip
ATTACHMENTS = ("社会救助领域专项治理工作情况统计表", "问题整改清单", "追缴清单（脱敏）")


def outline(is_county: bool) -> tuple[Title | Told | Written | Problems | Comparison | Picture, ...]:
    return (*OUTLINE, *COUNTY_EXTRA) if is_county else OUTLINE


def written_parts(is_county: bool) -> list[Written]:
    return [part for part in outline(is_county) if isinstance(part, Written)]


def figures_used() -> set[str]:
    return {
        key for part in outline(is_county=True) if isinstance(part, Told) for key in FIGURE.findall(part.text)
    }


def tell(sentence: str, figures: Mapping[str, str], month: str) -> str:
    """The sentence with its figures; what is not known says so."""
    return FIGURE.sub(lambda found: figures.get(found[1], UNKNOWN), sentence.replace("{month}", month))
