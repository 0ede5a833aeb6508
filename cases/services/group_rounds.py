"""The year's full check of the five groups (G16): make the base list, record what was found. Set-based."""
# requirements: G16

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from cases.models import Discovery, GroupEntry, GroupRound, ListedPerson
from cases.rules.groups import ADULT_AGE, ELDER_AGE, FIELDS, Group, Health, contradictions
from cases.services.discoveries import OPEN, Found, register_discovery
from salvation.access.services import require
from salvation.domain.ages import age, birthday
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.duties.services import open_duties
from salvation.intake.copying import analyse
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit

register(
    group__start="部署弱势群体核对", group__refresh="更新弱势群体底册", group__record="登记弱势群体核对情况"
)
DUTY = "group_survey"
ASPECTS = tuple(field for fields in FIELDS.values() for field in fields)
KEPT = (*ASPECTS, "carer", "note")

# The latest list of each group and department counts, and the lists of monitored households in force.
# A file taken in again under another day or department was mended: its first list counts no more.
LISTED = """
WITH newest AS (
    SELECT DISTINCT ON (l."group", l.source) l.id, l."group", l.as_of FROM cases_grouplist l
    WHERE l.unit_id = %(county)s AND l.as_of <= %(on)s AND NOT EXISTS (
        SELECT 1 FROM cases_grouplist m WHERE m.unit_id = l.unit_id AND m."group" = l."group" AND m.sha256 = l.sha256 AND m.id > l.id
    ) ORDER BY l."group", l.source, l.as_of DESC, l.id DESC
), listed AS (
    SELECT r.id_index, newest."group" FROM cases_listedperson r JOIN newest ON newest.id = r.listing_id
    UNION
    SELECT r.id_index, 'POOR' FROM cases_monitoredperson r JOIN cases_monitorbatch b ON b.id = r.batch_id
    WHERE b.unit_id = %(county)s AND %(on)s BETWEEN b.valid_from AND b.valid_until
), named AS (
    SELECT r.id, r.id_no, r.id_index, r.name, r.birth_date, r.unit_id, r.village_id, newest.as_of
    FROM cases_listedperson r JOIN newest ON newest.id = r.listing_id
)
"""
GROUPS = """
    array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT 1 FROM listed l WHERE l.id_index = {0}.id_index AND l."group" = 'POOR') THEN 'POOR' END,
        CASE WHEN {1} OR EXISTS (SELECT 1 FROM listed l WHERE l.id_index = {0}.id_index AND l."group" = 'DISABLED')
            THEN 'DISABLED' END,
        CASE WHEN {0}.birth_date <= %(elder)s OR EXISTS (
            SELECT 1 FROM listed l WHERE l.id_index = {0}.id_index AND l."group" = 'ELDER') THEN 'ELDER' END,
        CASE WHEN {0}.birth_date > %(adult)s THEN 'MINOR' END,
        CASE WHEN {2} OR EXISTS (SELECT 1 FROM listed l WHERE l.id_index = {0}.id_index AND l."group" = 'ILL')
            THEN 'ILL' END
    ], NULL)
"""
# Rows of lists about whoever has a file by now: registered since, or imported once more.
RECOGNISED = """
UPDATE cases_listedperson r SET person_id = p.id, unit_id = p.unit_id, village_id = p.village_id
FROM cases_grouplist l, cases_person p JOIN units_unit u ON u.id = p.unit_id
WHERE r.person_id IS NULL AND l.id = r.listing_id AND l.unit_id = %(county)s
    AND p.id_index = r.id_index AND p.name = r.name AND u.county_id = %(county)s
"""
# Whoever was only on a list and has a file by now.
FILED = """
UPDATE cases_groupentry e SET person_id = p.id, unit_id = p.unit_id, village_id = p.village_id
FROM cases_person p JOIN units_unit u ON u.id = p.unit_id
WHERE e.round_id = %(round)s AND e.person_id IS NULL AND p.id_index = e.id_index AND u.county_id = %(county)s
    AND NOT EXISTS (SELECT 1 FROM cases_groupentry o WHERE o.round_id = %(round)s AND o.person_id = p.id)
"""
# Everybody alive in the register, with the unit that handles him now.
REGISTERED = f"""
{LISTED}
INSERT INTO cases_groupentry (round_id, person_id, id_no, id_index, name, birth_date, unit_id, village_id, groups, lives_with,
    carer, health, self_care, work, schooling, level, housing, livelihood, note, outcome, checkers)
SELECT %(round)s, f.id, f.id_no, f.id_index, f.name, f.birth_date, f.unit_id, f.village_id, f.groups,
    '', '', '', '', '', '', '', '', '', '', '', ''
FROM (
    SELECT p.*, {GROUPS.format("p", "p.disability_level IS NOT NULL OR p.disability_kind <> ''", "p.critical_illness")}
        AS groups
    FROM cases_person p JOIN units_unit u ON u.id = p.unit_id WHERE u.county_id = %(county)s AND p.died_on IS NULL
) f WHERE f.groups <> '{{}}'
ON CONFLICT (round_id, person_id) WHERE person_id IS NOT NULL DO UPDATE SET
    groups = excluded.groups, unit_id = excluded.unit_id, village_id = excluded.village_id, name = excluded.name
WHERE cases_groupentry.checked_on IS NULL AND (cases_groupentry.groups, cases_groupentry.unit_id,
    cases_groupentry.village_id, cases_groupentry.name) IS DISTINCT FROM
    (excluded.groups, excluded.unit_id, excluded.village_id, excluded.name)
"""  # noqa: S608 - parts of this file
# Whom only a list knows. Of several lists the newest that names his village says where he is.
STRANGERS = f"""
{LISTED}
INSERT INTO cases_groupentry (round_id, id_no, id_index, name, birth_date, unit_id, village_id, groups, lives_with,
    carer, health, self_care, work, schooling, level, housing, livelihood, note, outcome, checkers)
SELECT %(round)s, f.id_no, f.id_index, f.name, f.birth_date, f.unit_id, f.village_id, f.groups,
    '', '', '', '', '', '', '', '', '', '', '', ''
FROM (
    SELECT s.*, {GROUPS.format("s", "false", "false")} AS groups
    FROM (SELECT DISTINCT ON (id_index) * FROM named
        ORDER BY id_index, village_id IS NULL, as_of DESC, id DESC) s
    WHERE NOT EXISTS (
        SELECT 1 FROM cases_person p JOIN units_unit u ON u.id = p.unit_id
        WHERE p.id_index = s.id_index AND u.county_id = %(county)s)
) f WHERE f.groups <> '{{}}'
ON CONFLICT (round_id, id_index) WHERE person_id IS NULL DO UPDATE SET
    groups = excluded.groups, unit_id = excluded.unit_id, village_id = excluded.village_id, name = excluded.name
WHERE cases_groupentry.checked_on IS NULL AND (cases_groupentry.groups, cases_groupentry.unit_id,
    cases_groupentry.village_id, cases_groupentry.name) IS DISTINCT FROM
    (excluded.groups, excluded.unit_id, excluded.village_id, excluded.name)
"""  # noqa: S608 - parts of this file
# Nobody is asked about the dead; what was found before stays.
DIED = """
DELETE FROM cases_groupentry e USING cases_person p
WHERE e.round_id = %(round)s AND e.checked_on IS NULL AND p.id = e.person_id AND p.died_on IS NOT NULL
"""


