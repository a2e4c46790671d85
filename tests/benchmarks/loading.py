"""Reading and load: sales orders with four lines each, from pages of JSON to merged raw tables.

Median of three rounds in which all ways and sizes take turns. What a further order costs is the difference
between two sizes, divided by theirs, so that start-up and imports do not count.
"""

import math
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import msgspec

from cin7_pipeline.omni.endpoint import Column
from cin7_pipeline.omni.endpoints import ENDPOINTS, SALES_ORDERS
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.warehouse.raw_tables import SQL_TYPES
from tests.benchmarks.measuring import Cost, Finding, Way, costs
from tests.benchmarks.orders import NOW, PAGE_ROWS, page_files, write_pages
from tests.benchmarks.page_server import OPEN_DOCUMENTS, places_of, serve

SIZES = SMALL, MIDDLE, LARGE = (20_000, 60_000, 200_000)
DLT_SIZES = (5_000, SMALL)
DAYS = 30
ONE_IN = 100
MICRO = 1_000_000
LOOKBACK_DAYS = 200  # so that every order lies inside
NO_SERVER = "http://127.0.0.1/api"
Costs = dict[int, Cost]


def findings(folder: Path) -> Iterator[Finding]:
    """Ours against DuckDB alone and against dlt's declarative REST source; quiet days; memory."""
    pages = {size: write_pages(folder, size) for size in {*SIZES, *DLT_SIZES}}
    with ExitStack() as stack:
        urls = {n: stack.enter_context(serve(pages[n])) for n in {SMALL, MIDDLE, *DLT_SIZES}}
        for size in (SMALL, MIDDLE):
            load(urls[size], folder / f"held-{size}")
        measured = costs(_ways(folder, pages, urls))
    with ExitStack() as stack:
        for size in (SMALL, MIDDLE):
            changed = _changed_pages(pages[size], folder / f"changed-{size}", day=1)
            stack.enter_context(serve(changed, urlsplit(urls[size]).port))
        measured |= costs({f"changed {n}": _next_day(folder, urls, n) for n in (SMALL, MIDDLE)})
    found: dict[str, Costs] = {}
    for name, each in measured.items():
        way, size = name.split()
        found.setdefault(way, {})[int(size)] = each
    yield from _further_orders(found)
    yield from _growth(found["first"])
    yield from _quiet(found)
    yield from _many_days(folder / "days", pages[SMALL])


def _ways(folder: Path, pages: Mapping[int, Path], urls: Mapping[int, str]) -> dict[str, Way]:
    """What is measured, as `way size`."""
    ways = {f"first {size}": Way("loading:first_load", (pages[size],)) for size in SIZES}
    for size in (SMALL, MIDDLE):
        ways |= {
            f"further {size}": Way("loading:further_load", (pages[size],)),
            f"duckdb {size}": Way("loading:duckdb_alone", (pages[size],)),
            f"served {size}": Way("loading:first_load", (urls[size],)),
            f"quiet {size}": _next_day(folder, urls, size),
        }
    return ways | {f"dlt {size}": Way("loading:dlt_parquet", (urls[size],)) for size in DLT_SIZES}


def _next_day(folder: Path, urls: Mapping[int, str], size: int) -> Way:
    return Way("loading:next_day", (urls[size], folder / f"held-{size}"))


def _slope(each: Costs) -> float:
    """CPU microseconds that a further order costs."""
    small, large = min(each), max(each)
    return (each[large].cpu - each[small].cpu) / (large - small) * MICRO


def _fixed(each: Costs) -> float:
    """CPU seconds that remain of no order."""
    return each[min(each)].cpu - _slope(each) * min(each) / MICRO


def _further_orders(found: Mapping[str, Costs]) -> Iterator[Finding]:
    alone = _slope(found["duckdb"])
    targets = {"first": ("of a first load", 55), "further": ("of a later load", 70)}
    for way, (what, most) in targets.items():
        ours = _slope(found[way])
        figures = f"{ours:.0f} µs / {alone:.0f} µs = {ours / alone:.1f} ×"
        question = f"CPU of a further order {what}, from files: ours / DuckDB's read_json and merge"
        yield Finding(question, figures, f"≤ {most} µs", ours <= most)
    ours, theirs = _slope(found["served"]), _slope(found["dlt"])
    figures = f"{ours:.0f} µs / {theirs:.0f} µs = 1/{theirs / ours:.1f}"
    yield Finding(
        "CPU of a further order over HTTP: ours / dlt's rest_api_source, Parquet", figures
    )


