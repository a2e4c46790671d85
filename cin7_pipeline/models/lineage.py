"""Which columns a model's columns come from, read from its SQL.

A picture for people and for Dagster's metadata: nothing is built on it, so what cannot be followed
is left out rather than refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from cin7_pipeline.models.catalogue import Catalogue
from cin7_pipeline.models.sql_model import DIALECT, SqlModel

Sources = list[tuple[str, str]]


def column_lineage(
    catalogue: Catalogue, model: SqlModel, raw_tables: Mapping[str, Iterable[str]]
) -> dict[str, Sources]:
    """For each column, the (table, column) pairs of the tables the model reads that it is made of.

    A column made of no other (a constant, a count of rows) has an empty list, and so has one that
    cannot be followed. `raw_tables` are the columns of the tables that no model makes.
    """
    schema = MappingSchema(_known_columns(catalogue, raw_tables), dialect=DIALECT, normalize=False)
    try:
        query = qualify(
            model.tree.copy(), schema=schema, dialect=DIALECT, validate_qualify_columns=False
        )
        scope = build_scope(query)
    except Exception:  # sqlglot raises whatever it stumbles over
        scope = None
    return {column: _sources(column, scope, schema) for column in model.columns}


def _known_columns(catalogue: Catalogue, raw_tables: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Schema → table → column → type, as sqlglot wants it; types are not needed."""
    known = {name: list(columns) for name, columns in raw_tables.items()}
    known |= {model.name: list(model.columns) for model in catalogue.models}
    nested: dict[str, Any] = {}
    for name, columns in known.items():
        schema, table = name.split(".")
        nested.setdefault(schema, {})[table] = dict.fromkeys(columns, "unknown")
    return nested


def _sources(column: str, scope: Scope | None, schema: MappingSchema) -> Sources:
    if scope is None:
        return []
    try:
        node = lineage(
            column,
            scope.expression,
            schema=schema,
            scope=scope,
            dialect=DIALECT,
            trim_selects=False,
            copy=False,
        )
        return sorted(set(_leaves(node)))
    except Exception:  # as above; the other columns may still be followed
        return []


def _leaves(root: Node) -> Iterator[tuple[str, str]]:
    for node in root.walk():
        table = node.expression
        if not node.downstream and isinstance(table, exp.Table) and table.db:
            yield f"{table.db}.{table.name}", node.name.rpartition(".")[2].strip('"')
