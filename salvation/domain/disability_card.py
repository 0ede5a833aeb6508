"""Disability card numbers: the holder's ID number, one digit for the kind, one for the level."""

import re
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from salvation.domain import citizen_id
from salvation.domain.digits import normalise
from salvation.domain.errors import BadValue

_FORM = re.compile(r"(\d{17}[\dX])([1-7])([1-4])(?:B(\d))?")


class Kind(IntEnum):
    """What is impaired; the seventh digit on the card stands for several at once."""

    SIGHT = 1
    HEARING = 2
    SPEECH = 3
    LIMB = 4
    INTELLECT = 5
    MENTAL = 6
    MULTIPLE = 7

    @property
    def label(self) -> str:
        return ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")[self - 1]


LEVEL_LABELS = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}


@dataclass(frozen=True, slots=True)
class DisabilityCard:
    """A card that passed every check. Level 1 is severest; `reissue` counts B1, B2 …, 0 at first issue."""

    number: str
    holder: citizen_id.CitizenId
    kind: Kind
    level: int
    reissue: int = 0

    @property
    def severe(self) -> bool:
        """重度残疾: level one or two."""
        return self.level <= 2

    @property
    def label(self) -> str:
        return self.kind.label + LEVEL_LABELS[self.level]


def parse(text: str, *, today: date, holder: str | None = None, allow_test: bool = False) -> DisabilityCard:
    """Check a card number of 20 characters (22 when reissued) and, where given, that it is `holder`'s.

    Raises `BadValue` in words for the clerk.
    """
    number = normalise(text)
    found = _FORM.fullmatch(number)
    if found is None:
        raise BadValue(
            "残疾人证号应为 20 位：18 位身份证号、1 位类别（1 至 7）、1 位等级（1 至 4）；"
            "补换发的为 22 位，末两位是 B 加次数。请按残疾人证核对。"
        )
    if holder is not None and found[1] != normalise(holder):
        raise BadValue("残疾人证号前 18 位与本人身份证号不一致，请核对是否拿错证件。")
    person = citizen_id.parse(found[1], today=today, allow_test=allow_test)
    return DisabilityCard(number, person, Kind(int(found[2])), int(found[3]), int(found[4] or 0))