def _growth(first: Costs) -> Iterator[Finding]:
    middle, large = first[MIDDLE].cpu, first[LARGE].cpu
    fixed = _fixed(first)
    rise = math.log((large - fixed) / (middle - fixed)) / math.log(LARGE / MIDDLE)
    figures = ", ".join(f"{size:,}: {first[size].cpu:.1f} s" for size in SIZES)
    yield Finding("CPU of a first load", f"{figures}; fixed {fixed:.1f} s")
    yield Finding("Growth beyond the fixed cost, exponent", f"{rise:.2f}", "≤ 1.05", rise <= 1.05)
    figures = ", ".join(f"{size:,}: {first[size].peak_mb:.0f} MB" for size in SIZES)
    peak = max(each.peak_mb for each in first.values())
    yield Finding("Peak memory", figures, "< 1,024 MB", peak < 1024)


def _quiet(found: Mapping[str, Costs]) -> Iterator[Finding]:
    quiet, changed = found["quiet"], found["changed"]
    slope = _slope(quiet)
    figures = f"{slope:.0f} µs; fixed {_fixed(quiet):.1f} s"
    question = "CPU of an order of a day on which nothing changed, over HTTP"
    yield Finding(question, figures, "≤ 25 µs", slope <= 25)
    figures = ", ".join(
        f"{size:,}: {each.cpu:.1f} s, {each.cpu / found['served'][size].cpu:.0%} of a first load"
        for size, each in changed.items()
    )
    yield Finding("CPU of a day on which one order in 100 changed, over HTTP", figures)


def _many_days(folder: Path, pages: Path) -> Iterator[Finding]:
    """What is rewritten on days on which one order in 100 changed, and how the warehouse grows."""
    home, rewritten = folder / "home", set()
    with serve(pages) as url:
        load(url, home)
    for day in range(1, DAYS + 1):
        pages = _changed_pages(pages, folder / f"day-{day % 2}", day)
        with serve(pages, urlsplit(url).port):
            rewritten.add(load(url, home, day))
    question = f"Orders rewritten on each of {DAYS} days, one round"
    wanted = SMALL // ONE_IN
    figures = f"{sorted(rewritten)} of {SMALL:,}"
    yield Finding(question, figures, f"{wanted}", rewritten == {wanted})
    yield _size(home / "warehouse.duckdb", folder / "compacted.duckdb")


def _size(warehouse: Path, compacted: Path) -> Finding:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as used (read_only)")
        connection.execute(f"attach '{compacted}' as compacted")
        connection.execute("copy from database used to compacted")
    used, least = warehouse.stat().st_size, compacted.stat().st_size
    figures = f"{used / 1e6:.1f} MB / {least / 1e6:.1f} MB = {used / least:.2f} ×"
    question = f"The warehouse after {DAYS} such days / compacted"
    return Finding(question, figures, "≤ 1.3 ×", used / least <= 1.3)


def _changed_pages(pages: Path, folder: Path, day: int) -> Path:
    """The pages as they are a day later: every hundredth order was edited, each day others."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in page_files(pages):
        orders = msgspec.json.decode(file.read_bytes())
        for order in orders:
            if order["id"] % ONE_IN == day % ONE_IN:
                order["customerOrderNo"] = f"edited on day {day}"
        (folder / file.name).write_bytes(msgspec.json.encode(orders))
    return folder


def first_load(source: str) -> None:
    """Into a new warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        load(source, Path(folder))


def further_load(source: str) -> None:
    """Into a warehouse that holds some orders, so that the others are merged."""
    with tempfile.TemporaryDirectory() as folder:
        load(source, Path(folder), page_count=1)
        load(source, Path(folder))


