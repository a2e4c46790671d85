"""One model: what the `.sql` file declares in its header, and the query below it.

Not here: how models depend on one another (`catalogue`) and how a table is made (`build`).
The format is explained to authors in `sql/README.md`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from cin7_pipeline.errors import PipelineError

DIALECT = "duckdb"


class ModelError(PipelineError):
    """A file in `sql/` breaks the format; the message says which, how, and what is right."""


class Severity(StrEnum):
    """What a broken check does: `error` keeps the earlier table, `warn` only reports."""

    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True)
class Check:
    """One rule of a model; `failing` is the query that returns the rows breaking it."""

    name: str
    about: str
    failing: str
    severity: Severity = Severity.ERROR
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SqlModel:
    """One file of `sql/<schema>/`: the folder is the schema, the file stem the table."""

    schema: str
    table: str
    path: Path
    about: str
    grain: tuple[str, ...]
    columns: dict[str, str]
    checks: tuple[Check, ...]
    query: str
    sorted_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table as queries write it, `schema.table`."""
        return f"{self.schema}.{self.table}"

    @cached_property
    def reads(self) -> frozenset[str]:
        """The tables its query and its checks read, as `schema.table`; itself is not one of them.

        Raises:
            ModelError: the query is no SQL, or names a table without its schema.
        """
        tables = set(tables_read(self.tree, self.path))
        return frozenset(tables.union(*(check.reads - {self.name} for check in self.checks)))

    @cached_property
    def tree(self) -> exp.Query:
        """The parsed query; readers must copy it before they change it."""
        return parse_query(self.query, self.path)


def parse_model(path: Path) -> SqlModel:
    """The model that a file declares.

    Raises:
        ModelError: the header or the query breaks the format.
    """
    header, query = split_file(path)
    fields = read_header(header, path, {"about", "grain", "columns"}, {"checks", "sorted_by"})
    name = f"{path.parent.name}.{path.stem}"
    model = SqlModel(
        schema=path.parent.name,
        table=path.stem,
        path=path,
        about=text_of(fields["about"], "about", path),
        grain=_listed(fields, "grain", "the columns that tell its rows apart", path),
        columns=_columns(fields["columns"], path),
        checks=_checks(fields.get("checks") or {}, name, path),
        query=query,
        sorted_by=_listed(fields, "sorted_by", "the columns that people look for first", path),
    )
    model.reads  # noqa: B018 - refuses a bad query here, where the file is named
    return model


def split_file(path: Path) -> tuple[str, str]:
    """The YAML of the opening block comment and the query that follows it."""
    found = re.fullmatch(r"\s*/\*(.*?)\*/(.*)", path.read_text(encoding="utf-8"), re.DOTALL)
    query = found[2].strip().rstrip(";").strip() if found else ""
    if not found or not query:
        msg = f"{path}: no header and query; start the file with /* about: … */, then one query"
        raise ModelError(msg)
    return found[1], query


def read_header(text: str, path: Path, required: set[str], optional: set[str]) -> dict[str, Any]:
    """The header as a mapping with all `required` keys and none that is unknown."""
    try:
        header = yaml.safe_load(text)
    except yaml.YAMLError as error:
        msg = f"{path}: the header is not YAML ({_one_line(error)}); quote text that holds a colon"
        raise ModelError(msg) from None
    keys = set(header) if isinstance(header, dict) else set()
    if missing := required - keys:
        msg = f"{path}: the header lacks {', '.join(sorted(missing))}; see sql/README.md"
        raise ModelError(msg)
    if unknown := keys - required - optional:
        allowed = ", ".join(sorted(required | optional))
        msg = f"{path}: the header has {', '.join(map(str, unknown))}; allowed are {allowed}"
        raise ModelError(msg)
    return dict(header)


def parse_query(query: str, path: Path) -> exp.Query:
    """The syntax tree of exactly one query."""
    try:
        trees = [tree for tree in sqlglot.parse(query, dialect=DIALECT) if tree is not None]
    except SqlglotError as error:
        msg = f"{path}: the query cannot be parsed: {_one_line(error)}"
        raise ModelError(msg) from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        msg = f"{path}: {len(trees)} statements; a file holds one header and one select"
        raise ModelError(msg)
    return trees[0]


def tables_read(tree: exp.Query, path: Path) -> frozenset[str]:
    """Every table that the query reads, as `schema.table`; names of CTEs are not tables."""
    sources = [
        source
        for scope in traverse_scope(tree)
        for source in scope.sources.values()
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    ]
    for bare in (source for source in sources if not source.db):
        msg = f"{path}: table {bare.name} has no schema; write schema.{bare.name}"
        raise ModelError(msg)
    written = (table for table in tree.find_all(exp.Table) if table.db)
    return frozenset(f"{table.db}.{table.name}" for table in (*sources, *written))


def text_of(value: object, what: str, path: Path) -> str:
    """The value as one line of text; anything else but text is refused."""
    if not isinstance(value, str) or not value.strip():
        msg = f"{path}: {what} is {value!r}; write text (quoted where it holds a colon)"
        raise ModelError(msg)
    return " ".join(value.split())


def severity_of(value: object, path: Path) -> Severity:
    """The severity that a header names; `error` unless said."""
    found = [severity for severity in Severity if severity == (value or Severity.ERROR)]
    if not found:
        msg = f"{path}: severity {value!r} is unknown; write error or warn"
        raise ModelError(msg)
    return found[0]


def _listed(fields: Mapping[str, Any], key: str, what: str, path: Path) -> tuple[str, ...]:
    """The columns that a key of the header lists; none where an optional key is left out."""
    if key not in fields:
        return ()
    value, columns = fields[key], fields["columns"]
    known = columns if isinstance(columns, dict) else {}
    if not isinstance(value, list) or not value or not all(name in known for name in value):
        msg = f"{path}: {key} is {value!r}; list {what}: [a, b]"
        raise ModelError(msg)
    return tuple(value)


def _columns(value: object, path: Path) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        msg = f"{path}: columns is {value!r}; write one line 'name: meaning and unit' per column"
        raise ModelError(msg)
    return {str(name): text_of(text, f"column {name}", path) for name, text in value.items()}


def _checks(value: object, table: str, path: Path) -> tuple[Check, ...]:
    if not isinstance(value, dict):
        msg = f"{path}: checks is {value!r}; write one line 'name: boolean expression' per check"
        raise ModelError(msg)
    return tuple(_check(str(name), rule, table, path) for name, rule in value.items())


def _check(name: str, rule: object, table: str, path: Path) -> Check:
    """A check per row; a null result passes, as in a `check` constraint."""
    parts: Mapping[str, object] = rule if isinstance(rule, dict) else {"expect": rule}
    if unknown := set(parts) - {"expect", "severity"}:
        msg = f"{path}: check {name} has {', '.join(unknown)}; allowed are expect and severity"
        raise ModelError(msg)
    expect = text_of(parts.get("expect"), f"check {name}", path)
    failing = f"select * from {table} where not ({expect})"
    reads = tables_read(parse_query(failing, path), path)
    return Check(name, expect, failing, severity_of(parts.get("severity"), path), reads)


def _one_line(error: Exception) -> str:
    return " ".join(re.sub(r"\x1b\[\d*m", "", str(error)).split())
