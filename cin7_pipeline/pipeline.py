"""This module is the steps of a run: extract and load, build, publish; the same for Dagster and for `cin7`.

A step does one thing and returns its receipt. Which steps run, and when, is decided by the caller, who also
holds the run lock meanwhile. Here, and nowhere below, it is said which endpoints there are: another source
would be added here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.load.estimate import CostEstimate, estimate_calls
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.load.state import row_counts
from cin7_pipeline.models.build import (
    BuildReport,
    build_all,
    build_variables,
    drop_stale_tables,
    prepare_connection,
    write_business_settings,
)
from cin7_pipeline.models.build_marker import FailedBuild, failed_build, mark_until_passed
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS
from cin7_pipeline.omni.permissions import Permission, read_permissions
from cin7_pipeline.settings import Settings, load_business_settings
from cin7_pipeline.warehouse import lock
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.publish import Release, publish
from cin7_pipeline.warehouse.raw_tables import create_raw_tables, table_columns
from cin7_pipeline.window import Window

# Every raw and settings table as `schema.table` → column → DuckDB type.
TABLES = table_columns(ENDPOINTS.values())
# What one slice of a long history reads before it is committed.
SLICE_DAYS = 31


def run_lock(
    settings: Settings, holder: str, on_wait: Callable[[str], None]
) -> AbstractContextManager[object]:
    """Hold the right to run; wait for the run that holds it, and report through `on_wait` whose it is."""
    return lock.run_lock(_lock_path(settings), holder, wait_seconds=None, on_wait=on_wait)


def is_idle(settings: Settings) -> bool:
    """Return whether no run holds the lock at this moment."""
    return lock.is_free(_lock_path(settings))


def _lock_path(settings: Settings) -> Path:
    return settings.state_dir / "run.lock"


def read_entities(
    settings: Settings,
    entities: Mapping[str, Window | None],
    *,
    may_use_reserve: bool = False,
    on_progress: Callable[[str, int], None] = lambda _entity, _rows: None,
) -> LoadOutcome:
    """Extract entities from the account and load them into `raw`, each over its window or its usual one.

    Those that CIN7_SKIP_ENTITIES names are passed over. Where the stock is among several, what changed in
    the documents since they were last read is read behind it, so that all tables are of one moment.
    `on_progress` gets each entity's rows so far.
    """
    from cin7_pipeline.account import connect
    from cin7_pipeline.load.sync import sync_endpoints

    asked = {name: span for name, span in entities.items() if name not in settings.skip_entities}
    behind_stock: list[str] = []
    if len(asked) > 1 and any(ENDPOINTS[name].has_daily_snapshot for name in asked):
        behind_stock = [k.name for k in DOCUMENTS if k.name not in settings.skip_entities]
    with connect(settings, may_use_reserve=may_use_reserve) as client:
        return sync_endpoints(
            ENDPOINTS,
            asked,
            client,
            settings,
            documents_behind_stock=behind_stock,
            on_progress=on_progress,
        )


def was_read(settings: Settings) -> bool:
    """Return whether anything has ever been read from Cin7."""
    with _open_raw(settings) as connection:
        return connection.execute("select 1 from raw.sync_log limit 1").fetchone() is not None


def permissions(settings: Settings) -> list[Permission]:
    """Ask each endpoint that is not skipped for one row, and return what the key may read.

    Raises:
        Cin7Rejected: username or key are wrong.
    """
    from cin7_pipeline.account import connect

    with connect(settings) as client:
        return read_permissions(
            client, [each for name, each in ENDPOINTS.items() if name not in settings.skip_entities]
        )


def raw_row_counts(settings: Settings) -> dict[str, int]:
    """Return how many rows each raw table holds, deleted records left out."""
    with open_warehouse(settings.warehouse_path) as connection:
        return row_counts(connection)


def history_slices(settings: Settings, window: Window) -> list[Window]:
    """Cut a range of history into pieces that are read and committed one by one, newest first."""
    return window.slices(SLICE_DAYS, settings.now())[::-1]


def estimate_history(settings: Settings, slices: list[Window]) -> CostEstimate:
    """Estimate the calls that reading the slices takes, from what is loaded already."""
    with _open_raw(settings) as connection:
        cost = estimate_calls(
            connection,
            ENDPOINTS.values(),
            slices,
            calls_per_minute=settings.calls_per_minute,
            calls_per_day=settings.calls_per_day,
        )
    asked = {name: n for name, n in cost.calls.items() if name not in settings.skip_entities}
    return replace(cost, calls=asked)


def build_models(settings: Settings, only: Iterable[str] | None = None) -> Iterator[BuildReport]:
    """Build and audit the models that selectors name (all: None), each in a transaction of its own.

    Raises:
        ModelError: a selector names no model; nothing was done.
        AuditFailed: a model broke its rules; it and what follows keep their earlier tables.
    """
    business, catalogue = load_business_settings(settings.rules_dir), load_catalogue()
    chosen = [
        model.name for model in (catalogue.models if only is None else catalogue.select(only))
    ]
    is_whole = len(chosen) == len(catalogue.models)
    with (
        mark_until_passed(_build_marker(settings), settings.now(), is_whole=is_whole),
        _open_raw(settings) as connection,
    ):
        write_business_settings(connection, business)
        prepare_connection(connection, build_variables(settings))
        yield from build_all(connection, catalogue, only=chosen)
        drop_stale_tables(connection, catalogue)


@contextmanager
def _open_raw(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse with every raw table in its present shape."""
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection, ENDPOINTS.values())
        yield connection


def last_build_problem(settings: Settings) -> FailedBuild | None:
    """Return what keeps the tables from being published: the last build, where it did not pass."""
    return failed_build(_build_marker(settings))


def _build_marker(settings: Settings) -> Path:
    return settings.state_dir / "build_unfinished"


def publish_tables(settings: Settings) -> Release:
    """Publish the planning tables as one new release, for people and programs to read.

    Raises:
        PipelineError: nothing was ever read, so that the tables would say that nothing exists; or the
            last build did not pass, so that some tables are older than others.
    """
    if not was_read(settings):
        msg = "nothing has been read from Cin7 yet, so there is nothing to publish: run `cin7 sync`"
        raise PipelineError(msg)
    if problem := last_build_problem(settings):
        msg = f"nothing is published, as {problem}; fix it and run `cin7 build` (all models)"
        raise PipelineError(msg)
    return publish(
        settings.warehouse_path,
        settings.data_dir,
        published_at=settings.now(),
        keep=settings.keep_releases,
    )


@dataclass(frozen=True)
class WarehouseTotal:
    """The stock of one warehouse, all items together, in stocking units."""

    warehouse: str
    on_hand: float
    open_sales: float
    available: float
    incoming: float
    in_transit: float


def warehouse_totals(settings: Settings) -> list[WarehouseTotal]:
    """Return units per warehouse as published: the first thing to look at when a number seems off."""
    measures = ", ".join(f"sum({field.name})::double" for field in fields(WarehouseTotal)[1:])
    query = f"select warehouse, {measures} from planning.inventory group by warehouse order by warehouse"
    with open_warehouse(settings.alias_path, read_only=True) as connection:
        return [WarehouseTotal(*row) for row in connection.execute(query).fetchall()]
