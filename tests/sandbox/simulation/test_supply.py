from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import Ledger, PurchaseOrder, Transfer

SYDNEY = ZoneInfo("Australia/Sydney")


def open_purchases(books: Ledger) -> list[PurchaseOrder]:
    return [
        order
        for order in books.purchase_orders
        if order.is_approved and not (order.is_void or order.received_at or order.deleted_at)
    ]


def live_transfers(books: Ledger) -> list[Transfer]:
    return [transfer for transfer in books.transfers if transfer.deleted_at is None]


def test_purchase_orders_are_in_every_state(books: Ledger) -> None:
    """There are drafts, open ones, part received, received, void and deleted ones."""
    orders = books.purchase_orders
    assert any(not order.is_approved and not order.is_void for order in orders)
    assert any(not any(line.done for line in order.lines) for order in open_purchases(books))
    assert any(
        0 < line.done < line.quantity for order in open_purchases(books) for line in order.lines
    )
    assert any(order.received_at for order in orders)
    assert any(order.is_void for order in orders)
    assert any(order.deleted_at and not order.is_void for order in orders)


def test_sized_purchase_lines_halve_evenly(along: list[Ledger]) -> None:
    """A part delivery of a sized line is the same share of every size, in whole units."""
    part = [
        line
        for books in along
        for order in books.purchase_orders
        for line in order.lines
        if line.sizes and 0 < line.done < line.quantity
    ]
    assert part
    assert all(
        (size.quantity * line.done / line.quantity) % 1 == 0 for line in part for size in line.sizes
    )


def test_a_line_can_be_over_received(books: Ledger) -> None:
    """Rarely more of a line arrives than was ordered, and the order is closed."""
    over = [
        order
        for order in books.purchase_orders
        if any(line.done > line.quantity for line in order.lines)
    ]
    assert 1 <= len(over) < 15
    assert all(order.received_at for order in over)


def test_a_purchase_order_is_voided_89_days_after_it_was_written(books: Ledger) -> None:
    """A cancellation can come at the very end of the usual lookback."""
    ages = [
        (order.cancelled_at - order.created_at).days
        for order in books.purchase_orders
        if order.cancelled_at
    ]
    assert 89 in ages
    assert min(ages) < 10


def test_old_orders_stay_open_although_everything_arrived(books: Ledger) -> None:
    """Some orders have all lines received for weeks and still no received date."""
    assert any(
        all(line.done >= line.quantity for line in order.lines)
        and order.modified_at < books.timestamp - timedelta(days=14)
        for order in open_purchases(books)
    )


def test_promises_are_missing_or_past(books: Ledger) -> None:
    """Some orders have no ETA, some open ones have one that has gone by; dates are local midnights."""
    assert any(order.eta_at is None and order.received_at for order in books.purchase_orders)
    assert any(order.eta_at is None for order in open_purchases(books))
    assert any(order.eta_at and order.eta_at < books.timestamp for order in open_purchases(books))
    dated = [order.eta_at for order in books.purchase_orders if order.eta_at]
    assert all(moment.astimezone(SYDNEY).hour == 0 for moment in dated)


