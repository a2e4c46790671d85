"""Each column of the planning tables is traced to the columns that its values are made of."""

from pathlib import Path

import pytest

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.models.lineage import trace_columns
from cin7_pipeline.models.settings_tables import SETTINGS
from cin7_pipeline.models.sql_model import SqlModel, parse_model
from cin7_pipeline.pipeline import TABLES

ORDERS = {"raw.orders": ["id", "qty", "price", "is_void"], "raw.returns": ["id", "qty"]}


def model(folder: Path, schema: str, table: str, columns: str, query: str) -> SqlModel:
    """A model of this query."""
    lines = "".join(f"  {name}: Text.\n" for name in columns.split())
    path = folder / f"{table}.sql"
    path.write_text(f"/*\nabout: Text.\ngrain: [id]\ncolumns:\n{lines}*/\n{query}\n")
    return parse_model(path, schema)


@pytest.mark.parametrize(
    ("query", "origins"),
    [
        ("select id, qty * price as value from raw.orders where not is_void", {"qty", "price"}),
        (
            "with o as (from raw.orders) select o.id, max(o.qty) as value from o group by id",
            {"qty"},
        ),
        (
            "select id, case when orders.qty > 1 then price end as value"
            " from raw.orders as orders anti join raw.returns using (id)",
            {"qty", "price"},
        ),
        ("select id, 1 as value from raw.orders", set()),
    ],
)
def test_a_column_is_made_of_what_its_expression_reads(
    query: str, origins: set[str], tmp_path: Path
) -> None:
    """Through CTEs and joins; what only chooses rows is no origin, and a constant has none."""
    traced = trace_columns([model(tmp_path, "planning", "sales", "id value", query)], ORDERS)
    assert traced["planning.sales"]["value"] == {f"raw.orders.{name}" for name in origins}


def test_a_union_is_made_of_all_its_parts_by_place(tmp_path: Path) -> None:
    """The names of the first part count, whatever the others call their columns."""
    query = "select id, qty as units from raw.orders union all select id, -qty from raw.returns"
    traced = trace_columns([model(tmp_path, "planning", "moves", "id units", query)], ORDERS)
    assert traced["planning.moves"]["units"] == {"raw.orders.qty", "raw.returns.qty"}


def test_a_column_of_staging_stands_for_those_of_cin7(tmp_path: Path) -> None:
    """Staging only renames and cleans, so what it reads is named instead."""
    staged = model(
        tmp_path, "staging", "orders", "id units", "select id, qty as units from raw.orders"
    )
    sales = model(tmp_path, "planning", "sales", "id units", "select id, units from staging.orders")
    traced = trace_columns([staged, sales], ORDERS)
    assert traced["planning.sales"]["units"] == {"raw.orders.qty"}


def test_nearly_all_columns_of_the_planning_tables_are_traced() -> None:
    """No query is too unusual: only constants and counts of rows have no origin."""
    models = load_catalogue().models
    traced = trace_columns(models, TABLES | SETTINGS)
    planning = [model for model in models if model.schema == "planning"]
    without = [
        f"{model.name}.{column}"
        for model in planning
        for column in model.columns
        if not traced[model.name][column]
    ]
    assert len(without) < 15, without
