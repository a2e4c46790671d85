"""What a run shows of the planning tables: what was built, which rules hold, and where one is broken."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from cin7_pipeline.models.build import CheckResult
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import publish_release
from cin7_pipeline.settings import load_settings
from dagster_project.definitions import defs
from dagster_project.defs.sensors import releases_of_the_command
from dagster_project.resources import SettingsResource
from dagster_project.specs import CONTRACT, RELEASE, check_evaluations, planning_models, raw_keys
from tests.sample_shop import enter, open_shop, read
from tests.unit.load.fake_account import Company

# A line of no order, which `core` keeps out.
LINE_OF_NO_ORDER = "insert into raw.sales_order_lines (sales_order_id, id) values (999, 1)"
Checks = dict[tuple[str, str], dg.AssetCheckEvaluation]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A shop that was read, and of which nothing is built yet."""
    with open_shop(tmp_path) as company:
        enter(company, monkeypatch)
        read(company)
        yield company


def build() -> dg.ExecuteInProcessResult:
    """A run that makes a release of what was read."""
    tables = [dg.AssetKey(model.name.split(".")) for model in planning_models(load_catalogue())]
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs().resolve_job_def("daily_sync")
        return job.execute_in_process(
            instance=instance, raise_on_error=False, asset_selection=[*tables, RELEASE]
        )


def checks(result: dg.ExecuteInProcessResult) -> Checks:
    """What each check of a run found, by table and rule."""
    return {
        (found.asset_key.path[-1], found.check_name): found
        for found in result.get_asset_check_evaluations()
    }


def test_every_table_is_built_and_every_check_is_told(shop: Company) -> None:
    """A good build evaluates each declared check of a planning table once, and all pass."""
    result = build()
    assert result.success
    found = result.get_asset_check_evaluations()
    every = defs().resolve_asset_graph().asset_check_keys
    declared = {check for check in every if check.asset_key.path[0] == "planning"}
    assert len(found) == len(declared)
    assert {each.asset_check_key for each in found} == declared
    assert {each for each in checks(result) if not checks(result)[each].passed} == set()


def test_a_table_is_materialized_when_people_can_read_it(shop: Company) -> None:
    """A run materializes all tables and their release, or claims none of them."""
    made = {event.asset_key for event in build().get_asset_materialization_events()}
    assert made == {RELEASE} | {
        dg.AssetKey(model.name.split(".")) for model in planning_models(load_catalogue())
    }
    shop.raw(LINE_OF_NO_ORDER)
    shop.raw("update raw.sales_orders set read_at = read_at + interval 1 second")
    assert not build().get_asset_materialization_events()


def test_a_table_shows_its_units_and_how_much_of_it_is_null(shop: Company) -> None:
    """The figures of a materialization are those of what is published, so that its page plots them."""
    [shown] = [
        event.step_materialization_data.materialization.metadata
        for event in build().get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["planning", "inventory"])
    ]
    on_hand = "select sum(on_hand)::double from planning.inventory"
    with duckdb.connect(str(load_settings().alias_path.resolve()), read_only=True) as connection:
        assert shown["sum/on_hand"].value == connection.execute(on_hand).fetchall()[0][0] > 0
    assert 0 <= shown["null_share"].value < 1


def test_a_check_that_is_executed_alone_publishes_nothing(shop: Company) -> None:
    """Dagster's button Execute has the tables built anew, tells the check, and claims no table."""
    key = dg.AssetCheckKey(dg.AssetKey(["planning", "warehouses"]), "every_branch_has_one")
    job = defs().resolve_job_def("daily_sync").get_subset(asset_check_selection={key})
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance)
    assert checks(result).keys() == {("warehouses", "every_branch_has_one")}
    assert checks(result)["warehouses", "every_branch_has_one"].passed
    assert not result.get_asset_materialization_events()
    assert not (shop.folder / "planning.duckdb").exists()


