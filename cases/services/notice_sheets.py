"""Put households on public sheets: only the columns of 4.9, minors masked, everything looked through first."""
# requirements: B12, J01, J06, J07

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.agreed import agreed_of
from cases.models import Application, ChangeOrder, Notice, NoticeSheet
from cases.models.choices import DIBAO, TEKUN, Program
from salvation.access.services import require
from salvation.documents.declared import office_of
from salvation.documents.official import Grid, Line, Paper, chinese_date
from salvation.domain import mask
from salvation.domain.ages import age
from salvation.domain.errors import Refusal
from salvation.domain.leaks import leaks
from salvation.duties.models import Duty
from salvation.duties.services import close_duty, open_duties
from salvation.files.services import add_attachment
from salvation.flow.engine import perform
from salvation.flow.models import Transition
from salvation.flow.numbers import next_number
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.units.models import Unit

register(
    notice__post="张贴公示单",
    notice__withdraw="撤下公示",
    notice__file="下载公示单",
    notice__object="在公示地登记异议",
)

ADULT = 18
# 拟终止特困供养 is posted on a sheet of its own (L43 第26条).
ENDING = "特困终止"
WITHDRAW = "notice.withdraw"
LEAD = "根据社会救助有关规定，经入户调查、信息核对和集体审核，现将拟给予救助的家庭公示如下："
ENDING_LEAD = "根据《特困人员认定办法》第24条、第26条，经核实，拟终止下列人员的特困救助供养，现公示如下："
COLUMNS = {
    "place": "村组",
    "name": "申请人姓名",
    "people": "家庭人口",
    "program": "拟保障类别",
    "grant": "拟保障金额（供养方式）",
}
# The end of 特困 shows less: who, where and the kind of reason, nothing of the benefit or the family (4.9).
ENDING_COLUMNS = {"place": "村", "name": "姓名", "grant": "拟终止事由"}


def columns_of(group: str) -> Mapping[str, str]:
    """The columns a sheet may show, in order, by key of its rows."""
    return ENDING_COLUMNS if group == ENDING else COLUMNS


def group_of(program: str) -> str:
    """低保, 特困 or the recognition: one sheet each."""
    if program in DIBAO:
        return "低保"
    return "特困" if program in TEKUN else Program(program).label


def row_of(notice: Notice) -> dict[str, str]:
    """What is posted of a household: nothing beside these columns."""
    application = notice.application
    person, household = application.applicant, application.household
    minor = person.birth_date is not None and age(person.birth_date, notice.posted_on) < ADULT
    program = agreed.program if (agreed := agreed_of(application)) else application.program
    tekun = program in TEKUN
    return {
        "place": f"{application.village}{household.group_name}",
        "name": mask.name(person.name, mask.Scene.NOTICE, minor=minor),
        "people": str(notice.people),
        "program": "特困供养" if tekun else Program(program).label,
        "grant": Program(program).label if tekun else f"{notice.amount:,.2f}元/月",
    }


def refuse_leaks(texts: Mapping[str, str]) -> None:
    """Raises Refusal naming the very place of an ID, card or phone number (4.9, 002 L47)."""
    for where, text in texts.items():
        for found in leaks(text):
            raise Refusal(
                f"{where}第{found.start}至{found.end}个字符像是{found.what}（{found.shown}），不能公示；请删去后再办理",
                rule="002 第47条",
            )


def checked(rows: Sequence[Mapping[str, str]], place: str) -> None:
    """Look through every cell of a sheet, and where it is posted. Raises Refusal."""
    texts = {"公示地点": place}
    for number, row in enumerate(rows, start=1):
        # The grant is ours: a figure of money, or a word.
        written = (key for key in COLUMNS if key in row and key != "grant")
        texts |= {f"第{number}行“{COLUMNS[key]}”": row[key] for key in written}
    refuse_leaks(texts)


@transaction.atomic
def post_ending(*, order: ChangeOrder, place: str, on: date, actor: Any) -> NoticeSheet:
    """Post that somebody's 特困 is to end, with the reason. Raises Refusal for what may not be public."""
    person = order.benefit.applicant
    minor = person.birth_date is not None and age(person.birth_date, on) < ADULT
    row = {
        "place": str(order.village),
        "name": mask.name(person.name, mask.Scene.NOTICE, minor=minor),
        "grant": order.get_stop_reason_display(),
    }
    checked([row], place)
    days = int(at("sla.tekun.terminate_notice", on=on, unit=order.unit).value)
    lookup = {"village": order.village, "group": ENDING, "posted_on": on, "place": place}
    Unit.objects.select_for_update(no_key=True).get(pk=order.village_id)
    sheet = NoticeSheet.objects.select_for_update().filter(**lookup).first()
    if sheet is None:
        counted = next_number(f"N{order.unit.code}-{on.year}-{ENDING}-", digits=1).rpartition("-")[2]
        sheet = NoticeSheet.objects.create(
            unit=order.unit, year=on.year, number=int(counted), ends_on=on + timedelta(days=days), rows=[row], **lookup
        )  # fmt: skip
    else:
        sheet.rows = [*sheet.rows, row]
        sheet.save(update_fields=["rows"])
    record(actor=actor, action="notice.post", subject=sheet, unit=sheet.unit, facts={"order": order.no})
    return sheet


