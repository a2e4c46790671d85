"""An endpoint that the settings skip keeps its assets, which say so, and holds no table up."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.definitions import defs
from tests.sample_shop import enter, open_shop

SKIPPED = {"raw/bom_masters", "raw/bom_master_products"}


def test_a_skipped_endpoint_is_not_read_and_its_assets_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is green without a call to it, and what depends on it is built."""
    with open_shop(tmp_path) as shop:
        enter(shop, monkeypatch)
        monkeypatch.setenv("CIN7_SKIP_ENTITIES", "bom_masters")
        names = SKIPPED | {"raw/branches", "planning/component_demand_daily"}
        with dg.DagsterInstance.ephemeral() as instance:
            result = (
                defs()
                .resolve_job_def("daily_sync")
                .execute_in_process(
                    instance=instance,
                    asset_selection=[dg.AssetKey.from_user_string(name) for name in names],
                )
            )
        assert result.success
        made = {
            event.asset_key.to_user_string(): event.step_materialization_data.materialization
            for event in result.get_asset_materialization_events()
        }
        assert made.keys() == names
        assert {name for name, each in made.items() if "skipped" in each.metadata} == SKIPPED
        assert shop.server is not None
        assert {request.path for request in shop.server.requests} == {"/api/v1/Branches"}
        assert shop.raw("select count(*) from raw.bom_masters") == [(0,)]
