"""What every change of keys shares: it runs alone, and says in words why it cannot go on."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from salvation.domain.errors import Refusal
from salvation.upkeep.alone import alone
from salvation.vault.crypto import Unsealable


@contextmanager
def turning_keys() -> Iterator[None]:
    """For commands. Raises CommandError (exit 2) when another upkeep runs or something cannot be opened."""
    try:
        with alone("更换密钥或备份"):
            yield
    except Unsealable as error:
        raise CommandError(
            "有内容打不开：它的密钥不在 VAULT_KEYS 中，或内容被改动。已改好的部分有效，补上密钥后再执行",
            returncode=2,
        ) from error
    except Refusal as refusal:
        raise CommandError(str(refusal), returncode=2) from refusal
