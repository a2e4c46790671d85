"""Columns are followed to the tables a model reads, as far as its SQL can be followed."""

from dataclasses import replace

import pytest
from sqlglot import exp

from cin7_pipeline.models.catalogue import SCHEMAS, Catalogue, load_catalogue
from cin7_pipeline.models.lineage import column_lineage
from cin7_pipeline.models.sql_model import parse_model
from cin7_pipeline.warehouse.raw_tables import table_columns


@pytest.fixture
def follow(write_model):
    """The lineage of one query that makes the columns id and value."""

    def lineage_of(query):
        model = parse_model(write_model("core.a", query, columns="id value"), "core")
        return column_lineage(Catalogue((model,)), model, table_columns())

    return lineage_of


def test_columns_are_followed_through_ctes_and_expressions(follow):
    """A column knows every column it is computed from, whatever it was called in between."""
    lines = "lines as (select id, qty * unit_price as amount from raw.sales_order_lines)"
    assert follow(f"with {lines} select id, amount + 1 as value from lines") == {
        "id": [("raw.sales_order_lines", "id")],
        "value": [("raw.sales_order_lines", "qty"), ("raw.sales_order_lines", "unit_price")],
    }


def test_unqualified_columns_of_a_join_find_their_table(follow):
    """What columns the tables have decides where an unqualified name comes from."""
    query = (
        "select line.id, reference as value from raw.sales_order_lines as line"
        " join raw.sales_orders as head on head.id = line.sales_order_id"
    )
    assert follow(query)["value"] == [("raw.sales_orders", "reference")]


def test_a_union_has_the_sources_of_all_its_parts(follow):
    """Each part of a union adds its sources."""
    query = "select id, code as value from raw.stock union all select id, company from raw.branches"
    assert follow(query)["value"] == [("raw.branches", "company"), ("raw.stock", "code")]


def test_a_constant_comes_from_nowhere(follow):
    """A column made of no column has no source."""
    assert follow("select id, 'x' as value from raw.stock")["value"] == []


def test_what_cannot_be_followed_is_left_out(write_model):
    """A model that sqlglot does not understand has columns without sources, and raises nothing."""
    model = parse_model(write_model("core.a", "select 1 as id", columns="id"), "core")
    odd = replace(model, tree=exp.column("id"))
    assert column_lineage(Catalogue((odd,)), odd, {}) == {"id": []}


def test_the_lineage_of_every_real_model_names_existing_columns():
    """All sources are columns that the tables above the model have."""
    catalogue = load_catalogue()
    for model in catalogue.models:
        for column, sources in column_lineage(catalogue, model, table_columns()).items():
            for table, source in sources:
                assert table in model.reads, (model.name, column, table)
                if table.partition(".")[0] in SCHEMAS:
                    assert source in catalogue.model(table).columns, (model.name, column, source)


def test_most_columns_of_the_contract_have_a_source():
    """Only constants and counts come from nowhere: a few columns in a hundred."""
    catalogue = load_catalogue()
    planning = [model for model in catalogue.models if model.schema == "planning"]
    sources = [
        found for m in planning for found in column_lineage(catalogue, m, table_columns()).values()
    ]
    assert sum(map(bool, sources)) > 0.9 * len(sources)
