"""This module finds out which columns a model's columns come from, by reading its SQL.

It is a picture for people and for Dagster's metadata. Nothing is built on it, so what cannot be followed
is left out rather than refused.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

from cin7_pipeline.models.catalogue import Catalogue
from cin7_pipeline.models.sql_model import DIALECT, SqlModel

Sources = list[tuple[str, str]]


def column_lineage(
    catalogue: Catalogue, model: SqlModel, raw_tables: Mapping[str, Iterable[str]]
) -> dict[str, Sources]:
    """Return, for each column, the (table, column) pairs it is made of, of the tables the model reads.

    `raw_tables` are the columns by `schema.table` of the tables that no model makes. A column made of no
    other (a constant, a count of rows) has an empty list, and so has one that cannot be followed.
    """
    made = {other.name: other.columns for other in catalogue.models}
    known: dict[str, Any] = {}
    for name, columns in {**raw_tables, **made}.items():
        database, table = name.split(".")
        known.setdefault(database, {})[table] = dict.fromkeys(columns, "unknown")
    schema = MappingSchema(known, dialect=DIALECT, normalize=False)
    sources: dict[str, Sources] = {column: [] for column in model.columns}
    try:
        query = qualify(
            model.tree.copy(), schema=schema, dialect=DIALECT, validate_qualify_columns=False
        )
        scope = build_scope(query)
    except Exception:  # sqlglot raises whatever it stumbles over
        return sources
    for column in sources if scope else ():
        # As above; the other columns may still be followed.
        with suppress(Exception):
            node = lineage(
                column,
                query,
                schema=schema,
                scope=scope,
                dialect=DIALECT,
                trim_selects=False,
                copy=False,
            )
            ends = [end for end in node.walk() if not end.downstream]
            sources[column] = sorted(
                {
                    (
                        f"{end.expression.db}.{end.expression.name}",
                        end.name.split(".")[-1].strip('"'),
                    )
                    for end in ends
                    if isinstance(end.expression, exp.Table) and end.expression.db
                }
            )
    return sources
