"""Where the pieces of an archive are found: each function reads those of many matters in a query or two (K01)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases.archives.model import Find, Piece
from cases.change_guards import papers_of
from cases.documents import records
from cases.documents.check_report import check_report
from cases.documents.worksheet import worksheet
from cases.models import (
    Application,
    Authorisation,
    CheckRequest,
    CollectiveDecision,
    DemocraticReview,
    Material,
    Notice,
    NoticeSheet,
    Objection,
    Relief,
    ReviewTask,
    SpecialDeliberation,
    Survey,
    SurveyImage,
    VillageAttestation,
)
from cases.models.change import ChangeOrder
from cases.models.choices import StopReason
from cases.rules.changes import rule_of
from cases.rules.materials import Origin
from cases.services.notice_sheets import sheet_paper
from salvation.documents.declared import office_of
from salvation.documents.models import Document
from salvation.documents.official import Paper
from salvation.files.models import Attachment
from salvation.parameters.book import Book

NO_SCAN = "没有扫描件"
ISSUED = ("ISSUED", "DELIVERED")


def _day(moment: Any) -> date:
    return timezone.localdate(moment)


def page_of(name: str, pk: int, tab: str = "") -> str:
    """Where the piece is read on the pages."""
    return reverse(f"cases:{name}", args=[pk]) + (f"?tab={tab}" if tab else "")


def attachments(subjects: Sequence[Any], *kinds: str) -> dict[int, list[Attachment]]:
    """Files of many subjects of one model by subject, of these kinds (``MATERIAL:`` stands for all that begin so)."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    if not subjects:
        return found
    label = type(subjects[0])._meta.label_lower
    rows = Attachment.objects.filter(subject_type=label, subject_id__in=[one.pk for one in subjects])
    for row in rows.order_by("pk"):
        if not kinds or row.kind in kinds or "".join(row.kind.partition(":")[:2]) in kinds:
            found[row.subject_id].append(row)
    return found


def file_piece(matter: int, title: str, attachment: Attachment) -> Piece:
    """A file as a piece."""
    url = reverse("files:file", args=[attachment.pk])
    return Piece(matter, title, _day(attachment.added_at), url, attachment=attachment)


def files(title: str, *kinds: str) -> Find:
    """Every file of those kinds."""

    def find(subjects: Sequence[Any]) -> Iterator[Piece]:
        for matter, rows in attachments(subjects, *kinds).items():
            yield from (file_piece(matter, f"{title}：{row.name}", row) for row in rows)

    return find


def materials(applications: Sequence[Application]) -> Iterator[Piece]:
    """What was handed in: every file of every piece; received on paper without a scan is a gap."""
    rows = Material.objects.filter(application__in=applications, received_on__isnull=False)
    rows = rows.select_related("taken_from__application")
    kept = [row.taken_from or row for row in rows]
    scans = attachments(list({row.application_id: row.application for row in kept}.values()), "MATERIAL:")
    for row, source in zip(rows, kept, strict=True):
        reused = f"（沿用受理号{source.application.no}）" if row.taken_from_id else ""
        mine = [one for one in scans.get(source.application_id, ()) if one.kind == source.file_kind]
        yield from (file_piece(row.application_id, f"{row.label}{reused}", one) for one in mine)
        if not mine and row.origin != Origin.DRAWN:
            url = page_of("application", row.application_id, "materials")
            yield Piece(row.application_id, row.label, row.received_on, url, gap=NO_SCAN)


def authorisations(applications: Sequence[Application]) -> Iterator[Piece]:
    """The signed sheets; what was registered as signed without a scan is a gap."""
    scans = attachments(applications, "AUTHORISATION")
    for matter, sheets in scans.items():
        yield from (file_piece(matter, "核对授权书", row) for row in sheets)
    signed = Authorisation.objects.filter(application__in=applications).exclude(application__in=list(scans))
    first: dict[int, date] = {}
    for row in signed:
        first.setdefault(int(row.application_id or 0), row.signed_on)
    for matter, on in first.items():
        yield Piece(matter, "核对授权书", on, page_of("application", matter, "materials"), gap=NO_SCAN)


def surveys(applications: Sequence[Application]) -> Iterator[Piece]:
    """Every version with its photos and signatures."""
    rows = Survey.objects.filter(application__in=applications).select_related(
        "application__applicant", "application__unit", "recorded_by"
    )
    images = defaultdict(list)
    for image in SurveyImage.objects.filter(survey__in=rows).select_related("attachment"):
        images[image.survey_id].append(image)
    for survey in rows.prefetch_related("surveyors").order_by("application", "version"):
        matter, url = survey.application_id, page_of("application", survey.application_id, "surveys")
        title = f"入户调查记录（第{survey.version}次）"
        yield Piece(matter, title, _day(survey.visited_at), url, paper=partial(records.survey_paper, survey))
        for image in images[survey.pk]:
            words = f"第{survey.version}次调查{image}"
            yield file_piece(matter, words, image.attachment)


