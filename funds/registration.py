"""What funds tells the platform: the roster's flow, jobs, menu, journal wording."""

from collections.abc import Callable

from cases import dossier
from cases.services import recoveries
from funds import jobs
from funds.deadlines import recurring
from funds.desk import desk_numbers
from funds.dossier import payments
from funds.models import Roster
from funds.search import PROVIDERS
from funds.selectors import last_signed
from funds.services import roster_flow
from salvation.duties.calendar import register as register_deadlines
from salvation.files import whole
from salvation.files.whole import Whole
from salvation.flow.registry import register as register_flow
from salvation.jobs.schedule import Monthly, schedule
from salvation.journal.actions import register as register_actions
from salvation.web import desk, navigation, search
from salvation.web.desk import Panel
from salvation.web.navigation import NavItem, waiting


def register_all(reverse: Callable[..., str]) -> None:
    register_actions(
        roster__generate="生成花名表",
        roster__exclude="剔除待核",
        roster__include="恢复剔除的明细",
        roster__release="核实剔除的明细，下期补发",
        roster__paper="生成花名表签章版",
        roster__export="导出花名表",
        roster__export_full="导出完整版花名表",
    )
    register_flow(
        Roster,
        url=lambda roster: reverse("funds:roster", args=[roster.pk]),
        title=str,
        effects=roster_flow.EFFECTS,
    )
    whole.register(
        Whole(
            Roster, "发放花名表", "roster.export", lambda roster: roster.unit,
            file=lambda roster: reverse("funds:download", args=[roster.pk, "full"]),
            back=lambda roster: reverse("funds:roster", args=[roster.pk]),
        )
    )  # fmt: skip
    navigation.register_group("资金", 20)
    navigation.register(
        NavItem("发放花名表", "funds:rosters", "roster.view", "资金", "money", 10, waiting("roster")),
        NavItem("完整版导出", "files:exports", "export.approve", "资金", "lock", 90, waiting("export")),
    )
    search.register(*PROVIDERS)
    dossier.register(payments=payments)
    if last_signed not in recoveries.SIGNED:
        recoveries.SIGNED.append(last_signed)
    desk.register(Panel("资金发放", "roster.view", desk_numbers, order=20))
    schedule(Monthly(jobs.GENERATE, day=26, hour=2))
    register_deadlines(*recurring())
