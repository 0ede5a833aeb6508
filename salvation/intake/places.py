"""Village and unit names as they are written on rosters. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar
from unicodedata import normalize

from salvation.domain.errors import BadValue

Place = TypeVar("Place")
SUFFIX = re.compile(
    r"(?:村民委员会|居民委员会|社区居委会|村村委会|村委会|居委会|行政村|社区|村委|居委|村|居)$"
)
GROUP = re.compile(r"(?:第?[\d一二三四五六七八九十]+|[东西南北上下]{1,2})(?:村民小组|小组|组|队)$")
OFFICE = re.compile(
    r"(?:人民政府|政府|街道办事处|办事处|民政所|民政办公室|民政办|社会事务办公室|社会事务办|公共服务办|办公室)$"
)
CODE = re.compile(r"\d{12}")


def plain(name: str) -> str:
    return "".join(normalize("NFKC", name).split())


def stem(name: str) -> str:
    """石背村委会 → 石背. A name that is nothing but a suffix stays whole."""
    short = SUFFIX.sub("", plain(name))
    while short and (shorter := SUFFIX.sub("", short)) not in ("", short):
        short = shorter
    return short or plain(name)


def village_finder(villages: Iterable[tuple[str, str, Place]], town: str) -> Callable[[str], Place]:
    """A look-up over (code, name, place): by code, by the full name, else by the name without its suffix where
    that is unique. It raises BadValue for unknown and ambiguous names. `town` may precede the village's name."""
    by_code: dict[str, Place] = {}
    by_name: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    by_stem: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for code, name, place in villages:
        by_code[code] = place
        by_name[_full(name)].append((name, place))
        by_stem[stem(name)].append((name, place))

    def find(text: str) -> Place:
        if CODE.fullmatch(text) and text in by_code:
            return by_code[text]
        written = _without_town(plain(text), town)
        for words in (plain(text), written, GROUP.sub("", written)):
            found = by_name.get(_full(words)) or by_stem.get(stem(words))
            if found:
                return _only(found, text)
        raise BadValue(f"“{text[:20]}”不是本单位所辖的村（社区），请核对村名或填报单位。")

    return find


def _full(name: str) -> str:
    """村民委员会 and 村委会 are one word; so are 居民委员会, 社区居委会 and 居委会."""
    short = plain(name).replace("村民委员会", "村委会").replace("居民委员会", "居委会")
    return short.replace("社区居委会", "居委会").replace("村村委会", "村委会")


def _without_town(name: str, town: str) -> str:
    before, found, after = name.partition(office(town))
    return after if found and after and len(before) < 12 else name


def _only(found: list[tuple[str, Place]], text: str) -> Place:
    if len(found) > 1:
        names = "、".join(name for name, _ in found)
        raise BadValue(f"“{text[:20]}”可以是{names}，请写全称。")
    return found[0][1]


def office(name: str) -> str:
    """嘉定镇人民政府 → 嘉定镇; 城市社区管理委员会 → 城市社区管委会."""
    short = plain(name).replace("管理委员会", "管委会")
    while (shorter := OFFICE.sub("", short)) not in ("", short):
        short = shorter
    return short


def same_unit(written: str, name: str) -> bool:
    """Whether 填报单位 as written names this unit: 信丰县嘉定镇人民政府 and 嘉定 both name 嘉定镇."""
    text, unit = office(written), office(name)
    return unit in text or (len(text) > 1 and unit.startswith(text))
