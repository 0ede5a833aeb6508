"""Filters of the lists of 特困照料."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from cases.models import CareWish, MedicalContract
from cases.models.choices import CareLevel, choices
from cases.services.residences import living, queued
from cases.services.visits import made_in
from salvation.domain.month import Month
from salvation.parameters.book import at
from salvation.web.fields import MonthField
from salvation.web.filters import FilterForm

ALL = [("", "全部")]


class PersonFilter(FilterForm):
    """What the lists of records about persons share."""

    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "name": "person__name__startswith", "village": "village__name__contains",
    }  # fmt: skip


class AssessmentFilter(PersonFilter):
    level = forms.ChoiceField(label="等级", choices=[*ALL, *choices(CareLevel)])
    due = forms.ChoiceField(label="下次评定", choices=[*ALL, ("30", "30天内到期"), ("0", "已过期")])
    lookups: ClassVar[dict[str, str]] = {**PersonFilter.lookups, "level": "level"}

    def narrow(self, rows: Any) -> Any:
        days = self.cleaned_data.get("due")
        return rows.filter(next_on__lt=timezone.localdate() + timedelta(days=int(days))) if days else rows


class ReportFilter(PersonFilter):
    state = forms.ChoiceField(label="复核", choices=[*ALL, ("open", "未复核"), ("late", "逾期未复核")])

    def narrow(self, rows: Any) -> Any:
        match self.cleaned_data.get("state"):
            case "open":
                return rows.filter(assessment__isnull=True)
            case "late":
                return rows.filter(assessment__isnull=True, due_on__lt=timezone.localdate())
        return rows


class WishFilter(PersonFilter):
    wish = forms.ChoiceField(label="意愿", choices=[*ALL, *CareWish.Wish.choices])
    state = forms.ChoiceField(label="安排", choices=[*ALL, ("queue", "排队等候入住"), ("late", "等候超期")])
    lookups: ClassVar[dict[str, str]] = {**PersonFilter.lookups, "wish": "wish"}

    def narrow(self, rows: Any) -> Any:
        state, today = self.cleaned_data.get("state"), timezone.localdate()
        if not state:
            return rows
        waiting = queued(rows, today)
        return (
            waiting.filter(registered_on__lt=today - timedelta(days=self._days()))
            if state == "late"
            else waiting
        )

    def _days(self) -> int:
        return int(at("care.wish_days", on=timezone.localdate(), unit=self.user.current_posts[0].unit).value)


class ResidenceFilter(PersonFilter):
    home = forms.CharField(label="机构", max_length=40)
    state = forms.ChoiceField(label="在院", choices=[*ALL, ("now", "今天在院"), ("left", "已退住")])
    month = MonthField(label="月份", help_text="列出该月任何一天在院的")
    lookups: ClassVar[dict[str, str]] = {**PersonFilter.lookups, "home": "institution__name__contains"}

    def narrow(self, rows: Any) -> Any:
        today = timezone.localdate()
        if month := self.cleaned_data.get("month"):
            chosen = Month.parse(month)
            still = Q(until_on__isnull=True) | Q(until_on__gte=chosen.first_day)
            rows = rows.filter(still, from_on__lte=chosen.last_day)
        match self.cleaned_data.get("state"):
            case "now":
                return rows.filter(pk__in=living(today).values("pk"))
            case "left":
                return rows.filter(until_on__lt=today)
        return rows


class AgreementFilter(PersonFilter):
    caregiver = forms.CharField(label="照料人", max_length=50)
    state = forms.ChoiceField(
        label="状态", choices=[*ALL, ("valid", "有效"), ("soon", "30天内到期"), ("ended", "已到期或终止")]
    )
    lookups: ClassVar[dict[str, str]] = {**PersonFilter.lookups, "caregiver": "caregiver__name__startswith"}

    def narrow(self, rows: Any) -> Any:
        today = timezone.localdate()
        match self.cleaned_data.get("state"):
            case "valid":
                return rows.filter(from_on__lte=today, until_on__gte=today)
            case "soon":
                return rows.filter(until_on__range=(today, today + timedelta(days=30)))
            case "ended":
                return rows.filter(until_on__lt=today)
        return rows


class VisitFilter(PersonFilter):
    month = MonthField(label="月份")
    state = forms.ChoiceField(
        label="情况", choices=[*ALL, ("bad", "有异常"), ("open", "异常未处置"), ("goods", "发放了物资")]
    )

    def narrow(self, rows: Any) -> Any:
        if month := self.cleaned_data.get("month"):
            rows = rows.filter(made_in(Month.parse(month)))
        match self.cleaned_data.get("state"):
            case "bad":
                return rows.filter(abnormal=True)
            case "open":
                return rows.filter(abnormal=True, handled_on__isnull=True)
            case "goods":
                return rows.exclude(goods="")
        return rows


class ContractFilter(PersonFilter):
    kind = forms.ChoiceField(label="类型", choices=[*ALL, *MedicalContract.Kind.choices])
    lookups: ClassVar[dict[str, str]] = {**PersonFilter.lookups, "kind": "kind"}


class YearFilter(PersonFilter):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    lookups: ClassVar[dict[str, str]] = {**PersonFilter.lookups, "year": "year"}


class HeldFilter(PersonFilter):
    state = forms.ChoiceField(label="状态", choices=[*ALL, ("held", "有效"), ("collected", "已收回")])

    def narrow(self, rows: Any) -> Any:
        state = self.cleaned_data.get("state")
        return rows.filter(collected_on__isnull=state == "held") if state else rows
