"""Declare a sealed column: ``id_no = SealedField(kind="citizen_id")``.

The attribute loads as ``Sealed``: printing it shows the mask, so a forgotten template leaks nothing;
``plain()`` opens it. Assign a str or a Sealed. The mask is computed, never stored.
"""

from typing import Any

from django.db import models

from salvation.domain import mask
from salvation.vault import crypto

MASKS = {
    "citizen_id": mask.id_number,
    "account": mask.account,
    "phone": mask.phone,
}


class Sealed:
    """A value that shows its mask and opens on request."""

    __slots__ = ("_plain", "kind", "sealed")

    def __init__(self, sealed: bytes, kind: str, plain: str | None = None) -> None:
        self.sealed, self.kind, self._plain = sealed, kind, plain

    def plain(self) -> str:
        if self._plain is None:
            self._plain = crypto.unseal(self.sealed, self.kind)
        return self._plain

    def masked(self, scene: mask.Scene = mask.Scene.LIST) -> str:
        """How the value is shown in a scene of 05 §5.7."""
        masker = MASKS.get(self.kind)
        return masker(self.plain(), scene) if masker else "（已密封）"

    def __str__(self) -> str:
        return self.masked()

    def __repr__(self) -> str:
        return f"<Sealed {self.kind}>"

    def __bool__(self) -> bool:
        return bool(self.sealed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.kind == other.kind and self.plain() == other.plain()

    def __hash__(self) -> int:
        return hash((self.kind, self.plain()))


class SealedField(models.BinaryField):
    """Text sealed at rest (SM4-GCM), bound to ``kind``."""

    # For the type checker: assign text, get Sealed.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.kind)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return None
        if isinstance(value, Sealed):
            return value.sealed
        if isinstance(value, str):
            return crypto.seal(value, self.kind)
        return bytes(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(self.get_prep_value(value), connection, prepared=True)

    def value_to_string(self, obj: Any) -> str:
        return str(self.value_from_object(obj))


class SealedJSONField(SealedField):
    """JSON facts sealed as a whole (household facts, filled forms). Loads as Sealed; see salvation.vault.facts."""

    def __init__(self, *args: Any, kind: str = "facts", **kwargs: Any) -> None:
        super().__init__(*args, kind=kind, **kwargs)


class BlindIndexField(models.UUIDField):
    """Fingerprint of a sealed column; equality only."""
