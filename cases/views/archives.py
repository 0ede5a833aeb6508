"""电子档案 in the browser: archives by unit, the directory of one household, bundles made of it (K01)."""
# requirements: K01

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.jobs import BUNDLE
from cases.models import ArchiveBundle, ArchivedMatter, CaseArchive, Household
from cases.services.archives import catalogue, look_again
from cases.services.bundles import PERMISSION, ask_for_bundle, read_bundle
from salvation.access.services import get_visible, require
from salvation.files import whole
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.downloads import download
from salvation.web.filters import FilterForm
from salvation.web.following import follow
from salvation.web.pages.base import Page, ScopedPage
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage

WHOLE = {"WHOLE": State("齐全", "good"), "LACKING": State("缺件", "bad")}
ARCHIVES = Table(
    "archives",
    "电子档案",
    (
        Column("no", "档号", priority=2, sort="no"),
        Column("head", "户主", Kind.NAME, value="household.head.name", priority=1, link=True, sort="household__head__name"),
        Column("state", "材料", Kind.STATE, value=lambda a: "LACKING" if a.lacking else "WHOLE", states=WHOLE, priority=3),
        Column("lacking", "缺件事项", Kind.COUNT, definition="最近一次核对时有缺件的归档事项数"),
        Column("filed", "归档事项", Kind.COUNT),
        Column("unit", "受理单位", value="household.handling_unit.name"),
        Column("village", "村（社区）", value="household.village.name"),
        Column("opened_on", "立卷日期", Kind.DATE, sort="opened_on"),
        Column("last", "最近办结", Kind.DATE),
        Column("household_no", "户编号", value="household.no", optional=True),
    ),
)  # fmt: skip


class ArchiveFilter(FilterForm):
    name = forms.CharField(label="户主姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    no = forms.CharField(label="档号", max_length=40)
    state = forms.ChoiceField(label="材料", choices=[("", "全部"), ("LACKING", "缺件"), ("WHOLE", "齐全")])
    lookups: ClassVar[dict[str, str]] = {
        "name": "household__head__name__startswith",
        "village": "household__village__name__contains",
        "no": "no__startswith",
    }

    def narrow(self, rows: Any) -> Any:
        lacking = Exists(ArchivedMatter.objects.filter(archive=OuterRef("pk")).exclude(missing=[]))
        match self.cleaned_data.get("state"):
            case "LACKING":
                return rows.filter(lacking)
            case "WHOLE":
                return rows.filter(~lacking)
        return rows


class ArchiveList(ListPage):
    title = "电子档案"
    permission = "case.view"
    model = CaseArchive
    table = ARCHIVES
    filter_form = ArchiveFilter
    lead_in = "一户一档。事项办结即归档并编号；缺件的补齐后次日自动核销，或在档案中点“重新核对缺件”。"
    empty = ("没有符合条件的档案", "申请、变更、核查、临时救助办结后自动归档")

    def narrow(self, rows: Any) -> Any:
        counted = {
            "filed": Count("matters"),
            "lacking": Count("matters", filter=~Q(matters__missing=[])),
            "last": Max("matters__closed_on"),
        }
        related = ("household__head", "household__handling_unit", "household__village")
        return rows.select_related(*related).annotate(**counted)

    def row_url(self, row: Any) -> str:
        return address_of(row.household_id)


def address_of(household: int) -> str:
    """Where a household's archive is read."""
    return reverse("cases:household", args=[household]) + "?tab=archive"


def archive_tab(page: Any, household: Household) -> dict[str, Any]:
    """The directory of a household, read anew each time: what was added since the last check shows at once."""
    user = page.request.user
    bundles = ArchiveBundle.objects.visible_to(user).filter(household=household, requested_by=user)
    matters = catalogue(household, user)
    return {
        "archive": CaseArchive.objects.visible_to(user).filter(household=household).first(),
        "matters": matters,
        "missing": sum(len(matter.missing) for matter in matters),
        "pieces": sum(len(matter.entries) for matter in matters),
        "may_bundle": all(
            user.may(asked, household.handling_unit) for asked in (PERMISSION, whole.PERMISSION)
        ),
        "bundles": bundles.order_by("-pk")[:5],
        "household": household,
    }


class LookAgain(Page):
    """Check one household's closed matters anew."""

    title = "重新核对缺件"
    permission = "case.view"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Household.objects.select_related("county", "handling_unit")
        household = get_visible(rows, request.user, pk=pk)
        require(request.user, PERMISSION, household.handling_unit)
        left = look_again(
            county=household.county, now=timezone.now(), household=household, actor=request.user
        )
        messages.success(request, f"已核对，还有 {left} 件事项缺件" if left else "已核对，归档事项材料齐全")
        return HttpResponseRedirect(address_of(pk))


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        label="用途",
        max_length=200,
        help_text="如：县局档案检查、行政复议答复、上级抽查。写入日志，印在封面上",
    )


class NewBundle(FormPage):
    title = "制作合订 PDF"
    permission = whole.PERMISSION
    form_class = PurposeForm
    drafts = False
    submit_label = "开始制作"
    hint = "封面、卷内目录（页号、SHA-256）和全部材料合成一份 PDF，在后台制作。您无权查看的材料不会列入；做好后保留7天，经第二人批准后24小时内下载"
    household: Household

    def prepare(self) -> None:
        rows = Household.objects.select_related("head", "handling_unit")
        self.household = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        for asked in (PERMISSION, whole.PERMISSION):
            require(self.request.user, asked, self.household.handling_unit)

    def page_title(self) -> str:
        return f"{self.title}：{self.household}"

    def save(self, form: Any) -> str:
        user = self.request.user
        made = ask_for_bundle(
            household=self.household, purpose=form.cleaned_data["purpose"], actor=user, now=timezone.now()
        )
        unit = self.household.handling_unit
        return follow(code=BUNDLE, unit=unit, period=str(made.pk), actor=user)

    def cancel_url(self) -> str:
        return address_of(self.kwargs["pk"])


class OwnBundles(ScopedPage):
    """Bundles of the person himself: those of others are not there."""

    permission = whole.PERMISSION
    model = ArchiveBundle

    def narrow(self, rows: Any) -> Any:
        related = ("household__head", "household__handling_unit", "requested_by")
        return rows.filter(requested_by=self.request.user).select_related(*related)


class BundlePage(OwnBundles):
    title = "合订 PDF"
    template_name = "cases/archive_bundle.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        bundle = self.subject(pk=pk)
        consent = whole.requests_for(bundle, request.user).first()
        return self.show(
            {
                "bundle": bundle,
                "back": address_of(bundle.household_id),
                "consent": consent,
                "valid": whole.valid_request(bundle, request.user),
                "ask": reverse("files:whole", args=[bundle._meta.label_lower, bundle.pk]),
            }
        )


class BundleFile(OwnBundles):
    title = "下载合订 PDF"

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        bundle = self.subject(pk=pk)
        content = read_bundle(bundle=bundle, actor=request.user)
        return download(content, f"电子档案-{bundle.household.no}-{bundle.pk}.pdf")
