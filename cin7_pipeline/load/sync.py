"""This module loads several endpoints: they are read side by side, merged in one dlt run, and committed.

Which endpoints there are is handed in. It does not know when to run or what follows (`pipeline.py`).
"""

import secrets
import uuid
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.files import private_folder, write_atomic
from cin7_pipeline.load.commit import commit_load
from cin7_pipeline.load.extract import Extract, Extractor, OnProgress, no_progress
from cin7_pipeline.load.merge import merge
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.load.state import TableState, load_state
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint, SyncMode
from cin7_pipeline.settings import Settings, load_business_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.owner import require_owner, require_present
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from cin7_pipeline.window import Window

READS_AT_ONCE = 4


def sync_endpoints(
    endpoints: Mapping[str, Endpoint],
    entities: Mapping[str, Window | None],
    client: Cin7Client,
    settings: Settings,
    *,
    on_progress: OnProgress = no_progress,
) -> LoadOutcome:
    """Load entities of the account's endpoints, each over its window or over the one its mode calls for.

    Each entity is written whole or not at all; one that fails leaves the others' loads in place and
    its own earlier data as it was. Loading the same window twice rewrites nothing.
    """
    now = settings.now()
    mapped = load_business_settings(settings.rules_dir).custom_fields_of
    synced = {name: endpoints[name].with_custom_fields(mapped(name)) for name in entities}
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection, endpoints.values())
        require_present(connection, settings)
        require_owner(connection, settings, may_be_new=True)
        states = {
            name: load_state(connection, endpoint, endpoints.values(), now)
            for name, endpoint in synced.items()
        }
    if not settings.salt_path.exists():
        private_folder(settings.state_dir)
        write_atomic(settings.salt_path, secrets.token_bytes(16))
    salt = settings.salt_path.read_bytes()
    extractor = Extractor(client, now, salt, settings.gone_share_limit, on_progress)
    windows = {
        name: window_for(endpoint, entities[name], states[name], settings)
        for name, endpoint in synced.items()
    }
    extracts, failures = _read(extractor, synced, windows, states)
    with open_warehouse(settings.warehouse_path) as connection:
        merge(connection, extracts, now, settings.state_dir)
        reports = tuple(extract.report(settings.now()) for extract in extracts)
        commit_load(
            connection,
            extracts,
            reports,
            sync_id=uuid.uuid4().hex,
            lookbacks={name: settings.lookback_of(name) for name in entities},
            local_date=settings.local_date(settings.now()),
        )
    return LoadOutcome(reports, failures)


def window_for(
    endpoint: Endpoint, asked: Window | None, state: TableState, settings: Settings
) -> Window:
    """Return the window that was asked for, or the lookback, or everything where only that makes sense.

    Stock and branches are what they are now, and what was never read whole has no edges to go by.
    """
    is_first_read = endpoint.mode is SyncMode.FULL_THEN_INCREMENTAL and not state.was_read_whole
    if endpoint.mode is SyncMode.FULL_REFRESH or is_first_read:
        return Window.whole()
    return asked or Window.lookback(settings.now(), settings.lookback_of(endpoint.name))


def _read(
    extractor: Extractor,
    endpoints: Mapping[str, Endpoint],
    windows: Mapping[str, Window],
    states: Mapping[str, TableState],
) -> tuple[list[Extract], dict[str, PipelineError]]:
    extracts: list[Extract] = []
    failures: dict[str, PipelineError] = {}
    with ThreadPoolExecutor(READS_AT_ONCE, thread_name_prefix="cin7-read") as pool:
        reads: dict[str, Future[Extract]] = {
            name: pool.submit(extractor.read, endpoints[name], window, states[name])
            for name, window in windows.items()
        }
    for name, read in reads.items():
        try:
            extracts.append(read.result())
        except PipelineError as error:
            failures[name] = error
    return extracts, failures
