"""The Celery application; beat runs one tick a minute and everything else follows business dates."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salvation.settings")

app = Celery("salvation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "tick": {"task": "jobs.tick", "schedule": 60.0},
    "seal": {"task": "journal.seal", "schedule": 60.0},
}
