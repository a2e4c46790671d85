"""This module copies what cannot be read again into a file, and brings it back.

That is the stock of past days with what was under way then, what was changed of documents, records that Cin7
no longer has, forecasts of other engines, and the salt of the hashes. Everything else a new read brings, so
it is not copied.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError, SettingsError
from cin7_pipeline.files import PRIVATE_FILE, fsync, private_folder, set_mode, write_atomic
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import transaction
from cin7_pipeline.warehouse.sql import identifier, literal

# Tables that no read fills again, and by what their rows belong together: what is there of it stays alone.
UNREPEATABLE = {
    "stock_snapshots": "snapshot_on",
    "transit_snapshots": "snapshot_on",
    "document_changes": "seen_at",
}
ATTACHED = "kept"
FORECASTS = "forecast_files"


def back_up(
    connection: DuckDBPyConnection, endpoints: Iterable[Endpoint], settings: Settings, name: str
) -> tuple[Path, dict[str, int]]:
    """Write the file `backups/<name>.duckdb`, its user's alone, and return it with its rows per table."""
    folder = settings.data_dir / "backups"
    private_folder(folder)
    path, draft = folder / f"{name}.duckdb", folder / f"{name}.tmp"
    draft.unlink(missing_ok=True)
    connection.execute(f"attach {literal(str(draft))} as {ATTACHED}")
    try:
        set_mode(draft, PRIVATE_FILE)
        rows = {}
        for table, query in _queries(endpoints):
            copied = connection.execute(f"create table {ATTACHED}.{table} as {query}").fetchall()
            rows[table] = copied[0][0]
        rows[FORECASTS] = _keep_forecasts(connection, settings.forecasts_dir)
        salt = settings.salt_path.read_bytes() if settings.salt_path.exists() else None
        connection.execute(f"create table {ATTACHED}.salt as select ?::blob as salt", [salt])
    finally:
        connection.execute(f"detach {ATTACHED}")
    fsync(draft)
    draft.replace(path)
    fsync(folder)
    return path, {table: count for table, count in rows.items() if table != "sync_owner"}


def _queries(endpoints: Iterable[Endpoint]) -> Iterator[tuple[str, str]]:
    """Yield each table of the file, and the query for its rows."""
    for table in ("sync_owner", *UNREPEATABLE):
        yield table, f"from raw.{table}"
    for endpoint in endpoints:
        deleted = f"from raw.{endpoint.name} where deleted_at is not null"
        yield endpoint.name, deleted
        if lines := endpoint.lines:
            parents = f"select {endpoint.key[0]} {deleted}"
            yield lines.table, f"from raw.{lines.table} where {lines.parent_key} in ({parents})"


def _keep_forecasts(connection: DuckDBPyConnection, folder: Path) -> int:
    """Copy the forecasts of other engines as they are, and return how many files they are."""
    connection.execute(f"create table {ATTACHED}.{FORECASTS} (file varchar, content blob)")
    paths = [path for path in sorted(folder.glob("*/*")) if path.suffix in {".csv", ".parquet"}]
    for path in paths:
        row = [path.relative_to(folder).as_posix(), path.read_bytes()]
        connection.execute(f"insert into {ATTACHED}.{FORECASTS} values (?, ?)", row)
    return len(paths)


def restore(
    connection: DuckDBPyConnection, endpoints: Iterable[Endpoint], settings: Settings, path: Path
) -> dict[str, int]:
    """Bring back what the warehouse lacks of a backup, and return the rows brought per table.

    What the warehouse holds stays as it is: days with a snapshot, and records that were read again. All is
    brought back, or nothing.

    Raises:
        PipelineError: there is no such file.
        SettingsError: it is another account's.
    """
    if not path.is_file():
        msg = f"{path} does not exist; `cin7 backup` writes such files into {settings.data_dir / 'backups'}"
        raise PipelineError(msg)
    connection.execute(f"attach {literal(str(path))} as {ATTACHED} (read_only)")
    try:
        owners = connection.execute(f"select owner from {ATTACHED}.sync_owner").fetchall()
        if any(owner not in settings.account_ids for (owner,) in owners):
            msg = f"{path} is another account's backup; nothing was changed: look at CIN7_USERNAME"
            raise SettingsError(msg)
        with transaction(connection):
            brought = {}
            for table, together in UNREPEATABLE.items():
                known = f"select {together} from raw.{table}"
                brought[table] = _bring(connection, table, f"{together} not in ({known})")
            for endpoint in endpoints:
                brought |= _bring_deleted(connection, endpoint)
        brought[FORECASTS] = _bring_forecasts(connection, settings.forecasts_dir)
        [(salt,)] = connection.execute(f"select salt from {ATTACHED}.salt").fetchall()
    finally:
        connection.execute(f"detach {ATTACHED}")
    if salt and not settings.salt_path.exists():
        private_folder(settings.state_dir)
        write_atomic(settings.salt_path, salt)
    return brought


def _bring_forecasts(connection: DuckDBPyConnection, folder: Path) -> int:
    """Write the forecasts that the folder lacks, and return how many; older backups have none."""
    tables = (
        f"from duckdb_tables() where table_name = '{FORECASTS}' and database_name = '{ATTACHED}'"
    )
    if not connection.execute(tables).fetchall():
        return 0
    kept = connection.execute(f"from {ATTACHED}.{FORECASTS}").fetchall()
    lacking = [(folder / file, content) for file, content in kept if not (folder / file).exists()]
    for path, content in lacking:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, content)
    return len(lacking)


def _bring_deleted(connection: DuckDBPyConnection, endpoint: Endpoint) -> dict[str, int]:
    """Bring back deleted records that the warehouse does not know, with their lines."""
    name, key, lines = endpoint.name, endpoint.key, endpoint.lines
    is_known = " and ".join(f"stored.{column} is not distinct from kept.{column}" for column in key)
    unknown = f"not exists (from raw.{name} as stored where {is_known})"
    brought = {}
    if lines is not None:
        # First, while their documents are still unknown.
        parents = f"select {key[0]} from {ATTACHED}.{name} as kept where {unknown}"
        of_unknown = f"{lines.parent_key} in ({parents})"
        brought[lines.table] = _bring(connection, lines.table, of_unknown)
    return brought | {name: _bring(connection, name, unknown)}


def _bring(connection: DuckDBPyConnection, table: str, where: str) -> int:
    """Insert rows of the backup, in the columns that both have, and return how many.

    A version may have a table or a column that the one of the backup had not.
    """
    columns = connection.execute(
        """
        select column_name from duckdb_columns() where table_name = $table and database_name = $kept
        intersect
        select column_name from duckdb_columns()
        where table_name = $table and schema_name = 'raw' and database_name = current_database()
        """,
        {"table": table, "kept": ATTACHED},
    ).fetchall()
    if not columns:
        return 0
    names = ", ".join(identifier(name) for (name,) in columns)
    query = f"select {names} from {ATTACHED}.{table} as kept where {where}"
    [(count,)] = connection.execute(f"insert into raw.{table} ({names}) {query}").fetchall()
    return int(count)
