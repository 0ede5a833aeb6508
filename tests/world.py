"""A small world for tests of scope: the same households, files and papers in four places of two counties.

Places: 水东村 and 水北村 of 嘉定镇, 大塘村 of 大塘埠镇 (another town), 官渠巷 of 沁河镇 (another county). Every name,
ID number and account is made up and occurs in one place only, so that a leak shows by the string itself.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from audits.services import create_item
from cases.demo.parameters import VALUES
from cases.models import (
    ArchiveBundle,
    Assessment,
    Benefit,
    BenefitTerm,
    CareAgreement,
    CareAssessment,
    Caregiver,
    CareVisit,
    CareWish,
    CaseArchive,
    CertificateReview,
    CheckExchange,
    Discovery,
    EmergencyMode,
    GroupEntry,
    GroupList,
    GroupRound,
    Hold,
    Institution,
    Insurance,
    InsuranceBatch,
    KinshipFiling,
    LifeEvent,
    ListedPerson,
    MedicalContract,
    MonitorBatch,
    MonitoredPerson,
    MonitoringAlert,
    MonthlyCycle,
    NoticeSheet,
    NursingInsurance,
    OrphanTag,
    RecoveryProposal,
    Referral,
    ReferralBatch,
    ReportedChange,
    Residence,
    ReviewTask,
    SelfReport,
    SheetBook,
    SimulatedChange,
    SpecialDeliberation,
    StandardAdjustment,
    SupportCertificate,
    TermMember,
    VillageAttestation,
    WorkOffer,
)
from cases.services.applications import create_application, save_declaration
from cases.services.changes import draft_stop
from cases.services.cycle import open_cycle
from cases.services.people import PersonInput, register_household, set_account
from cases.services.relief import create_relief
from cases.services.roster_import import checked_order, upload_roster
from cases.services.snapshots import freeze_month
from funds.models import Leaver, PayLine, SignedPaper
from funds.services.rosters import exclude_line, generate_rosters
from reports.governance.services import draft_month
from reports.ledger.services import draft_ledgers
from reports.models import ExternalBatch, ExternalRecord
from reports.summary.services import draft_summary
from salvation.accounts.models import User
from salvation.accounts.roles import ROLES
from salvation.accounts.services import grant_post
from salvation.documents.models import Document, PrintedCopy, WordingVersion
from salvation.domain import bank, citizen_id
from salvation.domain.month import Month
from salvation.duties.models import Reminder
from salvation.files.models import ExportRequest
from salvation.files.services import add_attachment, store
from salvation.flow.engine import perform
from salvation.jobs.models import Run
from salvation.jobs.services import start
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.periods.models import CellRemark, Urge
from salvation.registers.models import (
    Meeting,
    MeetingRule,
    MeetingTask,
    MemberUnit,
    PolicyDocument,
    ReviewPanel,
    StaffMember,
)
from salvation.units.models import Unit
from salvation.units.services import load_units
from salvation.vault import facts as sealed_facts
from salvation.vault.crypto import blind_index
from tests.builders import COMPLETE, make_check
from tests.conftest import REPORTING, UNITS
from tests.intake.builder import an_id, xlsx

LONG_AGO = date(2020, 1, 1)
SEATS = {"VILLAGE": "360722100200", "TOWN": "360722100", "COUNTY": "360722", "CITY": "3607", "PROVINCE": "36"}


@dataclass(frozen=True)
class Place:
    """Where a household lives, and the strings that occur there only."""

    key: str
    town: str
    village: str
    village_name: str
    names: tuple[str, str]
    number: int


PLACES = (
    Place("own", "360722100", "360722100200", "水东村", ("谢桂英", "谢建国"), 1),
    Place("next_village", "360722100", "360722100201", "水北村", ("钟小北", "钟大北"), 2),
    Place("other_town", "360722101", "360722101200", "大塘村", ("赖塘生", "赖塘妹"), 3),
    Place("other_county", "140431100", "140431100001", "官渠巷社区", ("魏沁河", "魏沁源"), 4),
)

PLACE = {place.key: place for place in PLACES}
COUNTIES = ("360722", "140431")


def an_account(number: int) -> str:
    """A card number that passes Luhn."""
    body = f"62308801234500{number:04d}"
    return next(body + digit for digit in "0123456789" if bank.luhn_ok(body + digit))


def person_id(place: Place, person: int) -> str:
    first = f"990000{1950 + place.number}0315{person:03d}"
    return first + citizen_id.check_character(first)


def phone(place: Place, person: int) -> str:
    return f"1387970{place.number:02d}{person:02d}"


def photo(**exif: Any) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (40, 30), "white").save(stream, "JPEG", **exif)
    return stream.getvalue()


@dataclass
class World:
    """``users``: one of each role at its seat; ``clerks``: by town; ``objects``: (model name, place) → row."""

    units: dict[str, Unit]
    users: dict[str, User] = field(default_factory=dict)
    clerks: dict[str, User] = field(default_factory=dict)
    objects: dict[tuple[str, str], Any] = field(default_factory=dict)

    def one(self, model: str, place: str = "own") -> Any:
        """The row of a model at a place, read anew."""
        found = self.objects[model, place]
        return type(found)._base_manager.get(pk=found.pk)

    def keep(self, place: str, *rows: Any) -> None:
        for row in rows:
            self.objects[type(row).__name__, place] = row

    def secrets(self) -> Iterator[str]:
        """Clear ID and account numbers of everybody."""
        for place in PLACES:
            yield from (person_id(place, 1), person_id(place, 2), an_account(place.number))
            yield an_id(500 + place.number)


def make_account(username: str, posts: list[tuple[str, Unit, date, date | None]], name: str = "") -> User:
    """An account with posts; the password is never used, tests sign in past it."""
    user = User(username=username, name=name or username)
    user.set_unusable_password()
    user.save()
    for role, unit, begin, end in posts:
        grant_post(user=user, role=role, unit=unit, start=begin, end=end, actor=None)
    return User.objects.get(pk=user.pk)


def seat_of(role: str, units: dict[str, Unit]) -> Unit:
    """Where the one holder of a role sits: 水东村, 嘉定镇, 信丰县, 赣州市, 江西省."""
    kinds = ROLES[role].kinds
    if "PROVINCE" in kinds and role.startswith("PROVINCE"):
        return units[SEATS["PROVINCE"]]
    return next(
        units[SEATS[kind]] for kind in ("VILLAGE", "TOWN", "COUNTY", "CITY", "PROVINCE") if kind in kinds
    )


def build_world() -> World:
    """Everything, written by the services people use."""
    load_units(path=UNITS)
    load_units(path=REPORTING)
    world = World({unit.code: unit for unit in Unit.objects.select_related("parent", "county")})
    for role in ROLES:
        seat = seat_of(role, world.units)
        world.users[role] = make_account(
            role.lower(), [(role, seat, LONG_AGO, None)], f"{ROLES[role].label}甲"
        )
    for town in dict.fromkeys(place.town for place in PLACES):
        clerk = world.users["TOWN_CLERK"] if town == SEATS["TOWN"] else None
        post = [("TOWN_CLERK", world.units[town], LONG_AGO, None)]
        world.clerks[town] = clerk or make_account(f"clerk{town}", post, f"经办{town[-3:]}")
    _standards(world)
    for place in PLACES:
        _people(world, place)
    _months(world)
    for place in PLACES:
        _papers(world, place)
        _exclusion(world, place)
    # Keeping a line out makes its roster anew: whatever hangs on a roster comes after the last one.
    for place in PLACES:
        _payments(world, place)
    return world


def _standards(world: World) -> None:
    """The demonstration's values confirmed in both counties: whatever has no confirmed default."""
    values = {
        key: VALUES.get(key, declared.default)
        for key, declared in PARAMETERS.items()
        if key in VALUES or (declared.mark == "通识" and declared.default is not None)
    }
    for code in COUNTIES:
        ParameterVersion.objects.bulk_create(
            ParameterVersion(
                key=key, unit=world.units[code], value=value, valid_from=LONG_AGO, basis="文号", state="CONFIRMED",
                entered_by=world.users["COUNTY_CLERK"], confirmed_by=world.users["COUNTY_APPROVER"],
                confirmed_at=timezone.now(),
            )
            for key, value in values.items()
        )  # fmt: skip


