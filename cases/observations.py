"""What surveyors tick and note on a visit: housing, income, property, expense. Hints for the eye, no rules."""
# requirements: B04

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Topic:
    """One checklist: code, title and what may be ticked, by code."""

    code: str
    title: str
    items: tuple[tuple[str, str], ...]


TOPICS = (
    Topic(
        "housing",
        "住房",
        (
            ("OWN", "自有住房"),
            ("RENTED", "租住"),
            ("BORROWED", "借住"),
            ("UNSAFE", "危房或明显破损"),
            ("NO_WATER", "没有通水或通电"),
            ("BASIC", "只有基本家具"),
            ("RENOVATED", "近三年新建、购买或装修"),
            ("EMPTY", "平时无人居住"),
        ),
    ),
    Topic(
        "income",
        "收入",
        (
            ("AWAY", "有成员在外务工"),
            ("LOCAL", "有成员在本地务工"),
            ("FARMING", "有种植、养殖收入"),
            ("PENSION", "领取养老金"),
            ("RENT", "有土地流转、出租或分红"),
            ("SUPPORT", "子女按期给赡养费"),
            ("UNABLE", "有成员没有劳动能力"),
        ),
    ),
    Topic(
        "property",
        "财产",
        (
            ("CAR", "机动车"),
            ("HOUSES", "两套以上住房或商铺"),
            ("MACHINES", "农机具或经营设备"),
            ("BUSINESS", "办厂、开店或有工商登记"),
            ("SAVINGS", "自述有存款、理财或保险"),
            ("NOTHING", "没有看到以上财产"),
        ),
    ),
    Topic(
        "expense",
        "支出",
        (
            ("ILLNESS", "大病、慢性病治疗用药"),
            ("CARE", "残疾、失能照料护理"),
            ("SCHOOL", "在校学费、生活费"),
            ("RENTING", "房租"),
            ("DEBT", "因病、因灾借款"),
            ("NOTHING", "没有较大刚性支出"),
        ),
    ),
)


def in_words(seen: Mapping[str, Any] | None) -> Iterator[tuple[str, str, str]]:
    """Title, what was ticked and the note of every topic that has either."""
    for topic in TOPICS:
        given = (seen or {}).get(topic.code) or {}
        labels = dict(topic.items)
        ticked = "、".join(labels[code] for code in given.get("ticked", ()) if code in labels)
        note = str(given.get("note", ""))
        if ticked or note:
            yield topic.title, ticked, note
