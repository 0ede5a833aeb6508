"""Means tests of registered households: facts from the register and the declaration, parameters of the unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Application, Assessment, Declaration, Household
from cases.models.choices import Program
from cases.rules.compare import assess
from cases.rules.policy import PolicyParameters
from cases.rules.result import Assessment as Verdict
from cases.services.judging import LISTS, Case, Kin, Policy, case_of, fitted, judge, kin_of, verdict_of
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.vault import facts as sealed_facts

register(assessment__make="核算家庭经济状况")


def _case(household: Household, declared: Mapping[str, Any], on: date, single_for: int | None = None) -> Case:
    kin = kin_of([household.pk]).get(household.pk, [])
    return case_of(kin, household.standard_area, declared, on, single_for=single_for)


def _policy(household: Household, on: date) -> Policy:
    """The parameters of the day of judging, the standards of the month that is paid first at the earliest (02 §2.4)."""
    coming = (Month.of(timezone.localdate()) + 1).first_day
    return Policy(household.handling_unit, on, pays=coming)


@dataclass(frozen=True, slots=True)
class Compared:
    """One programme in the comparison: its verdict, or why it could not be tried (a parameter is missing)."""

    program: Program
    verdict: Verdict | None
    problem: str = ""


def compare_programmes(*, household: Household, declared: Mapping[str, Any], on: date) -> list[Compared]:
    """Every programme side by side; nothing is written. Raises Refusal for facts that cannot be read.

    A programme whose parameters the county has not set does not keep the others from being shown.
    """
    case = _case(household, declared, on)
    parameters = _policy(household, on).parameters
    return [_compared(program, case, parameters, on) for program in Program]


def _compared(program: Program, case: Case, parameters: PolicyParameters, on: date) -> Compared:
    try:
        return Compared(program, assess(program, fitted(case.facts, program), parameters, on))
    except Refusal as refusal:
        return Compared(program, None, str(refusal))


def refuse_unreadable(*, application: Application, declared: Mapping[str, Any]) -> None:
    """Raises Refusal naming the first fact of a declaration that the rules cannot read, or whose member is a stranger."""
    household = application.household
    own = {str(kin.person) for kin in kin_of([household.pk]).get(household.pk, [])}
    named = {str(row["member"]) for key in LISTS for row in declared.get(key, []) if row.get("member")}
    strangers = sorted((named | set(declared.get("members", {}))) - own)
    if strangers:
        raise Refusal(f"人员编号 {strangers[0][:20]} 不是本户成员，请核对 member", field="member")
    _case(household, declared, application.accepted_on or timezone.localdate())


def preview(
    *,
    household: Household,
    declared: Mapping[str, Any],
    program: str,
    on: date,
    single_for: int | None = None,
) -> Verdict:
    """The running result beside the form, for the family or the one of 单人保; nothing is written."""
    case = _case(household, declared, on, single_for)
    return verdict_of(program, case, _policy(household, on).parameters, on)


@transaction.atomic
def assess_application(*, application: Application, actor: Any, now: datetime) -> Assessment:
    """Judge the application on its day of acceptance and keep the working with all it rests on."""
    require(actor, "case.edit", application.unit)
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.state not in {"ACCEPTED", "SURVEYING"}:
        raise Refusal(f"该件现在是“{locked.get_state_display()}”，受理之后、初审之前才能核算")
    declaration = Declaration.objects.filter(application=locked).first()
    if declaration is None:
        raise Refusal("还没有登记家庭经济状况，请先填写收入、财产和支出")
    on = locked.accepted_on or timezone.localdate(now)
    made = _store(
        locked.household,
        declaration,
        locked.program,
        on,
        application=locked,
        single_for=locked.applicant_id if locked.is_single else None,
        actor=actor,
        now=now,
    )
    locked.assessment = made
    locked.save(update_fields=["assessment"])
    application.refresh_from_db()
    return made


@transaction.atomic
def reassess_household(
    *,
    household: Household,
    declaration: Declaration,
    program: str,
    actor: Any,
    now: datetime,
    single_for: int | None = None,
    without: int | None = None,
    joined: Kin | None = None,
) -> Assessment:
    """Judge a household again without an application (for a change order); ``single_for``: the one 单人保 is for.

    ``without`` and ``joined``: as if this member had left already, or this person were a member.
    """
    if not actor.may("case.edit", household.handling_unit):
        require(actor, "case.review", household.handling_unit)
    on = timezone.localdate(now)
    kin = [each for each in kin_of([household.pk]).get(household.pk, []) if each.person != without]
    if joined is not None:
        kin.append(joined)
    declared = sealed_facts.load(declaration.facts)
    case = case_of(kin, household.standard_area, declared, on, single_for=single_for)
    made = _keep(household, case, program, on, application=None, actor=actor, now=now)
    # Read back: what was just written is still clear text in the new object, a sealed value in a stored one.
    return Assessment.objects.get(pk=made.pk)


def _store(
    household: Household,
    declaration: Declaration,
    program: str,
    on: date,
    *,
    actor: Any,
    now: datetime,
    application: Application | None = None,
    single_for: int | None = None,
) -> Assessment:
    case = _case(household, sealed_facts.load(declaration.facts), on, single_for)
    return _keep(household, case, program, on, application=application, actor=actor, now=now)


def _keep(
    household: Household,
    case: Case,
    program: str,
    on: date,
    *,
    application: Application | None,
    actor: Any,
    now: datetime,
) -> Assessment:
    judged = judge(case, program, _policy(household, on), on)
    made = Assessment.objects.create(
        application=application, household=household, made_by=actor, made_at=now, **judged.columns
    )
    found = judged.verdict
    summary = {"program": program, "eligible": found.eligible, "total": found.total}
    record(actor=actor, action="assessment.make", subject=made, unit=household.handling_unit, facts=summary)
    return made
