"""One waiting request for a person and a subject: of those asked for twice at one instant the first stays."""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def keep_the_first(apps: Any, schema_editor: Any) -> None:
    requests, seen = apps.get_model("files", "ExportRequest").objects, set()
    twice = []
    for pk, *key in (
        requests.filter(state="WAITING").order_by("pk").values_list("pk", "subject_type", "subject_id", "requested_by")
    ):  # fmt: skip
        if tuple(key) in seen:
            twice.append(pk)
        seen.add(tuple(key))
    requests.filter(pk__in=twice).update(state="REFUSED", decided_at=timezone.now())
    duties = apps.get_model("duties", "Duty").objects
    duties.filter(kind="export", subject_id__in=twice, done_at__isnull=True).update(done_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("duties", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(keep_the_first, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="exportrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "WAITING")),
                fields=("subject_type", "subject_id", "requested_by"),
                name="export_once_waiting",
            ),
        ),
    ]
