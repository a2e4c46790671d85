"""This module traces each column of a model to the columns that its values are made of.

What only chooses or groups rows (`where`, `join`, `group by`) makes no value and is left out.
"""

from collections.abc import Iterable, Mapping

import sqlglot
from sqlglot import Schema, exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from cin7_pipeline.models.sql_model import DIALECT, SqlModel

# Columns, as `schema.table.column`.
Origins = frozenset[str]


def trace_columns(
    models: Iterable[SqlModel], tables: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, Origins]]:
    """Return what each column of the planning tables is made of: columns of the tables that its query reads.

    Instead of a column of `staging`, those of Cin7 that it is made of are named. `models` stand in build
    order; `tables` are all that no model makes.
    """
    schema = MappingSchema(dialect=DIALECT)
    for name, columns in tables.items():
        _declare(schema, name, columns)
    traced: dict[str, dict[str, Origins]] = {}
    staged: dict[str, Origins] = {}
    for model in models:
        if model.schema in ("staging", "planning"):
            traced[model.name] = {
                column: frozenset().union(*(staged.get(name, {name}) for name in names))
                for column, names in _origins(model, schema).items()
            }
        if model.schema == "staging":
            staged |= {f"{model.name}.{name}": found for name, found in traced[model.name].items()}
        _declare(schema, model.name, model.columns)
    return traced


def _declare(schema: Schema, name: str, columns: Iterable[str]) -> None:
    folder, _, table = name.partition(".")
    schema.add_table(exp.table_(table, db=folder), dict.fromkeys(columns, "unknown"))


def _origins(model: SqlModel, schema: Schema) -> dict[str, Origins]:
    """Return the columns that each column of a query is made of; none where the query is too unusual."""
    tree = sqlglot.parse_one(model.query, dialect=DIALECT)
    for join in list(tree.find_all(exp.Join)):
        if join.kind in ("SEMI", "ANTI"):
            join.pop()
    try:
        tree = qualify(
            tree,
            dialect=DIALECT,
            schema=schema,
            infer_schema=False,
            validate_qualify_columns=False,
        )
    except SqlglotError:
        return {}
    known: dict[int, dict[str, Origins]] = {}
    for scope in traverse_scope(tree):  # what is selected from stands before what selects from it
        known[id(scope)] = found = _selected(scope, known)
    return found


def _selected(scope: Scope, known: Mapping[int, Mapping[str, Origins]]) -> dict[str, Origins]:
    """Return the origins of what one select, or a union of several, returns."""
    if scope.set_operation_scopes:
        parts = [known[id(part)] for part in scope.set_operation_scopes]
        rows = zip(*(part.values() for part in parts), strict=False)
        return {name: frozenset().union(*row) for name, row in zip(parts[0], rows, strict=False)}
    if not isinstance(scope.expression, exp.Query):  # values that stand in the query itself
        return {}
    return {
        selected.alias_or_name: frozenset().union(
            *(_origins_of(column, scope, known) for column in selected.find_all(exp.Column))
        )
        for selected in scope.expression.selects
    }


def _origins_of(
    column: exp.Column, scope: Scope, known: Mapping[int, Mapping[str, Origins]]
) -> Origins:
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table):
        return frozenset({f"{source.db}.{source.name}.{column.name}"})
    return known.get(id(source), {}).get(column.name, frozenset())
