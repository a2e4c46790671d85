"""What stands in a release stands there as it was built."""

import duckdb

from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.publish import publish
from tests.unit.warehouse.test_publish import MORNING

ROWS = 300_000  # more than one block of each file


def test_a_release_keeps_the_order_of_its_tables(tmp_path):
    """Sorted tables stay sorted in DuckDB and in Parquet, so that few of their blocks are read."""
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("create schema planning")
        connection.execute(
            f"create table planning.days as select i as day from range({ROWS}) as r(i)"
        )
    publish(tmp_path / "warehouse.duckdb", tmp_path, published_at=MORNING, keep=1)
    with duckdb.connect(tmp_path / "planning.duckdb", read_only=True) as connection:
        for places in (
            "select day, rowid as place from planning.days",
            f"select day, file_row_number as place"
            f" from read_parquet('{tmp_path}/parquet/days.parquet', file_row_number = true)",
        ):
            moved = f"select count(*), count(*) filter (day <> place) from ({places})"
            assert connection.execute(moved).fetchall() == [(ROWS, 0)]
