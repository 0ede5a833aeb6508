"""What the documents of cases say: facts of an application and of a change order, in words."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.models.choices import TEKUN, Program
from salvation.documents.declared import Fact
from salvation.documents.official import Line, chinese_date
from salvation.domain.mask import Scene
from salvation.domain.money import in_capitals
from salvation.flow.models import Transition
from salvation.units.models import Unit

L57, L43, LGX = "最低生活保障审核确认办法", "特困人员认定办法", "刚性支出困难家庭认定办法"
FULL_NAMES = {
    Program.DIBAO_URBAN: "城市最低生活保障",
    Program.DIBAO_RURAL: "农村最低生活保障",
    Program.TEKUN_DISPERSED: "特困人员救助供养（分散供养）",
    Program.TEKUN_CENTRALIZED: "特困人员救助供养（集中供养）",
    Program.MARGINAL: "最低生活保障边缘家庭认定",
    Program.RIGID_EXPENSE: "刚性支出困难家庭认定",
}
UNPAID = (Program.MARGINAL, Program.RIGID_EXPENSE)


def law(program: str, dibao: int, tekun: int | None) -> str:
    """The regulation of a programme with its article, where it is known."""
    if program == Program.RIGID_EXPENSE:
        return f"《{LGX}》"
    if program in TEKUN:
        return f"《{L43}》第{tekun}条" if tekun else f"《{L43}》"
    return f"《{L57}》第{dibao}条"


def full_name(program: str) -> str:
    return FULL_NAMES[Program(program)]


def day(value: date | None) -> str | None:
    return chinese_date(value) if value else None


def month(value: date | None) -> str | None:
    return f"{value.year}年{value.month}月" if value else None


def month_before(value: date) -> str:
    """The last month of a range that ends before this one."""
    return month(value - timedelta(days=1)) or ""


def money(amount: Decimal) -> str:
    """1,580.00元（大写：壹仟伍佰捌拾元整）."""
    return f"{amount:,.2f}元（大写：{in_capitals(amount)}）"


def parts_of(program: str) -> tuple[str, str]:
    """What the two parts of a monthly payment are called."""
    return ("基本生活", "照料护理") if program in TEKUN else ("补差", "分类施保")


def paid_into(program: str) -> str:
    """Where the money goes: of 集中供养 to the institution (002 第31条)."""
    if program == Program.TEKUN_CENTRALIZED:
        return "由供养服务机构统一用于你的供养。"
    return "按月存入你（户）登记的账户。"


def masked_id(person: Any) -> str:
    """As in lists: the paper lies about on its way (05 §5.7)."""
    return person.id_no.masked(Scene.LIST) if person.id_no else "未落户"


def last_step(subject: Any, *steps: str) -> Transition | None:
    """The latest time one of these steps was taken."""
    taken = Transition.objects.filter(flow=subject.flow.code, subject_id=subject.pk, step__in=steps)
    return taken.order_by("pk").last()


def comment_of(subject: Any, *steps: str) -> str:
    """What was written at the latest of these steps."""
    taken = last_step(subject, *steps)
    return taken.comment if taken else ""


def day_of(subject: Any, *steps: str) -> date | None:
    """The day of the latest of these steps."""
    taken = last_step(subject, *steps)
    return timezone.localdate(taken.at) if taken else None


def deciding_unit(application: Any) -> Unit:
    """Whose paper a decision is: the county's, or the town's where it decides (B14)."""
    unit: Unit = application.unit if application.level == "TOWNSHIP" else application.county
    return unit


def appeal(county: Unit) -> list[Line]:
    """The rights after a decision: 行政复议法第20条, 行政诉讼法第46条; the county's government reviews either level."""
    return [
        Line(
            f"如对本决定不服，可以自知道本决定之日起60日内向{county}人民政府申请行政复议，"
            "也可以自知道本决定之日起6个月内依法向人民法院提起行政诉讼。"
        )
    ]


def contact(unit: Unit) -> list[Line]:
    """Whom to ask, where the unit has said so."""
    if not unit.contact_phone:
        return []
    who = f"联系人：{unit.contact_name}，" if unit.contact_name else ""
    return [Line(f"{who}联系电话：{unit.contact_phone}。")]


def lines_of(text: str) -> list[str]:
    """What a person wrote, one item a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


APPLICANT = Fact("applicant", "申请人姓名", lambda a: a.applicant.name)
APPLICATION_FACTS = (
    APPLICANT,
    Fact("id_no", "身份证号", lambda a: masked_id(a.applicant)),
    Fact("program", "申请类别", lambda a: full_name(a.program) + ("（单人保）" if a.is_single else "")),
    Fact("applied", "申请日期", lambda a: day(a.applied_on)),
    Fact("no", "受理号", lambda a: a.no),
    Fact("village", "村（社区）", lambda a: a.village.name),
)
