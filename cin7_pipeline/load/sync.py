"""This module loads several endpoints: what `reads.py` reads is merged in one dlt run, and committed.

Which endpoints there are is handed in. It does not know when to run or what follows (`pipeline.py`).
"""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta

from cin7_pipeline.files import private_folder, write_atomic
from cin7_pipeline.load.commit import commit_load
from cin7_pipeline.load.extract import OnProgress, Session, no_progress
from cin7_pipeline.load.merge import merge
from cin7_pipeline.load.reads import ReadPlan, Reads
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.load.state import TableState, load_state
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint, SyncMode
from cin7_pipeline.settings import Settings, load_business_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.owner import require_owner, require_present
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from cin7_pipeline.window import Window, midnight

# Windows overlap by so much, as a record is found only a while after it was changed.
OVERLAP = timedelta(hours=1)


def sync_endpoints(
    endpoints: Mapping[str, Endpoint],
    entities: Mapping[str, Window | None],
    client: Cin7Client,
    settings: Settings,
    *,
    documents_behind_stock: Iterable[str] = (),
    on_progress: OnProgress = no_progress,
) -> LoadOutcome:
    """Load those of the endpoints that `entities` names, each over its window or the one its mode calls for.

    Each endpoint is written whole or not at all; one that fails leaves the others' loads in place and
    its own earlier data as it was. Loading the same window twice rewrites nothing. Where the stock is
    among them, what changed in `documents_behind_stock` since they were read is read behind it.
    """
    now = settings.now()
    mapped = load_business_settings(settings.rules_dir).custom_fields_of
    names = dict.fromkeys([*entities, *documents_behind_stock])
    synced = {name: endpoints[name].with_custom_fields(mapped(name)) for name in names}
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection, endpoints.values())
        require_present(connection, settings)
        require_owner(connection, settings, may_be_new=True)
        states = {
            name: load_state(connection, endpoint, endpoints.values(), now)
            for name, endpoint in synced.items()
        }
    session = Session(
        client,
        now,
        _salt(settings),
        settings.gone_share_limit,
        settings.rejected_share_limit,
        on_progress,
    )
    windows = {
        name: window_for(synced[name], asked, states[name], settings)
        for name, asked in entities.items()
    }
    reads = Reads(session)
    reads.read([ReadPlan(each, windows.get(name), states[name]) for name, each in synced.items()])
    extracts = [reads.extracts[name] for name in synced if name in reads.extracts]
    with open_warehouse(settings.warehouse_path) as connection:
        merge(connection, extracts, now, settings.state_dir)
        reports = tuple(extract.report(settings.now()) for extract in extracts)
        commit_load(
            connection,
            extracts,
            reports,
            reads.failures,
            failed_at=settings.now(),
            sync_id=uuid.uuid4().hex,
            lookbacks={name: settings.lookback_of(name) for name in synced},
            local_date=settings.local_date(settings.now()),
            erased_before=settings.now() - timedelta(days=settings.erase_after_days),
        )
    return LoadOutcome(reports, reads.failures)


def _salt(settings: Settings) -> bytes:
    """Return the salt of the account's hashes, which the first load makes."""
    if not settings.salt_path.exists():
        private_folder(settings.state_dir)
        write_atomic(settings.salt_path, secrets.token_bytes(16))
    return settings.salt_path.read_bytes()


def window_for(
    endpoint: Endpoint, asked: Window | None, state: TableState, settings: Settings
) -> Window:
    """Return the window that was asked for, or the lookback, or everything where only that makes sense.

    The lookback reaches back to where the last read ended, if that is longer ago. Stock and branches are
    what they are now, and what was never read whole has no edges to go by.
    """
    is_first_read = endpoint.mode is SyncMode.FULL_THEN_INCREMENTAL and not state.was_read_whole
    if endpoint.mode is SyncMode.FULL_REFRESH or is_first_read:
        return Window.whole()
    if asked is not None:
        return asked
    lookback = Window.lookback(settings.now(), settings.lookback_of(endpoint.name))
    known = state.complete_until
    if known is None or lookback.start is None or known - OVERLAP >= lookback.start:
        return lookback
    return Window(midnight((known - OVERLAP).date()))
