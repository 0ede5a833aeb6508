"""The two errors every layer may raise; the edge turns them into pages, API answers or exit codes."""


class Refusal(Exception):
    """The system declines an act. Carries words for the person, the rule behind it and the field at fault.

    `message` is plain Chinese and says what is wrong and how to mend it; `rule` names the article
    (第15条) where there is one; `field` is the name of the form or file field where there is one.
    """

    def __init__(self, message: str, *, rule: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.field = field

    def __str__(self) -> str:
        return f"{self.message}（{self.rule}）" if self.rule else self.message


class BadValue(ValueError):
    """One value cannot be read: not an ID number, not an amount, not a month. The text is plain Chinese."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
