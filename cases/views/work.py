"""就业联动 in the browser: who could work, what was offered, what came of it."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.models import Person, WorkOffer
from cases.services.work import Offer, able_people, record_offer, refusals_in_a_row
from salvation.access.services import get_visible
from salvation.domain.ages import age
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage

ANSWERS = {
    "ACCEPTED": State("已接受", "good"),
    "EXCUSED": State("有正当理由", "wait"),
    "REFUSED": State("无正当理由拒绝", "bad"),
}


class AblePerson(Person):
    """A person as the list of those able to work shows him."""

    class Meta:
        proxy = True


ABLE = Table(
    "able-people",
    "有劳动能力未就业成员",
    (
        Column("name", "姓名", Kind.NAME, priority=1, sort="name", link=True),
        Column("age", "年龄", Kind.COUNT, value=lambda p: age(p.birth_date, timezone.localdate())),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name", priority=3),
        Column("offers", "介绍次数", Kind.COUNT, value=lambda p: p.offers, priority=2),
        Column("refused", "无正当理由拒绝", Kind.COUNT, value=lambda p: p.refused),
        Column("last", "最近介绍", Kind.DATE, value=lambda p: p.last_offer),
    ),
)


class AbleFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {"name": "name__startswith", "village": "village__name__contains"}


class AblePeople(ListPage):
    title = "就业联动"
    permission = "case.view"
    model = AblePerson
    table = ABLE
    filter_form = AbleFilter
    record_url = "cases:new_work_offer"
    default_sort = "-pk"
    lead_in = "在保低保家庭中16至59周岁、有劳动能力、不在读的成员。连续3次（参数可改）无正当理由拒绝的，只减其本人份额（第34条）。"
    empty = ("没有符合条件的成员", "劳动能力在登记家庭成员时填写")

    def narrow(self, rows: Any) -> Any:
        refused = Count("work_offers", filter=Q(work_offers__answer="REFUSED"))
        found = able_people(rows, timezone.localdate()).select_related("unit", "village")
        return found.annotate(
            offers=Count("work_offers"), refused=refused, last_offer=Max("work_offers__offered_on")
        )


class OfferForm(forms.Form):
    offered_on = DateField(label="介绍日期")
    post = forms.CharField(label="单位和岗位", max_length=100)
    answer = forms.ChoiceField(label="是否接受", choices=WorkOffer.Answer.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label="理由", required=False, max_length=300, help_text="没有接受的须写明")


class NewOffer(FormPage):
    """Register an introduction of work; whoever only reads is led to the person."""

    permission = "case.view"
    form_class = OfferForm
    check_answers = True
    submit_label = "登记介绍工作"
    person: Person

    def prepare(self) -> None:
        rows = Person.objects.select_related("unit", "village")
        self.person = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.prepare()
        user: Any = request.user
        if not user.may("change.create", self.person.unit):
            return HttpResponseRedirect(reverse("cases:person", args=[self.person.pk]))
        return super().get(request, *args, **kwargs)

    def page_title(self) -> str:
        return f"介绍工作：{self.person.name}"

    @property
    def hint(self) -> str:  # type: ignore[override]
        count = refusals_in_a_row(self.person)
        return f"已连续{count}次无正当理由拒绝" if count else "以前没有连续的无正当理由拒绝"

    def save(self, form: Any) -> str:
        made = record_offer(
            person=self.person, given=Offer(**form.cleaned_data), actor=self.request.user, now=timezone.now()
        )
        self.success = "已登记" + ("，并登记了减发其本人份额的变更单草稿" if made.order_id else "")
        return reverse("cases:change", args=[made.order_id]) if made.order_id else self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:able_people")


OFFERS = Table(
    "work-offers",
    "介绍工作记录",
    (
        Column("person", "人员", Kind.NAME, value="person.name", priority=1, link=True),
        Column("offered_on", "介绍日期", Kind.DATE, sort="offered_on", priority=3),
        Column("post", "单位和岗位"),
        Column("answer", "是否接受", Kind.STATE, states=ANSWERS, priority=2),
        Column("reason", "理由"),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("order", "变更单", value=lambda offer: offer.order.no if offer.order else ""),
    ),
)


class OfferFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    answer = forms.ChoiceField(label="是否接受", choices=[("", "全部"), *WorkOffer.Answer.choices])
    lookups: ClassVar[dict[str, str]] = {"name": "person__name__startswith", "answer": "answer"}


class WorkOffers(ListPage):
    title = "介绍工作记录"
    permission = "case.view"
    model = WorkOffer
    table = OFFERS
    filter_form = OfferFilter
    record_url = "cases:work_offer"
    default_sort = "-offered_on"
    empty = ("还没有介绍工作记录", "在“就业联动”中点姓名登记")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("person", "unit", "village", "order")


class WorkOfferPage(Page):
    """From a record to the order it brought, else to the person."""

    title = "介绍工作记录"
    permission = "case.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(WorkOffer.objects.all(), request.user, pk=pk)
        if found.order_id:
            return HttpResponseRedirect(reverse("cases:change", args=[found.order_id]))
        return HttpResponseRedirect(reverse("cases:person", args=[found.person_id]))
