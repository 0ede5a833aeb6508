"""Tables of audits, gathered so that Django finds them."""

from audits.models.rectification import RectificationItem

__all__ = ["RectificationItem"]
