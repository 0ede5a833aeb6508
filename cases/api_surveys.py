"""Surveys through the interface: what waits for a visit, the records of an application, sending a record once."""
# requirements: B04, B05

import base64
import binascii
from datetime import timedelta
from typing import Any, ClassVar

from django.http import Http404
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Application, Household, ReviewTask, Survey, SurveyImage, Surveyor
from cases.observations import NOTE_LENGTH, TOPICS
from cases.services.surveys import SIGNATURES, Signature, digest_of, send_photo, send_survey
from cases.services.visit_rules import SurveyDetails, SurveyorInput
from cases.visits import own_level, reviews_of, visits_of
from salvation.access.services import get_visible
from salvation.api.errors import Problem
from salvation.api.fields import UnitRef
from salvation.api.resources import Resource
from salvation.domain.errors import Refusal

# Base64 of a picture: a signature of 400 KB, a photo of 8 MB (the page scales photos down to about 1 MB).
SIGNATURE_CHARS, PHOTO_CHARS = 550_000, 11_200_000
BODY = {"survey": SIGNATURE_CHARS * SIGNATURES + 100_000, "photo": PHOTO_CHARS + 10_000}
SIGNERS = [(kind.value, kind.label) for kind in (SurveyImage.Kind.FAMILY, SurveyImage.Kind.SURVEYOR)]
YEARS = timedelta(days=730)
REFUSED = {str(code): Problem for code in (400, 401, 403, 404, 409, 429)}
KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.UUID, OpenApiParameter.HEADER, required=True,
    description="每份记录、每张照片一个编号（UUID）。重复发送同一编号只保存一次，回答与第一次相同",
)  # fmt: skip


