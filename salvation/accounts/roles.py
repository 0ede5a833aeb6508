"""The roles of domain/07 §7.1: what each may do, at which level of unit, and what it may not hold beside.

A permission is an action code. A role without business permissions (administrators) sees no row of any
scoped model: ``visible_to`` asks for the model's view permission.
"""

from dataclasses import dataclass

TABLES = frozenset({"table.view", "register.view", "param.view"})
CASE_READ = frozenset({"case.view", "relief.view", "file.view", "document.view"})
EVERYTHING_READ = TABLES | CASE_READ | {"roster.view", "rectify.view", "report.view", "notice.view"}


@dataclass(frozen=True, slots=True)
class Role:
    code: str
    label: str
    kinds: frozenset[str]
    permissions: frozenset[str]
    # County roles and administrators prove themselves by a second factor (等保三级).
    second_factor: bool = False


TOWN = frozenset({"TOWN"})
COUNTY = frozenset({"COUNTY"})
ABOVE = frozenset({"CITY", "PROVINCE"})

ROLES = {
    role.code: role
    for role in (
        Role(
            "VILLAGE_WORKER",
            "村（社区）协理员",
            frozenset({"VILLAGE"}),
            frozenset(
                {
                    "case.view",
                    "relief.view",
                    "case.create",
                    "case.survey",
                    "file.view",
                    "file.add",
                    "register.view",
                }
                | {"document.view", "notice.view"}
            ),
        ),
        Role(
            "TOWN_CLERK",
            "乡镇经办",
            TOWN,
            EVERYTHING_READ
            | {"check.view", "check.request", "kinship.view", "kinship.edit"}
            | {"case.create", "case.edit", "case.submit", "case.accept", "case.survey", "case.notice"}
            | {"change.create", "change.submit", "roster.check", "table.fill", "report.fill", "file.add"}
            | {
                "intake.roster",
                "intake.undo",
                "rectify.create",
                "rectify.handle",
                "register.edit",
                "mask.unmask",
                "export.request",
                "export.sensitive",
                "document.issue",
            },
        ),
        Role(
            "TOWN_LEADER",
            "乡镇领导",
            TOWN,
            EVERYTHING_READ
            | {"check.view", "kinship.view", "kinship.approve"}
            | {"case.first_review", "case.confirm.town", "change.review", "roster.sign", "table.sign"}
            | {
                "duty.head",
                "duty.oversee",
                "report.sign",
                "rectify.review",
                "register.edit",
                "file.add",
                "mask.unmask",
            },
        ),
        Role(
            "TOWN_FINANCE",
            "乡镇财政",
            TOWN,
            TABLES | {"roster.view", "relief.view", "relief.pay", "reserve.edit", "file.view", "file.add"},
        ),
        Role(
            "COUNTY_CLERK",
            "县救助股经办",
            COUNTY,
            EVERYTHING_READ
            | {
                "case.review",
                "review.campaign",
                "check.view",
                "kinship.view",
                "kinship.edit",
                "kinship.file",
                "case.survey",
                "roster.county_check",
                "table.accept",
                "report.fill",
            }
            | {"param.edit", "rectify.create", "rectify.review", "register.edit", "unit.edit", "file.add"}
            | {
                "intake.roster",
                "intake.undo",
                "mask.unmask",
                "export.request",
                "export.sensitive",
                "stat.freeze",
                "change.create",
                "document.issue",
                "duty.oversee",
                "duty.oversee.county",
            },
            second_factor=True,
        ),
        Role(
            "COUNTY_CHECKER",
            "核对岗",
            COUNTY,
            CASE_READ | TABLES | {"check.view", "check.issue", "export.request", "export.sensitive"},
            second_factor=True,
        ),
        Role(
            "COUNTY_APPROVER",
            "县审批人",
            COUNTY,
            EVERYTHING_READ
            | {"case.confirm.county", "roster.approve", "param.confirm", "change.decide", "change.adjust"}
            | {"export.approve", "check.view", "kinship.view"}
            | {"report.sign", "rectify.review", "mask.unmask", "register.edit", "stat.freeze"}
            | {"duty.oversee", "duty.oversee.county"},
            second_factor=True,
        ),
        Role(
            "COUNTY_FINANCE",
            "县局财务",
            COUNTY,
            TABLES
            | {"roster.view", "roster.export", "export.request", "export.sensitive", "file.view"}
            | {"relief.view", "relief.pay"},
            second_factor=True,
        ),
        Role("BUREAU_FISCAL", "县财政（银行）", COUNTY, frozenset({"roster.summary"}), second_factor=True),
        Role(
            "AUDITOR",
            "审计（派驻）",
            COUNTY,
            EVERYTHING_READ
            | {"check.view", "kinship.view"}
            | {
                "journal.view",
                "rectify.review",
                "export.request",
                "export.sensitive",
                "mask.unmask",
                "audit.view",
            },
            second_factor=True,
        ),
        Role("PETITION_OFFICER", "信访专岗", COUNTY, TABLES | {"petition.view"}, second_factor=True),
        Role(
            "LEADER_READONLY",
            "领导（只读）",
            COUNTY,
            TABLES | {"report.view", "rectify.view", "table.across"},
        ),
        Role(
            "THIRD_PARTY",
            "购买服务机构人员",
            frozenset({"VILLAGE"}),
            frozenset({"case.survey.assigned", "file.add"}),
        ),
        Role(
            "SYS_ADMIN",
            "系统管理员",
            COUNTY,
            frozenset({"admin.view", "admin.accounts", "admin.units"}),
            second_factor=True,
        ),
        Role(
            "SEC_ADMIN",
            "安全管理员",
            COUNTY,
            frozenset({"admin.view", "admin.policy", "admin.posts"}),
            second_factor=True,
        ),
        Role("LOG_ADMIN", "审计管理员", COUNTY, frozenset({"journal.view"}), second_factor=True),
        Role("CITY_VIEWER", "市局查看", ABOVE, TABLES | {"report.view", "table.across"}),
        Role("PROVINCE_VIEWER", "省厅查看", ABOVE, TABLES | {"report.view", "table.across"}),
    )
}

# Nobody holds two of a set at the same time (domain/07 §7.3).
INCOMPATIBLE = (
    frozenset({"TOWN_CLERK", "TOWN_LEADER"}),
    frozenset({"COUNTY_CLERK", "COUNTY_APPROVER"}),
    frozenset({"COUNTY_CLERK", "COUNTY_FINANCE"}),
    frozenset({"COUNTY_APPROVER", "COUNTY_FINANCE"}),
    frozenset({"SYS_ADMIN", "SEC_ADMIN"}),
    frozenset({"SYS_ADMIN", "LOG_ADMIN"}),
    frozenset({"SEC_ADMIN", "LOG_ADMIN"}),
)
ADMINISTRATORS = frozenset({"SYS_ADMIN", "SEC_ADMIN", "LOG_ADMIN"})
BUSINESS = frozenset(ROLES) - ADMINISTRATORS


def conflict(held: frozenset[str], added: str) -> str | None:
    """The label of a role already held that forbids adding ``added``; None when there is none."""
    for code in held:
        mixed = (code in ADMINISTRATORS) != (added in ADMINISTRATORS)
        if mixed or any({code, added} <= pair for pair in INCOMPATIBLE if code != added):
            return ROLES[code].label
    return None


def permissions() -> frozenset[str]:
    return frozenset().union(*(role.permissions for role in ROLES.values()))
