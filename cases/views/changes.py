"""Change orders in the browser: choose what fits, fill it in, see what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases.change_guards import papers_of
from cases.forms.changes import (
    CareLevelForm,
    ChangeFilter,
    CorrectForm,
    DeathForm,
    GraceForm,
    HeadForm,
    MemberAddForm,
    MemberRemoveForm,
    ModeForm,
    NoteForm,
    OneOfForm,
    ProofForm,
    ResumeForm,
    StopForm,
    SuspendForm,
    TransferForm,
    ask_for_proof,
)
from cases.forms.households import person_input
from cases.models import Application, Benefit, ChangeOrder, Declaration
from cases.models.choices import DIBAO, TEKUN
from cases.rules.proofs import offered
from cases.selectors import recoveries_seen
from cases.services.assessments import reassess_household
from cases.services.changes import (
    draft_amount,
    draft_grace,
    draft_resumption,
    draft_stop,
    draft_suspension,
)
from cases.services.deaths import draft_death
from cases.services.earlier_benefits import reached_by
from cases.services.heads import draft_head_change
from cases.services.member_changes import draft_correction, draft_member_add, draft_member_remove
from cases.services.notice_sheets import ending_sheet
from cases.services.orders import details_of
from cases.services.proofs import record_proof
from cases.services.successions import draft_care_level, draft_mode, draft_transfer
from cases.tables import CHANGES
from salvation.access.services import get_visible, require
from salvation.documents.tab import documents_tab
from salvation.domain.errors import Refusal
from salvation.files.services import attachments_of
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

RELATED = (
    "applicant", "household", "household__head", "household__county", "household__handling_unit",
    "household__village", "unit", "village", "county",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a benefit decides which changes fit."""

    benefit: Benefit
    ended: bool
    suspended: bool
    people: int

    @property
    def tekun(self) -> bool:
        return self.benefit.program in TEKUN

    @property
    def family(self) -> bool:
        return not self.tekun and not self.benefit.is_single

    @property
    def paid(self) -> bool:
        return self.benefit.program in (*DIBAO, *TEKUN)


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind of change: name, what it is for, its form, and whether it fits."""

    label: str
    hint: str
    form: type[Any]
    fits: Callable[[Standing], bool]


def _open(found: Standing) -> bool:
    return not found.ended


KINDS: dict[str, Offered] = {
    "amount": Offered(
        "重新核算（增发、减发）", "收入、支出或标准变化，按最近一次申报重新核算", NoteForm,
        lambda b: not b.ended and b.paid and not b.tekun,
    ),
    "member_add": Offered("增加成员", "出生、婚入、迁入等，全家重新核算", MemberAddForm, lambda b: not b.ended and b.family),
    "member_remove": Offered(
        "减少成员", "迁出、婚出、服刑等，全家重新核算", MemberRemoveForm, lambda b: not b.ended and b.family and b.people > 1
    ),
    "death": Offered("死亡", "从死亡次月起停发死者份额，其他成员的不变；户主死亡的同时换户主", DeathForm, lambda b: True),
    "head": Offered("户主变更", "换户主和收款账户，金额不变", HeadForm, lambda b: not b.ended and b.family),
    "care_level": Offered("自理等级", "按六项评定重定照料护理档次，由县级决定", CareLevelForm, lambda b: not b.ended and b.tekun),
    "mode": Offered("供养形式", "分散转集中（入住机构）或集中转分散", ModeForm, lambda b: not b.ended and b.tekun),
    "transfer": Offered("迁移到本县其他乡镇", "接收乡镇同意后从次月接续，不断发", TransferForm, _open),
    "grace": Offered(
        "渐退", "就业后收入超过标准，最长6个月，期满自动停发", GraceForm, lambda b: not b.ended and b.paid and not b.tekun
    ),
    "suspend": Offered(
        "暂停发放", "账户异常、下落不明等待核实，仍计入在保", SuspendForm,
        lambda b: not b.ended and b.paid and not b.suspended,
    ),
    "resume": Offered("恢复发放", "暂停后核实无误，或停发有误，次月恢复并补发", ResumeForm, lambda b: b.ended or b.suspended),
    "stop": Offered("停发", "不再符合条件或自愿退出；特困须先公示7天", StopForm, _open),
    "correct": Offered("更正（不涉及金额）", "姓名、电话、住址等登记有误", CorrectForm, _open),
}  # fmt: skip


def standing_of(benefit: Benefit) -> Standing:
    """What decides which changes fit now."""
    last = benefit.terms.order_by("-months").first()
    ended = benefit.stop_month is not None and benefit.stop_month <= timezone.localdate()
    resting = last is not None and last.standing == "SUSPENDED"
    return Standing(benefit, ended, resting, last.covered.count() if last else 0)


def fitting(benefit: Benefit) -> dict[str, Offered]:
    """The kinds of change this benefit can have now."""
    found = standing_of(benefit)
    return {code: kind for code, kind in KINDS.items() if kind.fits(found)}


class ChooseChange(Page):
    """The first step of a new change: only what fits is offered."""

    title = "办理变更"
    permission = "change.create"
    template_name = "cases/change_kinds.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        benefit: Benefit = get_visible(Benefit.objects.select_related(*RELATED), user, pk=pk)
        require(user, "change.create", benefit.unit)
        waiting = benefit.orders.exclude(state__in=ChangeOrder.settled).order_by("pk")
        return self.show(
            {
                "benefit": benefit,
                "kinds": fitting(benefit),
                "may_convert": not standing_of(benefit).ended and user.may("case.create", benefit.village),
                "waiting": waiting,
                "converting": benefit.conversions.exclude(state__in=Application.flow.ended).first(),
                "page_title": f"办理变更：{benefit.applicant.name}",
            }
        )


class NewChange(FormPage):
    """A change order of one kind; amounts come from the rules and cannot be typed."""

    permission = "change.create"
    form_class = NoteForm
    check_answers = True
    submit_label = "登记变更单"
    success = "变更单已登记，请提交审核"
    benefit: Benefit
    offered_kind: Offered

    def prepare(self) -> None:
        if self.kwargs["kind"] not in KINDS:
            raise Http404("没有这种变更")
        self.benefit = get_visible(
            Benefit.objects.select_related(*RELATED), self.request.user, pk=self.kwargs["pk"]
        )
        self.offered_kind = KINDS[self.kwargs["kind"]]

    def page_title(self) -> str:
        return f"{self.offered_kind.label}：{self.benefit.applicant.name}"

    @property
    def hint(self) -> str:  # type: ignore[override]
        return self.offered_kind.hint

    def make_form(self, data: Any, files: Any) -> Any:
        given: dict[str, Any] = {}
        form_class = self.offered_kind.form
        if issubclass(form_class, DeathForm | HeadForm | MemberRemoveForm | CorrectForm):
            given["people"] = self.people()
        elif issubclass(form_class, OneOfForm):
            given["people"] = self.covered()
        elif form_class is StopForm:
            given["tekun"] = self.benefit.program in TEKUN
        elif form_class is TransferForm:
            given["villages"] = self.villages()
        form = form_class(data, files, **given)
        if papers := offered(self.kwargs["kind"].upper()):
            ask_for_proof(form, papers)
        return form

    def people(self) -> list[tuple[int, str]]:
        """Present members; for a death those whom the benefit covers or covered last."""
        members = self.benefit.household.members.filter(left_on__isnull=True).select_related("person")
        return [(m.person_id, f"{m.person.name}（{m.get_relation_display()}）") for m in members]

    def covered(self) -> list[tuple[int, str]]:
        """Whom the benefit's last range covers."""
        last = self.benefit.terms.order_by("-months").first()
        rows = last.covered.select_related("person").order_by("pk") if last else ()
        return [(row.person_id, row.person.name) for row in rows]

    def one_of(self, given: dict[str, Any]) -> Any:
        return self.member(given) if given.get("person") else None

    def villages(self) -> Any:
        """Villages of the county's other towns."""
        rows = Unit.objects.filter(kind=Unit.Kind.VILLAGE, county=self.benefit.county_id)
        return (
            rows.exclude(parent=self.benefit.unit_id)
            .select_related("parent")
            .order_by("parent__sort", "sort")
        )

    def save(self, form: Any) -> str:
        draft = getattr(self, f"draft_{self.kwargs['kind']}")
        who = {"benefit": self.benefit, "actor": self.request.user, "now": timezone.now()}
        given = dict(form.cleaned_data)
        proof = given.pop("proof", "")
        order: ChangeOrder = draft(given, **who)
        if proof:
            record_proof(order=order, proof=proof, scans=(), actor=self.request.user)
        return reverse("cases:change", args=[order.pk])

    def member(self, given: dict[str, Any]) -> Any:
        """The chosen person of the household. Raises Refusal."""
        people = [m.person for m in self.benefit.household.members.select_related("person")]
        person = next((each for each in people if each.pk == given["person"]), None)
        if person is None:
            raise Refusal("请选择家庭成员", field="person")
        return person

    def draft_stop(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_stop(**given, **who)

    def draft_grace(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_grace(**given, **who)

    def draft_suspend(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_suspension(**given, **who)

    def draft_resume(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        first = date.fromisoformat(f"{given['pay_from']}-01")
        return draft_resumption(pay_from=first, note=given["note"], **who)

    def draft_mode(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_mode(**{**given, "person": self.one_of(given)}, **who)

    def draft_care_level(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_care_level(**{**given, "person": self.one_of(given)}, **who)

    def draft_transfer(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_transfer(**given, **who)

    def draft_death(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_death(
            person=self.member(given), died_on=given["died_on"], note=given["note"], new_head=given["new_head"],
            account=_account(given), **who,
        )  # fmt: skip

    def draft_head(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_head_change(new_head=given["person"], account=_account(given), note=given["note"], **who)

    def draft_member_add(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        person = person_input({**given, "exclude_reason": ""})
        return draft_member_add(given=person, cause=given["cause"], on=given["on"], note=given["note"], **who)

    def draft_member_remove(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        return draft_member_remove(
            person=self.member(given), cause=given["cause"], on=given["on"], note=given["note"], **who
        )

    def draft_correct(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        values = {key: given[key] for key in ("name", "phone", "address", "group_name")}
        return draft_correction(person=self.member(given), values=values, note=given["note"], **who)

    def draft_amount(self, given: dict[str, Any], **who: Any) -> ChangeOrder:
        declaration = Declaration.objects.filter(household=self.benefit.household).order_by("-id").first()
        if declaration is None:
            raise Refusal("本户没有登记经济状况（导入的待遇未核算），请先登记申请并填写经济状况")
        made = reassess_household(
            household=self.benefit.household,
            declaration=declaration,
            program=self.benefit.program,
            single_for=self.benefit.applicant_id if self.benefit.is_single else None,
            actor=who["actor"],
            now=who["now"],
        )
        return draft_amount(assessment=made, note=given["note"], **who)

    def cancel_url(self) -> str:
        return reverse("cases:benefit", args=[self.kwargs["pk"]])


def _account(given: dict[str, Any]) -> dict[str, str]:
    return {key: given.get(key) or "" for key in ("number", "kind", "bank_name")}


class ChangeList(ListPage):
    title = "变更单"
    permission = "case.view"
    model = ChangeOrder
    table = CHANGES
    filter_form = ChangeFilter
    record_url = "cases:change"
    empty = ("没有符合条件的变更单", "在待遇页面上点“办理变更”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("benefit__applicant", "unit", "village")


def order_facts(page: Any, order: ChangeOrder) -> dict[str, Any]:
    members = order.benefit.household.members.select_related("person")
    names = {m.person_id: m.person.name for m in members}
    if order.person is not None:
        names[order.person.pk] = order.person.name
    shares = [{**share, "name": names.get(share["person"], "")} for share in order.shares]
    assessed = sealed_facts.load(order.assessment.result) if order.assessment else None
    details = details_of(order)
    return {
        "order": order,
        "shares": shares,
        "tekun": (order.new_program or order.benefit.program) in TEKUN,
        "result": assessed,
        "earlier": [(benefit, month.first_day) for benefit, month, _ in reached_by(order)],
        "new_head": names.get(details.get("new_head", 0), ""),
        "new_account": bool(details.get("account")),
        "moves": order.people.select_related("person"),
        "recoveries": recoveries_seen(page.request.user, order=order),
    }


def proof_tab(page: Any, order: ChangeOrder) -> dict[str, Any]:
    return {
        "order": order,
        "papers": papers_of(order),
        "files": attachments_of(order).visible_to(page.request.user),  # type: ignore[attr-defined]
        "may_edit": page.request.user.may("change.create", order.unit),
    }


class RecordProof(FormPage):
    """Name the paper a change rests on, and send its photos."""

    title = "登记佐证"
    permission = "change.create"
    drafts = False
    form_class = ProofForm
    success = "佐证已登记"
    order: ChangeOrder

    def prepare(self) -> None:
        self.order = get_visible(ChangeOrder.objects.all(), self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "change.create", self.order.unit)
        if not papers_of(self.order):
            raise Http404("这项变更以核算为依据，不另要佐证")

    def page_title(self) -> str:
        return f"登记佐证：{self.order}"

    def make_form(self, data: Any, files: Any) -> ProofForm:
        papers = papers_of(self.order)
        return ProofForm(data, files, papers=papers, initial={"proof": self.order.proof})

    def save(self, form: Any) -> str:
        record_proof(order=self.order, actor=self.request.user, **form.cleaned_data)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:change", args=[self.order.pk]) + "?tab=proof"


class ChangeRecord(RecordPage):
    model = ChangeOrder
    permission = "case.view"
    tabs: ClassVar[Any] = (
        Tab("facts", "变更内容", "cases/change_facts.html", order_facts),
        Tab("proof", "佐证", "cases/change_proof.html", proof_tab),
        Tab("documents", "文书", "documents/tab.html", documents_tab),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(
            "benefit__applicant", "benefit__household", "unit", "village", "person", "assessment", "to_unit",
            "to_village", "successor",
        )  # fmt: skip

    def head(self, subject: ChangeOrder) -> Head:
        facts = (
            ("变更单号", subject.no),
            ("类型", subject.get_kind_display()),
            ("待遇", subject.benefit),
            ("受理单位", subject.unit),
            ("生效月", f"{subject.effective_month:%Y年%-m月}"),
        )
        links = []
        if Benefit.objects.visible_to(self.request.user).filter(pk=subject.benefit_id).exists():
            links.append(Link("待遇", reverse("cases:benefit", args=[subject.benefit_id])))
        if subject.successor_id:
            links.append(Link("接续待遇", reverse("cases:benefit", args=[subject.successor_id])))
        sheet = ending_sheet(subject)
        user: Any = self.request.user
        if sheet is not None and user.may("notice.view", sheet.unit):
            links.append(Link("公示单", reverse("cases:notice", args=[sheet.pk])))
        return Head(f"{subject.benefit.applicant.name}：{subject.get_kind_display()}", facts, links)
