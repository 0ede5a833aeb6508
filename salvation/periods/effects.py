"""What else happens in the steps of a submission; bound where the flow is registered."""

from salvation.duties.services import ESCALATIONS, close_duty
from salvation.flow.engine import perform
from salvation.flow.table import Context
from salvation.periods.models import Submission
from salvation.periods.services import moment

LEADER_DUTY, COUNTY_DUTY = "submission.leader", "submission.late"
ESCALATIONS.update((LEADER_DUTY, COUNTY_DUTY))
ZERO = "0"


def fill_zeros(context: Context) -> None:
    """零报告: what nobody filled in is zero, said by the person who takes the step."""
    submission: Submission = context.subject
    cells = dict(submission.cells)
    said = {"by": str(context.actor), "at": moment(context.now)}
    for key in submission.periodical.fillable - submission.periodical.texts:
        if (cells.get(key) or {}).get("manual") is None:
            cells[key] = {"manual": ZERO, **said}
    submission.cells, submission.zero, submission.filled_by = cells, True, context.actor
    submission.save(update_fields=["cells", "zero", "filled_by"])


def reminders_end(context: Context) -> None:
    """The table came in: nobody waits for it any more."""
    for kind in (LEADER_DUTY, COUNTY_DUTY):
        close_duty(kind=kind, subject_id=context.subject.pk, now=context.now, actor=context.actor)


def replace_corrected(context: Context) -> None:
    """An accepted correction takes the place of the version it corrects."""
    old = context.subject.corrects
    if old is not None:
        perform(
            subject=old,
            step="supersede",
            actor=None,
            now=context.now,
            comment=context.subject.correction_reason,
        )


EFFECTS = {"zero": (fill_zeros,), "submit": (reminders_end,), "accept": (replace_corrected,)}