@transaction.atomic
def start_round(
    *, county: Unit, year: int, due_on: date, actor: Any, now: datetime
) -> tuple[GroupRound, int]:
    """Ask for the year's check of everybody in the five groups, or bring a year's base list up to date.

    Returns the round and how many people were added. Raises Refusal.
    """
    require(actor, "review.campaign", county)
    today = timezone.localdate(now)
    if year != today.year:
        raise Refusal(f"只能部署本年度（{today.year}年）的核对", field="year")
    if due_on <= today or due_on.year != year:
        raise Refusal("完成期限应在今天之后、本年度之内", field="due_on")
    # Locks a round that stands already, as update_or_create does.
    found, _ = GroupRound.objects.update_or_create(
        county=county, year=year, defaults={"due_on": due_on, "refreshed_at": now},
        create_defaults={"due_on": due_on, "refreshed_at": now, "started_by": actor},
    )  # fmt: skip
    added = _fill(found, today)
    facts = {"year": year, "until": due_on.isoformat(), "added": added}
    record(actor=actor, action="group.start", subject=found, unit=county, facts=facts)
    tell_towns(found, now)
    return found, added


@transaction.atomic
def refresh_round(*, county: Unit, on: date, now: datetime) -> int:
    """Take into this year's base list who came to belong to a group since; 0 where no check was asked for."""
    found = GroupRound.objects.select_for_update().filter(county=county, year=on.year).first()
    if found is None:
        return 0
    added = _fill(found, on)
    found.refreshed_at = now
    found.save(update_fields=["refreshed_at"])
    facts = {"year": found.year, "added": added}
    record(actor=None, action="group.refresh", subject=found, unit=county, facts=facts)
    tell_towns(found, now)
    return added


