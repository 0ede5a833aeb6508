"""Benefits: what runs, their months and amounts, what changed."""

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.urls import reverse
from django.utils import timezone

from cases.forms.benefits import BenefitFilter
from cases.models import Benefit, BenefitTerm, ChangeOrder, TermMember
from cases.models.choices import StopReason
from cases.selectors import recoveries_seen
from cases.tables import BENEFIT_STATES, BENEFITS
from salvation.domain.month import Month
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

RELATED = ("applicant", "household", "household__head", "unit", "village", "county")


def with_present_term(rows: Any) -> Any:
    """Benefits with the amount, people and standing of this month (or of their last month)."""
    term = BenefitTerm.objects.filter(benefit=OuterRef("pk")).order_by("-months")
    people = (
        TermMember.objects.filter(term=OuterRef("pk"))
        .order_by()
        .values("term")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return rows.annotate(
        amount=Subquery(term.values("total")[:1]),
        standing=Subquery(term.values("standing")[:1]),
        people=Subquery(term.annotate(n=Subquery(people)).values("n")[:1]),
    )


# How a benefit that ended is called (03 §3.2).
ENDED = {
    StopReason.DEATH.value: "CANCELLED",
    StopReason.CATEGORY_CHANGE.value: "TRANSFERRED",
    StopReason.HUKOU_OUT.value: "TRANSFERRED",
}


class ShownBenefit(Benefit):
    """A benefit with the words its state is shown in."""

    class Meta:
        proxy = True

    @property
    def shown_state(self) -> str:
        today = timezone.localdate()
        if self.stop_month and self.stop_month <= today:
            return ENDED.get(self.stop_reason, "STOPPED")
        if self.first_month > today:
            return "PENDING"
        return str(getattr(self, "standing", None) or "ACTIVE")


class BenefitList(ListPage):
    title = "在保待遇"
    permission = "case.view"
    model = ShownBenefit
    table = BENEFITS
    filter_form = BenefitFilter
    record_url = "cases:benefit"
    empty = ("没有符合条件的待遇", "申请确认或导入花名册后会出现在这里")

    def narrow(self, rows: Any) -> Any:
        return with_present_term(rows).select_related("applicant", "unit", "village")


def terms(page: Any, benefit: Benefit) -> dict[str, Any]:
    covered = Prefetch("covered", queryset=TermMember.objects.select_related("person").order_by("id"))
    return {
        "benefit": benefit,
        "terms": benefit.terms.prefetch_related(covered).order_by("-months"),
        "recoveries": recoveries_seen(page.request.user, benefit=benefit),
    }


def orders(page: Any, benefit: Benefit) -> dict[str, Any]:
    chain = [benefit.pk]
    before = benefit.predecessor
    while before is not None:
        chain.append(before.pk)
        before = before.predecessor
    rows = ChangeOrder.objects.visible_to(page.request.user).filter(benefit__in=chain)
    return {"orders": rows.order_by("-id"), "benefit": benefit, "successor": benefit.successors.first()}


def reviews(page: Any, benefit: Benefit) -> dict[str, Any]:
    return {"reviews": benefit.reviews.order_by("-pk"), "today": timezone.localdate()}


class BenefitRecord(RecordPage):
    model = ShownBenefit
    permission = "case.view"
    tabs = (
        Tab("terms", "期间", "cases/benefit_terms.html", terms),
        Tab("orders", "变更", "cases/benefit_orders.html", orders),
        Tab("reviews", "核查", "cases/benefit_reviews.html", reviews),
    )

    def narrow(self, rows: Any) -> Any:
        return with_present_term(rows).select_related(*RELATED)

    def head(self, subject: ShownBenefit) -> Head:
        user: Any = self.request.user
        links = [Link("家庭", reverse("cases:household", args=[subject.household_id]))]
        if user.may("change.create", subject.unit):
            links.append(Link("办理变更", reverse("cases:changes_of", args=[subject.pk])))
        facts = [
            ("类别", subject.get_program_display() + ("（单人保）" if subject.is_single else "")),
            ("受理单位", subject.unit),
            ("村（社区）", subject.village),
            ("来源", subject.get_source_display()),
        ]
        if subject.stop_month and subject.stop_reason == StopReason.EXPIRED:
            facts.append(("有效期至", (Month.of(subject.stop_month) - 1).label))
        elif subject.stop_reason:
            facts.append(("停发原因", subject.get_stop_reason_display()))
        return Head(
            f"{subject.applicant.name}的{subject.get_program_display()}",
            facts,
            links,
            BENEFIT_STATES[subject.shown_state],
        )
