"""How long 5 000 orders take from pages to raw tables, our typed way and dlt's own."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb
import msgspec

from cin7_pipeline.api.declaration import ColumnType
from cin7_pipeline.api.endpoints import SALES_ORDERS
from cin7_pipeline.load.decode import Decoder
from cin7_pipeline.load.merge import merge

ORDERS = 5_000
PAGE_ROWS = 250
LINES = 4
Way = Callable[[], None]


def pages() -> list[bytes]:
    """Invented orders in pages as Cin7 sends them."""
    orders = [_order(number) for number in range(1, ORDERS + 1)]
    return [json.dumps(orders[at : at + PAGE_ROWS]).encode() for at in range(0, ORDERS, PAGE_ROWS)]


VALUES: dict[ColumnType, Any] = {
    ColumnType.NUMBER: 12.34,
    ColumnType.RATE: 1.0,
    ColumnType.FLAG: True,
    ColumnType.TIMESTAMP: "2026-03-01T00:00:00Z",
}


def _order(number: int) -> dict[str, Any]:
    """An order with every field filled, so that both ways have the same to do."""
    order = {column.field: VALUES.get(column.type, "invented") for column in SALES_ORDERS.columns}
    order |= {
        column.field: number for column in SALES_ORDERS.columns if column.type is ColumnType.ID
    }
    order["lineItems"] = [
        {"id": number * LINES + line, "productOptionId": line, "code": f"SKU-{line}", "qty": 2.0}
        for line in range(LINES)
    ]
    return order


@contextmanager
def merge_pairs() -> Iterator[list[tuple[str, Way, Way]]]:
    """Typed Arrow tables against dlt's own dicts."""
    bodies = pages()
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(1_000_000))

        def fresh() -> Path:
            return Path(folder) / f"{next(numbers)}.duckdb"

        yield [
            (
                "5,000 orders into a new database: typed Arrow tables / dlt's dicts as Parquet",
                lambda: _typed(bodies, fresh()),
                lambda: _dicts(bodies, fresh()),
            )
        ]


def _typed(bodies: list[bytes], path: Path) -> None:
    decoder = Decoder(SALES_ORDERS, salt=b"bench")
    records = [record for body in bodies for record in decoder.records(body)]
    with duckdb.connect(str(path)) as connection:
        merge(connection, [(SALES_ORDERS, records)], datetime.now(UTC))


def _dicts(bodies: list[bytes], path: Path) -> None:
    def orders() -> Iterator[Any]:
        for body in bodies:
            yield msgspec.json.decode(body)

    resource = dlt.resource(
        orders, name="sales_orders", primary_key="id", write_disposition="merge"
    )
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            dataset_name="raw",
            destination=dlt.destinations.duckdb(str(path)),
        )
        pipeline.run(resource, loader_file_format="parquet")
