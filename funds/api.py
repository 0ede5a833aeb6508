"""Rosters and their lines through the interface, masked like lists."""

from typing import Any

from django.http import Http404
from django.urls import path
from rest_framework import serializers

from funds.flows import ROSTER
from funds.forms import LineFilter, RosterFilter
from funds.models import PayLine, Roster
from funds.models.choices import LineKind, LineState, Mark
from funds.models.roster import BOOKS
from salvation.api.fields import MaskedField, MoneyField, MonthField, UnitRef
from salvation.api.resources import ListResource, RecordResource


class RosterRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    unit = UnitRef()
    program = serializers.ChoiceField(choices=BOOKS)
    month = MonthField(help_text="发放月")
    state = serializers.ChoiceField(choices=ROSTER.choices())
    version = serializers.IntegerField(help_text="版次")
    households = serializers.IntegerField(help_text="户数")
    people = serializers.IntegerField(help_text="人数")
    lines = serializers.IntegerField(help_text="笔数")
    amount = MoneyField(help_text="应发金额（元），含补发")
    backpay_amount = MoneyField(help_text="其中补发（元）")
    excluded = serializers.IntegerField(help_text="剔除（笔）")
    blocked = serializers.IntegerField(help_text="缺账户（笔）")
    content_hash = serializers.CharField(help_text="内容校验")


class LineRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    seq = serializers.IntegerField(allow_null=True, help_text="册内序号，剔除的没有")
    benefit = serializers.IntegerField(source="benefit_id")
    household = serializers.IntegerField(source="household_id")
    name = serializers.CharField(help_text="户主（申请人）")
    id_no = MaskedField(help_text="前6后4")
    phone = MaskedField()
    village = UnitRef()
    kind = serializers.ChoiceField(choices=LineKind.choices)
    for_month = MonthField(help_text="归属月")
    people = serializers.IntegerField(help_text="保障人数")
    base = MoneyField()
    uplift = MoneyField()
    care = MoneyField()
    total = MoneyField(help_text="应发（元）")
    last_total = MoneyField(allow_null=True, help_text="上月应发（元）")
    mark = serializers.ChoiceField(choices=Mark.choices)
    explanation = serializers.CharField(help_text="增减原因")
    state = serializers.ChoiceField(choices=LineState.choices)
    payee_name = serializers.CharField(help_text="收款人")
    bank = serializers.CharField(help_text="开户银行")
    account = MaskedField(help_text="后4位")


class RosterList(ListResource):
    """花名表列表"""

    permission = "roster.view"
    label = "花名表"
    model = Roster
    filter_form = RosterFilter
    serializer_class = RosterRow

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")


class OneRoster(RecordResource):
    """一册花名表的合计"""

    permission = "roster.view"
    label = "花名表"
    model = Roster
    serializer_class = RosterRow

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")


class RosterLines(ListResource):
    """一册花名表的明细"""

    permission = "roster.view"
    label = "花名表明细"
    model = PayLine
    filter_form = LineFilter
    serializer_class = LineRow

    def narrow(self, rows: Any) -> Any:
        return rows.filter(roster=self.kwargs.get("pk")).select_related("village")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not Roster.objects.visible_to(request.user).filter(pk=kwargs["pk"]).exists():
            raise Http404
        return super().get(request, *args, **kwargs)


urlpatterns = [
    path("rosters/", RosterList.as_view(), name="rosters"),
    path("rosters/<int:pk>/", OneRoster.as_view(), name="roster"),
    path("rosters/<int:pk>/lines/", RosterLines.as_view(), name="roster_lines"),
]
