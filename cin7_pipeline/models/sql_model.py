"""This module reads one `.sql` file: what its header declares, and the query below it.

It does not order models (`catalogue`) and builds no table (`build`). Authors find the format in
`sql/README.md`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.warehouse.sql import identifier

DIALECT = "duckdb"


class ModelError(PipelineError):
    """A file in `sql/` that breaks the format; the message says which, how, and what is right."""


class Severity(StrEnum):
    """What a broken check does: `error` keeps the earlier table, `warn` only reports."""

    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True)
class Check:
    """One rule of a model; `failing` is the query that returns the rows breaking it.

    `screen` is a cheaper expression, if there is one, over all rows of the table: where it is 0, no row
    breaks the rule. `is_contract` says that it is no rule of the business, but of the grain or of what a
    single column may hold.
    """

    name: str
    about: str
    failing: str
    severity: Severity = Severity.ERROR
    reads: frozenset[str] = frozenset()
    screen: str = ""
    is_contract: bool = False


@dataclass(frozen=True)
class SqlModel:
    """One file below `sql/<schema>/`: the first folder is the schema, the file's stem the table.

    `sources` are the tables that the query reads; `checks` stand in the order they run, grain first.
    A column whose text is '' inherits it. Where it is `ordered`, the query itself returns its rows as
    `sorted_by` says. With `joins_as_written` DuckDB joins in the order of the query. `example` is a
    question that the table answers, as a comment and a query.
    """

    schema: str
    table: str
    path: Path
    about: str
    grain: tuple[str, ...]
    columns: dict[str, str]
    checks: tuple[Check, ...]
    query: str
    sources: frozenset[str]
    materialized: str = "table"
    sorted_by: tuple[str, ...] = ()
    ordered: bool = False
    joins_as_written: bool = False
    example: str = ""

    @property
    def name(self) -> str:
        """The table as queries write it, `schema.table`."""
        return f"{self.schema}.{self.table}"

    @property
    def out_of_order(self) -> str:
        """The expression that counts the rows that do not lie above the one before as `sorted_by` says."""
        return _out_of_order(self.name, self.grain, self.sorted_by)

    @property
    def reads(self) -> frozenset[str]:
        """The tables its query and its checks read, as `schema.table`, but not itself through a check."""
        return self.sources.union(*(check.reads - {self.name} for check in self.checks))


def parse_model(path: Path, schema: str, cross_checks: Sequence[Check] = ()) -> SqlModel:
    """Return the model that a file declares, guarded by its own checks and by the cross-checks.

    Raises:
        ModelError: the header or the query breaks the format.
    """
    fields, query = read_file(
        path,
        {"about", "grain", "columns"},
        {"checks", "sorted_by", "ordered", "joins_as_written", "materialized", "example"},
    )
    columns = _mapping(fields, "columns", "name: meaning and unit", path)
    if not columns:
        msg = f"{path}: columns is empty; write one line 'name: meaning and unit' per column"
        raise ModelError(msg)
    texts = {
        name: "" if text is None else _text_of(text, f"column {name}", path)
        for name, text in columns.items()
    }
    kind = _kind(fields, schema, path)
    ordered = _is_true(fields, "ordered", path)
    if ordered and "sorted_by" not in fields:
        msg = f"{path}: ordered is true; write the order below sorted_by"
        raise ModelError(msg)
    name = f"{schema}.{path.stem}"
    grain = _listed(fields, "grain", "the columns that tell its rows apart", path)
    sorted_by = _listed(fields, "sorted_by", "the columns that people look for first", path)
    rules = _mapping(fields, "checks", "name: boolean expression", path)
    sources = _tables_read(_parse_query(query, path), path)
    grain_checks = _grain_checks(name, grain, sorted_by)
    if kind == "view" and (schema == "core" or sources == {f"raw.{path.stem}"}):
        # Rows of raw are merged by this key, and those of core are counted in the table made of them;
        # to run the query of a view once more costs seconds.
        grain_checks = grain_checks[1:]
    return SqlModel(
        schema=schema,
        table=path.stem,
        path=path,
        about=_text_of(fields["about"], "about", path),
        grain=grain,
        columns=texts,
        checks=(
            *grain_checks,
            *(_row_check(check, rule, name, path) for check, rule in rules.items()),
            *cross_checks,
        ),
        query=query,
        sources=sources,
        materialized=kind,
        sorted_by=sorted_by,
        ordered=ordered,
        joins_as_written=_is_true(fields, "joins_as_written", path),
        example=str(fields.get("example", "")).strip(),
    )


def parse_check(path: Path) -> Check:
    """Return the rule over several tables that a file declares: its query returns the rows that break it.

    Raises:
        ModelError: the header, the query or the file's name breaks the format.
    """
    fields, query = read_file(path, {"about"}, {"severity"})
    rule = path.stem.partition("__")[2]
    if not rule:
        msg = f"{path}: the rule has no name; name it <schema>.<model>__<rule>.sql"
        raise ModelError(msg)
    return Check(
        name=rule,
        about=_text_of(fields["about"], "about", path),
        failing=query,
        severity=_severity(fields.get("severity"), path),
        reads=_tables_read(_parse_query(query, path), path),
    )


def parse_shared_texts(path: Path) -> dict[str, str]:
    """Return the texts, by name, of columns that mean the same in many models of a schema.

    Raises:
        ModelError: the file, which need not exist, breaks the format.
    """
    found = _parse_yaml(path.read_text(encoding="utf-8"), path) if path.exists() else None
    texts = _mapping({"columns": found}, "columns", "name: meaning and unit", path)
    return {name: _text_of(text, f"column {name}", path) for name, text in texts.items()}


def _grain_checks(table: str, grain: Sequence[str], sorted_by: Sequence[str]) -> tuple[Check, ...]:
    """Return the two rules that every model has: its grain is unique, and no part of it is null."""
    key = ", ".join(map(identifier, grain))
    rows = f"select {key} from {table}"
    is_null = " or ".join(f"{identifier(column)} is null" for column in grain)
    # As many hashes as rows: unique. Two keys of one hash by chance only run the query of the check.
    screen = f"count(*) - count(distinct hash({key}))"
    if set(sorted_by) == set(grain):
        screen = _out_of_order(table, grain, sorted_by)
    return (
        Check(
            name="grain_is_unique",
            about=f"One row per {', '.join(grain)}.",
            failing=f"{rows} qualify count(*) over (partition by {key}) > 1",
            screen=screen,
            is_contract=True,
        ),
        Check(
            name="grain_is_not_null",
            about=f"{', '.join(grain)} are always known.",
            failing=f"{rows} where {is_null}",
            screen=f"count(*) filter (where {is_null})",
            is_contract=True,
        ),
    )


def read_file(path: Path, required: set[str], optional: set[str]) -> tuple[dict[str, Any], str]:
    """Return the header, which has all `required` keys and none that is unknown, and the query below it."""
    found = re.fullmatch(r"\s*/\*(.*?)\*/(.*)", path.read_text(encoding="utf-8"), re.DOTALL)
    query = found[2].strip().rstrip(";").strip() if found else ""
    if not found or not query:
        msg = f"{path}: no header and query; start the file with /* about: … */, then one query"
        raise ModelError(msg)
    header = _parse_yaml(found[1], path)
    keys = set(header) if isinstance(header, dict) else set()
    if missing := required - keys:
        msg = f"{path}: the header lacks {', '.join(sorted(missing))}; see sql/README.md"
        raise ModelError(msg)
    if unknown := keys - required - optional:
        allowed = ", ".join(sorted(required | optional))
        msg = f"{path}: the header has {', '.join(map(str, unknown))}; allowed are {allowed}"
        raise ModelError(msg)
    return dict(header), query


def _parse_yaml(text: str, path: Path) -> Any:
    try:
        return yaml.load(text, yaml.CSafeLoader)  # in C: each command reads all headers
    except yaml.YAMLError as error:
        msg = f"{path}: the header is not YAML ({_one_line(error)}); quote text that holds a colon"
        raise ModelError(msg) from None


def _parse_query(query: str, path: Path) -> exp.Query:
    """Return the syntax tree of exactly one query."""
    try:
        trees = [tree for tree in sqlglot.parse(query, dialect=DIALECT) if tree is not None]
    except SqlglotError as error:
        msg = f"{path}: the query cannot be parsed: {_one_line(error)}"
        raise ModelError(msg) from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        msg = f"{path}: {len(trees)} statements; a file holds one header and one select"
        raise ModelError(msg)
    return trees[0]


def _tables_read(tree: exp.Query, path: Path) -> frozenset[str]:
    """Return every table that the query reads, as `schema.table`; names of CTEs are not tables."""
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if not isinstance(source, exp.Table) or source.db:
                continue
            if isinstance(source.this, exp.Identifier):  # else a function, such as generate_series
                msg = f"{path}: table {source.name} has no schema; write schema.{source.name}"
                raise ModelError(msg)
    return frozenset(f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db)


def _out_of_order(table: str, grain: Sequence[str], sorted_by: Sequence[str]) -> str:
    """Return what counts rows in the wrong place; a window without an order reads them as stored.

    Where the order is one of the whole grain, none is where the one before is, which shows both.
    """
    place = f"row({', '.join(map(identifier, sorted_by))})"
    places = f"select {place} as place, lag({place}) over () as before from {table}"
    below = "<=" if set(sorted_by) == set(grain) else "<"
    return f"(select count(*) from ({places}) where place {below} before)"


def _text_of(value: object, what: str, path: Path) -> str:
    """Return the value as one line of text; refuse anything but text."""
    if not isinstance(value, str) or not value.strip():
        msg = f"{path}: {what} is {value!r}; write text (quoted where it holds a colon)"
        raise ModelError(msg)
    return " ".join(value.split())


def _severity(value: object, path: Path) -> Severity:
    """Return the severity that a header names; `error` where it names none."""
    if value not in (None, *Severity):
        msg = f"{path}: severity {value!r} is unknown; write error or warn"
        raise ModelError(msg)
    return Severity.WARN if value == Severity.WARN else Severity.ERROR


def _mapping(fields: Mapping[str, Any], key: str, line: str, path: Path) -> dict[str, Any]:
    """Return the lines below a key of the header by name; none where the key has none."""
    value = fields.get(key) or {}
    if not isinstance(value, dict):
        msg = f"{path}: {key} is {value!r}; write one line '{line}' each"
        raise ModelError(msg)
    return {str(name): entry for name, entry in value.items()}


def _kind(fields: Mapping[str, Any], schema: str, path: Path) -> str:
    """Return `table` or `view`, which a header may choose where the table is neither sorted nor published."""
    kind = fields.get("materialized", "view" if schema == "staging" else "table")
    may_be_view = schema != "planning" and "sorted_by" not in fields
    if kind != "table" and not (kind == "view" and may_be_view):
        msg = (
            f"{path}: materialized is {kind!r}; write table, or view where the table is neither sorted"
            " nor published (planning)"
        )
        raise ModelError(msg)
    return str(kind)


def _is_true(fields: Mapping[str, Any], key: str, path: Path) -> bool:
    """Return whether the header says `true` of a key; what it does not name is false."""
    value = fields.get(key, False)
    if not isinstance(value, bool):
        msg = f"{path}: {key} is {value!r}; write true, or leave it out"
        raise ModelError(msg)
    return value


def _listed(fields: Mapping[str, Any], key: str, what: str, path: Path) -> tuple[str, ...]:
    """Return the columns that a key of the header lists; none where an optional key is left out."""
    if key not in fields:
        return ()
    value = fields[key]
    if not isinstance(value, list) or not value or not all(n in fields["columns"] for n in value):
        msg = f"{path}: {key} is {value!r}; list {what}: [a, b]"
        raise ModelError(msg)
    return tuple(value)


def _row_check(name: str, rule: object, table: str, path: Path) -> Check:
    """Return a check of each row; a null result passes, as in SQL's own `check` constraints."""
    parts: Mapping[str, object] = rule if isinstance(rule, dict) else {"expect": rule}
    if unknown := set(parts) - {"expect", "severity"}:
        msg = f"{path}: check {name} has {', '.join(unknown)}; allowed are expect and severity"
        raise ModelError(msg)
    expect = _text_of(parts.get("expect"), f"check {name}", path)
    failing = f"select * from {table} where not ({expect})"
    tree = _parse_query(failing, path)
    severity = _severity(parts.get("severity"), path)
    is_of_one_column = len({column.name for column in tree.find_all(exp.Column)}) == 1
    return Check(
        name,
        expect,
        failing,
        severity,
        reads=_tables_read(tree, path),
        screen=f"count(*) filter (where not ({expect}))",
        is_contract=is_of_one_column and severity is Severity.ERROR,
    )


def _one_line(error: Exception) -> str:
    return " ".join(re.sub(r"\x1b\[\d*m", "", str(error)).split())
