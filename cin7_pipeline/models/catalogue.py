"""All models of `sql/`, in the order they must be built, with what depends on what.

Dependencies are read from the SQL and never declared. Depends on nothing but the files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from cin7_pipeline.models.checks import checks_of
from cin7_pipeline.models.sql_model import (
    Check,
    ModelError,
    SqlModel,
    parse_model,
    parse_query,
    read_header,
    severity_of,
    split_file,
    tables_read,
    text_of,
)

SQL_FOLDER = Path(__file__).resolve().parents[2] / "sql"
SCHEMAS = ("staging", "core", "planning")


@dataclass(frozen=True)
class Catalogue:
    """The models in build order: what a model reads stands before it."""

    models: tuple[SqlModel, ...]

    @cached_property
    def _by_name(self) -> Mapping[str, SqlModel]:
        return {model.name: model for model in self.models}

    def model(self, name: str) -> SqlModel:
        """The model called `schema.table`.

        Raises:
            ModelError: no file makes it.
        """
        if name not in self._by_name:
            msg = f"There is no model {name}; a model is a file sql/<schema>/<table>.sql"
            raise ModelError(msg)
        return self._by_name[name]

    def parents(self, model: SqlModel) -> tuple[SqlModel, ...]:
        """The models that it reads itself, in build order; raw and settings tables are none."""
        return tuple(other for other in self.models if other.name in model.reads)

    def upstream(self, names: Iterable[str]) -> tuple[SqlModel, ...]:
        """The named models and all they are made from, in build order."""
        wanted = {self.model(name).name for name in names}
        for model in reversed(self.models):
            if model.name in wanted:
                wanted |= model.reads
        return tuple(model for model in self.models if model.name in wanted)

    def downstream(self, names: Iterable[str]) -> tuple[SqlModel, ...]:
        """The models made from the named tables (raw ones too), and the named models themselves."""
        wanted = set(names)
        for model in self.models:
            if wanted & model.reads:
                wanted.add(model.name)
        return tuple(model for model in self.models if model.name in wanted)


@cache
def load_catalogue(folder: Path = SQL_FOLDER) -> Catalogue:
    """Every model of the folder, with the checks of `checks/` added to the models they guard.

    Read once a process, which thus builds the models that it declared, whatever is edited meanwhile.

    Raises:
        ModelError: a file breaks the format, reads a table that no file makes, or the models
            read one another in a circle.
    """
    models = {
        model.name: model
        for schema in SCHEMAS
        for model in map(parse_model, sorted((folder / schema).glob("*.sql")))
    }
    for path in sorted((folder / "checks").glob("*.sql")):
        name = path.stem.partition("__")[0]
        if name not in models:
            msg = f"{path}: there is no model {name}; name it <schema>.<model>__<rule>.sql"
            raise ModelError(msg)
        checks = (*models[name].checks, _cross_check(path))
        models[name] = replace(models[name], checks=checks)
    for model in models.values():
        _refuse_contradictions(model, models)
    return Catalogue(_in_build_order(models))


def _cross_check(path: Path) -> Check:
    """A rule over several tables: the file's query returns the rows that break it."""
    header, query = split_file(path)
    fields = read_header(header, path, {"about"}, {"severity"})
    rule = path.stem.partition("__")[2]
    if not rule:
        msg = f"{path}: the rule has no name; name it <schema>.<model>__<rule>.sql"
        raise ModelError(msg)
    return Check(
        name=rule,
        about=text_of(fields["about"], "about", path),
        failing=query,
        severity=severity_of(fields.get("severity"), path),
        reads=tables_read(parse_query(query, path), path),
    )


def _refuse_contradictions(model: SqlModel, models: Mapping[str, SqlModel]) -> None:
    """Names that mean two things or nothing: of checks, and of tables that models should make."""
    names = [check.name for check in checks_of(model)]
    if twice := {name for name in names if names.count(name) > 1}:
        msg = f"{model.path}: two checks are called {', '.join(sorted(twice))}; rename one"
        raise ModelError(msg)
    made_here = (table for table in model.reads if table.partition(".")[0] in SCHEMAS)
    if unknown := sorted(table for table in made_here if table not in models):
        msg = f"{model.path}: reads {', '.join(unknown)}, which no file in sql/ makes"
        raise ModelError(msg)


def _in_build_order(models: Mapping[str, SqlModel]) -> tuple[SqlModel, ...]:
    graph = {name: sorted(model.reads & models.keys()) for name, model in models.items()}
    try:
        return tuple(models[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        msg = f"The models read one another in a circle: {circle}; cut it at one of them"
        raise ModelError(msg) from None
