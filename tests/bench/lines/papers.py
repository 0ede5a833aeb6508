"""The report of 25 June as Word, against python-docx writing the same words without form."""

from dataclasses import replace
from io import BytesIO

from django.utils import timezone
from docx import Document

from reports.models import SummaryReport
from reports.summary.paper import paper_of
from salvation.documents.docx import write_official
from salvation.units.models import Unit
from tests.bench.measure import Result, compare, timed

# A person waits for it.
MOST = 1.0


def run(county: Unit) -> list[Result]:
    report = SummaryReport.objects.filter(county=county).select_related("unit", "county").first()
    if report is None:
        raise AssertionError("the demo county has no report")
    today = timezone.localdate()
    made = write_official(paper_of(report, today=today, drawn=False))
    words = [paragraph.text for paragraph in Document(BytesIO(made)).paragraphs]

    def candidate() -> None:
        write_official(paper_of(report, today=today, drawn=False))

    def floor() -> None:
        plain = Document()
        for text in words:
            plain.add_paragraph(text)
        plain.save(BytesIO())

    taken = compare(
        f"专项治理报告（Word，上限{MOST:.0f}秒）",
        len(words),
        candidate=lambda: timed(candidate),
        floor=lambda: timed(floor),
        limit=1.0,
    )
    return [replace(taken, ratio=taken.seconds / MOST)]
