"""What a model file may say, and what is refused with the file and the remedy."""

import pytest

from cin7_pipeline.models.sql_model import ModelError, Severity, parse_model


def test_a_file_becomes_a_model(write_model):
    """Schema and table come from the path, everything else from the header."""
    more = "checks:\n  known: id is not null\n  late: {expect: id > 0, severity: warn}\n"
    path = write_model("core.orders", "select 1 as id;", columns="id", more=more)
    model = parse_model(path, "core")
    assert (model.name, model.about) == ("core.orders", "Rows of core.orders.")
    assert (model.grain, model.columns) == (("id",), {"id": "The id."})
    assert model.query == "select 1 as id"
    assert [(check.name, check.severity) for check in model.checks] == [
        ("grain_is_unique", Severity.ERROR),
        ("grain_is_not_null", Severity.ERROR),
        ("known", Severity.ERROR),
        ("late", Severity.WARN),
    ]


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        ("select id from raw.a", {"raw.a"}),
        ("with b as (select id from raw.a) select id from b", {"raw.a"}),
        ("select id from raw.a where id in (select id from core.b)", {"raw.a", "core.b"}),
        ("select id from raw.a union all select id from raw.b", {"raw.a", "raw.b"}),
        ("select a.id from raw.a as a, json_each(a.rows) as r", {"raw.a"}),
        ("select d as id from generate_series(date '2026-01-01', current_date) as g(d)", set()),
        ("select u.id from (select unnest([1]) as id) as u", set()),
        (
            "with recursive r as (select 1 as id union all select id + 1 from r where id < 9)"
            " select r.id from r cross join core.b",
            {"core.b"},
        ),
        ("with a as (select 1 as id) select a.id from a, core.a as b", {"core.a"}),
        ("select a.id from core.a asof join raw.b on a.id >= b.id", {"core.a", "raw.b"}),
    ],
)
def test_what_a_model_reads_comes_from_its_query(write_model, query, reads):
    """Tables are found wherever they stand; names of CTEs and table functions are none."""
    assert parse_model(write_model("core.orders", query, columns="id"), "core").reads == reads


def test_what_a_check_reads_is_read_by_the_model(write_model):
    """A check over another table makes the model depend on it, and never on itself."""
    more = "checks:\n  is_known: id in (select id from core.known)\n"
    model = parse_model(
        write_model("core.orders", "select 1 as id", columns="id", more=more), "core"
    )
    assert model.reads == {"core.known"}


@pytest.mark.parametrize(
    ("query", "columns", "more", "message"),
    [
        ("select id from orders", "id", "", "table orders has no schema; write schema.orders"),
        ("select 1 as id", "other", "", r"grain is \['id'\]; list the columns"),
        ("select 1 as id", "id", "ordered: true\n", "ordered is true; write the order below"),
        ("select 1 as id", "id", "ordered: 1\n", "ordered is 1; write true, or leave it out"),
        ("select 1 as id", "id", "sorted_by: [day]\n", r"sorted_by is \['day'\]; list the columns"),
        ("select 1 as id; select 2", "id", "", "2 statements"),
        ("drop table core.orders", "id", "", "one header and one select"),
        ("select from where", "id", "", "cannot be parsed"),
        ("select 1 as id", "id", "owner: me\n", "the header has owner; allowed are about"),
        ("select 1 as id", "id", "about: a: b\n", "not YAML"),
        ("select 1 as id", "id", "checks: [id > 0]\n", "checks is .* one line 'name:"),
        ("select 1 as id", "id", "checks: {a: 5}\n", "check a is 5; write text"),
        ("select 1 as id", "id", "checks: {a: 'id >'}\n", "cannot be parsed"),
        ("select 1 as id", "id", "checks: {a: {expect: id > 0, level: warn}}\n", "has level"),
        ("select 1 as id", "id", "checks: {a: {expect: id > 0, severity: bad}}\n", "'bad' is unk"),
        ("select 1 as id", "id", "materialized: index\n", "materialized is 'index'; write table"),
        ("select 1 as id", "id", "materialized: view\nsorted_by: [id]\n", "neither sorted nor"),
    ],
)
def test_a_fault_is_named_with_its_file(write_model, query, columns, more, message):
    """A fault in a file is one line: the file, what is wrong, what is right."""
    path = write_model("core.orders", query, columns=columns, more=more)
    with pytest.raises(ModelError, match=message) as caught:
        parse_model(path, "core")
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "more", "kind"),
    [
        ("staging", "", "view"),
        ("staging", "materialized: table\n", "table"),
        ("core", "", "table"),
        ("core", "materialized: view\n", "view"),
        ("planning", "", "table"),
    ],
)
def test_staging_is_made_of_views_unless_said(write_model, schema, more, kind):
    """The folder says what a model is made as, and its header may say otherwise."""
    path = write_model(f"{schema}.orders", "select 1 as id", columns="id", more=more)
    assert parse_model(path, schema).materialized == kind


@pytest.mark.parametrize(
    ("query", "more", "checks"),
    [
        ("select id from raw.orders", "", ["grain_is_not_null"]),
        ("select id from raw.lines", "", ["grain_is_unique", "grain_is_not_null"]),
        (
            "select id from raw.orders",
            "materialized: table\n",
            ["grain_is_unique", "grain_is_not_null"],
        ),
    ],
)
def test_rows_of_one_raw_table_are_not_counted_again(write_model, query, more, checks):
    """A view of the raw table of its name has the rows that were merged by its grain."""
    model = parse_model(write_model("staging.orders", query, columns="id", more=more), "staging")
    assert [check.name for check in model.checks] == checks


def test_a_published_table_is_never_a_view(write_model):
    """A release has copies of tables, so that a view in `planning` would be missing from it."""
    path = write_model("planning.a", "select 1 as id", columns="id", more="materialized: view\n")
    with pytest.raises(ModelError, match="materialized is 'view'; write table"):
        parse_model(path, "planning")


@pytest.mark.parametrize("text", ["select 1 as id", "/* about: x */", "/* about: x */ ;"])
def test_a_file_needs_a_header_and_a_query(tmp_path, text):
    """A file without header or without query is refused."""
    path = tmp_path / "orders.sql"
    path.write_text(text)
    with pytest.raises(ModelError, match="no header and query"):
        parse_model(path, "core")


def test_a_header_lists_what_it_lacks(tmp_path):
    """All missing parts of a header are named at once."""
    path = tmp_path / "orders.sql"
    path.write_text("/*\nabout: Orders.\n*/\nselect 1 as id")
    with pytest.raises(ModelError, match="lacks columns, grain"):
        parse_model(path, "core")
