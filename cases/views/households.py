"""Households and people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases import dossier
from cases.forms.households import (
    AccountForm,
    HouseholdFilter,
    HouseholdForm,
    PersonFilter,
    RevealForm,
    person_input,
)
from cases.models import Benefit, Household, Person
from cases.selectors import recoveries_seen, with_own_part
from cases.services.known import known_of
from cases.services.people import read_id, register_household, set_account
from cases.services.recoveries import concerns
from cases.tables import HOUSEHOLDS, PEOPLE, person_tags
from cases.views.archives import archive_tab
from cases.views.referrals import chain
from salvation.access.services import get_visible
from salvation.domain.ages import age
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.units.selectors import villages_of
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab


class HouseholdList(ListPage):
    title = "家庭"
    permission = "case.view"
    model = Household
    table = HOUSEHOLDS
    filter_form = HouseholdFilter
    record_url = "cases:household"
    create_url = "cases:new_household"
    create_permission = "case.create"
    create_label = "登记家庭"
    empty = ("还没有登记家庭", "点“登记家庭”逐户录入，或在“花名册导入”中一次导入")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("head", "village", "handling_unit").prefetch_related("members")


class PersonList(ListPage):
    title = "人员"
    permission = "case.view"
    model = Person
    table = PEOPLE
    filter_form = PersonFilter
    template_name = "cases/people.html"
    record_url = "cases:person"
    empty = ("没有符合条件的人员", "按身份证号查人请用页面上方的搜索；成批的用“批量查询”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village")


def member_rows(page: Any, household: Household) -> dict[str, Any]:
    today = timezone.localdate()
    members = household.members.select_related("person")
    return {
        "members": [
            {
                "member": m,
                "age": age(m.person.birth_date, today) if m.person.birth_date else None,
                "tags": person_tags(m.person),
            }
            for m in members
        ],
        "duty_bearers": household.duty_bearers.all(),
        "accounts": household.accounts.order_by("-valid_from"),
    }


def benefit_rows(page: Any, household: Household) -> dict[str, Any]:
    benefits = household.benefits.prefetch_related("terms").order_by("-first_month")
    return {
        "benefits": benefits,
        "applications": household.applications.select_related("applicant").order_by("-id"),
        "recoveries": recoveries_seen(page.request.user, benefit__household=household),
    }


class HouseholdRecord(RecordPage):
    model = Household
    permission = "case.view"
    tabs = (
        Tab("members", "家庭成员", "cases/household_members.html", member_rows),
        Tab("benefits", "申请与待遇", "cases/household_benefits.html", benefit_rows),
        Tab("chain", "救助链", "cases/household_chain.html", chain),
        Tab("archive", "电子档案", "cases/household_archive.html", archive_tab),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("head", "village", "handling_unit", "residence_unit", "county")

    def head(self, subject: Household) -> Head:
        user: Any = self.request.user
        links = []
        if user.may("case.create", subject.village):
            links.append(Link("申请救助", reverse("cases:new_application", args=[subject.pk])))
            links.append(Link("申请临时救助", reverse("cases:new_relief", args=[subject.pk])))
        if user.may("case.edit", subject.handling_unit):
            links.append(Link("登记账户", reverse("cases:new_account", args=[subject.pk])))
        facts = (
            ("户编号", subject.no),
            ("受理单位", subject.handling_unit),
            ("村（社区）", f"{subject.village}{subject.group_name}"),
            ("标准适用", subject.get_standard_area_display()),
        )
        return Head(f"{subject.head.name}户", facts, links)


def own_villages(user: Any) -> Any:
    """The villages of a person's posts."""
    villages = Unit.objects.none()
    for post in user.current_posts:
        villages = villages | villages_of(post.unit)
    return villages


class NewHousehold(FormPage):
    title = "登记家庭"
    permission = "case.create"
    form_class = HouseholdForm
    check_answers = True
    submit_label = "保存登记"
    success = "家庭已登记"
    sections = (
        Section("所在与标准", ("village", "group_name", "address", "standard_area", "poverty_cause")),
    )

    def make_form(self, data: Any, files: Any) -> HouseholdForm:
        return HouseholdForm(data, files, villages=own_villages(self.request.user), initial=self.initial())

    def save(self, form: HouseholdForm) -> str:
        cleaned = form.cleaned_data
        village = cleaned.pop("village")
        members = [person_input(row) for row in form.cleaned_rows["members"]]
        if village.parent is None:
            raise Refusal("请选择村（社区）", field="village")
        household = register_household(
            unit=village.parent, village=village, members=members, actor=self.request.user, **cleaned
        )
        self.settle(household)
        return reverse("cases:household", args=[household.pk])

    def settle(self, household: Household) -> None:
        """What else belongs to the registration, in its transaction."""

    def cancel_url(self) -> str:
        return reverse("cases:households")


