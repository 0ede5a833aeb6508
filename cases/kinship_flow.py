"""The state machine of a kinship filing (3.9): drawn up, approved by the township, filed by the county, inspected, ended."""
# requirements: B20, B21

from salvation.flow.table import Flow, Need, State, Step

STANDING = ("FILED", "INSPECTED", "RENEWED")
ENDINGS = (
    ("LEFT_OFFICE", "离任"),
    ("LEFT_HELP", "对象退出救助"),
    ("NO_RELATION", "亲属关系解除"),
    ("MISTAKE", "经核实没有近亲属关系"),
)
CONCLUSIONS = (("FIT", "符合条件"), ("UNFIT", "不符合条件，应清退"), ("CHANGED", "情况变化，重新核算"))
INSPECTION = (
    Need("inspected_on", "排查日期", "date"),
    Need("conclusion", "排查结论", "choice", choices=CONCLUSIONS),
    Need("finding", "核查记录", "long", help="谁去的、看了什么、收入和财产是否属实"),
)

FILING = Flow(
    code="kinship",
    label="近亲属备案",
    initial="DRAFT",
    states=(
        State("DRAFT", "待审核", "draft", "kinship.approve", "审核近亲属备案"),
        State("TOWN_APPROVED", "乡镇已审核", "wait", "kinship.file", "备案"),
        State("FILED", "已备案", "good", "kinship.file", "排查备案对象"),
        State("INSPECTED", "已排查", "good", "kinship.file", "续备或终止"),
        State("RENEWED", "已续备", "good", "kinship.file", "排查备案对象"),
        State("TERMINATED", "已终止", "ended"),
    ),
    steps=(
        Step("approve", "审核同意", ("DRAFT",), "TOWN_APPROVED", "kinship.approve"),
        Step("file", "备案", ("TOWN_APPROVED",), "FILED", "kinship.file", apart_from=("approve",)),
        Step("inspect", "登记排查结论", STANDING, "INSPECTED", "kinship.file", needs=INSPECTION,
             help="每年至少排查一轮；不符合条件的及时清退（000 第31条）"),
        Step("renew", "续备", ("INSPECTED",), "RENEWED", "kinship.file"),
        Step("discard", "不予备案", ("DRAFT", "TOWN_APPROVED"), "TERMINATED", "kinship.approve", reason=True, danger=True,
             needs=(Need("ending", "原因", "choice", choices=ENDINGS),)),
        Step("terminate", "终止备案", STANDING, "TERMINATED", "kinship.file", reason=True, danger=True,
             needs=(Need("ending", "终止原因", "choice", choices=ENDINGS),), help="终止后解除该工作人员对本件的回避"),
    ),
)  # fmt: skip
