"""What Cin7 has no more: it is marked gone and never deleted, and too much of it at once is refused."""

from datetime import date
from decimal import Decimal

import pytest

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.window import Window
from tests.unit.load.fake_account import Company, days_ago, order


def test_a_deleted_document_is_marked_gone_and_kept(company: Company) -> None:
    """What a window should have brought and did not is marked, never deleted, and comes back by itself."""
    company.orders.extend(order(n, created=n) for n in range(1, 4))
    company.load_one()
    lost = company.orders.pop(1)
    assert company.load_one().deleted == 1
    gone = "select id from raw.sales_orders where deleted_at is not null"
    assert company.raw(gone) == [(2,)]
    assert company.raw("select count(*) from raw.sales_order_lines") == [(3,)]
    company.orders.append(lost)
    assert company.load_one().new == 1
    assert company.raw(gone) == []


def test_a_deleted_open_document_is_noticed_at_any_age(company: Company) -> None:
    """An open document that Cin7 does not return when asked for by id is gone."""
    company.orders.append(order(1, created=200, dispatchedDate=None))
    company.load_one(window=Window.whole())
    company.orders.clear()
    assert company.load_one().deleted == 1


def test_mass_loss_is_refused(company: Company) -> None:
    """More missing documents than the limit fail the load, and nothing is marked."""
    company.orders.extend(order(n, created=1) for n in range(1, 61))
    company.load_one()
    del company.orders[:30]
    with pytest.raises(ContractBroken, match="did not return 30 of 60"):
        company.load_one()
    assert company.raw("select count(*) from raw.sales_orders where deleted_at is not null") == [
        (0,)
    ]
    assert company.load_one(gone_share_limit=0.9).deleted == 30


def test_a_document_that_paging_skipped_is_not_gone(company: Company) -> None:
    """Before a document is called gone it is asked for by its id."""
    company.orders.extend(order(n, created=1) for n in range(1, 4))
    company.load_one()
    hidden = company.orders[1]
    hidden["modifiedDate"] = days_ago(365)
    assert company.load_one().deleted == 0


def test_stock_that_is_not_listed_any_more_is_gone_and_the_day_keeps_one_snapshot(
    company: Company,
) -> None:
    """Stock is read whole; the last read of a local day is that day's snapshot."""
    stock = company.records_by_resource["Stock"]
    stock += [
        {"productOptionId": 7, "branchId": 3, "size": "S", "stockOnHand": 5.0},
        {"productOptionId": 7, "branchId": 3, "size": "M", "stockOnHand": 6.0},
    ]
    company.load_one("stock")
    stock.pop()
    assert company.load_one("stock").deleted == 1
    assert company.raw("select snapshot_on, size, stock_on_hand from raw.stock_snapshots") == [
        (date(2026, 7, 1), "S", Decimal(5))
    ]


def test_a_size_taken_off_an_old_option_is_gone(company: Company) -> None:
    """An option that comes back without one of its sizes has lost it, whenever it was created."""
    option = {"id": 7, "code": "A", "createdDate": days_ago(400), "modifiedDate": days_ago(200)}
    sizes = [{**option, "size": size} for size in "SM"]
    company.records_by_resource["ProductOptions"] = sizes
    company.load_one("product_options")
    company.records_by_resource["ProductOptions"] = [{**sizes[0], "modifiedDate": days_ago(1)}]
    assert company.load_one("product_options").deleted == 1
    query = "select size from raw.product_options where deleted_at is null"
    assert company.raw(query) == [("S",)]
