"""Intake in the browser: what came, who signed, who acts for the applicant."""

from typing import Any

from django.contrib import messages
from django.utils import timezone

from cases import checklist
from cases.forms.intake import (
    AuthorisationForm,
    ComplaintForm,
    DebateForm,
    MandateForm,
    MaterialsForm,
    key_of,
)
from cases.rules.materials import Origin
from cases.services.authorisations import record_authorisations
from cases.services.complaints import record_complaint
from cases.services.deliberation import record_debate
from cases.services.materials import receive_materials, reusable, save_mandate
from cases.views.applications import ApplicationForms
from salvation.files.services import add_attachment
from salvation.web.pages.forms import Section


class Materials(ApplicationForms):
    """Tick what is there; what is missing is told at once."""

    title = "受理材料"
    permission = "case.create"
    submit_label = "保存"
    drafts = False
    hint = "只登记收到的。以前申请交过、还在有效期内的材料可以沿用，不再收"

    def make_form(self, data: Any, files: Any) -> MaterialsForm:
        self.lines = checklist.checklist(self.application)
        return MaterialsForm(data, files, lines=self.lines, earlier=reusable(self.application))

    def shown_sections(self, form: Any) -> list[dict[str, Any]]:
        self.sections = [  # type: ignore[misc]
            Section(
                origin.label,
                tuple(name for line in self.lines if line.origin == origin for name in (f"got_{line.code}", f"files_{line.code}")),
                "由系统或部门调取，不向群众索要" if origin is Origin.DRAWN else "",
            )
            for origin in Origin
        ]  # fmt: skip
        return super().shown_sections(form)

    def save(self, form: MaterialsForm) -> str:
        left = receive_materials(
            application=self.application,
            given=form.received(),
            actor=self.request.user,
            on=timezone.localdate(),
        )
        words = f"已保存，还缺 {len(left)} 件：{'、'.join(left)}" if left else "已保存，材料齐全"
        messages.success(self.request, words)
        return self.tab("materials")


class Authorisations(ApplicationForms):
    """Signatures of everybody, with those still missing filled in ready."""

    title = "核对授权"
    permission = "case.create"
    submit_label = "保存授权"
    success = "授权已登记"
    drafts = False
    hint = "家庭成员每人一份；特困、单人保还要法定义务人。没有授权不能核对家庭经济状况"

    def make_form(self, data: Any, files: Any) -> AuthorisationForm:
        today = timezone.localdate()
        signers = checklist.signers(self.application, on=today)
        waiting = [signer for signer in signers if signer.row is None] or signers
        rows = [{"who": key_of(signer), "signed_on": today} for signer in waiting]
        return AuthorisationForm(data, files, signers=signers, initial={"signers": rows})

    def save(self, form: AuthorisationForm) -> str:
        record_authorisations(
            application=self.application, signed=form.signed(), actor=self.request.user, files=form.cleaned_data["sheet"]
        )  # fmt: skip
        return self.tab("materials")


class NewDebate(ApplicationForms):
    """A deliberation of villagers' representatives (B11)."""

    title = "民主评议"
    permission = "case.survey"
    form_class = DebateForm
    submit_label = "保存评议"
    success = "民主评议已登记"
    hint = "村（居）民代表三分之二以上到会；先在“文书”打印《民主评议记录表》签名"

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        sheets = cleaned.pop("sheet")
        record_debate(application=self.application, actor=self.request.user, **cleaned)
        for given in sheets:
            add_attachment(
                subject=self.application, unit=self.application.unit, village=self.application.village, kind="DEBATE",
                name=given.name, content=given.read(), actor=self.request.user,
            )  # fmt: skip
        return self.tab("voices")


class NewComplaint(ApplicationForms):
    """A complaint about a case in hand: the county visits before the confirmation (L57 第20条)."""

    title = "登记投诉举报"
    permission = "register.edit"
    form_class = ComplaintForm
    submit_label = "登记"
    success = "已登记，须县级入户后才能确认"
    hint = "对本户申请的投诉、举报。登记后不能修改；反映工作人员的，交信访岗办理，不在这里登记"

    def initial(self) -> dict[str, Any]:
        return {"received_on": timezone.localdate()}

    def save(self, form: Any) -> str:
        record_complaint(
            application=self.application, actor=self.request.user, now=timezone.now(), **form.cleaned_data
        )
        return self.tab("voices")


class Mandate(ApplicationForms):
    title = "委托申请"
    permission = "case.create"
    form_class = MandateForm
    drafts = False
    submit_label = "保存委托"
    success = "委托已登记，材料清单已加上委托书"

    def initial(self) -> dict[str, Any]:
        known = getattr(self.application, "mandate", None)
        if known is None:
            return {"signed_on": timezone.localdate(), "name": self.application.agent_name}
        kept = ("kind", "name", "relation", "signed_on")
        return {key: getattr(known, key) for key in kept}

    def save(self, form: Any) -> str:
        save_mandate(application=self.application, actor=self.request.user, **form.cleaned_data)
        return self.tab("materials")
