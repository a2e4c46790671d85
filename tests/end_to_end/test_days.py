"""The whole way, day after day: sandbox over HTTP → Dagster → published tables are as the oracle expects."""

import os
import re
import subprocess
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.page.sections import load_sections
from cin7_pipeline.sandbox.server.faults import Failure
from tests.end_to_end.scenario import Scenario, assert_tables_as_expected
from tests.expected import COMPARED, SHOWN_BY_CASES

# Columns without a value where our own forecast is used, stock was read twice at most, or no settings say it.
MAY_BE_EMPTY = {"why_not_used", "newest_file", "models", "in_stock_share"}
MAY_BE_EMPTY |= {"min_stock", "max_stock", "moq", "source"}
# What is empty after one read, as nothing can have changed since an earlier one.
NEEDS_A_SECOND_READ = {"document_changes"}
PROJECT = Path(__file__).parents[2]
# A Python that has them, as `make engines-env` makes one.
ENGINES = Path(os.environ.get("CIN7_ENGINES_PYTHON", PROJECT / ".venv-engines" / "bin" / "python"))


def test_two_mornings_and_a_resync_are_as_expected(scenario: Scenario) -> None:
    """Every compared table is as expected after each sync, after a backfill, and after a repeat."""
    scenario.daily_sync()
    assert_tables_as_expected(scenario)
    scenario.move_to(scenario.now + timedelta(days=1))
    scenario.daily_sync()
    assert_tables_as_expected(scenario)
    scenario.resync(date(2026, 1, 1), date(2026, 2, 14))
    assert_tables_as_expected(scenario)
    versions = "select id, read_at from raw.sales_orders order by id"
    before = scenario.warehouse(versions)
    scenario.daily_sync()
    assert_tables_as_expected(scenario)
    assert scenario.warehouse(versions) == before


def test_the_command_does_what_the_job_does(synced_scenario: Scenario) -> None:
    """`cin7 sync` publishes the same tables as the daily job, here over the full 90 days."""
    assert_tables_as_expected(synced_scenario)


def test_a_wrong_number_is_found(synced_scenario: Scenario) -> None:
    """The comparison fails when one number of one row is wrong; no compared table is empty."""
    tables = synced_scenario.expected_tables()
    assert tables.keys() == COMPARED
    assert all(tables.values())
    with pytest.MonkeyPatch.context() as patch:
        tables["inventory"][0]["on_hand"] += 1
        patch.setattr(Scenario, "expected_tables", lambda _scenario: tables)
        with pytest.raises(AssertionError, match="inventory"):
            assert_tables_as_expected(synced_scenario)


@pytest.mark.parametrize("table", sorted(SHOWN_BY_CASES - NEEDS_A_SECOND_READ))
def test_every_column_that_only_cases_show_is_filled(synced_scenario: Scenario, table: str) -> None:
    """A field of Cin7's that is misspelt where it is declared would leave its column without any value."""
    columns = [row[0] for row in synced_scenario.published(f"describe planning.{table}")]
    counts = ", ".join(f'count("{column}")' for column in columns)
    [values] = synced_scenario.published(f"select {counts} from planning.{table}")
    empty = {column for column, count in zip(columns, values, strict=True) if not count}
    assert empty <= MAY_BE_EMPTY


def test_faults_on_the_way_change_no_number(scenario: Scenario) -> None:
    """Throttling, failures, cut bodies and dropped connections are waited out, not written down."""
    faults = scenario.server.faults
    faults.retry_after = "small"
    faults.duplicate_rows_across_pages = True
    faults.extra_fields = {"brandNewField": 1}
    for resource, failure in (
        ("SalesOrders", Failure.TOO_MANY_REQUESTS),
        ("SalesOrders", Failure.CUT_BODY),
        ("PurchaseOrders", Failure.SERVER_ERROR),
        ("BranchTransfers", Failure.DROPPED_CONNECTION),
        ("ProductOptions", Failure.BAD_GATEWAY),
        ("Stock", Failure.HTML_PAGE),
    ):
        faults.fail_next(failure, resource=resource)
    scenario.sync_by_command()
    assert not faults.planned
    assert_tables_as_expected(scenario)


