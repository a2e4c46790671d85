"""Reads of several endpoints side by side: what waits for what, and what a failure costs the others."""

from datetime import timedelta
from pathlib import Path

import pytest

from cin7_pipeline.load.extract import Extract
from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS, STOCK
from cin7_pipeline.window import Window, midnight
from tests.unit.load.fake_account import NOW, Company, days_ago, open_company, order

OPEN_PURCHASE = {
    "id": 5,
    "createdDate": days_ago(9),
    "modifiedDate": days_ago(9),
    "isApproved": True,
}
ROW = {"productOptionId": 7, "branchId": 3, "stockOnHand": 4.0}
SNAPSHOTS = "select snapshot_on, stock_on_hand from raw.stock_snapshots"
# More than may be rejected: Cin7 has changed its shape.
UNREADABLE = [order(number, created=1, total="a lot") for number in range(1, 12)]


def asked(company: Company) -> list[tuple[str, str]]:
    """The resource and the filter of each call so far, as they came in."""
    assert company.server is not None
    requests = sorted(company.server.requests, key=lambda request: request.arrived_at)
    return [(each.path.split("/")[-1], each.params.get("where", "")) for each in requests]


def test_stock_waits_for_the_documents_and_nothing_else(company: Company) -> None:
    """The first call for the stock comes after the last of the documents' lists."""
    company.records_by_resource["Stock"].append(ROW)
    company.sync_endpoints(*ENDPOINTS).raise_failures()
    paths = [path for path, _ in asked(company)]
    documents = [kind.path.split("/")[-1] for kind in DOCUMENTS]
    before = paths[: paths.index("Stock")]
    assert set(documents) <= set(before)
    behind = paths[len(paths) - 1 - paths[::-1].index("Stock") :]
    assert sorted(path for path in behind if path in documents) == sorted(documents)


def test_what_is_received_while_the_stock_is_read_is_known_as_received(company: Company) -> None:
    """A purchase that comes in between the two reads is not still to come when its units are in stock."""
    purchases = company.records_by_resource["PurchaseOrders"]
    purchases.append({**OPEN_PURCHASE, "lineItems": [{"id": 51, "qty": 4.0}]})
    company.records_by_resource["Stock"].append(ROW)

    def receive(resource: str, _page: int) -> None:
        if resource == "Stock":
            lines = [{"id": 51, "qty": 4.0, "qtyShipped": 4.0}]
            received = {"modifiedDate": days_ago(0), "fullyReceivedDate": days_ago(0)}
            purchases[0] = {**OPEN_PURCHASE, **received, "lineItems": lines}

    company.faults.edit_while_reading = receive
    outcome = company.sync_endpoints(*ENDPOINTS)
    outcome.raise_failures()
    assert company.raw("select fully_received_date is null from raw.purchase_orders") == [(False,)]
    assert company.raw("select qty_shipped from raw.purchase_order_lines") == [(4,)]
    (report,) = [each for each in outcome.reports if each.entity == "purchase_orders"]
    assert (report.rows_read, report.new) == (1, 1)


def test_what_is_in_transit_is_kept_with_the_stock_of_the_day(company: Company) -> None:
    """A receipt, an edit or a deletion changes the day on which it is read, and none before."""
    transfers = company.records_by_resource["BranchTransfers"]
    lines = [{"id": 41, "qty": 5.0, "qtyTransferred": 2.0, "code": "A"}]
    sent = {"id": 4, "createdDate": days_ago(9), "modifiedDate": days_ago(9), "lineItems": lines}
    transfers.append({**sent, "dispatchedDate": days_ago(8)})
    transfers.append({**sent, "id": 5})
    company.records_by_resource["Stock"].append(ROW)
    company.sync_endpoints(*ENDPOINTS, as_of=NOW - timedelta(days=1)).raise_failures()
    kept = "select snapshot_on, branch_transfer_id, line_id, qty, qty_transferred"
    kept += " from raw.transit_snapshots order by all"
    yesterday = company.raw(kept)
    assert [row[1:] for row in yesterday] == [(4, 41, 5, 2)]
    more = {"qty": 7.0, "qtyTransferred": 0.0, "code": "A"}
    transfers[1] |= {"dispatchedDate": days_ago(8), "modifiedDate": days_ago(0)}
    transfers[1]["lineItems"] = [{"id": 51, **more}, {"id": 51, **more}]
    transfers[0] |= {"receivedDate": days_ago(0.5), "modifiedDate": days_ago(0)}
    company.load_one("branch_transfers")
    assert company.raw(kept) == yesterday
    for _ in range(2):
        company.sync_endpoints(*ENDPOINTS).raise_failures()
        assert company.raw(kept)[:1] == yesterday
        assert [row[1:] for row in company.raw(kept)[1:]] == [(5, -2, 7, 0), (5, 51, 7, 0)]


