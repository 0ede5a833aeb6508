"""The table of matters and their pieces, in the order of the 卷内目录 (K01)."""
# requirements: K01

from django.db.models import Q
from django.utils import timezone

from cases.archives import pieces
from cases.archives.model import MatterKind, PieceKind, each
from cases.models import Application, ChangeOrder, Relief, ReviewTask

FILES, PAPERS = "file.view", "document.view"
ENDED_CHANGES = ("EFFECTIVE", "REVERSED")
ASSESSED = ("assessment__application__applicant", "assessment__household__village")

APPLICATIONS = MatterKind(
    Application,
    "救助申请",
    "household",
    shown=~Q(state="DRAFT"),
    closed=Q(state__in=sorted(Application.flow.ended)),
    related=("applicant", "household__head", "unit", "county", "village", *ASSESSED),
    title=lambda one: f"{one.get_program_display()}申请（{one.no}，{one.get_state_display()}）",
    opened_on=lambda one: one.applied_on,
    closed_on=lambda one: one.decided_on or timezone.localdate(one.state_since),
    url=lambda one: pieces.page_of("application", one.pk),
    kinds=(
        PieceKind("material", "申请材料", pieces.materials, each(pieces.accepted), permission=FILES),
        PieceKind("other", "其他材料", pieces.files("其他材料", "MATERIAL"), permission=FILES),
        PieceKind("authorisation", "核对授权书", pieces.authorisations, each(pieces.accepted), permission=FILES),
        PieceKind("survey", "入户调查记录", pieces.surveys, each(pieces.judged), permission=FILES),
        PieceKind("survey-photo", "入户照片", pieces.survey_photos, permission=FILES),
        PieceKind("worksheet", "家庭经济状况核算表", pieces.worksheets, each(pieces.judged)),
        PieceKind("check", "核对报告", pieces.checks, pieces.checked_by_rule, permission="check.view"),
        PieceKind("debate", "民主评议记录", pieces.debates),
        PieceKind("debate-sheet", "签名的评议记录表", pieces.files("签名的评议记录表", "DEBATE"), pieces.debated,
                  permission=FILES),
        PieceKind("special", "一事一议申报表", pieces.specials),
        PieceKind("decision", "集体审批决议", pieces.decisions, each(pieces.judged)),
        PieceKind("notice", "公示单", pieces.notices, each(pieces.confirmed)),
        PieceKind("notice-photo", "公示开始、结束照片", pieces.files("公示照片", "NOTICE"), each(pieces.confirmed),
                  least=2, permission=FILES),
        PieceKind("sheet-photo", "公示单照片", pieces.sheet_photos, permission=FILES),
        PieceKind("objection", "公示异议处理记录", pieces.objections),
        PieceKind("document", "告知决定的文书", pieces.documents, each(pieces.answered), permission=PAPERS),
        PieceKind("history", "办理经过", pieces.histories("application")),
    ),
)  # fmt: skip

CHANGES = MatterKind(
    ChangeOrder,
    "变更",
    "benefit__household",
    shown=~Q(state="CANCELLED"),
    closed=Q(state__in=ENDED_CHANGES),
    related=("benefit__household__head", "benefit__applicant", "unit", "village", "person"),
    title=lambda one: f"{one.get_kind_display()}变更（{one.no}，{one.get_state_display()}）",
    opened_on=lambda one: timezone.localdate(one.created_at),
    closed_on=lambda one: timezone.localdate(one.state_since),
    url=lambda one: pieces.page_of("change", one.pk),
    kinds=(
        PieceKind("order", "变更单", pieces.orders),
        PieceKind("files", "佐证材料", pieces.proofs, permission=FILES),
        PieceKind("document", "书面告知", pieces.documents, each(pieces.must_be_told), permission=PAPERS),
        PieceKind("village", "村签字报表", pieces.village_sheets),
        PieceKind("history", "办理经过", pieces.histories("change")),
    ),
)

REVIEWS = MatterKind(
    ReviewTask,
    "定期核查",
    "benefit__household",
    shown=Q(done_on__isnull=False),
    closed=Q(done_on__isnull=False),
    related=("benefit__household__head", "benefit__applicant", "unit", "done_by", "order"),
    title=lambda one: f"定期核查（{one.get_outcome_display()}）",
    opened_on=lambda one: one.done_on or one.due_on,
    closed_on=lambda one: one.done_on or one.due_on,
    url=lambda one: pieces.page_of("benefit", one.benefit_id, "reviews"),
    kinds=(
        PieceKind("review", "定期核查记录", pieces.reviews),
        PieceKind("files", "核查照片和材料", pieces.files("核查材料"), permission=FILES),
    ),
)

RELIEFS = MatterKind(
    Relief,
    "临时救助",
    "household",
    shown=~Q(state="DRAFT"),
    closed=Q(state__in=sorted(Relief.flow.ended)),
    related=("applicant", "household__head", "unit", "county", "meeting", *ASSESSED),
    title=lambda one: f"{one.get_program_display()}（{one.no}，{one.get_state_display()}）",
    opened_on=lambda one: one.applied_on,
    closed_on=lambda one: timezone.localdate(one.state_since) if one.state_since else one.applied_on,
    url=lambda one: pieces.page_of("relief", one.pk),
    kinds=(
        PieceKind("sheet", "临时救助登记表", pieces.relief_sheets, permission="relief.view"),
        PieceKind(
            "files", "依据和票据", pieces.files("依据、票据"), each(pieces.decided_relief), permission=FILES
        ),
        PieceKind("worksheet", "核算表", pieces.worksheets, each(pieces.decided_relief)),
        PieceKind(
            "document", "告知决定的文书", pieces.documents, each(pieces.decided_relief), permission=PAPERS
        ),
        PieceKind("history", "办理经过", pieces.histories("relief"), permission="relief.view"),
    ),
)

MATTERS = {kind.label: kind for kind in (APPLICATIONS, RELIEFS, CHANGES, REVIEWS)}
