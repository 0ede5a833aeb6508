"""A family is helped as a whole once (02 §2.8), whichever of its members a roster names."""

from cases.models.choices import PROGRAMS
from cases.services.roster_known import KnownHousehold
from salvation.intake.model import Problem, Row

LABELS = dict(PROGRAMS)


def refuse_second(row: Row, known: KnownHousehold, opened: set[int]) -> None:
    """Refuse a new benefit of a household of the register that has one already, or gets one by an earlier row.

    ``opened``: the households for which this file opens one; ``row``'s is added.
    """
    if known.helped_by:
        reason = f"所在的户（户编号 {known.no}）已享受{LABELS[known.helped_by]}，不能另开一份"
        remedy = "请为该户办理增加成员；已经分户的，请先登记新户。"
    elif known.pk in opened:
        reason = f"与表内另一户在登记簿中是同一户（户编号 {known.no}）"
        remedy = "请合并为一户填写；已经分户的，请先登记新户。"
    else:
        if not row.rejected:
            opened.add(known.pk)
        return
    row.problems.append(Problem("citizen_id", "身份证号", reason, remedy))
