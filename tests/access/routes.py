"""Every address of the project: what it is about, and which answers the declarations promise to whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from salvation.access.models import ScopedModel
from salvation.accounts.roles import ROLES
from salvation.domain.month import Month
from salvation.periods.models import Submission
from salvation.units.models import Unit
from salvation.web.navigation import SIGNED_IN
from tests.world import PLACE, SEATS, World

Kwargs = Callable[[World, str], dict[str, Any]]


@dataclass(frozen=True)
class Route:
    """``model``: name of the scoped model whose row the address names ('' for none, "unit" for a town, "county" for
    a town that everybody of its county may read about); ``kwargs``: from the world.

    ``reach``: the permission that scopes the row where it is not the model's own;
    ``asks``: a permission asked for beside the page's own; ``unless``: roles whose answer differs, with the reason;
    ``answers``: what an allowed person gets.
    """

    model: str = ""
    kwargs: Kwargs | None = None
    permission: str = ""
    asks: tuple[str, ...] = ()
    answers: tuple[int, ...] = (200,)
    unless: dict[str, tuple[int, str]] = field(default_factory=dict)
    reach: str = ""
    public: bool = False


ANSWERS_NOTHING = {
    role: (403, "an answer is written down by the county, or by who keeps the file")
    for role, spec in ROLES.items()
    if "case.view" in spec.permissions and not spec.permissions & {"case.review", "case.edit"}
}


def pk_of(model: str) -> Kwargs:
    return lambda world, place: {"pk": world.one(model, place).pk}


def line(world: World, place: str) -> dict[str, Any]:
    found = world.one("PayLine", place)
    return {"pk": found.roster_id, "benefit": found.benefit_id, "month": f"{found.for_month:%Y-%m}"}


def last_month() -> str:
    return str(Month.of(timezone.localdate()) - 1)


def ledger_of(world: World, place: str) -> int:
    found = Submission.objects.get(table="work_ledger", unit=world.units[PLACE[place].town])
    return int(found.pk)


def cell(world: World, place: str) -> dict[str, Any]:
    return {"pk": world.one("Submission", place).pk, "key": "SJ14-m"}


def clerk_of(world: World, place: str) -> dict[str, Any]:
    return {"pk": world.clerks[PLACE[place].town].pk}


def whole_roster(world: World, place: str) -> dict[str, Any]:
    return {"kind": "funds.roster", **pk_of("Roster")(world, place)}


FORM_ONLY = (405,)
# The clerk of the world asked for every bundle.
NOT_THE_MAKER = {
    role: (404, "a bundle is there for whoever asked for it")
    for role, spec in ROLES.items()
    if "export.sensitive" in spec.permissions and role != "TOWN_CLERK"
}
# Addresses whose declaration does not say everything: forms about a row, steps, downloads. All others are derived
# from the page class: its permission, and its model when the address brings a pk.
ROUTES: dict[str, Route] = {
    "accounts:login": Route(public=True, answers=(302,)),
    "accounts:second_factor": Route(public=True, answers=(302,)),
    "accounts:logout": Route(answers=FORM_ONLY),
    "accounts:new_post": Route("unit", clerk_of),
    # Passwords of business accounts are the system administrator's.
    "accounts:reset": Route("unit", clerk_of, asks=("admin.accounts",)),
    "accounts:issue_token": Route("unit", clerk_of),
    "accounts:disable": Route("unit", clerk_of, answers=FORM_ONLY),
    "accounts:enable": Route("unit", clerk_of, answers=FORM_ONLY),
    "accounts:unlock": Route("unit", clerk_of, answers=FORM_ONLY),
    "accounts:reset_factor": Route("unit", clerk_of, answers=FORM_ONLY),
    "accounts:unlock_address": Route(answers=FORM_ONLY),
    "accounts:alive": Route(answers=(204,)),
    "accounts:sign_out_others": Route(answers=FORM_ONLY),
    # Nobody of the world has a phone bound.
    "accounts:backup_codes": Route(answers=(404,)),
    "accounts:collect_token": Route(kwargs=lambda world, place: {"pk": 1}, answers=FORM_ONLY),
    "accounts:revoke_token": Route(kwargs=lambda world, place: {"pk": 1}, answers=FORM_ONLY),
    "accounts:end_post": Route(
        "unit", lambda world, place: {"pk": world.clerks[PLACE[place].town].posts.get().pk}, answers=FORM_ONLY
    ),
    "units:list": Route(),
    "units:edit": Route("unit", lambda world, place: {"pk": world.units[PLACE[place].town].pk}),
    "web:step": Route(
        "Application",
        lambda world, place: {
            "flow": "application",
            "pk": world.one("Application", place).pk,
            "step": "accept",
        },
        asks=("case.accept",),
    ),
    # Not accepted yet: nothing to extend.
    "web:extend_clock": Route(
        "Application",
        lambda world, place: {"flow": "application", "pk": world.one("Application", place).pk},
        asks=("case.first_review",),
        answers=(409,),
    ),
    "parameters:decide": Route("ParameterVersion", pk_of("ParameterVersion")),
    "registers:list": Route(kwargs=lambda world, place: {"code": "meetings"}, permission="register.view"),
    "registers:create": Route(kwargs=lambda world, place: {"code": "meetings"}, permission="register.edit"),
    "registers:record": Route(
        "Meeting",
        lambda world, place: {"code": "meetings", **pk_of("Meeting")(world, place)},
        "register.view",
    ),
    "registers:edit": Route(
        "Meeting",
        lambda world, place: {"code": "meetings", **pk_of("Meeting")(world, place)},
        "register.edit",
    ),
    "registers:create_for": Route(
        "Person",
        lambda world, place: {"code": "care-visits", "subject": world.one("Person", place).pk},
        "case.view",
        asks=("case.survey",),
    ),
    "registers:paper": Route(
        "CareVisit",
        lambda world, place: {"code": "care-visits", "form": "docx", **pk_of("CareVisit")(world, place)},
        "case.view",
    ),
    "cases:care_person": Route("Person", pk_of("Person")),
    "documents:wording_version": Route("WordingVersion", pk_of("WordingVersion")),
    "documents:wording": Route(kwargs=lambda world, place: {"code": "accepted"}),
    "documents:wording_propose": Route(kwargs=lambda world, place: {"code": "accepted"}),
    "documents:edit": Route("Document", pk_of("Document")),
    "documents:issue": Route("Document", pk_of("Document"), answers=FORM_ONLY),
    "documents:file": Route(
        "Document", lambda world, place: {"form": "docx", **pk_of("Document")(world, place)}
    ),
    # Not accepted yet: the document is refused, the form is not wanted.
    "documents:new": Route(
        "Application",
        lambda world, place: {"code": "accepted", **pk_of("Application")(world, place)},
        asks=("case.view",),
        answers=(409,),
    ),
    "documents:print": Route(
        "Application",
        lambda world, place: {
            "code": "authorisation-form",
            "form": "docx",
            **pk_of("Application")(world, place),
        },
        asks=("case.view",),
    ),
    "cases:worksheet": Route(
        "Application", lambda world, place: {"form": "docx", **pk_of("Assessment")(world, place)}
    ),
    "cases:compare_file": Route(
        "Household", lambda world, place: {"form": "docx", **pk_of("Household")(world, place)}
    ),
    "cases:example": Route(kwargs=lambda world, place: {"number": "01"}),
    "cases:notice_file": Route(
        "NoticeSheet", lambda world, place: {"form": "docx", **pk_of("NoticeSheet")(world, place)}
    ),
    "cases:notice_photos": Route("NoticeSheet", pk_of("NoticeSheet")),
    "cases:notice_voice": Route("NoticeSheet", pk_of("NoticeSheet"), asks=("notice.view",)),
    "cases:simulate": Route("ParameterVersion", pk_of("ParameterVersion"), answers=FORM_ONLY),
    "cases:effects": Route(kwargs=lambda world, place: {"version": world.one("ParameterVersion", place).pk}),
    "cases:simulated_household": Route("SimulatedChange", pk_of("SimulatedChange"), answers=(302,)),
    "cases:new_bundle": Route("Household", pk_of("Household"), asks=("mask.unmask",)),
    "cases:check_archive": Route("Household", pk_of("Household"), answers=FORM_ONLY),
    "cases:bundle": Route("ArchiveBundle", pk_of("ArchiveBundle"), unless=NOT_THE_MAKER),
    "cases:bundle_file": Route(
        "ArchiveBundle", pk_of("ArchiveBundle"), unless=NOT_THE_MAKER, asks=("mask.unmask",), answers=(409,)
    ),
    "cases:new_account": Route("Household", pk_of("Household")),
    "cases:new_application": Route("Household", pk_of("Household")),
    "cases:compare": Route("Household", pk_of("Household")),
    "cases:reveal": Route("Person", pk_of("Person")),
    "cases:new_insurance": Route("Person", pk_of("Person")),
    "cases:new_alert": Route("Person", pk_of("Person")),
    "cases:new_referral": Route("Household", pk_of("Household")),
    "cases:record_group_person": Route("GroupEntry", pk_of("GroupEntry")),
    "cases:group_list": Route("GroupList", pk_of("GroupList"), answers=(302,)),
    "cases:listed_person": Route("ListedPerson", pk_of("ListedPerson"), answers=(302,)),
    "cases:answer_referral": Route("Referral", pk_of("Referral"), unless=ANSWERS_NOTHING),
    "cases:check_id": Route(answers=FORM_ONLY),
    "cases:discovery_household": Route("Discovery", pk_of("Discovery")),
    "cases:monitored_person": Route("MonitoredPerson", pk_of("MonitoredPerson"), answers=(302,)),
    "cases:new_special": Route("Application", pk_of("Application")),
    "cases:materials": Route("Application", pk_of("Application")),
    "cases:authorisations": Route("Application", pk_of("Application")),
    "cases:mandate": Route("Application", pk_of("Application")),
    "cases:relatives": Route("StaffMember", pk_of("StaffMember")),
    "cases:new_debate": Route("Application", pk_of("Application")),
    "cases:new_complaint": Route("Application", pk_of("Application")),
    "cases:request_check": Route("Application", pk_of("Application"), asks=("case.view",)),
    "cases:check_answers": Route("CheckRequest", pk_of("CheckRequest")),
    "cases:check_file": Route(
        "CheckRequest", lambda world, place: {"form": "pdf", **pk_of("CheckRequest")(world, place)}
    ),
    "cases:economy": Route("Application", pk_of("Application")),
    "cases:new_survey": Route("Application", pk_of("Application")),
    "cases:visit": Route("Application", pk_of("Application")),
    "cases:phone_review": Route("ReviewTask", pk_of("ReviewTask")),
    "cases:assess": Route("Application", pk_of("Application")),
    "cases:photos": Route("Application", pk_of("Application")),
    "cases:sign_attestation": Route("VillageAttestation", pk_of("VillageAttestation"), asks=("case.edit",)),
    "cases:attestation_file": Route(
        "VillageAttestation",
        lambda world, place: {"form": "docx", **pk_of("VillageAttestation")(world, place)},
    ),
    "cases:undo_adjustment": Route("StandardAdjustment", pk_of("StandardAdjustment")),
    "cases:try_adjustment": Route("StandardAdjustment", pk_of("StandardAdjustment"), answers=FORM_ONLY),
    "cases:decide_adjustment": Route("StandardAdjustment", pk_of("StandardAdjustment")),
    "cases:review_visit": Route("ReviewTask", pk_of("ReviewTask")),
    "cases:review_economy": Route("ReviewTask", pk_of("ReviewTask")),
    "cases:conclude_review": Route("ReviewTask", pk_of("ReviewTask")),
    "cases:take_over_recovery": Route("RecoveryProposal", pk_of("RecoveryProposal"), answers=FORM_ONLY),
    "cases:life_event": Route("LifeEvent", pk_of("LifeEvent"), answers=(302,)),
    "cases:new_work_offer": Route("Person", pk_of("Person"), answers=(200, 302)),
    "cases:work_offer": Route("WorkOffer", pk_of("WorkOffer"), answers=(302,)),
    "cases:convert": Route("Benefit", pk_of("Benefit")),
    "cases:changes_of": Route("Benefit", pk_of("Benefit")),
    "cases:change_proof": Route("ChangeOrder", pk_of("ChangeOrder")),
    "cases:new_relief": Route("Household", pk_of("Household")),
    "cases:relief_visit": Route("Relief", pk_of("Relief")),
    "cases:relief_economy": Route("Relief", pk_of("Relief")),
    "cases:relief_payee": Route("Relief", pk_of("Relief")),
    "cases:relief_assess": Route("Relief", pk_of("Relief")),
    "cases:relief_files": Route("Relief", pk_of("Relief")),
    "cases:relief_filing": Route("Relief", pk_of("Relief")),
    "cases:new_change": Route(
        "Benefit", lambda world, place: {"kind": "stop", **pk_of("Benefit")(world, place)}
    ),
    "cases:roster_columns": Route("Batch", pk_of("Batch")),
    # Leads on to the page of the batch's stage.
    "cases:roster_next": Route("Batch", pk_of("Batch"), answers=(302,)),
    "cases:roster_sheets": Route("Batch", pk_of("Batch")),
    "cases:roster_forget": Route("Batch", pk_of("Batch"), answers=FORM_ONLY),
    "cases:roster_blockers": Route("Batch", pk_of("Batch"), answers=FORM_ONLY),
    "cases:roster_preview": Route("Batch", pk_of("Batch")),
    "cases:roster_returned": Route("Batch", pk_of("Batch"), answers=FORM_ONLY),
    "cases:roster_undo": Route("Batch", pk_of("Batch")),
    "funds:generate": Route(
        unless={
            role: (
                403,
                "rosters are made by those who check them; the page is declared for everybody who reads them",
            )
            for role, spec in ROLES.items()
            if "roster.view" in spec.permissions
            and not spec.permissions & {"roster.check", "roster.county_check"}
        }
    ),
    "funds:approve": Route(answers=(409,)),
    "funds:lines": Route("Roster", pk_of("Roster")),
    "funds:line": Route("PayLine", line),
    "funds:exclude": Route("PayLine", line),
    "funds:include": Route("PayLine", line),
    "funds:release": Route("PayLine", line),
    "funds:download": Route(
        "Roster", lambda world, place: {"what": "roster", **pk_of("Roster")(world, place)}
    ),
    "files:decide_export": Route("ExportRequest", pk_of("ExportRequest"), reach="export.approve"),
    "files:whole": Route("Roster", whole_roster, asks=("roster.export",)),
    "files:ask_whole": Route("Roster", whole_roster, asks=("roster.export",)),
    # Nobody of the world has the consent of a second person: tests/access/test_whole.py gives it.
    "cases:referral_list": Route(
        "ReferralBatch", pk_of("ReferralBatch"), asks=("export.sensitive",), answers=(409,)
    ),
    "cases:check_exchange": Route(
        "CheckExchange", pk_of("CheckExchange"), asks=("export.sensitive",), answers=(409,)
    ),
    "audits:evidence": Route("RectificationItem", pk_of("RectificationItem")),
    "api:root": Route(answers=(302,)),
    "api:schema": Route(),
    "api:docs": Route(),
    "api:unit": Route("county", lambda world, place: {"pk": world.units[PLACE[place].town].pk}),
    "api:person": Route("Person", pk_of("Person")),
    "api:application": Route("Application", pk_of("Application")),
    "api:economy": Route("Application", pk_of("Application"), answers=FORM_ONLY),
    "api:steps": Route("Application", pk_of("Application")),
    "api:surveys": Route("Application", pk_of("Application")),
    "api:review_visits": Route("ReviewTask", pk_of("ReviewTask"), answers=FORM_ONLY),
    "api:review_photos": Route(
        "ReviewTask",
        lambda world, place: {**pk_of("ReviewTask")(world, place), "survey": 1},
        answers=FORM_ONLY,
    ),
    "api:survey_photos": Route(
        "Application",
        lambda world, place: {"survey": 1, **pk_of("Application")(world, place)},
        answers=FORM_ONLY,
    ),
    "api:find_person": Route(answers=FORM_ONLY),
    "api:household": Route("Household", pk_of("Household")),
    "api:benefit": Route("Benefit", pk_of("Benefit")),
    "api:roster": Route("Roster", pk_of("Roster")),
    "api:roster_lines": Route("Roster", pk_of("Roster")),
    "api:table": Route("Submission", pk_of("Submission")),
    "reports:governance": Route(),
    "reports:county_sheet": Route(kwargs=lambda world, place: {"month": last_month()}),
    "reports:freeze": Route(kwargs=lambda world, place: {"month": last_month()}),
    "reports:drill": Route(
        "unit",
        lambda world, place: {
            "month": last_month(),
            "unit": world.units[PLACE[place].town].pk,
            "key": "SA05",
        },
        asks=("case.view",),
    ),
    "reports:submission": Route("Submission", pk_of("Submission")),
    "reports:fill": Route("Submission", pk_of("Submission")),
    "reports:urge_all": Route(kwargs=lambda world, place: {"month": last_month()}, answers=FORM_ONLY),
    "reports:urge": Route("Submission", pk_of("Submission"), answers=FORM_ONLY),
    "reports:explain": Route(
        "Submission",
        lambda world, place: {"check": "DX", **pk_of("Submission")(world, place)},
        asks=("table.fill",),
    ),
    "reports:open_correction": Route("Submission", pk_of("Submission"), asks=("table.fill",)),
    "reports:remark": Route("Submission", cell, asks=("table.accept",)),
    "reports:correct": Route("Submission", cell, asks=("table.fill",)),
    "reports:answer": Route(
        "Submission",
        lambda world, place: {
            "remark": world.one("CellRemark", place).pk,
            **pk_of("Submission")(world, place),
        },
        asks=("table.fill",),
    ),
    "reports:civil": Route(answers=(302,)),
    "reports:civil_month": Route(kwargs=lambda world, place: {"month": last_month()}),
    "reports:ledgers": Route(),
    "reports:ledger": Route("Submission", lambda world, place: {"pk": ledger_of(world, place)}),
    "reports:fill_ledger": Route("Submission", lambda world, place: {"pk": ledger_of(world, place)}),
    "reports:completeness": Route(),
    "reports:across": Route(answers=(302,)),
    "reports:across_month": Route(kwargs=lambda world, place: {"month": last_month()}),
    "web:drawing": Route(kwargs=lambda world, place: {"name": "0" * 64}, answers=(404,)),
    "reports:summaries": Route(),
    "reports:summary": Route("SummaryReport", pk_of("SummaryReport")),
    "reports:edit_summary": Route("SummaryReport", pk_of("SummaryReport")),
}


def patterns(found: Any = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the project by its full name."""
    for pattern in get_resolver().url_patterns if found is None else found:
        if isinstance(pattern, URLResolver):
            yield from patterns(
                pattern.url_patterns, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            )
        else:
            yield f"{namespace}{pattern.name}", pattern


