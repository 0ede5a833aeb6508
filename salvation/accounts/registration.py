"""What accounts tell the platform: the age of passwords is a parameter of the county."""

from salvation.accounts.passwords import MAX_DAYS
from salvation.parameters.registry import register


def register_all() -> None:
    register(MAX_DAYS)
