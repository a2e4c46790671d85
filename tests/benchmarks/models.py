"""Models: a whole release over two years of a shop, against pandas, and ten questions to it.

At two years one round, all ways in turns; at an eighth and a quarter of that, and of each question, the
median of three. The tables of `raw` are made by repeating a small account (`models_account`); making them is
not measured.
"""

import json
import math
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from cin7_pipeline.models.build import BuildReport
from cin7_pipeline.pipeline import publish_release
from tests.benchmarks import models_pandas, questions
from tests.benchmarks.measuring import Cost, Finding, Way, costs
from tests.benchmarks.models_account import (
    YEARS_OF_PERIODS,
    account_settings,
    order_lines,
    read_shop,
    repeat_shop,
)

# A quarter of a year, half of one and two: with its age an account gains orders and snapshots, but no items.
PERIODS = YOUNGEST, YOUNG, OLD = (1, 2, YEARS_OF_PERIODS)
# What takes less than this at two years tells nothing about growth.
LEAST_SECONDS = 0.5
MOST_SECONDS, MOST_MODEL_SECONDS, MOST_MB = 90, 75, 3072
MOST_RISE = 1.1
Seconds = Mapping[str, float]


def findings(folder: Path) -> Iterator[Finding]:
    """Ours at three ages; at two years pandas, DuckDB's scan of the inputs and readers of the release too."""
    shop = read_shop(folder / "shop")
    accounts = {}
    for periods in PERIODS:
        accounts[periods] = folder / f"periods-{periods}"
        repeat_shop(shop, accounts[periods], periods=periods)
    lines = {p: order_lines(account_settings(path).warehouse_path) for p, path in accounts.items()}
    oldest = accounts[OLD]
    ways = {p: Way("models:ours", (path,)) for p, path in accounts.items()}
    found = costs({f"{p}": ways[p] for p in (YOUNGEST, YOUNG)}) | costs(
        {f"{OLD}": ways[OLD], "pandas": _pandas(oldest), "scan": Way("models:scan", (oldest,))},
        rounds=1,
    )
    ours = {p: found[f"{p}"] for p in PERIODS}
    young, old = (_model_seconds(accounts[p]) for p in (YOUNG, OLD))
    yield from _sizes(ours, lines, sum(old.values()))
    yield _against("pandas, nine of the tables", ours[OLD], found["pandas"])
    yield _agreement(folder / "small", shop)
    yield _against("DuckDB's scan of the raw tables", ours[OLD], found["scan"])
    yield from _growth(ours, lines)
    yield from _model_growth(young, old, lines[OLD] / lines[YOUNG])
    yield from questions.findings(account_settings(oldest).published_path, folder / "answers.jsonl")


def _sizes(
    ours: Mapping[int, Cost], lines: Mapping[int, int], model_seconds: float
) -> Iterator[Finding]:
    figures = ", ".join(f"{lines[p]:,}: {cost.cpu:.1f} s" for p, cost in ours.items())
    most = ours[OLD].cpu
    question = "CPU of a release by order lines, with Parquet twins, page and workbook"
    yield Finding(question, figures, f"≤ {MOST_SECONDS} s", most <= MOST_SECONDS)
    question = f"CPU of its models and checks alone, {lines[OLD]:,} lines"
    is_met = model_seconds <= MOST_MODEL_SECONDS
    yield Finding(question, f"{model_seconds:.1f} s", f"≤ {MOST_MODEL_SECONDS} s", is_met)
    figures = ", ".join(f"{lines[p]:,}: {cost.wall:.0f} s" for p, cost in ours.items())
    yield Finding("Time that a release takes", figures)
    figures = ", ".join(f"{lines[p]:,}: {cost.peak_mb:,.0f} MB" for p, cost in ours.items())
    is_met = ours[OLD].peak_mb <= MOST_MB
    yield Finding("Peak memory", figures, f"≤ {MOST_MB:,} MB", is_met)