def _people(world: World, place: Place) -> None:
    """A household on its way through application, benefit and change."""
    now, clerk, village = timezone.now(), world.clerks[place.town], world.units[place.village]
    members = [
        PersonInput(name, person_id(place, n), relation, phone=phone(place, n))
        for n, (name, relation) in enumerate(zip(place.names, ("HEAD", "CHILD"), strict=True), start=1)
    ]
    household = register_household(
        unit=world.units[place.town], village=village, members=members, standard_area="RURAL", actor=clerk
    )
    set_account(
        household=household, number=an_account(place.number), kind="SSC", bank_name="农商行",
        holder_name=place.names[0], start=LONG_AGO, actor=clerk,
    )  # fmt: skip
    application = create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=now,
        **COMPLETE,
    )  # fmt: skip
    income = {"member": str(household.head_id), "item": "BASIC_PENSION", "monthly": "130"}
    save_declaration(
        household=household, application=application, document={"incomes": [income]}, actor=clerk
    )
    perform(subject=application, step="submit", actor=clerk, now=now)
    check = make_check(application, state="STARTED", reported_on=None, valid_until=None)
    exchange = CheckExchange.objects.create(
        unit=application.unit, way="OUT", reason="核对", requests=1, rows=1, stored_as=store(place.key.encode()),
        name="核对提请.xlsx", sha256="0" * 64,
    )  # fmt: skip
    world.keep(place.key, check, exchange)
    document = Document.objects.create(
        code="accepted", title="社会救助申请受理通知书", subject_type="cases.application", subject_id=application.pk,
        about=f"{place.names[0]}的申请", unit=application.unit, village=village, issuer=application.unit,
        dated=timezone.localdate(), given=sealed_facts.dump({}), state="DRAFT", state_since=now, once=False,
    )  # fmt: skip
    world.keep(place.key, document)
    benefit = _benefit(household)
    order = draft_stop(benefit=benefit, reason="INCOME", note="收入增加", actor=clerk, now=now)
    hold = Hold.objects.create(
        unit=household.handling_unit, person=household.members.last().person, reason="核实中", source="测试",
        from_month=LONG_AGO, lifted_at=now,
    )  # fmt: skip
    relief = create_relief(
        household=household, program="TEMP_EMERGENCY", situation="FIRE", applicant_id=household.head_id,
        happened_on=timezone.localdate(), applied_on=timezone.localdate(), persons=2,
        reason=f"{place.names[0]}家失火", actor=clerk, now=now,
    )  # fmt: skip
    world.keep(place.key, household, household.head, application, benefit, order, hold, relief)


