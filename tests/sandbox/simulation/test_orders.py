"""The life of an order, whoever wrote it: shipped, invoiced, split, edited late, voided, deleted."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import Ledger
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from tests.sandbox.simulation.orders import goods, versions

SYDNEY = ZoneInfo("Australia/Sydney")


def is_local_midnight(moment: datetime) -> bool:
    return moment.astimezone(SYDNEY).strftime("%H:%M:%S") == "00:00:00"


def test_stages_of_the_warehouse_occur(along: list[Ledger]) -> None:
    """Undispatched orders are seen fully picked and partially picked."""
    stages = {
        order.stage
        for books in along
        for order in books.sales_orders
        if order.is_approved and not order.dispatched_at and not order.is_void
    }
    assert {"New", "Processing", "Fully Picked", "Partially Picked", "Backorder"} <= stages


def test_part_shipped_orders_stay_undispatched(books: Ledger) -> None:
    """An order can have shipped some units of a line, for weeks, without being dispatched."""
    part = [
        order
        for order in books.sales_orders
        if order.dispatched_at is None
        and any(0 < line.done < line.quantity for line in order.lines)
    ]
    assert any(order.modified_at < books.timestamp - timedelta(days=14) for order in part)
    assert any(line.sizes and 0 < line.done < line.quantity for each in part for line in each.lines)


def test_dispatched_orders_are_shipped_in_full(books: Ledger) -> None:
    """But for dates that a caller set and a few closed short, a dispatch ships all as ordered."""
    shipped = [
        order
        for order in books.sales_orders
        if order.dispatched_at and order.source != "Order Desk" and not order.deleted_at
    ]
    short = [each for each in shipped if any(line.done < line.quantity for line in each.lines)]
    assert 3 < len(short) < 0.05 * len(shipped)
    for order in short:
        assert {line.done for line in order.lines} <= {Decimal(0), Decimal(3)}
        assert any(line.sizes and line.done for line in order.lines)


def test_invoices_come_before_at_and_after_dispatch_or_never(books: Ledger) -> None:
    """Invoice dates are local midnights before, on and after the dispatch; some orders have none."""
    dispatched = [
        each for each in books.sales_orders if each.dispatched_at and each.source != "POS"
    ]
    invoiced = [each for each in dispatched if each.invoiced_at]
    days = [each.invoiced_at.astimezone(SYDNEY).date() for each in invoiced]
    gaps = {
        (day > each.dispatched_at.astimezone(SYDNEY).date())
        - (day < each.dispatched_at.astimezone(SYDNEY).date())
        for day, each in zip(days, invoiced, strict=True)
    }
    assert gaps == {-1, 0, 1}
    assert all(is_local_midnight(each.invoiced_at) for each in invoiced)
    old = books.timestamp - timedelta(days=40)
    assert any(each.invoiced_at is None and each.created_at < old for each in dispatched)
    assert any(
        each.invoiced_at and not each.dispatched_at and not each.is_void
        for each in books.sales_orders
    ), "invoiced and not dispatched"


def test_orders_are_voided_as_drafts_and_after_approval(books: Ledger) -> None:
    """A void keeps whether it had been approved, and says when it was cancelled."""
    voids = [order for order in books.sales_orders if order.is_void]
    assert {order.is_approved for order in voids} == {True, False}
    assert all(order.cancelled_at and not order.dispatched_at for order in voids)


def test_some_voids_are_restored(merchant: Merchant, now: datetime) -> None:
    """An order that is void at one moment can be dispatched later."""
    days = [merchant.ledger(now - timedelta(days=back)) for back in range(45, 30, -1)]
    voids = {order.id for books in days for order in books.sales_orders if order.is_void}
    assert any(
        order.id in voids and order.dispatched_at and not order.is_void and not order.cancelled_at
        for order in merchant.ledger(now).sales_orders
    )


def test_a_split_moves_what_was_not_shipped_to_a_back_order(books: Ledger) -> None:
    """Reference and reference-A together hold the original's lines; the original is closed."""
    by_reference = {order.reference: order for order in books.sales_orders}
    pairs = [
        (by_reference[reference[:-2]], order)
        for reference, order in by_reference.items()
        if reference.endswith("-A")
    ]
    assert len(pairs) > 5
    for original, back_order in pairs:
        assert original.dispatched_at
        assert all(line.done == line.quantity for line in original.lines)
        assert {line.option_id for line in goods(original)} & {
            line.option_id for line in goods(back_order)
        }
        assert back_order.is_approved
        assert back_order.created_at <= original.modified_at
    assert {bool(back_order.dispatched_at) for _, back_order in pairs} == {True, False}


