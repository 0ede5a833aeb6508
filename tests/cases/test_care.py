"""特困照料: assessments, wishes and beds, agreements, visits, contracts, certificates, and the end of support."""
# requirements: D01, D02, D04, D05, D06, D07, D08, D10, D11, D13, D14, D15, N05

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Benefit,
    BenefitTerm,
    CareAgreement,
    CareAssessment,
    Caregiver,
    CareVisit,
    CareWish,
    CertificateReview,
    ChangeOrder,
    Discovery,
    Institution,
    LifeEvent,
    MedicalContract,
    NoticeSheet,
    NursingInsurance,
    OrphanTag,
    Person,
    ReportedChange,
    Residence,
    SupportCertificate,
)
from cases.selectors import with_own_part
from cases.selectors_care import lacking, missing_counts, supported, with_care
from cases.services.agreements import save_agreement, save_caregiver
from cases.services.care import save_assessment, save_orphan, save_report, save_wish
from cases.services.certificates import save_certificate, save_review
from cases.services.changes import draft_stop
from cases.services.judging import case_of, kin_of
from cases.services.medical import save_contract, save_insurance
from cases.services.notice_sheets import ending_sheet, sheet_paper
from cases.services.proofs import rest_on
from cases.services.residences import (
    free_beds,
    paid_and_resident,
    queued,
    save_institution,
    save_residence,
)
from cases.services.reviews import note_events
from cases.services.support_end import on_moved_in, on_support_back, on_support_ended
from cases.services.visits import coverage, save_visit
from salvation.accounts.models import User
from salvation.documents.declared import kinds_of
from salvation.documents.models import Document
from salvation.documents.official import Grid
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.clock import work_calendar
from salvation.flow.engine import perform
from salvation.flow.table import Context
from salvation.journal.models import Entry
from salvation.periods.measures import Frame, compute
from salvation.units.models import Unit
from salvation.web.services import new_token
from tests.builders import make_benefit, make_household
from tests.intake.builder import an_id
from tests.world import photo

THIS = Month.of(timezone.localdate())
START = date(2020, 1, 1)
VALUES = {
    "dibao.std.rural": "600", "dibao.std.urban": "750", "tekun.base.rural.dispersed": "780",
    "tekun.base.rural.centralized": "800", "tekun.care.self.dispersed": "180", "tekun.care.half.dispersed": "300",
    "tekun.care.full.dispersed": "600", "tekun.care.self.centralized": "180", "tekun.care.half.centralized": "300",
    "tekun.care.full.centralized": "600",
}  # fmt: skip


@pytest.fixture
def standards(in_force: Callable[[dict[str, Any]], None]) -> None:
    in_force(VALUES)


@pytest.fixture
def benefit(units: dict[str, Unit], standards: None) -> Benefit:
    found = make_benefit(
        make_household(units["360722100200"], ["老人"]),
        START,
        program="TEKUN_DISPERSED",
        shares=(("780", "0", ""),),
    )
    found.terms.update(care=180, total=960, care_level="SELF")
    return found


@pytest.fixture
def person(benefit: Benefit) -> Person:
    return benefit.applicant


@pytest.fixture
def home(units: dict[str, Unit]) -> Institution:
    return Institution.objects.create(
        unit=units["360722"],
        county=units["360722"],
        name="敬老院",
        kind="TEKUN",
        legal_person="院长",
        address="城南",
        beds=1,
    )


@pytest.fixture
def caregiver(units: dict[str, Unit], clerk: User) -> Caregiver:
    made = Caregiver(
        unit=units["360722100"],
        name="邻居",
        id_no=an_id(91),
        phone="13800000000",
        address="本村",
        health="GOOD",
    )
    save_caregiver(record=made, actor=clerk, now=timezone.now(), new=True)
    return made


def today() -> date:
    return timezone.localdate()


def whose(person: Person) -> dict[str, Any]:
    return {"person": person, "unit": person.unit, "village": person.village}


def kept(save: Callable[..., None], record: Any, actor: User, *, new: bool = True) -> Any:
    save(record=record, actor=actor, now=timezone.now(), new=new)
    return record