def test_suppliers_take_24_to_40_days(books: Ledger) -> None:
    """Each supplier has a usual lead time of its own, seen from several received orders."""
    days = defaultdict(list)
    for order in books.purchase_orders:
        if order.received_at and not order.reference.endswith("-A"):
            days[order.member_id].append((order.received_at - order.created_at).days)
    typical = {
        supplier: sorted(values)[len(values) // 2] for supplier, values in days.items() if supplier
    }
    assert len(typical) == 6
    assert all(len(days[supplier]) >= 3 for supplier in typical)
    assert all(20 <= value <= 60 for value in typical.values())
    assert len(set(typical.values())) >= 4


def test_purchases_have_back_orders_fees_currencies_and_repeated_references(books: Ledger) -> None:
    """Split orders carry a suffix, freight is a line, USD has a rate, one reference stands twice."""
    orders = books.purchase_orders
    references = Counter(order.reference for order in orders)
    assert any(reference.endswith("-A") for reference in references)
    assert max(references.values()) == 2
    codes = {line.code for order in orders for line in order.lines if not line.option_id}
    assert "freight" in codes
    assert any("/" in (code or "") for code in codes)
    assert {order.currency for order in orders} == {"AUD", "USD"}
    assert all((order.currency == "USD") == (order.currency_rate != 1) for order in orders)
    assert any(order.member_id == 0 for order in orders)
    assert len({order.branch_id for order in orders}) == 2


def test_transfers_are_in_every_state(books: Ledger) -> None:
    """There are drafts, approved ones, ones on the road and received ones."""
    transfers = live_transfers(books)
    assert any(not each.is_approved for each in transfers)
    assert any(each.is_approved and not each.dispatched_at for each in transfers)
    assert any(each.dispatched_at and not each.received_at for each in transfers)
    assert any(each.received_at for each in transfers)


def test_dates_of_a_transfer_are_in_order(books: Ledger) -> None:
    """A transfer is approved, then dispatched, then received, in full and only then."""
    for transfer in books.transfers:
        dates = [transfer.approved_at, transfer.dispatched_at, transfer.received_at]
        known = [transfer.created_at, *(date for date in dates if date)]
        assert known == sorted(known)
        for line in transfer.lines:
            assert line.done == (line.quantity if transfer.received_at else 0)
            assert line.quantity > 0


def test_one_transfer_is_on_the_road_for_ever(books: Ledger, later: Ledger) -> None:
    """The ghost was dispatched in the first weeks and nothing ever arrives."""

    def ghosts(books: Ledger) -> set[int]:
        long_ago = books.timestamp - timedelta(days=60)
        return {
            each.id
            for each in live_transfers(books)
            if each.dispatched_at and each.dispatched_at < long_ago and not each.received_at
        }

    assert len(ghosts(books)) == 1
    assert ghosts(books) <= ghosts(later)


def test_transfers_vanish_as_drafts_on_the_road_and_after_receipt(books: Ledger) -> None:
    """Cancelled transfers are simply deleted, whatever had become of them."""
    gone = [transfer for transfer in books.transfers if transfer.deleted_at]
    assert any(not each.is_approved for each in gone)
    assert any(each.dispatched_at and not each.received_at for each in gone)
    received = [each for each in gone if each.received_at]
    assert 1 <= len(received) < len(gone)


def test_busy_lanes_have_history(books: Ledger) -> None:
    """Every lane with three transfers or more has received ones, with more than one lane busy."""
    lanes = defaultdict(list)
    for transfer in live_transfers(books):
        lanes[transfer.source_branch_id, transfer.destination_branch_id].append(transfer)
    busy = {lane: each for lane, each in lanes.items() if len(each) >= 3}
    assert len(busy) >= 4
    assert all(any(each.received_at for each in transfers) for transfers in busy.values())
    assert all(source != destination for source, destination in lanes)


def test_sized_goods_are_moved_and_bought_too(books: Ledger) -> None:
    """Lines with sizes stand on transfers and purchase orders as well."""
    assert any(line.sizes for each in books.transfers for line in each.lines)
    assert any(line.sizes for each in books.purchase_orders for line in each.lines)


def test_credit_notes_are_in_every_state(books: Ledger) -> None:
    """There are drafts, granted ones, completed, void and deleted ones."""
    notes = books.credit_notes
    assert any(not note.is_approved for note in notes)
    long_ago = books.timestamp - timedelta(days=20)
    assert any(
        note.is_approved
        and not note.is_void
        and not note.completed_at
        and note.created_at < long_ago
        for note in notes
    )
    assert any(note.completed_at for note in notes)
    assert any(note.is_void for note in notes)
    assert any(note.deleted_at for note in notes)


def test_credit_notes_are_negative_and_name_a_sale(books: Ledger) -> None:
    """Quantities are below zero and the sales reference is that of an order."""
    references = {order.reference for order in books.sales_orders}
    for note in books.credit_notes:
        assert note.sales_reference in references
        assert note.reference.startswith("CRN-")
        assert all(line.quantity < 0 for line in note.lines)
        done = {line.done == line.quantity for line in note.lines}
        assert done == {note.completed_at is not None}


def test_some_credit_notes_are_money_only(books: Ledger) -> None:
    """A refund by amount is a tiny fraction of a large price, without an item."""
    refunds = [line for note in books.credit_notes for line in note.lines if line.unit_price > 1000]
    assert {line.code for line in refunds} == {"", "Amount"}
    assert all(line.quantity == Decimal("-0.1775") and not line.option_id for line in refunds)


def test_returned_kits_and_sizes_occur(later: Ledger) -> None:
    """Within a year a kit comes back with its components and a sized line with its sizes."""
    lines = [line for note in later.credit_notes for line in note.lines]
    assert any(line.parent_id for line in lines)
    assert any(size.quantity < 0 for line in lines for size in line.sizes)


def test_supply_goes_on_every_month(along: list[Ledger]) -> None:
    """Every four days something is bought, moved and given back."""
    for before, after in pairwise(along[3:]):
        for name in ("purchase_orders", "transfers", "credit_notes"):
            assert len(getattr(after, name)) > len(getattr(before, name))
