"""Forecasts of other engines: a file is taken whole, or refused whole in words."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.outside_forecasts import write_forecasts
from cin7_pipeline.settings import BusinessSettings

TODAY = date(2026, 6, 30)
GOOD = "unique_id,ds,mean\nA|East,2026-06-29,1.5\nA|East,2026-06-30,2\n"


def taken(folder: Path, mean_column: str | None = None) -> tuple[list[tuple], list[tuple]]:
    """What was taken of a folder: (file, problem), and (made_on, ds, mean)."""
    with duckdb.connect() as connection:
        write_business_settings(connection, BusinessSettings())
        write_forecasts(connection, folder, TODAY, mean_column)
        files = connection.execute("select file, problem from settings.forecast_files order by 1")
        rows = files.fetchall()
        means = connection.execute("select made_on, ds, mean from settings.forecasts order by 2")
        return rows, means.fetchall()


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of engine `mine`."""
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / name).write_text(text, encoding="utf-8")


def test_the_newest_good_file_of_an_engine_is_taken_and_a_bad_one_told(tmp_path: Path):
    """A newer file that is wrong is refused whole, and the last good one stays."""
    write(tmp_path, "2026-06-28.csv", GOOD.replace("1.5", "7"))
    write(tmp_path, "2026-06-29.csv", GOOD)
    write(tmp_path, "2026-06-30.csv", GOOD.replace("2026-06-29", "2026-07-01").replace("1.5", "-1"))
    files, means = taken(tmp_path)
    assert files == [
        ("mine/2026-06-29.csv", None),
        ("mine/2026-06-30.csv", "row 1: mean must be a number, at least 0, and it is -1"),
    ]
    assert means == [(date(2026, 6, 29), date(2026, 6, 29), 1.5), (date(2026, 6, 29), TODAY, 2)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD.replace("mean", "AutoETS"), "it lacks the column mean"),
        (GOOD.replace("2026-06-29,", "soon,"), "row 1: ds must be a day"),
        (GOOD.replace("2026-06-29,", "2026-06-28,"), "row 1: ds must not be before the day"),
        (
            GOOD.replace("2026-06-30,2", "2026-06-29,2"),
            "row 1: each series must have each day once",
        ),
        (GOOD.replace("2026-06-30,2", "2026-07-02,2"), "row 2: a series must not have gaps"),
        (GOOD.replace("1.5", "nan"), "row 1: mean must be a number"),
        (
            "unique_id,ds,mean,cumulative_p80\nA|East,2026-06-29,1,2\n",
            "row 1: cumulative_p80 and cumulative_p95 must both be there",
        ),
        (
            "unique_id,ds,mean,cumulative_p80,cumulative_p95\n"
            "A|East,2026-06-29,1,2,3\nA|East,2026-06-30,1,2,2.5\n",
            "row 2: cumulative quantiles must not fall",
        ),
        *(
            (
                f"unique_id,ds,mean,p50,p80,p95\nA|East,2026-06-29,1,1,1,1\nA|East,2026-06-30,1,{cells}\n",
                f"row 2: {fault}",
            )
            for cells, fault in {
                "1,2,nan": "a quantile must be a number, and it is nan",
                "1,2,inf": "a quantile must be a number, and it is inf",
                "many,many,many": "a quantile must be a number, and it is many",
                "1,,2": "p80 must be there in all rows, or in none",
                "2,1,3": "quantiles must rise",
            }.items()
        ),
        *(
            (
                f"unique_id,ds,mean,cutoff_on\nA|East,2026-06-29,1,{first}\nA|East,2026-06-30,1,{second}\n",
                f"row {row}: cutoff_on must be a day, the same in all rows and not after",
            )
            for first, second, row in [
                ("soon", "soon", 1),
                ("2026-06-30", "2026-06-30", 1),
                ("2026-06-27", "2026-06-28", 1),
                ("2026-06-28", "", 2),
            ]
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_first_row(tmp_path: Path, text: str, problem: str):
    """The problem names the row, the value and what it should be; nothing of the file is taken."""
    write(tmp_path, "2026-06-29.csv", text)
    [(_, found)], means = taken(tmp_path)
    assert found.startswith(problem)
    assert means == []


def test_an_engine_may_state_the_last_day_it_knows_and_its_models(tmp_path: Path):
    """What the columns cutoff_on and model say is kept with the file, each model once."""
    rows = "unique_id,ds,mean,cutoff_on,model\n" + "".join(
        f"{name}|East,2026-06-29,1.5,2026-06-26,{model}\n"
        for name, model in [("A", "TSB"), ("B", "AutoETS"), ("C", "TSB")]
    )
    write(tmp_path, "2026-06-28.csv", rows)
    with duckdb.connect() as connection:
        write_business_settings(connection, BusinessSettings())
        write_forecasts(connection, tmp_path, TODAY, None)
        query = "select made_on, cutoff_on, models from settings.forecast_files"
        [found] = connection.execute(query).fetchall()
        assert found == (date(2026, 6, 28), date(2026, 6, 26), "AutoETS, TSB")


def test_a_frame_of_nixtla_is_taken_with_one_setting(tmp_path: Path):
    """Where no column is called mean, the setting says which one has it."""
    write(tmp_path, "2026-06-29.csv", GOOD.replace("mean", "AutoETS"))
    files, means = taken(tmp_path, "AutoETS")
    assert files == [("mine/2026-06-29.csv", None)]
    assert len(means) == 2


def test_a_forecast_is_judged_when_a_week_old_and_of_each_four_weeks_the_last(tmp_path: Path):
    """Only what it said of days that have come is kept; a wrong one leaves its place to the one before."""
    ages = {
        "2026-06-27": 1,
        "2026-06-22": 2,
        "2026-06-10": 3,
        "2026-06-02": -1,
        "2026-06-01": 4,
        "2026-02-20": 5,
    }
    for made_on, mean in ages.items():
        rows = f"unique_id,ds,mean\nA|East,{made_on},{mean}\n"
        write(tmp_path, f"{made_on}.csv", rows)
    with duckdb.connect() as connection:
        write_business_settings(connection, BusinessSettings())
        write_forecasts(connection, tmp_path, TODAY, None)
        judged = connection.execute(
            "select mean from settings.past_forecasts order by ds"
        ).fetchall()
        refused = connection.execute(
            "select file from settings.forecast_files where problem is not null"
        )
        assert judged == [(4,), (2,)]
        assert refused.fetchall() == []
