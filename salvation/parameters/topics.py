"""What parameters are about: the headings under which an official finds them, by the first part of their keys."""

OTHER = "其他"
TOPICS: dict[str, tuple[str, ...]] = {
    "救助标准和审批权": ("dibao", "uplift", "marginal", "rigid", "single", "wage", "approval_level"),
    "收入核算": ("income", "support_fee"),
    "家庭财产": ("asset",),
    "特困供养": ("tekun", "care", "visit", "agreement", "caregiver"),
    "临时救助": ("temp",),
    "调查、核对和审批": (
        "survey", "check", "debate", "panel", "kinship", "complaint", "emergency", "sync", "meeting", "conference", "paperless",
    ),
    "待遇变更和定期核查": ("grace", "death", "review", "cycle", "alert"),
    "办理期限": ("sla", "valid", "deadline", "remind"),
    "资金发放": ("funds",),
    "统计和报告": ("stat", "campaign", "report", "ledger", "coverage"),
    "账号和导入": ("password", "import"),
}  # fmt: skip
_OF = {prefix: topic for topic, prefixes in TOPICS.items() for prefix in prefixes}


def topic_of(key: str) -> str:
    """The heading of a parameter."""
    return _OF.get(key.split(".")[0], OTHER)
