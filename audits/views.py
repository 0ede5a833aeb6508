"""Problems and their rectification in the browser."""
# requirements: L10 part

from typing import Any

from django.urls import reverse
from django.utils import timezone

from audits.forms import EvidenceForm, ItemFilter, ItemForm
from audits.models import RectificationItem
from audits.services import create_item
from audits.tables import ITEMS
from salvation.access.reach import reach_of
from salvation.access.services import get_visible, require
from salvation.files.services import add_uploads, attachments_of
from salvation.units.models import Unit
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab


class ItemList(ListPage):
    title = "问题和整改清单"
    permission = "rectify.view"
    model = RectificationItem
    table = ITEMS
    filter_form = ItemFilter
    record_url = "audits:item"
    create_url = "audits:new_item"
    create_permission = "rectify.create"
    create_label = "登记问题"
    empty = ("没有符合条件的问题", "检查、审计、自查发现的问题在这里登记")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")


def facts(page: Any, item: RectificationItem) -> dict[str, Any]:
    return {"item": item, "files": attachments_of(item)}


class ItemRecord(RecordPage):
    model = RectificationItem
    permission = "rectify.view"
    tabs = (Tab("facts", "问题与整改", "audits/item.html", facts),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "county")

    def head(self, subject: RectificationItem) -> Head:
        user: Any = self.request.user
        links = []
        if subject.state == "RECTIFYING" and user.may("rectify.handle", subject.unit):
            links.append(Link("上传整改佐证", reverse("audits:evidence", args=[subject.pk])))
        shown = (
            ("问题编号", subject.no),
            ("责任单位", subject.unit),
            ("责任人", subject.responsible),
            ("发现来源", subject.get_source_display()),
            ("整改时限", subject.deadline or "立案时确定"),
        )
        return Head(subject.get_category_display(), shown, links)


class NewItem(FormPage):
    title = "登记问题"
    permission = "rectify.create"
    check_answers = True
    submit_label = "登记问题"
    success = "问题已登记，请立案交办"
    form_class = ItemForm
    sections = (
        Section(
            "问题", ("unit", "category", "source", "basis", "found_on", "description", "people", "amount")
        ),
        Section("整改", ("responsible", "immediate", "deadline", "plan")),
        Section("原因", ("cause", "cause_note")),
    )

    def make_form(self, data: Any, files: Any) -> ItemForm:
        units = Unit.objects.filter(pk__in=reach_of(self.request.user, "rectify.create").units)
        initial = {"found_on": timezone.localdate()}
        return ItemForm(data, files, units=units.order_by("sort", "code"), initial=initial)

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        item = create_item(unit=cleaned.pop("unit"), actor=self.request.user, now=timezone.now(), **cleaned)
        return reverse("audits:item", args=[item.pk])

    def cancel_url(self) -> str:
        return reverse("audits:items")


class Evidence(FormPage):
    title = "上传整改佐证"
    permission = "rectify.handle"
    drafts = False
    submit_label = "上传"
    success = "已上传"
    form_class = EvidenceForm
    item: RectificationItem

    def prepare(self) -> None:
        rows = RectificationItem.objects.select_related("unit")
        self.item = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "rectify.handle", self.item.unit)

    def save(self, form: Any) -> str:
        uploads = form.cleaned_data["files"]
        add_uploads(
            subject=self.item, unit=self.item.unit, kind="EVIDENCE", uploads=uploads, actor=self.request.user
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("audits:item", args=[self.kwargs["pk"]])
