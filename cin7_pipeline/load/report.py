"""The receipt of a load: what was read and what it changed, one per entity."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cin7_pipeline.errors import Cin7Rejected, PipelineError, QuotaExhausted
from cin7_pipeline.window import Window

# What `used_offset_pages` means to a person.
PAGED_BY_NUMBER = "Cin7 did not page by id, so that pages were read by number, at least twice over"


@dataclass(frozen=True)
class LoadReport:
    """Rows read, new, changed, unchanged and gone of one entity over one window, and what it cost.

    `seconds` is the wall time of the read; `unknown_fields` came from Cin7 without being asked for.
    """

    entity: str
    window: Window
    started_at: datetime
    finished_at: datetime
    rows_read: int
    new: int
    changed: int
    unchanged: int
    gone: int
    call_count: int
    seconds: float
    unknown_fields: tuple[str, ...] = ()
    used_offset_pages: bool = False


@dataclass(frozen=True)
class LoadOutcome:
    """A load of several entities: a report for each that was written, an error for each that was not."""

    reports: tuple[LoadReport, ...]
    failures: dict[str, PipelineError]

    def raise_failures(self) -> None:
        """Raise what went wrong, all of it in one message; the first failure decides the type."""
        if not self.failures:
            return
        failures = _told_once(self.failures.values())
        if len(failures) > 1:
            failures[0].args = (" | ".join(str(failure) for failure in failures),)
        raise failures[0]


def _told_once(failures: Iterable[PipelineError]) -> list[PipelineError]:
    """The failures without repetition: a wrong key is wrong and a spent day spent for every entity."""
    distinct = list({str(failure): failure for failure in failures}.values())
    for failure in distinct:
        if isinstance(failure, Cin7Rejected) and failure.status == 401:
            return [failure]
    spent = [failure for failure in distinct if isinstance(failure, QuotaExhausted)]
    others = [failure for failure in distinct if not isinstance(failure, QuotaExhausted)]
    return sorted(spent, key=lambda failure: not failure.said_by_cin7)[:1] + others