def survey_photos(applications: Sequence[Application]) -> Iterator[Piece]:
    """Photos added by hand, beside those that came with a record."""
    tied = set(
        SurveyImage.objects.filter(survey__application__in=applications).values_list("attachment", flat=True)
    )
    for matter, rows in attachments(applications, "SURVEY").items():
        yield from (file_piece(matter, f"入户照片：{row.name}", row) for row in rows if row.pk not in tied)


def worksheets(subjects: Sequence[Any]) -> Iterator[Piece]:
    """The means test the decision rests on; of an application and of relief alike."""
    for subject in subjects:
        kept = subject.assessment
        if kept is not None:
            url = reverse("cases:worksheet", args=[kept.pk, "pdf"]) if kept.application_id else ""
            paper = partial(worksheet, kept, issuer=office_of(subject.unit))
            yield Piece(subject.pk, "家庭经济状况核算表", kept.on, url, paper=paper)


def checks(applications: Sequence[Application]) -> Iterator[Piece]:
    """Reports of core checks: who may not see them sees that they are there in no other way."""
    rows = CheckRequest.objects.filter(application__in=applications, reported_on__isnull=False)
    related = ("application__applicant", "unit", "county", "requested_by")
    for row in rows.select_related(*related).order_by("application", "pk"):
        paper = partial(check_report, row, mark="存档")
        yield Piece(
            row.application_id, f"核对报告{row.no}", row.reported_on, page_of("check", row.pk), paper=paper
        )


def debates(applications: Sequence[Application]) -> Iterator[Piece]:
    related = ("application__applicant", "application__unit", "recorded_by")
    for row in DemocraticReview.objects.filter(application__in=applications).select_related(*related):
        url = page_of("application", row.application_id, "voices")
        yield Piece(
            row.application_id, "民主评议记录", row.held_on, url, paper=partial(records.debate_paper, row)
        )


def decisions(applications: Sequence[Application]) -> Iterator[Piece]:
    related = ("application__applicant", "meeting__unit")
    rows = CollectiveDecision.objects.filter(application__in=applications).select_related(*related)
    for row in rows.order_by("pk"):
        url = page_of("application", row.application_id)
        paper = partial(records.decision_paper, row)
        yield Piece(row.application_id, f"集体审批决议（{row.stage}）", row.meeting.held_on, url, paper=paper)


def specials(applications: Sequence[Application]) -> Iterator[Piece]:
    related = ("application__applicant", "unit", "meeting")
    rows = SpecialDeliberation.objects.filter(application__in=applications).exclude(state="DRAFT")
    for row in rows.select_related(*related):
        paper = partial(records.special_paper, row)
        yield Piece(
            row.application_id,
            f"一事一议申报表{row.no}",
            row.filed_on,
            page_of("special", row.pk),
            paper=paper,
        )


def notices(applications: Sequence[Application]) -> Iterator[Piece]:
    """Every sheet the household stood on, as it hung: other households on it only with what was public anyway."""
    rows = Notice.objects.filter(application__in=applications, sheet__isnull=False)
    related = ("sheet__unit", "sheet__unit__county", "sheet__village")
    for row in rows.select_related(*related).order_by("pk"):
        sheet = row.sheet
        if sheet is not None:
            down = f"，{sheet.withdrawn_on:%Y-%m-%d}撤下" if sheet.withdrawn_on else ""
            words = f"公示单（{row.posted_on:%Y-%m-%d}至{row.ends_on:%Y-%m-%d}{down}，{row.place}）"
            url = page_of("notice", sheet.pk)
            yield Piece(row.application_id, words, row.posted_on, url, paper=partial(_as_it_hung, sheet))


def _as_it_hung(sheet: NoticeSheet) -> Paper:
    return replace(sheet_paper(sheet), mark="")


def sheet_photos(applications: Sequence[Application]) -> Iterator[Piece]:
    """Photos that lie with the sheet: taken at the other place, or of all its households together."""
    rows = Notice.objects.filter(application__in=applications, sheet__isnull=False).select_related("sheet")
    by_sheet = attachments([row.sheet for row in rows], "NOTICE")
    for row in rows.order_by("pk"):
        for one in by_sheet.get(row.sheet_id or 0, ()):
            yield file_piece(row.application_id, f"公示照片（{row.place}）：{one.name}", one)


def objections(applications: Sequence[Application]) -> Iterator[Piece]:
    related = ("application__applicant", "application__unit")
    for row in Objection.objects.filter(application__in=applications).select_related(*related).order_by("pk"):
        url = page_of("application", row.application_id, "voices")
        gap = "" if row.closed_on else "没有处理结论"
        paper = partial(records.objection_paper, row)
        yield Piece(row.application_id, "公示异议处理记录", row.raised_on, url, paper=paper, gap=gap)


