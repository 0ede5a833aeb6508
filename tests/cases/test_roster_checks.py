"""A roster checked in a job: what others do to the batch meanwhile counts, and nothing is written before the end."""

import pytest

from cases.jobs import ROSTER_CHECK
from cases.services.roster_import import (
    check_batch,
    commit_batch,
    keep_mapping,
    receive_roster,
    settle_mapping,
    upload_roster,
)
from cases.services.roster_undo import undo_batch
from salvation.domain.errors import Refusal
from salvation.intake.mapping import SavedMapping
from salvation.intake.models import Batch
from salvation.jobs.services import cancel, claim
from tests.cases.test_import_roster import GOOD, HEAD, LONELY
from tests.cases.test_roster_pages import page, upload
from tests.cases.test_roster_stages import batch, order, started
from tests.intake.builder import xlsx

pytestmark = pytest.mark.django_db

__all__ = ["batch", "order", "upload"]


def corrected(batch, clerk, mapping):
    """Progress in the course of which somebody else settles the columns, once."""
    told = []

    def heard(done, total, words):
        if not told:
            told.append(words)
            settle_mapping(batch=batch, mapping=mapping, actor=clerk, stage="columns")

    return heard


def test_a_batch_written_while_it_is_checked_again_stays_written(batch, clerk):
    stale = Batch.objects.get(pk=batch.pk)
    check_batch(batch=stale, progress=lambda *told: written_once(batch, clerk))
    batch.refresh_from_db()
    assert (stale.state, batch.state) == (Batch.State.COMMITTED, Batch.State.COMMITTED)
    assert batch.report["written"] == 2
    undo_batch(batch=batch, actor=None)


def written_once(batch, clerk):
    if Batch.objects.get(pk=batch.pk).state == Batch.State.PREVIEWED:
        commit_batch(batch=batch, actor=clerk)


def test_columns_corrected_while_a_file_is_checked_are_kept(order, clerk):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    batch = receive_roster(content=content, file_name="表.xlsx", order=order, actor=clerk)
    mapping = SavedMapping({"本次": "amount"})
    check_batch(batch=batch, progress=corrected(batch, clerk, mapping))
    batch.refresh_from_db()
    assert SavedMapping.from_dict(batch.mapping) == mapping
    assert batch.options["settled"] == "columns"
    assert (batch.state, batch.report["accepted"]) == (Batch.State.PREVIEWED, 1)


def test_a_second_correction_while_the_first_is_checked_counts(order, clerk):
    content = xlsx([[*HEAD[:6], "本次"], LONELY])
    batch = upload_roster(content=content, file_name="表.xlsx", order=order, actor=clerk)
    batch = keep_mapping(batch=batch, mapping=SavedMapping({"本次": "phone"}), actor=clerk)
    mapping = SavedMapping({"本次": "amount"})

    def heard(done, total, words):
        if Batch.objects.get(pk=batch.pk).mapping == batch.mapping != mapping.to_dict():
            keep_mapping(batch=batch, mapping=mapping, actor=clerk)

    check_batch(batch=batch, progress=heard)
    batch.refresh_from_db()
    assert SavedMapping.from_dict(batch.mapping) == mapping
    assert batch.report["accepted"] == 1


def test_nothing_is_written_while_a_file_is_checked(upload, batch, clerk):
    client, _ = upload(xlsx(GOOD))
    checked = Batch.objects.first()
    run = started(checked, clerk, ROSTER_CHECK)
    assert "正在后台核对" in client.get(page("roster_preview", checked)).content.decode()
    with pytest.raises(Refusal, match="正在后台核对"):
        commit_batch(batch=checked, actor=clerk)
    claim(run.pk)
    with pytest.raises(Refusal, match="正在后台核对"):
        commit_batch(batch=checked, actor=clerk)
    cancel(run_id=run.pk, actor=clerk)
    assert commit_batch(batch=checked, actor=clerk).new
