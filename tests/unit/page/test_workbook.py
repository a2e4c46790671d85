"""The workbook: its sheets are the tables, in the order in which a planner works."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from cin7_pipeline.page import write_workbook
from cin7_pipeline.page.workbook import SHEETS

FORMULA = "=cmd|'/c calc'!A1"


@pytest.fixture
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables with few columns, of which one says what it means."""
    with duckdb.connect() as connection:
        connection.execute("create schema planning")
        connection.execute(
            "create table planning.positions as select 'East' as warehouse, $1 as sku, 'B' as abc, 2.5 as"
            " daily_demand, date '2026-07-02' as runs_out_on, true as is_out, null::int as lead_days"
            " union all select 'West', 'A-1', 'A', 9, null, false, 4",
            [FORMULA],
        )
        connection.execute("comment on column planning.positions.daily_demand is 'Units a day.'")
        connection.execute(
            "create table planning.suggested_orders as select 'A-1' as sku, 'West' as warehouse,"
            " 0 as quantity, null::date as order_by_on"
        )
        connection.execute(
            "create table planning.exceptions as select 'A-1' as sku, 'West' as warehouse, 3 as value"
        )
        connection.execute(
            "create table planning.replenishments as select 'A-1' as sku, 'Draft' as state,"
            " null::date as expected_on"
        )
        yield connection


def test_a_sheet_is_its_table_with_what_matters_most_first(
    tables: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Numbers, days and flags are what they are, a text is never a formula, and a head explains itself."""
    write_workbook(tables, tmp_path / "planning.xlsx")
    workbook = load_workbook(tmp_path / "planning.xlsx")
    assert workbook.sheetnames == list(SHEETS)
    head, first, second = workbook["Positions"].iter_rows()
    names = [cell.value for cell in head]
    assert names[0] == "sku"
    assert head[names.index("daily demand")].comment.text == "Units a day."
    assert [first[0].value, first[names.index("daily demand")].value] == ["A-1", 9]
    assert (second[0].value, second[0].data_type) == (FORMULA, "s")
    assert f"{second[names.index('runs out on')].value:%Y-%m-%d}" == "2026-07-02"
    assert second[names.index("is out")].value is True
    assert workbook["Orders"].max_row == workbook["On its way"].max_row == 1