def _against(other: str, ours: Cost, theirs: Cost) -> Finding:
    figures = (
        f"{ours.cpu:.1f} s / {theirs.cpu:.1f} s = {ours.cpu / theirs.cpu:.2f} ×;"
        f" memory {ours.peak_mb:,.0f} / {theirs.peak_mb:,.0f} MB"
    )
    return Finding(f"CPU at two years: ours / {other}", figures)


def _pandas(data_dir: Path) -> Way:
    tables = data_dir / "pandas"
    tables.mkdir()
    return Way("models_pandas:write", (account_settings(data_dir).warehouse_path, tables))


def _agreement(data_dir: Path, shop: Path) -> Finding:
    """Whether pandas makes the same numbers of a small account as we do."""
    settings = repeat_shop(shop, data_dir, periods=1, ranges=1)
    publish_release(settings)
    apart = list(models_pandas.differences(settings.warehouse_path, settings.published_path))
    figures = "; ".join(apart) or f"all, over {order_lines(settings.warehouse_path):,} order lines"
    return Finding("Tables in which pandas' numbers equal ours", figures, "all", not apart)


def _growth(ours: Mapping[int, Cost], lines: Mapping[int, int]) -> Iterator[Finding]:
    """Beyond the fixed cost: what the smallest costs less what its lines cost at the mean price."""
    price = (ours[OLD].cpu - ours[YOUNGEST].cpu) / (lines[OLD] - lines[YOUNGEST])
    fixed = ours[YOUNGEST].cpu - price * lines[YOUNGEST]
    rise = _rise(ours[YOUNG].cpu - fixed, ours[OLD].cpu - fixed, lines[OLD] / lines[YOUNG])
    figures = f"{rise:.2f}; fixed {fixed:.1f} s, {price * 1_000_000:.1f} µs a line"
    yield Finding("Growth of CPU beyond the fixed cost, exponent", figures, "≤ 1.05", rise <= 1.05)


def _model_growth(small: Seconds, large: Seconds, ratio: float) -> Iterator[Finding]:
    heaviest = sorted(large, key=large.__getitem__, reverse=True)[:8]
    shares = ", ".join(f"{name} {large[name]:.1f} s" for name in heaviest)
    yield Finding("The heaviest models", shares)
    rises = {
        name: _rise(small[name], seconds, ratio)
        for name, seconds in large.items()
        if seconds >= LEAST_SECONDS
    }
    steep = {name: rise for name, rise in rises.items() if rise > MOST_RISE}
    figures = ", ".join(f"{name} {rise:.2f}" for name, rise in steep.items())
    steepest = f"none; the steepest {max(rises.values(), default=0):.2f}"
    yield Finding(
        f"Models that grow with an exponent above {MOST_RISE}",
        figures or steepest,
        "none",
        not steep,
    )


def _rise(small: float, large: float, ratio: float) -> float:
    return math.log(large / small) / math.log(ratio)


def _model_seconds(data_dir: Path) -> dict[str, float]:
    """The median CPU seconds of each model over the builds of this account."""
    builds = [json.loads(path.read_text()) for path in data_dir.glob("build-*.json")]
    return {name: statistics.median(build[name] for build in builds) for name in builds[0]}


def ours(data_dir: str) -> None:
    """A release as a run makes it, audits and Parquet included; what each model took is written beside."""
    folder = Path(data_dir)
    seconds: dict[str, float] = {}
    times = [time.process_time()]

    def note_time(report: BuildReport) -> None:
        times.append(time.process_time())
        seconds[report.model.name] = times[-1] - times[-2]

    publish_release(account_settings(folder), on_report=note_time)
    note = folder / f"build-{time.time_ns()}.json"
    note.write_text(json.dumps(seconds), encoding="utf-8")


def scan(data_dir: str) -> None:
    """The least there is to do: read every column of every raw table once."""
    from cin7_pipeline.warehouse.connection import open_warehouse

    path = account_settings(Path(data_dir)).warehouse_path
    with open_warehouse(path, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"select sum(hash(columns(*))) from raw.{table}").fetchall()
