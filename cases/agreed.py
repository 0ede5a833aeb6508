"""What a meeting agreed about a single case (一事一议, B16). Imports no models: guards and documents ask here."""

from decimal import Decimal
from typing import Any


def agreed_of(application: Any) -> Any:
    """The agreed deliberation of an application, or None."""
    return application.specials.filter(state="AGREED").first()


def amount_of(application: Any) -> Decimal:
    """What is granted a month (yuan): the meeting's figure, else the formula's."""
    special = agreed_of(application)
    if special is not None:
        return Decimal(special.amount)
    return application.assessment.total if application.assessment else Decimal(0)


def program_of(application: Any) -> str:
    """In which programme it is granted: the meeting's, else the one assessed."""
    special = agreed_of(application)
    if special is not None:
        return str(special.program)
    return str(application.assessment.program if application.assessment else application.program)
