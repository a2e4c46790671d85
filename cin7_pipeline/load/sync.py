"""Load several endpoints at once: read side by side, merge in one dlt run, seal in one transaction."""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.files import private_folder, write_atomic
from cin7_pipeline.load.commit import commit_load
from cin7_pipeline.load.extract import Extractor, OnProgress, no_progress
from cin7_pipeline.load.merge import merge
from cin7_pipeline.load.owner import require_same_account
from cin7_pipeline.load.reading import Extract
from cin7_pipeline.load.report import LoadOutcome, LoadReport
from cin7_pipeline.load.state import TableState, load_state
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint, SyncMode
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings import Settings, load_business_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from cin7_pipeline.window import Window

READS_AT_ONCE = 4


def sync_endpoints(
    entities: Mapping[str, Window | None],
    client: Cin7Client,
    settings: Settings,
    *,
    on_progress: OnProgress = no_progress,
) -> LoadOutcome:
    """Load each entity over the window that is asked for, or over the one its kind calls for.

    Each entity is written whole or not at all; one that fails leaves the others' loads in place and
    its own earlier data as it was. Loading the same window twice rewrites nothing.
    """
    now = settings.now()
    endpoints = _endpoints(settings, entities)
    held = _held(settings, endpoints.values())
    reader = Extractor(
        client, now, _salt(settings.state_dir), settings.gone_share_limit, on_progress
    )
    windows = {
        name: window_for(endpoints[name], window, held[name], settings)
        for name, window in entities.items()
    }
    readings, failures = _read(reader, endpoints, windows, held)
    with open_warehouse(settings.warehouse_path) as connection:
        merge(connection, readings, now, settings.state_dir)
        reports = tuple(_report(r, settings) for r in readings)
        _seal(connection, readings, reports, settings)
    return LoadOutcome(reports, failures)


def window_for(
    endpoint: Endpoint, asked: Window | None, held: TableState, settings: Settings
) -> Window:
    """The window that was asked for, or the lookback; all of it where only that makes sense.

    Stock and branches are what they are now, and what was never read whole has no edges to go by.
    """
    is_first_read = endpoint.mode is SyncMode.FULL_THEN_INCREMENTAL and not held.was_read_whole
    if endpoint.mode is SyncMode.FULL_REFRESH or is_first_read:
        return Window.whole()
    return asked or Window.lookback(settings.now(), settings.lookback_of(endpoint.name))


def _endpoints(settings: Settings, names: Iterable[str]) -> dict[str, Endpoint]:
    """The endpoints as this account reads them: with the custom fields that its settings map."""
    business = load_business_settings(settings.rules_dir)
    return {
        name: ENDPOINTS[name].with_custom_fields(business.custom_fields_of(name)) for name in names
    }


def _held(settings: Settings, endpoints: Iterable[Endpoint]) -> dict[str, TableState]:
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection, ENDPOINTS.values())
        require_same_account(connection, settings.account_id, settings.data_dir)
        return {endpoint.name: load_state(connection, endpoint) for endpoint in endpoints}


def _read(
    reader: Extractor,
    endpoints: Mapping[str, Endpoint],
    windows: Mapping[str, Window],
    held: Mapping[str, TableState],
) -> tuple[list[Extract], dict[str, PipelineError]]:
    readings: list[Extract] = []
    failures: dict[str, PipelineError] = {}
    with ThreadPoolExecutor(READS_AT_ONCE, thread_name_prefix="cin7-read") as pool:
        reads: dict[str, Future[Extract]] = {
            name: pool.submit(reader.read, endpoints[name], window, held[name])
            for name, window in windows.items()
        }
    for name, read in reads.items():
        try:
            readings.append(read.result())
        except PipelineError as error:
            failures[name] = error
    return readings, failures


def _report(reading: Extract, settings: Settings) -> LoadReport:
    rows, new, changed = len(reading.versions), reading.new_count, reading.changed_count
    return LoadReport(
        entity=reading.endpoint.name,
        window=reading.window,
        started_at=reading.started_at,
        finished_at=settings.now(),
        rows_read=rows,
        new=new,
        changed=changed,
        unchanged=rows - new - changed,
        gone=len(reading.gone),
        call_count=reading.call_count,
        seconds=round(reading.seconds, 3),
        unknown_fields=tuple(sorted(reading.unknown_fields)),
        used_offset_pages=reading.used_offset_pages,
    )


def _seal(
    connection: DuckDBPyConnection,
    readings: list[Extract],
    reports: tuple[LoadReport, ...],
    settings: Settings,
) -> None:
    commit_load(
        connection,
        readings,
        reports,
        sync_id=uuid.uuid4().hex,
        lookbacks={name: settings.lookback_of(name) for name in ENDPOINTS},
        local_day=settings.local_date(settings.now()),
    )


def _salt(state_dir: Path) -> bytes:
    """The account's own salt for hashed addresses, made once and readable by its owner only."""
    path = state_dir / "salt"
    if not path.exists():
        private_folder(state_dir)
        write_atomic(path, secrets.token_bytes(16))
    return path.read_bytes()
