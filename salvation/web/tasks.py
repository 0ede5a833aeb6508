"""Celery's side of the pages' upkeep."""

from celery import shared_task

from salvation.web.services import tidy


@shared_task(name="web.tidy")
def tidy_up() -> None:
    """Drafts after 90 days and one-time tokens after two go."""
    tidy()
