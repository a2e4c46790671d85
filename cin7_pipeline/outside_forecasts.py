"""This module reads forecasts that other engines made: `forecasts/<engine>/<made_on>.parquet` or `.csv`.

A file is taken whole, or refused whole with the first value that is wrong; then the engine's last good file
counts. Earlier ones are judged by what came. For which series a forecast is used is decided in `sql/`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.warehouse.sql import identifier, literal

ENGINE = re.compile(r"[a-z0-9_]+")
DAILY_QUANTILES = ("p10", "p50", "p80", "p90", "p95")
QUANTILES = (*DAILY_QUANTILES, "cumulative_p80", "cumulative_p95")
NOT_A_QUANTILE = (
    "{0} is not null and not coalesce(try_cast({0} as double) between -1e12 and 1e12, false)"
)
# Each rule as (what it must be, the column shown, the condition of a row that breaks it).
RULES = (
    ("unique_id is missing", "unique_id", "unique_id is null"),
    ("ds must be a day like 2026-03-01", "ds_text", "ds is null"),
    ("ds must not be before the day it was made on", "ds_text", "ds < made_on"),
    (
        "mean must be a number, at least 0",
        "mean_text",
        "mean is null or not mean between 0 and 1e9",
    ),
    (
        "cutoff_on must be a day, the same in all rows and not after the day it was made on",
        "cutoff_text",
        "not cutoff_on <= made_on or cutoff_on is null and cutoff_text is not null"
        " or cutoff_on is distinct from max(cutoff_on) over ()",
    ),
    ("a quantile must be a number", "odd_quantile", "odd_quantile is not null"),
    *(
        (
            f"{name} must be there in all rows, or in none",
            name,
            f"{name} is null and count({name}) over () > 0",
        )
        for name in DAILY_QUANTILES
    ),
    (
        "cumulative_p80 and cumulative_p95 must both be there in all rows, or none",
        "cumulative_p95",
        "(cumulative_p80 is null) <> (cumulative_p95 is null)"
        " or cumulative_p95 is null and count(cumulative_p95) over () > 0",
    ),
    (
        "quantiles must rise",
        "coalesce(p95, p90, p80, p50)",
        "p10 > least(p50, p80, p90, p95) or p50 > least(p80, p90, p95) or p80 > least(p90, p95)"
        " or p90 > p95",
    ),
    ("quantiles must rise", "cumulative_p95", "cumulative_p80 > cumulative_p95"),
    (
        "cumulative quantiles must not fall from a day to the next",
        "cumulative_p95",
        "least(cumulative_p80 - lag(cumulative_p80) over series,"
        " cumulative_p95 - lag(cumulative_p95) over series) < 0",
    ),
    (
        "each series must have each day once",
        "unique_id",
        "count(*) over (partition by unique_id, ds) > 1",
    ),
    (
        "a series must not have gaps between its days",
        "ds_text",
        "ds - lag(ds) over series > 1",
    ),
)
# A forecast is judged when it is a week old, and of those made in each four weeks the last one; none of those
# that are older than the last number of days.
JUDGED_FROM_DAYS, JUDGED_TO_DAYS = (7, 28, 56, 84), 112


@dataclass(frozen=True)
class ForecastFile:
    """A file of an engine, and the day it was made on by its name."""

    engine: str
    made_on: date
    path: Path


def forecast_files(folder: Path) -> Iterator[ForecastFile]:
    """Yield the files of all engines, the newest of each first; names of another form are passed over."""
    for path in sorted(folder.glob("*/*"), key=lambda path: (path.parent.name, path.stem))[::-1]:
        if path.suffix in {".parquet", ".csv"} and ENGINE.fullmatch(path.parent.name):
            try:
                yield ForecastFile(path.parent.name, date.fromisoformat(path.stem), path)
            except ValueError:
                continue


def write_forecasts(
    connection: DuckDBPyConnection, folder: Path, today: date, mean_column: str | None
) -> None:
    """Fill `settings.forecasts` with the last good file of each engine, and tell the refused ones.

    `settings.past_forecasts` gets what earlier good files said of the days that have come since.
    """
    current: set[str] = set()
    judged: set[tuple[str, int]] = set()
    for file in forecast_files(folder):
        span = _judged_span((today - file.made_on).days)
        is_newest = file.engine not in current
        is_judged = span is not None and (file.engine, span) not in judged
        if not (is_newest or is_judged):
            continue
        problem = _problem(connection, file, today, mean_column)
        if is_newest:
            _note(connection, file, problem)
        if problem is not None:
            continue
        if is_newest:
            current.add(file.engine)
            connection.execute(
                "insert into settings.forecasts by name"
                " select * exclude"
                " (row_number, ds_text, mean_text, cutoff_text, cutoff_on, odd_quantile, model)"
                " from staged_forecast"
            )
        if span is not None and is_judged:
            judged.add((file.engine, span))
            connection.execute(
                "insert into settings.past_forecasts by name"
                " select engine, made_on, unique_id, ds, mean from staged_forecast where ds < ?",
                [today],
            )


def _note(connection: DuckDBPyConnection, file: ForecastFile, problem: str | None) -> None:
    """Write down the file, and the last day and the models it names or why it is refused."""
    row = [file.engine, file.made_on, f"{file.engine}/{file.path.name}", problem]
    source = "(select null as cutoff_on, null as model)" if problem else "staged_forecast"
    connection.execute(
        "insert into settings.forecast_files select ?, ?, ?, ?, min(cutoff_on),"
        f" string_agg(distinct model, ', ' order by model) from {source}",
        row,
    )


def _judged_span(age_days: int) -> int | None:
    """Return since how many days forecasts of this age are judged; None where they are not."""
    begun = [days for days in JUDGED_FROM_DAYS if days <= age_days < JUDGED_TO_DAYS]
    return max(begun, default=None)


def _problem(
    connection: DuckDBPyConnection, file: ForecastFile, today: date, mean_column: str | None
) -> str | None:
    """Return why a file is refused; None where its rows are staged."""
    if file.made_on > today:
        return f"it is dated after today, {today}"
    try:
        return _stage(connection, file, mean_column) or _first_fault(connection)
    except duckdb.Error as error:
        return f"it cannot be read: {' '.join(str(error).split())[:200]}"


def _stage(
    connection: DuckDBPyConnection, file: ForecastFile, mean_column: str | None
) -> str | None:
    """Read a file as it is into a table of typed columns, or return which column it lacks."""
    reader = "read_csv" if file.path.suffix == ".csv" else "read_parquet"
    options = ", all_varchar = true, header = true" if file.path.suffix == ".csv" else ""
    source = f"{reader}({literal(str(file.path))}{options})"
    found = [name for name, *_ in connection.execute(f"describe from {source}").fetchall()]
    mean = mean_column if mean_column and "mean" not in found else "mean"
    if lacking := [name for name in ("unique_id", "ds", mean) if name not in found]:
        return f"it lacks the column {lacking[0]}; it has {', '.join(found)}"
    quantiles = ", ".join(
        f"try_cast({name} as double) as {name}" if name in found else f"null::double as {name}"
        for name in QUANTILES
    )
    odd_quantiles = "".join(
        f" when {NOT_A_QUANTILE.format(name)} then {name}::varchar"
        for name in QUANTILES
        if name in found
    )
    cutoff = "cutoff_on" if "cutoff_on" in found else "null"
    model = "model" if "model" in found else "null"
    connection.execute(
        f"""
        create or replace temp table staged_forecast as
        select
            row_number() over () as row_number, {literal(file.engine)} as engine,
            {literal(str(file.made_on))}::date as made_on, unique_id::varchar as unique_id,
            ds::varchar as ds_text, coalesce(try_cast(ds as date), try_cast(ds as timestamp)::date) as ds,
            {identifier(mean)}::varchar as mean_text, try_cast({identifier(mean)} as double) as mean,
            {cutoff}::varchar as cutoff_text,
            coalesce(try_cast({cutoff} as date), try_cast({cutoff} as timestamp)::date) as cutoff_on,
            case when false then null{odd_quantiles} end as odd_quantile, {model}::varchar as model,
            {quantiles}
        from {source}
        """
    )
    return None


def _first_fault(connection: DuckDBPyConnection) -> str | None:
    """Return the first row that breaks a rule of the staged file, in words."""
    for rule, shown, broken in RULES:
        row = connection.execute(
            f"select row_number, shown from (select row_number, {shown} as shown, {broken} as is_broken"
            " from staged_forecast window series as (partition by unique_id order by ds))"
            " where is_broken order by row_number limit 1"
        ).fetchone()
        if row:
            return f"row {row[0]}: {rule}, and it is {row[1]}"
    return None
