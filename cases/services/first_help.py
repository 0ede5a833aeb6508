"""先行救助: who may grant it hears of every emergency that is taken in, and decides at once (E07)."""
# requirements: E07

from django.urls import reverse

from cases.relief_flow import RELIEF
from cases.rules.codes import Program
from salvation.duties.services import close_duty, open_duty
from salvation.flow.table import Context

FIRST_HELP = "relief.first_help"


def on_taken_in(context: Context) -> None:
    """Put it on the desk of the township's leader; without a date, for it may well go the usual way."""
    relief = context.subject
    if relief.program != Program.TEMP_EMERGENCY:
        return
    open_duty(
        kind=FIRST_HELP, subject_id=relief.pk, unit=relief.unit, permission="case.first_review",
        title=f"是否先行救助：{relief.applicant.name}（{relief.get_situation_display()}）", now=context.now, due_on=None,
        url=reverse("cases:relief", args=[relief.pk]),
    )  # fmt: skip


def on_gone_on(context: Context) -> None:
    """Helped first, sent on the usual way or withdrawn: the question is answered."""
    close_duty(kind=FIRST_HELP, subject_id=context.subject.pk, now=context.now, actor=context.actor)


EFFECTS = {
    "accept": (on_taken_in,),
    **{step.code: (on_gone_on,) for step in RELIEF.steps if "ACCEPTED" in step.sources},
}
