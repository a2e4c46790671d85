"""Where the units of an item are said to be, and where Cin7 says otherwise."""

from datetime import timedelta
from math import ceil

from tests.unit.explain.explain_helpers import item
from tests.unit.load.fake_account import NOW, Company


def test_an_item_tells_stock_supply_sales_and_exclusions(shop: Company) -> None:
    """One look at a SKU shows where its units are and which rules keep lines out."""
    found = item(shop)
    stock = [
        (s["warehouse"], s["on_hand"], s["in_transit"]) for s in found.tables["Stock as Cin7 says"]
    ]
    assert stock == [("Main DC", 20, 0), ("Store", 0, 2)]
    assert [(s["order"], s["open"], s["counted"]) for s in found.tables["On its way"]] == [
        ("PO-1", 10, "yes"),
        ("BT-1", 2, "yes"),
        ("PO-2", 1, "no: overdue too long"),
    ]
    assert {s["order"] for s in found.tables["Last sales"]} == {"SO-1", "WEB-9", "SO-4"}
    assert [(r["credit note"], r["units"]) for r in found.tables["Last returns"]] == [("CN-1", 1)]
    assert [o["order"] for o in found.tables["Open sales"]] == ["SO-2"]
    assert {e["rule"]: e["units"] for e in found.tables["Kept out by rules"]}["void"] == 2
    assert [issue["issue"] for issue in found.issues] == ["sku_near_twin"]


def test_an_item_tells_what_a_day_takes_and_when_it_runs_out(shop: Company) -> None:
    """15 units that are there and 10 that come last until a day's demand has taken them."""
    expected = {row["warehouse"]: row for row in item(shop).tables["Expected demand"]}
    today = shop.settings().local_date(NOW)
    demand = expected["Main DC"]["units a day"]
    assert demand > 0
    last_day = today + timedelta(days=ceil(25 / demand) - 1)
    assert expected["Main DC"]["runs out on"] == str(last_day)
    assert expected["Store"]["runs out on"] == str(today)


def test_stock_that_differs_from_cin7_is_shown_with_a_cause(shop: Company) -> None:
    """Cin7 holds five open units, our lines explain two of them; the cause is named."""
    differences = item(shop).tables["Our lines and Cin7's figures differ"]
    (found,) = [d for d in differences if d["measure"] == "open_sales" and d["cin7"] == 5]
    assert (found["ours"], found["difference"]) == (0, -5)
    assert found["likely_cause"]