def ending_sheet(order: ChangeOrder) -> NoticeSheet | None:
    """The sheet on which the end of somebody's 特困 hangs or hung; None where it was not posted."""
    posted = (
        Transition.objects.filter(flow=order.flow.code, subject_id=order.pk, step="notice")
        .order_by("pk")
        .last()
    )
    if posted is None:
        return None
    sheets = NoticeSheet.objects.filter(
        village=order.village, group=ENDING, posted_on=timezone.localdate(posted.at)
    )
    return sheets.order_by("-pk").first()


def on_ending_noticed(context: Context) -> None:
    """The consent to a termination posts it: the sheet is ready to print."""
    post_ending(
        order=context.subject, place=str(context.data["place"]), on=timezone.localdate(context.now), actor=context.actor
    )  # fmt: skip


@transaction.atomic
def post_notice(*, notice: Notice, actor: Any) -> NoticeSheet:
    """Put a notice on the sheet of its village and day, or begin one. Raises Refusal for what may not be public."""
    application = notice.application
    row = row_of(notice)
    checked([row], notice.place)
    group, year = group_of(application.program), notice.posted_on.year
    # At the other place of a family the sheet is that township's: its clerk hangs it, photographs it, hears objections.
    village = notice.village or application.village
    unit = village.parent if notice.village and village.parent else application.unit
    lookup = {
        "village": village,
        "group": group,
        "posted_on": notice.posted_on,
        "place": notice.place,
    }
    # Where there is no sheet yet there is no row to lock: the village's own keeps two from beginning one each.
    Unit.objects.select_for_update(no_key=True).get(pk=village.pk)
    sheet = NoticeSheet.objects.select_for_update().filter(**lookup).first()
    if sheet is None:
        counted = next_number(f"N{unit.code}-{year}-{group}-", digits=1).rpartition("-")[2]
        sheet = NoticeSheet.objects.create(
            unit=unit,
            year=year,
            number=int(counted),
            ends_on=notice.ends_on,
            rows=[row],
            **lookup,
        )
    else:
        sheet.rows = _with(sheet, notice, row)
        sheet.save(update_fields=["rows"])
    Notice.objects.filter(pk=notice.pk).update(sheet=sheet)
    record(actor=actor, action="notice.post", subject=sheet, unit=sheet.unit, facts={"rows": len(sheet.rows)})
    return sheet


def _with(sheet: NoticeSheet, notice: Notice, row: dict[str, str]) -> list[dict[str, str]]:
    """The rows with one more; of a household reviewed anew on the same day the earlier row goes."""
    notices = sheet.notices.exclude(pk=notice.pk).select_related(
        "application__applicant", "application__household", "application__village"
    )
    if not notices.filter(application=notice.application_id).exists():
        return [*sheet.rows, row]
    latest = {one.application_id: one for one in notices.order_by("pk")}
    latest[notice.application_id] = notice
    return [row_of(one) for one in latest.values()]


def on_first_review(context: Context) -> None:
    """The first review posts the notice, at both places where there are two: the sheets are ready to print."""
    application: Application = context.subject
    for notice in application.notices.filter(sheet__isnull=True).order_by("pk"):
        post_notice(notice=notice, actor=context.actor)


@transaction.atomic
def object_at_sheet(
    *, sheet: NoticeSheet, application: Application, content: str, objector: str, actor: Any, now: datetime
) -> None:
    """Register an objection heard where a sheet hangs, also by the township of the other place. Raises Refusal.

    The application itself may be another township's: its flow takes the step for it, and says who heard it.
    """
    require(actor, "case.notice", sheet.unit)
    if not sheet.notices.filter(application=application.pk).exists():
        raise Refusal("这一户不在本公示单上，请重新选择", field="household")
    words = content.strip()
    if not words:
        raise Refusal("请写明异议内容", field="content")
    heard = f"{words}（{sheet.unit}{actor}在{sheet.village}公示时登记）"
    perform(
        subject=application,
        step="object",
        actor=None,
        now=now,
        comment=heard,
        data={"objector": objector.strip()},
    )
    application.objections.filter(closed_on__isnull=True, recorded_by__isnull=True).update(recorded_by=actor)
    record(actor=actor, action="notice.object", subject=sheet, unit=sheet.unit, facts={"no": application.no})


