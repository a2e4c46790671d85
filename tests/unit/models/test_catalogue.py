"""Which models there are, in which order they are built, and what is refused."""

import pytest

from cin7_pipeline.models.catalogue import load_catalogue, sql_digest
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
    with pytest.raises(ModelError, match=r"no model core\.nothing; a model is a file"):
        load_catalogue(folder).upstream(["core.nothing"])


def test_the_name_of_the_sql_is_another_where_a_file_says_something_else(folder, write_model):
    """A model that is only sorted otherwise makes other files, so that it is no release of before."""
    write_model("core.b", "select 1 as id", columns="id")
    before = sql_digest(folder)
    sql_digest.cache_clear()
    assert sql_digest(folder) == before
    write_model("core.b", "select 1 as id", columns="id", more="sorted_by: [id]\n")
    sql_digest.cache_clear()
    assert sql_digest(folder) != before


def test_the_name_of_the_sql_is_that_of_what_was_read(folder, write_model):
    """What is edited in a process that has read the models is not in the name of what it builds."""
    write_model("core.b", "select 1 as id", columns="id")
    load_catalogue(folder)
    write_model("core.b", "select 2 as id", columns="id")
    assert sql_digest(folder) != sql_digest.__wrapped__(folder)


@pytest.mark.parametrize(
    ("selectors", "chosen"),
    [
        (["core.b"], ["staging.c", "core.b"]),
        (["staging.c+"], ["staging.c", "core.b", "planning.a"]),
        (["core.alone+"], ["core.alone"]),
        (["core.*"], ["staging.c", "core.alone", "core.b"]),
        (["planning.*"], ["staging.c", "core.b", "planning.a"]),
        (["core.b", "staging.c", "core.b"], ["staging.c", "core.b"]),
        ([], []),
    ],
)
def test_selectors_choose_models_in_build_order(folder, selectors, chosen):
    """A name or a pattern, with all that it is made from, and with a + all that is made from it."""
    found = load_catalogue(folder).select(selectors)
    assert sorted(names(found)) == sorted(chosen)
    assert names(found) == [
        model for model in names(load_catalogue(folder).models) if model in chosen
    ]


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("core.alon+", r"no model core\.alon; .* did you mean core\.alone"),
        ("alone", r"no model alone; .* did you mean core\.alone\?"),
        ("raw.*", r"no model raw\.\*; .* see sql/README\.md"),
    ],
)
def test_a_selector_that_chooses_nothing_is_refused(folder, selector, message):
    """A misspelt selector is refused with the models of a similar name, and never builds nothing quietly."""
    with pytest.raises(ModelError, match=message):
        load_catalogue(folder).select(["core.b", selector])


def test_folders_below_a_schema_are_for_readers_only(folder, write_model):
    """A file in any folder below a schema makes a table of that schema, named by the file alone."""
    write_model("core.deep", "select id from core.b", columns="id", folder="stock/daily")
    write_model("issues.found", "select id from core.deep", columns="id")
    order = names(load_catalogue(folder).models)
    assert order.index("core.b") < order.index("core.deep") < order.index("issues.found")


def test_two_files_never_make_one_table(folder, write_model):
    """Two files of one name below the same schema are refused, in whatever folders they lie."""
    write_model("core.b", "select 1 as id", columns="id", folder="stock")
    with pytest.raises(ModelError, match=r"core/stock/b\.sql.* makes core\.b too; rename one"):
        load_catalogue(folder)


def test_a_column_without_a_text_inherits_it(folder, write_model):
    """The text comes from the models that the query reads, through several that have none of their own."""
    write_model("core.b", "select id from staging.c", columns="id:")
    write_model("planning.a", "select id, 1 as b from core.b", columns="id: b")
    assert load_catalogue(folder).model("planning.a").columns == {"id": "The id.", "b": "The b."}


def test_a_schema_shares_the_texts_of_its_columns(folder, write_model):
    """What `columns.yaml` says counts in its schema only, before what is inherited, behind a header's own."""
    (folder / "core" / "columns.yaml").write_text("id: Shared.\nunused: Shared.\n")
    write_model("core.b", "select id from staging.c", columns="id:")
    write_model("planning.a", "select id from core.alone", columns="id:")
    catalogue = load_catalogue(folder)
    texts = {model.name: model.columns["id"] for model in catalogue.models}
    assert texts == {
        "core.alone": "The id.",
        "core.b": "Shared.",
        "planning.a": "The id.",
        "staging.c": "The id.",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- id", "columns is .* one line 'name"),
        ("id: 5", "column id is 5; write text"),
        ("a: b: c", "YAML"),
    ],
)
def test_a_fault_in_shared_texts_is_named(folder, text, message):
    """A file of shared texts that breaks the format is refused with its path."""
    (folder / "core" / "columns.yaml").write_text(text)
    with pytest.raises(ModelError, match=rf"core/columns\.yaml: .*{message}"):
        load_catalogue(folder)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select id, 1 as b from core.b", "column b has no text.*have no such column"),
        ("select id, b from raw.d", "column b has no text.*have no such column"),
        (
            "select id, b from core.x cross join core.y",
            "column b has no text.*say different things",
        ),
    ],
)
def test_a_text_that_cannot_be_inherited_is_missed(folder, write_model, query, message):
    """Where no model that the query reads has the column, or two describe it differently, a text is due."""
    write_model("core.x", "select 1 as id, 2 as b", columns="id b")
    more = "  b: Another b.\n"
    write_model("core.y", "select 1 as id, 2 as b", columns="id", more=more)
    write_model("planning.e", query, columns="id b:", more="checks: {known: id in (from core.x)}\n")
    with pytest.raises(ModelError, match=message):
        load_catalogue(folder)
