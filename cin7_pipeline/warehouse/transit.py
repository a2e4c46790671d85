"""This module keeps which lines of transfers were under way when the stock of a day was read.

It keeps what Cin7 said of them, as of the stock itself: nobody can ask for it again, and a transfer that was
received, edited or deleted since must not change a day that is past. What it means is decided in `sql/core`.
"""

from datetime import date, datetime

from duckdb import DuckDBPyConnection

# A receipt a year before the transfer was made is a typing error; the goods are still under way.
_IS_UNDER_WAY = """
    transfers.dispatched_date is not null
    and (
        transfers.received_date is null
        or transfers.received_date > readings.read_at
        or transfers.received_date < transfers.created_date - interval 366 day
    )
"""
_KEEP = """
    insert into raw.transit_snapshots by name
    select
        readings.snapshot_on,
        readings.read_at,
        transfers.id as branch_transfer_id,
        transfers.source_branch_id,
        transfers.destination_branch_id,
        transfers.dispatched_date,
        transfers.received_date,
        coalesce(-lines.place, lines.id) as line_id,
        lines.parent_id,
        lines.product_option_id,
        lines.code,
        lines.qty,
        {transferred} as qty_transferred,
        lines.sizes
    from ({readings}) as readings
    inner join raw.branch_transfers as transfers on {is_under_way}
    inner join raw.branch_transfer_lines as lines on transfers.id = lines.branch_transfer_id
"""

# What had left by then and not come is derived for the days before this was kept: of transfers received
# since, all of it, as nobody knows what of it had come earlier.
DERIVE_TRANSIT = _KEEP.format(
    transferred="case when transfers.received_date is null then lines.qty_transferred end",
    readings="select snapshot_on, max(read_at) as read_at from raw.stock_snapshots group by snapshot_on",
    is_under_way=f"{_IS_UNDER_WAY} and transfers.dispatched_date <= readings.read_at"
    " and (transfers.deleted_at is null or transfers.deleted_at > readings.read_at)",
)


def keep_transit(connection: DuckDBPyConnection, snapshot_on: date, read_at: datetime) -> None:
    """Replace what is kept of the day by the lines of all transfers that are under way now."""
    connection.execute("delete from raw.transit_snapshots where snapshot_on = ?", [snapshot_on])
    query = _KEEP.format(
        transferred="lines.qty_transferred",
        readings="select $snapshot_on::date as snapshot_on, $read_at::timestamptz as read_at",
        is_under_way=f"{_IS_UNDER_WAY} and transfers.deleted_at is null",
    )
    connection.execute(query, {"snapshot_on": snapshot_on, "read_at": read_at})
