"""What a model promises, as queries for the rows that break it, and what they found.

The rules every model has (grain) come from here; its own ones stand in its file.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from cin7_pipeline.models.sql_model import Check, Severity, SqlModel
from cin7_pipeline.warehouse.sql import identifier


@dataclass(frozen=True)
class CheckResult:
    """What one check found; `example` are grain values of one failing row, never other columns."""

    name: str
    about: str
    severity: Severity
    failing_rows: int
    example: dict[str, object] | None = None

    @property
    def passed(self) -> bool:
        """True where no row breaks the rule."""
        return self.failing_rows == 0

    @property
    def is_fatal(self) -> bool:
        """True where the table must not be kept."""
        return not self.passed and self.severity is Severity.ERROR


def checks_of(model: SqlModel) -> tuple[Check, ...]:
    """Every check of a model, in the order they run: grain first, then those of its file."""
    return (*_grain_checks(model), *model.checks)


def run_check(connection: DuckDBPyConnection, model: SqlModel, check: Check) -> CheckResult:
    """Count the rows of the freshly built table that break one rule."""
    cursor = connection.execute(f"select count(*) from ({check.failing}\n)")
    [(count,)] = cursor.fetchall()
    example = _example(connection, model, check) if count else None
    return CheckResult(check.name, check.about, check.severity, count, example)


def _grain_checks(model: SqlModel) -> Iterator[Check]:
    key = ", ".join(map(identifier, model.grain))
    rows = f"select {key} from {model.name}"
    yield Check(
        name="grain_is_unique",
        about=f"One row per {', '.join(model.grain)}.",
        failing=f"{rows} qualify count(*) over (partition by {key}) > 1",
    )
    yield Check(
        name="grain_is_not_null",
        about=f"{', '.join(model.grain)} are always known.",
        failing=f"{rows} where {' or '.join(f'{identifier(c)} is null' for c in model.grain)}",
    )


def _example(
    connection: DuckDBPyConnection, model: SqlModel, check: Check
) -> dict[str, object] | None:
    described = connection.execute(f"describe {check.failing}").fetchall()
    key = [column for column, *_ in described if column in model.grain]
    if not key:
        return None
    names = ", ".join(map(identifier, key))
    query = f"select {names} from ({check.failing}\n) order by all limit 1"
    return dict(zip(key, connection.execute(query).fetchall()[0], strict=True))