def test_stock_without_documents_brings_what_changed_in_them_since_they_were_read(
    company: Company,
) -> None:
    """Reference data that are read later, as behind a re-sync, are of one moment with the documents too."""
    company.orders.extend([order(1, created=1), order(2, created=30)])
    company.sync_endpoints(*ENDPOINTS, as_of=NOW - timedelta(days=3)).raise_failures()
    company.orders[0] = order(1, created=1, changed=0.5, total=5.0)
    outcome = company.sync_endpoints("stock", "branches", behind_stock=["sales_orders"])
    outcome.raise_failures()
    assert company.raw("select total from raw.sales_orders where id = 1") == [(5,)]
    (report,) = [each for each in outcome.reports if each.entity == "sales_orders"]
    assert report.window == Window(NOW - timedelta(days=3))
    assert report.call_count <= 2


def test_what_documents_name_is_fetched_in_the_same_load(company: Company) -> None:
    """A contact that no list brings is known with the order that names it, not a day later."""
    company.sync_endpoints(*ENDPOINTS).raise_failures()
    company.orders.append(order(1, created=1, memberId=9))
    company.records_by_resource["Contacts"].append({"id": 9, "modifiedDate": days_ago(400)})
    company.sync_endpoints(*ENDPOINTS).raise_failures()
    assert company.raw("select id from raw.contacts") == [(9,)]


def test_an_entity_that_fails_holds_up_no_other(tmp_path: Path) -> None:
    """Without a permission one entity keeps its earlier data; the day's snapshot of the stock is there."""
    with open_company(tmp_path, forbidden={"ProductionJobs"}) as company:
        company.orders.extend(UNREADABLE)
        company.records_by_resource["Stock"].append(ROW)
        outcome = company.sync_endpoints(*ENDPOINTS)
        assert outcome.failures.keys() == {"production_jobs", "sales_orders"}
        assert {report.entity for report in outcome.reports} == ENDPOINTS.keys() - outcome.failures
        assert len(company.raw(SNAPSHOTS)) == 1


def test_a_failure_is_on_record_until_the_entity_is_read_again(company: Company) -> None:
    """Since when it fails, and why, is kept over further failures, until the next good read."""
    is_told = "error like '%11 of 11 records cannot be read%'"
    failing = f"select entity, failing_since, failed_at, {is_told} from raw.sync_failures"
    company.orders.extend(UNREADABLE)
    first = NOW - timedelta(days=1)
    company.sync_endpoints(*ENDPOINTS, as_of=first)
    assert company.raw(failing) == [("sales_orders", first, first, True)]
    company.sync_endpoints("sales_orders")
    assert company.raw(failing) == [("sales_orders", first, NOW, True)]
    company.orders[:] = [order(1, created=1)]
    company.load_one()
    assert company.raw(failing) == []


def test_a_fault_of_ours_costs_one_entity_only(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw fails the entity in which it happened, and its message shows no record."""
    original = Extract.read

    def broken(self: Extract) -> None:
        if self.endpoint.name == "adjustments":
            raise RecursionError("ada@example.com")
        original(self)

    monkeypatch.setattr(Extract, "read", broken)
    outcome = company.sync_endpoints(*ENDPOINTS)
    assert outcome.failures.keys() == {"adjustments"}
    assert "ada" not in str(outcome.failures["adjustments"])
    assert "RecursionError in broken (test_reads.py" in str(outcome.failures["adjustments"])
    assert STOCK.name in {report.entity for report in outcome.reports}


def test_an_outage_longer_than_the_lookback_leaves_no_gap(company: Company) -> None:
    """The lookback reaches back to the last read, to the day, and an hour more."""
    stopped = NOW - timedelta(days=40)
    company.load_one(as_of=stopped, lookback_days=14)
    company.orders.append(order(1, created=39))
    report = company.load_one(lookback_days=14)
    assert report.window == Window(midnight(stopped.date()))
    assert (report.new, report.gap) == (1, None)
    assert company.load_one(lookback_days=14).window == Window.lookback(NOW, 14)


def test_a_gap_that_somebody_leaves_is_told_until_it_is_closed(company: Company) -> None:
    """Days that were asked for stay as asked; what lies before them is told, and the next sync reads it."""
    stopped = NOW - timedelta(days=40)
    company.load_one(as_of=stopped, lookback_days=14)
    two_days = Window.lookback(NOW, 2)
    report = company.load_one(window=two_days)
    assert report.window == two_days
    assert report.gap == Window(stopped, two_days.start)
    again = company.load_one(window=two_days)
    assert again.gap == report.gap
    closing = company.load_one(lookback_days=14)
    assert (closing.window, closing.gap) == (Window(midnight(stopped.date())), None)
    assert company.load_one(window=two_days).gap is None
