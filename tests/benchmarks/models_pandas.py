"""A peer's way as a whole: the tables of the planning schema that carry its weight, made by pandas.

`sales_lines`, `open_sales_lines`, `demand_daily`, `demand_series`, `demand_series_days`,
`purchase_order_lines`, `transfer_lines`, `replenishments`, `inventory` and `projected_stock`, with the rules
that the benchmark's account has use for; no audits, no comments, no other table, and floats for decimals.
`differences` holds them against ours, but for `projected_stock`, which expects the mean of 28 days here.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
from pandas import DataFrame

from tests.benchmarks.models_pandas_lines import Raw
from tests.benchmarks.models_pandas_sales import demand_series, in_stock, sales_tables
from tests.benchmarks.models_pandas_supply import inventory, projected_stock, supply_tables

# What the same column is called in ours, and by which columns the rows of a table are told apart.
NAMES = {
    "sales_lines": {"document_id": "sales_order_id"},
    "open_sales_lines": {"document_id": "sales_order_id"},
    "purchase_order_lines": {"document_id": "purchase_order_id", "unit_price": "unit_cost"},
    "transfer_lines": {"document_id": "transfer_id"},
    "replenishments": {"warehouse": "destination_warehouse"},
}
KEYS = {
    "demand_daily": ["product_option_id", "size", "warehouse", "channel", "sold_on"],
    "demand_series": ["unique_id", "ds"],
    "demand_series_days": ["unique_id", "ds"],
    "inventory": ["product_option_id", "size", "warehouse"],
    "replenishments": ["kind", "document_id", "line_id", "size"],
}
# Floats round otherwise than decimals where a value lies between two.
TOLERANCE = 2e-4


def build(warehouse: Path) -> dict[str, DataFrame]:
    """All tables by name, with their columns named as ours."""
    raw = Raw(warehouse)
    tables = sales_tables(raw) | supply_tables(raw)
    series = demand_series(raw, tables["demand_daily"])
    tables["demand_series"] = series
    tables["demand_series_days"] = in_stock(raw, tables["demand_daily"], series)
    tables["inventory"] = inventory(raw, tables["transfer_lines"])
    tables["projected_stock"] = projected_stock(tables, raw)
    return {name: table.rename(columns=NAMES.get(name, {})) for name, table in tables.items()}


def write(warehouse: str, folder: str) -> None:
    """Build all tables and write each as Parquet, as ours are written to a file too."""
    for name, table in build(Path(warehouse)).items():
        table.to_parquet(Path(folder) / f"{name}.parquet", index=False)


def differences(warehouse: Path, release: Path) -> Iterator[str]:
    """What sets these tables apart from ours of the same warehouse; nothing where they agree."""
    with duckdb.connect(release, read_only=True) as connection:
        for name, theirs in build(warehouse).items():
            if name == "projected_stock":
                continue
            columns = ", ".join(theirs.columns)
            ours = connection.sql(f"select {columns} from planning.{name}").df()
            yield from _apart(name, ours, theirs)


def _apart(name: str, ours: DataFrame, theirs: DataFrame) -> Iterator[str]:
    key = KEYS.get(name, list(ours.columns[:3]))
    ours, theirs = (_comparable(table, key) for table in (ours, theirs))
    try:
        pd.testing.assert_frame_equal(
            ours, theirs, check_dtype=False, check_exact=False, rtol=1e-9, atol=TOLERANCE
        )
    except AssertionError as error:
        yield f"{name}: {' '.join(str(error).split())[:200]}"


def _comparable(table: DataFrame, key: list[str]) -> DataFrame:
    """In one order, with one way to say that nothing is known."""
    return table.sort_values(key, ignore_index=True).convert_dtypes()


if __name__ == "__main__":
    sys.exit("\n".join(differences(Path(sys.argv[1]))) or 0)
