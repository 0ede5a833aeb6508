"""What a list taken in as a whole says when it is not: the first bad rows, and how many more there are."""

from collections.abc import Sequence

SHOWN_PROBLEMS = 8


def first_of(wrong: Sequence[str]) -> str:
    """The first problems in a row, each as 行：原因, and how many more there are."""
    more = f"；另有 {len(wrong) - SHOWN_PROBLEMS} 处" if len(wrong) > SHOWN_PROBLEMS else ""
    return f"{'；'.join(wrong[:SHOWN_PROBLEMS])}{more}"


def refused_whole(wrong: Sequence[str], *, empty: str = "文件里没有人员，请核对后再导入") -> str:
    """Why nothing of a file was taken in: its bad rows, or ``empty`` where it held none at all."""
    return f"有 {len(wrong)} 行不能导入，全部没有写入：{first_of(wrong)}" if wrong else empty
