"""Rules of what Dagster shows: tables people know as assets, every rule in a check, one run at a time."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from pkgutil import walk_packages

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

import cin7_pipeline
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS
from cin7_pipeline.settings import load_settings
from cin7_pipeline.window import Window
from dagster_project.definitions import defs
from dagster_project.defs.history import window_of
from dagster_project.defs.schedules import SCHEDULED
from dagster_project.specs import (
    CONTRACT,
    HISTORY,
    RECORDS,
    planning_models,
)


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    """Everything that Dagster loads."""
    return defs()


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    """The assets and how they depend on each other."""
    return definitions.resolve_asset_graph()


def key(name: str) -> dg.AssetKey:
    return dg.AssetKey(name.split("."))


def test_people_see_raw_tables_planning_tables_and_the_release(graph: AssetGraph) -> None:
    """One word runs through: `raw.sales_orders` is the asset raw/sales_orders; what lies between is none."""
    tables = {f"raw.{table}" for endpoint in ENDPOINTS.values() for table in endpoint.tables}
    planning = {model.name for model in planning_models(load_catalogue())}
    expected = {
        key(name) for name in tables | planning | {"raw.stock_snapshots", "raw.transit_snapshots"}
    }
    release = dg.AssetKey(["published", "planning_duckdb"])
    assert graph.get_all_asset_keys() == expected | {HISTORY, release}


def test_a_planning_table_depends_on_the_raw_tables_it_is_made_of(graph: AssetGraph) -> None:
    """They are those that all models on the way read; the description names what it reads itself."""
    catalogue = load_catalogue()
    names = {"inventory", "projected_stock"}
    for name in (f"planning.{name}" for name in names):
        made_of = catalogue.upstream([name])
        raw = {key(table) for model in made_of for table in model.reads if table.startswith("raw.")}
        node = graph.get(key(name))
        assert node.parent_keys - {HISTORY} == raw - {key("raw.sync_log"), key("raw.sync_coverage")}
        described = node.description or ""
        named = {model.name for model in made_of if f"`{model.name}`" in described}
        assert named == catalogue.model(name).sources


def test_every_asset_says_what_it_is(graph: AssetGraph) -> None:
    """No asset is without a description and a group of its own."""
    for node in graph.asset_nodes:
        assert node.description, node.key
        assert node.group_name != "default", node.key


def test_every_rule_of_a_planning_table_is_told_once(graph: AssetGraph) -> None:
    """Grain and what one column may hold are the check `contract`; each other rule is a check of its own."""
    expected = {
        dg.AssetCheckKey(key(model.name), CONTRACT if check.is_contract else check.name)
        for model in planning_models(load_catalogue())
        for check in model.checks
    }
    raw = {dg.AssetCheckKey(key(f"raw.{name}"), RECORDS) for name in ENDPOINTS}
    assert dg.AssetCheckKey(key("planning.inventory"), "contract") in expected
    assert dg.AssetCheckKey(key("planning.inventory"), "stock_is_all_there") in expected
    assert dg.AssetCheckKey(key("planning.inventory"), "in_transit_is_not_negative") not in expected
    warned = dg.AssetCheckKey(key("planning.inventory"), "available_is_on_hand_less_open_sales")
    assert warned in expected
    assert graph.asset_check_keys == expected | raw


def test_history_has_a_partition_for_every_day(graph: AssetGraph) -> None:
    """History is partitioned by UTC day from the configured start to today; nothing else is."""
    partitions = graph.get(HISTORY).partitions_def
    assert isinstance(partitions, dg.DailyPartitionsDefinition)
    keys = partitions.get_partition_keys(current_time=datetime(2026, 6, 30, 3, tzinfo=UTC))
    assert keys[0] == load_settings().history_start.isoformat()
    assert keys[-1] == "2026-06-30"
    assert {node.key for node in graph.asset_nodes if node.partitions_def} == {HISTORY}


def test_a_backfill_is_cut_into_runs_of_a_month(graph: AssetGraph) -> None:
    """A long backfill leaves room between its runs for the daily sync."""
    policy = graph.get(HISTORY).backfill_policy
    assert policy is not None
    assert policy.max_partitions_per_run == 31


def test_stock_is_read_after_the_documents(graph: AssetGraph) -> None:
    """What documents name is looked up after them, and stock belongs to the same moment."""
    assert {key("raw.sales_orders"), HISTORY} <= graph.get(key("raw.stock")).parent_keys


def test_no_table_is_built_before_everything_is_read(graph: AssetGraph) -> None:
    """A backfill makes runs of what depends on nothing first: no table does, however little it reads."""
    raw = {found for found in graph.get_all_asset_keys() if found.path[0] == "raw"}
    assert raw <= graph.get_ancestor_asset_keys(key("planning.sync_coverage"))
    for model in planning_models(load_catalogue()):
        assert raw & graph.get_ancestor_asset_keys(key(model.name)), model.name


def test_whatever_reads_documents_follows_history(graph: AssetGraph) -> None:
    """History and downstream is all that its documents reach: reference data, tables, the release."""
    follows = dg.AssetSelection.assets(HISTORY).downstream().resolve(graph)
    documents = {key(f"raw.{table}") for kind in DOCUMENTS for table in kind.tables}
    reached = dg.AssetSelection.assets(*documents).downstream(include_self=False).resolve(graph)
    assert follows == {HISTORY} | reached
    assert dg.AssetKey(["published", "planning_duckdb"]) in follows


def test_the_daily_jobs_leave_history_alone_and_the_resync_is_history(
    definitions: dg.Definitions, graph: AssetGraph
) -> None:
    """`daily_sync` and `intraday_sync` make all but history; `historical_resync` that and what follows."""
    made = {
        name: set(definitions.resolve_job_def(name).asset_layer.executable_asset_keys)
        for name in ("daily_sync", "intraday_sync", "historical_resync")
    }
    assert made["daily_sync"] == graph.get_all_asset_keys() - {HISTORY}
    assert made["intraday_sync"] == made["daily_sync"]
    assert made["historical_resync"] == dg.AssetSelection.assets(HISTORY).downstream().resolve(
        graph
    )


def test_a_range_that_reaches_today_stays_open() -> None:
    """The last partition is a day not yet over: a range that ends with it is read up to now."""
    now = datetime(2026, 6, 30, 3, tzinfo=UTC)
    span = dg.TimeWindow(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    assert window_of(span, now) == Window(span.start, None)
    past = dg.TimeWindow(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert window_of(past, now) == Window(past.start, past.end)


def test_the_morning_schedule_runs_by_default_in_the_accounts_zone(
    definitions: dg.Definitions,
) -> None:
    """A fresh installation syncs every morning without anybody switching it on."""
    schedule = definitions.resolve_schedule_def("daily_schedule")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == load_settings().time_zone
    (request,) = schedule.evaluate_tick(dg.build_schedule_context()).run_requests or ()
    assert SCHEDULED.items() <= request.tags.items()


def test_definitions_load_in_an_empty_environment(tmp_path: Path) -> None:
    """Loading needs no setting, opens no connection and leaves no file behind."""
    code = "from dagster_project.definitions import defs; defs()"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)  # noqa: S603
    assert list(tmp_path.iterdir()) == []


def test_the_library_never_imports_the_orchestration() -> None:
    """Every module of `cin7_pipeline` is imported without Dagster."""
    modules = [module.name for module in walk_packages(cin7_pipeline.__path__, "cin7_pipeline.")]
    imports = "; ".join(f"import {name}" for name in modules if not name.endswith("__main__"))
    code = f"import sys; {imports}; sys.exit('dagster' in sys.modules)"
    assert "import cin7_pipeline.load.sync; " in code
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
