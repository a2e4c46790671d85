"""This module defines the jobs: which assets a run makes, and how far back it reads."""

import dagster as dg

from dagster_project.specs import HISTORY

INTRADAY_DAYS = 2

daily_sync = dg.define_asset_job(
    "daily_sync",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(HISTORY),
    description="Read the lookback of every entity, rebuild every model, publish. Runs every morning.",
    # Goes before a waiting backfill.
    tags={"dagster/priority": "10", "dagster/max_retries": "2"},
)

intraday_sync = dg.define_asset_job(
    "intraday_sync",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(HISTORY),
    description="Read the documents of two days, rebuild every model, publish. Off by default.",
    config={"ops": {"sync": {"config": {"lookback_days": INTRADAY_DAYS}}}},
    tags={"dagster/priority": "5"},
)

historical_resync = dg.define_asset_job(
    "historical_resync",
    selection=dg.AssetSelection.assets(HISTORY).downstream(),
    description="Read days of history again, then reference data, rebuild every model, publish.",
)