def page_of(pattern: URLPattern) -> Any:
    return getattr(pattern.callback, "view_class", None)


def route_of(name: str, pattern: URLPattern) -> Route | None:
    """The entry, or what a page with a declared model and an address of one pk says by itself."""
    if name in ROUTES:
        return ROUTES[name]
    arguments, page = set(pattern.pattern.converters), page_of(pattern)
    if page is None or not getattr(page, "permission", ""):
        return None
    if not arguments:
        return Route()
    model = getattr(page, "model", None)
    if arguments == {"pk"} and model is not None:
        concrete = model._meta.concrete_model.__name__
        return Route(concrete, pk_of(concrete))
    return None


def known() -> dict[str, tuple[URLPattern, Route]]:
    """The addresses that have an entry; one test asks that these are all."""
    found = {name: (pattern, route_of(name, pattern)) for name, pattern in patterns()}
    return {name: (pattern, route) for name, (pattern, route) in found.items() if route is not None}


def address(name: str, route: Route, world: World, place: str) -> str:
    return reverse(name, kwargs=route.kwargs(world, place) if route.kwargs else None)


def permissions_of(name: str, pattern: URLPattern, route: Route) -> tuple[str, ...]:
    own = route.permission or getattr(page_of(pattern), "permission", "")
    return (own or SIGNED_IN, *route.asks)


