"""What Cin7 has no more: it is marked deleted and its rows stay, and too much of it at once is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.window import Window
from tests.unit.load.fake_account import NOW, Company, days_ago, order

DELETED = "select id from raw.sales_orders where deleted_at is not null order by id"


def test_a_deleted_document_is_marked_gone_and_kept(company: Company) -> None:
    """What a window should have brought and did not is marked, never deleted, and comes back by itself."""
    company.orders.extend(order(n, created=n) for n in range(1, 4))
    company.load_one()
    lost = company.orders.pop(1)
    assert company.load_one().deleted == 1
    deleted = "select id from raw.sales_orders where deleted_at is not null"
    assert company.raw(deleted) == [(2,)]
    assert company.raw("select count(*) from raw.sales_order_lines") == [(3,)]
    company.orders.append(lost)
    assert company.load_one().new == 1
    assert company.raw(deleted) == []


def test_a_deleted_open_document_is_noticed_at_any_age(company: Company) -> None:
    """An open document that Cin7 does not return when asked for by id is deleted."""
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
    """Before a document is marked deleted it is asked for by its id."""
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


def test_an_old_open_document_that_lists_leave_out_is_asked_for_by_its_address(
    company: Company,
) -> None:
    """No list is proof that a document is deleted: each one missing is asked for on its own before."""
    company.orders.extend(order(n, created=200, dispatchedDate=None) for n in range(1, 7))
    company.load_one(window=Window.whole())
    company.faults.leaves_out = lambda _resource, _where, record: record["id"] in {2, 5}
    assert company.load_one().deleted == 0
    assert company.raw(DELETED) == []


def test_what_was_marked_deleted_is_asked_for_again_for_a_week(company: Company) -> None:
    """A wrong answer does not bury a document for good: it is back with the next right one."""
    company.orders.extend(order(n, created=200, dispatchedDate=None) for n in range(1, 4))
    company.load_one(window=Window.whole())
    lost = company.orders.pop(1)
    assert company.load_one().deleted == 1
    marked = company.raw("select deleted_at from raw.sales_orders where id = 2")
    assert company.load_one(as_of=NOW + timedelta(days=3)).deleted == 0
    assert company.raw("select deleted_at from raw.sales_orders where id = 2") == marked
    company.orders.append(lost)
    assert company.load_one(as_of=NOW + timedelta(days=6)).new == 1
    assert company.raw(DELETED) == []


def test_what_has_been_deleted_for_longer_is_left_alone(company: Company) -> None:
    """After a week nothing is spent any more on what Cin7 does not have."""
    company.orders.append(order(1, created=200, dispatchedDate=None))
    company.load_one(window=Window.whole())
    lost = company.orders.pop()
    company.load_one()
    company.orders.append(lost)
    assert company.load_one(as_of=NOW + timedelta(days=8)).rows_read == 0


def test_records_that_are_there_when_asked_for_are_no_mass_loss(company: Company) -> None:
    """Documents dated later than their last edit lie outside the lookback: asked for, they are there."""
    company.orders.extend(order(n, created=200 if n % 3 else 5, changed=200) for n in range(1, 100))
    company.load_one(window=Window.whole())
    report = company.load_one()
    assert (report.deleted, report.rows_read) == (0, 33)


def stock_rows(count: int) -> list[dict[str, object]]:
    """As many stock rows, each of another option."""
    return [
        {"productOptionId": n, "branchId": 3, "size": "", "stockOnHand": 5.0}
        for n in range(1, count + 1)
    ]


def test_stock_that_the_list_left_out_is_asked_for_by_its_option(company: Company) -> None:
    """A stock row that is missing from the list is there where Cin7 returns it for its option."""
    company.records_by_resource["Stock"] += stock_rows(60)
    company.load_one("stock")
    company.faults.leaves_out = lambda resource, where, record: (
        resource == "Stock" and "IN (" not in where and record["productOptionId"] % 6 == 0
    )
    report = company.load_one("stock")
    assert (report.deleted, report.rows_read) == (0, 60)
    assert company.raw("select count(*) from raw.stock_snapshots") == [(60,)]


def test_an_empty_stock_list_is_refused(company: Company) -> None:
    """However small the account: where there was stock, an answer without any row is no answer."""
    company.records_by_resource["Stock"] += stock_rows(3)
    company.load_one("stock")
    company.records_by_resource["Stock"].clear()
    with pytest.raises(ContractBroken, match="Cin7 returned nothing of stock"):
        company.load_one("stock", gone_share_limit=1)
    assert company.raw("select count(*) from raw.stock where deleted_at is null") == [(3,)]


def test_stock_is_read_twice_where_the_server_ignores_a_list_of_options(company: Company) -> None:
    """Stock has no address of its own: where it cannot be asked for, the whole list is read again."""
    company.records_by_resource["Stock"] += stock_rows(3)
    company.load_one("stock")
    company.faults.ids_filter = "ignored"
    reads = iter(range(100))
    company.faults.leaves_out = lambda resource, _where, record: (
        resource == "Stock" and record["productOptionId"] == 2 and next(reads) < 2
    )
    assert company.load_one("stock").deleted == 0
    company.records_by_resource["Stock"].pop()
    assert company.load_one("stock").deleted == 1


def test_what_may_name_a_person_is_erased_some_time_after_it_was_deleted(company: Company) -> None:
    """Texts and the hash go, the figures stay; whoever comes back to Cin7 is back here."""
    contacts = company.records_by_resource["Contacts"]
    ada = {"id": 9, "modifiedDate": days_ago(40), "company": "Ada Lovelace", "email": "a@b.example"}
    contacts.append({**ada, "createdDate": days_ago(40)})
    line = {"id": 10, "qty": 2.0, "name": "For Ada"}
    named = {"reference": "Ada 1", "company": "Ada Lovelace", "lineItems": [line]}
    company.orders.append(order(1, created=3, **named))
    company.sync_endpoints("sales_orders", "contacts", as_of=NOW - timedelta(days=2))
    everything = (contacts.pop(), company.orders.pop())
    company.sync_endpoints("sales_orders", "contacts", window=Window.whole(), as_of=NOW)
    held = """
        select
            orders.reference, orders.company, lines.name, contacts.company,
            contacts.email_hash is null, qty
        from raw.sales_orders as orders
        inner join raw.sales_order_lines as lines on lines.sales_order_id = orders.id
        cross join raw.contacts as contacts
    """
    named_row = ("Ada 1", "Ada Lovelace", "For Ada", "Ada Lovelace", False, 2)
    assert company.raw(held) == [named_row]
    later = {"as_of": NOW + timedelta(days=31), "erase_after_days": 30}
    company.sync_endpoints("sales_orders", "contacts", **later)
    assert company.raw(held) == [(None, None, None, None, True, 2)]
    contacts.append(everything[0])
    company.orders.append(everything[1])
    later["as_of"] += timedelta(days=1)
    company.sync_endpoints("sales_orders", "contacts", window=Window.whole(), **later)
    assert company.raw(held) == [named_row]