def assess(person: Person, clerk: User, *lost: str, **given: Any) -> CareAssessment:
    facts = {"cause": "REGULAR", "assessed_on": today(), "assessors": "甲\n乙", "body": "TOWN", **given}
    return kept(save_assessment, CareAssessment(lost=list(lost), **facts, **whose(person)), clerk)


def agreed(person: Person, caregiver: Caregiver, **given: Any) -> CareAgreement:
    facts = {"from_on": today(), "until_on": today() + timedelta(days=365), "signed_on": today(), **given}
    return CareAgreement(
        caregiver=caregiver, relation="邻居", party="镇长", services="做饭", pay=200, **facts, **whose(person)
    )


def visited(person: Person, **given: Any) -> CareVisit:
    checks = {code: "GOOD" for code, _ in CareVisit.CHECKS}
    facts = {
        "visited_at": timezone.now(),
        "way": "ONSITE",
        "visitor": "村干部",
        "org": "VILLAGE",
        **checks,
        **given,
    }
    return CareVisit(**facts, **whose(person))


def test_two_lost_of_six_is_partly_lost_and_changes_the_payment_next_month(
    person: Person, clerk: User
) -> None:
    made = assess(person, clerk, "BED", "TOILET")
    assert made.level == "HALF" and made.next_on > today() + timedelta(days=360)
    order = made.order
    assert order is not None and (order.kind, order.state, float(order.new_care)) == (
        "CARE_LEVEL",
        "DRAFT",
        300.0,
    )
    assert order.effective_month > today()


@pytest.mark.parametrize(
    ("lost", "level"),
    [((), "SELF"), (("EAT", "BED", "WALK", "BATHE"), "FULL"), (("EAT", "BED", "WALK"), "HALF")],
)
def test_the_level_follows_from_the_indicators(
    person: Person, clerk: User, lost: tuple[str, ...], level: str
) -> None:
    made = assess(person, clerk, *lost)
    assert made.level == level and (made.order is None) == (level == "SELF")


def test_one_assessor_is_not_enough_and_a_third_party_has_a_name(person: Person, clerk: User) -> None:
    with pytest.raises(Refusal, match="不少于2人"):
        assess(person, clerk, assessors="甲")
    with pytest.raises(Refusal, match="机构名称"):
        assess(person, clerk, body="THIRD_PARTY")


def test_a_reported_change_is_a_duty_until_the_assessment(person: Person, clerk: User) -> None:
    report = kept(
        save_report, ReportedChange(reported_on=today(), reporter="邻居", what="跌倒", **whose(person)), clerk
    )
    duty = Duty.objects.get(kind="care_reassess", subject_id=report.pk)
    assert duty.done_at is None and duty.due_on == report.due_on >= today() + timedelta(days=10)
    made = assess(person, clerk, "BED", cause="CHANGED")
    report.refresh_from_db()
    duty.refresh_from_db()
    assert report.assessment == made and duty.done_at is not None


def test_somebody_not_on_tekun_has_no_care_records(
    units: dict[str, Unit], clerk: User, standards: None
) -> None:
    stranger = make_household(units["360722100200"], ["张三"]).head
    with pytest.raises(Refusal, match="不是特困供养人员"):
        assess(stranger, clerk)


def test_the_queue_puts_those_who_lost_most_first(
    units: dict[str, Unit], person: Person, clerk: User
) -> None:
    other = make_benefit(
        make_household(units["360722100200"], ["另一老人"]), START, program="TEKUN_DISPERSED"
    ).applicant
    for who, day in ((other, 9), (person, 3)):
        wish = CareWish(
            wish="CENTRALIZED", registered_on=today() - timedelta(days=day), said_by="本人", **whose(who)
        )
        kept(save_wish, wish, clerk)
    assess(person, clerk, "EAT", "BED", "WALK", "BATHE")
    waiting = queued(CareWish.objects.all(), today()).order_by("rank", "registered_on")
    assert [wish.person for wish in waiting] == [person, other]


