"""Units through the interface: codes, names and order, without the people behind them."""

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import path
from rest_framework import serializers

from salvation.accounts.roles import ROLES
from salvation.api.fields import UnitRef
from salvation.api.resources import ListResource, RecordResource
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.web.filters import FilterForm


class UnitFilter(FilterForm):
    name = forms.CharField(label="名称", max_length=60)
    code = forms.CharField(label="代码（前几位）", max_length=12)
    kind = forms.ChoiceField(label="层级", choices=[("", "全部"), *Unit.Kind.choices])
    lookups = {"name": "name__contains", "code": "code__startswith", "kind": "kind"}


class UnitRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Unit.Kind.choices)
    form = serializers.CharField(help_text="管委会、园区等不是行政区划的单位的类型")
    parent = UnitRef(allow_null=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    sort = serializers.IntegerField()


def units_shown_to(user: Any) -> Any:
    """The whole county of every post that reads units, as the page of reporting units shows it; above it what lies below."""
    inside = Q(pk__in=[])
    for post in user.current_posts if user is not None and user.is_authenticated else ():
        if "param.view" in ROLES[post.role].permissions:
            root = county_of(post.unit) or post.unit
            inside |= Q(path__startswith=root.path)
    return Unit.objects.filter(inside)


class ScopedUnits:
    """Both resources: units are no scoped model, their reach is the county."""

    permission = "param.view"
    label = "单位"
    request: Any

    def get_queryset(self) -> Any:
        return units_shown_to(getattr(self.request, "user", None)).select_related("parent")


class Units(ScopedUnits, ListResource):
    """单位列表：本县的填报单位和村（社区）"""

    filter_form = UnitFilter
    serializer_class = UnitRow


class OneUnit(ScopedUnits, RecordResource):
    """一个单位"""

    serializer_class = UnitRow


urlpatterns = [
    path("units/", Units.as_view(), name="units"),
    path("units/<int:pk>/", OneUnit.as_view(), name="unit"),
]
