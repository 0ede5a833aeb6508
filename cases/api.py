"""People, households and benefits through the interface, masked like lists."""

from typing import Any

from django.db.models import Prefetch
from django.urls import include, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.forms.benefits import BenefitFilter
from cases.forms.households import HouseholdFilter, PersonFilter
from cases.models import BenefitTerm, Household, Member, Person, TermMember
from cases.models.choices import PROGRAMS
from cases.services.people import citizen_mask, read_id
from cases.tables import BENEFIT_STATES, person_tags
from cases.views.benefits import ShownBenefit, with_present_term
from salvation.api.fields import EndMonthField, MaskedField, MoneyField, MonthField, PersonRef, UnitRef
from salvation.api.resources import ListResource, RecordResource, Resource
from salvation.domain.ages import age
from salvation.journal.services import record
from salvation.vault.crypto import blind_index

STATES = [(code, state.label) for code, state in BENEFIT_STATES.items()]


class PersonRow(serializers.Serializer[Any]):
    """Beside a masked ID stands the age, never the birth date (12 §12.1 #10); of health the labels only (05 §5.7)."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    id_no = MaskedField(help_text="前6后4")
    id_status = serializers.CharField()
    sex = serializers.CharField(source="get_sex_display")
    age = serializers.SerializerMethodField()
    phone = MaskedField()
    unit = UnitRef()
    village = UnitRef()
    tags = serializers.SerializerMethodField()

    def get_age(self, person: Person) -> int | None:
        return age(person.birth_date, timezone.localdate()) if person.birth_date else None

    def get_tags(self, person: Person) -> list[str]:
        return person_tags(person)


class PersonLookup(serializers.Serializer[Any]):
    id_no = serializers.CharField(max_length=24, help_text="完整的公民身份号码")


class PersonResults(serializers.Serializer[Any]):
    results = PersonRow(many=True)


class People(Resource):
    permission = "case.view"
    label = "人员"
    model = Person
    serializer_class = PersonRow

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village")


class PersonList(People, ListResource):
    """人员列表"""

    filter_form = PersonFilter


class OnePerson(People, RecordResource):
    """一名人员"""


class FindPerson(People):
    """按身份证号查人。证号在请求体中提交，不进入地址；查找写入日志（脱敏）"""

    asks = PersonLookup
    answers = PersonResults

    def post(self, request: Request) -> Response:
        asked = PersonLookup(data=request.data)
        asked.is_valid(raise_exception=True)
        number = read_id(asked.validated_data["id_no"]).number
        found = list(self.get_queryset().filter(id_index=blind_index(number, "citizen_id")))
        facts = {"words": citizen_mask(number), "hits": len(found)}
        record(actor=request.user, action="search", facts=facts)
        return Response({"results": self.get_serializer(found, many=True).data})


class HouseholdRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    no = serializers.CharField()
    head = PersonRef()
    unit = UnitRef(source="handling_unit")
    village = UnitRef()
    group = serializers.CharField(source="group_name")
    standard_area = serializers.CharField()
    poverty_cause = serializers.CharField(source="get_poverty_cause_display")
    people = serializers.SerializerMethodField(help_text="家庭人口：计入且未离开的成员")

    def get_people(self, household: Household) -> int:
        # The members are fetched beforehand, with those who left: counted here, not by a query a row.
        return sum(member.counted and member.left_on is None for member in household.members.all())


class MemberRow(serializers.Serializer[Any]):
    person = PersonRef()
    id_no = MaskedField(source="person.id_no")
    relation = serializers.CharField(source="get_relation_display")
    counted = serializers.BooleanField(help_text="计入家庭人口")
    left_on = serializers.DateField(allow_null=True)


class AccountRow(serializers.Serializer[Any]):
    holder_name = serializers.CharField()
    kind = serializers.CharField(source="get_kind_display")
    bank = serializers.CharField()
    number = MaskedField(help_text="后4位")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class HouseholdRecord(HouseholdRow):
    members = MemberRow(many=True)
    accounts = AccountRow(many=True)


class Households(Resource):
    permission = "case.view"
    label = "家庭"
    model = Household

    def narrow(self, rows: Any) -> Any:
        members = Prefetch("members", queryset=Member.objects.select_related("person"))
        return rows.select_related("head", "village", "handling_unit").prefetch_related(members, "accounts")


class HouseholdList(Households, ListResource):
    """家庭列表"""

    filter_form = HouseholdFilter
    serializer_class = HouseholdRow


class OneHousehold(Households, RecordResource):
    """一户：成员和收付账户"""

    serializer_class = HouseholdRecord


class BenefitRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    program = serializers.ChoiceField(choices=PROGRAMS)
    is_single = serializers.BooleanField(help_text="单人保")
    state = serializers.ChoiceField(source="shown_state", choices=STATES)
    applicant = PersonRef()
    household = serializers.IntegerField(source="household_id")
    unit = UnitRef()
    village = UnitRef()
    people = serializers.IntegerField(allow_null=True, help_text="保障人数")
    total = MoneyField(source="amount", allow_null=True, help_text="月应发（元）")
    first_month = MonthField()
    stop_month = EndMonthField(allow_null=True, help_text="停发月")
    source = serializers.CharField(source="get_source_display")  # type: ignore[assignment]


class CoveredRow(serializers.Serializer[Any]):
    person = PersonRef()
    base = MoneyField()
    uplift = MoneyField()


class TermRow(serializers.Serializer[Any]):
    first_month = MonthField(source="months.lower")
    stop_month = EndMonthField(source="months.upper", allow_null=True)
    standing = serializers.CharField(source="get_standing_display")
    base = MoneyField(help_text="补差（基本生活，元/月）")
    uplift = MoneyField(help_text="分类施保（元/月）")
    care = MoneyField(help_text="照料护理（元/月）")
    total = MoneyField(help_text="月应发（元）")
    covered = CoveredRow(many=True)


class BenefitRecord(BenefitRow):
    terms = TermRow(many=True)


class Benefits(Resource):
    permission = "case.view"
    label = "待遇"
    model = ShownBenefit

    def narrow(self, rows: Any) -> Any:
        return with_present_term(rows).select_related("applicant", "unit", "village")


class BenefitList(Benefits, ListResource):
    """待遇列表：本月（或最后一月）的金额和状态"""

    filter_form = BenefitFilter
    serializer_class = BenefitRow


class OneBenefit(Benefits, RecordResource):
    """一份待遇及各期金额"""

    serializer_class = BenefitRecord

    def narrow(self, rows: Any) -> Any:
        covered = Prefetch("covered", queryset=TermMember.objects.select_related("person").order_by("id"))
        terms = BenefitTerm.objects.prefetch_related(covered).order_by("months")
        return super().narrow(rows).prefetch_related(Prefetch("terms", queryset=terms))


urlpatterns = [
    path("people/", PersonList.as_view(), name="people"),
    path("people/find/", FindPerson.as_view(), name="find_person"),
    path("people/<int:pk>/", OnePerson.as_view(), name="person"),
    path("households/", HouseholdList.as_view(), name="households"),
    path("households/<int:pk>/", OneHousehold.as_view(), name="household"),
    path("benefits/", BenefitList.as_view(), name="benefits"),
    path("benefits/<int:pk>/", OneBenefit.as_view(), name="benefit"),
    path("", include("cases.api_applications")),
    path("", include("cases.api_surveys")),
]
