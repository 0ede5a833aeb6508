"""Demo submissions: eleven months accepted, the last one to be signed; the report of May drafted."""

import hashlib
from typing import Any

from django.db import connection

from reports.governance.services import draft_month
from reports.ledger.services import draft_ledgers
from reports.models import ExternalBatch
from reports.summary.services import draft_summary, save_texts
from salvation.demo.registry import Demo, Seeder, register
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.files.services import store
from salvation.periods.models import Submission

TEXTS = {
    "opening": "按照专项治理工作方案要求，我镇迅速部署、全面排查、立行立改，现将有关情况报告如下。（演示）",
    "organisation": "成立领导小组，3月下旬召开动员会，明确专人负责。（演示）",
    "difficulties": "经办力量不足，部门比对数据更新不及时。（演示）",
    "next": "建立月度比对、季度抽查制度，长期公示在保对象。（演示）",
}


def seed_submissions(demo: Demo) -> str:
    last = demo.month - 1
    drafted = 0
    for month in demo.first.until(last):
        drafted += len(draft_month(county=demo.county, month=month, now=demo.now))
    ledgers = draft_ledgers(county=demo.county, month=last, now=demo.now)
    earlier = Submission.objects.filter(county=demo.county, period__lt=last.first_day)
    Duty.objects.filter(kind="submission", subject_id__in=earlier.values("pk")).update(done_at=demo.now)
    earlier.update(state="ACCEPTED")
    return f"{drafted} 份，{last.label}待填报，台账 {len(ledgers)} 份"


def seed_summaries(demo: Demo) -> str:
    year = demo.today.year if demo.month > Month(demo.today.year, 5) else demo.today.year - 1
    month = Month(year, 5)
    for unit in (demo.county, *demo.units[:3]):
        who = ("county", unit.pk) if unit == demo.county else ("clerk", unit.pk)
        report = draft_summary(unit=unit, month=month, actor=demo.cast[who], now=demo.now)
        own = (
            TEXTS
            if unit != demo.county
            else {key: text.replace("我镇", "我县") for key, text in TEXTS.items()}
        )
        save_texts(report=report, texts=own, actor=demo.cast[who])
    return f"{month.label}报告 4 份"


# Of fifty households of the province's system one has other people, one another amount, one stopped; two are missing.
THERE = """
INSERT INTO reports_externalrecord (county_id, unit_id, village_id, person_id, name, id_no, id_index, program, ext_no, people,
    amount, standing, as_of, batch_id, synced_at)
SELECT b.county_id, b.unit_id, b.village_id, p.id, p.name, p.id_no, p.id_index, b.program, 'SZ' || lpad(b.id::text, 10, '0'),
    (SELECT count(*) FROM cases_termmember m WHERE m.term_id = t.id) + CASE WHEN b.id %% 50 = 7 THEN 1 ELSE 0 END,
    t.total + CASE WHEN b.id %% 50 = 11 THEN 30 ELSE 0 END, CASE WHEN b.id %% 50 = 19 THEN 'STOPPED' ELSE 'ACTIVE' END,
    %(on)s, %(batch)s, now()
FROM cases_benefit b JOIN cases_benefitterm t ON t.benefit_id = b.id AND t.months @> %(month)s::date
JOIN cases_person p ON p.id = b.applicant_id
WHERE b.county_id = %(county)s AND b.demo AND b.id %% 50 > 1 AND p.id_index IS NOT NULL
ON CONFLICT DO NOTHING
"""


def seed_external(demo: Demo) -> str:
    """What the province's system says, with the differences people find there."""
    content = "（演示）".encode()
    batch = ExternalBatch.objects.create(
        unit=demo.county, as_of=demo.today, whole=True, rows=0, taken=0, stored_as=store(content),
        sha256=hashlib.sha256(content).hexdigest(), made_by=demo.cast[("county", demo.county.pk)],
    )  # fmt: skip
    given: dict[str, Any] = {
        "county": demo.county.pk,
        "on": demo.today,
        "month": demo.month.first_day,
        "batch": batch.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(THERE, given)
        batch.rows = batch.taken = cursor.rowcount
    batch.save(update_fields=["rows", "taken"])
    return f"省系统 {batch.rows:,} 件"


def register_seeders() -> None:
    register(
        Seeder("统计表", 80, seed_submissions),
        Seeder("数字民政", 85, seed_external),
        Seeder("专项治理报告", 90, seed_summaries),
    )
