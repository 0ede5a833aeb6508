"""特困照料 of the demonstration, set-based: institutions with residents, assessments, agreements, visits, contracts."""

from collections import Counter
from typing import Any

from django.db import connection, transaction

from cases.demo.people import make_number
from cases.models import Caregiver, Institution, TermMember
from cases.models.choices import TEKUN, Program
from salvation.demo.registry import Demo
from salvation.vault.crypto import blind_index

HOME_BEDS, FULL_AT = 100, 80
# Who is on 特困 this month, with the grade he is paid for.
PEOPLE = """
CREATE TEMPORARY TABLE demo_care ON COMMIT DROP AS
SELECT m.person_id, b.unit_id, b.village_id, b.program, b.first_month, t.care_level, p.disability_kind,
       row_number() OVER (PARTITION BY b.program ORDER BY m.person_id) AS place,
       row_number() OVER (PARTITION BY b.unit_id, b.program ORDER BY m.person_id) AS in_unit
FROM cases_termmember m JOIN cases_benefitterm t ON t.id = m.term_id JOIN cases_benefit b ON b.id = t.benefit_id
JOIN cases_person p ON p.id = m.person_id
WHERE b.county_id = %(county)s AND b.demo AND b.program LIKE 'TEKUN%%' AND m.months @> %(month)s::date
"""
ASSESSED = """
INSERT INTO cases_careassessment (person_id, unit_id, village_id, demo, cause, assessed_on, lost, level, assessors, body,
                                  organisation, note, next_on)
SELECT person_id, unit_id, village_id, true, 'REGULAR', day,
       CASE care_level WHEN 'FULL' THEN '{DRESS,BED,TOILET,BATHE}'::varchar[] WHEN 'HALF' THEN '{BED,TOILET}'
       ELSE '{}' END,
       CASE WHEN care_level IN ('HALF', 'FULL') THEN care_level ELSE 'SELF' END, E'评估员甲\\n评估员乙', 'TOWN', '',
       '（演示）', (day + interval '12 months')::date
FROM (SELECT *, %(on)s::date - (person_id * 37 %% 375)::int AS day FROM demo_care WHERE person_id %% 25 <> 0) care
"""
LIVING = """
INSERT INTO cases_residence (person_id, unit_id, village_id, demo, institution_id, bed, from_on, leaving, note)
SELECT person_id, unit_id, village_id, true, (%(homes)s::bigint[])[(place - 1) / %(full)s + 1],
       (place - 1) %% %(full)s + 1, least(first_month, %(on)s::date), '', '（演示）'
FROM demo_care WHERE program = 'TEKUN_CENTRALIZED' AND (place - 1) / %(full)s < %(count)s
"""
AGREED = """
INSERT INTO cases_careagreement (person_id, unit_id, village_id, demo, no, caregiver_id, relation, party, guardian, from_on,
                                 until_on, services, pay, signed_on, ending)
SELECT care.person_id, care.unit_id, care.village_id, true, 'DWT' || %(county)s || '-' || lpad(care.place::text, 6, '0'),
       giver.id, '邻居', '（演示）', '', day, (day + interval '1 year')::date, '生活照料、陪同就医、住院陪护（演示）', 200,
       day, ''
FROM (SELECT *, %(on)s::date - (person_id * 53 %% 350)::int AS day FROM demo_care
      WHERE program = 'TEKUN_DISPERSED' AND person_id %% 12 <> 0) care
JOIN (SELECT id, unit_id, row_number() OVER (PARTITION BY unit_id ORDER BY id) AS rank FROM cases_caregiver WHERE demo) giver
    ON giver.unit_id = care.unit_id AND giver.rank = (care.in_unit - 1) / 3 + 1
"""
VISITED = """
INSERT INTO cases_carevisit (person_id, unit_id, village_id, demo, visited_at, stat_month, way, visitor, org, org_name,
    health, housing, food, medicine, caregiving, needs, findings, goods, goods_signed_by, abnormal, handled_on, handling)
SELECT person_id, unit_id, village_id, true, day + time '10:00', date_trunc('month', day)::date, 'ONSITE',
       '巡访员（演示）', CASE WHEN person_id %% 7 = 0 THEN 'NPO' ELSE 'VILLAGE' END,
       CASE WHEN person_id %% 7 = 0 THEN '社会工作服务中心（演示）' ELSE '' END,
       CASE WHEN bad THEN 'BAD' ELSE 'GOOD' END, 'GOOD', 'GOOD', 'GOOD', 'GOOD', 'GOOD',
       CASE WHEN bad THEN '腿脚浮肿，需就医（演示）' ELSE '' END,
       CASE WHEN person_id %% 5 = 0 THEN '大米 10公斤' ELSE '' END,
       CASE WHEN person_id %% 5 = 0 THEN '本人' ELSE '' END, bad,
       CASE WHEN bad AND back > 0 THEN day + 3 END, CASE WHEN bad AND back > 0 THEN '已陪同就医（演示）' ELSE '' END
FROM (
    SELECT care.*, back, (person_id + back) %% 31 = 0 AS bad,
           least(%(on)s::date, (%(month)s::date - make_interval(months => back))::date + (person_id %% 20)::int) AS day
    FROM demo_care care CROSS JOIN generate_series(0, 2) AS back
    WHERE program = 'TEKUN_DISPERSED' AND (person_id + back) %% 9 <> 0
) seen WHERE day >= first_month
"""
SIGNED = """
INSERT INTO cases_medicalcontract (person_id, unit_id, village_id, demo, kind, hospital, disease, diagnosis, from_on, until_on)
SELECT person_id, unit_id, village_id, true, 'ORDINARY', '县人民医院（演示）', '', '', day, (day + interval '2 years')::date
FROM (SELECT *, %(on)s::date - (person_id %% 500)::int AS day FROM demo_care WHERE person_id %% 10 <> 0) care
UNION ALL
SELECT person_id, unit_id, village_id, true, 'SPECIAL', '市精神卫生中心（演示）', disability_kind, '', %(on)s::date - 90,
       %(on)s::date + 275
FROM demo_care WHERE disability_kind IN ('INTELLECT', 'MENTAL') AND person_id %% 3 <> 0
"""
HELD = """
WITH issued AS (
    INSERT INTO cases_supportcertificate (person_id, unit_id, village_id, demo, no, issued_on, collected)
    SELECT person_id, unit_id, village_id, true, 'DTK' || %(county)s || '-' || lpad(person_id::text, 8, '0'), first_month, ''
    FROM demo_care WHERE person_id %% 20 <> 0
    RETURNING id, person_id, unit_id, village_id, issued_on
)
INSERT INTO cases_certificatereview (person_id, unit_id, village_id, demo, certificate_id, year, reviewed_on, reviewer, outcome)
SELECT person_id, unit_id, village_id, true, id, extract(year FROM %(on)s::date), %(on)s::date, '年审员（演示）', 'PASSED'
FROM issued WHERE id %% 2 = 0
"""
INSURED = """
INSERT INTO cases_nursinginsurance (person_id, unit_id, village_id, demo, year, insurer, premium, insured, hospital, carer)
SELECT person_id, unit_id, village_id, true, extract(year FROM %(on)s::date), '人寿保险（演示）', 120, 6000, '', ''
FROM demo_care WHERE person_id %% 4 <> 0
"""
WISHED = """
INSERT INTO cases_carewish (person_id, unit_id, village_id, demo, wish, registered_on, said_by, note)
SELECT person_id, unit_id, village_id, true, CASE WHEN person_id %% 4 = 0 THEN 'CENTRALIZED' ELSE 'DISPERSED' END,
       %(on)s::date - (person_id %% 90)::int, '本人', '（演示）'
FROM demo_care WHERE program = 'TEKUN_DISPERSED' AND person_id %% 2 = 0
"""
REPORTED = """
INSERT INTO cases_reportedchange (person_id, unit_id, village_id, demo, reported_on, reporter, what, due_on)
SELECT person_id, unit_id, village_id, true, %(on)s::date - 5, '照料人', '近来不能自己上下床（演示）', %(on)s::date + 9
FROM demo_care WHERE program = 'TEKUN_DISPERSED' AND in_unit = 2
"""
STEPS = (ASSESSED, LIVING, AGREED, VISITED, SIGNED, HELD, INSURED, WISHED, REPORTED)


