"""Whether what was assessed still rests on the standards of the month from which it is paid (02 §2.4)."""
# requirements: B08

from datetime import date

from cases.agreed import agreed_of
from cases.models import Application, StandardAdjustment
from cases.rules.standards import is_standard
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.parameters.book import Book
from salvation.parameters.registry import PARAMETERS


def refuse_outdated(application: Application, *, on: date) -> None:
    """Raises Refusal where a standard used was raised for everybody since: no later adjustment would reach this benefit.

    A standard whose adjustment (提标减标) is still to come needs nothing: it reaches whoever is confirmed before it.
    """
    assessment = application.assessment
    if assessment is None or agreed_of(application) is not None:
        return
    now = Book(unit=application.unit, on=(Month.of(on) + 1).first_day).versions()
    used = {key: version for key, version in assessment.parameters.items() if is_standard(key)}
    changed = {now[key]: key for key, version in used.items() if key in now and str(now[key]) != version}
    made = StandardAdjustment.objects.filter(
        version__in=changed, made_at__isnull=False, undone_at__isnull=True
    ).first()
    if made is None:
        return
    label = PARAMETERS[changed[made.version_id]].label
    raise Refusal(
        f"“{label}”自{made.version.valid_from:%Y年%m月%d日}起已调整，本件还是按原标准核算的；"
        "请退回乡镇重新核算后再确认",
        rule="02 §2.4",
        field="amount",
    )
