"""This module builds models: each is made, described and checked before the next one reads it.

It does not decide which models there are (`catalogue`) or where tables are made (`warehouse.draft`).
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import AuditFailed
from cin7_pipeline.models.catalogue import SCHEMAS, Catalogue
from cin7_pipeline.models.sql_model import Check, Severity, SqlModel
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import transaction
from cin7_pipeline.warehouse.draft import RELEASED
from cin7_pipeline.warehouse.sql import identifier, literal

# So many of the rows that break a rule are named.
EXAMPLES = 10


@dataclass(frozen=True)
class CheckResult:
    """What one check found; `examples` are the grains of failing rows, never another column."""

    name: str
    about: str
    severity: Severity
    failing_rows: int
    examples: tuple[dict[str, object], ...] = ()

    @property
    def passed(self) -> bool:
        """True where no row breaks the rule."""
        return self.failing_rows == 0

    def __str__(self) -> str:
        rows = "1 row breaks" if self.failing_rows == 1 else f"{self.failing_rows} rows break"
        example = self.examples[0] if self.examples else {}
        values = ", ".join(f"{name}={value}" for name, value in example.items())
        return f"{rows} {self.name}" + (f", for example {values}" if values else "")


@dataclass(frozen=True)
class BuildReport:
    """A table or view that was built and passed; `columns` are (name, DuckDB type, comment)."""

    model: SqlModel
    row_count: int
    seconds: float
    checks: tuple[CheckResult, ...]
    columns: tuple[tuple[str, str, str], ...]

    def broken_rules(self) -> dict[str, int]:
        """Return the rules that rows break, in words, with the number of these rows."""
        return {
            f"{self.model.name}: {result.about}": result.failing_rows
            for result in self.checks
            if not result.passed
        }


class ModelBuildFailed(AuditFailed):
    """A model that broke its rules, so that nothing is released; `results` is what each check found."""

    def __init__(self, model: SqlModel, what: str, results: Iterable[CheckResult] = ()) -> None:
        super().__init__(f"{model.name}: {what}; people keep the release they have ({model.path})")
        self.model = model
        self.results = tuple(results)


def prepare_connection(connection: DuckDBPyConnection, variables: Mapping[str, object]) -> None:
    """Give the connection what every model expects: schemas, variables and UTC.

    `variables` are what `getvariable()` answers in a model, such as `as_of`.
    """
    connection.execute("set TimeZone = 'UTC'")
    # Those of a release are there already, in its own file.
    present = {
        name
        for (name,) in connection.execute("select schema_name from duckdb_schemas()").fetchall()
    }
    for schema in SCHEMAS:
        if schema not in present:
            connection.execute(f"create schema {schema}")
    for name, value in variables.items():
        connection.execute(f"set variable {identifier(name)} = ?", [value])


def build_all(
    connection: DuckDBPyConnection, catalogue: Catalogue, *, only: Iterable[str] | None = None
) -> Iterator[BuildReport]:
    """Build the models, or those that selectors name with all they are made of.

    A table of `core` goes when the last model that reads it is made: it would only take memory.

    Raises:
        ModelBuildFailed: at the first model that fails; the ones after it are not built.
    """
    models = catalogue.models if only is None else catalogue.select(only)
    last_reader = {name: model.name for model in models for name in catalogue.tables_read(model)}
    for model in models:
        yield build(connection, model)
        for name, reader in last_reader.items():
            if reader == model.name and name.startswith("core."):
                connection.execute(f"drop table {name}")


def build(connection: DuckDBPyConnection, model: SqlModel) -> BuildReport:
    """Make what the model's file says, describe it, and pass its checks.

    Raises:
        ModelBuildFailed: the query failed or a check of severity `error` found rows; `.results` holds what
            the checks found.
    """
    started = time.perf_counter()
    try:
        columns, is_in_order = _create(connection, model)
        if model.schema in RELEASED:  # all else is gone after the build
            _describe(connection, model)
        row_count, results = _audit(connection, model, is_in_order=is_in_order)
    except duckdb.Error as error:
        raise ModelBuildFailed(model, f"the query failed: {_one_line(error)}") from None
    return BuildReport(model, row_count, time.perf_counter() - started, results, columns)


def _describe(connection: DuckDBPyConnection, model: SqlModel) -> None:
    """Write the model's texts into the database; `create or replace` drops what stood there before."""
    comments = [f"comment on table {model.name} is {literal(model.about)}"]
    for column, text in model.columns.items():
        comments.append(f"comment on column {model.name}.{identifier(column)} is {literal(text)}")
    with transaction(connection):  # one by one, each would be a commit to the disk
        connection.execute(";".join(comments))


def _create(
    connection: DuckDBPyConnection, model: SqlModel
) -> tuple[tuple[tuple[str, str, str], ...], bool]:
    """Make the table or view; return its columns (name, DuckDB type, comment), and if it lay in its order."""
    create = f"create or replace {model.materialized} {model.name} as"
    sort = f" order by {', '.join(model.sorted_by)}" if model.sorted_by else ""
    sorted_query = f"from ({model.query}\n){sort}" if sort else model.query
    is_in_order = False
    if model.ordered:
        with _keeping_order(connection):
            connection.execute(f"{create} {model.query}")
        is_in_order = connection.execute(f"select {model.out_of_order}").fetchall() == [(0,)]
    if not is_in_order:
        with _joins_as_written(connection) if model.joins_as_written else nullcontext():
            try:
                connection.execute(f"{create} {sorted_query}")
            except duckdb.OutOfMemoryException:
                _create_in_steps(connection, model, f"{create} from temp.unsorted{sort}")
    described = connection.execute(f"describe {model.name}").fetchall()
    names = [name for name, *_ in described]
    if names != list(model.columns):
        lacking = {
            "header": [name for name in names if name not in model.columns],
            "query": [name for name in model.columns if name not in names],
        }
        parts = [f"the {part} lacks {', '.join(lost)}" for part, lost in lacking.items() if lost]
        what = " and ".join(parts) or f"the header's order differs; write {', '.join(names)}"
        raise ModelBuildFailed(model, f"rule columns: {what}")
    return tuple((name, kind, model.columns[name]) for name, kind, *_ in described), is_in_order


