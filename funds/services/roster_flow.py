"""Effects of the roster's steps: they run in perform()'s transaction."""
# requirements: A13, F03

from typing import Any

from django.utils import timezone

from funds.deadlines import book_for, due_on
from funds.prerequisites import unmet
from funds.services.rosters import is_stale, refresh
from salvation.access.services import get_visible
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.table import Context
from salvation.jobs.services import start
from salvation.jobs.tasks import execute
from salvation.parameters.book import at
from salvation.registers.models import Meeting

PAPER_JOB = "roster.paper"


def set_due(context: Context) -> None:
    """Due days of rosters are days of the month, not days since the state began."""
    roster = context.subject
    month = Month.of(roster.month)
    roster.due_on = due_on(book_for(roster.unit, month), month, roster.state)
    roster.save(update_fields=["due_on"])


def on_refresh(context: Context) -> None:
    refresh([context.subject.pk], now=context.now)


def on_check(context: Context) -> None:
    """What the clerk saw is what the leader signs. Raises Refusal when the draft is out of date."""
    roster = context.subject
    if is_stale(roster):
        raise Refusal("草稿生成之后，待遇、账户或阻断有变化，请先“重新生成草稿”再核对")
    roster.checked_hash = roster.content_hash
    roster.save(update_fields=["checked_hash"])


def on_sign(context: Context) -> None:
    """Late confirmations are absorbed until here (12 §12.1 #4). Raises Refusal."""
    roster = context.subject
    if is_stale(roster):
        raise Refusal("花名表生成之后，待遇、账户或阻断有变化，请退回经办重新生成并核对")
    missing = [f"{found.label}（{found.detail}）" for found in unmet(roster) if found.required]
    if missing:
        raise Refusal(f"签章前还缺：{'、'.join(missing)}", rule="12 §12.1 第5条")


def make_paper(context: Context) -> None:
    """After the signature is safe, the signed version is made as PDF in the background."""
    roster = context.subject
    period = f"{roster.pk}-v{roster.version}-{context.transition.pk}"
    start(code=PAPER_JOB, unit=roster.unit, period=period, actor=context.actor, enqueue=execute.delay)


def on_approve(context: Context) -> None:
    """The bureau's meeting that agreed (A13). Raises Refusal for another meeting."""
    roster = context.subject
    roster.meeting = approving_meeting(roster, context)
    roster.save(update_fields=["meeting"])


def approving_meeting(roster: Any, context: Context) -> Meeting:
    """A 局务会 of the county, held by today and with a quorum."""
    raw = str(context.data.get("meeting", ""))
    if not raw.isdecimal():
        raise Refusal("请选择同意本批发放的局务会", field="meeting")
    meeting: Meeting = get_visible(Meeting.objects.all(), context.actor, pk=int(raw))
    today = timezone.localdate(context.now)
    if meeting.kind != Meeting.Kind.BUREAU or meeting.unit_id != roster.county_id:
        raise Refusal(
            f"“{meeting}”不是本县民政局的局务会，不能作为发放依据", rule="002 第31条", field="meeting"
        )
    if meeting.held_on > today:
        raise Refusal("会议日期晚于今天，请核对会议登记", field="meeting")
    quorum = int(at("panel.quorum", on=today, unit=roster.county).value)
    if meeting.attending < quorum:
        raise Refusal(f"会议到会{meeting.attending}人（回避人不计），不足{quorum}人", field="meeting")
    return meeting


EFFECTS = {
    "check": (on_check, set_due),
    "refresh": (on_refresh, set_due),
    "sign": (on_sign, set_due, make_paper),
    "send_back": (set_due,),
    "county_check": (set_due,),
    "return_town": (set_due,),
    "approve": (on_approve, set_due),
    "return_county": (set_due,),
}
