"""The example of an outside engine, run by the real package in an environment of its own."""

import subprocess
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.outside_forecasts import write_forecasts
from cin7_pipeline.settings import BusinessSettings

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-engines" / "bin" / "python"
# Series A sells two a day and has a day without stock, series B is too short.
SERIES = """
    create schema planning;
    create table planning.demand_series_days as
    select
        unique_id,
        unnest(generate_series(date '2026-06-30' - days, date '2026-06-29', interval 1 day)) as ds,
        case when ds <> timestamp '2026-06-20' then 2.0 end as y_unconstrained
    from (values ('A|East', 60), ('B|East', 9)) as series (unique_id, days)
"""


@pytest.mark.skipif(
    not PYTHON.exists(),
    reason="the engines are not installed: make engines-env",
)
def test_what_statsforecast_makes_of_the_series_is_taken_as_it_is(tmp_path: Path):
    """The file has the day it was made on for a name, no gap and no value that is refused."""
    with duckdb.connect(tmp_path / "cin7.duckdb") as release:
        release.execute(SERIES)
    (tmp_path / "planning.duckdb").symlink_to("cin7.duckdb")
    command = [PYTHON, ROOT / "examples" / "statsforecast_engine.py", tmp_path]
    subprocess.run(command, check=True)  # noqa: S603
    with duckdb.connect() as connection:
        write_business_settings(connection, BusinessSettings())
        write_forecasts(connection, tmp_path / "forecasts", date(2026, 6, 30), None)
        [file] = connection.sql(
            "select made_on, file, problem from settings.forecast_files"
        ).fetchall()
        rows = connection.sql(
            "select unique_id, count(*), min(ds), round(avg(mean), 4) from settings.forecasts group by all"
        ).fetchall()
    assert file == (date(2026, 6, 30), "statsforecast/2026-06-30.parquet", None)
    assert rows == [("A|East", 91, date(2026, 6, 30), 2)]