def _benefit(household: Any) -> Benefit:
    """Covered since last year: the amounts do not matter here."""
    first = (Month.of(timezone.localdate()) - 12).first_day
    benefit = Benefit.objects.create(
        program="DIBAO_RURAL", household=household, applicant=household.head, county=household.county,
        unit=household.handling_unit, village=household.village, standard_area="RURAL", source="IMPORT", first_month=first,
    )  # fmt: skip
    months = DateRange(first, None)
    term = BenefitTerm.objects.create(benefit=benefit, months=months, base=500, total=500)
    for member in household.members.all():
        TermMember.objects.create(term=term, person=member.person, months=months, base=250)
    return benefit


def _months(world: World) -> None:
    """Last month frozen and its tables drafted, next month's rosters made, in both counties."""
    now = timezone.now()
    this = Month.of(timezone.localdate())
    for code in COUNTIES:
        county = world.units[code]
        open_cycle(county=county, month=this, now=now)
        for place in PLACES:
            sheet = VillageAttestation.objects.filter(village=world.units[place.village]).first()
            if sheet is not None:
                world.keep(place.key, sheet)
        freeze_month(county=county, month=this - 1, now=now, actor=None)
        for submission in draft_month(county=county, month=this - 1, now=now):
            for place in PLACES:
                if place.town == submission.unit.code:
                    world.keep(place.key, submission)
        draft_ledgers(county=county, month=this - 1, now=now)
        for roster in generate_rosters(unit=county, month=this + 1, actor=None, now=now):
            for place in PLACES:
                if place.town == roster.unit.code and roster.program == "DIBAO_RURAL":
                    world.keep(place.key, roster)


