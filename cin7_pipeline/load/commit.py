"""Close a load in one transaction: what is gone, which days are covered, the day's stock, the log.

Until it commits, a load counts as not having happened: its days are not covered and it is read again.
"""

from collections.abc import Iterable
from datetime import date

from duckdb import DuckDBPyConnection

from cin7_pipeline.load.reading import Extract
from cin7_pipeline.load.report import LoadReport
from cin7_pipeline.omni.endpoint import Endpoint, SyncMode
from cin7_pipeline.omni.endpoints import STOCK
from cin7_pipeline.warehouse.raw_tables import RECORDS
from cin7_pipeline.window import Window


def commit_load(
    connection: DuckDBPyConnection,
    readings: Iterable[Extract],
    reports: Iterable[LoadReport],
    *,
    sync_id: str,
    lookbacks: dict[str, int],
    local_day: date,
) -> None:
    """Write everything that makes the readings count; all of it or nothing."""
    connection.execute("begin")
    try:
        for reading in readings:
            _mark_gone(connection, reading)
            _cover(connection, reading)
            if reading.endpoint == STOCK:
                _keep_snapshot(connection, reading, local_day)
        for report in reports:
            _log(connection, report, sync_id, lookbacks[report.entity])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _mark_gone(connection: DuckDBPyConnection, reading: Extract) -> None:
    if not reading.gone:
        return
    endpoint = reading.endpoint
    matches = " and ".join(f"{name} = ?" for name in endpoint.key)
    connection.executemany(
        f"update raw.{endpoint.name} set deleted_at = ? where {matches}",
        [(reading.started_at, *key) for key in sorted(reading.gone)],
    )


def _cover(connection: DuckDBPyConnection, reading: Extract) -> None:
    if not is_covered_by_day(reading.endpoint):
        return
    days = list(_window_with_a_start(reading).dates(reading.started_at))
    if not days:
        return
    entity = reading.endpoint.name
    connection.execute(
        "delete from raw.sync_coverage where entity = ? and day_on between ? and ?",
        [entity, days[0], days[-1]],
    )
    connection.execute(
        "insert into raw.sync_coverage (entity, day_on, read_at) select ?, unnest(?::date[]), ?",
        [entity, days, reading.started_at],
    )


def _window_with_a_start(reading: Extract) -> Window:
    """The window read; of a whole read it begins with the oldest document, for there is none before."""
    if not reading.window.is_whole:
        return reading.window
    created = [v.created_at for v in reading.versions.values() if v.created_at is not None]
    return Window(start=min(created, default=reading.started_at))


def is_covered_by_day(endpoint: Endpoint) -> bool:
    """True for documents: the only data whose history is read day by day."""
    return endpoint.mode is SyncMode.INCREMENTAL


def _keep_snapshot(connection: DuckDBPyConnection, reading: Extract, local_day: date) -> None:
    """Today's stock replaces an earlier snapshot of the same local day."""
    own = [
        name for name in RECORDS["raw.stock_snapshots"] if name not in ("snapshot_on", "read_at")
    ]
    columns = ", ".join(own)
    connection.execute("delete from raw.stock_snapshots where snapshot_on = ?", [local_day])
    connection.execute(
        f"insert into raw.stock_snapshots (snapshot_on, read_at, {columns})"
        f" select ?, ?, {columns} from raw.stock where deleted_at is null",
        [local_day, reading.started_at],
    )


def _log(connection: DuckDBPyConnection, report: LoadReport, sync_id: str, lookback: int) -> None:
    row = {
        "sync_id": sync_id,
        "entity": report.entity,
        "window_start": report.window.start,
        "window_end": report.window.end,
        "lookback_days": lookback,
        "started_at": report.started_at,
        "finished_at": report.finished_at,
        "row_count": report.rows_read,
        "new_count": report.new,
        "changed_count": report.changed,
        "unchanged_count": report.unchanged,
        "deleted_count": report.gone,
        "call_count": report.call_count,
        "seconds": report.seconds,
    }
    connection.execute(
        f"insert into raw.sync_log ({', '.join(row)}) values ({', '.join('?' * len(row))})",
        list(row.values()),
    )
