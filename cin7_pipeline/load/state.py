"""This module reads what schema `raw` holds of an endpoint before it is read again.

It decides nothing: what follows from the state is decided in `extract.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoint import Endpoint

# The values of an endpoint's key columns.
Key = tuple[Any, ...]
# For so long what was marked deleted is asked for again: the answer may have been wrong.
ASKED_AGAIN_FOR = timedelta(days=7)


@dataclass
class TableState:
    """The state of one raw table, without deleted records: row hash and creation date by key, open keys.

    `unresolved_ids` are named by other tables and not loaded yet, `lately_deleted_ids` were marked
    deleted in the last days; `rejected` are the records that could not be read when they last came, each
    with the field at fault. `was_read_whole` and `has_open_ended_read` tell whether a load without a
    start, or without an end, was ever completed. Everything that changed until `complete_until` is known,
    back to where the first lookback began.
    """

    hashes: dict[Key, str | None] = field(default_factory=dict)
    created: dict[Key, datetime | None] = field(default_factory=dict)
    open_keys: set[Key] = field(default_factory=set)
    unresolved_ids: list[int] = field(default_factory=list)
    lately_deleted_ids: set[int] = field(default_factory=set)
    rejected: set[tuple[int, str]] = field(default_factory=set)
    was_read_whole: bool = False
    has_open_ended_read: bool = False
    complete_until: datetime | None = None


def load_state(
    connection: DuckDBPyConnection,
    endpoint: Endpoint,
    endpoints: Iterable[Endpoint],
    now: datetime,
) -> TableState:
    """Return the state of the endpoint's raw table at `now`; `endpoints` may name its records."""
    names = {column.name for column in endpoint.columns}
    created_date = "created_date" if "created_date" in names else "null"
    rows = connection.execute(
        f"select {', '.join(endpoint.key)}, row_hash, {created_date},"
        f" coalesce({endpoint.open_sql or 'false'}, false)"
        f" from raw.{endpoint.name} where deleted_at is null"
    ).fetchall()
    deleted = connection.execute(
        f"select distinct {endpoint.key[0]} from raw.{endpoint.name} where deleted_at > ?",
        [now - ASKED_AGAIN_FOR],
    ).fetchall()
    completed = connection.execute(
        "select coalesce(bool_or(window_start is null), false),"
        " coalesce(bool_or(window_end is null), false),"
        # What an earlier version read has no such time.
        " coalesce(max(complete_until), max(started_at) filter (window_end is null))"
        " from raw.sync_log where entity = ?",
        [endpoint.name],
    ).fetchall()
    named = [
        f"select {reference.ids_sql} as id from raw.{table}"
        for each in endpoints
        for table, reference in each.references_by_table
        if reference.endpoint == endpoint.name
    ]
    named_ids = connection.execute(
        f"select id from ({' union '.join(named) or 'select 0 as id'}) where id > 0"
        f" except select {endpoint.key[0]} from raw.{endpoint.name} order by 1"
    ).fetchall()
    rejected = connection.execute(
        "select id, field from raw.rejected_records where entity = ?", [endpoint.name]
    ).fetchall()
    width = len(endpoint.key)
    return TableState(
        hashes={row[:width]: row[width] for row in rows},
        created={row[:width]: row[width + 1] for row in rows},
        open_keys={row[:width] for row in rows if row[width + 2]},
        unresolved_ids=[row[0] for row in named_ids],
        lately_deleted_ids={row[0] for row in deleted},
        rejected=set(rejected),
        was_read_whole=completed[0][0],
        has_open_ended_read=completed[0][1],
        complete_until=completed[0][2],
    )


def row_counts(connection: DuckDBPyConnection) -> dict[str, int]:
    """Return the number of rows of each raw table, without the deleted ones."""
    tables = connection.execute(
        "select table_name, bool_or(column_name = 'deleted_at') from duckdb_columns()"
        " where database_name = current_database() and schema_name = 'raw'"
        " and not starts_with(table_name, '_dlt') group by table_name order by table_name"
    ).fetchall()
    counts = {}
    for table, may_be_deleted in tables:
        where = " where deleted_at is null" if may_be_deleted else ""
        row = connection.execute(f"select count(*) from raw.{table}{where}").fetchone()
        counts[table] = row[0] if row else 0
    return counts


@dataclass(frozen=True)
class Failing:
    """An endpoint that could not be read at the last attempt: since when, and why."""

    entity: str
    since: datetime
    error: str


def failing_entities(connection: DuckDBPyConnection) -> list[Failing]:
    """Return the endpoints that fail at present; none in a warehouse of a version that did not note them."""
    table = "from duckdb_tables() where schema_name = 'raw' and table_name = 'sync_failures'"
    if not connection.execute(table).fetchone():
        return []
    query = "select entity, failing_since, error from raw.sync_failures order by entity"
    return [Failing(*row) for row in connection.execute(query).fetchall()]


def raw_version(connection: DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Return what differs after each read that brought something: rows, and records' hashes, per table.

    That a day, or the stock, was read again and found the same is nothing new.
    """
    found: list[tuple[Any, ...]] = []
    for table in row_counts(connection):
        if table == "sync_log":
            continue
        columns = connection.table(f"raw.{table}").columns
        facts = "count(*)"
        if "row_hash" in columns:
            facts += ", sum(hash(row_hash, deleted_at))"
        if "entity" in columns:
            facts += ", sum(hash(entity))"
        found.append((table, *connection.execute(f"select {facts} from raw.{table}").fetchall()))
    return found