def _papers(world: World, place: Place) -> None:
    """Attachment, upload, problem, report, meeting, document, parameter, job, export request."""
    now, clerk, town = timezone.now(), world.clerks[place.town], world.units[place.town]
    application = world.one("Application", place.key)
    attachment = add_attachment(
        subject=application, unit=town, village=application.village, kind="NOTICE", name=f"{place.names[0]}公示.jpg",
        content=photo(), actor=clerk,
    )  # fmt: skip
    head = ["序号", "行政村", "户编号", "姓名", "与户主关系", "身份证号", "补助金额"]
    row = [
        1,
        place.village_name,
        f"J{place.number}",
        f"{place.names[0][0]}新户",
        "户主",
        an_id(500 + place.number),
        800,
    ]
    order = checked_order(unit=town, program="DIBAO_RURAL", month=Month(2022, 5))
    batch = upload_roster(
        content=xlsx([head, row]), file_name=f"{place.names[0]}.xlsx", order=order, actor=clerk
    )
    item = create_item(
        unit=town, actor=clerk, now=now, category="DIBAO", source="SELF", found_on=LONG_AGO,
        description=f"{place.names[0]}认定不准", responsible=place.names[1],
    )  # fmt: skip
    summary = draft_summary(unit=town, month=Month.of(timezone.localdate()) - 1, actor=None, now=now)
    meeting = Meeting.objects.create(
        unit=town, kind="PANEL", title=f"{place.names[0]}专题会", held_on=timezone.localdate(), place="会议室", host="主持",
        attendees="甲\n乙\n丙",
    )  # fmt: skip
    rule = MeetingRule.objects.create(
        unit=town,
        kind="LEADING" if place.number == 2 else "PANEL",
        body=f"{place.names[0]}领导组",
        text="按月召开",
        per_year=12,
        quorum=3,
        from_on=LONG_AGO,
    )
    task = MeetingTask.objects.create(
        unit=town, meeting=meeting, what=f"{place.names[0]}专题会议定的事", due_on=timezone.localdate()
    )
    member = MemberUnit.objects.create(unit=town, name=f"{place.names[0]}成员单位", from_on=LONG_AGO)
    world.keep(place.key, rule, task, member)
    document = PolicyDocument.objects.create(
        unit=town, number=f"镇发{place.number}号", title="通知", issuer="镇政府", level="TOWN"
    )
    version = ParameterVersion.objects.create(
        key="uplift.elder_age", unit=town, value=60, valid_from=date(2024, 1, 1), basis="文号",
        entered_by=world.users["COUNTY_CLERK"],
    )  # fmt: skip
    county = town.county or town
    bureau = Meeting.objects.create(
        unit=county, kind="BUREAU", title=f"{place.names[0]}局务会", held_on=timezone.localdate(), place="会议室",
        host="主持", attendees="甲",
    )  # fmt: skip
    wording = WordingVersion.objects.create(
        code="accepted", unit=town, texts={}, valid_from=date(2024, 1, 1), basis=f"{place.names[0]}文号",
        entered_by=world.users["COUNTY_CLERK"],
    )  # fmt: skip
    world.keep(place.key, wording)
    adjustment = StandardAdjustment.objects.create(
        county=town, version=version, meeting=bureau, effective_month=date(2024, 1, 1),
        asked_by=world.users["COUNTY_APPROVER"], asked_at=now,
    )  # fmt: skip
    world.keep(place.key, adjustment)
    benefit = world.one("Benefit", place.key)
    review = ReviewTask.objects.create(
        benefit=benefit, unit=town, village=application.village, source="DUE", due_on=timezone.localdate()
    )
    event = LifeEvent.objects.create(
        benefit=benefit, unit=town, village=application.village, person=application.applicant, kind="TURNS_60",
        on=timezone.localdate(), noted_on=timezone.localdate(),
    )  # fmt: skip
    offer = WorkOffer.objects.create(
        benefit=benefit, person=application.applicant, unit=town, village=application.village,
        offered_on=timezone.localdate(), post="保洁", answer="EXCUSED", reason="照料病人",
    )  # fmt: skip
    world.keep(place.key, review, event, offer)
    order = world.one("ChangeOrder", place.key)
    recovery = RecoveryProposal.objects.create(
        order=order, benefit=benefit, person=benefit.applicant, unit=town, village=application.village, cause="DEATH",
        event_on=LONG_AGO, found_on=timezone.localdate(), first_month=date(2024, 1, 1), last_month=date(2024, 2, 1),
        months=2, amount=place.number, lines=[],
    )  # fmt: skip
    content = place.key.encode()
    book = SheetBook.objects.create(
        cycle=MonthlyCycle.objects.get_or_create(
            county=county, month=date(2024, 1, 1), defaults={"opened_at": now}
        )[0],
        unit=town, villages=1, households=1, stored_as=store(content), name=f"{place.names[0]}签字报表.pdf",
        size=len(content), sha256=hashlib.sha256(content).hexdigest(), made_at=now,
    )  # fmt: skip
    world.keep(place.key, recovery, book)
    simulated = SimulatedChange.objects.create(
        version=version, unit=town, village=application.village, household=application.household, kind="GAIN",
        program="DIBAO_RURAL", before=500, after=600,
    )  # fmt: skip
    verdict = {"working": [], "members": [], "failed": [], "warnings": [], "covered": []}
    assessment = Assessment.objects.create(
        application=application, household=application.household, program="DIBAO_RURAL", on=timezone.localdate(),
        eligible=False, base=0, uplift=0, total=0, annual_income=0, per_capita=0, people=2, made_at=now,
        result=sealed_facts.dump(verdict), facts=sealed_facts.dump({}),
    )  # fmt: skip
    sheet = NoticeSheet.objects.create(
        unit=town, village=application.village, group="低保", year=2024, number=place.number, posted_on=date(2024, 5, 1),
        ends_on=date(2024, 5, 8), place="公开栏", rows=[
            {"place": place.village_name, "name": place.names[0], "people": "2", "program": "农村低保", "grant": "500.00元/月"}
        ],
    )  # fmt: skip
    world.keep(place.key, simulated, assessment, sheet)
    run = start(
        code="roster.generate",
        unit=town,
        period=f"2024-0{place.number}",
        actor=clerk,
        enqueue=lambda pk: None,
    )
    # Over and done with: one that waits would count as forgotten a minute later, however long the tests take.
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE, progress=100, finished_at=now)
    staff = StaffMember.objects.create(
        unit=town, name=f"{place.names[1]}之弟", kind="OFFICER", post="经办", from_on=LONG_AGO
    )
    panel = ReviewPanel.objects.create(
        unit=town, leader=f"{place.names[0]}之兄", leader_post="镇长", members="甲", from_on=LONG_AGO
    )
    submission = world.one("Submission", place.key)
    remark = CellRemark.objects.create(
        submission=submission,
        cell="SJ14.m",
        text="请核对",
        by=world.users["COUNTY_CLERK"],
        at=now,
        answer="已核对",
        answered_by=world.users["TOWN_CLERK"],
        answered_at=now,
    )
    urge = Urge.objects.create(submission=submission, level="CLERK", at=now)
    reminder, _ = Reminder.objects.get_or_create(
        unit=town, level="AHEAD", on=LONG_AGO, defaults={"at": now, "duties": 1, "oldest": LONG_AGO}
    )
    world.keep(place.key, remark, urge, reminder)
    filing = KinshipFiling.objects.create(
        staff=staff, person=application.applicant, relation="兄弟姐妹", level="TOWN", county=application.county, unit=town,
        state="DRAFT", state_since=now,
    )  # fmt: skip
    world.keep(place.key, filing)
    _care(world, place, application)
    discovery = Discovery.objects.create(
        county=application.county, unit=town, village=application.village, name=f"{place.names[1]}之邻", origin="VILLAGE",
        hardship="ILLNESS", situation="患病", found_on=timezone.localdate(), person=application.applicant, state="FOUND",
        state_since=now,
    )  # fmt: skip
    listing = MonitorBatch.objects.create(
        unit=county, title=f"{place.names[0]}名单", source="乡村振兴部门", valid_from=LONG_AGO, valid_until=timezone.localdate(),
        stored_as="", sha256=f"{place.number:064d}",
    )  # fmt: skip
    monitored = MonitoredPerson.objects.create(
        batch=listing, county=application.county, unit=town, village=application.village, name=f"{place.names[1]}之邻",
        id_no=application.applicant.id_no.plain(), id_index=application.applicant.id_index, category="SUDDEN",
        person=application.applicant, discovery=discovery,
    )  # fmt: skip
    world.keep(place.key, discovery, monitored, listing)
    special = SpecialDeliberation.objects.create(
        no=f"YSYY{place.number}", application=application, county=application.county, unit=town, difficulty="赡养人失联",
        proposed="DIBAO_RURAL", basis="县办法", filed_on=timezone.localdate(), state="DRAFT", state_since=now,
    )  # fmt: skip
    world.keep(place.key, special)
    mode, _ = EmergencyMode.objects.get_or_create(
        unit=county, number="民发1号",
        defaults={"event": "演练", "from_on": LONG_AGO, "replaced": ["VISIT"], "state": "ASKED", "state_since": now},
    )  # fmt: skip
    household, asker = application.household, world.users["TOWN_CLERK"]
    archive = CaseArchive.objects.create(
        no=f"DA{place.number}", household=household, county=household.county, opened_on=timezone.localdate()
    )
    bundle = ArchiveBundle.objects.create(
        household=household, purpose="档案检查", requested_by=asker, requested_at=now, stored_as=store(place.key.encode()),
        sha256="0" * 64, pages=1, pieces=1, made_at=now, valid_until=timezone.localdate(),
    )  # fmt: skip
    insured = Insurance.objects.create(
        person=application.applicant, kind="MEDICAL", year=2024, standing="NONE", as_of=LONG_AGO
    )
    offered = InsuranceBatch.objects.create(
        unit=county,
        source="医保局",
        as_of=LONG_AGO,
        rows=1,
        matched=1,
        stored_as=store(place.key.encode()),
        sha256="0" * 64,
    )
    alert = MonitoringAlert.objects.create(
        county=application.county, unit=town, village=application.village, person=application.applicant, kind="MISSED",
        source="REPORT", reason="生活困难", raised_on=timezone.localdate(), state="RAISED", state_since=now,
    )  # fmt: skip
    world.keep(place.key, alert)
    referral = Referral.objects.create(
        unit=town, village=application.village, household=household, person=application.applicant, need="MEDICAL",
        situation="患病", raised_on=LONG_AGO, pushed_on=LONG_AGO,
    )  # fmt: skip
    listed = ReferralBatch.objects.create(
        unit=county,
        need="MEDICAL",
        purpose="医疗救助",
        rows=1,
        stored_as=store(place.key.encode()),
        sha256="0" * 64,
    )
    world.keep(place.key, archive, bundle, insured, offered, referral, listed)
    department = GroupList.objects.create(
        unit=county, group="ILL", source="卫健委", as_of=LONG_AGO, people=1, known=1, stored_as=store(place.key.encode()),
        sha256="0" * 64,
    )  # fmt: skip
    on_list = ListedPerson.objects.create(
        listing=department, unit=town, village=application.village, name=application.applicant.name,
        id_no=application.applicant.id_no.plain(), id_index=application.applicant.id_index, birth_date=LONG_AGO,
        person=application.applicant, ill=True,
    )  # fmt: skip
    year, _ = GroupRound.objects.get_or_create(
        county=county,
        year=timezone.localdate().year,
        defaults={"due_on": timezone.localdate(), "refreshed_at": now},
    )
    surveyed = GroupEntry.objects.create(
        round=year, person=application.applicant, id_no=application.applicant.id_no, id_index=application.applicant.id_index,
        name=application.applicant.name,
        unit=town, village=application.village, groups=["ILL"],
    )  # fmt: skip
    read_back = ExternalBatch.objects.create(
        unit=town,
        as_of=LONG_AGO,
        whole=False,
        rows=1,
        taken=1,
        stored_as=store(place.key.encode()),
        sha256="0" * 64,
    )
    theirs = ExternalRecord.objects.create(
        county=application.county, unit=town, village=application.village, person=application.applicant,
        name=application.applicant.name, id_no=application.applicant.id_no.plain(), id_index=application.applicant.id_index,
        program="DIBAO_RURAL", ext_no="SZ1", standing="ACTIVE", as_of=LONG_AGO, batch=read_back, synced_at=now,
    )  # fmt: skip
    printed = PrintedCopy.objects.create(
        code=f"AAAAAAAAAAA{'ABCDEFGH'[place.number]}", kind="worksheet", title="核算表",
        subject_type=household._meta.label_lower, subject_id=household.pk, unit=town, village=application.village,
        content_sha256="0" * 64, file_sha256="0" * 64, form="pdf",
    )  # fmt: skip
    world.keep(place.key, department, on_list, surveyed, read_back, theirs, printed)
    report = SelfReport.objects.create(
        unit=town, village=application.village, person=application.applicant, matter="JOB", way="REPORTED",
        happened_on=LONG_AGO, reported_on=LONG_AGO, content="务工",
    )  # fmt: skip
    world.keep(place.key, mode, report)
    world.keep(place.key, attachment, batch, item, summary, meeting, document, version, run, staff, panel)


