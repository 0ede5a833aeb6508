"""Applications through the interface: read, register, declare the economy, take the steps the flow offers, each once.

The services, the scope and the guards are those of the pages. What changes something carries an Idempotency-Key: sent
again within two days it changes nothing more and is answered as the first time.
"""
# requirements: B02

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api_surveys import KEY, REFUSED
from cases.flows import APPLICATION
from cases.forms.applications import ApplicationFilter
from cases.models import Application, Household
from cases.models.choices import PROGRAMS, SingleReason, choices
from cases.rules.codes import TekunMode
from cases.rules.materials import ASKED_OF_PEOPLE
from cases.services.applications import TieInput, create_application, save_declaration
from cases.services.assessments import refuse_unreadable
from salvation.access.services import get_visible, require
from salvation.api.fields import PersonRef, UnitRef
from salvation.api.resources import ListResource, RecordResource, Resource
from salvation.domain.errors import Refusal
from salvation.flow.engine import available, perform
from salvation.parameters.book import at
from salvation.units.models import Unit
from salvation.units.selectors import villages_of
from salvation.vault.facts import dump
from salvation.web.services import carry_out_once
from salvation.web.steps import form_class, kept

STATES = [(state.code, state.label) for state in APPLICATION.states]
LONGEST_BODY = 200_000
OTHER_WORDS = "这个 Idempotency-Key 已用来提交过别的内容，没有再次办理。新的提交请换一个编号"


class ApplicationRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    no = serializers.CharField(help_text="受理号")
    program = serializers.ChoiceField(choices=PROGRAMS)
    is_single = serializers.BooleanField(help_text="单人保")
    state = serializers.ChoiceField(choices=STATES)
    applicant = PersonRef()
    household = serializers.IntegerField(source="household_id")
    unit = UnitRef()
    village = UnitRef()
    applied_on = serializers.DateField()
    accepted_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="本步期限")
    total_due_on = serializers.DateField(allow_null=True, help_text="总期限")
    event = serializers.CharField(help_text="因疫、因灾事件")


class ApplicationRecord(ApplicationRow):
    level = serializers.CharField(source="get_level_display", help_text="审批层级；受理时确定")
    reason = serializers.CharField(help_text="申请理由")
    apart_village = UnitRef(allow_null=True, help_text="人户分离的另一公示地（本县）")
    apart_place = serializers.CharField(help_text="人户分离的县外户籍地或居住地")
    decided_on = serializers.DateField(allow_null=True)
    benefit = serializers.IntegerField(source="benefit_id", allow_null=True, help_text="确认后开立的待遇")


class TiePart(serializers.Serializer[Any]):
    member = serializers.IntegerField(min_value=1, max_value=2**62, help_text="家庭成员的人员编号")
    relation = serializers.CharField(max_length=12)
    staff_name = serializers.CharField(max_length=50)
    staff_place = serializers.CharField(max_length=100, allow_blank=True, required=False)


class ApplicationGiven(serializers.Serializer[Any]):
    """As on the page 申请救助."""

    household = serializers.IntegerField(
        min_value=1, max_value=2**62, help_text="家庭的编号，先在系统登记家庭"
    )
    program = serializers.ChoiceField(choices=PROGRAMS)
    applied_on = serializers.DateField()
    applicant = serializers.IntegerField(
        min_value=1, max_value=2**62, required=False, help_text="人员编号；不填为户主"
    )
    is_single = serializers.BooleanField(default=False)
    single_reason = serializers.ChoiceField(choices=choices(SingleReason), required=False, allow_blank=True)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    event = serializers.CharField(max_length=40, required=False, allow_blank=True)
    apart_village = serializers.CharField(
        max_length=20, required=False, allow_blank=True,
        help_text="人户分离的另一公示地：本县村（社区）的编号，见 /units/ 的 code；户籍地和居住地都在受理村的不填",
    )  # fmt: skip
    apart_place = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="县外的户籍地或居住地；在本县的填 apart_village",
    )
    authorised = serializers.BooleanField(default=False, help_text="全部家庭成员已签核对授权书")
    kinship_declared = serializers.BooleanField(default=False, help_text="申请人已作近亲属申明")
    ties = serializers.ListField(child=TiePart(), max_length=20, required=False)
    received = serializers.ListField(
        child=serializers.ChoiceField(choices=[(item.code, item.label) for item in ASKED_OF_PEOPLE]),
        max_length=40, required=False, help_text="已收到的材料",
    )  # fmt: skip


class MemberFacts(serializers.Serializer[Any]):
    """What only the declaration knows of a member; name, birth and disability come from the register."""

    employment = serializers.CharField(max_length=20, required=False)
    imputed_monthly = serializers.CharField(max_length=20, required=False)
    imputed_reason = serializers.CharField(max_length=100, required=False)
    illness = serializers.CharField(max_length=40, required=False)
    tier = serializers.CharField(max_length=4, required=False)
    care_lost = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=10, required=False
    )


