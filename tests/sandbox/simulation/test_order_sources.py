"""The systems that write orders to the account, each with habits and mistakes of its own."""

from collections import Counter
from datetime import timedelta

from cin7_pipeline.sandbox.ledger import Ledger, SalesOrder
from tests.sandbox.simulation.orders import goods, versions


def from_source(books: Ledger, source: str | None) -> list[SalesOrder]:
    return [order for order in books.sales_orders if order.source == source]


def test_orders_come_from_every_source(books: Ledger) -> None:
    """All six systems write orders, and some orders name none."""
    sources = Counter(order.source for order in books.sales_orders)
    named = {"Shopify", "Ordermentum", "Upstock", "Order Desk", "Backend", "POS", None}
    assert set(sources) == named
    assert all(count >= 30 for count in sources.values())


def test_shopify_orders_are_numbered_with_a_hash(books: Ledger) -> None:
    """Shopify references are '#' and a running number."""
    references = [order.reference for order in from_source(books, "Shopify")]
    assert "#1001" in references
    assert all(reference.startswith("#") for reference in references)


def test_ordermentum_orders_arrive_as_drafts_and_some_are_never_approved(
    books: Ledger, along: list[Ledger]
) -> None:
    """An Ordermentum order is a draft at first; weeks later some still are."""
    seen = versions(along)
    first = [seen[order.id][0] for order in from_source(books, "Ordermentum") if order.id in seen]
    assert any(not order.is_approved for order in first)
    old = books.timestamp - timedelta(days=30)
    assert any(
        not order.is_approved and not order.is_void and order.created_at < old
        for order in from_source(books, "Ordermentum")
    )


def test_ordermentum_codes_are_mistyped_in_several_ways(books: Ledger) -> None:
    """Lines without an item carry a code in wrong case, with extra spaces, or unknown altogether."""
    skus = {option.code for option in books.options}
    lower = {sku.lower() for sku in skus if sku}
    stray = [
        line.code
        for order in from_source(books, "Ordermentum")
        for line in order.lines
        if not line.option_id and line.code not in skus | {"", "freight"}
    ]
    assert any(code.lower() in lower and code.strip() == code for code in stray)
    assert any(code != code.strip() and code.strip() in skus for code in stray)
    assert any(" -" in code for code in stray)
    assert any(code.startswith("OLD") for code in stray)


def test_upstock_orders_are_new_approved_and_at_the_default_branch(along: list[Ledger]) -> None:
    """Upstock writes approved orders in stage New at one branch only (or at none by mistake)."""
    first = [seen[0] for seen in versions(along).values() if seen[0].source == "Upstock"]
    assert any(order.stage == "New" for order in first)
    assert all(order.is_approved for order in first)
    assert {order.branch_id for order in first} <= {3, 0}


def test_order_desk_orders_carry_custom_fields_and_a_customer_number(books: Ledger) -> None:
    """Order Desk fills in custom fields and the customer's order number."""
    orders = from_source(books, "Order Desk")
    assert all(order.custom_fields["orders_1000"] for order in orders)
    assert all(order.customer_order_no for order in orders)


def test_order_desk_sets_dispatch_dates_ahead(along: list[Ledger]) -> None:
    """At some moments an Order Desk order has a dispatch date in the future and nothing shipped."""
    assert any(
        order.dispatched_at
        and order.dispatched_at > books.timestamp
        and not any(line.done for line in order.lines)
        for books in along
        for order in from_source(books, "Order Desk")
    )


def test_order_desk_dispatches_with_nothing_shipped(books: Ledger) -> None:
    """Some Order Desk orders are dated as dispatched for weeks and nothing of them ever shipped."""
    long_ago = books.timestamp - timedelta(days=20)
    assert any(
        order.dispatched_at
        and order.dispatched_at < long_ago
        and goods(order)
        and not any(line.done for line in order.lines)
        for order in from_source(books, "Order Desk")
    )
