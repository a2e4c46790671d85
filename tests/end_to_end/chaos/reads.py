"""This module lists what was read when, as the warehouse's own log says it: the input of the oracle.

A run that was killed may have counted, or not, or in part: only `raw` can say. Which documents are
right is not taken from there, but from the account's ledger.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoints import DOCUMENTS
from cin7_pipeline.window import Window
from tests.expected import Read

Windows = list[Window]
KINDS = [endpoint.name for endpoint in DOCUMENTS]
LOG = """
    select sync_id, entity, started_at, window_start, window_end
    from raw.sync_log order by rowid
"""
# Documents that a load wrote and no committed load of its timestamp answers for.
KILLED = """
    select distinct document.read_at from raw.{kind} as document
    where not exists (
        from raw.sync_log as load
        where load.entity = '{kind}' and load.started_at = document.read_at and (
            load.window_end is null
            or (document.modified_date >= load.window_start and document.modified_date < load.window_end)
            or (document.created_date >= load.window_start and document.created_date < load.window_end)
        )
    )
"""


@dataclass(frozen=True)
class Load:
    """One load as the log has it: the windows of what it read, by endpoint."""

    started_at: datetime
    windows: Mapping[str, Window]

    @property
    def window(self) -> Window:
        """The one window of its documents; other data are read whatever it is."""
        return next((self.windows[kind] for kind in KINDS if kind in self.windows), Window())


def reads_of(
    connection: DuckDBPyConnection,
    asked: Mapping[datetime, Windows],
    seen: Mapping[datetime, datetime],
) -> list[Read]:
    """Return every load that left documents in `raw`, in the order they were made.

    `asked` are the windows that the run of a timestamp read one after the other, `seen` the account's
    clock where it was further on.
    """
    loads = _loads(connection.execute(LOG).fetchall())
    reads = [Read(load.started_at, load.window, entities=frozenset(load.windows)) for load in loads]
    for killed in _killed(connection, loads, asked):
        later = (n for n, read in enumerate(reads) if read.started_at > killed.started_at)
        reads.insert(next(later, len(reads)), killed)
    return [
        replace(read, number=number, seen_at=seen.get(read.started_at))
        for number, read in enumerate(reads, start=1)
    ]


def _loads(rows: list[tuple[Any, ...]]) -> list[Load]:
    windows: dict[tuple[str, datetime], dict[str, Window]] = defaultdict(dict)
    for sync_id, entity, started_at, start, end in rows:
        windows[sync_id, started_at][entity] = Window(start, end)
    return [Load(started_at, by_entity) for (_, started_at), by_entity in windows.items()]


def _killed(
    connection: DuckDBPyConnection, loads: list[Load], asked: Mapping[datetime, Windows]
) -> Iterator[Read]:
    """Yield the loads that were killed between writing documents of a kind and their commit."""
    for kind in KINDS:
        moments = [row[0] for row in connection.execute(KILLED.format(kind=kind)).fetchall()]
        for moment in moments:
            committed = [load.windows.get(kind) for load in loads if load.started_at == moment]
            # Where all windows are committed, a document that was asked for by id came with odd values.
            for window in [each for each in asked[moment] if each not in committed][:1]:
                yield Read(moment, window, entities=frozenset({kind}), is_committed=False)
