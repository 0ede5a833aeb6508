"""Assess whether a person on 特困 can look after himself, take reports of changes and wishes (D01, D02, D15)."""
# requirements: D02, D15

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Application,
    CareAssessment,
    CareWish,
    Household,
    OrphanTag,
    Person,
    ReportedChange,
    TermMember,
)
from cases.models.choices import TEKUN, CareLevel
from cases.rules.codes import CareIndicator
from cases.rules.tekun import CHILD_ARTICLE, care_level
from cases.services.proofs import rest_on
from cases.services.successions import draft_care_level
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.services import close_duty, open_duty
from salvation.flow.clock import work_calendar
from salvation.parameters.book import at

REASSESS = "care_reassess"
ASSESSORS = 2


def placed(person: Person) -> dict[str, Any]:
    """The fields a record about a person takes from him."""
    return {"person": person, "unit": person.unit, "village": person.village}


def support_in(person: Person, on: date) -> TermMember | None:
    """His 特困 in the month of a day, with the benefit and its units; None where he is not supported."""
    found: TermMember | None = (
        TermMember.objects.filter(
            person=person, months__contains=Month.of(on).first_day, term__benefit__program__in=TEKUN
        )
        .select_related(
            "term__benefit__unit",
            "term__benefit__county",
            "term__benefit__village",
            "term__benefit__household",
        )
        .first()
    )
    return found


def support_from(person: Person, on: date) -> TermMember | None:
    """His 特困 in the month of a day, else the one that was confirmed and begins later."""
    coming = TermMember.objects.filter(
        person=person, months__startswith__gt=Month.of(on).first_day, term__benefit__program__in=TEKUN
    ).select_related(
        "term__benefit__unit", "term__benefit__county", "term__benefit__village", "term__benefit__household"
    )
    return support_in(person, on) or coming.order_by("months").first()


def must_be_supported(person: Person, on: date) -> TermMember:
    """Raises Refusal for somebody who is not on 特困 in that month and was not confirmed for a later one."""
    found = support_from(person, on)
    if found is None:
        raise Refusal(f"{person.name} 现在不是特困供养人员，不能登记；特困认定确认以后、终止以前才能登记")
    return found


def considered(person: Person, on: date) -> bool:
    """Whether somebody not on 特困 may come onto it: his family applied for it, or he is helped otherwise (转类)."""
    helped = TermMember.objects.filter(person=person, months__contains=Month.of(on).first_day)
    return applying(person).exists() or helped.exists()


def applying(person: Person) -> QuerySet[Application]:
    """The 特困 applications of his family that are not decided yet."""
    family = Household.objects.filter(members__person=person, members__left_on__isnull=True)
    found: QuerySet[Application] = Application.objects.filter(household__in=family, program__in=TEKUN)
    return found.exclude(state__in=Application.flow.ended)


def not_later(day: date | None, today: date, field: str, label: str) -> None:
    """Raises Refusal at the field for a day to come."""
    if day is not None and day > today:
        raise Refusal(f"{label}不能晚于今天", field=field)


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    month = Month.of(day) + months
    return month.day(min(day.day, month.last_day.day))


def save_assessment(*, record: CareAssessment, actor: Any, now: datetime, new: bool) -> None:
    """Grade, set the next date, settle what was reported, draft the change of payment for next month. Raises Refusal."""
    today = timezone.localdate(now)
    not_later(record.assessed_on, today, "assessed_on", "评定日期")
    if len(set(record.assessors.split())) < ASSESSORS:
        raise Refusal("评估人不少于2人，一行一人", rule="特困人员认定办法第21条", field="assessors")
    if record.body == CareAssessment.Body.THIRD_PARTY and not record.organisation.strip():
        raise Refusal("第三方评估的，请填写机构名称", field="organisation")
    covered = support_from(record.person, today)
    if covered is None and not considered(record.person, today):
        raise Refusal(
            f"{record.person.name} 不是特困供养人员，也没有在办的特困申请，不能登记；请先在“家庭”中申请特困供养"
        )
    level = care_level({CareIndicator(code) for code in record.lost})
    record.level = level.value
    valid = int(at("care.assess_valid_months", on=record.assessed_on, unit=record.unit).value)
    record.next_on = months_after(record.assessed_on, valid)
    if covered is not None and level != CareLevel(covered.term.care_level or CareLevel.SELF):
        record.order = draft_care_level(
            benefit=covered.term.benefit, lost=record.lost, assessed_on=record.assessed_on,
            note=f"{record.get_cause_display()}：{level.label}", actor=actor, now=now, person=record.person,
        )  # fmt: skip
        rest_on(record.order, "本系统登记的自理能力评定")
    record.save()
    _settle_reports(record, actor, now)


