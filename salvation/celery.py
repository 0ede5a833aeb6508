"""The Celery application; beat runs one tick a minute and everything else follows business dates."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

# Said at length at every start as root; production images have a user of their own (docs/operations.md).
warnings.filterwarnings("ignore", category=SecurityWarning)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salvation.settings")

app = Celery("salvation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "tick": {"task": "jobs.tick", "schedule": 60.0},
    "seal": {"task": "journal.seal", "schedule": 60.0},
    "tidy": {"task": "web.tidy", "schedule": 86400.0},
}