def _create_in_steps(connection: DuckDBPyConnection, model: SqlModel, create: str) -> None:
    """Make a table that memory is short for: by one thread, all its rows before they are sorted.

    Each of several threads would hold rows of its own, and joins hold theirs while their result is sorted.
    """
    with _one_thread(connection):
        connection.execute(f"create or replace temp table unsorted as {model.query}")
        connection.execute(create)
        connection.execute("drop table temp.unsorted")


@contextmanager
def _one_thread(connection: DuckDBPyConnection) -> Iterator[None]:
    """Let one thread do the block's work, and all of them what follows."""
    [(threads,)] = connection.execute("select current_setting('threads')").fetchall()
    connection.execute("set threads = 1")
    try:
        yield
    finally:
        connection.execute(f"set threads = {threads}")


@contextmanager
def _joins_as_written(connection: DuckDBPyConnection) -> Iterator[None]:
    """Let joins run in the order of the query, and look up the rows of what stands behind `join`.

    DuckDB would else choose both by how many rows it expects.
    """
    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        connection.execute("reset disabled_optimizers")


@contextmanager
def _keeping_order(connection: DuckDBPyConnection) -> Iterator[None]:
    """Make rows lie as a query returns them; only rows that are joined to others keep their order.

    Several threads would each write the rows of a join that they come to.
    """
    connection.execute("set preserve_insertion_order = true")
    try:
        with _joins_as_written(connection), _one_thread(connection):
            yield
    finally:
        connection.execute("set preserve_insertion_order = false")


def _audit(
    connection: DuckDBPyConnection, model: SqlModel, *, is_in_order: bool
) -> tuple[int, tuple[CheckResult, ...]]:
    """Count the rows and run every check, so that one run shows everything that is wrong.

    What the order answered is not asked again.
    """
    row_count, passed = _screen(connection, model, model.out_of_order if is_in_order else "")
    results: list[CheckResult] = []
    for check in model.checks:
        try:
            if check.name in passed:
                results.append(CheckResult(check.name, check.about, check.severity, 0))
            else:
                results.append(run_check(connection, model, check))
        except duckdb.Error as error:
            message = f"check {check.name} cannot run: {_one_line(error)}"
            raise ModelBuildFailed(model, message, results) from None
    broken = [
        result for result in results if not result.passed and result.severity is Severity.ERROR
    ]
    if broken:
        raise ModelBuildFailed(model, "; ".join(map(str, broken)), results)
    return row_count, tuple(results)


def _screen(
    connection: DuckDBPyConnection, model: SqlModel, answered: str
) -> tuple[int, frozenset[str]]:
    """Read the table once for all screens; return its rows, and which checks they say are passed."""
    screens = {check.name: check.screen for check in model.checks if check.screen}
    asked = ["0" if screen == answered else screen for screen in screens.values()]
    try:
        query = f"select {', '.join(['count(*)', *asked])} from {model.name}"
        [(row_count, *counts)] = connection.execute(query).fetchall()
    except duckdb.Error:  # each check by itself says which of them it is
        [(row_count,)] = connection.execute(f"select count(*) from {model.name}").fetchall()
        return row_count, frozenset()
    passed = (name for name, count in zip(screens, counts, strict=True) if count == 0)
    return row_count, frozenset(passed)


def run_check(connection: DuckDBPyConnection, model: SqlModel, check: Check) -> CheckResult:
    """Count the rows of the freshly built table that break one rule, and keep the grain of ten of them."""
    failing = f"({check.failing}\n)"
    [(count,)] = connection.execute(f"select count(*) from {failing}").fetchall()
    examples: tuple[dict[str, object], ...] = ()
    if count:
        described = connection.execute(f"describe from {failing}").fetchall()
        key = [column for column, *_ in described if column in model.grain]
        if key:
            names = ", ".join(map(identifier, key))
            query = f"select {names} from {failing} order by all limit {EXAMPLES}"
            rows = connection.execute(query).fetchall()
            examples = tuple(dict(zip(key, row, strict=True)) for row in rows)
    return CheckResult(check.name, check.about, check.severity, count, examples)


def _one_line(error: Exception) -> str:
    """Return DuckDB's message without the excerpt of the query that follows it."""
    return " ".join(re.split(r"\n+LINE \d+:", str(error))[0].split())


def build_variables(settings: Settings) -> dict[str, object]:
    """Return the variables that SQL reads with `getvariable`; `as_of` is the only "now" there is."""
    return {
        "as_of": settings.now(),
        "time_zone": settings.time_zone,
        "price_tier": settings.price_tier,
        "stale_after_days": settings.stale_after_days,
        "etd_means": settings.etd_means,
        "ships_from": settings.ships_from,
        "sells_without_stock": settings.sells_without_stock == "yes",
        "default_lead_days": settings.default_lead_days,
        "default_transfer_days": settings.default_transfer_days,
        "overdue_limit_days": settings.overdue_limit_days,
        "default_branch_id": settings.default_branch_id,
        "skip_entities": ",".join(sorted(settings.skip_entities)),
        "forecast_engines": ",".join(settings.forecast_engines),
        "forecast_max_age_days": settings.forecast_max_age_days,
    }
