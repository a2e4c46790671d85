"""A SKU named `'; drop table x --` is just a SKU: names go through every step as they are."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cin7_pipeline.omni.endpoints import SALES_ORDERS
from cin7_pipeline.omni.responses import Redactor, quote_body
from cin7_pipeline.text import CONTROL, printable
from tests.sample_shop import AGE, cin7, enter, line, open_shop, sale, sync
from tests.unit.load.fake_account import Company, open_company

NAMES = [
    "'; drop table x --",
    'say "hi"',
    "100%",
    "back\\slash",
    "two\nlines",
    "😀",
    "[/red]",
    "{x} $HOME",
    "/* -- */",
    "null",
    "a,b;c",
    "%s",
    "\x1b]0;owned\x1b[2J\x9b31m",
]
# Two folders, of which the first ends with a bracket.
FOLDER = 'drop "table" ;-- 😀 {x} [/red]'
# Every name has an option, a branch, a customer and an order of its own, numbered alike.
NUMBERED = list(enumerate(NAMES, start=1000))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A shop in which everything is called as nobody would call it, synced and published."""
    folder = tmp_path_factory.mktemp("hostile") / FOLDER
    folder.mkdir(parents=True)
    with open_shop(folder) as company:
        for resource, records in hostile_records().items():
            company.records_by_resource[resource] += records
        write_settings(folder / "settings")
        sync(company)
        yield company


def hostile_records() -> dict[str, list[dict[str, Any]]]:
    """The records of each name."""
    return {
        "SalesOrders": [hostile_order(n, name) for n, name in NUMBERED],
        "Branches": [{"id": n, "company": name, "isActive": True, **AGE} for n, name in NUMBERED],
        "Contacts": [
            {"id": n, "type": "Customer", "company": name, "group": name, **AGE}
            for n, name in NUMBERED
        ],
        "Products": [
            {"id": n, "name": name, "category": name, "status": "Public", **AGE}
            for n, name in NUMBERED
        ],
        "ProductOptions": [
            {"id": n, "productId": n, "code": name, "status": "Primary", **AGE}
            for n, name in NUMBERED
        ],
        "Stock": [hostile_stock(n, name) for n, name in NUMBERED],
    }


def hostile_order(number: int, name: str) -> dict[str, Any]:
    """A sale of one name's item, in which whatever can be named is named so."""
    return sale(
        number,
        name,
        branchId=number,
        memberId=number,
        source=name,
        company=name,
        customerOrderNo=f"no {name}",
        customFields={f"orders_{number}": name},
        lineItems=[line(number * 10, option=number, code=name)],
    )


def hostile_stock(number: int, name: str) -> dict[str, Any]:
    """The stock of one name's item, in a size of that name, at its branch."""
    keys = {"productOptionId": number, "branchId": number, "productId": number}
    counts = {"stockOnHand": 5.0, "openSales": 0.0, "available": 5.0, "incoming": 0.0}
    return {**keys, "code": name, "size": name, **counts, "holding": 0.0}


def write_settings(folder: Path) -> None:
    """All settings files, with the names as channels, warehouses, groups and custom fields."""
    folder.mkdir()
    rows: dict[str, list[list[object]]] = {
        "channels.csv": [["priority", "field", "pattern", "channel", "is_included"]],
        "warehouses.csv": [
            ["branch_id", "warehouse", "is_enabled"],
            [3, "Main", "yes"],
            [5, "Store", "yes"],
        ],
        "customer_groups.csv": [["group", "is_included"]],
        "not_stocked.csv": [["field", "pattern"], ["category", "no goods"]],
        "custom_fields.csv": [["entity", "cin7_field", "name"]],
    }
    for number, name in NUMBERED:
        rows["channels.csv"].append([number, "source", name, f"channel {name}", "yes"])
        rows["warehouses.csv"].append([number, name, "yes"])
        rows["customer_groups.csv"].append([name, "yes"])
        rows["custom_fields.csv"].append([SALES_ORDERS.name, f"orders_{number}", name])
    for file, lines in rows.items():
        with (folder / file).open("w", newline="", encoding="utf-8") as target:
            csv.writer(target).writerows(lines)