def test_a_new_wish_ends_the_one_before(person: Person, clerk: User) -> None:
    for wish in ("CENTRALIZED", "DISPERSED"):
        kept(save_wish, CareWish(wish=wish, registered_on=today(), said_by="本人", **whose(person)), clerk)
    assert [w.wish for w in CareWish.objects.filter(ended_on__isnull=True)] == ["DISPERSED"]


def test_moving_in_takes_the_bed_and_drafts_the_other_mode(
    person: Person, home: Institution, clerk: User
) -> None:
    made = kept(save_residence, Residence(institution=home, bed=1, from_on=today(), **whose(person)), clerk)
    assert made.order is not None and (made.order.kind, made.order.new_program) == (
        "MODE",
        "TEKUN_CENTRALIZED",
    )
    assert free_beds(home, today()) == []


def test_a_full_institution_takes_nobody_and_keeps_its_beds(
    units: dict[str, Unit], person: Person, home: Institution, clerk: User
) -> None:
    kept(save_residence, Residence(institution=home, bed=1, from_on=today(), **whose(person)), clerk)
    other = make_benefit(
        make_household(units["360722100200"], ["另一老人"]), START, program="TEKUN_DISPERSED"
    ).applicant
    with pytest.raises(Refusal, match="已住满"):
        kept(save_residence, Residence(institution=home, bed=1, from_on=today(), **whose(other)), clerk)
    home.closed_on = today()
    with pytest.raises(Refusal, match="在院"):
        kept(save_institution, home, clerk, new=False)


