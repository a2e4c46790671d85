"""What one read of an endpoint brought: every version once, the changed ones as tables, what is gone.

Filled by `read.py`, written by `merge.py` and `seal.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from cin7_pipeline.load.batch import Batch, RecordVersion
from cin7_pipeline.load.state import Key, TableState
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.window import Window


@dataclass(frozen=True)
class Changes:
    """The newest version of each record that is not held in that version, and its lines."""

    documents: pa.Table
    lines: pa.Table | None


@dataclass
class Extract:
    """What one read brought: the newest version of each record, and the keys that are gone."""

    endpoint: Endpoint
    window: Window
    started_at: datetime
    held: TableState
    versions: dict[Key, RecordVersion] = field(default_factory=dict)
    gone: set[Key] = field(default_factory=set)
    call_count: int = 0
    unknown_fields: set[str] = field(default_factory=set)
    used_offset_pages: bool = False
    seconds: float = 0.0
    _batches: list[Batch] = field(default_factory=list, repr=False)

    def add(self, batch: Batch) -> None:
        """Keep each record once, the version modified last."""
        for version in batch.versions:
            known = self.versions.get(version.key)
            if known is None or not _is_older(version, known):
                self.versions[version.key] = version
        if batch.changed:
            self._batches.append(batch)

    @property
    def is_lookback(self) -> bool:
        """True where everything changed since a day was asked for."""
        return self.window.start is not None and self.window.end is None

    @property
    def new_count(self) -> int:
        """Records that were not held, or that were gone and are back."""
        return len(self.versions.keys() - self.held.hashes.keys())

    @property
    def changed_count(self) -> int:
        """Records that were held in another version."""
        hashes = self.held.hashes
        return sum(
            key in hashes and hashes[key] != version.row_hash
            for key, version in self.versions.items()
        )

    @property
    def has_changes(self) -> bool:
        """True where something is to be written."""
        return any(rows for _, rows in self._newest())

    def take_changes(self) -> Changes:
        """What is to be written; handed over, so that it takes no memory once it is written."""
        tables = [batch.tables(rows) for batch, rows in self._newest() if rows]
        self._batches.clear()
        lines = [table for _, table in tables if table is not None]
        return Changes(
            documents=pa.concat_tables([table for table, _ in tables]),
            lines=pa.concat_tables(lines) if lines else None,
        )

    def _newest(self) -> Iterator[tuple[Batch, list[int]]]:
        """The rows of each batch that no later version of their record replaces."""
        for batch in self._batches:
            yield batch, [n for n, v in enumerate(batch.changed) if self.versions[v.key] is v]


def _is_older(version: RecordVersion, known: RecordVersion) -> bool:
    if version.modified_at is None or known.modified_at is None:
        return False
    return version.modified_at < known.modified_at
