"""人群名单 in the browser: lists of departments that came in, people on them with who is helped (G16)."""
# requirements: G16

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.forms.groups import ListedFilter, ListForm
from cases.models import GroupList, ListedPerson, Person
from cases.selectors_groups import with_cover
from cases.services.group_lists import Sheet, import_group_list
from salvation.access.place import own_county
from salvation.access.services import get_visible
from salvation.domain.ages import age
from salvation.domain.errors import Refusal
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage

HELPED = {"YES": State("在保", "good"), "NO": State("不在保", "plain"), "STRANGER": State("不在库", "wait")}


def standing(row: Any) -> str:
    if row.person_id is None:
        return "STRANGER"
    return "YES" if row.helped else "NO"


def marks(row: ListedPerson) -> str:
    """What the list says of him, in words."""
    words = [word for word, said in (("重病", row.ill), ("重残", row.severely_disabled)) if said]
    return "、".join([*words, *([row.get_able_display()] if row.able else [])])


LISTS = Table(
    "group-lists",
    "人群名单",
    (
        Column("group", "人群", value=lambda listing: listing.get_group_display(), priority=1, link=True),
        Column("source", "来源部门", priority=2),
        Column("as_of", "数据日期", Kind.DATE, sort="as_of"),
        Column("people", "名单人数", Kind.COUNT, priority=3),
        Column("known", "在库人数", Kind.COUNT, definition="导入时按身份证号在本县库中的"),
        Column("made_by", "导入人", value=lambda listing: str(listing.made_by or "")),
        Column("made_at", "导入时间", Kind.DATE, sort="made_at"),
    ),
)
PEOPLE = Table(
    "listed-people",
    "名单人员",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("id_no", "身份证号", Kind.ID),
        Column("age", "年龄", Kind.COUNT, value=lambda row: age(row.birth_date, timezone.localdate())),
        Column("group", "人群", value=lambda row: row.listing.get_group_display(), priority=3),
        Column("helped", "救助", Kind.STATE, value=standing, states=HELPED, priority=2),
        Column("detail", "类别"),
        Column("marks", "标记", value=marks, definition="名单上的重病、重残、劳动能力"),
        Column("unit", "单位", value="unit.name"),
        Column("village", "村（社区）", value=lambda row: row.village.name if row.village else ""),
        Column("source", "来源部门", value="listing.source", optional=True),
    ),
)


class GroupLists(ListPage):
    title = "人群名单"
    permission = "case.review"
    model = GroupList
    table = LISTS
    record_url = "cases:group_list"
    create_url = "cases:import_group_list"
    create_permission = "case.review"
    create_label = "导入名单"
    lead_in = "乡村振兴、残联、卫健等部门的名单，与登记簿一起组成五类人员的底册；同一部门以最新一份为准。"
    empty = ("还没有导入过名单", "从部门取得名单后点“导入名单”，每年至少一次")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("made_by")


class GroupListPage(Page):
    """From a list to the people on it."""

    title = "人群名单"
    permission = "case.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(GroupList.objects.all(), request.user, pk=pk)
        return HttpResponseRedirect(f"{reverse('cases:listed_people')}?listing={found.pk}")


class ListedPeople(ListPage):
    title = "名单人员"
    permission = "case.view"
    model = ListedPerson
    table = PEOPLE
    filter_form = ListedFilter
    record_url = "cases:listed_person"
    lead_in = "部门名单上的人和救助情况。不在库、不在保的按“主动发现”核查。"
    empty = ("没有符合条件的人员", "名单由县局从部门取得后在“人群名单”导入")

    def narrow(self, rows: Any) -> Any:
        return with_cover(rows, timezone.localdate()).select_related("listing", "unit", "village")


class ListedPersonPage(Page):
    """From a row to the person's file, where the register has one that this reader sees."""

    title = "名单人员"
    permission = "case.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(ListedPerson.objects.all(), request.user, pk=pk)
        if not Person.objects.visible_to(request.user).filter(pk=found.person_id).exists():
            raise Refusal(
                "此人不在本单位的库中，没有一人一档；需要救助的先在“主动发现”登记", rule="004 第8条"
            )
        return HttpResponseRedirect(reverse("cases:person", args=[found.person_id]))


class ImportGroupList(FormPage):
    title = "导入人群名单"
    permission = "case.review"
    form_class = ListForm
    submit_label = "导入并比对"
    drafts = False
    hint = "按身份证号与库中人员比对，不在库的也保留，进入底册。有一行不对，整个文件不写入，并列出行号和原因"

    def initial(self) -> dict[str, Any]:
        return {"as_of": timezone.localdate()}

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        upload = cleaned.pop("file")
        made = import_group_list(
            sheet=Sheet(content=upload.read(), **cleaned), county=own_county(self.request.user),
            actor=self.request.user, now=timezone.now(),
        )  # fmt: skip
        self.success = f"名单 {made.people:,} 人，其中 {made.known:,} 人在库；再次“部署年度核对”即补入底册"
        return f"{reverse('cases:listed_people')}?listing={made.pk}"

    def cancel_url(self) -> str:
        return reverse("cases:group_lists")
