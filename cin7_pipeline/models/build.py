"""Build the models: each made, audited and described in one transaction."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import duckdb
from duckdb import DuckDBPyConnection
from pydantic import BaseModel

from cin7_pipeline.errors import AuditFailed
from cin7_pipeline.models.catalogue import SCHEMAS, Catalogue
from cin7_pipeline.models.checks import CheckResult, checks_of, run_check
from cin7_pipeline.models.sql_model import SqlModel
from cin7_pipeline.settings import BusinessSettings, Settings
from cin7_pipeline.warehouse.raw_tables import RECORDS
from cin7_pipeline.warehouse.sql import identifier, write_comments


@dataclass(frozen=True)
class BuildReport:
    """A table that was built and passed; `columns` are (name, DuckDB type, comment)."""

    model: SqlModel
    row_count: int
    seconds: float
    checks: tuple[CheckResult, ...]
    columns: tuple[tuple[str, str, str], ...]


class ModelBuildFailed(AuditFailed):
    """A model whose table was rolled back; `results` is what each check found until then."""

    def __init__(
        self, message: str, model: SqlModel, results: tuple[CheckResult, ...] = ()
    ) -> None:
        super().__init__(message)
        self.model = model
        self.results = results


def prepare_connection(connection: DuckDBPyConnection, variables: Mapping[str, object]) -> None:
    """Give the connection what every model expects: schemas, variables and UTC.

    `variables` are what `getvariable()` answers in a model, such as `as_of`.
    """
    connection.execute("set TimeZone = 'UTC'")
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    for name, value in variables.items():
        connection.execute(f"set variable {identifier(name)} = ?", [value])


def build_all(
    connection: DuckDBPyConnection, catalogue: Catalogue, *, only: Iterable[str] | None = None
) -> Iterator[BuildReport]:
    """Build the models one after the other; each is committed before its report is yielded.

    Raises:
        AuditFailed: at the first model that fails; the ones after it are not built.
    """
    names = {catalogue.model(name).name for name in only} if only is not None else None
    for model in catalogue.models:
        if names is None or model.name in names:
            yield build(connection, model)


def drop_stale_tables(connection: DuckDBPyConnection, catalogue: Catalogue) -> list[str]:
    """Drop the tables that no model makes any more, so that none is published; their names."""
    places = ", ".join("?" * len(SCHEMAS))
    found = connection.execute(
        f"select schema_name, table_name from duckdb_tables() where schema_name in ({places})"
        " and not internal and database_name = current_database() order by all",
        SCHEMAS,
    ).fetchall()
    made = {model.name for model in catalogue.models}
    orphans = [(schema, table) for schema, table in found if f"{schema}.{table}" not in made]
    for schema, table in orphans:
        connection.execute(f"drop table {identifier(schema)}.{identifier(table)}")
    return [f"{schema}.{table}" for schema, table in orphans]


def build(connection: DuckDBPyConnection, model: SqlModel) -> BuildReport:
    """Replace the model's table by a new one that passed all its checks.

    Raises:
        AuditFailed: the query failed or a check with severity `error` found rows; the earlier
            table is as it was, and `.results` holds what the checks found.
    """
    started = time.perf_counter()
    connection.execute("begin transaction")
    try:
        columns = _create(connection, model)
        results = _audit(connection, model)
        write_comments(connection, model.name, model.about, model.columns)
        [(row_count,)] = connection.execute(f"select count(*) from {model.name}").fetchall()
        connection.execute("commit")
    except BaseException as error:
        with suppress(duckdb.Error):  # a commit that failed has rolled back by itself
            connection.execute("rollback")
        if isinstance(error, duckdb.Error):
            raise _failure(model, f"the query failed: {_one_line(error)}") from None
        raise
    return BuildReport(model, row_count, time.perf_counter() - started, results, columns)


def _create(connection: DuckDBPyConnection, model: SqlModel) -> tuple[tuple[str, str, str], ...]:
    order = f" order by {', '.join(model.sorted_by)}" if model.sorted_by else ""
    connection.execute(f"create or replace table {model.name} as from ({model.query}\n){order}")
    described = connection.execute(f"describe {model.name}").fetchall()
    names = [name for name, *_ in described]
    if names != list(model.columns):
        raise _failure(model, f"rule columns: {_difference(list(model.columns), names)}")
    return tuple((name, kind, model.columns[name]) for name, kind, *_ in described)


def _difference(declared: list[str], built: list[str]) -> str:
    parts = [
        f"the header lacks {', '.join(name for name in built if name not in declared)}",
        f"the query lacks {', '.join(name for name in declared if name not in built)}",
    ]
    found = [part for part in parts if not part.endswith("lacks ")]
    return " and ".join(found) or f"the header's order differs; write {', '.join(built)}"


def _audit(connection: DuckDBPyConnection, model: SqlModel) -> tuple[CheckResult, ...]:
    """Run every check, so that one run shows everything that is wrong."""
    results: list[CheckResult] = []
    for check in checks_of(model):
        try:
            results.append(run_check(connection, model, check))
        except duckdb.Error as error:
            message = f"check {check.name} cannot run: {_one_line(error)}"
            raise _failure(model, message, tuple(results)) from None
    if broken := [result for result in results if result.is_fatal]:
        message = "; ".join(_sentence(result) for result in broken)
        raise _failure(model, message, tuple(results))
    return tuple(results)


def _sentence(result: CheckResult) -> str:
    rows = f"{result.failing_rows} row{'' if result.failing_rows == 1 else 's'}"
    values = ", ".join(f"{name}={value}" for name, value in (result.example or {}).items())
    example = f", for example {values}" if values else ""
    return f"{rows} break{'s' if result.failing_rows == 1 else ''} {result.name}{example}"


def _failure(model: SqlModel, what: str, results: tuple[CheckResult, ...] = ()) -> ModelBuildFailed:
    msg = f"{model.name}: {what}; the previous table is kept (sql/{model.schema}/{model.path.name})"
    return ModelBuildFailed(msg, model, results)


def _one_line(error: Exception) -> str:
    """DuckDB's message without the excerpt of the query that follows it."""
    return " ".join(re.split(r"\n+LINE \d+:", str(error))[0].split())


def build_variables(settings: Settings) -> dict[str, object]:
    """The variables that SQL reads with `getvariable`; `as_of` is the only "now" there is."""
    return {
        "as_of": settings.now(),
        "time_zone": settings.time_zone,
        "price_tier": settings.price_tier,
        "stale_after_days": settings.stale_after_days,
        "skip_entities": ",".join(sorted(settings.skip_entities)),
    }


def write_business_settings(connection: DuckDBPyConnection, business: BusinessSettings) -> None:
    """Replace the tables of schema `settings` by what the CSV files say."""
    _replace(connection, "settings.channels", business.channels)
    _replace(connection, "settings.warehouses", business.warehouses)
    _replace(connection, "settings.customer_groups", business.customer_groups)
    _replace(connection, "settings.custom_fields", business.custom_fields)


def _replace(connection: DuckDBPyConnection, table: str, rules: Iterable[BaseModel]) -> None:
    """By name, for a table that an earlier version made has its columns in another order."""
    columns = ", ".join(map(identifier, RECORDS[table]))
    places = ", ".join("?" * len(RECORDS[table]))
    connection.execute(f"delete from {table}")
    for rule in rules:
        values = list(rule.model_dump().values())
        connection.execute(f"insert into {table} ({columns}) values ({places})", values)
