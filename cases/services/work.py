"""Offer work to whoever is able; the third refusal in a row lowers the refuser's own share, nobody else's (第34条)."""
# requirements: B29

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import ChangeOrder, Person, ReviewTask, TermMember, WorkOffer
from cases.models.choices import DIBAO, ChangeKind, Labour
from cases.services.changes import draft_stop
from cases.services.cycle import first_month
from cases.services.orders import award_of, draft_order, running_term
from cases.services.proofs import rest_on
from cases.services.reviews import ask_again
from salvation.access.services import require
from salvation.domain.ages import age
from salvation.domain.errors import Refusal
from salvation.domain.money import CENT
from salvation.domain.month import Month
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import Book

register(work__offer="登记介绍工作")

YOUNGEST, RETIRED = 16, 60
LAW = "最低生活保障审核确认办法第34条"


def able_people(rows: Any, today: date) -> Any:
    """Of these people, those on 低保 now who are of working age, able to work and not at school."""
    covered = TermMember.objects.filter(
        months__contains=Month.of(today).first_day, term__benefit__program__in=DIBAO
    )
    born_after = today.replace(year=today.year - RETIRED, day=min(today.day, 28))
    born_before = today.replace(year=today.year - YOUNGEST, day=min(today.day, 28))
    return rows.filter(
        pk__in=covered.values("person"), labour=Labour.FULL.value, in_school=False, died_on__isnull=True,
        birth_date__gt=born_after, birth_date__lte=born_before,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered and said."""

    offered_on: date
    post: str
    answer: str
    reason: str = ""


def refusals_in_a_row(person: Person) -> int:
    """Refusals without good reason since the last other answer."""
    count = 0
    for answer in WorkOffer.objects.filter(person=person).values_list("answer", flat=True):
        if answer != WorkOffer.Answer.REFUSED:
            break
        count += 1
    return count


@transaction.atomic
def record_offer(*, person: Person, given: Offer, actor: Any, now: datetime) -> WorkOffer:
    """Register an introduction of work; one refusal too many drafts a decrease of his own share. Raises Refusal."""
    today = timezone.localdate(now)
    locked = Person.objects.select_for_update(of=("self",)).select_related("unit").get(pk=person.pk)
    require(actor, "change.create", locked.unit)
    covered = (
        TermMember.objects.filter(
            person=locked, months__contains=Month.of(today).first_day, term__benefit__program__in=DIBAO
        )
        .select_related("term__benefit__unit", "term__benefit__county", "term__benefit__village")
        .first()
    )
    if covered is None:
        raise Refusal(f"{locked.name} 现在不享受低保，不需要登记")
    if locked.birth_date is None or not YOUNGEST <= age(locked.birth_date, today) < RETIRED:
        raise Refusal(f"{locked.name} 不在就业年龄内")
    if given.offered_on > today:
        raise Refusal("介绍日期不能晚于今天", field="offered_on")
    if given.answer != WorkOffer.Answer.ACCEPTED and not given.reason.strip():
        raise Refusal("没有接受的，请写明理由", rule=LAW, field="reason")
    benefit = covered.term.benefit
    offer: WorkOffer = WorkOffer.objects.create(
        benefit=benefit, person=locked, unit=benefit.unit, village=benefit.village, offered_on=given.offered_on,
        post=given.post.strip(), answer=given.answer, reason=given.reason.strip(), recorded_by=actor,
    )  # fmt: skip
    facts = {"answer": offer.get_answer_display(), "post": offer.post}
    record(actor=actor, action="work.offer", subject=offer, unit=offer.unit, facts=facts)
    if given.answer == WorkOffer.Answer.ACCEPTED:
        ask_again(benefit=benefit, since=given.offered_on, source=ReviewTask.Source.JOB)
    book = Book(unit=benefit.unit, on=today)
    if refusals_in_a_row(locked) == int(book["dibao.refused_jobs"]):
        offer.order = _lower(offer, Decimal(str(book["dibao.refused_share"])), actor, now)
        offer.save(update_fields=["order"])
    return offer


def _lower(offer: WorkOffer, kept: Decimal, actor: Any, now: datetime) -> ChangeOrder:
    """His base falls to what the county keeps of it; uplifts and everybody else's share stay."""
    benefit = offer.benefit
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    note = f"{offer.person.name}连续多次无正当理由拒绝接受介绍的工作（{LAW}），减发其本人份额"
    shares = tuple(
        share._replace(base=(share.base * min(kept, Decimal(1))).quantize(CENT, ROUND_HALF_UP))
        if share.key == str(offer.person_id)
        else share
        for share in award_of(term).shares
    )
    if not any(share.base + share.uplift for share in shares):
        stopped = draft_stop(benefit=benefit, reason="OTHER", note=note, actor=actor, now=now)
        return rest_on(stopped, "本系统的介绍工作记录")
    return draft_order(
        benefit, ChangeKind.DECREASE, term, month, shares, note, actor=actor, now=now, person=offer.person
    )
