"""The contract of `contract.yaml` against the headers in `sql/` and against a file that was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from cin7_pipeline.models.build import build_all, prepare_connection
from cin7_pipeline.models.catalogue import Catalogue
from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings import BusinessSettings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.draft import Draft
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from tests.sql.cases import VARIABLES

Types = Mapping[str, str]


@dataclass(frozen=True)
class Promise:
    """One table as other programs know it."""

    grain: tuple[str, ...]
    types: Types


def read_contract() -> dict[str, Promise]:
    """The tables of `contract.yaml`."""
    text = (Path(__file__).parent / "contract.yaml").read_text(encoding="utf-8")
    return {table: _promise(**parts) for table, parts in yaml.safe_load(text).items()}


def _promise(grain: str, **names_by_type: str) -> Promise:
    types = {name: kind for kind, names in names_by_type.items() for name in names.split()}
    return Promise(tuple(grain.split()), types)


CONTRACT = read_contract()
# Flags that stand beside `y`, by the names that engines know.
PLAIN_FLAGS = {"started_in_stock", "sold_out"}
# What engines take as it is: their names, and their types.
FOR_ENGINES = {("demand_series", "ds"), ("demand_series", "y"), ("demand_series_days", "ds")}


@pytest.fixture(scope="module")
def data_dir(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the models were built and published, of an account without records."""
    folder = tmp_path_factory.mktemp("contract")
    warehouse = folder / "warehouse.duckdb"
    with open_warehouse(warehouse) as connection:
        create_raw_tables(connection, ENDPOINTS.values())
    with Draft.open(warehouse, folder, folder / "spill", memory_limit="500MB") as draft:
        write_business_settings(draft.connection, BusinessSettings())
        prepare_connection(draft.connection, VARIABLES)
        for _ in build_all(draft.connection, catalogue):
            pass
        draft.publish(published_at=datetime(2026, 6, 30, tzinfo=UTC), keep=1)
    return folder


@pytest.fixture(scope="module")
def published(data_dir: Path) -> dict[str, Types]:
    """Table → column → type of the published file."""
    with duckdb.connect(data_dir / "planning.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select table_name, column_name, lower(data_type) from duckdb_columns()"
            " where schema_name = 'planning'"
        ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


@pytest.mark.parametrize("table", CONTRACT)
def test_a_header_declares_what_the_contract_promises(catalogue: Catalogue, table: str):
    """Each promised table has a model with the promised grain and every promised column."""
    model = catalogue.model(f"planning.{table}")
    assert model.grain == CONTRACT[table].grain
    assert not CONTRACT[table].types.keys() - model.columns.keys()


@pytest.mark.parametrize("table", CONTRACT)
def test_a_published_table_has_the_promised_columns_and_types(published, table: str):
    """What is really in the published file is what the contract says, name by name."""
    promised = CONTRACT[table].types
    assert {name: published[table].get(name) for name in promised} == promised


@pytest.mark.parametrize("table", CONTRACT)
def test_a_parquet_file_has_the_promised_columns_and_types(data_dir: Path, table: str):
    """The Parquet twin of a table promises the same."""
    with duckdb.connect() as connection:
        described = connection.execute(
            "describe from read_parquet(?)", [str(data_dir / "parquet" / f"{table}.parquet")]
        ).fetchall()
    found = {name: kind.lower() for name, kind, *_ in described}
    promised = CONTRACT[table].types
    assert {name: found.get(name) for name in promised} == promised


def test_names_say_what_they_hold(published: dict[str, Types]):
    """In each column `_at` and `_since` are UTC timestamps, `_on` a day, `is_` and `has_` a boolean."""
    for table, columns in published.items():
        for name, kind in columns.items():
            if (table, name) in FOR_ENGINES:
                continue
            is_flag = name.startswith(("is_", "has_")) or name in PLAIN_FLAGS
            assert is_flag == (kind == "boolean"), (table, name)
            is_time = name.endswith(("_at", "_since"))
            assert is_time == kind.startswith("timestamp"), (table, name)
            is_day = name.endswith("_on") or name in ("ds", "on_date")
            assert is_day == (kind == "date"), (table, name)


def test_quantities_and_money_are_exact(published: dict[str, Types]):
    """No published number is a float but `y`: what is not a count or an id is `decimal(18,4)`."""
    kinds = {
        kind
        for table, columns in published.items()
        for name, kind in columns.items()
        if (table, name) not in FOR_ENGINES
    }
    assert "decimal(18,4)" in kinds
    assert not {kind for kind in kinds if kind.startswith(("decimal", "double", "float"))} - {
        "decimal(18,4)"
    }


def test_a_line_of_a_document_names_the_document(published: dict[str, Types]):
    """A table with a line's id also has the reference of the document that the line belongs to."""
    without = {
        table
        for table, columns in published.items()
        if "line_id" in columns and "order_number" not in columns
    }
    assert without <= {"data_issues"}  # its detail is a sentence that names the document
