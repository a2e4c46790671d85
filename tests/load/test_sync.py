"""Rules of loading: what a read brings, what it changes, and what it never loses."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cin7_pipeline.errors import Cin7Rejected, ContractBroken, SettingsError
from cin7_pipeline.load import read
from cin7_pipeline.window import Window
from tests.load.company import Company, days_ago, order


def test_the_same_window_twice_rewrites_nothing(company: Company) -> None:
    """A second load of unchanged documents writes no row, and each keeps its version."""
    company.orders.extend(order(n, created=n) for n in range(1, 6))
    first = company.load_one()
    before = company.raw("select id, row_hash, read_at from raw.sales_orders order by id")
    second = company.load_one()
    assert (first.new, first.changed, first.unchanged) == (5, 0, 0)
    assert (second.new, second.changed, second.unchanged) == (0, 0, 5)
    assert company.raw("select id, row_hash, read_at from raw.sales_orders order by id") == before


def test_a_document_and_its_lines_are_replaced_together(company: Company) -> None:
    """A line that vanished from a document vanishes here, even the last one."""
    lines = [{"id": 11, "qty": 1}, {"id": 12, "qty": 2, "sizes": [{"name": "M", "qty": 2}]}]
    company.orders.append(order(1, created=3, lineItems=lines))
    company.load_one()
    assert company.raw("select id, qty from raw.sales_order_lines order by id") == [
        (11, Decimal(1)),
        (12, Decimal(2)),
    ]
    company.orders[0] = order(1, created=3, lineItems=[{"id": 12, "qty": 3}])
    assert company.load_one().changed == 1
    assert company.raw("select id, qty from raw.sales_order_lines") == [(12, Decimal(3))]
    company.orders[0] = order(1, created=3, lineItems=[])
    company.load_one()
    assert company.raw("select count(*) from raw.sales_order_lines") == [(0,)]


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


def test_a_deleted_document_is_marked_gone_and_kept(company: Company) -> None:
    """What a window should have brought and did not is marked, never deleted, and comes back by itself."""
    company.orders.extend(order(n, created=n) for n in range(1, 4))
    company.load_one()
    lost = company.orders.pop(1)
    assert company.load_one().gone == 1
    gone = "select id from raw.sales_orders where gone_at is not null"
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
    assert company.load_one().gone == 1


def test_mass_loss_is_refused(company: Company) -> None:
    """More missing documents than the limit fail the load, and nothing is marked."""
    company.orders.extend(order(n, created=1) for n in range(1, 61))
    company.load_one()
    del company.orders[:30]
    with pytest.raises(ContractBroken, match="did not return 30 of 60"):
        company.load_one()
    assert company.raw("select count(*) from raw.sales_orders where gone_at is not null") == [(0,)]
    assert company.load_one(gone_share_limit=0.9).gone == 30


def test_a_document_that_paging_skipped_is_not_gone(company: Company) -> None:
    """Before a document is called gone it is asked for by its id."""
    company.orders.extend(order(n, created=1) for n in range(1, 4))
    company.load_one()
    hidden = company.orders[1]
    hidden["modifiedDate"] = days_ago(365)
    assert company.load_one().gone == 0


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
    assert company.load_one("stock").gone == 1
    assert company.raw("select snapshot_on, size, stock_on_hand from raw.stock_snapshots") == [
        (date(2026, 7, 1), "S", Decimal(5))
    ]


def test_stock_is_read_whole_whatever_is_asked(company: Company) -> None:
    """A short lookback never leaves a branch's stock half read."""
    company.records_by_resource["Stock"].append(
        {"productOptionId": 7, "branchId": 3, "modifiedDate": days_ago(300)}
    )
    days = Window.lookback(company.settings().now(), 2)
    assert company.load_one("stock", window=days).rows_read == 1


def test_a_wrong_record_fails_its_endpoint_and_no_other(company: Company) -> None:
    """An endpoint with an unreadable record keeps its earlier data; the others are loaded."""
    company.orders.append(order(1, created=1))
    company.load_one()
    company.orders.append(order(2, created=1, total="a lot"))
    company.records_by_resource["CreditNotes"].append({"id": 5, "createdDate": days_ago(1)})
    company.records_by_resource["CreditNotes"][0]["modifiedDate"] = days_ago(1)
    outcome = company.load("sales_orders", "credit_notes")
    assert [report.entity for report in outcome.reports] == ["credit_notes"]
    assert "record id=2" in str(outcome.failures["sales_orders"])
    assert company.raw("select id from raw.sales_orders") == [(1,)]
    with pytest.raises(ContractBroken):
        outcome.raise_failures()


def test_a_size_taken_off_an_old_option_is_gone(company: Company) -> None:
    """An option that comes back without one of its sizes has lost it, whenever it was created."""
    option = {"id": 7, "code": "A", "createdDate": days_ago(400), "modifiedDate": days_ago(200)}
    sizes = [{**option, "size": size} for size in "SM"]
    company.records_by_resource["ProductOptions"] = sizes
    company.load_one("product_options")
    company.records_by_resource["ProductOptions"] = [{**sizes[0], "modifiedDate": days_ago(1)}]
    assert company.load_one("product_options").gone == 1
    query = "select size from raw.product_options where gone_at is null"
    assert company.raw(query) == [("S",)]


