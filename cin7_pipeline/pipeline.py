"""This module is the steps of a run, to read and to release; the same for Dagster and for `cin7`.

A step does one thing and returns its receipt. Which steps run, and when, is decided by the caller, who also
holds the run lock meanwhile. Here, and nowhere below, it is said which endpoints there are: another source
would be added here.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from cin7_pipeline.alerts import alert_of_rules
from cin7_pipeline.errors import PipelineError
from cin7_pipeline.load.estimate import CostEstimate, estimate_calls
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.load.state import Failing, failing_entities, raw_version, row_counts
from cin7_pipeline.models.build import (
    BuildReport,
    build_all,
    build_variables,
    prepare_connection,
)
from cin7_pipeline.models.catalogue import load_catalogue, sql_digest
from cin7_pipeline.models.settings_tables import SETTINGS, write_business_settings
from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS, REFERENCE_DATA
from cin7_pipeline.omni.permissions import Permission, read_permissions
from cin7_pipeline.outside_forecasts import forecast_files, write_forecasts
from cin7_pipeline.page import write_contract, write_page, write_tables_page, write_workbook
from cin7_pipeline.settings import BusinessSettings, Settings, load_business_settings
from cin7_pipeline.warehouse import backup, lock
from cin7_pipeline.warehouse.connection import open_warehouse, require_file
from cin7_pipeline.warehouse.draft import Draft, Release
from cin7_pipeline.warehouse.failed_release import FailedRelease, last_failure, noted
from cin7_pipeline.warehouse.owner import require_clock, require_owner
from cin7_pipeline.warehouse.raw_tables import create_raw_tables, table_columns
from cin7_pipeline.warehouse.releases import CONTRACT, PAGE, TABLES_PAGE, WORKBOOK, Releases
from cin7_pipeline.warehouse.sql import literal
from cin7_pipeline.window import Window

# Every raw table as `schema.table` → column → DuckDB type.
TABLES = table_columns(ENDPOINTS.values())
logger = logging.getLogger(__name__)
# What one slice of a long history reads before it is committed.
SLICE_DAYS = 31


def run_lock(
    settings: Settings, holder: str, on_wait: Callable[[str], None]
) -> AbstractContextManager[object]:
    """Hold the right to run; wait for the run that holds it, and report through `on_wait` whose it is."""
    return lock.run_lock(_lock_path(settings), holder, on_wait)


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
        behind_stock = [each.name for each in DOCUMENTS if each.name not in settings.skip_entities]
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
        return _has_reads(connection)


def _has_reads(connection: DuckDBPyConnection) -> bool:
    return connection.execute("select 1 from raw.sync_log limit 1").fetchone() is not None


def failing(settings: Settings) -> list[Failing]:
    """Return which entities could not be read at the last attempt.

    Raises:
        WarehouseBusy: a run is under way.
    """
    if not settings.warehouse_path.exists():
        return []
    with open_warehouse(settings.warehouse_path, read_only=True, wait_seconds=0) as connection:
        return failing_entities(connection)


def permissions(settings: Settings) -> list[Permission]:
    """Ask each endpoint that is not skipped for one row, and return what the key may read.

    Somebody waits for it, so an address that does not answer is asked only twice.

    Raises:
        Cin7Rejected: username or key are wrong.
        Cin7Unavailable: Cin7 does not answer.
    """
    from cin7_pipeline.account import connect
    from cin7_pipeline.omni.retry import RetryPolicy

    with connect(settings, retry_policy=RetryPolicy(attempts=2)) as client:
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


def read_history(
    settings: Settings,
    slices: Iterable[Window],
    read: Callable[[Settings, Mapping[str, Window | None]], LoadOutcome] = read_entities,
) -> Iterator[LoadOutcome]:
    """Read the documents of each slice again, then what they name; yield what each `read` did.

    Where Cin7 answers no more, the slice is the last; what was read until then stays read.
    """
    for part in slices:
        outcome = read(settings, dict.fromkeys((each.name for each in DOCUMENTS), part))
        yield outcome
        if outcome.is_outage:
            return
    yield read(settings, dict.fromkeys(each.name for each in REFERENCE_DATA))


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


def check_models(
    settings: Settings, only: Iterable[str] | None = None, *, into: Path | None = None
) -> Iterator[BuildReport]:
    """Build and audit all models, or those that selectors name, in a draft that nobody ever sees.

    Each is copied as a table `into` a DuckDB file, where one is named.

    Raises:
        ModelError: a selector names no model; nothing was done.
        AuditFailed: a model broke its rules.
    """
    business = load_business_settings(settings.rules_dir)
    with _open_raw(settings) as connection:
        _require_buildable(connection, settings)
    with _open_draft(settings, business) as draft:
        if into is not None:
            draft.connection.execute(f"attach {literal(str(into))} as kept")
        for report in build_all(draft.connection, load_catalogue(), only=only):
            if into is not None:
                model = report.model
                draft.connection.execute(f"create schema if not exists kept.{model.schema}")
                draft.connection.execute(
                    f"create or replace table kept.{model.name} as from {model.name}"
                )
            yield report


def publish_release(
    settings: Settings,
    *,
    only_news: bool = False,
    on_report: Callable[[BuildReport], None] = lambda _report: None,
) -> Release | None:
    """Build all models as a new release, and show it to people and programs.

    With `only_news`, nothing is done and None returned where people read a release of the same day, of
    the same records, settings and SQL. `on_report` gets each model that was built.

    Raises:
        PipelineError: nothing was ever read, so that the tables would say that nothing exists.
        AuditFailed: a model broke its rules; people keep the release they have.
    """
    with noted(_failure_note(settings), settings.now()):
        business = load_business_settings(settings.rules_dir)
        inputs = _inputs(settings, business)
        earlier = Releases(settings.data_dir).manifest()
        if only_news and earlier and earlier["inputs"] == inputs:
            return None
        reports: list[BuildReport] = []
        with _open_draft(settings, business) as draft:
            for report in build_all(draft.connection, load_catalogue()):
                reports.append(report)
                on_report(report)
            broken_rules = {rule: rows for r in reports for rule, rows in r.broken_rules().items()}
            _write_pages(draft, reports)
            # A fixed time is none at which anything was made: releases stand in the order they were made in.
            fixed = None if settings.uses_simulated_account else settings.as_of
            release = draft.publish(
                published_at=datetime.now(UTC) if fixed else settings.now(),
                keep=settings.keep_releases,
                keep_past=settings.past_releases == "thinned",
                inputs=inputs,
                broken_rules=broken_rules,
                as_of=fixed,
            )
    if earlier:
        alert_of_rules(settings, earlier.get("broken_rules", {}), broken_rules)
    return release


def _write_pages(draft: Draft, reports: Sequence[BuildReport]) -> None:
    """Lay the pages, the workbook and the contract beside the tables.

    Where what is made for planners fails, the tables are published without it.
    """
    write_contract(reports, draft.folder / CONTRACT)
    write_tables_page(reports, TABLES | SETTINGS, draft.folder / TABLES_PAGE)
    for name, write in {PAGE: write_page, WORKBOOK: write_workbook}.items():
        try:
            write(draft.connection, draft.folder / name)
        except Exception as error:
            problem = " ".join(str(error).split())
            logger.warning("%s could not be made, the tables were: %s", name, problem)


def _inputs(settings: Settings, business: BusinessSettings) -> str:
    """Return a digest of what a release is made of: the records read, the local day, settings and SQL."""
    with _open_raw(settings) as connection:
        _require_buildable(connection, settings)
        version = raw_version(connection)
    parts = (
        version,
        build_variables(settings) | {"as_of": settings.local_date(settings.now())},
        business,
        sql_digest(),
        [(f, f.path.stat().st_mtime_ns) for f in forecast_files(settings.forecasts_dir)],
        settings.forecast_mean_column,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@contextmanager
def _open_draft(settings: Settings, business: BusinessSettings) -> Iterator[Draft]:
    """Open the draft of a release with everything that models read."""
    limit, spill = f"{settings.memory_limit_mb}MB", settings.state_dir / "spill"
    opened = Draft.open(
        settings.warehouse_path,
        settings.data_dir,
        spill,
        memory_limit=limit,
        threads=settings.threads,
    )
    with opened as draft:
        write_business_settings(draft.connection, business)
        prepare_connection(draft.connection, build_variables(settings))
        today = settings.local_date(settings.now())
        write_forecasts(
            draft.connection, settings.forecasts_dir, today, settings.forecast_mean_column
        )
        yield draft


def _require_buildable(connection: DuckDBPyConnection, settings: Settings) -> None:
    """Refuse to build what was never read, or for another account, under other settings, or earlier."""
    require_owner(connection, settings)
    if settings.as_of is None:
        require_clock(connection, settings)
    if not _has_reads(connection):
        msg = "nothing has been read from Cin7 yet, so there is nothing to build: run `cin7 sync`"
        raise PipelineError(msg)


@contextmanager
def _open_raw(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse with every raw table in its present shape."""
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection, ENDPOINTS.values())
        yield connection


def last_failed_release(settings: Settings) -> FailedRelease | None:
    """Return why people read an older release than what was read; None where they do not."""
    return last_failure(_failure_note(settings))


def _failure_note(settings: Settings) -> Path:
    return settings.state_dir / "failed_release.json"


def back_up(settings: Settings) -> tuple[Path, dict[str, int]]:
    """Copy what cannot be read again into a new file, and return it with its rows per table."""
    require_file(settings.warehouse_path)
    name = f"cin7-{settings.now():%Y%m%dT%H%M%SZ}"
    with _open_raw(settings) as connection:
        return backup.back_up(connection, ENDPOINTS.values(), settings, name)


def restore(settings: Settings, path: Path) -> dict[str, int]:
    """Bring back what the warehouse lacks of a backup, and return the rows brought per table.

    Raises:
        PipelineError: there is no such file, or it is another account's.
    """
    with _open_raw(settings) as connection:
        require_owner(connection, settings)
        brought = backup.restore(connection, ENDPOINTS.values(), settings, path)
        require_owner(connection, settings, may_be_new=True)
    return brought
