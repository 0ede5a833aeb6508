"""Parts of a backup as streams: hashed as they are written, and encrypted when there is a key file.

Encrypted: ``SLVB1`` | salt (16) | chunks of ``length (4) | SM4-GCM ciphertext | tag (16)``. The nonce is the chunk's number
and whether it is the last, so that chunks cannot be exchanged, dropped or cut off. The key comes from the key file by scrypt.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from salvation.domain.errors import Refusal

MAGIC, SALT, TAG, CHUNK = b"SLVB1", 16, 16, 1 << 20
SHORTEST = 20
DAMAGED = "备份文件打不开：密钥文件不对，或备份已损坏"


def key_from(path: Path | None) -> bytes | None:
    """The secret of a key file, None without one. Raises Refusal for a missing or short one."""
    if path is None:
        return None
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise Refusal(f"读不了密钥文件 {path}：{error.strerror}") from error
    if len(secret) < SHORTEST:
        raise Refusal(f"密钥文件 {path} 的内容太短（不少于{SHORTEST}个字符），请用随机长口令")
    return secret


def derived(secret: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(secret, salt=salt, n=1 << 14, r=8, p=1, dklen=16)


def mac_of(secret: bytes, text: bytes) -> str:
    """Proof that a manifest was written by who holds the key file (HMAC-SM3)."""
    mac = hmac.HMAC(hashlib.sha256(b"manifest" + secret).digest(), hashes.SM3())
    mac.update(text)
    return mac.finalize().hex()


def _cipher(key: bytes, number: int, *, last: bool, tag: bytes | None = None) -> Cipher[modes.GCM]:
    return Cipher(algorithms.SM4(key), modes.GCM(number.to_bytes(11, "big") + bytes([last]), tag))


class Writer(io.RawIOBase):
    """Write a part; afterwards ``sha256`` and ``size`` are those of what lies on the disk."""

    def __init__(self, path: Path, secret: bytes | None) -> None:
        self._stream: BinaryIO = path.open("wb")
        self._digest, self.size, self._number, self._waiting = hashlib.sha256(), 0, 0, bytearray()
        self._key: bytes | None = None
        if secret is not None:
            salt = os.urandom(SALT)
            self._key = derived(secret, salt)
            self._out(MAGIC + salt)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        if self._key is None:
            self._out(content)
            return len(content)
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def close(self) -> None:
        """Finish the part and see it on the disk."""
        if self.closed:
            return
        if self._key is not None:
            self._seal(bytes(self._waiting), last=True)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        super().close()

    def _seal(self, content: bytes, *, last: bool) -> None:
        encryptor = _cipher(self._key or b"", self._number, last=last).encryptor()
        body = encryptor.update(content) + encryptor.finalize() + encryptor.tag
        self._out(len(body).to_bytes(4, "big") + body)
        self._number += 1

    def _out(self, content: bytes) -> None:
        self._digest.update(content)
        self.size += len(content)
        self._stream.write(content)


def chunks(path: Path, secret: bytes | None) -> Iterator[bytes]:
    """The clear content of a part. Raises Refusal for a wrong key file or a damaged part."""
    with path.open("rb") as stream:
        if secret is None:
            while content := stream.read(CHUNK):
                yield content
            return
        if stream.read(len(MAGIC)) != MAGIC:
            raise Refusal(DAMAGED)
        key, number, last = derived(secret, stream.read(SALT)), 0, False
        while not last:
            body = stream.read(int.from_bytes(stream.read(4), "big"))
            last = not stream.peek(1)  # type: ignore[attr-defined]
            yield _opened(key, number, body, last=last)
            number += 1


def _opened(key: bytes, number: int, body: bytes, *, last: bool) -> bytes:
    if len(body) < TAG:
        raise Refusal(DAMAGED)
    decryptor = _cipher(key, number, last=last, tag=body[-TAG:]).decryptor()
    try:
        return decryptor.update(body[:-TAG]) + decryptor.finalize()
    except InvalidTag as error:
        raise Refusal(DAMAGED) from error


class Reader(io.RawIOBase):
    """A part as a file to read from."""

    def __init__(self, path: Path, secret: bytes | None) -> None:
        self._chunks, self._held = chunks(path, secret), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._held:
            following = next(self._chunks, None)
            if following is None:
                return 0
            self._held = following
        taken = self._held[: len(buffer)]
        buffer[: len(taken)] = taken
        self._held = self._held[len(taken) :]
        return len(taken)


def digest_of(path: Path) -> str:
    """SHA-256 of a part as it lies on the disk."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
