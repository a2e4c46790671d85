"""Where the units of an item are said to be, and where Cin7 says otherwise."""

from tests.unit.explain.explain_helpers import item
from tests.unit.load.fake_account import Company


def test_an_item_tells_stock_supply_sales_and_exclusions(shop: Company) -> None:
    """One look at a SKU shows where its units are and which rules keep lines out."""
    found = item(shop)
    assert [(s.warehouse, s.on_hand, s.in_transit) for s in found.stock] == [
        ("Main DC", 20, 0),
        ("Store", 0, 2),
    ]
    assert [(s.order_number, s.open_quantity, s.is_counted) for s in found.supply] == [
        ("PO-1", 10, True),
        ("BT-1", 2, False),
    ]
    assert {s.order_number for s in found.sales} == {"SO-1", "WEB-9", "SO-4"}
    assert [o.order_number for o in found.open_lines] == ["SO-2"]
    assert {e.rule: e.quantity for e in found.exclusions}["void"] == 2
    assert [issue.issue for issue in found.issues] == ["sku_near_twin"]


def test_stock_that_differs_from_cin7_is_shown_with_a_cause(shop: Company) -> None:
    """Cin7 holds five open units, our lines explain two of them; the cause is named."""
    (found,) = [d for d in item(shop).differences if d.measure == "open_sales" and d.cin7 == 5]
    assert (found.ours, found.difference) == (0, -5)
    assert found.likely_cause
