"""Personal names: one spelling of the interpunct, rare characters allowed, comparison without noise."""

import re
from unicodedata import normalize

from salvation.domain.errors import BadValue

INTERPUNCT = "\u00b7"
_INTERPUNCTS = str.maketrans(dict.fromkeys("•‧・･.．●⋅∙・", INTERPUNCT))
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
# Unified ideographs, extensions A–H, compatibility ideographs and 〇.
_HAN = (
    "\u3007\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff"
    "\U00020000-\U0002a6df\U0002a700-\U0002ebef\U0002ebf0-\U0002ee5f\U0002f800-\U0002fa1f\U00030000-\U000323af"
)
_NAME = re.compile(f"[{_HAN}]+(?:{INTERPUNCT}[{_HAN}]+)*")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_LONGEST = 50


def normalise(text: str) -> str:
    """NFKC, no white space, every kind of interpunct as U+00B7. Simplified and traditional stay apart."""
    return _SPACE.sub("", normalize("NFKC", text)).translate(_INTERPUNCTS)


def check(text: str) -> str:
    """Give the normalised name, or raise `BadValue` in words for the clerk."""
    name = normalise(text)
    if not name:
        raise BadValue("姓名为空，请按身份证填写。")
    if len(name) > _LONGEST:
        raise BadValue(f"姓名最多 {_LONGEST} 个字，现在是 {len(name)} 个字，请核对。")
    if _PRIVATE.search(name):
        raise BadValue("姓名中有旧系统自造的字，换一台电脑就看不到。请用能输入生僻字的输入法重新录入这个字。")
    if not _NAME.fullmatch(name):
        raise BadValue("姓名只能用汉字，少数民族姓名中间可以用“·”，请按身份证核对。")
    return name


def same_name(one: str, other: str) -> bool:
    """Tell whether two spellings are one name; a blank is the same as nothing."""
    left = normalise(one)
    return bool(left) and left == normalise(other)


def surname_only(name: str) -> str:
    """张三丰 → 张*, for minors in public notices and for the journal."""
    return f"{name[:1]}*" if name else ""


def without_middle(name: str) -> str:
    """张三丰 → 张*丰; a name of two characters keeps the first only."""
    return surname_only(name) if len(name) < 3 else f"{name[0]}*{name[-1]}"