def _fill(found: GroupRound, on: date) -> int:
    """How many entries are new."""
    given: dict[str, Any] = {
        "round": found.pk, "county": found.county_id, "on": on, "elder": birthday(on, -ELDER_AGE),
        "adult": birthday(on, -ADULT_AGE),
    }  # fmt: skip
    before = found.entries.count()
    with connection.cursor() as cursor:
        cursor.execute(DIED, given)
        gone = int(cursor.rowcount)
        for statement in (RECOGNISED, FILED, REGISTERED, STRANGERS):
            cursor.execute(statement, given)
    analyse(GroupEntry)
    return found.entries.count() - before + gone


def tell_towns(found: GroupRound, now: datetime) -> None:
    """One line on the desk of each town with people still to be looked at."""
    waiting = found.entries.filter(checked_on__isnull=True).order_by().values("unit").annotate(n=Count("pk"))
    units = Unit.objects.in_bulk([row["unit"] for row in waiting])
    Duty.objects.filter(kind=DUTY, unit__county=found.county, done_at__isnull=True).update(done_at=now)
    open_duties(
        {
            "kind": DUTY, "subject_id": row["unit"], "unit": units[row["unit"]], "permission": "case.survey",
            "title": f"{found.year}年弱势群体核对：{row['n']}人待核对", "now": now, "due_on": found.due_on,
            "url": f"{reverse('cases:group_people')}?state=open",
        }
        for row in waiting
    )  # fmt: skip


@transaction.atomic
def record_entry(
    *,
    entry: GroupEntry,
    given: Mapping[str, Any],
    outcome: str,
    checked_on: date,
    checkers: str,
    actor: Any,
    now: datetime,
) -> GroupEntry:
    """Write down what was found of a person; an aspect nobody could learn of stays empty. Raises Refusal.

    Somebody who may be eligible is registered as found (主动发现), so that he is led to an application.
    """
    # The round first, as a refresh takes it: two who record at once count one after the other.
    GroupRound.objects.select_for_update().get(pk=entry.round_id)
    locked = (
        GroupEntry.objects.select_for_update(of=("self",)).select_related("round", "village").get(pk=entry.pk)
    )
    require(actor, "case.survey", locked.village or locked.unit)
    _fits(locked, given, outcome, checked_on, now)
    for field in KEPT:
        setattr(locked, field, given.get(field) or "")
    locked.outcome, locked.checked_on, locked.checkers = outcome, checked_on, checkers.strip()
    locked.recorded_by, locked.recorded_at = actor, now
    if outcome == GroupEntry.Outcome.NEEDS and locked.discovery_id is None:
        locked.discovery = _discovery(locked, actor, now)
    locked.save()
    facts = {"year": locked.round.year, "outcome": locked.get_outcome_display()}
    record(actor=actor, action="group.record", subject=locked, unit=locked.unit, facts=facts)
    _less_to_do(locked, now)
    return locked