def test_one_bed_and_one_institution_a_person_even_by_raw_sql(
    person: Person, home: Institution, units: dict[str, Unit]
) -> None:
    Residence.objects.create(institution=home, bed=1, from_on=today(), **whose(person))
    other = make_household(units["360722100200"], ["另一老人"]).head
    for who, bed in ((other, 1), (person, 2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Residence.objects.create(institution=home, bed=bed, from_on=today(), **whose(who))


def test_paid_people_are_compared_with_residents(
    units: dict[str, Unit], person: Person, home: Institution, standards: None
) -> None:
    paid = make_benefit(
        make_household(units["360722100200"], ["院民"]), START, program="TEKUN_CENTRALIZED"
    ).applicant
    Residence.objects.create(institution=home, bed=1, from_on=today(), **whose(person))
    found = paid_and_resident(county=units["360722"], month=Month.of(today()))
    assert (found.paid, found.resident) == (1, 1)
    assert (found.without_residence, found.without_payment) == ((paid.pk,), (person.pk,))


def test_one_agreement_at_a_time_even_by_raw_sql(person: Person, caregiver: Caregiver, clerk: User) -> None:
    first = kept(save_agreement, agreed(person, caregiver), clerk)
    assert first.no.startswith("WT360722100-")
    with pytest.raises(Refusal, match="只能有一份"):
        kept(save_agreement, agreed(person, caregiver), clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        agreed(person, caregiver, no="X").save()


def test_a_caregiver_has_a_limit_and_an_unfit_one_ends_his_agreements_first(
    units: dict[str, Unit], person: Person, caregiver: Caregiver, clerk: User
) -> None:
    village = units["360722100200"]
    people = [
        make_benefit(make_household(village, [f"老人{n}"]), START, program="TEKUN_DISPERSED").applicant
        for n in range(3)
    ]
    for one in people:
        kept(save_agreement, agreed(one, caregiver), clerk)
    with pytest.raises(Refusal, match="上限3人"):
        kept(save_agreement, agreed(person, caregiver), clerk)
    caregiver.rating, caregiver.rated_on = "POOR", today()
    with pytest.raises(Refusal, match="3份有效协议"):
        kept(save_caregiver, caregiver, clerk, new=False)


def test_an_agreement_ends_early_only_with_a_reason(
    person: Person, caregiver: Caregiver, clerk: User
) -> None:
    made = kept(save_agreement, agreed(person, caregiver), clerk)
    made.until_on = today()
    with pytest.raises(Refusal, match="终止的原因"):
        kept(save_agreement, made, clerk, new=False)
    made.ending = "WISH"
    kept(save_agreement, made, clerk, new=False)
    kept(save_agreement, agreed(person, caregiver, from_on=today() + timedelta(days=1)), clerk)


def test_an_agreement_that_runs_out_is_a_reminder(
    units: dict[str, Unit], person: Person, caregiver: Caregiver, clerk: User
) -> None:
    kept(save_agreement, agreed(person, caregiver, until_on=today() + timedelta(days=20)), clerk)
    note_events(county=units["360722"], on=today())
    assert LifeEvent.objects.get(person=person, kind="AGREEMENT_ENDS").on == today() + timedelta(days=20)


def test_what_a_visit_finds_is_a_duty_until_it_is_handled(person: Person, clerk: User) -> None:
    with pytest.raises(Refusal, match="写明发现"):
        kept(save_visit, visited(person, health="BAD"), clerk)
    made = kept(save_visit, visited(person, health="BAD", findings="发烧"), clerk)
    assert Duty.objects.filter(kind="care_visit", subject_id=made.pk, done_at__isnull=True).exists()
    made.handled_on, made.handling = today(), "已就医"
    kept(save_visit, made, clerk, new=False)
    assert not Duty.objects.filter(kind="care_visit", done_at__isnull=True).exists()


def test_goods_have_a_name_a_quantity_and_a_signature(person: Person, clerk: User) -> None:
    with pytest.raises(Refusal, match="品名 数量"):
        kept(save_visit, visited(person, goods="大米"), clerk)
    with pytest.raises(Refusal, match="签收人"):
        kept(save_visit, visited(person, goods="大米 10公斤"), clerk)
    assert kept(save_visit, visited(person, goods="大米 10公斤\n棉被 1床", goods_signed_by="本人"), clerk).pk


def test_coverage_counts_people_seen_at_home_once(person: Person, clerk: User, county_clerk: User) -> None:
    kept(save_visit, visited(person, way="PHONE"), clerk)
    assert coverage(county_clerk, "unit", Month.of(today()))[0]["done"] == 0
    for _ in range(2):
        kept(save_visit, visited(person), clerk)
    (row,) = coverage(county_clerk, "unit", Month.of(today()))
    assert (row["due"], row["done"], row["visits"]) == (1, 1, 3)


def test_a_special_contract_is_for_mental_and_intellectual_disability_only(
    person: Person, clerk: User
) -> None:
    given = {
        "kind": "SPECIAL",
        "hospital": "市医院",
        "disease": "MENTAL",
        "from_on": today(),
        **whose(person),
    }
    until = today() + timedelta(days=365)
    with pytest.raises(Refusal, match="诊断证明"):
        kept(save_contract, MedicalContract(until_on=until, **given), clerk)
    Person.objects.filter(pk=person.pk).update(disability_kind="MENTAL", disability_level=2)
    person.refresh_from_db()
    kept(save_contract, MedicalContract(until_on=until, **given), clerk)
    with pytest.raises(Refusal, match="不能重叠"):
        kept(save_contract, MedicalContract(until_on=until, **given), clerk)


def test_nursing_insurance_is_once_a_year_and_pays_no_more_than_insured(person: Person, clerk: User) -> None:
    given = {"year": today().year, "insurer": "保险", "premium": 120, "insured": 6000, **whose(person)}
    made = kept(save_insurance, NursingInsurance(**given), clerk)
    with pytest.raises(Refusal, match="已参保"):
        kept(save_insurance, NursingInsurance(**given), clerk)
    made.claimed_on, made.claim = today(), 7000
    with pytest.raises(Refusal, match="超过保额"):
        kept(save_insurance, made, clerk, new=False)


def test_a_certificate_is_held_once_and_stamped_once_a_year(person: Person, clerk: User) -> None:
    made = kept(save_certificate, SupportCertificate(issued_on=today(), **whose(person)), clerk)
    with pytest.raises(Refusal, match="已持有"):
        kept(save_certificate, SupportCertificate(issued_on=today(), **whose(person)), clerk)
    stamp = {
        "year": today().year,
        "reviewed_on": today(),
        "reviewer": "甲",
        "outcome": "PASSED",
        **whose(person),
    }
    assert kept(save_review, CertificateReview(**stamp), clerk).certificate == made
    with pytest.raises(Refusal, match="已年审"):
        kept(save_review, CertificateReview(**stamp), clerk)


def test_nobody_is_an_orphan_and_on_tekun_at_once(person: Person, clerk: User) -> None:
    with pytest.raises(Refusal, match="只能选一种"):
        kept(save_orphan, OrphanTag(kind="ORPHAN", recognised_on=today(), **whose(person)), clerk)


def test_an_orphans_tag_is_known_when_the_family_is_judged(units: dict[str, Unit], clerk: User) -> None:
    child = make_household(units["360722100200"], ["孩子"]).head
    tag = kept(save_orphan, OrphanTag(kind="ORPHAN", recognised_on=today(), **whose(child)), clerk)
    household = child.memberships.get().household_id
    assert kin_of([household])[household][0].orphan
    tag.ended_on = today()
    kept(save_orphan, tag, clerk, new=False)
    assert not kin_of([household])[household][0].orphan


def shorten(person: Person, months: DateRange) -> None:
    BenefitTerm.objects.filter(covered__person=person).update(months=months)


def test_when_support_ends_everything_ends_and_the_booklet_is_collected(
    benefit: Benefit, person: Person, caregiver: Caregiver, clerk: User
) -> None:
    agreement = kept(save_agreement, agreed(person, caregiver), clerk)
    held = kept(save_certificate, SupportCertificate(issued_on=today(), **whose(person)), clerk)
    order: ChangeOrder = draft_stop(
        benefit=benefit, reason="VOLUNTARY", note="自愿", actor=clerk, now=timezone.now()
    )
    shorten(person, DateRange(START, order.effective_month))
    on_support_ended(Context(order, clerk, timezone.now(), None))
    agreement.refresh_from_db()
    assert agreement.ending == "ENDED" and agreement.until_on < order.effective_month
    assert Duty.objects.filter(kind="care_collect", subject_id=held.pk, done_at__isnull=True).exists()
    assert LifeEvent.objects.filter(person=person, kind="SUPPORT_ENDED").exists()


def ended_by(benefit: Benefit, person: Person, clerk: User) -> ChangeOrder:
    """A stop that has taken the person's support away."""
    now = timezone.now()
    order: ChangeOrder = draft_stop(benefit=benefit, reason="VOLUNTARY", note="自愿", actor=clerk, now=now)
    shorten(person, DateRange(START, order.effective_month))
    on_support_ended(Context(order, clerk, now, None))
    return order


def test_when_the_end_is_struck_out_what_ended_runs_on(
    benefit: Benefit, person: Person, caregiver: Caregiver, clerk: User
) -> None:
    agreement = kept(save_agreement, agreed(person, caregiver), clerk)
    kept(save_certificate, SupportCertificate(issued_on=today(), **whose(person)), clerk)
    order = ended_by(benefit, person, clerk)
    on_support_back(Context(order, clerk, timezone.now(), None))
    again = CareAgreement.objects.get(pk=agreement.pk)
    assert (again.until_on, again.ending) == (agreement.until_on, "")
    assert not Duty.objects.filter(kind="care_collect", done_at__isnull=True).exists()
    assert not LifeEvent.objects.filter(person=person, kind="SUPPORT_ENDED").exists()


def test_where_a_new_agreement_took_the_place_the_end_is_not_struck_out(
    benefit: Benefit, person: Person, caregiver: Caregiver, clerk: User
) -> None:
    agreement = kept(save_agreement, agreed(person, caregiver), clerk)
    order = ended_by(benefit, person, clerk)
    days = {"from_on": agreement.until_on, "until_on": agreement.until_on + timedelta(days=9)}
    CareAgreement.objects.bulk_create([agreed(person, caregiver, no="X2", **days)])
    with pytest.raises(Refusal, match="已由新的登记占用"):
        on_support_back(Context(order, clerk, timezone.now(), None))


def test_the_list_says_what_is_missing(
    person: Person, caregiver: Caregiver, clerk: User, units: dict[str, Unit]
) -> None:
    def missing(what: str) -> bool:
        town = units["360722100"]
        found = with_care(supported(Person.objects.all(), today(), town), today(), town)
        listed = lacking(found, what, today())
        assert missing_counts(Person.objects.all(), (what,), today(), town) == {what: listed.count()}
        return bool(listed.filter(pk=person.pk).exists())

    codes = ("assessment", "agreement", "visit", "contract", "certificate")
    assert all(missing(code) for code in codes)
    assess(person, clerk, "BED")
    kept(save_agreement, agreed(person, caregiver), clerk)
    kept(save_visit, visited(person), clerk)
    # Somebody who lost part of his ability is visited twice a month.
    assert [code for code in codes if missing(code)] == ["visit", "contract", "certificate"]
    kept(save_visit, visited(person), clerk)
    assert not missing("visit")


def test_the_statistics_count_what_is_valid(
    units: dict[str, Unit], person: Person, caregiver: Caregiver, clerk: User
) -> None:
    assess(person, clerk, "BED")
    later = today() + timedelta(days=400)
    kept(save_agreement, agreed(person, caregiver, until_on=later), clerk)
    kept(save_visit, visited(person, org="NPO", org_name="社工站"), clerk)
    kept(
        save_wish, CareWish(wish="CENTRALIZED", registered_on=today(), said_by="本人", **whose(person)), clerk
    )
    contract = MedicalContract(
        kind="ORDINARY", hospital="县医院", from_on=today(), until_on=later, **whose(person)
    )
    kept(save_contract, contract, clerk)
    month = Month.of(today())
    codes = ("SF01", "SF02D", "SF07", "SF09", "SF10", "SF12", "SF13", "SF14", "SF17", "SF16", "SF19", "SF20")
    found = compute(Frame(units["360722"], month, month, False), codes)
    town = units["360722100"].pk
    figures = {code: found.get(code, found.get(f"{code}.m", {})).get(town, 0) for code in codes}
    assert figures == {**dict.fromkeys(codes, 1), "SF16": 0, "SF20": 0}


def post(client: Client, url: str, **given: Any) -> Any:
    return client.post(url, {**given, "_once": new_token()})


def jpeg() -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", photo(), "image/jpeg")


def test_a_new_record_offered_some_minutes_ago_meets_no_conflict(
    person: Person, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    url = reverse("registers:create_for", kwargs={"code": "care-visits", "subject": person.pk})
    given = {
        "visited_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "way": "PHONE",
        "visitor": "村干部",
        "org": "VILLAGE",
    }
    checks = {code: "GOOD" for code, _ in CareVisit.CHECKS}
    answer = post(sign_in(clerk), url, **given, **checks, _seen="0" * 24)
    assert answer.status_code == 302


def test_radio_buttons_offer_no_empty_choice(
    person: Person, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    url = reverse("registers:create_for", kwargs={"code": "care-wishes", "subject": person.pk})
    assert 'name="wish" value=""' not in sign_in(clerk).get(url).content.decode()


def test_moving_into_an_institution_ends_the_agreement_and_back_gives_it_back(
    person: Person, home: Institution, caregiver: Caregiver, clerk: User
) -> None:
    made = kept(save_agreement, agreed(person, caregiver), clerk)
    until = made.until_on
    resident = Residence(institution=home, bed=1, from_on=today(), **whose(person))
    order = kept(save_residence, resident, clerk).order
    on_moved_in(Context(order, clerk, timezone.now(), {}))
    made.refresh_from_db()
    assert (made.ending, made.until_on) == ("INSTITUTION", max(today(), THIS.last_day))
    on_support_back(Context(order, clerk, timezone.now(), {}))
    made.refresh_from_db()
    assert (made.ending, made.until_on) == ("", until)


def test_what_a_person_gets_includes_his_care_money(benefit: Benefit) -> None:
    assert with_own_part(benefit.terms.get().covered.all()).get().own == 960


def test_a_visit_is_checked_in_from_the_page_with_a_photo(
    person: Person, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    url = reverse("registers:create_for", kwargs={"code": "care-visits", "subject": person.pk})
    given = {
        "visited_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "way": "ONSITE", "visitor": "村干部", "org": "VILLAGE",
        **{code: "GOOD" for code, _ in CareVisit.CHECKS},
    }  # fmt: skip
    refused = post(client, url, **given, goods="大米 10公斤").content.decode()
    assert "须上传现场照片" in refused and "visit_goods_signed" not in refused
    unsigned = post(client, url, **given, goods="大米 10公斤", photos=jpeg()).content.decode()
    assert "发放了物资，请填写签收人" in unsigned
    answer = post(client, url, **given, photos=jpeg())
    made = CareVisit.objects.get()
    assert answer.status_code == 302 and made.village == person.village
    assert Entry.objects.filter(action="register.create", subject_id=made.pk).exists()
    paper = reverse("registers:paper", kwargs={"code": "care-visits", "pk": made.pk, "form": "pdf"})
    assert client.get(paper)["Content-Type"] == "application/pdf"


def test_a_clerk_of_another_town_finds_no_care_file(
    person: Person, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(other_clerk)
    assert client.get(reverse("cases:care_person", args=[person.pk])).status_code == 404
    url = reverse("registers:create_for", kwargs={"code": "care-visits", "subject": person.pk})
    assert client.get(url).status_code == 404


def test_every_form_and_list_opens(
    person: Person, home: Institution, caregiver: Caregiver, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    file = client.get(reverse("cases:care_person", args=[person.pk])).content.decode()
    assert "照料档案" in file and "自理能力评定" in file
    for code in (
        "care-assessments", "care-reports", "care-wishes", "residences", "care-agreements", "care-visits",
        "medical-contracts", "nursing-insurance", "care-certificates", "certificate-reviews", "orphan-tags",
    ):  # fmt: skip
        assert client.get(f"/registers/{code}/").status_code == 200, code
        url = reverse("registers:create_for", kwargs={"code": code, "subject": person.pk})
        assert client.get(url).status_code == 200, code
        start = "cases:people" if code == "orphan-tags" else "cases:care_people"
        assert client.get(f"/registers/{code}/new/")["Location"] == reverse(start)
    for url in ("/registers/institutions/new/", "/registers/caregivers/new/", reverse("cases:care_coverage")):
        assert client.get(url).status_code == 200, url
    assert person.name in client.get(reverse("cases:care_people") + "?missing=assessment").content.decode()
    assert client.get("/registers/care-wishes/?state=late").status_code == 200
    last = str(Month.of(today()) - 1)
    assert "巡访覆盖率" in client.get(reverse("cases:care_coverage") + f"?month={last}").content.decode()


def test_papers_say_what_was_agreed(
    person: Person, caregiver: Caregiver, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    assess(person, clerk, "BED")
    agreement = kept(save_agreement, agreed(person, caregiver), clerk)
    held = kept(save_certificate, SupportCertificate(issued_on=today(), **whose(person)), clerk)
    client = sign_in(clerk)
    for code, pk in (
        ("care-assessments", CareAssessment.objects.get().pk), ("care-agreements", agreement.pk),
        ("care-certificates", held.pk),
    ):  # fmt: skip
        for form in ("docx", "pdf"):
            url = reverse("registers:paper", kwargs={"code": code, "pk": pk, "form": form})
            assert client.get(url).status_code == 200, url


def test_an_orphans_tag_and_tekun_exclude_each_other_even_by_raw_sql(
    units: dict[str, Unit], person: Person, clerk: User
) -> None:
    with pytest.raises(IntegrityError, match="不能同时享受"), transaction.atomic():
        OrphanTag.objects.create(
            person=person, unit=person.unit, village=person.village, kind="ORPHAN", recognised_on=START
        )
    child = make_household(units["360722100200"], ["孤儿"])
    OrphanTag.objects.create(
        person=child.head, unit=child.handling_unit, village=child.village, kind="ORPHAN", recognised_on=START
    )
    with pytest.raises(IntegrityError, match="不能同时享受"), transaction.atomic():
        make_benefit(child, THIS.first_day, program="TEKUN_DISPERSED")
    make_benefit(child, THIS.first_day)


def test_a_tag_that_ended_leaves_the_later_months_free(units: dict[str, Unit]) -> None:
    child = make_household(units["360722100200"], ["已终止"])
    OrphanTag.objects.create(
        person=child.head, unit=child.handling_unit, village=child.village, kind="ORPHAN", recognised_on=START,
        ended_on=(THIS - 1).first_day,
    )  # fmt: skip
    make_benefit(child, THIS.first_day, program="TEKUN_DISPERSED")


def test_a_minor_on_tekun_stays_on_it_until_eighteen(units: dict[str, Unit]) -> None:
    household = make_household(units["360722100200"], ["十七岁"])
    today = timezone.localdate()
    Person.objects.filter(pk=household.head_id).update(birth_date=date(today.year - 17, 1, 1))
    assert not kin_of([household.pk])[household.pk][0].on_tekun
    make_benefit(household, START, program="TEKUN_DISPERSED")
    kin = kin_of([household.pk])[household.pk]
    assert kin[0].on_tekun
    case = case_of(kin, "RURAL", {}, today)
    assert case.facts.members[0].held_tekun


def test_the_end_of_tekun_is_posted_told_and_followed_up(
    units: dict[str, Unit], person: Person, standards: None, clerk: User, leader: User, approver: User
) -> None:
    now = timezone.now()
    benefit = Benefit.objects.get(applicant=person)
    order = draft_stop(benefit=benefit, reason="ABILITY", note="已恢复劳动能力", actor=clerk, now=now)
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=now)
    with pytest.raises(Refusal, match="公示7天"):
        perform(subject=order, step="to_county", actor=leader, now=now)
    perform(subject=order, step="notice", actor=leader, now=now, data={"place": "村公开栏"})
    assert ending_sheet(order) == NoticeSheet.objects.get()
    assert {kind.code for kind in kinds_of(order) if not kind.form and kind.fits(order)} == {"stopped"}
    sheet = NoticeSheet.objects.get()
    assert (sheet.group, sheet.rows[0]["grant"]) == ("特困终止", "恢复劳动能力")
    paper = sheet_paper(sheet)
    assert "拟终止特困供养公示" in paper.title
    grid = next(part for part in paper.body if isinstance(part, Grid))
    assert grid.head == ("序号", "村", "姓名", "拟终止事由")
    with pytest.raises(Refusal, match="未满期"):
        perform(subject=order, step="notice_over_county", actor=clerk, now=now)
    over = now + timedelta(days=9)
    perform(subject=order, step="notice_over_county", actor=clerk, now=over)
    perform(subject=order, step="decide_county", actor=approver, now=over)
    told = {"notified_on": timezone.localdate(over).isoformat()}
    perform(subject=order, step="take_effect", actor=clerk, now=over, data=told)
    assert Document.objects.filter(code="stopped", subject_id=order.pk).exists()
    found = Discovery.objects.get()
    assert (found.origin, found.person) == ("STOPPED", person)
    assert "临时救助" in found.situation or "可能符合" in found.situation


def test_an_objection_to_the_end_is_answered_within_fifteen_working_days(
    person: Person, clerk: User, leader: User
) -> None:
    now = timezone.now()
    benefit = Benefit.objects.get(applicant=person)
    order = draft_stop(benefit=benefit, reason="ABILITY", note="已恢复劳动能力", actor=clerk, now=now)
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=now)
    perform(subject=order, step="notice", actor=leader, now=now, data={"place": "村公开栏"})
    perform(subject=order, step="object", actor=clerk, now=now, comment="本人提出异议")
    assert order.due_on == work_calendar().add(timezone.localdate(now), 15)
