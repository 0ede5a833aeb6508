"""Benefits and their change orders."""

from typing import Any, ClassVar

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases.forms.benefits import BenefitFilter, ChangeFilter, DeathForm, GraceForm, NoteForm, StopForm
from cases.models import Benefit, BenefitTerm, ChangeOrder, Declaration, TermMember
from cases.services.assessments import reassess_household
from cases.services.changes import draft_amount, draft_death, draft_grace, draft_stop
from cases.tables import BENEFIT_STATES, BENEFITS, CHANGES
from salvation.access.services import get_visible
from salvation.documents.tab import documents_tab
from salvation.domain.errors import Refusal
from salvation.vault import facts as sealed_facts
from salvation.web.pages.forms import FormPage
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


class ShownBenefit(Benefit):
    """A benefit with the words its state is shown in."""

    class Meta:
        proxy = True

    @property
    def shown_state(self) -> str:
        today = timezone.localdate()
        if self.stop_month and self.stop_month <= today:
            return "STOPPED"
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
    return {"benefit": benefit, "terms": benefit.terms.prefetch_related(covered).order_by("-months")}


def orders(page: Any, benefit: Benefit) -> dict[str, Any]:
    return {"orders": benefit.orders.order_by("-id")}


KINDS = {
    "stop": ("停发", StopForm),
    "death": ("死亡", DeathForm),
    "grace": ("渐退", GraceForm),
    "amount": ("重新核算（增发、减发）", NoteForm),
}


class BenefitRecord(RecordPage):
    model = ShownBenefit
    permission = "case.view"
    tabs = (
        Tab("terms", "各期金额", "cases/benefit_terms.html", terms),
        Tab("orders", "变更单", "cases/benefit_orders.html", orders),
    )

    def narrow(self, rows: Any) -> Any:
        return with_present_term(rows).select_related(*RELATED)

    def head(self, subject: ShownBenefit) -> Head:
        user: Any = self.request.user
        links = [Link("家庭", reverse("cases:household", args=[subject.household_id]))]
        if subject.shown_state != "STOPPED" and user.may("change.create", subject.unit):
            links += [
                Link(label, reverse("cases:new_change", args=[subject.pk, kind]))
                for kind, (label, _) in KINDS.items()
            ]
        facts = [
            ("类别", subject.get_program_display() + ("（单人保）" if subject.is_single else "")),
            ("受理单位", subject.unit),
            ("村（社区）", subject.village),
            ("来源", subject.get_source_display()),
        ]
        if subject.stop_reason:
            facts.append(("停发原因", subject.get_stop_reason_display()))
        return Head(
            f"{subject.applicant.name}的{subject.get_program_display()}",
            facts,
            links,
            BENEFIT_STATES[subject.shown_state],
        )


class NewChange(FormPage):
    """A change order of one kind; amounts come from the rules and cannot be typed."""

    permission = "change.create"
    form_class = NoteForm
    check_answers = True
    submit_label = "登记变更单"
    success = "变更单已登记，请提交审核"
    benefit: Benefit

    def prepare(self) -> None:
        if self.kwargs["kind"] not in KINDS:
            raise Http404("没有这种变更")
        self.benefit = get_visible(
            Benefit.objects.select_related(*RELATED), self.request.user, pk=self.kwargs["pk"]
        )

    def page_title(self) -> str:
        return f"{KINDS[self.kwargs['kind']][0]}：{self.benefit.applicant.name}"

    def make_form(self, data: Any, files: Any) -> Any:
        form_class: Any = KINDS[self.kwargs["kind"]][1]
        if form_class is not DeathForm:
            return form_class(data, files)
        last = self.benefit.terms.order_by("-months").first()
        covered = last.covered.select_related("person") if last else []
        return DeathForm(data, files, people=[(m.person_id, m.person.name) for m in covered])

    def save(self, form: Any) -> str:
        draft = getattr(self, f"draft_{self.kwargs['kind']}")
        order: ChangeOrder = draft(form.cleaned_data, actor=self.request.user, now=timezone.now())
        return reverse("cases:change", args=[order.pk])

    def draft_stop(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_stop(benefit=self.benefit, **given, **who)

    def draft_grace(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_grace(benefit=self.benefit, **given, **who)

    def draft_death(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        people = [m.person for m in self.benefit.household.members.select_related("person")]
        person = next((p for p in people if p.pk == given["person"]), None)
        if person is None:
            raise Refusal("请选择家庭成员", field="person")
        return draft_death(
            benefit=self.benefit, person=person, died_on=given["died_on"], note=given["note"], **who
        )

    def draft_amount(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        declaration = Declaration.objects.filter(household=self.benefit.household).order_by("-id").first()
        if declaration is None:
            raise Refusal("本户没有登记经济状况（导入的待遇未核算），请先登记申请并填写经济状况")
        made = reassess_household(
            household=self.benefit.household,
            declaration=declaration,
            program=self.benefit.program,
            single_for=self.benefit.applicant_id if self.benefit.is_single else None,
            **who,
        )
        return draft_amount(benefit=self.benefit, assessment=made, note=given["note"], **who)

    def cancel_url(self) -> str:
        return reverse("cases:benefit", args=[self.kwargs["pk"]])


class ChangeList(ListPage):
    title = "变更单"
    permission = "case.view"
    model = ChangeOrder
    table = CHANGES
    filter_form = ChangeFilter
    record_url = "cases:change"
    empty = ("没有符合条件的变更单", "在待遇页面上登记停发、死亡、渐退或重新核算")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("benefit__applicant", "unit", "village")


def order_facts(page: Any, order: ChangeOrder) -> dict[str, Any]:
    names = {m.person_id: m.person.name for m in order.benefit.household.members.select_related("person")}
    shares = [{**share, "name": names.get(share["person"], "")} for share in order.shares]
    assessed = sealed_facts.load(order.assessment.result) if order.assessment else None
    return {"order": order, "shares": shares, "result": assessed}


class ChangeRecord(RecordPage):
    model = ChangeOrder
    permission = "case.view"
    tabs: ClassVar[Any] = (
        Tab("facts", "变更内容", "cases/change_facts.html", order_facts),
        Tab("documents", "文书", "documents/tab.html", documents_tab),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(
            "benefit__applicant", "benefit__household", "unit", "village", "person", "assessment"
        )

    def head(self, subject: ChangeOrder) -> Head:
        facts = (
            ("变更单号", subject.no),
            ("类型", subject.get_kind_display()),
            ("待遇", subject.benefit),
            ("受理单位", subject.unit),
            ("生效月", f"{subject.effective_month:%Y年%-m月}"),
        )
        links = [Link("待遇", reverse("cases:benefit", args=[subject.benefit_id]))]
        return Head(f"{subject.benefit.applicant.name}：{subject.get_kind_display()}", facts, links)
