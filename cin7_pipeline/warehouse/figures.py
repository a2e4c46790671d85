"""This module takes the figures of what is published that show where something broke since yesterday."""

from collections import defaultdict
from dataclasses import dataclass, fields

from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_release

# What may be added up over the rows of any table that has it: units, and money in base currency.
ADDED_UP = {
    "quantity",
    "open_quantity",
    "sold_quantity",
    "on_hand",
    "net_amount_base",
    "stock_value",
}


@dataclass(frozen=True)
class WarehouseTotal:
    """The stock of one warehouse, all items together, in stocking units."""

    warehouse: str
    on_hand: float
    open_sales: float
    available: float
    incoming: float
    in_transit: float


def warehouse_totals(settings: Settings) -> list[WarehouseTotal]:
    """Return units per warehouse as published: the first thing to look at when a number seems off."""
    measures = ", ".join(f"sum({field.name})::double" for field in fields(WarehouseTotal)[1:])
    query = f"select warehouse, {measures} from planning.inventory group by warehouse order by warehouse"
    with open_release(settings) as connection:
        return [WarehouseTotal(*row) for row in connection.execute(query).fetchall()]


def table_figures(settings: Settings) -> dict[str, dict[str, float]]:
    """Return of each planning table the share of its values that is null, and its sums of units and value.

    An empty table has no share.
    """
    files = str(settings.data_dir / "parquet" / "*.parquet")
    with open_release(settings) as connection:
        shares = connection.execute(
            "select parse_filename(file_name, true), sum(stats_null_count) / greatest(sum(num_values), 1)"
            " from parquet_metadata($1) group by file_name",
            [files],
        ).fetchall()
        figures: dict[str, dict[str, float]] = defaultdict(dict)
        for table, share in shares:
            figures[table]["null_share"] = float(round(share or 0, 4))
        columns = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns()"
            " where schema_name = 'planning' and column_name in (select unnest($1)) group by table_name",
            [sorted(ADDED_UP)],
        ).fetchall()
        for table, names in columns:
            added = ", ".join(f"coalesce(sum({name}), 0)::double" for name in names)
            [row] = connection.execute(f"select {added} from planning.{table}").fetchall()
            figures[table] |= {f"sum/{name}": sum_ for name, sum_ in zip(names, row, strict=True)}
    return figures