class PictureField(serializers.CharField):
    """A picture as base64; whether it is one is judged by its content when it is kept."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError("图片应以 base64 文本提交") from error


class SurveyorPart(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=50)
    level = serializers.ChoiceField(choices=Surveyor.Level.choices)


class SignaturePart(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SIGNERS)
    name = serializers.CharField(max_length=50)
    image = PictureField(max_length=SIGNATURE_CHARS, help_text="PNG，base64")


class TopicPart(serializers.Serializer[Any]):
    ticked = serializers.ListField(child=serializers.CharField(max_length=20), max_length=20, required=False)
    note = serializers.CharField(max_length=NOTE_LENGTH, allow_blank=True, required=False)


class SeenPart(serializers.Serializer[Any]):
    """The checklists of ``cases.observations``."""

    housing = TopicPart(required=False)
    income = TopicPart(required=False)
    property = TopicPart(required=False)
    expense = TopicPart(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for topic in TOPICS:
            known = {code for code, _ in topic.items}
            if strange := set(attrs.get(topic.code, {}).get("ticked", ())) - known:
                raise serializers.ValidationError({topic.code: f"没有这些选项：{'、'.join(sorted(strange))}"})
        return attrs


class SurveyGiven(serializers.Serializer[Any]):
    """One record as a device sends it."""

    by = serializers.IntegerField(
        required=False, help_text="填写人的账号编号；与登录账号不同则拒绝，防止替别人上报"
    )
    method = serializers.ChoiceField(choices=Survey.Method.choices)
    visited_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=100)
    spot = serializers.RegexField(
        r"^-?[0-9]{1,3}\.[0-9]{1,6},-?[0-9]{1,3}\.[0-9]{1,6}$", required=False, help_text="纬度,经度"
    )
    present = serializers.CharField(
        max_length=200, help_text="在场家庭成员；邻里、信函、电话为走访或联系的对象"
    )
    surveyors = serializers.ListField(child=SurveyorPart(), max_length=12)
    seen = SeenPart(required=False)
    findings = serializers.CharField(max_length=4000)
    conclusion = serializers.CharField(max_length=200)
    no_visit_reason = serializers.CharField(max_length=200, allow_blank=True, required=False)
    sent_on = serializers.DateField(required=False, allow_null=True)
    replied_on = serializers.DateField(required=False, allow_null=True)
    signed_by_family = serializers.BooleanField(
        default=False, help_text="已在纸质表上签字；附手写签名时不必填"
    )
    signatures = serializers.ListField(child=SignaturePart(), required=False, max_length=SIGNATURES)

    def validate_visited_at(self, value: Any) -> Any:
        if value < timezone.now() - YEARS:
            raise serializers.ValidationError("调查时间太早，请核对手机的日期")
        return value


class PhotoGiven(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    image = PictureField(max_length=PHOTO_CHARS, help_text="JPG 或 PNG，base64")
    taken_at = serializers.DateTimeField(required=False, allow_null=True)
    place = serializers.CharField(max_length=60, allow_blank=True, required=False, help_text="纬度,经度")

    def validate_taken_at(self, value: Any) -> Any:
        now = timezone.now()
        return value if value and now - YEARS * 5 < value <= now else None


class SurveyKept(serializers.Serializer[Any]):
    """What became of a sending."""

    survey = serializers.IntegerField()
    version = serializers.IntegerField(help_text="第几次调查")
    repeated = serializers.BooleanField(help_text="此前已收到同一编号")


class PhotoKept(serializers.Serializer[Any]):
    photo = serializers.IntegerField()
    repeated = serializers.BooleanField()


class SurveyRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    method = serializers.CharField()
    visited_at = serializers.DateTimeField()
    place = serializers.CharField()
    present = serializers.CharField()
    surveyors = SurveyorPart(many=True)
    findings = serializers.CharField()
    conclusion = serializers.CharField()
    no_visit_reason = serializers.CharField()
    sent_on = serializers.DateField(allow_null=True)
    replied_on = serializers.DateField(allow_null=True)
    signed_by_family = serializers.BooleanField()
    images = serializers.SerializerMethodField(help_text="照片和签名的张数")
    recorded_at = serializers.DateTimeField()

    def get_images(self, survey: Survey) -> int:
        # Fetched beforehand: counted here, not by a query a row.
        return len(survey.images.all())


class SurveyRows(serializers.Serializer[Any]):
    results = SurveyRow(many=True)


KINDS = (("application", "申请的入户调查"), ("review", "定期核查"))


class VisitRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="申请或核查任务的编号")
    kind = serializers.SerializerMethodField()
    no = serializers.CharField()
    name = serializers.CharField(source="applicant.name")
    program = serializers.CharField(source="get_program_display")
    state = serializers.CharField(source="get_state_display")
    unit = UnitRef()
    village = UnitRef()
    address = serializers.SerializerMethodField()
    members = serializers.SerializerMethodField()
    due_on = serializers.DateField(allow_null=True)
    records = serializers.IntegerField(help_text="已有几次调查记录")
    visited = serializers.BooleanField(help_text="已有家庭签字的入户调查")
    people = serializers.IntegerField(help_text="入户调查最少人数")

    @extend_schema_field(serializers.ChoiceField(choices=KINDS))
    def get_kind(self, row: Any) -> str:
        return "application"

    def get_address(self, row: Any) -> str:
        home = self.home(row)
        return f"{home.group_name}{home.address}"

    def get_members(self, row: Any) -> list[str]:
        return [member.person.name for member in self.home(row).members.all()]

    def home(self, row: Any) -> Household:
        found: Household = row.household
        return found


class ReviewRow(VisitRow):
    """A review in the words of a visit."""

    no = serializers.SerializerMethodField()  # type: ignore[assignment]
    name = serializers.CharField(source="benefit.applicant.name")
    program = serializers.CharField(source="benefit.get_program_display")
    state = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field(serializers.ChoiceField(choices=KINDS))
    def get_kind(self, row: Any) -> str:
        return "review"

    def get_no(self, row: ReviewTask) -> str:
        return f"核查{row.pk}"

    def get_state(self, row: ReviewTask) -> str:
        return row.campaign or row.get_source_display()

    def home(self, row: Any) -> Household:
        found: Household = row.benefit.household
        return found


class WaitingVisits(serializers.Serializer[Any]):
    user = serializers.IntegerField(help_text="登录账号的编号")
    name = serializers.CharField()
    own_level = serializers.ChoiceField(choices=Surveyor.Level.choices, help_text="登录人属于哪一级")
    visits = VisitRow(many=True)


class Visits(Resource):
    """等待入户调查的申请和待核查的家庭。各自先列没有入户的，再按期限；最多各 200 件"""

    permission = "case.survey"
    label = "待入户"
    model = Application
    pagination_class = None

    @extend_schema(responses={"200": WaitingVisits, **REFUSED})
    def get(self, request: Request) -> Response:
        user: Any = request.user
        applications, reviews = visits_of(user), reviews_of(user)
        self.note(rows=len(applications) + len(reviews))
        return Response(
            {
                "user": user.pk,
                "name": user.name,
                "own_level": own_level(user),
                "visits": [*VisitRow(applications, many=True).data, *ReviewRow(reviews, many=True).data],
            }
        )


class Sent(Resource):
    """Something sent under a key by a device."""

    limit = ""
    model: ClassVar[Any] = Application

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises Refusal for what is too large to be read at all."""
        super().initial(request, *args, **kwargs)
        size = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and (not size.isdigit() or int(size) > BODY[self.limit]):
            raise Refusal("发送的内容太大，没有保存。请减少签名、缩小照片后再发送", field="image")

    def application(self, pk: int) -> Application:
        found: Application = get_visible(
            Application.objects.select_related("unit", "village"), self.request.user, pk=pk
        )
        return found

    def review(self, pk: int) -> ReviewTask:
        found: ReviewTask = get_visible(
            ReviewTask.objects.select_related("unit", "village"), self.request.user, pk=pk
        )
        return found

    def keep_record(self, request: Request, subject: Application | ReviewTask) -> Response:
        """Keep a record once. Raises ValidationError, Refusal."""
        key = self.key(request)
        asked = SurveyGiven(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        user: Any = request.user
        if given.pop("by", user.pk) != user.pk:
            raise Refusal("这份草稿是用另一个账号填写的，没有上报。请用原来的账号登录后再上报")
        digest = digest_of(asked.initial_data)
        made, new = send_survey(subject=subject, key=key, digest=digest, actor=user, **_parts(given, user))
        kept = {"survey": made.pk, "version": made.version, "repeated": not new}
        return Response(SurveyKept(kept).data, status=201 if new else 200)

    def keep_photo(self, request: Request, records: Any, pk: int) -> Response:
        """Keep a photo of one of the records once. Raises Http404, ValidationError, Refusal."""
        key, found = self.key(request), records.filter(pk=pk).first()
        if found is None:
            raise Http404
        asked = PhotoGiven(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        image, new = send_photo(
            survey=found, key=key, content=given["image"], name=given["name"], actor=request.user,
            taken_at=given.get("taken_at"), place=given.get("place", ""),
        )  # fmt: skip
        kept = {"photo": image.pk, "repeated": not new}
        return Response(PhotoKept(kept).data, status=201 if new else 200)

    def key(self, request: Request) -> Any:
        """The key in the header. Raises ValidationError."""
        try:
            return serializers.UUIDField(format="hex_verbose").run_validation(
                request.headers.get("Idempotency-Key", "")
            )
        except serializers.ValidationError as error:
            words = "请求头 Idempotency-Key 应为 UUID，每份记录一个"
            raise serializers.ValidationError({"Idempotency-Key": [words]}) from error


class ApplicationSurveys(Sent):
    """一件申请的调查记录"""

    permission = "case.view"
    label = "调查记录"
    limit = "survey"

    @extend_schema(summary="一件申请的全部调查记录", responses={"200": SurveyRows, **REFUSED})
    def get(self, request: Request, pk: int) -> Response:
        rows = self.application(pk).surveys.prefetch_related("surveyors", "images")
        self.note(id=pk, rows=len(rows))
        return Response(SurveyRows({"results": rows}).data)

    @extend_schema(
        summary="上报一次调查。保存后不能修改，更正时再上报一次",
        parameters=[KEY],
        request=SurveyGiven,
        responses={"200": SurveyKept, "201": SurveyKept, **REFUSED},
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.keep_record(request, self.application(pk))


def _parts(given: dict[str, Any], user: Any) -> dict[str, Any]:
    """The serializer's values as the service takes them."""
    details = SurveyDetails(
        **{
            name: given.pop(name)
            for name in ("no_visit_reason", "sent_on", "replied_on", "spot")
            if name in given
        },
        seen=given.pop("seen", {}),
    )
    surveyors = [
        SurveyorInput(one["name"], one["level"], user.pk if one["name"] == user.name else None)
        for one in given.pop("surveyors")
    ]
    signatures = [Signature(**one) for one in given.pop("signatures", [])]
    return {**given, "details": details, "surveyors": surveyors, "signatures": signatures}


class SurveyPhotos(Sent):
    """一次调查的照片"""

    permission = "case.survey"
    label = "入户照片"
    limit = "photo"

    @extend_schema(
        summary="给自己上报的一次调查补传一张照片",
        parameters=[KEY],
        request=PhotoGiven,
        responses={"200": PhotoKept, "201": PhotoKept, **REFUSED},
    )
    def post(self, request: Request, pk: int, survey: int) -> Response:
        rows = self.application(pk).surveys.select_related("application__unit", "application__village")
        return self.keep_photo(request, rows, survey)


class ReviewVisits(Sent):
    """一次核查的入户记录"""

    permission = "case.survey"
    label = "核查入户记录"
    limit = "survey"
    model = ReviewTask

    @extend_schema(
        summary="上报一次核查入户。保存后不能修改，更正时再上报一次",
        parameters=[KEY],
        request=SurveyGiven,
        responses={"200": SurveyKept, "201": SurveyKept, **REFUSED},
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.keep_record(request, self.review(pk))


class ReviewPhotos(Sent):
    """一次核查入户的照片"""

    permission = "case.survey"
    label = "核查照片"
    limit = "photo"
    model = ReviewTask

    @extend_schema(
        summary="给自己上报的一次核查入户补传一张照片",
        parameters=[KEY],
        request=PhotoGiven,
        responses={"200": PhotoKept, "201": PhotoKept, **REFUSED},
    )
    def post(self, request: Request, pk: int, survey: int) -> Response:
        rows = self.review(pk).visits.select_related("review__unit", "review__village")
        return self.keep_photo(request, rows, survey)


urlpatterns = [
    path("visits/", Visits.as_view(), name="visits"),
    path("applications/<int:pk>/surveys/", ApplicationSurveys.as_view(), name="surveys"),
    path("applications/<int:pk>/surveys/<int:survey>/photos/", SurveyPhotos.as_view(), name="survey_photos"),
    path("reviews/<int:pk>/visits/", ReviewVisits.as_view(), name="review_visits"),
    path("reviews/<int:pk>/visits/<int:survey>/photos/", ReviewPhotos.as_view(), name="review_photos"),
]