def _settle_reports(made: CareAssessment, actor: Any, now: datetime) -> None:
    """What was reported up to the day of the assessment is answered by it."""
    reports = ReportedChange.objects.filter(
        person=made.person, assessment__isnull=True, reported_on__lte=made.assessed_on
    )
    for pk in list(reports.values_list("pk", flat=True)):
        close_duty(kind=REASSESS, subject_id=pk, now=now, actor=actor)
    reports.update(assessment=made)


def save_report(*, record: ReportedChange, actor: Any, now: datetime, new: bool) -> None:
    """A reported change puts an assessment on the township's desk, within working days (L43 第23条). Raises Refusal."""
    not_later(record.reported_on, timezone.localdate(now), "reported_on", "报告日期")
    must_be_supported(record.person, timezone.localdate(now))
    days = int(at("care.reassess_days", on=record.reported_on, unit=record.unit).value)
    record.due_on = work_calendar().add(record.reported_on, days)
    record.save()
    open_duty(
        kind=REASSESS, subject_id=record.pk, unit=record.unit, permission="change.create",
        title=f"{record.person.name}自理能力有变化，须复核评定",
        url=reverse("registers:create_for", kwargs={"code": "care-assessments", "subject": record.person_id}),
        now=now, due_on=record.due_on,
    )  # fmt: skip


def save_wish(*, record: CareWish, actor: Any, now: datetime, new: bool) -> None:
    """A new wish ends the one before; an ended one is withdrawn. Raises Refusal."""
    today = timezone.localdate(now)
    not_later(record.registered_on, today, "registered_on", "登记日期")
    not_later(record.ended_on, today, "ended_on", "撤回日期")
    if record.ended_on and record.ended_on < record.registered_on:
        raise Refusal("撤回日期早于登记日期，请核对", field="ended_on")
    if new:
        must_be_supported(record.person, today)
        open_ones = CareWish.objects.filter(person=record.person, ended_on__isnull=True)
        if open_ones.filter(registered_on__gt=record.registered_on).exists():
            raise Refusal("已有更晚登记的意愿，请核对登记日期", field="registered_on")
        open_ones.update(ended_on=record.registered_on)
    record.save()


def save_orphan(*, record: OrphanTag, actor: Any, now: datetime, new: bool) -> None:
    """Whoever is on the orphans' allowance is not on 特困 at the same time (L43 第9条). Raises Refusal."""
    today = timezone.localdate(now)
    not_later(record.recognised_on, today, "recognised_on", "认定日期")
    if record.ended_on and record.ended_on < record.recognised_on:
        raise Refusal("终止日期早于认定日期，请核对", field="ended_on")
    if new and support_in(record.person, today) is not None:
        raise Refusal(
            f"{record.person.name} 正享受特困供养，与孤儿、事实无人抚养儿童保障只能选一种；请先办理终止供养",
            rule=CHILD_ARTICLE,
        )
    if new and OrphanTag.objects.filter(person=record.person, ended_on__isnull=True).exists():
        raise Refusal(f"{record.person.name} 已有有效的标签，请先登记终止")
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        raise Refusal(
            f"{record.person.name} 在这些月份享受特困供养，与孤儿、事实无人抚养儿童保障只能选一种",
            rule=CHILD_ARTICLE,
        ) from error