class NewAccount(FormPage):
    title = "登记账户"
    permission = "case.edit"
    drafts = False
    check_answers = True
    success = "账户已登记，从启用日期起使用"
    form_class = AccountForm
    household: Household

    def prepare(self) -> None:
        rows = Household.objects.select_related("head", "handling_unit")
        self.household = get_visible(rows, self.request.user, pk=self.kwargs["pk"])

    def make_form(self, data: Any, files: Any) -> AccountForm:
        names = [
            m.person.name
            for m in self.household.members.filter(left_on__isnull=True).select_related("person")
        ]
        return AccountForm(data, files, names=names, initial={"start": timezone.localdate()})

    def save(self, form: Any) -> str:
        set_account(household=self.household, actor=self.request.user, **form.cleaned_data)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:household", args=[self.kwargs["pk"]])


def person_facts(page: Any, person: Person) -> dict[str, Any]:
    memberships = person.memberships.select_related("household__head", "household__village")
    return {
        "person": person,
        "age": age(person.birth_date, timezone.localdate()) if person.birth_date else None,
        "memberships": memberships.filter(household__in=Household.objects.visible_to(page.request.user)),
        "coverage": with_own_part(
            person.coverage.filter(
                term__benefit__in=Benefit.objects.visible_to(page.request.user).values("pk")
            )
        )
        .select_related("term__benefit")
        .order_by("-months"),
        "recoveries": recoveries_seen(page.request.user, concerns(person)),
        "insurances": person.insurances.all()[:6],
        "may_insure": page.request.user.may("case.edit", person.unit),
        "revealed": page.request.session.pop(f"reveal-{person.pk}", None),
    }


# More than this is asked for by kind.
DOSSIER = 300


def person_dossier(page: Any, person: Person) -> dict[str, Any]:
    kind = page.request.GET.get("kind", "")
    found = dossier.entries(person, page.request.user, kind)
    return {"entries": found[:DOSSIER], "total": len(found), "kinds": ("", *dossier.KINDS), "kind": kind}


class PersonRecord(RecordPage):
    model = Person
    permission = "case.view"
    tabs = (
        Tab("facts", "基本情况", "cases/person.html", person_facts),
        Tab("dossier", "一人一档", "cases/person_dossier.html", person_dossier),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village")

    def head(self, subject: Person) -> Head:
        user: Any = self.request.user
        links = []
        if user.may("mask.unmask", subject.unit):
            links.append(Link("查看完整证号", reverse("cases:reveal", args=[subject.pk])))
        links.append(Link("照料档案", reverse("cases:care_person", args=[subject.pk])))
        if user.may("case.survey", subject.village):
            links.append(Link("登记预警", reverse("cases:new_alert", args=[subject.pk])))
        facts = (
            ("身份证号", str(subject.id_no or "无")),
            ("村（社区）", subject.village),
            ("受理单位", subject.unit),
        )
        return Head(subject.name, facts, links)


class Reveal(FormPage):
    """A full ID number, shown once on the person's page, with a reason in the journal."""

    title = "查看完整证号"
    permission = "mask.unmask"
    form_class = RevealForm
    drafts = False
    submit_label = "查看"
    person: Person

    def prepare(self) -> None:
        self.person = get_visible(
            Person.objects.select_related("unit"), self.request.user, pk=self.kwargs["pk"]
        )

    def save(self, form: Any) -> str:
        if self.person.id_no is None:
            raise Refusal("该人员没有登记证号")
        facts = {"field": "身份证号", "reason": form.cleaned_data["reason"]}
        record(
            actor=self.request.user,
            action="mask.reveal",
            subject=self.person,
            unit=self.person.unit,
            facts=facts,
        )
        self.request.session[f"reveal-{self.person.pk}"] = True
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:person", args=[self.kwargs["pk"]])


class CheckId(Page):
    """Checks while typing: birth, sex, age, and whether the number is helped already. Says nothing about strangers."""

    permission = "case.create"
    template_name = "cases/id_check.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("id_no", "").strip()
        context: dict[str, Any] = {}
        if text:
            try:
                parsed = read_id(text)
            except Refusal as refusal:
                context = {"problem": str(refusal)}
            else:
                name = request.POST.get("name", "").strip()
                context = {
                    "sex": "男" if parsed.sex.value == "MALE" else "女",
                    "age": age(parsed.birth_date, timezone.localdate()),
                    "known": known_of(number=parsed.number, name=name, actor=request.user),
                }
        return self.show(context)
