"""What a cell of the monthly table is called in a sentence: SC05 死亡对象清退（人）本月."""

from functools import cache

from reports.governance import columns

SUBS = {"m": "本月", "c": "累计"}


@cache
def _labels() -> dict[str, str]:
    above = columns.headings()
    found = {}
    for figure in columns.figures():
        heading = above.get(figure.code, "")
        lead = "" if heading.startswith("组") else f"{heading}："
        for key in figure.keys:
            sub = SUBS.get(key.rpartition(".")[2], "") if figure.flow else ""
            found[key] = f"{figure.code} {lead}{figure.label}{sub}"
    return found


def cell_label(key: str) -> str:
    """The cell's name with its group; the key itself where there is no such cell."""
    return _labels().get(key, key)


def known(key: str) -> bool:
    return key in _labels()