def next_day(source: str, held: str) -> None:
    """Into a copy of a warehouse that holds the day before."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(held, home)
        load(source, home, day=1)


def load(source: str, home: Path, day: int = 0, page_count: int | None = None) -> int:
    """Read and merge the orders of a server or of page files; how many of them were written."""
    from cin7_pipeline.load.sync import sync_endpoints

    is_served = source.startswith("http")
    settings = _company(source if is_served else NO_SERVER, home, NOW + timedelta(days=day))
    with _client(settings) if is_served else _files(Path(source), page_count) as client:
        outcome = sync_endpoints(ENDPOINTS, {"sales_orders": None}, client, settings)
    outcome.raise_failures()
    (report,) = outcome.reports
    return report.new + report.changed


def _company(url: str, folder: Path, now: datetime) -> Settings:
    """Settings of an account without limits."""
    return load_settings(
        username="sandbox",
        api_key="sandbox-key",
        base_url=url,
        time_zone="Australia/Sydney",
        data_dir=folder,
        as_of=now,
        lookback_days=LOOKBACK_DAYS,
        calls_per_second=100_000,
        calls_per_minute=1_000_000,
        calls_per_day=10_000_000,
    )


def _client(settings: Settings) -> Any:
    from cin7_pipeline.account import connect

    return connect(settings)


@contextmanager
def _files(pages: Path, page_count: int | None) -> Iterator[Any]:
    """In place of a client, so that ours reads what DuckDB alone reads."""
    yield Files(page_files(pages)[:page_count])


class Files:
    """Answers a first read as the client does, page by page from files."""

    def __init__(self, files: list[Path]) -> None:
        self._files = files

    def get(self, _path: str, params: Mapping[str, str | int]) -> list[msgspec.Raw]:
        """The page at one end of a range of ids; every page is full."""
        where = str(params.get("where", ""))
        is_backwards = str(params["order"]).endswith("DESC")
        places = places_of(where, len(self._files) * PAGE_ROWS)[:: -1 if is_backwards else 1]
        if OPEN_DOCUMENTS in where or not places:
            return []
        file = self._files[places[0] // PAGE_ROWS]
        records = msgspec.json.decode(file.read_bytes(), type=list[msgspec.Raw])
        return records[::-1] if is_backwards else records

    def calls(self, _path: str) -> int:
        """Nothing is sent."""
        return 0


def dlt_parquet(url: str) -> None:
    """Dlt's declarative source with its faster file format."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    paginator = {"type": "page_number", "base_page": 1, "total_path": None}
    orders = {
        "name": "sales_orders",
        "primary_key": "id",
        "write_disposition": "merge",
        "endpoint": {"path": "v1/SalesOrders", "paginator": paginator},
    }
    source = rest_api_source({"client": {"base_url": f"{url}/"}, "resources": [orders]})
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            dataset_name="raw",
            destination=dlt.destinations.duckdb(f"{folder}/warehouse.duckdb"),
        )
        pipeline.run(source, loader_file_format="parquet")


def duckdb_alone(pages: str) -> None:
    """The least there is to do: read the same files typed, and merge them by key."""
    lines = SALES_ORDERS.lines
    assert lines is not None
    own = {column.field: SQL_TYPES[column.type] for column in SALES_ORDERS.columns}
    own["lineItems"] = f"struct({_typed(lines.columns)})[]"
    spec = ", ".join(f"'{name}': '{kind}'" for name, kind in own.items())
    read = f"read_json('{pages}/*.json', format = 'array', columns = {{{spec}}})"
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/limit.duckdb") as db:
        db.execute("set preserve_insertion_order = false")
        db.execute(f"create temp table page as from {read}")
        for table, rows in (
            ("orders", "select * exclude (lineItems) from page"),
            ("order_lines", "select id as order_id, unnest(lineItems, max_depth := 2) from page"),
        ):
            db.execute(f"create table {table} as from ({rows}) limit 0")
            key = "a.id = b.id"
            db.execute(
                f"merge into {table} as a using ({rows}) as b on {key}"
                " when matched then update when not matched then insert"
            )


def _typed(columns: Iterable[Column]) -> str:
    return ", ".join(f'"{column.field}" {SQL_TYPES[column.type]}' for column in columns)
