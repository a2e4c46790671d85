"""How documents change over time, where Cin7's own behaviour is known."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import Ledger
from cin7_pipeline.sandbox.simulation.merchant import Merchant

SYDNEY = ZoneInfo("Australia/Sydney")


def test_a_split_moves_what_was_not_shipped_to_a_back_order(ledger: Ledger) -> None:
    """The original is closed with what was shipped; the back order has the same reference with -A."""
    by_reference = {order.reference: order for order in ledger.sales_orders}
    pairs = [
        (by_reference[reference[:-2]], order)
        for reference, order in by_reference.items()
        if reference.endswith("-A")
    ]
    assert len(pairs) > 5
    for original, back_order in pairs:
        assert original.dispatched_at
        assert all(line.done == line.quantity for line in original.lines)
        assert back_order.is_approved
        items = {line.option_id for line in original.lines if line.option_id}
        assert items & {line.option_id for line in back_order.lines}


def test_whatever_a_split_takes_off_an_order_comes_back(series: list[Ledger]) -> None:
    """Where an order has less of a line than before, its back order exists."""
    lessened = set()
    for before, after in pairwise(series):
        new = {order.id: order for order in after.sales_orders}
        for order in before.sales_orders:
            left = {line.id: line.quantity for line in new[order.id].lines}
            if any(left.get(line.id, 0) < line.quantity for line in order.lines):
                lessened.add(order.reference)
    assert len(lessened) > 10
    references = {order.reference for order in series[-1].sales_orders}
    assert {f"{reference}-A" for reference in lessened} <= references


def test_voids_are_purged_after_half_a_year(next_year: Ledger) -> None:
    """Six months after it was cancelled, a void order is no longer listed."""
    long_ago = next_year.timestamp - timedelta(days=200)
    voids = [each for each in next_year.sales_orders if each.is_void]
    old = [each for each in voids if each.cancelled_at < long_ago]
    assert old
    for each in old:
        assert timedelta(days=180) < each.deleted_at - each.cancelled_at < timedelta(days=200)


def test_a_nightly_job_stamps_hundreds_of_orders_with_one_second(ledger: Ledger) -> None:
    """More than a page of orders share one modification second just after local midnight."""
    (timestamp, count), *_ = Counter(each.modified_at for each in ledger.sales_orders).most_common()
    assert count > 250
    assert timestamp.astimezone(SYDNEY).strftime("%d %H:%M:%S") == "01 00:00:03"


def test_every_day_an_order_older_than_the_lookback_is_edited(
    merchant: Merchant, now: datetime
) -> None:
    """From some age on, each day has an edit of an order that was created over 90 days before."""
    for ahead in range(0, 20, 4):
        at = now + timedelta(days=ahead)
        assert any(
            order.modified_at >= at - timedelta(days=1)
            and order.created_at < at - timedelta(days=90)
            for order in merchant.ledger(at).sales_orders
        )


def test_dates_without_a_time_are_local_midnights(ledger: Ledger) -> None:
    """Invoice dates, due dates and ETAs are local midnights in UTC."""
    dates = [each.invoiced_at for each in ledger.sales_orders if each.source != "POS"]
    dates += [each.due_at for each in ledger.sales_orders]
    dates += [each.eta_at for each in ledger.purchase_orders]
    known = [each.astimezone(SYDNEY).strftime("%H:%M:%S") for each in dates if each]
    assert set(known) == {"00:00:00"}


def test_a_price_change_touches_the_option_and_not_its_product(series: list[Ledger]) -> None:
    """Every four days some option has another price while its product was not modified."""
    for before, after in pairwise(series):
        old = {option.key: option.prices for option in before.options}
        products = {product.id: product for product in after.products}
        changed = [each for each in after.options if each.prices != old.get(each.key, each.prices)]
        assert any(products[each.product_id].modified_at < each.modified_at for each in changed)


def test_transfers_are_approved_dispatched_and_received_in_order(ledger: Ledger) -> None:
    """A transfer is received in full, and only then has a received quantity."""
    for transfer in ledger.transfers:
        dates = (transfer.approved_at, transfer.dispatched_at, transfer.received_at)
        known = [transfer.created_at, *(date for date in dates if date)]
        assert known == sorted(known)
        for line in transfer.lines:
            assert line.done == (line.quantity if transfer.received_at else 0)


def test_credit_notes_are_negative_and_name_a_sale(ledger: Ledger) -> None:
    """Quantities are below zero, and the sales reference is that of an order."""
    references = {order.reference for order in ledger.sales_orders}
    for note in ledger.credit_notes:
        assert note.sales_reference in references
        assert all(line.quantity < 0 for line in note.lines)
        assert {line.done == line.quantity for line in note.lines} == {bool(note.completed_at)}