@extend_schema_field(
    {
        "oneOf": [
            {"type": "boolean"},
            {"type": "number"},
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 9},
        ]
    }
)
class Scalar(serializers.Field[Any, Any, Any, Any]):
    """Text, number, yes or no; exemptions of property are one level deeper."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool | int | float | str):
            return data
        if (
            isinstance(data, dict)
            and all(isinstance(value, str) for value in data.values())
            and len(data) < 10
        ):
            return data
        raise serializers.ValidationError("应是文字、数字或真假值")

    def to_representation(self, value: Any) -> Any:
        return value


def rows_of(words: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.DictField(child=Scalar()), max_length=100, required=False, help_text=words
    )


class EconomyGiven(serializers.Serializer[Any]):
    """The declared economy in the shape of docs/assess.md; ``member`` is the id of a person of the household."""

    incomes = rows_of("收入与经常性支出")
    properties = rows_of("财产")
    expenses = rows_of("近12个月刚性支出")
    duty_bearers = rows_of("法定义务人")
    members = serializers.DictField(child=MemberFacts(), required=False, help_text="按人员编号")
    tekun_mode = serializers.ChoiceField(choices=choices(TekunMode), required=False, allow_blank=True)


class StepGiven(serializers.Serializer[Any]):
    step = serializers.CharField(max_length=30, help_text="步骤代码，见 GET 的回答")
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True, help_text="意见或理由")
    data = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=2000, allow_blank=True),
        required=False,
        help_text="步骤要填的内容",
    )


class NeedRow(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]


class StepRow(serializers.Serializer[Any]):
    step = serializers.CharField(source="step.code")
    label = serializers.CharField()  # type: ignore[assignment]
    allowed = serializers.BooleanField()
    why = serializers.CharField(source="reason", help_text="现在不能办理的原因")
    asks_reason = serializers.BooleanField(source="step.reason", help_text="comment 必填")
    needs = NeedRow(source="step.needs", many=True)


class StepRows(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES)
    results = StepRow(many=True)


class Done(serializers.Serializer[Any]):
    """What became of a sending."""

    application = serializers.IntegerField()
    no = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    repeated = serializers.BooleanField(help_text="此前已收到同一编号，没有再次办理")


class Applications(Resource):
    permission = "case.view"
    label = "救助申请"
    model = Application
    serializer_class = ApplicationRow

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("applicant", "unit", "village", "apart_village")

    def application(self, pk: int) -> Application:
        rows = Application.objects.select_related("applicant", "household", "unit", "village", "county")
        found: Application = get_visible(rows, self.request.user, pk=pk)
        return found

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises Refusal for what is too large to be read at all."""
        super().initial(request, *args, **kwargs)
        size = request.META.get("CONTENT_LENGTH") or "0"
        if request.method in ("POST", "PUT") and (not size.isdigit() or int(size) > LONGEST_BODY):
            raise Refusal("发送的内容太大，没有保存", field="body")

    def once(self, given: Any, act: Callable[[], int]) -> Response:
        """Carry out ``act`` (it returns the application's id) under the key; repeated, answer as the first time."""
        digest = hashlib.sha256(dump([self.request.path, given]).encode()).hexdigest()
        fresh: list[int] = []

        def done() -> str:
            fresh.append(act())
            return f"{fresh[0]}:{digest}"

        pk, _, first = carry_out_once(token=str(self.key()), actor=self.request.user, act=done).partition(":")
        if first != digest:
            raise Refusal(OTHER_WORDS)
        application = self.application(int(pk))
        facts = {
            "application": application.pk, "no": application.no, "state": application.state, "repeated": not fresh,
        }  # fmt: skip
        return Response(Done(facts).data, status=201 if fresh else 200)

    def key(self) -> UUID:
        """The key in the header. Raises ValidationError."""
        given = self.request.headers.get("Idempotency-Key", "")
        try:
            key: UUID = serializers.UUIDField(format="hex_verbose").run_validation(given)
        except serializers.ValidationError as error:
            words = "请求头 Idempotency-Key 应为 UUID，每次办理一个"
            raise serializers.ValidationError({"Idempotency-Key": [words]}) from error
        return key


WRITTEN = {"200": Done, "201": Done, **REFUSED}


