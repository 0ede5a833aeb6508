"""What funds adds to a person's dossier: every payment of a household's benefit."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from cases.dossier import Entry
from cases.models import Person
from funds.models import PayLine


def payments(person: Person, user: Any) -> Iterable[Entry]:
    """Lines of approved rosters, in the month they were paid."""
    rows = PayLine.objects.visible_to(user).filter(
        household__members__person=person, roster__state="BUREAU_APPROVED", excluded_as=""
    )
    for line in rows.order_by("-month").distinct():
        url = reverse("funds:line", args=[line.roster_id, line.benefit_id, f"{line.for_month:%Y-%m}"])
        words = f"{line.get_program_display()}，{line.for_month:%Y年%m月}份（{line.get_kind_display()}）"
        yield Entry(line.month, "发放", words, url, line.total)
