"""How personal data shows in each scene (handbook 5.7). Masks are made for display and never stored.

An empty string means: this field does not appear here at all. In the case file the full ID and account
are shown only after a journalled reveal, which does not pass through here, so CASE masks them too.
"""

from enum import StrEnum

from salvation.domain import names


class Scene(StrEnum):
    CASE = "CASE"
    LIST = "LIST"
    LEADER = "LEADER"
    PRINT = "PRINT"
    NOTICE = "NOTICE"
    LOG = "LOG"


def keep_ends(value: str, head: int, tail: int) -> str:
    """Star out the middle; a value too short to have one is starred whole."""
    hidden = len(value) - head - tail
    if hidden <= 0:
        return "*" * len(value)
    return f"{value[:head]}{'*' * hidden}{value[len(value) - tail :]}"


def id_number(number: str, scene: Scene) -> str:
    """360722********0019 in lists; whole on controlled print; three and two digits in the journal."""
    match scene:
        case Scene.PRINT:
            return number
        case Scene.NOTICE:
            return ""
        case Scene.LOG:
            return keep_ends(number, 3, 2)
        case _:
            return keep_ends(number, 6, 4)


def account(number: str, scene: Scene) -> str:
    """The last four digits, nothing for leaders and the public, whole on the pay register only."""
    match scene:
        case Scene.PRINT:
            return number
        case Scene.NOTICE | Scene.LEADER:
            return ""
        case _:
            return keep_ends(number, 0, 4)


def phone(number: str, scene: Scene) -> str:
    """138****5678 in lists, whole in the case file and on print, four digits in the journal."""
    match scene:
        case Scene.CASE | Scene.PRINT:
            return number
        case Scene.NOTICE:
            return ""
        case Scene.LOG:
            return keep_ends(number, 0, 4)
        case _:
            return keep_ends(number, 3, 4)


def name(full: str, scene: Scene, *, minor: bool = False, short: bool = False) -> str:
    """Whole inside; the public sees the applicant's name (第24条), of minors the first character only.

    `short` hides the middle character as well, where the county wants that on web sites.
    """
    match scene:
        case Scene.LOG:
            return names.surname_only(full)
        case Scene.NOTICE if minor:
            return names.surname_only(full)
        case Scene.NOTICE if short:
            return names.without_middle(full)
        case _:
            return full
