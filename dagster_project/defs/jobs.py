"""The jobs: the same assets, over the last days or over any range of history."""

import dagster as dg

daily_sync = dg.define_asset_job(
    "daily_sync",
    selection=dg.AssetSelection.all(),
    description="Read the lookback, rebuild every model, publish. Runs every morning.",
    # Goes before a waiting backfill.
    tags={"dagster/priority": "10", "dagster/max_retries": "2"},
)

intraday_sync = dg.define_asset_job(
    "intraday_sync",
    selection=dg.AssetSelection.all(),
    description="Read the last two days, rebuild every model, publish. Off by default.",
    tags={"dagster/priority": "5"},
)

historical_resync = dg.define_asset_job(
    "historical_resync",
    selection=dg.AssetSelection.all(),
    description=(
        "Read any range of days again, a month a run, then rebuild and publish. Choose the range in the"
        " partition dialog; its preview shows 90 days until you ask for all."
    ),
)
