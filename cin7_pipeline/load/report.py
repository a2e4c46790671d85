"""This module holds the receipt of a load: what was read of each endpoint, and what that changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cin7_pipeline.errors import Cin7Rejected, Cin7Unavailable, PipelineError, QuotaExhausted
from cin7_pipeline.window import Window

# What `used_offset_pages` means to a person.
PAGED_BY_NUMBER = "Cin7 did not page by id, so that pages were read by number, at least twice over"


@dataclass(frozen=True)
class LoadReport:
    """The rows of one endpoint read over one window, new, changed, unchanged and deleted, and their cost.

    Everything that changed until `complete_until` is known; where the window began only later, `gap` is
    what lies between.
    `seconds` is the wall time of the read; `unknown_fields` came from Cin7 without being asked for, and
    the records of `rejected_ids` cannot be read and were rejected.
    """

    entity: str
    window: Window
    started_at: datetime
    finished_at: datetime
    rows_read: int
    new: int
    changed: int
    unchanged: int
    deleted: int
    call_count: int
    seconds: float
    unknown_fields: tuple[str, ...] = ()
    used_offset_pages: bool = False
    complete_until: datetime | None = None
    gap: Window | None = None
    rejected_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class LoadOutcome:
    """A load of several endpoints: a report for each that was written, an error for each that failed.

    One may have both: it was read, but not what changed in it while the stock was read.
    """

    reports: tuple[LoadReport, ...] = ()
    failures: dict[str, PipelineError] = field(default_factory=dict)

    def __add__(self, other: "LoadOutcome") -> "LoadOutcome":
        """Return what both together did."""
        return LoadOutcome(self.reports + other.reports, self.failures | other.failures)

    @property
    def is_outage(self) -> bool:
        """Tell whether Cin7 answered no more; otherwise it refused an endpoint, or a record was odd."""
        return any(isinstance(failure, Cin7Unavailable) for failure in self.failures.values())

    def raise_failures(self) -> None:
        """Raise what went wrong, all of it in one message; the first failure decides the type."""
        if not self.failures:
            return
        failures = _without_repetition(self.failures.values())
        if len(failures) > 1:
            failures[0].args = (" | ".join(str(failure) for failure in failures),)
        raise failures[0]


def _without_repetition(failures: Iterable[PipelineError]) -> list[PipelineError]:
    """Return each failure once: a wrong key or an exhausted quota fails every endpoint."""
    distinct = list({str(failure): failure for failure in failures}.values())
    for failure in distinct:
        if isinstance(failure, Cin7Rejected) and failure.status == 401:
            return [failure]
    exhausted = [failure for failure in distinct if isinstance(failure, QuotaExhausted)]
    others = [failure for failure in distinct if not isinstance(failure, QuotaExhausted)]
    # What Cin7 answered explains more than our own count of calls.
    return sorted(exhausted, key=lambda failure: not failure.said_by_cin7)[:1] + others
