"""What `raw` holds of an endpoint before a read: the versions, the open documents, the gaps.

Only reads the database; what follows from it is decided in `read.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import (
    BOM_MASTERS,
    CONTACTS,
    DOCUMENTS,
    PRODUCT_OPTIONS,
    PRODUCTS,
)

# The values of an endpoint's key columns.
Key = tuple[Any, ...]

LINE_TABLES = [each.lines.table for each in (*DOCUMENTS, BOM_MASTERS) if each.lines is not None]
# The options of what a job or a bill takes stand in its list of components.
COMPONENT_OPTIONS = """
    unnest(list_transform(
        json_extract_string(components, '$[*].productOptionId'), lambda id: try_cast(id as bigint)
    ))
"""
# Where raw tables name a record of another endpoint; 0 and null name nothing.
REFERENCES: dict[str, tuple[tuple[str, str], ...]] = {
    PRODUCT_OPTIONS.name: (
        *((table, "product_option_id") for table in LINE_TABLES),
        ("production_job_products", COMPONENT_OPTIONS),
        ("bom_master_products", COMPONENT_OPTIONS),
    ),
    PRODUCTS.name: ((PRODUCT_OPTIONS.name, "product_id"),),
    CONTACTS.name: (
        ("sales_orders", "member_id"),
        ("purchase_orders", "member_id"),
        ("credit_notes", "member_id"),
        ("products", "supplier_id"),
    ),
}


@dataclass
class TableState:
    """The rows of one raw table by key: hash and creation of those still there, which are open or gone."""

    hashes: dict[Key, str | None] = field(default_factory=dict)
    created: dict[Key, datetime | None] = field(default_factory=dict)
    open_keys: set[Key] = field(default_factory=set)
    deleted_keys: set[Key] = field(default_factory=set)
    unresolved_ids: list[int] = field(default_factory=list)
    was_read_whole: bool = False
    has_open_ended_read: bool = False


def load_state(connection: DuckDBPyConnection, endpoint: Endpoint) -> TableState:
    """What `raw` holds of the endpoint now."""
    held = TableState(
        unresolved_ids=_missing_ids(connection, endpoint),
        was_read_whole=_was_read(connection, endpoint, "window_start"),
        has_open_ended_read=_was_read(connection, endpoint, "window_end"),
    )
    for *key_values, row_hash, created, is_gone, is_open in _rows(connection, endpoint):
        key = tuple(key_values)
        if is_gone:
            held.deleted_keys.add(key)
            continue
        held.hashes[key] = row_hash
        held.created[key] = created
        if is_open:
            held.open_keys.add(key)
    return held


def _rows(connection: DuckDBPyConnection, endpoint: Endpoint) -> list[tuple[Any, ...]]:
    names = {column.name for column in endpoint.columns}
    created = "created_date" if "created_date" in names else "null"
    query = (
        f"select {', '.join(endpoint.key)}, row_hash, {created},"
        f" deleted_at is not null, coalesce({endpoint.open_sql or 'false'}, false)"
        f" from raw.{endpoint.name}"
    )
    return connection.execute(query).fetchall()


def _was_read(connection: DuckDBPyConnection, endpoint: Endpoint, open_edge: str) -> bool:
    """True where a read without that edge was completed."""
    query = f"select count(*) from raw.sync_log where entity = ? and {open_edge} is null"
    row = connection.execute(query, [endpoint.name]).fetchone()
    return bool(row and row[0])


def _missing_ids(connection: DuckDBPyConnection, endpoint: Endpoint) -> list[int]:
    references = REFERENCES.get(endpoint.name)
    if not references:
        return []
    named = " union ".join(
        f"select {column} as id from raw.{table}" for table, column in references
    )
    query = f"select id from ({named}) where id > 0 except select id from raw.{endpoint.name} order by id"
    return [row[0] for row in connection.execute(query).fetchall()]


def row_counts(
    connection: DuckDBPyConnection, tables: Mapping[str, Mapping[str, str]]
) -> dict[str, int]:
    """Rows per raw table, those that are gone left out."""
    counts = {}
    for table, columns in tables.items():
        schema, name = table.split(".")
        if schema == "raw":
            still_there = " where deleted_at is null" if "deleted_at" in columns else ""
            row = connection.execute(f"select count(*) from {table}{still_there}").fetchone()
            counts[name] = row[0] if row else 0
    return counts