def test_days_are_covered_only_when_the_load_is_complete(company: Company) -> None:
    """The coverage ledger names each day of a window that was read to its end, and none that failed."""
    company.orders.append(order(1, created=1, total="a lot"))
    company.load("sales_orders", lookback_days=2)
    assert company.raw("select count(*) from raw.sync_coverage") == [(0,)]
    company.orders.clear()
    company.load_one(lookback_days=2)
    assert company.raw("select entity, day_on from raw.sync_coverage order by day_on") == [
        ("sales_orders", date(2026, 6, day)) for day in (28, 29, 30)
    ]


def test_a_whole_read_covers_every_day_since_the_oldest_document(company: Company) -> None:
    """Reading everything reads each day of the account's life, so that none of them is unknown."""
    company.orders.extend([order(1, created=3), order(2, created=1)])
    company.load_one(window=Window.whole())
    company.load_one(window=Window.whole())
    assert company.raw("select entity, day_on from raw.sync_coverage order by day_on") == [
        ("sales_orders", date(2026, 6, day)) for day in (27, 28, 29, 30)
    ]


def test_no_permission_names_the_endpoint(company: Company) -> None:
    """A missing permission toggle is a Cin7Rejected that names it."""
    company.records_by_resource.pop("CreditNotes")
    outcome = company.load("credit_notes")
    assert isinstance(outcome.failures["credit_notes"], Cin7Rejected)


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
    assert report.gone == 1
    ids = "select count(*), min(id), max(id) from raw.sales_orders where gone_at is null"
    assert company.raw(ids) == [(599, 2, 600)]


def test_mapped_custom_fields_are_read_and_no_others(company: Company) -> None:
    """What `custom_fields.csv` maps is stored; a changed mapping rewrites a record when it is read."""
    company.orders.append(order(1, created=1, customFields={"orders_1": "A", "orders_2": "B"}))
    company.load_one()
    stored = "select custom_fields from raw.sales_orders"
    assert company.raw(stored) == [(None,)]
    company.folder.joinpath("settings").mkdir()
    mapping = company.folder / "settings" / "custom_fields.csv"
    mapping.write_text("entity,cin7_field,name\nsales_orders,orders_2,Forwarder\n")
    assert company.load_one().changed == 1
    assert company.raw(stored) == [('{"orders_2":"B"}',)]
    company.faults.ignored_parameters = {"fields"}
    assert [company.load_one().changed for _ in range(2)] == [1, 0]  # other text, the same content
    assert company.raw(stored) == [('{"orders_2":"B"}',)]


def test_an_older_warehouse_gets_the_columns_declared_since(company: Company) -> None:
    """A warehouse of an earlier version is read on: new columns appear, and rows stay."""
    company.orders.extend(order(n, created=n) for n in range(1, 3))
    company.load_one()
    company.raw("alter table raw.sales_orders drop column member_email_state")
    company.raw("alter table raw.sales_orders drop column custom_fields")
    company.orders[0] = order(1, created=1, total=5.0, memberEmail="nobody")
    assert company.load_one().changed == 1
    assert company.raw("select id, member_email_state from raw.sales_orders order by id") == [
        (1, "invalid"),
        (2, None),
    ]


def test_two_accounts_are_never_mixed(company: Company) -> None:
    """A warehouse that holds one account's data refuses another's, and changes nothing."""
    company.orders.append(order(1, created=1))
    company.load_one()
    with pytest.raises(SettingsError, match=r"another account's data.*CIN7_DATA_DIR"):
        company.load("sales_orders", username="somebody-else")
    assert company.raw("select count(*) from raw.sales_orders") == [(1,)]


def test_an_edit_between_slices_is_not_lost(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that moves from a slice not yet read into one already read is seen all the same."""
    company.orders.extend(order(n, created=200, changed=7 * n, total=1) for n in range(1, 13))
    company.orders[:0] = [order(98, created=1), order(99, created=2)]
    company.load_one()
    monkeypatch.setattr(read, "PAGE_ROWS", 1)
    monkeypatch.setattr(read, "PAGES_PER_WALK", 1)
    monkeypatch.setattr(read, "SLICES_AT_ONCE", 1)
    slices = Window.slices
    monkeypatch.setattr(Window, "slices", lambda *of: slices(*of)[::-1])  # the newest slice first
    calls = iter(range(100))

    def edit(_resource: str, _page: int) -> None:
        if next(calls) == 2:  # the newest slice has been read to its end
            company.orders[-1].update(modifiedDate=days_ago(0), total=2)

    company.faults.edit_while_reading = edit
    assert company.load_one().rows_read == 14
    assert company.raw("select id from raw.sales_orders where total = 2") == [(12,)]
