"""What every record of a visit must say, whether for an application or a review (002 L27, B05)."""
# requirements: B04, B05

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases.models import Survey
from salvation.domain.errors import Refusal
from salvation.parameters.book import at
from salvation.units.models import Unit


@dataclass(frozen=True, slots=True)
class SurveyorInput:
    name: str
    level: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class SurveyDetails:
    """What some records have beside: why nobody could visit, a letter's days, what was seen (``cases.observations``),
    where the device stood ("25.38000,114.93000"), the key under which the device sends it."""

    no_visit_reason: str = ""
    sent_on: date | None = None
    replied_on: date | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    spot: str = ""
    sent_key: UUID | None = None
    sent_digest: str = ""


NO_DETAILS = SurveyDetails()


def checked_visit(
    method: str, visited_at: datetime, surveyors: Sequence[SurveyorInput], details: SurveyDetails, unit: Unit
) -> list[SurveyorInput]:
    """The people who went, named. Raises Refusal for too few of them, a day to come, what the method asks for."""
    if visited_at > timezone.now():
        raise Refusal("调查时间不能晚于现在", field="visited_at")
    named = [surveyor for surveyor in surveyors if surveyor.name.strip()]
    least = int(at("survey.min_people", on=visited_at.date(), unit=unit).value)
    if method == Survey.Method.HOME and len(named) < least:
        raise Refusal(
            f"入户调查须{least}人以上，现在只填了{len(named)}人", rule="002 第27条", field="surveyors"
        )
    fits_method(method, details)
    return named


def fits_method(method: str, details: SurveyDetails) -> None:
    """A call needs the reason why nobody could visit, a letter the day it went out (B05). Raises Refusal."""
    if method == Survey.Method.PHONE and not details.no_visit_reason.strip():
        raise Refusal(
            "电话、视频调查须填写不能入户的原因；能入户的请改为入户",
            rule="002 第27条",
            field="no_visit_reason",
        )
    if method == Survey.Method.LETTER and details.sent_on is None:
        raise Refusal("信函取证须填写发出日期", field="sent_on")
    today = timezone.localdate()
    if details.replied_on and not (details.sent_on and details.sent_on <= details.replied_on <= today):
        raise Refusal("回函日期须在发出日期之后、今天之前（含当日）", field="replied_on")
    if details.sent_on and details.sent_on > today:
        raise Refusal("发出日期不能晚于今天", field="sent_on")
