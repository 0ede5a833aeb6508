"""What surrounds a write: the address it came from."""

from contextvars import ContextVar

client_address: ContextVar[str] = ContextVar("client_address", default="")
