"""The province's records beside ours: numbers, people, amount, standing, and who is in one system only (B32)."""
# requirements: B32

from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from cases.models import Benefit, BenefitTerm, Member, TermMember
from reports.models import ExternalBatch, ExternalRecord
from salvation.domain.month import Month

# An export that does not say lists who is helped.
RUNNING_THERE = ("ACTIVE", "SUSPENDED", "")


def current_records(records: Any) -> Any:
    """Without those a later whole export of their unit or county no longer has; of one day the last one counts.

    A file taken in again under another day or extent was mended: what was said of it first counts no more.
    """
    after = Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), pk__gt=OuterRef("batch"))
    place = Q(unit=OuterRef("unit")) | Q(unit=OuterRef("county"))
    mended = ExternalBatch.objects.filter(
        unit=OuterRef("unit"), sha256=OuterRef("sha256"), pk__gt=OuterRef("pk")
    )
    later = ExternalBatch.objects.filter(after, place, ~Exists(mended), whole=True)
    return records.filter(~Exists(later))


def compared(benefits: Any, on: date) -> Any:
    """Benefits running in this month, annotated with what both systems say of them."""
    month = Month.of(on).first_day
    terms = BenefitTerm.objects.filter(benefit=OuterRef("pk"), months__contains=month)
    covered = TermMember.objects.filter(term__benefit=OuterRef("pk"), months__contains=month)
    members = Member.objects.filter(household=OuterRef("household"), left_on__isnull=True, counted=True)
    theirs = current_records(
        ExternalRecord.objects.filter(
            id_index=OuterRef("applicant__id_index"), program=OuterRef("program"), county=OuterRef("county")
        )
    )

    def count(rows: Any, by: str) -> Subquery:
        return Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n"))

    return benefits.filter(Exists(terms)).annotate(
        amount_now=Subquery(terms.values("total")[:1]),
        standing_now=Subquery(terms.values("standing")[:1]),
        people_now=count(covered, "term__benefit"),
        household_people=count(members, "household"),
        ext_no=Subquery(theirs.values("ext_no")[:1]),
        ext_people=Subquery(theirs.values("people")[:1]),
        ext_amount=Subquery(theirs.values("amount")[:1]),
        ext_standing=Subquery(theirs.values("standing")[:1]),
        ext_as_of=Subquery(theirs.values("as_of")[:1]),
    )


# What differs, as a filter over ``compared`` benefits. What the province's export does not say, is no difference.
MISSING = Q(ext_no__isnull=True)
PEOPLE = Q(ext_people__isnull=False) & ~Q(ext_people=F("people_now"))
AMOUNT = Q(ext_amount__isnull=False) & ~Q(ext_amount=F("amount_now"))
STANDING = (
    Q(ext_standing="STOPPED")
    | Q(ext_standing="SUSPENDED", standing_now__in=("ACTIVE", "GRACE"))
    | Q(ext_standing="ACTIVE", standing_now="SUSPENDED")
)
KINDS: dict[str, tuple[str, Q]] = {
    "missing": ("省系统没有（编号未回填）", MISSING),
    "people": ("人数不同", PEOPLE),
    "amount": ("金额不同", AMOUNT),
    "standing": ("状态不同", STANDING),
}
ANY = MISSING | PEOPLE | AMOUNT | STANDING


def only_there(records: Any, on: date) -> Any:
    """Records of people the province helps and we do not, under the same programme."""
    month = Month.of(on).first_day
    here = Benefit.objects.filter(
        applicant__id_index=OuterRef("id_index"), program=OuterRef("program"), county=OuterRef("county"),
        terms__months__contains=month,
    )  # fmt: skip
    return current_records(records).filter(~Exists(here), standing__in=RUNNING_THERE)


def by_place(user: Any, on: date, place: str = "unit") -> dict[int, dict[str, int]]:
    """Counts of every unit (or ``village``) this person sees, in two statements."""
    rows = compared(Benefit.objects.visible_to(user), on)
    counts = {code: Count("pk", filter=where) for code, (_, where) in KINDS.items()}
    found = (
        rows.order_by()
        .values(place)
        .annotate(
            benefits=Count("pk"), synced=Count("pk", filter=~MISSING), same=Count("pk", filter=~ANY), **counts
        )
    )
    places = {row[place]: dict(row) for row in found}
    extra = only_there(ExternalRecord.objects.visible_to(user), on)
    for row in extra.order_by().values(place).annotate(n=Count("pk")):
        places.setdefault(row[place], {})["only_there"] = row["n"]
    return places
