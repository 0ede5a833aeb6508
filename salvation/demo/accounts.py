"""Demo accounts: one login a role at the county, a clerk and two leaders in every township."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from salvation.accounts.models import User
from salvation.accounts.services import grant_post
from salvation.demo.registry import PASSWORD, Demo
from salvation.units.models import Unit
from salvation.units.selectors import villages_of

SURNAMES = "钟谢李赖刘黄曾郭肖王张陈邱温何叶罗胡袁廖"
START = date(2020, 1, 1)
COUNTY_ROLES = (
    ("county", "COUNTY_CLERK", "股员", ""),
    ("approver", "COUNTY_APPROVER", "局长", "分管局长"),
    ("finance", "COUNTY_FINANCE", "财务", ""),
    ("checker", "COUNTY_CHECKER", "核对员", ""),
    ("petition", "PETITION_OFFICER", "信访员", ""),
    ("readonly", "LEADER_READONLY", "领导", ""),
    ("fiscal", "BUREAU_FISCAL", "财政", ""),
    ("auditor", "AUDITOR", "审计员", "派驻"),
    ("sysadmin", "SYS_ADMIN", "系统管理员", ""),
    ("secadmin", "SEC_ADMIN", "安全管理员", ""),
    ("logadmin", "LOG_ADMIN", "日志管理员", ""),
)
TOWN_ROLES = (
    ("clerk", "TOWN_CLERK", "经办", ""),
    ("leader", "TOWN_LEADER", "分管", "分管领导"),
    ("head", "TOWN_LEADER", "镇长", "乡镇长"),
    ("treasurer", "TOWN_FINANCE", "财政", ""),
)


@dataclass(frozen=True)
class Login:
    username: str
    role: str
    unit: Unit
    name: str
    duty: str


def logins(demo: Demo) -> list[Login]:
    """Town accounts carry the last three digits of the unit; other counties than the first their own code."""
    single = not demo.facts.get("many")
    tail = "" if single else f"-{demo.county.code}"
    found = [
        Login(f"{name}{tail}", role, demo.county, label, duty) for name, role, label, duty in COUNTY_ROLES
    ]
    for unit in demo.units:
        place = unit.code[-3:] if single else unit.code
        found += [Login(f"{name}{place}", role, unit, label, duty) for name, role, label, duty in TOWN_ROLES]
    village = villages_of(demo.units[0]).first()
    if village:
        found.append(Login(f"village{tail}", "VILLAGE_WORKER", village, "村干部", ""))
        found.append(Login(f"thirdparty{tail}", "THIRD_PARTY", village, "社工", ""))
    city = demo.county.parent
    if city:
        found.append(Login(f"city{tail}", "CITY_VIEWER", city, "市局", ""))
    if city and city.parent:
        found.append(Login(f"province{tail}", "PROVINCE_VIEWER", city.parent, "省厅", ""))
    return found


def seed_accounts(demo: Demo) -> str:
    password = make_password(PASSWORD)
    made = 0
    for number, login in enumerate(logins(demo)):
        user, created = User.objects.get_or_create(
            username=login.username,
            defaults={"name": f"{SURNAMES[number % len(SURNAMES)]}{login.name}", "password": password},
        )
        if created:
            grant_post(
                user=user,
                role=login.role,
                unit=login.unit,
                start=START,
                end=None,
                actor=None,
                duty=login.duty,
            )
            made += 1
        key = login.username.rstrip("0123456789").split("-")[0]
        demo.cast[(key, login.unit.pk)] = User.objects.get(pk=user.pk)
    return f"账号 {made} 个"