def reaches(role: str, units: dict[str, Unit], unit: Unit, village: Unit | None, *, by_village: bool) -> bool:
    """Whether the seat of a role covers a row of ``unit`` (``village``): the oracle, apart from the product's own code."""
    seat = next(units[SEATS[kind]] for kind in _kinds(role))
    if seat.kind == Unit.Kind.VILLAGE:
        return by_village and village is not None and village.pk == seat.pk
    return unit.pk == seat.pk or f"/{seat.code}/" in unit.path


def _kinds(role: str) -> Iterator[str]:
    kinds = ROLES[role].kinds
    wanted = ("PROVINCE",) if role.startswith("PROVINCE") else ("VILLAGE", "TOWN", "COUNTY", "CITY")
    yield from (kind for kind in wanted if kind in kinds)


def follow(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part)
    return row


OF_SUBJECTS = ("Attachment", "ExportRequest")


def subjects_view(row: Any) -> tuple[str, ...]:
    """A paper is shown to those who may see what it belongs to."""
    label = getattr(row, "subject_type", "") if type(row).__name__ in OF_SUBJECTS else ""
    model = apps.get_model(label) if label else None
    return (model.access.view,) if model and issubclass(model, ScopedModel) else ()


def sees(role: str, world: World, row: Any, view: str = "") -> bool:
    """Whether a role at its seat must see a row, from the model's Access and the row's place alone."""
    access = type(row).access
    if {view or access.view, *subjects_view(row)} - ROLES[role].permissions:
        return False
    if access.shared:
        return True
    unit = follow(row, next(iter(access.scopes.values())))
    if unit is None:
        return False
    village = follow(row, access.village) if access.village else None
    return reaches(role, world.units, unit, village, by_village=bool(access.village))
