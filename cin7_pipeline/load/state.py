"""This module reads what schema `raw` holds of an endpoint before it is read again.

It decides nothing: what follows from the state is decided in `extract.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoint import Endpoint

# The values of an endpoint's key columns.
Key = tuple[Any, ...]


@dataclass
class TableState:
    """The state of one raw table: row hash and creation date by key, and the open and deleted keys.

    A deleted record has neither hash nor creation date. `unresolved_ids` are named by other tables and
    not loaded yet. `was_read_whole` and `has_open_ended_read` tell whether a load without a start, or
    without an end, was ever completed.
    """

    hashes: dict[Key, str | None] = field(default_factory=dict)
    created: dict[Key, datetime | None] = field(default_factory=dict)
    open_keys: set[Key] = field(default_factory=set)
    deleted_keys: set[Key] = field(default_factory=set)
    unresolved_ids: list[int] = field(default_factory=list)
    was_read_whole: bool = False
    has_open_ended_read: bool = False


def load_state(
    connection: DuckDBPyConnection, endpoint: Endpoint, endpoints: Iterable[Endpoint]
) -> TableState:
    """Return the present state of the endpoint's raw table; `endpoints` may name its records."""
    names = {column.name for column in endpoint.columns}
    created_date = "created_date" if "created_date" in names else "null"
    rows = connection.execute(
        f"select {', '.join(endpoint.key)}, row_hash, {created_date}, deleted_at is not null,"
        f" coalesce({endpoint.open_sql or 'false'}, false) from raw.{endpoint.name}"
    ).fetchall()
    completed = connection.execute(
        "select coalesce(bool_or(window_start is null), false),"
        " coalesce(bool_or(window_end is null), false) from raw.sync_log where entity = ?",
        [endpoint.name],
    ).fetchall()
    state = TableState(
        unresolved_ids=_unresolved_ids(connection, endpoint, endpoints),
        was_read_whole=completed[0][0],
        has_open_ended_read=completed[0][1],
    )
    for *values, row_hash, created, is_deleted, is_open in rows:
        key = tuple(values)
        if is_deleted:
            state.deleted_keys.add(key)
            continue
        state.hashes[key], state.created[key] = row_hash, created
        if is_open:
            state.open_keys.add(key)
    return state


def _unresolved_ids(
    connection: DuckDBPyConnection, endpoint: Endpoint, endpoints: Iterable[Endpoint]
) -> list[int]:
    named = " union ".join(
        f"select {reference.ids_sql} as id from raw.{table}"
        for each in endpoints
        for table, reference in each.references_by_table
        if reference.endpoint == endpoint.name
    )
    if not named:
        return []
    query = f"select id from ({named}) where id > 0 except select id from raw.{endpoint.name} order by id"
    return [row[0] for row in connection.execute(query).fetchall()]


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
