"""This module notes what a load changes of the fields that planners ask about: who moved the ETA, and when.

It compares before the load is merged, as the earlier values are gone afterwards. What was noted of a load
that was killed before it was merged is taken back by the next one, which finds the same changes again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint
from cin7_pipeline.warehouse.connection import transaction

# Values as text; what is unset is null, and so is a quantity of 0, which a line that is not there has too.
AS_TEXT = {
    ColumnType.TEXT: "nullif({}, '')",
    ColumnType.ID: "nullif({}, 0)::varchar",
    ColumnType.DECIMAL: "nullif({}, 0)::varchar",
    ColumnType.BOOLEAN: "coalesce({}, false)::varchar",
    ColumnType.TIMESTAMP: "timezone('UTC', {})::varchar",
}
# A document that was not known has not changed, nor have its lines.
KNOWN = "select read.id, read.modified_date from documents_read as read semi join raw.{} using (id)"
DOCUMENTS = "known inner join documents_read as new using (id) inner join raw.{} as old using (id)"
LINES = """
    (from raw.{table} where {parent} in (select id from known)) as old
    full join (from lines_read where {parent} in (select id from known)) as new
        on old.{parent} = new.{parent} and coalesce(-old.place, old.id) = coalesce(-new.place, new.id)
    inner join known on known.id = coalesce(new.{parent}, old.{parent})
"""
NOTE = """
    insert into raw.document_changes
    with known as ({known}),
    compared as (
        select known.id, known.modified_date, {line_id} as line_id, unnest([{fields}]) as found
        from {joined}
    )
    select $entity, id, line_id, found.field, found.before, found.after, modified_date, $seen_at
    from compared
    where found.before is distinct from found.after
    on conflict do update set after = excluded.after, modified_date = excluded.modified_date
"""


def note_changes(
    connection: DuckDBPyConnection,
    endpoint: Endpoint,
    documents: pa.Table,
    lines: pa.Table,
    seen_at: datetime,
) -> None:
    """Note how tracked fields of known documents and of their lines differ from what raw holds."""
    connection.register("documents_read", documents)
    connection.register("lines_read", lines)
    with transaction(connection):
        connection.execute(
            f"delete from raw.document_changes as noted using raw.{endpoint.name} as held"
            " where noted.entity = $entity and noted.document_id = held.id"
            " and noted.seen_at > held.read_at",
            {"entity": endpoint.name},
        )
        for query in _queries(endpoint):
            connection.execute(query, {"entity": endpoint.name, "seen_at": seen_at})
    connection.unregister("documents_read")
    connection.unregister("lines_read")


def _queries(endpoint: Endpoint) -> Iterator[str]:
    """Yield what notes the changes of the documents, and of their lines."""
    name, known = endpoint.name, KNOWN.format(endpoint.name)
    fields = _compared(endpoint.columns, endpoint.tracked.split())
    yield NOTE.format(known=known, line_id="0", fields=fields, joined=DOCUMENTS.format(name))
    if lines := endpoint.lines:
        yield NOTE.format(
            known=known,
            line_id="coalesce(-new.place, new.id, -old.place, old.id)",
            fields=_compared(lines.columns, lines.tracked.split()),
            joined=LINES.format(table=lines.table, parent=lines.parent_key),
        )


def _compared(columns: Iterable[Column], tracked: Iterable[str]) -> str:
    """Return a struct of field, earlier and present value for each tracked column."""
    types = {column.name: column.type for column in columns}
    return ", ".join(
        f"{{'field': '{name}', 'before': {AS_TEXT[types[name]].format(f'old.{name}')},"
        f" 'after': {AS_TEXT[types[name]].format(f'new.{name}')}}}"
        for name in tracked
    )