def test_whatever_a_split_takes_off_an_order_comes_back(along: list[Ledger]) -> None:
    """Where a dispatched order has less of a line than before, its back order exists."""
    references = {order.reference for order in along[-1].sales_orders}
    lessened = set()
    for seen in versions(along).values():
        for before, after in pairwise(seen):
            left = {line.id: line.quantity for line in after.lines}
            if any(left.get(line.id, 0) < line.quantity for line in before.lines):
                lessened.add(after.reference)
    assert len(lessened) > 10
    assert {f"{reference}-A" for reference in lessened} <= references


def test_every_day_an_order_older_than_90_days_was_edited_the_day_before(
    merchant: Merchant, now: datetime
) -> None:
    """From some age on, each day brings an edit of an order that was created over 90 days before."""
    for ahead in range(0, 20, 4):
        moment = now + timedelta(days=ahead)
        recently = moment - timedelta(days=1)
        assert any(
            order.modified_at >= recently and order.created_at < moment - timedelta(days=90)
            for order in merchant.ledger(moment).sales_orders
        )


def test_late_edits_change_what_planners_read(books: Ledger, merchant: Merchant) -> None:
    """Some of the late edits change prices, dates or words, not only the stamp."""
    edited = [
        order
        for order in books.sales_orders
        if order.modified_at - order.created_at > timedelta(days=90) and not order.deleted_at
    ]
    earlier = {
        order.id: order
        for order in merchant.ledger(books.timestamp - timedelta(days=40)).sales_orders
    }
    differences = {
        name
        for order in edited
        for name in ("lines", "project_name", "invoiced_at", "customer_order_no")
        if getattr(order, name) != getattr(earlier[order.id], name)
    }
    assert {"lines", "project_name", "customer_order_no"} <= differences


def test_a_nightly_job_stamps_hundreds_of_orders_with_one_second(books: Ledger) -> None:
    """More than 250 orders share one modification second just after local midnight."""
    (moment, count), *_ = Counter(order.modified_at for order in books.sales_orders).most_common()
    assert count > 250
    assert moment.astimezone(SYDNEY).strftime("%d %H:%M:%S") == "01 00:00:03"


def test_old_approved_orders_are_stuck(books: Ledger) -> None:
    """Some approved orders have been waiting for more than 60 days."""
    assert any(
        order.is_approved
        and not (order.is_void or order.dispatched_at or order.deleted_at)
        and order.created_at < books.timestamp - timedelta(days=60)
        for order in books.sales_orders
    )


def test_orders_vanish_open_and_dispatched(books: Ledger) -> None:
    """Deleted orders were drafts, open, and rarely dispatched."""
    gone = [order for order in books.sales_orders if order.deleted_at]
    assert 3 <= len(gone) < len(books.sales_orders) * 0.06
    assert {bool(order.dispatched_at) for order in gone} == {True, False}
    assert {order.is_approved for order in gone} == {True, False}


def test_voids_are_purged_after_half_a_year(later: Ledger) -> None:
    """Six months after it was cancelled, a void order is no longer listed."""
    old = [
        order
        for order in later.sales_orders
        if order.is_void and order.cancelled_at < later.timestamp - timedelta(days=200)
    ]
    assert old
    for order in old:
        assert timedelta(days=180) < order.deleted_at - order.cancelled_at < timedelta(days=200)


def test_life_goes_on_with_the_same_variety(later: Ledger) -> None:
    """In a month of the next year every kind of order is written again."""
    young = [
        each for each in later.sales_orders if each.created_at > later.timestamp - timedelta(35)
    ]
    assert {order.source for order in young} == {each.source for each in later.sales_orders}
    assert any(order.is_void for order in young)
    assert any(order.deleted_at for order in young)
    assert any(order.reference.endswith("-A") for order in young)
    assert any(order.branch_id == 0 for order in young)
    assert any(0 < line.done < line.quantity for order in young for line in order.lines)


def test_an_edited_order_keeps_its_lines_together(along: list[Ledger]) -> None:
    """An edit before dispatch changes a quantity under the same line id."""
    changed = 0
    for seen in versions(along).values():
        for before, after in pairwise(seen):
            old = {line.id: line.quantity for line in before.lines}
            changed += any(old.get(line.id, line.quantity) < line.quantity for line in after.lines)
    assert changed > 0


def test_order_moments_are_utc() -> None:
    """Moments in the ledger carry UTC, not the account's zone."""
    books = Merchant().ledger(datetime(2026, 6, 3, tzinfo=UTC))
    assert all(order.created_at.tzinfo is UTC for order in books.sales_orders)
    assert sum(line.quantity for order in books.sales_orders for line in order.lines) > Decimal(0)
