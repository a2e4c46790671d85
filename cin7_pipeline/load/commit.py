"""This module commits a load: it marks deleted records and writes coverage, snapshot, log and failures.

A load that is not committed counts as not having happened: its days are not covered, and they are read
again.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.load.erase import erase_deleted
from cin7_pipeline.load.extract import Extract
from cin7_pipeline.load.report import LoadReport
from cin7_pipeline.warehouse.connection import transaction
from cin7_pipeline.warehouse.transit import keep_transit
from cin7_pipeline.window import Window


def commit_load(
    connection: DuckDBPyConnection,
    extracts: Iterable[Extract],
    reports: Iterable[LoadReport],
    failures: Mapping[str, PipelineError],
    *,
    failed_at: datetime,
    sync_id: str,
    lookbacks: dict[str, int],
    local_date: date,
    erased_before: datetime,
) -> None:
    """Write everything that makes the extracts count, and what failed, in one transaction."""
    with transaction(connection):
        [(last,)] = connection.execute("select max(sequence) from raw.sync_log").fetchall()
        for extract in extracts:
            _mark_deleted(connection, extract)
            _write_rejected(connection, extract)
            if extract.endpoint.lists_documents:
                _write_coverage(connection, extract)
            if extract.endpoint.has_daily_snapshot:
                _write_snapshot(connection, extract, local_date)
                keep_transit(connection, local_date, extract.started_at)
        erase_deleted(connection, [extract.endpoint for extract in extracts], erased_before)
        for report in reports:
            _write_log(connection, report, sync_id, (last or 0) + 1, lookbacks[report.entity])
            connection.execute("delete from raw.sync_failures where entity = ?", [report.entity])
        for entity, error in failures.items():
            connection.execute(
                "insert into raw.sync_failures (entity, failing_since, failed_at, error)"
                " values ($entity, $at, $at, $error)"
                " on conflict do update set failed_at = $at, error = $error",
                {"entity": entity, "at": failed_at, "error": str(error)},
            )


def _mark_deleted(connection: DuckDBPyConnection, extract: Extract) -> None:
    if not extract.deleted:
        return
    key = extract.endpoint.key
    columns = zip(*sorted(extract.deleted), strict=True)
    deleted = pa.table({name: list(values) for name, values in zip(key, columns, strict=True)})
    matches = " and ".join(f"stored.{name} = deleted.{name}" for name in key)
    connection.register("deleted", deleted)
    connection.execute(
        f"update raw.{extract.endpoint.name} as stored set deleted_at = ? from deleted where {matches}",
        [extract.started_at],
    )
    connection.unregister("deleted")


def _write_rejected(connection: DuckDBPyConnection, extract: Extract) -> None:
    """Note which records could not be read and why; those that were read, or are deleted, leave the list."""
    entity, seen_at = extract.endpoint.name, extract.started_at
    rejected = {(key[0], why.field): why.reason for key, why in extract.records.rejected.items()}
    answered = {key[0] for key in extract.records.versions} | extract.fetched_ids
    for record_id, field in extract.state.rejected - rejected.keys():
        if extract.window.is_whole or record_id in answered:
            connection.execute(
                "delete from raw.rejected_records where entity = ? and id = ? and field = ?",
                [entity, record_id, field],
            )
    for (record_id, field), reason in sorted(rejected.items()):
        connection.execute(
            "insert into raw.rejected_records values ($1, $2, $3, $4, $5, $5)"
            " on conflict do update set reason = excluded.reason, last_seen_at = excluded.last_seen_at",
            [entity, record_id, field, reason, seen_at],
        )


def _write_log(
    connection: DuckDBPyConnection,
    report: LoadReport,
    sync_id: str,
    sequence: int,
    lookback_days: int,
) -> None:
    """Add the receipt of an endpoint to the log of loads."""
    row = {
        "sync_id": sync_id,
        "sequence": sequence,
        "entity": report.entity,
        "window_start": report.window.start,
        "window_end": report.window.end,
        "complete_until": report.complete_until,
        "lookback_days": lookback_days,
        "started_at": report.started_at,
        "finished_at": report.finished_at,
        "row_count": report.rows_read,
        "new_count": report.new,
        "changed_count": report.changed,
        "unchanged_count": report.unchanged,
        "deleted_count": report.deleted,
        "call_count": report.call_count,
        "seconds": report.seconds,
    }
    connection.execute(
        f"insert into raw.sync_log ({', '.join(row)}) values ({', '.join('?' * len(row))})",
        list(row.values()),
    )


def _write_coverage(connection: DuckDBPyConnection, extract: Extract) -> None:
    """Note each day of the window as read; a whole read begins with the oldest document."""
    window = extract.window
    if window.is_whole:
        created = [
            v.created_at for v in extract.records.versions.values() if v.created_at is not None
        ]
        window = Window(start=min(created, default=extract.started_at))
    days = list(window.dates(extract.started_at))
    entity = extract.endpoint.name
    connection.execute(
        "insert or replace into raw.sync_coverage (entity, day_on, read_at)"
        " select ?, unnest(?::date[]), ?",
        [entity, days, extract.started_at],
    )


def _write_snapshot(connection: DuckDBPyConnection, extract: Extract, local_date: date) -> None:
    """Replace the snapshot of the local day, if there is one, by what is there now."""
    stored, snapshots = f"raw.{extract.endpoint.name}", f"raw.{extract.endpoint.name}_snapshots"
    own = [c for c in connection.table(snapshots).columns if c not in ("snapshot_on", "read_at")]
    columns = ", ".join(own)
    connection.execute(f"delete from {snapshots} where snapshot_on = ?", [local_date])
    connection.execute(
        f"insert into {snapshots} (snapshot_on, read_at, {columns})"
        f" select ?, ?, {columns} from {stored} where deleted_at is null",
        [local_date, extract.started_at],
    )
