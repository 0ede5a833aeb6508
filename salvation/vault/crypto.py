"""Sealing (SM4-GCM) and blind indexes (HMAC-SM3).

A sealed value is ``key id (1 byte) | nonce (12) | ciphertext | tag (16)``. It is bound to the *kind* of
field ("citizen_id"), not to a row, so that sealed values can be copied set-wise between tables while a
phone number can never be passed off as an account.
"""

import os
import uuid
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from salvation.vault.turning import standing

NONCE, TAG = 12, 16


class Unsealable(Exception):
    """The value was changed, belongs to another kind of field, or its key is gone."""


@lru_cache(maxsize=1)
def keyring() -> tuple[dict[int, bytes], int]:
    """Keys by id and the id of the newest, from VAULT_KEYS="1:hex,2:hex"."""
    keys: dict[int, bytes] = {}
    for part in filter(None, settings.VAULT_KEYS.split(",")):
        key_id, _, value = part.partition(":")
        keys[int(key_id)] = bytes.fromhex(value)
    if not keys or any(len(key) != 16 for key in keys.values()):
        raise ImproperlyConfigured("VAULT_KEYS must be ID:32-hex-digits[,ID:32-hex-digits]")
    return keys, max(keys)


@lru_cache(maxsize=1)
def index_keys() -> tuple[bytes, ...]:
    """The keys of blind indexes: one, or the old and the new one while they are being changed."""
    keys = tuple(settings.INDEX_KEY.split(","))
    if any(len(key) < 64 for key in keys) or len(keys) > 2:
        raise ImproperlyConfigured("INDEX_KEY must be 64 hex digits, or two such keys: OLD,NEW")
    return tuple(map(bytes.fromhex, keys))


def proof_keys() -> tuple[bytes, ...]:
    """Keys that seals of the journal and proofs of backups may stand under, the oldest first; the last one makes new."""
    retired = filter(None, settings.INDEX_KEYS_RETIRED.split(","))
    return (*map(bytes.fromhex, retired), *index_keys())


def seal_bytes(content: bytes, kind: str) -> bytes:
    keys, newest = keyring()
    nonce = os.urandom(NONCE)
    encryptor = Cipher(algorithms.SM4(keys[newest]), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(kind.encode())
    return bytes([newest]) + nonce + encryptor.update(content) + encryptor.finalize() + encryptor.tag


def open_bytes(sealed: bytes, kind: str) -> bytes:
    """The clear content. Raises Unsealable."""
    keys, _ = keyring()
    key = keys.get(sealed[0]) if sealed else None
    if key is None or len(sealed) < 1 + NONCE + TAG:
        raise Unsealable("unknown key or truncated value")
    nonce, body, tag = sealed[1 : 1 + NONCE], sealed[1 + NONCE : -TAG], sealed[-TAG:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(kind.encode())
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag as error:
        raise Unsealable("value was changed or belongs to another kind of field") from error


def seal(text: str, kind: str) -> bytes:
    return seal_bytes(text.encode(), kind)


def unseal(sealed: bytes, kind: str) -> str:
    return open_bytes(sealed, kind).decode()


def blind_index(text: str, kind: str) -> uuid.UUID:
    """A keyed fingerprint (128 bits) by which equal values find each other and nothing can be read."""
    keys = index_keys()
    if len(keys) == 1:
        return fingerprint(keys[0], text, kind)
    old, new = (fingerprint(key, text, kind) for key in keys)
    return standing(old, new, key_mark(keys[-1]))


def fingerprint(key: bytes, text: str, kind: str) -> uuid.UUID:
    """The blind index under one key."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(kind.encode() + b"\0" + text.encode())
    return uuid.UUID(bytes=mac.finalize()[:16])


def key_mark(key: bytes) -> str:
    """Tells keys apart without telling them."""
    return fingerprint(key, "mark", "key").hex
