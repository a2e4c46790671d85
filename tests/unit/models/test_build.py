"""A model is built, described and audited; what is wrong with it is said, and nothing after it is built."""

import duckdb
import pytest

from cin7_pipeline.errors import AuditFailed
from cin7_pipeline.models.build import build, build_all, prepare_connection
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.models.sql_model import parse_model

GRAIN_CHECKS = ["grain_is_unique", "grain_is_not_null"]


@pytest.fixture
def build_one(connection, write_model):
    """Write and build `core.orders` of a query."""

    def build_query(query, columns="id", schema="core", **more):
        path = write_model(f"{schema}.orders", query, columns=columns, **more)
        return build(connection, parse_model(path, schema))

    return build_query


def comments(connection):
    """The comments of the table `orders`: its own, and each column's."""
    table = "select comment from duckdb_tables() where table_name = 'orders'"
    columns = "select column_name, comment from duckdb_columns() where table_name = 'orders'"
    [(about,)] = connection.execute(table).fetchall()
    return about, dict(connection.execute(columns).fetchall())


class ShortOfMemory:
    """A connection with memory for one thread."""

    def __init__(self, connection):
        self._connection = connection

    def execute(self, statement, *arguments):
        """Run it, but for a table that several threads would make."""
        if statement.startswith("create") and threads(self._connection) > 1:
            raise duckdb.OutOfMemoryException
        return self._connection.execute(statement, *arguments)


def threads(connection):
    """How many threads a query has."""
    [(count,)] = connection.execute("select current_setting('threads')").fetchall()
    return count


def test_what_memory_is_short_for_is_built_by_one_thread(connection, write_model):
    """A release is made with whatever memory the settings give; the next model has all threads again."""
    query = "select unnest([3, 1, 2]) as id"
    path = write_model("core.orders", query, columns="id", more="sorted_by: [id]\n")
    connection.execute("set threads = 2")
    assert build(ShortOfMemory(connection), parse_model(path, "core")).row_count == 3
    assert connection.execute("from core.orders").fetchall() == [(1,), (2,), (3,)]
    assert threads(connection) == 2


def test_a_good_model_is_built_and_described(connection, build_one):
    """The report counts and types what was built, and the header's texts become comments."""
    report = build_one("select 1 as id, 'it''s' as name", columns="id name", schema="planning")
    assert report.row_count == 1
    assert report.columns == (("id", "INTEGER", "The id."), ("name", "VARCHAR", "The name."))
    assert all(result.passed for result in report.checks)
    assert comments(connection) == (
        "Rows of planning.orders.",
        {"id": "The id.", "name": "The name."},
    )


def test_a_sorted_model_lies_in_its_order(connection, build_one):
    """The rows of a table with `sorted_by` lie in that order, whatever its query returned."""
    shuffled = "select i as id, i % 7 as kind from range(300_000) as r(i) order by hash(i)"
    build_one(shuffled, columns="id kind", more="sorted_by: [kind, id]\n")
    places = "select kind, id, row_number() over (order by rowid) as place from core.orders"
    wanted = "select row_number() over (order by kind, id) as wanted, place from ({places})"
    found = f"select count(*) from ({wanted.format(places=places)}) where place <> wanted"
    assert connection.execute(found).fetchall() == [(0,)]


@pytest.mark.parametrize("order", ["kind, i", "hash(i)"])
def test_an_ordered_model_lies_in_its_order(connection, build_one, order):
    """The rows of an `ordered` table lie in its order, also where its query returns them in another."""
    query = f"select i as id, i % 7 as kind from range(300_000) as r(i) order by {order}"
    build_one(query, columns="id kind", more="sorted_by: [kind, id]\nordered: true\n")
    rows = "select row(kind, id) as key, lag(row(kind, id)) over (order by rowid) as key_before"
    found = f"select count(*) from ({rows} from core.orders) where key < key_before"
    assert connection.execute(found).fetchall() == [(0,)]


@pytest.mark.parametrize(
    "ordered",
    [
        "select first_id + unnest(range(1000)) as id"
        " from (select i * 1000 as first_id from range(300) as r(i) order by i)",
        "from core.series",
    ],
)
def test_joins_keep_the_order_of_an_ordered_model(connection, build_one, ordered, tmp_path):
    """Rows that are joined to a larger table stay in their order, so that they are not sorted again."""
    connection.execute("create table core.series as select i as id from range(2_000_000) as r(i)")
    connection.execute("create table core.sales as from core.series order by hash(id)")
    connection.execute(f"set log_query_path = '{tmp_path}/queries'")
    build_one(
        f"with days as ({ordered}) select id from days left join core.sales using (id)",
        more="sorted_by: [id]\nordered: true\n",
    )
    queries = (tmp_path / "queries").read_text()
    assert queries.count("create or replace table core.orders as") == 1