def documents(subjects: Sequence[Any]) -> Iterator[Piece]:
    """文书 as they went out; one that was issued and not delivered has a gap."""
    if not subjects:
        return
    label = type(subjects[0])._meta.label_lower
    rows = Document.objects.filter(subject_type=label, subject_id__in=[one.pk for one in subjects])
    for row in rows.exclude(state__in=("DRAFT", "VOID")).order_by("dated", "pk"):
        url = reverse("documents:document", args=[row.pk])
        gap = "" if row.delivered_on else "没有登记送达"
        yield Piece(row.subject_id, f"{row.title}（{row.number}）", row.dated, url, paper=row.paper, gap=gap)


def histories(name: str) -> Find:
    """What was done, by whom and when; ``name``: the page of the matter."""

    def find(subjects: Sequence[Any]) -> Iterator[Piece]:
        for one in subjects:
            paper = partial(records.history_paper, one, title=str(one), unit=one.unit)
            yield Piece(one.pk, "办理经过", None, page_of(name, one.pk), paper=paper)

    return find


def orders(rows: Sequence[ChangeOrder]) -> Iterator[Piece]:
    for row in rows:
        title = f"变更单（{row.get_kind_display()}）"
        yield Piece(
            row.pk,
            title,
            _day(row.created_at),
            page_of("change", row.pk),
            paper=partial(records.order_paper, row),
        )


def proofs(rows: Sequence[ChangeOrder]) -> Iterator[Piece]:
    """What the change rests on; a paper that was seen and not scanned is a gap."""
    scans = attachments(rows)
    for row in rows:
        mine = scans.get(row.pk, ())
        yield from (file_piece(row.pk, f"佐证材料：{one.name}", one) for one in mine)
        if not mine and row.proof in papers_of(row):
            yield Piece(
                row.pk, row.proof, _day(row.created_at), page_of("change", row.pk, "proof"), gap=NO_SCAN
            )


def village_sheets(rows: Sequence[ChangeOrder]) -> Iterator[Piece]:
    """The village's signed sheet of the month: it names other households, so it is only referred to."""
    signed = VillageAttestation.objects.filter(
        village__in={row.village_id for row in rows}, signed_on__isnull=False
    )
    by_month = {
        (sheet.village_id, sheet.cycle.month): sheet
        for sheet in signed.filter(
            cycle__month__in={row.created_at.date().replace(day=1) for row in rows}
        ).select_related("cycle")
    }
    for row in rows:
        sheet = by_month.get((row.village_id, row.created_at.date().replace(day=1)))
        if sheet is not None:
            title = f"{sheet.cycle}村签字报表（存综合档案）"
            yield Piece(row.pk, title, sheet.signed_on, page_of("attestation", sheet.pk))


def reviews(rows: Sequence[ReviewTask]) -> Iterator[Piece]:
    for row in rows:
        url = page_of("benefit", row.benefit_id, "reviews")
        yield Piece(row.pk, "定期核查记录", row.done_on, url, paper=partial(records.review_paper, row))


def relief_sheets(rows: Sequence[Relief]) -> Iterator[Piece]:
    for row in rows:
        paper = partial(records.relief_paper, row)
        yield Piece(row.pk, "临时救助登记表", row.applied_on, page_of("relief", row.pk), paper=paper)


# Without which pieces a matter is not complete.


def accepted(application: Any) -> bool:
    return application.accepted_on is not None


def debated(applications: Sequence[Application]) -> set[int]:
    """Where villagers deliberated, their signatures belong to the file (B11)."""
    found = DemocraticReview.objects.filter(
        application__in=applications, application__accepted_on__isnull=False
    )
    return set(found.values_list("application", flat=True))


def judged(application: Any) -> bool:
    """Confirmed or refused after an investigation."""
    return application.state in {"CONFIRMED", "REJECTED"}


def confirmed(application: Any) -> bool:
    return bool(application.state == "CONFIRMED")


def refused(application: Any) -> bool:
    return bool(application.state in {"REJECTED", "NOT_ACCEPTED", "TERMINATED"})


def answered(application: Any) -> bool:
    """Somebody was told the outcome in writing."""
    return confirmed(application) or refused(application)


def must_be_told(order: Any) -> bool:
    by_itself = order.adjustment_id is not None or order.stop_reason == StopReason.EXPIRED
    return rule_of(order.kind).told and order.state == "EFFECTIVE" and not by_itself


def decided_relief(relief: Any) -> bool:
    return relief.decided_on is not None


def checked_by_rule(applications: Sequence[Application]) -> set[int]:
    """Those confirmed where the county demanded a check on the day of acceptance."""
    asked = {
        one.pk: (one.county, one.accepted_on) for one in applications if confirmed(one) and one.accepted_on
    }
    rules = {(county.pk, on): county for county, on in asked.values()}
    demanded = {key for key, county in rules.items() if Book(unit=county, on=key[1])["check.required"]}
    return {pk for pk, (county, on) in asked.items() if (county.pk, on) in demanded}


def lists(found: Iterable[Piece]) -> dict[int, list[Piece]]:
    """Pieces by matter, in the order found."""
    sorted_out: dict[int, list[Piece]] = defaultdict(list)
    for piece in found:
        sorted_out[piece.matter].append(piece)
    return sorted_out
