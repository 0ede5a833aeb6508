"""How a 文书 goes from draft to the hands of the person it is for."""

from salvation.documents import guards
from salvation.flow.table import Flow, Need, State, Step

WAYS = (
    ("DIRECT", "直接送达"),
    ("LEFT", "留置送达"),
    ("ENTRUSTED", "委托送达"),
    ("POST", "邮寄送达"),
    ("ELECTRONIC", "电子送达"),
    ("PUBLIC", "公告送达"),
)

DOCUMENT = Flow(
    code="document",
    label="文书",
    initial="DRAFT",
    states=(
        State("DRAFT", "草稿", "draft", "document.issue", "签发文书"),
        State("ISSUED", "已签发，待送达", "wait", "document.issue", "送达文书"),
        State("DELIVERED", "已送达", "good"),
        State("VOID", "已作废", "ended"),
    ),
    steps=(
        Step("issue", "签发", ("DRAFT",), "ISSUED", "document.issue",
             guards=(guards.issuer_is_mine, guards.may_be_issued, guards.nothing_missing),
             help="给出文号，内容从此不变；打印后加盖公章送达"),
        Step("deliver", "登记送达", ("ISSUED",), "DELIVERED", "document.issue", guards=(guards.delivered_after_issue,),
             needs=(Need("delivered_on", "送达日期", "date"), Need("way", "送达方式", "choice", choices=WAYS),
                    Need("received_by", "签收人", help="留置送达填见证人，邮寄送达填回执号，公告送达填公告处"),
                    Need("receipt", "送达回证照片", "files", required=False))),
        # The system's own: what an effective change order has told the family.
        Step("delivered", "随变更登记送达", ("ISSUED",), "DELIVERED", None),
        Step("void", "作废", ("DRAFT", "ISSUED"), "VOID", "document.issue", reason=True, danger=True,
             help="作废后可以重新出具；文号不再使用"),
    ),
)  # fmt: skip
