"""The bench that tries out cases: it fails where it should, and no case sees another one's rows."""

import pytest

from cin7_pipeline.models.catalogue import load_catalogue
from tests.sql.cases import Bench, Case, read_cases

MODELS = {
    "staging.stock": "select code as sku, stock_on_hand as on_hand from raw.stock",
    "core.totals": "select sku, sum(on_hand) as on_hand from staging.stock group by sku",
    "planning.labels": "select sku, getvariable('time_zone') as on_hand from core.totals",
}
GIVEN = {"raw.stock": [{"code": "A", "stock_on_hand": 2}, {"code": "A", "stock_on_hand": 1.5}]}
LABELS = [{"sku": "A", "on_hand": "Australia/Sydney"}]


@pytest.fixture
def small(tmp_path):
    """A bench with three models, each made of the one before."""
    for name, query in MODELS.items():
        schema, table = name.split(".")
        (tmp_path / schema).mkdir()
        header = "about: Rows.\ngrain: [sku]\ncolumns:\n  sku: Code.\n  on_hand: Units.\n"
        (tmp_path / schema / f"{table}.sql").write_text(f"/*\n{header}*/\n{query}")
    bench = Bench(load_catalogue(tmp_path))
    yield bench
    bench.close()


def case(model, expect, given=None, **variables):
    """A case without a name."""
    return Case(model, "case", expect, GIVEN if given is None else given, variables)


def test_right_rows_pass_whatever_their_order_and_number_format(small):
    """Rows are compared as a multiset and in the column's type."""
    small.check(case("staging.stock", [{"on_hand": 1.5}, {"on_hand": "2.0000"}]))
    small.check(case("core.totals", [{"sku": "A", "on_hand": 3.5}]))


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ([{"sku": "A", "on_hand": 2}], r"there, but not expected \(1\):\n    A \| 1\.5000"),
        ([{"on_hand": 2}, {"on_hand": 2}], r"expected, but not there \(1\):\n    2\.0000"),
        ([{"sku": "A"}, {"sku": "A"}, {"sku": "A"}], r"expected, but not there \(1\):\n    A"),
        ([], r"columns: sku, on_hand\n.*\(0\):\nthere, but not expected \(2\)"),
    ],
)
def test_wrong_rows_fail_and_are_shown(small, expect, message):
    """A value that differs, a row too many and a row too few all fail, with the rows."""
    with pytest.raises(pytest.fail.Exception, match=message):
        small.check(case("staging.stock", expect))


def test_a_case_leaves_nothing_behind(small):
    """Rows and variables of a case are gone in the next one, also when it failed."""
    small.check(case("planning.labels", [{"sku": "A", "on_hand": "UTC"}], time_zone="UTC"))
    with pytest.raises(pytest.fail.Exception):
        small.check(case("planning.labels", []))
    small.check(case("planning.labels", LABELS))
    small.check(case("core.totals", [], given={}))


def test_a_given_model_is_not_built(small):
    """A table of a model that is given replaces what the model would make."""
    given = {**GIVEN, "core.totals": [{"sku": "B"}]}
    small.check(case("planning.labels", [{"sku": "B"}], given=given))


@pytest.mark.parametrize(
    ("given", "expect", "message"),
    [
        ({"raw.stock": [{"colour": "red"}]}, [], "raw.stock does not take the row .*colour"),
        ({}, [{"sku": "A"}, {"on_hand": 1}], "name the same columns in every expected row"),
    ],
)
def test_a_case_that_makes_no_sense_says_so(small, given, expect, message):
    """An unknown column and rows of different shapes are told apart from wrong results."""
    with pytest.raises(AssertionError, match=message):
        small.check(case("core.totals", expect, given=given))


def test_cases_are_read_from_files(tmp_path):
    """First folder and file name the model; variables may be among the given tables or beside them."""
    (tmp_path / "core" / "stock").mkdir(parents=True)
    (tmp_path / "core" / "stock" / "totals.yaml").write_text(
        "- name: one\n  given: {raw.stock: [{code: A}], variables: {time_zone: UTC}}\n"
        "  expect: [{sku: A}]\n- name: two\n  variables: {time_zone: UTC}\n  expect:\n"
    )
    one, two = read_cases(tmp_path)
    assert (one.id, one.given) == ("core.totals: one", {"raw.stock": [{"code": "A"}]})
    assert one.variables == two.variables == {"time_zone": "UTC"}
    assert two.expect == []


def test_a_misspelt_key_is_refused(tmp_path):
    """A case with a key that nobody reads would check less than it seems to."""
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "totals.yaml").write_text("- {name: one, expects: []}")
    with pytest.raises(ValueError, match=r"'one' has unknown keys \['expects'\]"):
        read_cases(tmp_path)
