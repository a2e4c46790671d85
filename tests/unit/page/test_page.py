"""The planners' page: it shows what the tables say, opens from disk, and no text in the data breaks it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.models.build import prepare_connection
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.models.sql_model import ModelError
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.page import write_page
from cin7_pipeline.page.sections import ask, in_words, load_sections
from cin7_pipeline.settings import BusinessSettings
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from tests.sql.cases import VARIABLES

# What would end a script, an attribute or a template.
HOSTILE = """</script><b>"it's" & $style ${facts} \u2028"""


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """The planning tables of an account in which nothing ever happened."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1; pragma disable_optimizer")
        create_raw_tables(connection, ENDPOINTS.values())
        write_business_settings(connection, BusinessSettings())
        prepare_connection(connection, VARIABLES)
        for model in load_catalogue().models:
            connection.execute(f"create or replace table {model.name} as {model.query}")
        yield connection


@pytest.fixture
def tables(empty: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same with one item that runs out, whose texts are as bad as they can be."""
    empty.execute("begin transaction")
    empty.execute(
        "insert into planning.positions by name select 1 as product_option_id, '' as size,"
        " 'East' as warehouse, $1 as sku, $1 as name, 3 as available, 2.5 as daily_demand,"
        " false as is_out, 7.25 as stock_value, 'AUD' as currency, date '2026-07-02' as runs_out_on,"
        " 'A' as abc, 10 as suggested_quantity",
        [HOSTILE],
    )
    empty.execute(
        "insert into planning.exceptions by name select 'order_today' as kind, 1 as"
        " product_option_id, '' as size, 'East' as warehouse, 0 as document_id, $1 as sku, $1 as"
        " name, 5 as units, 12 as value, $1 as sentence",
        [HOSTILE],
    )
    empty.execute(
        "insert into planning.projected_stock by name select 1 as product_option_id, '' as size,"
        " 'East' as warehouse, date '2026-06-30' + day::integer as day_on, 2.5 as demand, day as projected,"
        " day > 1 as is_stockout from range(181) as days(day)"
    )
    yield empty
    empty.execute("rollback")


def written(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """The page of these tables."""
    write_page(connection, folder / "planning.html")
    return (folder / "planning.html").read_text(encoding="utf-8")


def test_an_empty_account_has_a_page(empty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Each section says that there is nothing; nobody's first morning fails for it."""
    page = written(empty, tmp_path)
    sections = [
        each for each in load_sections() if each.shown_as not in ("items", "facts", "tiles")
    ]
    assert [page.count(f"<h2>{each.title}</h2>") for each in sections] == [1] * len(sections)
    assert page.count('class="nothing"') == len(sections)


def test_each_tile_and_first_row_is_what_its_query_says(
    tables: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """A figure on the page is the figure of the table, in the same order."""
    page = written(tables, tmp_path)
    for section in load_sections():
        answer = ask(tables, section)
        found = re.search(f'<section id="{section.name}".*?</section>', page, re.DOTALL)
        if not answer.rows or found is None:
            continue
        cells = [
            unescape(cell) for cell in re.findall(r"<(?:td|b)[^>]*>(.*?)</(?:td|b)>", found[0])
        ]
        if section.shown_as == "tiles":
            assert cells == [in_words(value) for _, value, _ in answer.rows]
        elif section.shown_as == "table":
            assert cells[: len(answer.columns)] == [in_words(v) for v in answer.rows[0]]
        else:
            assert "<svg" in found[0]


def test_no_text_of_the_account_becomes_part_of_the_page(
    tables: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """A product's name is text, whatever is in it, and the search finds it as it is."""
    page = written(tables, tmp_path)
    assert '<b>"it\'s"' not in page
    assert page.count("<script") == page.count("</script>") == 2
    [data] = re.findall(r'<script id="items" type="application/json">(.*?)</script>', page)
    items = json.loads(data)
    assert dict(zip(items["columns"], items["rows"][0], strict=True))["sku"] == HOSTILE


def test_an_item_shows_what_it_sold_and_what_is_planned_by_week(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    """Its panel has the units of weeks with sales, the last one first, and the stock week by week."""
    tables.execute(
        "insert into planning.demand_daily by name select 1 as product_option_id, '' as size, 'East' as"
        " warehouse, 'Web' as channel, date '2026-06-29' - day::integer as sold_on, 3 as sold_quantity"
        " from (values (0), (6), (7)) as days(day)"
    )
    [items] = [each for each in load_sections() if each.shown_as == "items"]
    answer = ask(tables, items)
    shown = dict(zip(answer.columns, answer.rows[0], strict=True))
    assert shown["sold_by_week"] == [[0, 6], [1, 3]]
    assert shown["stock_by_week"] == list(range(0, 181, 7))


def test_the_page_asks_for_nothing_elsewhere(
    tables: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """It opens on a machine without a network: no script, style, font or picture is fetched."""
    page = written(tables, tmp_path)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?!#)|@import|url\(""", page)


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_shows_it_without_a_message(
    tables: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The script runs: the console is silent, and what it builds is in the document."""
    written(tables, tmp_path)
    flags = "--headless --no-sandbox --disable-gpu --disable-background-networking --dump-dom"
    browser = subprocess.run(  # noqa: S603
        ["chromium", *flags.split(), "--enable-logging=stderr",  # noqa: S607
         f"--user-data-dir={tmp_path}/profile", (tmp_path / "planning.html").as_uri()],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "CONSOLE" not in browser.stderr
    assert "Do today" in browser.stdout


def test_a_section_shown_in_no_known_way_is_refused(tmp_path: Path) -> None:
    """Whoever writes a section learns which ways there are."""
    header = "/* {title: A, about: B, shown_as: pie, place: 1} */ select 1"
    (tmp_path / "a.sql").write_text(header)
    with pytest.raises(ModelError, match=r"shown_as is 'pie'; write one of facts, tiles, table"):
        load_sections(tmp_path)
