"""A row of a list names a person by number and name: with another name it is about nobody."""

from salvation.domain import names
from salvation.intake.model import Problem

ASK = "请核对证号和姓名，改正后重新导入；登记的姓名有误的，请先更正登记"


def other_name(given: object, registered: str) -> Problem | None:
    """What is wrong with a name whose number belongs to ``registered``; None where it is the same name."""
    if names.same_name(registered, str(given or "")):
        return None
    return Problem("name", "姓名", f"该证号登记的姓名是“{registered}”，文件中写的是“{given or ''}”", ASK)
