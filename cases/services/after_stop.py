"""After a stop: whether other aid fits is looked into, whatever the reason to end was (L43 第27条; C06, D13)."""
# requirements: C06, D13

from typing import Any

from django.utils import timezone

from cases.models import Discovery
from cases.models.choices import TEKUN, ChangeKind, Program, StopReason
from cases.selectors import latest_declaration
from cases.services.assessments import compare_programmes
from cases.services.discoveries import OPEN
from salvation.domain.errors import Refusal
from salvation.flow.engine import begin_all
from salvation.flow.table import Context
from salvation.vault import facts as sealed_facts

# Whoever moved away, is helped elsewhere or deceived is not looked into.
NOT_ASKED = frozenset({StopReason.HUKOU_OUT, StopReason.DUPLICATE, StopReason.FRAUD, StopReason.DEATH})
# One-off aid has its own door; what lasts is compared.
LASTING = (Program.DIBAO_URBAN, Program.DIBAO_RURAL, Program.MARGINAL, Program.RIGID_EXPENSE)


def on_stopped(context: Context) -> None:
    """Compare the programmes by what the family declared last; where one fits, or 特困 ended, it is looked into."""
    order = context.subject
    if order.kind != ChangeKind.STOP or order.stop_reason in NOT_ASKED:
        return
    person = order.benefit.applicant
    open_ones = Discovery.objects.filter(county=order.county, id_index=person.id_index, state__in=OPEN)
    found = fitting(order)
    if (not found and order.benefit.program not in TEKUN) or open_ones.exists():
        return
    what = f"停发{order.benefit.get_program_display()}（{order.get_stop_reason_display()}）。"
    what += (
        f"按最近一次申报可能符合：{'、'.join(found)}。" if found else "核对是否符合低保、低保边缘、临时救助。"
    )
    made = Discovery(
        county=order.county, unit=order.unit, village=order.village, name=person.name, id_no=person.id_no,
        id_index=person.id_index, origin=Discovery.Origin.STOPPED, hardship=Discovery.Hardship.OTHER, person=person,
        household=order.benefit.household, situation=what, found_on=timezone.localdate(context.now),
        found_by=f"变更单{order.no}", recorded_by=order.created_by,
    )  # fmt: skip
    begin_all([made], step="list", now=context.now)


def fitting(order: Any) -> list[str]:
    """Names of the lasting programmes that the last declaration meets, with what each would give."""
    declared = latest_declaration(order.benefit.household)
    if declared is None:
        return []
    try:
        compared = compare_programmes(
            household=order.benefit.household, declared=sealed_facts.load(declared.facts), on=timezone.localdate()
        )  # fmt: skip
    except Refusal:
        # Facts that cannot be read any more (no date of birth): a person looks.
        return []
    return [
        f"{each.program.label}（约每月{each.verdict.total}元）" if each.verdict.total else each.program.label
        for each in compared
        if each.verdict is not None
        and each.verdict.eligible
        and each.program in LASTING
        and each.program != order.benefit.program
    ]