def seed_care(demo: Demo) -> str:
    """Most people have everything; each list of what is missing has somebody in it."""
    month = demo.month.first_day
    running = TermMember.objects.filter(
        months__contains=month, term__benefit__county=demo.county, term__benefit__program__in=TEKUN
    )
    centralized = running.filter(term__benefit__program=Program.TEKUN_CENTRALIZED).count()
    homes = _homes(demo, centralized)
    _caregivers(demo, running)
    given: dict[str, Any] = {
        "county": demo.county.pk, "month": month, "on": demo.today, "homes": [home.pk for home in homes],
        "full": FULL_AT, "count": len(homes),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PEOPLE, given)
        for step in STEPS:
            cursor.execute(step, given)
        cursor.execute("DROP TABLE demo_care")
    return f"{len(homes)} 家机构，{centralized} 人集中供养"


def _homes(demo: Demo, people: int) -> list[Institution]:
    """Institutions of the county, one for every eighty residents."""
    return list(
        Institution.objects.bulk_create(
            Institution(
                unit=demo.county, county=demo.county, name=f"{demo.county.name}第{number}敬老院（演示）", kind="TEKUN",
                legal_person="院长（演示）", address="（演示）", beds=HOME_BEDS, bank="演示农商银行",
                account_name="敬老院（演示）", account=f"99{demo.rng.randrange(10**14):014d}", demo=True,
            )
            for number in range(1, people // FULL_AT + 2)
        )
    )  # fmt: skip


def _caregivers(demo: Demo, running: Any) -> None:
    """One caregiver for three people supported at home in a township."""
    at_home = running.filter(term__benefit__program=Program.TEKUN_DISPERSED)
    by_unit = Counter(at_home.values_list("term__benefit__unit", flat=True))
    Caregiver.objects.bulk_create(
        (_caregiver(demo, unit) for unit in sorted(by_unit) for _ in range(by_unit[unit] // 3 + 1)),
        batch_size=2000,
    )


def _caregiver(demo: Demo, unit: int) -> Caregiver:
    rng = demo.rng
    born = demo.today.replace(year=demo.today.year - rng.randint(35, 60), day=1)
    number = make_number(born, rng.random() < 0.4, demo)
    surname, given = (
        rng.choice("赖钟谢刘黄郭曾肖"),
        rng.choice(("秀英", "桂花", "玉兰", "建国", "小明", "春梅")),
    )
    rated = demo.today if rng.random() < 0.7 else None
    return Caregiver(
        unit_id=unit, name=surname + given, id_no=number, id_index=blind_index(number, "citizen_id"),
        phone=f"120{rng.randrange(10**8):08d}", address="（演示）", health="GOOD",
        rating="GOOD" if rated else "", rated_on=rated, rated_note="", demo=True,
    )  # fmt: skip
