"""This module reads all models of `sql/` and puts them into the order in which they must be built.

Dependencies are read from the SQL and never declared. It reads files only, and no database.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import filter as matching
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from cin7_pipeline.models.sql_model import (
    Check,
    ModelError,
    SqlModel,
    parse_check,
    parse_model,
    parse_shared_texts,
)

_PACKAGE = Path(__file__).resolve().parents[1]
# An installed package has the models inside; a clone has them beside it.
SQL_FOLDER = next(f for f in (_PACKAGE / "sql", _PACKAGE.parent / "sql") if f.is_dir())
SCHEMAS = ("staging", "core", "issues", "planning", "explain")


@dataclass(frozen=True)
class Catalogue:
    """The models in build order: what a model reads stands before it."""

    models: tuple[SqlModel, ...]

    @cached_property
    def by_name(self) -> Mapping[str, SqlModel]:
        """The models by `schema.table`."""
        return {model.name: model for model in self.models}

    def model(self, name: str) -> SqlModel:
        """Return the model called `schema.table`.

        Raises:
            ModelError: no file makes it.
        """
        if name not in self.by_name:
            close = get_close_matches(name, self.by_name)
            hint = f"did you mean {' or '.join(close)}?" if close else "see sql/README.md"
            msg = f"There is no model {name}; a model is a file below sql/<schema>/; {hint}"
            raise ModelError(msg)
        return self.by_name[name]

    def select(self, selectors: Iterable[str]) -> tuple[SqlModel, ...]:
        """Return the models that any selector names, with all they are made from, in build order.

        A selector is a name or a pattern (`staging.*`); a `+` behind it adds all that is made from it.

        Raises:
            ModelError: a selector names no model.
        """
        chosen: set[str] = set()
        for selector in selectors:
            pattern = selector.removesuffix("+")
            names = matching(self.by_name, pattern) or [self.model(pattern).name]
            below = self.downstream(names) if selector.endswith("+") else ()
            chosen.update(names, (model.name for model in below))
        return self.upstream(chosen)

    def tables_read(self, model: SqlModel) -> set[str]:
        """Return the tables that the model holds or reads, also those below the views it reads."""
        tables = {model.name} if model.materialized == "table" else set()
        for name in model.reads:
            below = self.by_name.get(name)
            is_view = below and below.materialized == "view"
            tables |= self.tables_read(below) if below and is_view else {name}
        return tables

    def upstream(self, names: Iterable[str]) -> tuple[SqlModel, ...]:
        """Return the named models and all they are made from, in build order."""
        wanted = {self.model(name).name for name in names}
        for model in reversed(self.models):
            if model.name in wanted:
                wanted |= model.reads
        return tuple(model for model in self.models if model.name in wanted)

    def downstream(self, names: Iterable[str]) -> tuple[SqlModel, ...]:
        """Return the named models and all made from the named tables (raw ones too), in build order."""
        wanted = set(names)
        for model in self.models:
            if wanted & model.reads:
                wanted.add(model.name)
        return tuple(model for model in self.models if model.name in wanted)


@cache
def sql_digest(folder: Path = SQL_FOLDER) -> str:
    """Return a short name for what the folder's files say, without parsing them.

    It is that of the files that `load_catalogue` reads or has read in this process.
    """
    texts = [
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".sql", ".yaml")
    ]
    return hashlib.sha256(repr(texts).encode()).hexdigest()


@cache
def load_catalogue(folder: Path = SQL_FOLDER) -> Catalogue:
    """Return every model of the folder, guarded by the rules of `checks/`.

    Files are read once a process, which thus builds what it declared, whatever is edited meanwhile.

    Raises:
        ModelError: a file breaks the format, two make the same table, one reads a table that no file
            makes, or the models read one another in a circle.
    """
    sql_digest(folder)
    cross_checks: dict[str, list[Check]] = defaultdict(list)
    for path in sorted((folder / "checks").glob("*.sql")):
        cross_checks[path.stem.partition("__")[0]].append(parse_check(path))
    models: dict[str, SqlModel] = {}
    for schema in SCHEMAS:
        for path in sorted((folder / schema).rglob("*.sql")):
            model = parse_model(path, schema, cross_checks.pop(f"{schema}.{path.stem}", ()))
            if model.name in models:
                msg = f"{path}: {models[model.name].path} makes {model.name} too; rename one"
                raise ModelError(msg)
            models[model.name] = model
    for name, checks in cross_checks.items():
        path = folder / "checks" / f"{name}__{checks[0].name}.sql"
        msg = f"{path}: there is no model {name}; name it <schema>.<model>__<rule>.sql"
        raise ModelError(msg)
    for model in models.values():
        rules = [check.name for check in model.checks]
        if twice := {rule for rule in rules if rules.count(rule) > 1}:
            msg = f"{model.path}: two checks are called {', '.join(sorted(twice))}; rename one"
            raise ModelError(msg)
        made_here = {table for table in model.reads if table.partition(".")[0] in SCHEMAS}
        if unknown := sorted(made_here - models.keys()):
            msg = f"{model.path}: reads {', '.join(unknown)}, which no file in sql/ makes"
            raise ModelError(msg)
    shared = {schema: parse_shared_texts(folder / schema / "columns.yaml") for schema in SCHEMAS}
    ordered: dict[str, SqlModel] = {}
    graph = {name: sorted(model.reads & models.keys()) for name, model in models.items()}
    try:
        build_order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        msg = f"The models read one another in a circle: {circle}; cut it at one of them"
        raise ModelError(msg) from None
    for name in build_order:
        ordered[name] = _with_inherited_texts(models[name], ordered, shared[models[name].schema])
    return Catalogue(tuple(ordered.values()))


def _with_inherited_texts(
    model: SqlModel, models: Mapping[str, SqlModel], shared: Mapping[str, str]
) -> SqlModel:
    """Give a column without a text its schema's shared one, else the only one in the models it reads."""
    texts = dict(model.columns)
    parents = [models[name] for name in sorted(model.sources & models.keys())]
    for column in (name for name, text in texts.items() if not text):
        found = {parent.columns[column] for parent in parents if column in parent.columns}
        if column not in shared and len(found) != 1:
            why = "say different things" if found else "have no such column"
            msg = f"{model.path}: column {column} has no text, and the models it reads {why}: write one"
            raise ModelError(msg)
        texts[column] = shared.get(column) or found.pop()
    return replace(model, columns=texts)
