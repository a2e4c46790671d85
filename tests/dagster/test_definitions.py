"""Rules of what Dagster shows: every table an asset, every rule a check, one run at a time."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from pkgutil import walk_packages

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

import cin7_pipeline
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings.environment import load_settings
from cin7_pipeline.window import Window
from dagster_project.definitions import defs
from dagster_project.defs.publish import CURRENT_RELEASE_CHECK
from dagster_project.defs.raw import entity_window
from dagster_project.partitions import is_scheduled, last_days, window_of


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


def test_every_raw_table_and_every_model_is_an_asset(graph: AssetGraph) -> None:
    """One word runs through: `raw.sales_orders` is the asset raw/sales_orders."""
    tables = {f"raw.{table}" for endpoint in ENDPOINTS.values() for table in endpoint.tables}
    models = {model.name for model in load_catalogue().models}
    expected = {key(name) for name in tables | models | {"raw.stock_snapshots"}}
    assert graph.get_all_asset_keys() == expected | {dg.AssetKey(["published", "planning_duckdb"])}


def test_every_asset_says_what_it_is(graph: AssetGraph) -> None:
    """No asset is without a description and a group of its own."""
    for node in graph.asset_nodes:
        assert node.description, node.key
        assert node.group_name != "default", node.key


def test_every_rule_of_a_model_is_a_check_of_its_asset(graph: AssetGraph) -> None:
    """Grain, header checks and cross-table rules all appear as asset checks."""
    expected = {
        dg.AssetCheckKey(key(model.name), check.name)
        for model in load_catalogue().models
        for check in model.checks
    }
    assert expected
    assert graph.asset_check_keys == expected | {CURRENT_RELEASE_CHECK.key}


def test_documents_have_a_partition_for_every_day_of_history(graph: AssetGraph) -> None:
    """Raw documents are partitioned by UTC day from the configured start to today."""
    partitions = graph.get(key("raw.sales_orders")).partitions_def
    assert isinstance(partitions, dg.DailyPartitionsDefinition)
    keys = partitions.get_partition_keys(current_time=datetime(2026, 6, 30, 3, tzinfo=UTC))
    assert keys[0] == load_settings().history_start.isoformat()
    assert keys[-1] == "2026-06-30"
    assert graph.get(key("raw.stock")).partitions_def is None


def test_a_backfill_is_cut_into_runs_of_a_month(graph: AssetGraph) -> None:
    """A long backfill leaves room between its runs for the daily sync."""
    policy = graph.get(key("raw.sales_orders")).backfill_policy
    assert policy is not None
    assert policy.max_partitions_per_run == 31


def test_stock_is_read_after_the_documents(graph: AssetGraph) -> None:
    """What documents name is looked up after them, and stock belongs to the same moment."""
    assert key("raw.sales_orders") in graph.get(key("raw.stock")).parent_keys


def test_no_model_is_built_before_everything_is_read(graph: AssetGraph) -> None:
    """A backfill makes runs of what depends on nothing first: no model does, however little it reads."""
    raw = {found for found in graph.get_all_asset_keys() if found.path[0] == "raw"}
    for name in ("staging.sync_log", "staging.sync_coverage", "core.today", "core.projection_days"):
        assert raw <= graph.get_ancestor_asset_keys(key(name)), name
    for model in load_catalogue().models:
        assert raw & graph.get_ancestor_asset_keys(key(model.name)), model.name


def test_a_range_that_reaches_today_stays_open() -> None:
    """The last partition is a day not yet over: a range that ends with it is read up to now."""
    now = datetime(2026, 6, 30, 3, tzinfo=UTC)
    span = dg.TimeWindow(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    assert window_of(span, now) == Window(span.start, None)
    past = dg.TimeWindow(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert window_of(past, now) == Window(past.start, past.end)


def test_the_morning_schedule_runs_by_default_in_the_accounts_zone(
    definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh installation syncs every morning without anybody switching it on."""
    monkeypatch.setenv("CIN7_AS_OF", "2026-06-30T19:00:00Z")
    schedule = definitions.resolve_schedule_def("daily_schedule")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == load_settings().time_zone
    resources = {"settings": definitions.resources["settings"]}
    tick = schedule.evaluate_tick(dg.build_schedule_context(resources=resources))
    (request,) = tick.run_requests or ()
    assert last_days(load_settings(), 90).items() <= request.tags.items()
    assert is_scheduled(request.tags)


def test_only_the_daily_sync_keeps_to_the_lookback_of_an_entity() -> None:
    """A range that somebody asks for is read as it is, though an entity's own lookback be shorter."""
    settings = load_settings(lookback_days_for={"credit_notes": 7})
    asked = Window.lookback(settings.now(), 30)
    assert entity_window(settings, "credit_notes", asked, "daily_sync") is None
    assert entity_window(settings, "sales_orders", asked, "daily_sync") == asked
    assert entity_window(settings, "credit_notes", asked, "__ASSET_JOB") == asked


def test_the_last_days_are_the_lookback_and_never_before_history() -> None:
    """The daily range ends today and starts the lookback ago, but not before the first partition."""
    settings = load_settings(as_of="2026-06-30T00:00:00Z", history_start=date(2026, 6, 1))
    assert last_days(settings, 90)["dagster/asset_partition_range_start"] == "2026-06-01"
    assert last_days(settings, 3)["dagster/asset_partition_range_start"] == "2026-06-27"
    assert last_days(settings, 3)["dagster/asset_partition_range_end"] == "2026-06-30"


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
