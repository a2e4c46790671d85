"""The receipt of a load: what was read and what it changed, one per entity."""

from dataclasses import dataclass
from datetime import datetime

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.window import Window


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
        first = next(iter(self.failures.values()))
        if len(self.failures) > 1:
            first.args = (" | ".join(str(failure) for failure in self.failures.values()),)
        raise first