class ApplicationList(Applications, ListResource):
    """救助申请列表"""

    filter_form = ApplicationFilter

    @extend_schema(
        summary="登记一件申请，如页面“申请救助”",
        parameters=[KEY],
        request=ApplicationGiven,
        responses=WRITTEN,
    )
    def post(self, request: Request) -> Response:
        asked = ApplicationGiven(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        rows = Household.objects.select_related("head", "handling_unit", "village", "county")
        household: Household = get_visible(rows, request.user, pk=given.pop("household"))
        require(request.user, "case.create", household.village)
        return self.once(asked.initial_data, lambda: _registered(household, given, request.user))


def _registered(household: Household, given: dict[str, Any], actor: Any) -> int:
    """Raises Refusal: for people who do not belong to the family too."""
    ties = [TieInput(**one) for one in given.pop("ties", [])]
    applicant = given.pop("applicant", None)
    people = set(household.members.filter(left_on__isnull=True).values_list("person", flat=True))
    if applicant is not None and applicant not in people:
        raise Refusal("申请人不是本户现有成员", field="applicant")
    if any(tie.member not in people for tie in ties):
        raise Refusal("近亲属申明中的成员不是本户现有成员", field="ties")
    words = str(at("kinship.relations", on=given["applied_on"], unit=household.handling_unit).value).split(
        "、"
    )
    if strange := next((tie.relation for tie in ties if tie.relation not in words), ""):
        raise Refusal(f"“{strange}”不是近亲属关系，可以填：{'、'.join(words)}", field="ties")
    made = create_application(
        household=household, actor=actor, now=timezone.now(), applicant_id=applicant, ties=ties, kinship_flag=bool(ties),
        apart_village=_village(household, given.pop("apart_village", "")), **given,
    )  # fmt: skip
    return int(made.pk)


def _village(household: Household, code: str) -> Unit | None:
    """The second place of residence by its code; the service refuses one that cannot be it. Raises Refusal."""
    if not code:
        return None
    found: Unit | None = villages_of(household.county).filter(code=code).first()
    if found is None:
        raise Refusal(
            f"本县没有编号为 {code} 的村（社区），请核对；在县外的填 apart_place", field="apart_village"
        )
    return found


class OneApplication(Applications, RecordResource):
    """一件救助申请"""

    serializer_class = ApplicationRecord


class Economy(Applications):
    """家庭经济状况"""

    permission = "case.edit"
    label = "家庭经济状况"

    @extend_schema(
        summary="登记家庭经济状况，整份替换。格式同 docs/assess.md", parameters=[KEY], request=EconomyGiven,
        responses=WRITTEN,
    )  # fmt: skip
    def put(self, request: Request, pk: int) -> Response:
        application = self.application(pk)
        asked = EconomyGiven(data=request.data)
        asked.is_valid(raise_exception=True)
        document = dict(asked.validated_data)
        refuse_unreadable(application=application, declared=document)

        def act() -> int:
            save_declaration(
                household=application.household,
                application=application,
                document=document,
                actor=request.user,
            )
            return int(application.pk)

        return self.once(asked.initial_data, act)


class Steps(Applications):
    """办理步骤"""

    label = "办理步骤"

    @extend_schema(summary="本人现在能办理的步骤，及不能办理的原因", responses={"200": StepRows, **REFUSED})
    def get(self, request: Request, pk: int) -> Response:
        application = self.application(pk)
        offers = available(application, request.user, timezone.now())
        self.note(id=pk, rows=len(offers))
        return Response(StepRows({"state": application.state, "results": offers}).data)

    @extend_schema(
        summary="办理一个步骤：提交、受理、公示、确认等",
        parameters=[KEY],
        request=StepGiven,
        responses=WRITTEN,
    )
    def post(self, request: Request, pk: int) -> Response:
        application = self.application(pk)
        asked = StepGiven(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        return self.once(asked.initial_data, lambda: _taken(application, given, request.user))


def _taken(application: Application, given: dict[str, Any], actor: Any) -> int:
    """Raises Http404 for a step the flow does not know, ValidationError for facts that do not fit, Refusal."""
    try:
        step = APPLICATION.step(given["step"])
    except KeyError as error:
        raise Http404 from error
    require(actor, step.permission or "system", application.unit)
    form = form_class(step, actor)({**given.get("data", {}), "comment": given.get("comment", "")})
    if not form.is_valid():
        raise serializers.ValidationError(
            {name: [str(one) for one in found] for name, found in form.errors.items()}
        )
    cleaned = form.cleaned_data
    data = {need.key: kept(cleaned.get(need.key)) for need in step.needs}
    perform(
        subject=application,
        step=step.code,
        actor=actor,
        now=timezone.now(),
        comment=cleaned["comment"],
        data=data,
    )
    return int(application.pk)


urlpatterns = [
    path("applications/", ApplicationList.as_view(), name="applications"),
    path("applications/<int:pk>/", OneApplication.as_view(), name="application"),
    path("applications/<int:pk>/economy/", Economy.as_view(), name="economy"),
    path("applications/<int:pk>/steps/", Steps.as_view(), name="steps"),
]
