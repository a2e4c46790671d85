"""This module is the tree of errors, told apart by what the reader should do next.

    PipelineError
    ├── SettingsError      fix a setting
    ├── Cin7Unavailable    try again later
    │   └── QuotaExhausted    try again when the call budget is back
    ├── Cin7Rejected       fix the request or the key
    ├── ContractBroken     Cin7's data changed shape: look at the record that is named
    ├── WarehouseBusy      somebody else has the database open
    └── AuditFailed        a table did not pass its checks; the earlier one is kept

A kind that only one module raises is declared there (`CannotMigrate`, `ModelBuildFailed`).
Every message is one line: what happened, where, what to do next. None holds a credential.
"""

from datetime import datetime


class PipelineError(Exception):
    """Anything this library refuses to do, in words for the person who reads it."""


class SettingsError(PipelineError):
    """A setting is missing or wrong; the message lists every fault at once."""


class Cin7Unavailable(PipelineError):
    """Cin7 kept failing after all retries; nothing was written."""


class QuotaExhausted(Cin7Unavailable):
    """The day's calls are used up; `returns_at` says when the next one is free.

    `said_by_cin7` is true for a refusal by Cin7, false where the count that we keep says so.
    """

    def __init__(self, message: str, returns_at: datetime, *, said_by_cin7: bool = False) -> None:
        super().__init__(message)
        self.returns_at = returns_at
        self.said_by_cin7 = said_by_cin7


class Cin7Rejected(PipelineError):
    """Cin7 refused the request (400, 401, 403, 404); asking again would not help."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ContractBroken(PipelineError):
    """Cin7 answered with something that its reference rules out."""


class WarehouseBusy(PipelineError):
    """Another process holds the database for longer than we wait."""


class AuditFailed(PipelineError):
    """A model broke its own rules; its earlier table is still in place."""