@pytest.mark.parametrize(
    ("more", "left_out"), [("", ""), ("joins_as_written: true\n", "join_order")]
)
def test_joins_run_as_written_where_the_header_says_so(connection, build_one, more, left_out):
    """DuckDB orders the joins of a model itself unless its header says otherwise, and those of the next."""
    setting = "select current_setting('disabled_optimizers')"
    build_one(f"{setting} as id", more=more)
    [(while_built,)] = connection.execute("from core.orders").fetchall()
    assert left_out in while_built
    assert bool(while_built) is bool(left_out)
    assert connection.execute(setting).fetchall() == [("",)]


@pytest.mark.parametrize("ordered", ["", "ordered: true\n"])
def test_a_row_twice_is_found_where_rows_lie_by_their_grain(build_one, ordered):
    """A table that is sorted by its grain is read once, in its order, and two equal rows are named."""
    query = "select i // 2 * 2 as id from range(10) as r(i) where i <> 1 and i <> 9"
    with pytest.raises(AuditFailed, match=r"6 rows break grain_is_unique, .* id=2"):
        build_one(query, more=f"sorted_by: [id]\n{ordered}")


def test_comments_survive_a_rebuild(connection, build_one):
    """Building again writes the comments again; what nobody reads after the build has none."""
    build_one("select 1 as id", schema="planning")
    build_one("select 2 as id", schema="planning")
    assert comments(connection) == ("Rows of planning.orders.", {"id": "The id."})
    connection.execute("drop table planning.orders")
    build_one("select 1 as id")
    assert comments(connection) == (None, {"id": None})


@pytest.mark.parametrize(
    ("query", "columns", "message"),
    [
        ("select 1 as id union all select 1", "id", "2 rows break grain_is_unique, .* id=1"),
        (
            "select i % 99_999 as id from range(100_000) as r(i)",
            "id",
            "2 rows break grain_is_unique, .* id=0",
        ),
        ("select null::int as id", "id", "1 row breaks grain_is_not_null, .* id=None"),
        ("select 1 as id, 2 as b", "id", "the header lacks b"),
        ("select 1 as id", "id b", "the query lacks b"),
        ("select 1 as id, 2 as a", "id b", "the header lacks a and the query lacks b"),
        ("select 1 as a, 2 as id", "id a", "order differs; write a, id"),
        ("select nothing as id", "id", "query failed: Binder Error: .*nothing"),
        ("select error('boom') as id", "id", "query failed: .*boom"),
    ],
)
def test_a_bad_model_is_refused(build_one, query, columns, message):
    """Whatever is wrong with a table, the message says what and that people are not disturbed."""
    with pytest.raises(AuditFailed, match=message) as caught:
        build_one(query, columns=columns)
    assert str(caught.value).startswith("core.orders: ")
    assert "people keep the release they have" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_failed_check_names_rule_rows_and_example(build_one):
    """An audit's message has the rule, the number of rows and the grain of one of them."""
    with pytest.raises(AuditFailed, match=r"2 rows break is_small, for example id=3") as caught:
        build_one(
            "select unnest([1, 3, 4]) as id, 'Jane' as name",
            columns="id name",
            more="checks: {is_small: id < 3, is_positive: id > 0}\n",
        )
    assert caught.value.model.name == "core.orders"
    assert [(result.name, result.failing_rows) for result in caught.value.results] == [
        ("grain_is_unique", 0),
        ("grain_is_not_null", 0),
        ("is_small", 2),
        ("is_positive", 0),
    ]


def test_only_grain_values_leave_the_database(build_one):
    """An example never shows a column outside the grain, which might name a person."""
    with pytest.raises(AuditFailed) as caught:
        build_one(
            "select 1 as id, 'Jane' as name", columns="id name", more="checks: {none: id > 1}\n"
        )
    assert "Jane" not in str(caught.value)
    assert "Jane" not in repr(caught.value.results)


def test_a_warning_reports_and_keeps_the_new_table(connection, build_one):
    """A check of severity `warn` never stops a table."""
    more = "checks: {is_small: {expect: id < 3, severity: warn}}\n"
    report = build_one("select 5 as id", more=more)
    assert [result.passed for result in report.checks] == [True, True, False]
    assert connection.execute("select id from core.orders").fetchall() == [(5,)]


