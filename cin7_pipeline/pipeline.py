"""The steps of a run, the same for Dagster and for the command line: read, build, publish.

A step does one thing and returns its receipt. Who runs which steps when is decided by the caller, who
also takes the run lock (`run_lock`), so that only one run at a time reads Cin7 or writes the warehouse.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from pathlib import Path

from cin7_pipeline.errors import PipelineError
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
from cin7_pipeline.models.build_marker import (
    FailedBuild,
    failed_build,
    mark_until_passed,
)
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS, REFERENCE_DATA
from cin7_pipeline.settings.business import BusinessSettings, load_business_settings
from cin7_pipeline.settings.environment import Settings
from cin7_pipeline.warehouse import lock
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.publish import Release, publish
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from cin7_pipeline.window import Window

# What one slice of a long history reads before it is committed.
SLICE_DAYS = 31


def run_lock(
    settings: Settings, holder: str, on_wait: Callable[[str], None]
) -> AbstractContextManager[object]:
    """The right to run: waits for the run that is on, and says through `on_wait` whose it is."""
    return lock.run_lock(_lock_path(settings), holder, wait_seconds=None, on_wait=on_wait)


def is_idle(settings: Settings) -> bool:
    """True where no run has its turn at this moment."""
    return lock.is_free(_lock_path(settings))


def _lock_path(settings: Settings) -> Path:
    return settings.state_dir / "run.lock"


def business_settings(settings: Settings) -> BusinessSettings:
    """The CSV files of the data folder.

    Raises:
        SettingsError: a file is wrong; nothing was read.
    """
    return load_business_settings(settings.rules_dir)


def read_entities(
    settings: Settings,
    entities: Mapping[str, Window | None],
    *,
    may_use_reserve: bool = False,
    on_progress: Callable[[str, int], None] = lambda _entity, _rows: None,
) -> LoadOutcome:
    """Read entities from the account into `raw`, each over its window or its usual one.

    `on_progress` is told each entity's rows so far while pages come in.
    """
    from cin7_pipeline.account import connect
    from cin7_pipeline.load.sync import sync_endpoints

    with connect(settings, may_use_reserve=may_use_reserve) as client:
        return sync_endpoints(entities, client, settings, on_progress=on_progress)


def sync_order(entities: Iterable[str] | None = None) -> Iterator[list[str]]:
    """The entities in the order they are read: documents, then what documents name, with the stock."""
    wanted = set(entities or ENDPOINTS)
    for group in (DOCUMENTS, REFERENCE_DATA):
        names = [endpoint.name for endpoint in group if endpoint.name in wanted]
        if names:
            yield names


def raw_row_counts(settings: Settings) -> dict[str, int]:
    """Rows that each raw table holds now."""
    with open_warehouse(settings.warehouse_path) as connection:
        return row_counts(connection)


def history_slices(settings: Settings, window: Window) -> list[Window]:
    """A range of history in pieces that are each read and committed on their own, newest first."""
    return window.slices(SLICE_DAYS, settings.now())[::-1]


def build_models(settings: Settings, only: Iterable[str] | None = None) -> Iterator[BuildReport]:
    """Build and audit the models that selectors name (all: None), each in a transaction of its own.

    Raises:
        ModelError: a selector names no model; nothing was done.
        AuditFailed: a model broke its rules; it and what follows keep their earlier tables.
    """
    business, catalogue = business_settings(settings), load_catalogue()
    chosen = [
        model.name for model in (catalogue.models if only is None else catalogue.select(only))
    ]
    is_whole = len(chosen) == len(catalogue.models)
    with (
        mark_until_passed(_build_note(settings), settings.now(), is_whole=is_whole),
        open_warehouse(settings.warehouse_path) as connection,
    ):
        create_raw_tables(connection)
        write_business_settings(connection, business)
        prepare_connection(connection, build_variables(settings))
        yield from build_all(connection, catalogue, only=chosen)
        drop_stale_tables(connection, catalogue)


def last_build_problem(settings: Settings) -> FailedBuild | None:
    """What keeps the tables from being published: the last build, where it did not pass."""
    return failed_build(_build_note(settings))


def _build_note(settings: Settings) -> Path:
    return settings.state_dir / "build_unfinished"


def publish_tables(settings: Settings) -> Release:
    """Swap the planning tables in as one new release, for people and programs to read.

    Raises:
        PipelineError: nothing was ever read, so that the tables would say that nothing exists; or the
            last build did not pass, so that some tables are older than others.
    """
    _refuse_empty(settings)
    if problem := last_build_problem(settings):
        msg = f"nothing is published, as {problem}; mend it and run `cin7 build` (all models)"
        raise PipelineError(msg)
    return publish(
        settings.warehouse_path,
        settings.data_dir,
        published_at=settings.now(),
        keep=settings.keep_releases,
    )


def _refuse_empty(settings: Settings) -> None:
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection)
        was_read = connection.execute("select 1 from raw.sync_log limit 1").fetchone()
    if not was_read:
        msg = "nothing has been read from Cin7 yet, so there is nothing to publish: run `cin7 sync`"
        raise PipelineError(msg)


def sales_by_month(settings: Settings) -> dict[str, tuple[float, float]]:
    """Units and value sold per month and currency, as built last; empty before the first build."""
    query = """
        select
            concat_ws(' ', strftime(sold_on, '%Y-%m'), currency),
            sum(quantity)::double,
            sum(net_amount)::double
        from planning.sales_lines
        group by all
    """
    with open_warehouse(settings.warehouse_path) as connection:
        is_built = connection.execute(
            "from duckdb_tables() where schema_name = 'planning' and table_name = 'sales_lines'"
        ).fetchone()
        rows = connection.execute(query).fetchall() if is_built else []
    return {month: (units, value) for month, units, value in rows}


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
    """Units per warehouse as published: the first thing to look at when a number seems off."""
    measures = ", ".join(f"sum({field.name})::double" for field in fields(WarehouseTotal)[1:])
    query = f"select warehouse, {measures} from planning.inventory group by warehouse order by warehouse"
    with open_warehouse(settings.alias_path, read_only=True) as connection:
        return [WarehouseTotal(*row) for row in connection.execute(query).fetchall()]
