"""What a backup says of itself: its parts with their hashes, and enough to know whether it fits this version and these keys."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from salvation.domain.errors import Refusal
from salvation.upkeep.streams import digest_of, mac_of
from salvation.vault.crypto import Unsealable, fingerprint, index_keys, keyring, proof_keys, seal, unseal

FORMAT = 1
FILE = "manifest.json"
DATABASE, FILES = "database.dump", "files.tar"
KIND, WORD = "backup", "salvation"
KEYS_APART = "备份不含密钥（SECRET_KEY、VAULT_KEYS、INDEX_KEY）：密钥另行保管，没有它们，备份里的证号、账号和附件打不开"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``sealed`` opens with the right VAULT_KEYS, ``index`` is equal under the right INDEX_KEY; neither tells a key."""

    made_at: str
    version: str
    server: str
    encrypted: bool
    migrations: list[str]
    counts: dict[str, int]
    parts: list[Part]
    keys: list[int]
    sealed: str
    index: str
    format: int = FORMAT

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)


def describe(
    *, made_at: str, server: str, encrypted: bool, counts: dict[str, int], parts: Iterable[Part]
) -> Manifest:
    """The manifest of a backup of this installation."""
    keys, _ = keyring()
    return Manifest(
        made_at=made_at,
        version=app_version(),
        server=server,
        encrypted=encrypted,
        migrations=applied(),
        counts=counts,
        parts=list(parts),
        keys=sorted(keys),
        sealed=seal(WORD, KIND).hex(),
        index=",".join(str(fingerprint(key, WORD, KIND)) for key in index_keys()),
    )


def app_version() -> str:
    """Version of the program (pyproject.toml)."""
    text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def applied() -> list[str]:
    """Names of the migrations the database has."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def write(folder: Path, manifest: Manifest, secret: bytes | None) -> None:
    """Keep the manifest and its proof: by the key file of an encrypted backup, else by INDEX_KEY."""
    text = manifest.text().encode()
    (folder / FILE).write_bytes(text)
    (folder / f"{FILE}.mac").write_text(mac_of(secret or _own_key(), text), encoding="ascii")


def read(folder: Path, secret: bytes | None) -> Manifest:
    """The manifest, its parts and the present keys verified. Raises Refusal with what does not fit."""
    path = folder / FILE
    if not path.is_file():
        raise Refusal(f"{folder} 不是完整的备份：没有 {FILE}")
    text = path.read_bytes()
    try:
        manifest = _parsed(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(f"{path} 读不懂，备份可能已损坏") from error
    if manifest.encrypted and secret is None:
        raise Refusal("这份备份已加密，请用 --key-file 指定密钥文件")
    if manifest.encrypted:
        _check_proof(folder, text, secret or b"")
    for part in manifest.parts:
        _check_part(folder, part)
    _check_keys(manifest)
    if not manifest.encrypted:
        _check_proof(folder, text, *proof_keys())
    return manifest


def _parsed(values: dict[str, Any]) -> Manifest:
    if values["format"] != FORMAT:
        raise Refusal(f"备份格式为第{values['format']}版，本程序只认第{FORMAT}版，请用制作备份时的版本恢复")
    return Manifest(**{**values, "parts": [Part(**part) for part in values["parts"]]})


def _own_key() -> bytes:
    return index_keys()[-1]


def _check_proof(folder: Path, text: bytes, *keys: bytes) -> None:
    proof = folder / f"{FILE}.mac"
    said = proof.read_text(encoding="ascii", errors="replace").strip() if proof.is_file() else ""
    if said not in {mac_of(key, text) for key in keys}:
        raise Refusal("密钥文件与这份备份不符，或备份清单被改动")


def _check_part(folder: Path, part: Part) -> None:
    path = folder / Path(part.name).name
    if not path.is_file() or path.stat().st_size != part.size or digest_of(path) != part.sha256:
        raise Refusal(f"备份中的 {part.name} 缺失或与清单不符，备份已损坏，请换另一份备份")


def _check_keys(manifest: Manifest) -> None:
    try:
        fits = unseal(bytes.fromhex(manifest.sealed), KIND) == WORD
    except Unsealable:
        fits = False
    if not fits:
        raise Refusal(
            f"现在的 VAULT_KEYS 打不开这份备份（备份时用第 {manifest.keys} 号密钥），请先放回当时的密钥"
        )
    present = {str(fingerprint(key, WORD, KIND)) for key in index_keys()}
    if not set(manifest.index.split(",")) <= present:
        raise Refusal(
            "现在的 INDEX_KEY 不是这份备份当时的 INDEX_KEY，恢复后按证号查不到人，请先放回当时的密钥"
        )