@transaction.atomic
def add_sheet_photos(*, sheet: NoticeSheet, photos: Sequence[Any], actor: Any) -> int:
    """Keep photos of the sheet as it hangs. Returns how many there are now. Raises Refusal for what is no photo."""
    require(actor, "file.add", sheet.village)
    for photo in photos:
        kept = add_attachment(
            subject=sheet, unit=sheet.unit, village=sheet.village, kind="NOTICE", name=photo.name, content=photo.read(),
            actor=actor,
        )  # fmt: skip
        if kept.content_type != "image/jpeg":
            raise Refusal(f"“{kept.name}”不是照片，请上传 JPG 或 PNG", field="photos")
    return sheet.photo_count()


def sheet_paper(sheet: NoticeSheet, *, trace: str = "") -> Paper:
    """The sheet on paper."""
    columns = columns_of(sheet.group)
    rows = tuple(
        (str(number), *(row[key] for key in columns)) for number, row in enumerate(sheet.rows, start=1)
    )
    issuer = office_of(sheet.unit)
    ending = sheet.group == ENDING
    widths = (2, 8, 6, 12) if ending else (2, 6, 5, 4, 5, 6)
    until = f"{chinese_date(sheet.posted_on)}张贴，公示{(sheet.ends_on - sheet.posted_on).days}天，至{chinese_date(sheet.ends_on)}止"
    phones = [
        f"{unit}{unit.contact_phone}"
        for unit in (sheet.unit, sheet.unit.county)
        if unit and unit.contact_phone
    ]
    return Paper(
        title=f"{sheet.unit}{sheet.year}年第{sheet.number}批"
        + ("拟终止特困供养公示" if ending else f"{sheet.group}初审公示"),
        addressee="",
        body=(
            Line(ENDING_LEAD if ending else LEAD),
            Grid(("序号", *columns.values()), rows, widths=widths, size=12),
            Line(f"公示时间：{until}。公示地点：{sheet.place}。"),
            Line(
                f"对公示内容有异议的，请在公示期内向{issuer}反映。监督举报电话：{'、'.join([*phones, '12345'])}。"
            ),
        ),
        issuer=issuer,
        dated=sheet.posted_on,
        sealed=True,
        trace=trace,
        # What is taken out of the system after its time may not be hung again (到期必须撤下, J01).
        mark="已期满撤下，不得张贴" if over(sheet) else "",
    )


def over(sheet: NoticeSheet) -> bool:
    """Whether the notice has ended: its electronic form is down by itself from the next day on."""
    return sheet.withdrawn_on is not None or timezone.localdate() > sheet.ends_on


@transaction.atomic
def ask_to_withdraw(*, county_id: int, on: date, now: datetime) -> int:
    """Ask for every sheet of a county that hangs beyond its time to be taken down (J01). Returns for how many."""
    asked = Duty.objects.filter(kind=WITHDRAW, done_at__isnull=True).values("subject_id")
    sheets = NoticeSheet.objects.filter(unit__county=county_id, ends_on__lt=on, withdrawn_on__isnull=True)
    over = list(sheets.exclude(pk__in=asked).select_related("unit", "village"))
    open_duties(
        {
            "kind": WITHDRAW,
            "subject_id": sheet.pk,
            "unit": sheet.unit,
            "permission": "case.notice",
            "title": f"撤下公示：{sheet.village}{sheet.group}",
            "url": reverse("cases:notice", args=[sheet.pk]),
            "now": now,
            "due_on": sheet.ends_on + timedelta(days=1),
        }
        for sheet in over
    )
    return len(over)


@transaction.atomic
def withdraw_sheet(*, sheet: NoticeSheet, actor: Any, on: date) -> NoticeSheet:
    """Register that a sheet was taken down after its time (必须撤下, J01). Raises Refusal before its end."""
    locked: NoticeSheet = NoticeSheet.objects.select_for_update().select_related("unit").get(pk=sheet.pk)
    require(actor, "case.notice", locked.unit)
    if on <= locked.ends_on:
        raise Refusal(
            f"公示到{locked.ends_on:%Y年%-m月%-d日}止，期满后才能撤下", rule="最低生活保障审核确认办法第19条"
        )
    if locked.withdrawn_on:
        raise Refusal(f"该公示已于{locked.withdrawn_on:%Y-%m-%d}撤下")
    locked.withdrawn_on, locked.withdrawn_by = on, actor
    locked.save(update_fields=["withdrawn_on", "withdrawn_by"])
    close_duty(kind=WITHDRAW, subject_id=locked.pk, now=timezone.now(), actor=actor)
    record(
        actor=actor, action="notice.withdraw", subject=locked, unit=locked.unit, facts={"on": on.isoformat()}
    )
    return locked