def _care(world: World, place: Place, application: Any) -> None:
    """One record of each register of 特困照料."""
    today, person, number = timezone.localdate(), application.applicant, place.number
    whose = {"person": person, "unit": application.unit, "village": application.village}
    later = today + timedelta(days=300)
    home = Institution.objects.create(
        unit=application.unit, county=application.county, name=f"{place.key}敬老院", kind="TEKUN", legal_person="院长",
        address="镇上", beds=9,
    )  # fmt: skip
    caregiver = Caregiver.objects.create(
        unit=application.unit, name="邻居", id_no=an_id(700 + number), id_index=blind_index(an_id(700 + number), "citizen_id"), phone="13800000000", address="村里",
        health="GOOD",
    )  # fmt: skip
    certificate = SupportCertificate.objects.create(no=f"TK{place.key}", issued_on=today, **whose)
    world.keep(
        place.key, home, caregiver, certificate,
        CareAssessment.objects.create(
            cause="FIRST", assessed_on=today, lost=[], level="SELF", assessors="甲\n乙", body="TOWN", next_on=later, **whose
        ),
        ReportedChange.objects.create(reported_on=today, reporter="邻居", what="不能走路", due_on=later, **whose),
        CareWish.objects.create(wish="CENTRALIZED", registered_on=today, said_by="本人", **whose),
        Residence.objects.create(institution=home, bed=1, from_on=today, **whose),
        CareAgreement.objects.create(
            no=f"WT{place.key}", caregiver=caregiver, relation="邻居", party="镇长", from_on=today, until_on=later,
            services="做饭", pay=200, signed_on=today, **whose,
        ),
        CareVisit.objects.create(
            visited_at=timezone.now(), stat_month=today.replace(day=1), way="ONSITE", visitor="村干部", org="VILLAGE",
            health="BAD", housing="GOOD", food="GOOD", medicine="GOOD", caregiving="GOOD", needs="GOOD",
            findings="感冒", abnormal=True, **whose,
        ),
        MedicalContract.objects.create(kind="ORDINARY", hospital="县医院", from_on=today, until_on=later, **whose),
        NursingInsurance.objects.create(year=today.year, insurer="保险", premium=100, insured=6000, **whose),
        CertificateReview.objects.create(
            certificate=certificate, year=today.year, reviewed_on=today, reviewer="甲", outcome="PASSED", **whose
        ),
        OrphanTag.objects.create(kind="ORPHAN", recognised_on=today, **whose),
    )  # fmt: skip


