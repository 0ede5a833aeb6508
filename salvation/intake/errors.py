"""The refusals of this package: the file as a whole cannot be read as a table."""

from salvation.domain.errors import Refusal


class Unreadable(Refusal):
    """The message says, in Chinese, what is wrong with the file and how to mend it."""


class NoHeader(Unreadable):
    """The file is a table, but no row of headings was found: the sender may point at it."""
