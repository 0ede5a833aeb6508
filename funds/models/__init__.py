"""Tables of funds, gathered so that Django finds them."""

from funds.models.line import Leaver, PayLine
from funds.models.paper import SignedPaper
from funds.models.roster import Exclusion, Roster

__all__ = ["Exclusion", "Leaver", "PayLine", "Roster", "SignedPaper"]