@pytest.mark.slow
def test_a_reader_is_neither_blocked_nor_disturbed(scenario: Scenario) -> None:
    """A connection held on planning.duckdb keeps its version while a new one is published."""
    scenario.sync_by_command()
    query = "select count(*), sum(quantity), max(created_on) from planning.sales_lines"
    with duckdb.connect(str(scenario.settings.published_path), read_only=True) as reader:
        cursor = reader.execute("from planning.sales_lines")
        before = reader.execute(query).fetchall()
        scenario.move_to(scenario.now + timedelta(days=3))
        scenario.sync_by_command()
        assert reader.execute(query).fetchall() == before
        assert cursor is not None
    assert scenario.published(query) != before


def test_cin7_is_only_ever_read(synced_scenario: Scenario) -> None:
    """Every request of a whole sync is a GET."""
    assert {request.method for request in synced_scenario.server.requests} == {"GET"}


@pytest.mark.skipif(not ENGINES.exists(), reason="the engines are not installed: make engines-env")
def test_engines_take_the_series_as_they_are(synced_scenario: Scenario) -> None:
    """Both engines forecast every series, the same by pandas, polars and Parquet."""
    example = PROJECT / "examples" / "read_series.py"
    done = subprocess.run(  # noqa: S603
        [ENGINES, example, synced_scenario.settings.data_dir],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [(count,)] = synced_scenario.published("select count(*) from planning.series")
    said = re.findall(r"^(.+): (\w+), (\d+) series, (\d+) rows, ([\d.]+) a day$", done.stdout, re.M)
    assert len(said) == 8
    assert {(int(series), int(rows)) for *_, series, rows, _ in said} == {(count, 28 * count)}
    assert len({(model, mean) for _, model, *_, mean in said}) == 2


def test_the_example_of_each_planning_table_is_a_question_and_its_query(
    synced_scenario: Scenario,
) -> None:
    """Each planning table shows a question, and a query of at most four lines that can be run."""
    for model in load_catalogue().models:
        if model.schema == "planning":
            question, *query = model.example.splitlines() or [""]
            assert re.fullmatch(r"-- .+\?", question), model.name
            assert 1 <= len(query) <= 4, model.name
            synced_scenario.published(model.example)


QUESTIONS = re.findall(
    r"^-- \d+\. (.+)\n((?:.+\n)+)", (PROJECT / "examples" / "monday.sql").read_text(), re.MULTILINE
)
# What one sync of a young account has no answer to: nothing has changed, nothing is dead.
MAY_FIND_NOTHING = {"What changed since yesterday?", "What is dead stock?", "What sold unusually?"}
# Where the planners' page answers each, in the order of the questions.
ON_THE_PAGE = [
    *("do_today", "do_today", "late", "late", "unusual", "last_month", "differences", "too_much"),
    *("too_much", "suppliers", "cannot_ship", "warehouses", "slips", "changed", "warehouses"),
]


def test_a_monday_is_asked_in_four_lines_each(synced_scenario: Scenario) -> None:
    """Each of the fifteen questions is at most four lines of SQL, and is answered, on the page too."""
    [(order_number,)] = synced_scenario.published(
        "select order_number from planning.replenishments where is_counted order by all limit 1"
    )
    answers = {}
    for title, query in QUESTIONS:
        assert len(query.splitlines()) <= 4, title
        asked = query.replace("$order_number", f"'{order_number}'")
        answers[title] = synced_scenario.published(asked)
    assert len(answers) == 15
    assert {title for title, rows in answers.items() if not rows} <= MAY_FIND_NOTHING
    late = {
        row["order_number"]
        for row in synced_scenario.expected_tables()["replenishments"]
        if row["kind"] == "transfer" and row["is_overdue"]
    }
    assert {row[0] for row in answers["Which transfers are late?"]} == late
    sections = {section.name: section for section in load_sections()}
    for name, (title, rows) in zip(ON_THE_PAGE, answers.items(), strict=True):
        assert not rows or synced_scenario.published(sections[name].query), title
