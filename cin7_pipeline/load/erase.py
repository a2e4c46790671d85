"""This module erases what may name a person in records that Cin7 has deleted for some time.

Rows, ids, dates and quantities stay, as figures of the past are made of them; only texts go.
"""

from collections.abc import Iterable
from datetime import datetime

from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoint import Endpoint


def erase_deleted(
    connection: DuckDBPyConnection, endpoints: Iterable[Endpoint], deleted_before: datetime
) -> None:
    """Blank the personal texts of records that were deleted before then, and of their lines."""
    for endpoint in endpoints:
        columns = endpoint.personal.split()
        if not columns:
            continue
        is_set = " or ".join(f'"{column}" is not null' for column in columns)
        found = connection.execute(
            f"select distinct {endpoint.key[0]} from raw.{endpoint.name}"
            f" where deleted_at < ? and ({is_set})",
            [deleted_before],
        ).fetchall()
        if ids := [record_id for (record_id,) in found]:
            _blank(connection, endpoint, columns, ids)


def _blank(
    connection: DuckDBPyConnection, endpoint: Endpoint, columns: list[str], ids: list[int]
) -> None:
    # Without its hash a record counts as changed, so that the next release is made without the texts.
    blank = ", ".join(f'"{column}" = null' for column in (*columns, "row_hash"))
    key = endpoint.key[0]
    connection.execute(
        f"update raw.{endpoint.name} set {blank} where {key} in (select unnest(?::bigint[]))", [ids]
    )
    if lines := endpoint.lines:
        connection.execute(
            f"update raw.{lines.table} set name = null"
            f" where {lines.parent_key} in (select unnest(?::bigint[]))",
            [ids],
        )
    connection.execute(
        "delete from raw.document_changes where entity = ? and field = 'stage'"
        " and document_id in (select unnest(?::bigint[]))",
        [endpoint.name, ids],
    )
