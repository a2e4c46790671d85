"""Every number of exceptions and suggested orders can be asked for with `cin7 why SKU --full`."""

from itertools import count
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.explain import explain
from tests.sample_shop import SKU
from tests.unit.explain.explain_helpers import item, text
from tests.unit.load.fake_account import Company

ROWS = 4
FEW_DAYS = "How its demand follows from less than 28 known days"
# A value of each type that stands in no other cell.
VALUES = {
    "DECIMAL(18,4)": "{}.0625",
    "DATE": "date '2031-01-01' + {}",
    "VARCHAR": "'word {}'",
    "BIGINT": "{}",
    "INTEGER": "{}",
    "BOOLEAN": "true",
}


@pytest.mark.parametrize("table", ["planning.exceptions", "planning.suggested_orders"])
def test_every_number_is_shown(shop: Company, table: str, tmp_path: Path) -> None:
    """Of several rows of an item each value of each column stands in the full answer, digit by digit."""
    file, numbers = tmp_path / "copy.duckdb", count(1001)
    file.write_bytes(shop.settings().published_path.read_bytes())
    key = {name: item(shop).match[name] for name in ("product_option_id", "size", "sku")}
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"delete from {table}")
        kinds = {
            name: kind for name, kind, *_ in connection.execute(f"describe {table}").fetchall()
        }
        for _ in range(ROWS):
            cells = [
                f"'{key[name]}'" if name in key else VALUES[kind].format(next(numbers))
                for name, kind in kinds.items()
            ]
            connection.execute(f"insert into {table} values ({', '.join(cells)})")
        rows = connection.execute(f"select columns(*)::varchar from {table}").fetchall()
    shown = text(explain(shop.settings(), SKU, file, is_full=True), is_full=True).replace(",", "")
    told = dict(zip(kinds, zip(*rows, strict=True), strict=True))
    for name, kind in kinds.items():
        if kind not in ("VARCHAR", "BOOLEAN"):
            assert not [value for value in told[name] if value not in shown], name


def test_a_demand_of_few_days_says_how_it_came_about(shop: Company, tmp_path: Path) -> None:
    """The full answer has the sentence of each warehouse that is known of few days, the short one none."""
    file = tmp_path / "copy.duckdb"
    file.write_bytes(shop.settings().published_path.read_bytes())
    option_id = item(shop).match["product_option_id"]
    with duckdb.connect(str(file)) as connection:
        row = [option_id, "", "Main DC", "left_out", "2 days are known"]
        connection.execute("insert into explain.short_forecasts values (?, ?, ?, ?, ?)", row)
    [found] = explain(shop.settings(), SKU, file, is_full=True).items
    line = {"warehouse": "Main DC", "of": "left out", "how": "2 days are known"}
    assert line in found.evidence[FEW_DAYS]
    [found] = explain(shop.settings(), SKU, file).items
    assert FEW_DAYS not in found.evidence


def test_levels_are_made_of_what_is_shown(shop: Company) -> None:
    """What an order fills up to is the reserve and what is expected until the next one has come."""
    [found] = explain(shop.settings(), SKU, is_full=True).items
    [planned] = [row for row in found.tables["How it is planned"] if row["warehouse"] == "Main DC"]
    [expected] = [rows[0] for title, rows in found.evidence.items() if "sales take" in title]
    assert expected["with kits and what is left out"] + planned["reserve"] == planned["fill to"]
    assert 0 < expected["expected"] < expected["80 % stay below"] < expected["95 % stay below"]
