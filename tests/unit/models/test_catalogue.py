"""Which models there are, in which order they are built, and what is refused."""

import pytest

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.models.sql_model import ModelError


@pytest.fixture
def folder(tmp_path, write_model):
    """Four models of which each reads the one above it, but `core.alone`."""
    write_model("planning.a", "select id from core.b", columns="id")
    write_model("core.b", "select id from staging.c", columns="id")
    write_model("core.alone", "select id from raw.d", columns="id")
    write_model("staging.c", "select id from raw.c", columns="id")
    return tmp_path


def write_check(folder, name, text):
    """Write a check over several tables."""
    (folder / "checks").mkdir(exist_ok=True)
    (folder / "checks" / f"{name}.sql").write_text(text)


def names(models):
    """The names of models, in their order."""
    return [model.name for model in models]


def test_models_stand_behind_what_they_read(folder):
    """The build order puts a model behind everything it reads."""
    order = names(load_catalogue(folder).models)
    assert sorted(order) == ["core.alone", "core.b", "planning.a", "staging.c"]
    assert order.index("staging.c") < order.index("core.b") < order.index("planning.a")


def test_upstream_and_downstream_are_whole(folder):
    """Both reach through every level and keep the build order; raw tables have a downstream too."""
    catalogue = load_catalogue(folder)
    assert names(catalogue.upstream(["planning.a"])) == ["staging.c", "core.b", "planning.a"]
    assert names(catalogue.downstream(["core.b"])) == ["core.b", "planning.a"]
    assert names(catalogue.downstream(["raw.c"])) == ["staging.c", "core.b", "planning.a"]
    assert catalogue.model("core.b").reads == {"staging.c"}


def test_a_cross_check_belongs_to_its_model(folder):
    """A file of `checks/` guards the model in its name, which then depends on what it reads."""
    text = (
        "/* {about: All are known., severity: warn} */ select id from core.alone where id is null"
    )
    write_check(folder, "core.b__all_known", text)
    model = load_catalogue(folder).model("core.b")
    assert [check.name for check in model.checks][2:] == ["all_known"]  # behind those of the grain
    assert model.reads == {"staging.c", "core.alone"}


@pytest.mark.parametrize(
    ("name", "query", "message"),
    [
        ("core.e", "select id from core.nothing", "reads core.nothing, which no file"),
        ("staging.c", "select id from planning.a", "in a circle: .*core.b"),
        ("core.e", "select id from core.e", "in a circle: core.e → core.e"),
    ],
)
def test_tables_that_cannot_be_ordered_are_refused(folder, write_model, name, query, message):
    """A table that no file makes and a circle are refused by name."""
    write_model(name, query, columns="id")
    with pytest.raises(ModelError, match=message):
        load_catalogue(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [("core.nothing__x", "there is no model core.nothing"), ("core.b", "the rule has no name")],
)
def test_a_check_without_its_model_or_name_is_refused(folder, name, message):
    """A file of `checks/` names an existing model and a rule."""
    write_check(folder, name, "/* about: Never. */ select 1 as id")
    with pytest.raises(ModelError, match=message):
        load_catalogue(folder)


def test_two_checks_of_a_model_never_share_a_name(folder, write_model):
    """A check of the header and one of `checks/` with the same name are refused."""
    write_model("core.b", "select 1 as id", columns="id", more="checks: {same: id > 0}\n")
    write_check(folder, "core.b__same", "/* about: Never. */ select 1 as id")
    with pytest.raises(ModelError, match="two checks are called same"):
        load_catalogue(folder)


def test_an_unknown_model_is_refused_by_name(folder):
    """Asking for a model that no file makes says what a model is."""
    with pytest.raises(ModelError, match=r"no model core\.nothing"):
        load_catalogue(folder).upstream(["core.nothing"])