def test_nothing_new_makes_no_release(shop: Company) -> None:
    """A second run of the day that found everything as it was leaves the release, and says so."""
    assert build().success
    shown = (shop.folder / "planning.duckdb").resolve()
    again = build()
    assert again.success
    assert not again.get_asset_materialization_events()
    assert (shop.folder / "planning.duckdb").resolve() == shown


def test_a_broken_rule_below_is_told_by_the_tables_it_feeds(shop: Company) -> None:
    """The check `contract` of each table made of the model fails, and names model and rule."""
    shop.raw(LINE_OF_NO_ORDER)
    result = build()
    assert not result.success
    failed = {name: found for name, found in checks(result).items() if not found.passed}
    assert ("sales_lines", CONTRACT) in failed
    assert ("custom_fields", CONTRACT) not in failed
    told = failed["sales_lines", CONTRACT]
    assert told.severity is dg.AssetCheckSeverity.ERROR
    problems = str(told.metadata["problems"].value)
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert problems in str(failure.event_specific_data)


def test_a_broken_rule_shows_its_rows_and_the_query() -> None:
    """A rule of the business fails by itself: how many rows, the keys of some, what to paste."""
    model = load_catalogue().model("planning.inventory")
    rule = next(
        check for check in model.checks if check.name == "available_is_on_hand_less_open_sales"
    )
    keys = ({"product_option_id": 7, "size": "", "warehouse": "Main"},)
    result = CheckResult(rule.name, rule.about, rule.severity, 2, keys)
    broken, contract = check_evaluations(model, [result])
    assert contract.passed
    assert (broken.check_name, broken.passed) == (rule.name, False)
    assert broken.metadata["failing_rows"].value == 2
    table = broken.metadata["failing_keys"]
    assert isinstance(table, dg.TableMetadataValue)
    [row] = table.records
    assert row.data == {"product_option_id": "7", "size": "", "warehouse": "Main"}
    assert rule.failing in str(broken.metadata["query"].value)


def test_a_warning_below_is_a_warning_of_the_contract() -> None:
    """What a table is made of may warn: its contract says so, and is no error."""
    model = load_catalogue().model("planning.component_demand_daily")
    [contract] = check_evaluations(model, [], ["core.bom_components: 1 row breaks a_rule"])
    assert (contract.check_name, contract.passed) == (CONTRACT, False)
    assert contract.severity is dg.AssetCheckSeverity.WARN
    assert contract.metadata["problems"].value == "core.bom_components: 1 row breaks a_rule"


def test_a_broken_grain_is_an_error_of_the_contract() -> None:
    """Where both are found, the error counts, and its rows are shown below the rule's name."""
    model = load_catalogue().model("planning.inventory")
    grain = model.checks[0]
    result = CheckResult(grain.name, grain.about, grain.severity, 2, ({"size": "S"},))
    [contract] = check_evaluations(model, [result], ["core.bom_components: 1 row breaks a_rule"])
    assert contract.severity is dg.AssetCheckSeverity.ERROR
    assert str(contract.metadata["problems"].value).startswith("2 rows break grain_is_unique")
    assert {"grain_is_unique/query", "grain_is_unique/failing_keys"} <= contract.metadata.keys()


def test_a_release_of_the_command_is_recorded_once(shop: Company) -> None:
    """What `cin7 sync` read and published is in Dagster's history a minute later, and only once."""
    publish_release(load_settings())
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, resources={"settings": SettingsResource()}
        )
        result = releases_of_the_command(context)
        assert isinstance(result, dg.SensorResult)
        for event in result.asset_events:
            instance.report_runless_asset_event(event)
        again = releases_of_the_command(context)

    graph = defs().resolve_asset_graph()
    recorded = {event.asset_key for event in result.asset_events}
    assert {RELEASE, *raw_keys([ENDPOINTS["sales_orders"]])} < recorded
    assert recorded <= set(graph.materializable_asset_keys)
    assert isinstance(again, dg.SkipReason)
