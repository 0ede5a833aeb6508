"""The state machine of a roster (domain/03 §3.4 as far as the bureau's consent; payment follows in batches)."""

from funds import guards
from salvation.flow.table import Flow, Need, State, Step

MEETING = Need(
    "meeting", "局务会", "meeting", help="同意本批发放的县民政局局务会；先在“会议”登记（002 第31条）"
)

ROSTER = Flow(
    code="roster",
    label="花名表",
    initial="DRAFT",
    states=(
        State("DRAFT", "草稿", "draft", "roster.check", "核对花名表"),
        State("TOWN_CHECK", "乡镇已核对", "wait", "roster.sign", "签章上报花名表"),
        State("TOWN_SIGNED", "乡镇已签章", "wait", "roster.county_check", "审核花名表"),
        State("COUNTY_CHECK", "县局已审核", "wait", "roster.approve", "提交局务会同意花名表"),
        State("BUREAU_APPROVED", "局务会已同意", "good"),
    ),
    steps=(
        Step("check", "核对无误，送领导签章", ("DRAFT", "TOWN_CHECK"), "TOWN_CHECK", "roster.check",
             help="逐行核对增减原因；金额不能改，要改先办变更单；存疑的逐行剔除待核"),
        Step("refresh", "重新生成草稿", ("DRAFT", "TOWN_CHECK"), "DRAFT", "roster.check",
             help="吸收生成之后确认的申请、变更和账户；已剔除的保持剔除"),
        Step("sign", "签章上报", ("TOWN_CHECK",), "TOWN_SIGNED", "roster.sign",
             guards=(guards.nothing_blocked, guards.as_checked, guards.previous_is_signed, guards.ties_with_previous),
             apart_from=("check",), needs=(Need("scan", "签字扫描件", "files", required=False),),
             help="签章后明细锁定；之后的确认、变更进入下期并补发"),
        Step("send_back", "退回经办", ("TOWN_CHECK",), "DRAFT", "roster.sign", reason=True),
        Step("county_check", "审核通过，提交局务会", ("TOWN_SIGNED",), "COUNTY_CHECK", "roster.county_check",
             guards=(guards.ties_with_previous,), apart_from=("check", "sign")),
        Step("return_town", "退回乡镇", ("TOWN_SIGNED",), "DRAFT", "roster.county_check",
             guards=(guards.no_later_signed,), reason=True),
        Step("approve", "局务会同意", ("COUNTY_CHECK",), "BUREAU_APPROVED", "roster.approve",
             apart_from=("check", "sign", "county_check"), needs=(MEETING,)),
        Step("return_county", "退回县局审核", ("COUNTY_CHECK",), "TOWN_SIGNED", "roster.approve", reason=True),
    ),
)  # fmt: skip