def published(company: Company, query: str) -> list[tuple[Any, ...]]:
    """Rows of the file that people read."""
    with duckdb.connect(str(company.folder / "planning.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_sale_keeps_all_of_its_names(shop: Company) -> None:
    """Reference, SKU, warehouse, channel and customer group stand in the tables letter by letter."""
    found = published(
        shop,
        "select order_number, sku, warehouse, channel, customer_group from planning.sales_lines"
        " where product_option_id >= 1000 order by product_option_id",
    )
    assert found == [(name, name, name, f"channel {name}", name) for name in NAMES]


def test_an_item_keeps_its_names(shop: Company) -> None:
    """SKU, name and category of an item, the size and warehouse of its stock, and the id of its series."""
    found = published(
        shop,
        "select sku, name, category from planning.products"
        " where product_option_id >= 1000 and size = '' order by product_option_id",
    )
    assert found == [(name, name, name) for name in NAMES]
    stock = published(
        shop, "select size, warehouse from planning.inventory where product_option_id >= 1000"
    )
    assert set(stock) >= {(name, name) for name in NAMES}
    series = published(shop, "select distinct unique_id from planning.demand_series")
    assert {row[0] for row in series} >= {f"{name}|{name}" for name in NAMES}


def test_a_custom_field_keeps_its_name_and_its_value(shop: Company) -> None:
    """A mapped custom field is called as the settings file says, and holds what Cin7 holds."""
    found = published(shop, "select name, value from planning.custom_fields order by document_id")
    assert found == [(name, name) for name in NAMES]


def test_the_parquet_files_hold_the_same(shop: Company) -> None:
    """The Parquet twin of a table is found in a folder of any name, and holds the same names."""
    path = str(shop.folder / "parquet" / "products.parquet")
    query = "select sku from read_parquet(?) where product_option_id >= 1000 and size = ''"
    with duckdb.connect() as connection:
        found = connection.execute(query, [path]).fetchall()
    assert sorted(found) == sorted((name,) for name in NAMES)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("prefix", ["", "no "])
def test_why_finds_it_and_says_its_name(
    shop: Company, monkeypatch: pytest.MonkeyPatch, prefix: str, name: str
) -> None:
    """`cin7 why` finds the order and the item by such a name, and shows what of it can be printed."""
    enter(shop, monkeypatch)
    result = cin7("why", f"{prefix}{name}")
    assert result.exit_code == 0, result.output
    shown = " ".join(result.stdout.split())
    said = printable(" ".join(name.split()))
    assert f"Sales order {said} (id " in shown
    if not prefix:
        assert f"Item '{said}' (option " in shown
    assert not CONTROL.search(result.output)


def test_no_name_steers_the_terminal(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a table, nor a warning, nor what Cin7 answered holds a control character when it is shown."""
    enter(shop, monkeypatch)
    hostile = "\x1b]0;owned\x07\x1b[2J"
    answer = quote_body(hostile.encode(), Redactor("me", "key"))
    for result in (cin7("status", "--queries"), cin7("why", hostile), cin7("build", hostile)):
        assert not CONTROL.search(result.output + result.stderr + answer)


def test_status_and_publish_bear_the_name_of_the_folder(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands that print the path of the data print it as it is."""
    enter(shop, monkeypatch)
    for command in ("status", "publish"):
        result = cin7(command)
        assert result.exit_code == 0, result.output
        assert f"{FOLDER}/planning.duckdb" in "".join(result.stdout.splitlines())


@pytest.mark.parametrize("name", ["'; drop table x --", '100% "wool"'])
def test_a_load_works_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    """The path of the data folder is only a path, whatever would be done with it in SQL or in a format."""
    folder = tmp_path / name
    folder.mkdir()
    with open_company(folder) as company:
        company.records_by_resource["Branches"] = [{"id": 1, "company": "Main", **AGE}]
        company.load_one("branches")
        assert company.raw("select company from raw.branches") == [("Main",)]
