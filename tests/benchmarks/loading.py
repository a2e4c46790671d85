"""Reading and load: sales orders with four lines each, from pages of JSON to merged raw tables.

Beyond the fixed cost: what a further order costs is the difference between two sizes, divided by theirs.
"""

import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from cin7_pipeline.omni.endpoint import Column
from cin7_pipeline.omni.endpoints import ENDPOINTS, SALES_ORDERS
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.warehouse.raw_tables import SQL_TYPES
from tests.benchmarks.measuring import Cost, Finding, Way, costs
from tests.benchmarks.orders import NOW, PAGE_ROWS, page_files, write_pages
from tests.benchmarks.page_server import AFTER, BEFORE, OPEN_DOCUMENTS, serve

SIZES = (20_000, 60_000, 200_000)
SMALL, _, LARGE = SIZES
DEFAULT_FORMAT_SIZES = (1_000, 4_000)
MICRO = 1_000_000
LOOKBACK_DAYS = 200  # so that every order lies inside


def findings(folder: Path) -> Iterator[Finding]:
    """Ours against DuckDB alone and against dlt's declarative REST source, in CPU and memory."""
    with ExitStack() as stack:
        urls = {
            size: stack.enter_context(serve(write_pages(folder, size)))
            for size in (*SIZES, *DEFAULT_FORMAT_SIZES)
        }
        files = {size: write_pages(folder, size) for size in SIZES}
        found = _measured(
            {
                "ours": {size: urls[size] for size in SIZES},
                "ours_from_files": files,
                "duckdb_alone": files,
                "dlt_parquet": {size: urls[size] for size in SIZES[:2]},
                "dlt_default": {size: urls[size] for size in DEFAULT_FORMAT_SIZES},
            }
        )
    from_files, limit = found["ours_from_files"], found["duckdb_alone"]
    yield _compared(from_files, "DuckDB's read_json and merge alone", limit, 2)
    ours = found["ours"]
    yield _compared(ours, "dlt's rest_api_source, Parquet", found["dlt_parquet"], 1 / 5)
    yield _compared(ours, "dlt's rest_api_source, default format", found["dlt_default"], 1 / 40)
    yield from _growth(ours)


def _measured(sources: Mapping[str, Mapping[int, str | Path]]) -> dict[str, dict[int, Cost]]:
    """The cost of each way by size; all ways and sizes take turns."""
    ways = {
        (way, size): Way(f"loading:{way}", (source,))
        for way, sizes in sources.items()
        for size, source in sizes.items()
    }
    found = costs({f"{way} {size}": each for (way, size), each in ways.items()})
    return {way: {size: found[f"{way} {size}"] for size in sizes} for way, sizes in sources.items()}


def _slope(each: dict[int, Cost]) -> float:
    """CPU microseconds that a further order costs."""
    small, large = min(each), max(each)
    return (each[large].cpu - each[small].cpu) / (large - small) * MICRO


def _compared(ours: dict[int, Cost], way: str, other: dict[int, Cost], most: float) -> Finding:
    mine, theirs = _slope(ours), _slope(other)
    ratio = mine / theirs
    figures = f"{mine:.0f} µs / {theirs:.0f} µs = {_ratio(ratio)}"
    return Finding(
        f"CPU of a further order: ours / {way}", figures, f"≤ {_ratio(most)}", ratio <= most
    )


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f} ×" if ratio >= 1 / 2 else f"1/{1 / ratio:.3g}"


def _growth(ours: dict[int, Cost]) -> Iterator[Finding]:
    small, middle, large = (ours[size] for size in SIZES)
    fixed = small.cpu - _slope(ours) * SMALL / MICRO
    rise = math.log((large.cpu - fixed) / (middle.cpu - fixed)) / math.log(LARGE / SIZES[1])
    figures = ", ".join(f"{size:,}: {ours[size].cpu:.1f} s" for size in SIZES)
    yield Finding("CPU of the whole process", f"{figures}; fixed {fixed:.1f} s")
    yield Finding(
        "Growth of CPU beyond the fixed cost, exponent", f"{rise:.2f}", "≤ 1.05", rise <= 1.05
    )
    figures = ", ".join(f"{size:,}: {ours[size].peak_mb:.0f} MB" for size in SIZES)
    peak = max(each.peak_mb for each in ours.values())
    yield Finding("Peak memory", figures, "< 1,024 MB", peak < 1024)


def ours(url: str) -> None:
    """The pipeline itself over HTTP: client, budget, pages, typed records, merge, seal."""
    from cin7_pipeline.account import connect

    with new_company(url) as settings, connect(settings) as client:
        _load(client, settings)


def ours_from_files(pages: str) -> None:
    """The same without HTTP and budget: each answer is a file, as it is for DuckDB alone."""
    with new_company("http://127.0.0.1/api") as settings:
        _load(Files(Path(pages)), settings)


class Files:
    """Answers a first read as the client does, page by page from files."""

    def __init__(self, pages: Path) -> None:
        self._files = page_files(pages)

    def get(self, _path: str, params: Mapping[str, str | int]) -> list[msgspec.Raw]:
        """The page behind or before an id; ids have no gaps, and every page is full."""
        where = str(params.get("where", ""))
        after, before = AFTER.search(where), BEFORE.search(where)
        is_backwards = str(params["order"]).endswith("DESC")
        end = (int(before[1]) - 1) // PAGE_ROWS if before else len(self._files)
        place = end - 1 if is_backwards else int(after[1]) // PAGE_ROWS if after else 0
        if OPEN_DOCUMENTS in where or not 0 <= place < end:
            return []
        records = msgspec.json.decode(self._files[place].read_bytes(), type=list[msgspec.Raw])
        return records[::-1] if is_backwards else records

    def calls(self, _path: str) -> int:
        """Nothing is sent."""
        return 0


@contextmanager
def new_company(url: str) -> Iterator[Settings]:
    """Settings of an account whose data folder is new."""
    with tempfile.TemporaryDirectory() as folder:
        yield company(url, Path(folder))


def company(url: str, folder: Path, now: datetime = NOW) -> Settings:
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


def _load(client: Any, settings: Settings) -> None:
    from cin7_pipeline.load.sync import sync_endpoints

    windows = {"sales_orders": None}
    sync_endpoints(ENDPOINTS, windows, client, settings).raise_failures()


def dlt_parquet(url: str) -> None:
    """Dlt's declarative source with its faster file format."""
    _rest_api(url, loader_file_format="parquet")


def dlt_default(url: str) -> None:
    """Dlt's declarative source as its documentation begins."""
    _rest_api(url)


def _rest_api(url: str, **options: Any) -> None:
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
        pipeline.run(source, **options)


def duckdb_alone(pages: str) -> None:
    """The least there is to do: read the same files typed, and merge them by key."""
    import duckdb

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
