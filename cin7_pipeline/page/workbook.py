"""This module writes the workbook of a release: what planners sort and filter in a spreadsheet."""

from datetime import date
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

# Each sheet: the table, which of its rows, and what matters most first.
SHEETS = {
    "Positions": ("positions", "order by abc nulls last, daily_demand desc, sku, warehouse"),
    "Orders": ("suggested_orders", "where quantity > 0 order by order_by_on, sku, warehouse"),
    "Exceptions": ("exceptions", "order by value desc nulls last, sku, warehouse"),
    "On its way": ("replenishments", "where state = 'Active' order by expected_on, sku"),
}
COMMENTS = """
    select column_name, comment from duckdb_columns() where schema_name = 'planning' and table_name = $1
"""
# A cell costs 10 µs: so many rows of each sheet are a second or two of each release.
MOST_ROWS = 2_500
OPTIONS = {"default_date_format": "d mmm yyyy", "remove_timezone": True, "nan_inf_to_errors": True}


def write_workbook(connection: DuckDBPyConnection, path: Path) -> None:
    """Write the sheets; a note on each column's head says what it means and in which unit."""
    with Workbook(str(path), OPTIONS) as workbook:
        head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for name, (table, rows) in SHEETS.items():
            sheet = workbook.add_worksheet(name)
            cursor = connection.execute(f"select sku, * exclude (sku) from planning.{table} {rows}")
            columns = [column for column, *_ in cursor.description or ()]
            found = cursor.fetchmany(MOST_ROWS)
            notes = dict(connection.execute(COMMENTS, [table]).fetchall())
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column.replace("_", " "), head)
                sheet.write_comment(0, place, notes.get(column) or "", {"x_scale": 2})
            for number, row in enumerate(found, start=1):
                for place, value in enumerate(row):
                    write_cell(sheet, number, place, value)
            if len(found) == MOST_ROWS:
                sheet.write_string(MOST_ROWS + 1, 0, f"the rest is in planning.{table}")
            sheet.set_column(0, len(columns) - 1, 14)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(1, len(found)), len(columns) - 1)


def write_cell(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Write a value as what it is: a text is never taken for a formula, a number or a link."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value)
