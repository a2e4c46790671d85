"""Forecasts every series with statsforecast, and gives the forecasts to the next build.

It runs in an environment of its own, as its packages are large and want other versions than ours:

    make engines-env
    .venv-engines/bin/python examples/statsforecast_engine.py data --model AutoETS

A series of less than 28 known days is left to the built-in forecast.
"""

import argparse
from datetime import date, timedelta
from pathlib import Path

import duckdb
from pandas import DataFrame
from statsforecast import StatsForecast, models

HORIZON_DAYS = 91
# A day without stock says nothing of demand: it counts as a usual day of its series.
SERIES = """
    select unique_id, ds, coalesce(y_unconstrained, avg(y_unconstrained) over series) as y
    from planning.demand_series_days
    window series as (partition by unique_id)
    qualify count(y_unconstrained) over series >= 28
    order by unique_id, ds
"""
# What each model of statsforecast is made with; those that know a season get the week.
MODELS = {
    "ADIDA": models.ADIDA(),
    "IMAPA": models.IMAPA(),
    "TSB": models.TSB(alpha_d=0.1, alpha_p=0.1),
    "AutoTheta": models.AutoTheta(season_length=7),
    "AutoETS": models.AutoETS(season_length=7),
}


def read_series(planning: Path) -> DataFrame:
    """Read the series as statsforecast takes them: unique_id, ds, y."""
    with duckdb.connect(str(planning), read_only=True) as connection:
        return connection.execute(SERIES).df()


def forecast(series: DataFrame, model: str) -> DataFrame:
    """Return what each coming day is expected to take, at least nothing."""
    engine = StatsForecast(models=[MODELS[model]], freq="D", n_jobs=-1)
    frame = engine.forecast(df=series, h=HORIZON_DAYS).rename(columns={model: "mean"})
    return frame.assign(mean=frame["mean"].clip(lower=0), model=model)


def write_forecast(frame: DataFrame, made_on: date, folder: Path) -> Path:
    """Write the file under another name first, so that no build reads half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{made_on}.parquet"
    frame.to_parquet(path.with_suffix(".unfinished"), index=False)
    return path.with_suffix(".unfinished").rename(path)


def main() -> None:
    """Forecast the series of a data folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder with planning.duckdb")
    parser.add_argument("--model", choices=MODELS, default="ADIDA")
    arguments = parser.parse_args()
    series = read_series(arguments.data / "planning.duckdb")
    # The series end yesterday.
    made_on = series["ds"].max().date() + timedelta(days=1)
    frame = forecast(series, arguments.model)
    path = write_forecast(frame, made_on, arguments.data / "forecasts" / "statsforecast")
    print(f"{path}: {frame['unique_id'].nunique():,} series, {HORIZON_DAYS} days from {made_on}")


if __name__ == "__main__":
    main()
