"""Forecast what is published with Nixtla's engines, read by pandas, by polars and from Parquet.

make engines-env
.venv-engines/bin/python examples/read_series.py data
"""

import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
from mlforecast import MLForecast
from sklearn.ensemble import HistGradientBoostingRegressor
from statsforecast import StatsForecast
from statsforecast.models import ADIDA

DAYS = 28


def read(data: Path) -> dict[str, Any]:
    """Return the series by each way; every one of them is what the engines take, as it is."""
    parquet = data / "parquet" / "demand_series.parquet"
    with duckdb.connect(data / "planning.duckdb", read_only=True) as connection:
        series = connection.sql("from planning.demand_series")
        return {
            "pandas": series.df(),
            "polars": series.pl(),
            "Parquet by pandas": pd.read_parquet(parquet),
            "Parquet by polars": pl.read_parquet(parquet),
        }


def intermittent(series: Any) -> Any:
    """Forecast every series by a model for items that sell now and then."""
    engine = StatsForecast(models=[ADIDA()], freq=_day(series))
    return engine.forecast(df=series, h=DAYS)


def learnt(series: Any) -> Any:
    """Forecast every series by what was learnt from all of them."""
    engine = MLForecast(
        models={"trees": HistGradientBoostingRegressor(max_iter=20, random_state=1)},
        freq=_day(series),
        lags=[1, 7, 28],
        date_features=["weekday"] if isinstance(series, pl.DataFrame) else ["dayofweek"],
    )
    return engine.fit(series).predict(DAYS)


def main(data: Path) -> None:
    """Print, by each way, for how many series and days the engines forecast how much."""
    for way, series in read(data).items():
        for model, forecast in (("ADIDA", intermittent(series)), ("trees", learnt(series))):
            ids, mean = set(forecast["unique_id"]), forecast[model].mean()
            print(f"{way}: {model}, {len(ids)} series, {len(forecast)} rows, {mean:.6f} a day")


def _day(series: Any) -> str:
    return "1d" if isinstance(series, pl.DataFrame) else "D"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
