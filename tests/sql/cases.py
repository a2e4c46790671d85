"""Given/expect cases for SQL models: the files beside this one, read and run on an empty account.

Every model is built once on empty raw tables; a case then fills its tables and rebuilds only what
lies between them and the model it is about, in a transaction that is rolled back.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from cin7_pipeline.models.build import prepare_connection
from cin7_pipeline.models.catalogue import Catalogue
from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.models.sql_model import SqlModel
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings import BusinessSettings
from cin7_pipeline.warehouse.raw_tables import create_raw_tables

CASES_FOLDER = Path(__file__).parent
VARIABLES: Mapping[str, object] = {
    "as_of": datetime(2026, 6, 30, tzinfo=UTC),
    "time_zone": "Australia/Sydney",
    "price_tier": "wholesale",
    "stale_after_days": 60,
    "etd_means": "delivery",
    "ships_from": "branch",
    "sells_without_stock": False,
    "default_lead_days": 30,
    "default_transfer_days": 7,
    "overdue_limit_days": 42,
    "default_branch_id": None,
    "skip_entities": "",
    "forecast_engines": "",
    "forecast_max_age_days": 14,
}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One example of what a model makes of some rows."""

    model: str
    name: str
    expect: Rows
    given: dict[str, Rows] = field(default_factory=dict)
    variables: dict[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """How pytest names it."""
        return f"{self.model}: {self.name}"


def read_cases(folder: Path = CASES_FOLDER) -> list[Case]:
    """Return the cases of every `<schema>/…/<model>.yaml` below the folder."""
    return [
        case
        for path in sorted(folder.glob("*/**/*.yaml"))
        for case in _read_file(path, f"{path.relative_to(folder).parts[0]}.{path.stem}")
    ]


def _read_file(path: Path, model: str) -> Iterator[Case]:
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        given = {table: rows or [] for table, rows in (entry.get("given") or {}).items()}
        inside = given.pop("variables", None)
        variables = dict(inside or entry.get("variables") or {})
        if unknown := set(entry) - {"name", "given", "variables", "expect"}:
            msg = f"{path}: case {entry.get('name')!r} has unknown keys {sorted(unknown)}"
            raise ValueError(msg)
        yield Case(model, entry["name"], entry["expect"] or [], given, variables)


class Bench:
    """An empty account in memory, on which cases are tried out one after the other."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.connection = duckdb.connect()
        # For a handful of rows, planning a query is nearly all of its time.
        self.connection.execute("set threads = 1; pragma disable_optimizer")
        self._built: set[str] = set()
        create_raw_tables(self.connection, ENDPOINTS.values())
        write_business_settings(self.connection, BusinessSettings())
        prepare_connection(self.connection, VARIABLES)

    def close(self) -> None:
        """Forget everything."""
        self.connection.close()

    def check(self, case: Case) -> None:
        """Fail with both sets of rows unless the model makes exactly the expected ones.

        Only the columns that the case names are compared; the order of rows is not.
        """
        model = self.catalogue.model(case.model)
        self._build_empty((model.name, *(t for t in case.given if not _is_source(t))))
        with self._situation(case):
            self._rebuild(model, case)
            expected, actual = self._compare(model, case)
        missing, surplus = expected - actual, actual - expected
        if missing or surplus:
            pytest.fail(_difference(_columns_of(case, model), missing, surplus, actual), False)

    def rows(self, case: Case) -> Rows:
        """Return the rows that the model makes of what the case gives."""
        model = self.catalogue.model(case.model)
        self._build_empty((model.name, *(t for t in case.given if not _is_source(t))))
        with self._situation(case):
            self._rebuild(model, case)
            found = self.connection.execute(f"from {model.name}")
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _build_empty(self, names: tuple[str, ...]) -> None:
        """Make the tables that the models need, from nothing, unless they are there already."""
        for model in self.catalogue.upstream(names):
            if model.name not in self._built:
                self._create(model)
                self._built.add(model.name)

    @contextmanager
    def _situation(self, case: Case) -> Iterator[None]:
        prepare_connection(self.connection, case.variables)
        self.connection.execute("begin transaction")
        try:
            for table, rows in case.given.items():
                self.connection.execute(f"delete from {table}")
                self._insert(table, rows)
            yield
        finally:
            self.connection.execute("rollback")
            prepare_connection(self.connection, VARIABLES if case.variables else {})

    def _rebuild(self, target: SqlModel, case: Case) -> None:
        """Build again what the case's rows or variables may have changed; given tables stay."""
        touched = {model.name for model in self.catalogue.downstream(case.given)}
        for model in self.catalogue.upstream([target.name]):
            is_given = model.name in case.given and model is not target
            if not is_given and (model.name in touched or case.variables):
                self._create(model)

    def _create(self, model: SqlModel) -> None:
        """Make a table of it, also where a build makes a view: a case may give its rows."""
        try:
            self.connection.execute(f"create or replace table {model.name} as {model.query}")
        except duckdb.Error as error:
            msg = f"{model.name} cannot be built: {error}"
            raise AssertionError(msg) from None

    def _compare(self, model: SqlModel, case: Case) -> tuple[Counter[tuple], Counter[tuple]]:
        """The expected and the actual rows, both as DuckDB has them in the table's types."""
        listed = ", ".join(f'"{name}"' for name in _columns_of(case, model))
        actual = self._rows(f"select {listed} from {model.name}")
        copy = f"create or replace temp table expected as select {listed} from {model.name} limit 0"
        self.connection.execute(copy)
        self._insert("expected", case.expect)
        return self._rows("select * from expected"), actual

    def _rows(self, query: str) -> Counter[tuple]:
        rows = self.connection.execute(query).fetchall()
        return Counter(tuple(_comparable(value) for value in row) for row in rows)

    def _insert(self, table: str, rows: Rows) -> None:
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            statement = f"insert into {table} ({names}) values ({marks})"
            try:
                self.connection.execute(statement, [_bound(value) for value in row.values()])
            except duckdb.Error as error:
                msg = f"{table} does not take the row {row}: {error}"
                raise AssertionError(msg) from None


def _columns_of(case: Case, model: SqlModel) -> list[str]:
    """The columns that the expected rows name (all, where none is expected)."""
    names = list(case.expect[0] if case.expect else model.columns)
    if odd := [row for row in case.expect if set(row) != set(names)]:
        msg = f"{case.id}: name the same columns in every expected row; {odd[0]} differs"
        raise AssertionError(msg)
    return names


def _is_source(table: str) -> bool:
    return table.partition(".")[0] in {"raw", "settings"}


def _bound(value: Any) -> Any:
    """A value as DuckDB binds it: JSON columns may be written as YAML."""
    return json.dumps(value) if isinstance(value, list | dict) else value


def _comparable(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def _difference(
    names: list[str], missing: Counter[tuple], surplus: Counter[tuple], actual: Counter[tuple]
) -> str:
    parts = {"expected, but not there": missing, "there, but not expected": surplus}
    parts["all rows of the model"] = actual
    lines = [f"columns: {', '.join(names)}"]
    for title, rows in parts.items():
        lines.append(f"{title} ({rows.total()}):")
        texts = sorted(" | ".join(map(_shown, row)) for row in rows.elements())
        lines += [f"    {text}" for text in texts[:50]]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