def _fits(entry: GroupEntry, given: Mapping[str, Any], outcome: str, on: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if on > today:
        raise Refusal("核对日期不能晚于今天", field="checked_on")
    if on.year != entry.round.year:
        raise Refusal(f"核对日期应在{entry.round.year}年内", field="checked_on")
    if outcome == GroupEntry.Outcome.GONE:
        return
    years = age(entry.birth_date, on) if entry.birth_date else None
    wrong = contradictions({field: str(given.get(field) or "") for field in KEPT}, years)
    if wrong:
        raise Refusal(wrong[0][1], rule="003 第53条", field=wrong[0][0])
    if outcome == GroupEntry.Outcome.NEEDS and not str(given.get("note") or "").strip():
        raise Refusal("可能符合救助条件的，请写明困难情况", field="note")


def _discovery(entry: GroupEntry, actor: Any, now: datetime) -> Discovery:
    """The open matter about this person, else a new one."""
    index = entry.person.id_index if entry.person else entry.id_index
    if index is not None:
        running = Discovery.objects.filter(
            county=entry.round.county_id, id_index=index, state__in=OPEN
        ).first()
        if running is not None:
            return running
    if entry.village is None:
        raise Refusal("名单没有写明所在村，请先在“主动发现”中登记，再选其他结论", field="outcome")
    if not actor.may("case.create", entry.village):
        raise Refusal("登记主动发现由乡镇经办办理，请选其他结论，并告知乡镇", field="outcome")
    number = _number_of(entry)
    given = Found(
        entry.name, Discovery.Origin.VISIT.value, _hardship(entry), entry.note, entry.checked_on or timezone.localdate(now),
        id_no=number, found_by=entry.checkers[:60],
    )  # fmt: skip
    return register_discovery(given=given, village=entry.village, actor=actor, now=now)


def _number_of(entry: GroupEntry) -> str:
    if entry.person is not None:
        return entry.person.id_no.plain() if entry.person.id_no else ""
    listed = ListedPerson.objects.filter(id_index__in=[entry.id_index], listing__unit=entry.round.county_id)
    newest = listed.order_by("-pk").first()
    return newest.id_no.plain() if newest is not None else ""


def _hardship(entry: GroupEntry) -> str:
    if entry.health in (Health.SERIOUS, Health.BOTH) or Group.ILL in entry.groups:
        return Discovery.Hardship.ILLNESS.value
    if entry.health == Health.DISABLED or Group.DISABLED in entry.groups:
        return Discovery.Hardship.DISABILITY.value
    return Discovery.Hardship.OTHER.value


def _less_to_do(entry: GroupEntry, now: datetime) -> None:
    """The town's line says how many are left; without any it is done. It speaks of the newest round alone."""
    newer = GroupRound.objects.filter(county=entry.round.county_id, year__gt=entry.round.year)
    if newer.exists():
        return
    left = GroupEntry.objects.filter(
        round=entry.round_id, unit=entry.unit_id, checked_on__isnull=True
    ).count()
    open_ones = Duty.objects.filter(kind=DUTY, subject_id=entry.unit_id, done_at__isnull=True)
    if left:
        open_ones.update(title=f"{entry.round.year}年弱势群体核对：{left}人待核对")
    else:
        open_ones.update(done_at=now)


def earlier(entry: GroupEntry) -> GroupEntry | None:
    """What was found of the same person in the latest year before."""
    if entry.person_id is None:
        same = Q(person__isnull=True, id_index__in=[entry.id_index])
    else:
        same = Q(person=entry.person_id)
    rows = GroupEntry.objects.filter(
        same, round__county=entry.round.county_id, round__year__lt=entry.round.year
    )
    return rows.filter(checked_on__isnull=False).select_related("round").order_by("-round__year").first()


@transaction.atomic
def repeat_entry(*, entry: GroupEntry, actor: Any, now: datetime) -> GroupEntry:
    """Somebody looked at again of whom all is as it was found last. Raises Refusal where nobody knows how it was."""
    if entry.checked_on is not None:
        raise Refusal("本年度已登记")
    last = earlier(entry)
    if last is None or last.outcome not in (GroupEntry.Outcome.CLEAR, GroupEntry.Outcome.HELPED):
        raise Refusal("没有上年度“暂无救助需求”或“无变化”的核对情况，请逐人登记")
    given = {field: getattr(last, field) for field in KEPT}
    return record_entry(
        entry=entry, given=given, outcome=last.outcome, checked_on=timezone.localdate(now), checkers=str(actor), actor=actor,
        now=now,
    )  # fmt: skip