def _exclusion(world: World, place: Place) -> None:
    """One payment kept out of the roster."""
    exclusion = exclude_line(
        roster_id=world.one("Roster", place.key).pk, benefit_id=world.one("Benefit", place.key).pk,
        for_month=Month.of(timezone.localdate()) + 1, reason="核实收入", actor=world.clerks[place.town], now=timezone.now(),
    )  # fmt: skip
    world.keep(place.key, exclusion)


def _payments(world: World, place: Place) -> None:
    """The line, one benefit that left the roster, and a request for the unmasked roster."""
    roster = world.one("Roster", place.key)
    benefit, household = world.one("Benefit", place.key), world.one("Household", place.key)
    leaver = Leaver.objects.create(
        roster=roster, village=household.village, benefit=benefit, household=household, name=place.names[0],
        household_no=household.no, last_people=2, last_total=500, households_out=1, reason="UNKNOWN",
    )  # fmt: skip
    # Both villages of a town share a roster, of which one person has one waiting request.
    asker = world.users["COUNTY_CLERK" if place.key == "next_village" else "AUDITOR"]
    asked = ExportRequest.objects.create(
        unit=roster.unit,
        subject_type="funds.roster",
        subject_id=roster.pk,
        reason="报送财政",
        requested_by=asker,
    )
    paper = SignedPaper.objects.create(
        roster=roster, version=1, content_hash="", stored_as="", name="签章版.pdf", size=0, sha256="0" * 64,
        made_at=timezone.now(),
    )  # fmt: skip
    world.keep(place.key, paper)
    line = PayLine.objects.get(roster=roster, benefit=benefit)
    world.keep(place.key, leaver, asked, line)


@contextmanager
def standing_world(django_db_blocker: Any, files: Path) -> Iterator[World]:
    """The world in an open transaction that is rolled back at the end; tests inside use savepoints."""
    with override_settings(MEDIA_ROOT=files), django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)
