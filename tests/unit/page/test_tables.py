"""What the tables mean is written beside them, for people and for programs, from what was built."""

import json
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.models.build import BuildReport, build, prepare_connection
from cin7_pipeline.models.sql_model import parse_model
from cin7_pipeline.page import write_contract, write_tables_page

MODEL = """/*
about: Orders & <more>.
grain: [id]
example: |
  -- Which are <few>?
  from planning.orders
columns:
  id: The id.
  units: Units, "in pieces".
checks:
  units_are_few: {expect: units < 9, severity: warn}
*/
select id, 12.5::decimal(18, 4) as units from raw.orders
"""


@pytest.fixture
def report(tmp_path: Path) -> BuildReport:
    """A table that was built, of which one row breaks a rule."""
    path = tmp_path / "orders.sql"
    path.write_text(MODEL)
    with duckdb.connect() as connection:
        prepare_connection(connection, {})
        connection.execute("create schema raw; create table raw.orders as select 1 as id")
        return build(connection, parse_model(path, "planning"))


def test_the_contract_names_each_column_with_its_type(report: BuildReport, tmp_path: Path) -> None:
    """A program finds the grain and the types that it relies on, and a version that says if they changed."""
    write_contract([report], tmp_path / "contract.json")
    contract = json.loads((tmp_path / "contract.json").read_text())
    assert contract["contract_version"].split(".")[0].isdecimal()
    assert contract["tables"] == {
        "orders": {
            "about": "Orders & <more>.",
            "grain": ["id"],
            "columns": [
                {"name": "id", "type": "INTEGER", "about": "The id."},
                {"name": "units", "type": "DECIMAL(18,4)", "about": 'Units, "in pieces".'},
            ],
        }
    }


def test_the_page_says_what_columns_mean_and_what_checks_found(
    report: BuildReport, tmp_path: Path
) -> None:
    """Meaning, unit, a question and the last result of each check stand together, and texts stay texts."""
    write_tables_page([report], {"raw.orders": ["id"]}, tmp_path / "tables.html")
    page = (tmp_path / "tables.html").read_text()
    assert "Orders &amp; &lt;more&gt;." in page
    assert "Units, &#34;in pieces&#34;." in page
    assert "units &lt; 9 <b>1 row breaks it</b>" in page
    assert "<pre>-- Which are &lt;few&gt;?\nfrom planning.orders</pre>" in page
    assert "made of raw.orders" in page
    assert "from raw.orders.id" in page
