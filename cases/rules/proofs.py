"""Which papers a change of a benefit rests on (03 §3.2 必要证据; C04). Pure.

One of the papers named for a change is enough. Where nothing is named, the change carries its ground itself: the means
test of more or less money, the application of another programme, the new standard.
"""
# requirements: C04, C05, C06, C07, C08, C16

from collections.abc import Mapping

OTHER = "其他材料（在事由中写明名称）"

HUKOU = ("户口簿或户口迁移证明", "公安机关户籍证明")
CONVICTED = ("判决书或收押通知", "强制隔离戒毒决定书", "公安、司法部门比对结果")
MARRIED = ("结婚证或婚姻登记信息", *HUKOU)
VISITED = ("入户核查记录", "家庭经济状况核对报告", "投诉举报核查结论")
APART = ("村（社区）证明", "入户核查记录")

# By kind of change; by why somebody comes, goes or is stopped where that decides.
PAPERS: Mapping[str, tuple[str, ...]] = {
    "STOP": VISITED,
    "GRACE": ("劳动合同或用工证明", "营业执照", "工资发放记录"),
    "DEATH": (
        "死亡医学证明",
        "火化（殡葬）证明",
        "户籍注销证明",
        "法院宣告死亡（失踪）判决书",
        "部门比对结果，村（社区）已核实",
    ),
    "MEMBER_ADD": (*HUKOU, *APART),
    "MEMBER_REMOVE": (*HUKOU, *APART),
    "MODE": ("入住（退住）单", "供养服务协议"),
    "CARE_LEVEL": ("生活自理能力评估表",),
    "TRANSFER": HUKOU,
    "RESUME": ("核实无误的记录", "停发有误的核查结论"),
    "CORRECT": ("户口簿或身份证", "公安机关户籍证明", "村（社区）证明"),
}
BY_CAUSE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("STOP", "VOLUNTARY"): ("本人签名的自愿退出声明",),
    ("STOP", "HUKOU_OUT"): HUKOU,
    ("STOP", "PRISON"): CONVICTED,
    ("STOP", "DUPLICATE"): ("部门比对结果和核查记录", *VISITED),
    ("STOP", "KINSHIP_INVALID"): ("备案排查记录",),
    ("STOP", "FRAUD"): ("骗取救助的调查结论", *VISITED),
    ("STOP", "FISCAL_STAFF"): ("用人单位证明", "部门比对结果和核查记录"),
    ("STOP", "BUSINESS"): ("市场主体登记信息", "部门比对结果和核查记录"),
    ("STOP", "ABILITY"): ("劳动能力鉴定、残疾评定或体检结论", *VISITED),
    ("MEMBER_ADD", "BIRTH"): ("出生医学证明", *HUKOU),
    ("MEMBER_ADD", "MARRIED_IN"): MARRIED,
    ("MEMBER_ADD", "MOVED_IN"): HUKOU,
    ("MEMBER_ADD", "RELEASED"): ("释放证明或解除强制隔离戒毒证明",),
    ("MEMBER_ADD", "DISCHARGED"): ("退役证", *HUKOU),
    ("MEMBER_REMOVE", "MOVED_OUT"): HUKOU,
    ("MEMBER_REMOVE", "MARRIED_OUT"): MARRIED,
    ("MEMBER_REMOVE", "PRISON"): CONVICTED,
    ("MEMBER_REMOVE", "SERVICE"): ("入伍通知书", "村（社区）证明"),
    ("MEMBER_REMOVE", "MISSING"): ("法院宣告失踪判决书",),
}  # fmt: skip


def accepted(kind: str, cause: str = "") -> tuple[str, ...]:
    """The papers of which one is wanted for a change; empty where it carries its ground itself.

    ``cause``: why a member comes or goes, or the benefit is stopped (停发原因).
    """
    papers = BY_CAUSE.get((kind, cause), PAPERS.get(kind, ()))
    return (*papers, OTHER) if papers else ()


def offered(kind: str) -> tuple[str, ...]:
    """All papers of a kind, before anybody said why."""
    rows = [PAPERS.get(kind, ()), *(papers for (of, _), papers in BY_CAUSE.items() if of == kind)]
    papers = tuple(dict.fromkeys(paper for row in rows for paper in row))
    return (*papers, OTHER) if papers else ()