def test_an_unknown_result_passes(build_one):
    """A check whose expression is null for a row passes, as in SQL's own check constraints."""
    report = build_one(
        "select 1 as id, null::int as b", columns="id b", more="checks: {small: b < 3}\n"
    )
    assert all(result.passed for result in report.checks)


def test_a_check_that_cannot_run_fails_the_audit(build_one):
    """A check over a column that does not exist is a failure, not a pass."""
    with pytest.raises(AuditFailed, match="check odd cannot run: Binder Error"):
        build_one("select 1 as id", more="checks: {odd: colour = 'red'}\n")


def test_a_cross_check_sees_the_new_table(connection, tmp_path, write_model):
    """A rule over several tables runs on the table that it guards, and names its grain only."""
    write_model("core.orders", "select 2 as id", columns="id")
    write_model("core.known", "select 1 as id", columns="id")
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "core.orders__is_known.sql").write_text(
        "/* about: Every order is known. */\n"
        "with orders as (select id, 'Jane' as name from core.orders)\n"
        "select o.id, o.name from orders as o anti join core.known as k using (id)"
        " -- at the end"
    )
    with pytest.raises(AuditFailed, match=r"1 row breaks is_known, for example id=2;"):
        list(build_all(connection, load_catalogue(tmp_path)))


@pytest.fixture
def as_view(connection, write_model):
    """Write and build `core.orders` of a query as a view over `core.source`."""
    connection.execute("create table core.source as select 7 as id")

    def build_query(query, columns="id", more=""):
        more = f"materialized: view\n{more}"
        path = write_model("core.orders", query, columns=columns, more=more)
        return build(connection, parse_model(path, "core"))

    return build_query


def test_a_view_is_checked_like_a_table(connection, as_view):
    """The report counts its rows, and its checks run but for what raw and other tables show."""
    report = as_view("select id from core.source", more="checks: {small: id < 9}\n")
    assert (report.row_count, report.columns) == (1, (("id", "INTEGER", "The id."),))
    assert [result.name for result in report.checks] == [GRAIN_CHECKS[1], "small"]
    views = "select count(*) from duckdb_views() where view_name = 'orders'"
    assert connection.execute(views).fetchall() == [(1,)]


def test_the_named_models_are_built_with_what_they_are_made_of(connection, tmp_path, write_model):
    """`only` selects models; all that they read is built too, and nothing else."""
    write_model("core.a", "select 1 as id", columns="id")
    write_model("core.b", "select id from core.a", columns="id")
    write_model("core.c", "select id from core.b", columns="id")
    reports = build_all(connection, load_catalogue(tmp_path), only=["core.b"])
    assert [report.model.name for report in reports] == ["core.a", "core.b"]


def test_a_core_table_goes_after_its_last_reader(connection, tmp_path, write_model):
    """While a build runs, only what is still to be read takes memory; planning tables stay."""
    write_model("core.a", "select 1 as id", columns="id")
    write_model("core.b", "select id from core.a", columns="id")
    write_model("planning.c", "select id from core.b", columns="id")
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "planning.c__is_in_a.sql").write_text(
        "/* about: It is in a. */ select c.id from planning.c as c anti join core.a using (id)"
    )
    there = []
    for report in build_all(connection, load_catalogue(tmp_path)):
        found = connection.execute("select table_name from duckdb_tables() order by all").fetchall()
        there.append((report.model.table, "".join(name for (name,) in found)))
    assert there == [("a", "a"), ("b", "ab"), ("c", "abc")]
    left = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert left == [("c",)]


def test_every_model_has_a_grain_check(write_model):
    """Grain makes two checks that stand before those of the file."""
    path = write_model("core.orders", "select 1 as id", columns="id", more="checks: {a: id > 0}\n")
    names = [check.name for check in parse_model(path, "core").checks]
    assert names == [*GRAIN_CHECKS, "a"]


def test_variables_reach_the_models(connection, build_one):
    """What `prepare` sets is what `getvariable` answers, and moments are UTC."""
    prepare_connection(connection, {"stale_after_days": 60})
    build_one("select getvariable('stale_after_days') as id")
    assert connection.execute("select id from core.orders").fetchall() == [(60,)]
    assert connection.execute("select current_setting('TimeZone')").fetchall() == [("UTC",)]
