"""Which records a load reads: by window, whatever their age, by id, whole, and from a server with quirks."""

from datetime import date
from typing import Any

import pytest

from cin7_pipeline.window import Window
from tests.unit.load.fake_account import Company, days_ago, order


def test_an_old_order_edited_yesterday_is_seen(company: Company) -> None:
    """The daily window is on modification: an order created 200 days ago and edited yesterday is read."""
    company.orders.append(order(1, created=200, changed=1))
    company.orders.append(order(2, created=200))
    assert company.load_one().rows_read == 1


def test_the_first_lookback_brings_what_is_open_at_any_age(company: Company) -> None:
    """An order of a year ago that is still to be sent is known from the first sync on; no closed one is."""
    company.orders.append(order(1, created=365, dispatchedDate=None, isVoid=False))
    company.orders.append(order(2, created=365))
    company.orders.append(order(3, created=365, dispatchedDate=None, isVoid=True))
    assert company.load_one().rows_read == 1
    assert company.raw("select id from raw.sales_orders") == [(1,)]


def test_a_range_brings_what_was_created_or_changed_in_it(company: Company) -> None:
    """A history range holds documents created in it, whatever happened to them later."""
    company.orders.append(order(1, created=200, changed=1))
    company.orders.append(order(2, created=300, changed=200))
    company.orders.append(order(3, created=300))
    day = date.fromisoformat(days_ago(200)[:10])
    assert company.load_one(window=Window.days(day, day)).rows_read == 2


def test_open_documents_are_read_whatever_their_age(company: Company) -> None:
    """An undispatched order outside the window is asked for by id, so that nothing about it is old."""
    company.orders.append(order(1, created=200, dispatchedDate=None))
    company.load_one(window=Window.whole())
    company.orders[0]["dispatchedDate"] = days_ago(1)
    report = company.load_one()
    assert (report.rows_read, report.changed) == (1, 1)


def test_what_documents_name_is_fetched_by_id(company: Company) -> None:
    """An option that a line names and no window brings is read by its id, with all its sizes."""
    options = company.records_by_resource["ProductOptions"]
    company.load_one("product_options")
    options += [
        {"id": 7, "size": size, "code": f"A-{size}", "modifiedDate": days_ago(400)} for size in "SM"
    ]
    assert company.load_one("product_options").rows_read == 0
    company.orders.append(order(1, created=1))
    company.load_one()
    assert company.load_one("product_options").new == 2


@pytest.mark.parametrize(
    ("entity", "resource", "record"),
    [
        ("adjustments", "Adjustments", {"lineItems": [{"id": 1, "productOptionId": 7}]}),
        ("production_jobs", "ProductionJobs", {"products": [{"id": 1, "productOptionId": 7}]}),
        ("bom_masters", "v2/BomMasters", {"products": [{"id": 1, "productOptionId": 7}]}),
        (
            "bom_masters",
            "v2/BomMasters",
            {
                "products": [
                    {"id": 1, "components": [{"productOptionId": 7}, {"productOptionId": 0}]}
                ]
            },
        ),
    ],
)
def test_options_in_stock_papers_are_fetched_by_id(
    company: Company, entity: str, resource: str, record: dict[str, Any]
) -> None:
    """Adjustments, jobs and bills name options as orders do, the last two also in their components."""
    company.load_one("product_options")
    company.records_by_resource["ProductOptions"].append(
        {"id": 7, "code": "A", "modifiedDate": days_ago(400)}
    )
    company.records_by_resource[resource].append(
        {"id": 1, "createdDate": days_ago(1), "modifiedDate": days_ago(1), **record}
    )
    company.load_one(entity)
    assert company.load_one("product_options").new == 1


def test_an_open_adjustment_is_read_whatever_its_age(company: Company) -> None:
    """What was not completed when we last saw it is asked for by id, jobs as well as adjustments."""
    for resource in ("Adjustments", "ProductionJobs"):
        company.records_by_resource[resource].append(
            {"id": 1, "createdDate": days_ago(200), "modifiedDate": days_ago(200)}
        )
    for entity in ("adjustments", "production_jobs"):
        company.load_one(entity, window=Window.whole())
        assert company.load_one(entity).rows_read == 1


def test_reference_data_is_read_whole_once(company: Company) -> None:
    """Products are read whole the first time and by window after that; an asked-for whole read repeats it."""
    products = company.records_by_resource["Products"]
    products.append({"id": 1, "modifiedDate": days_ago(900)})
    assert company.load_one("products").rows_read == 1
    assert company.load_one("products").rows_read == 0
    assert company.load_one("products", window=Window.whole()).rows_read == 1


def test_stock_is_read_whole_whatever_is_asked(company: Company) -> None:
    """A short lookback never leaves a branch's stock half read."""
    company.records_by_resource["Stock"].append(
        {"productOptionId": 7, "branchId": 3, "modifiedDate": days_ago(300)}
    )
    days = Window.lookback(company.settings().now(), 2)
    assert company.load_one("stock", window=days).rows_read == 1


@pytest.mark.parametrize(
    "faults",
    [
        {"ids_filter": "dropped_when_combined"},
        {"ids_filter": "ignored"},
        {"ignored_parameters": {"order"}},
        {"ignored_parameters": {"fields"}},
        {"ignored_parameters": {"rows"}},
        {"duplicate_rows_across_pages": True},
    ],
    ids=str,
)
def test_a_server_with_quirks_gives_the_same_tables(
    company: Company, faults: dict[str, Any]
) -> None:
    """Whatever parameters a server ignores or rows it repeats, the same documents arrive."""
    company.orders.extend(order(n, created=200, dispatchedDate=None) for n in range(1, 4))
    company.load_one(window=Window.whole())
    for name, value in faults.items():
        assert hasattr(company.faults, name)
        setattr(company.faults, name, value)
    company.orders.extend(order(n, created=(n % 50) + 1) for n in range(600, 3, -1))
    company.orders.pop(0)
    report = company.load_one()
    assert report.deleted == 1
    ids = "select count(*), min(id), max(id) from raw.sales_orders where deleted_at is null"
    assert company.raw(ids) == [(599, 2, 600)]


def test_an_open_document_that_is_edited_meanwhile_is_not_lost(company: Company) -> None:
    """An old document that is edited while open ones are read is found in the window that follows."""
    company.orders.append(order(1, created=200, dispatchedDate=None, isVoid=False, total=1))
    calls = iter(range(100))

    def edit(_resource: str, _page: int) -> None:
        if next(calls) == 1:
            company.orders[0].update(modifiedDate=days_ago(0), total=2)

    company.faults.edit_while_reading = edit
    assert company.load_one().rows_read == 1
    assert company.raw("select total from raw.sales_orders") == [(2,)]


def test_open_documents_of_the_lookback_are_not_asked_for_twice(company: Company) -> None:
    """A first read of 300 open orders of last week takes two full pages and one look for older ones."""
    company.orders.extend(
        order(n, created=7, dispatchedDate=None, isVoid=False) for n in range(1, 301)
    )
    assert company.load_one().call_count == 3
