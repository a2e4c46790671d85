import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

import pytest

from cin7_pipeline.sandbox.ledger import Ledger, SalesOrder

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def is_recent(order: SalesOrder, books: Ledger) -> bool:
    earliest = books.timestamp - timedelta(days=60)
    due = order.due_at
    return order.created_at >= earliest or (due is not None and earliest <= due <= books.timestamp)


CRITERIA: dict[str, Callable[[SalesOrder, Ledger], bool]] = {
    "approved": lambda order, _: order.is_approved,
    "fully_picked": lambda order, _: order.stage.strip().lower() == "fully picked",
    "recent": is_recent,
    "delivery_country": lambda order, _: bool((order.delivery_country or "").strip()),
    "dispatch_quantity": lambda order, _: any(
        line.done > 0 and not line.parent_id for line in order.lines
    ),
}


def waiting(books: Ledger) -> list[SalesOrder]:
    return [
        order
        for order in books.sales_orders
        if not (order.deleted_at or order.is_void or order.dispatched_at)
    ]


def failures(order: SalesOrder, books: Ledger) -> set[str]:
    return {name for name, holds in CRITERIA.items() if not holds(order, books)}


def test_some_waiting_orders_are_ready_for_the_carrier(books: Ledger) -> None:
    """All five criteria of the shipping system are met by some undispatched orders."""
    assert any(not failures(order, books) for order in waiting(books))


@pytest.mark.parametrize("name", sorted(CRITERIA))
def test_each_criterion_alone_holds_some_order_back(name: str, books: Ledger) -> None:
    """For every criterion there is an order that fails this one only."""
    assert any(failures(order, books) == {name} for order in waiting(books))


def test_drafts_grow_old(books: Ledger) -> None:
    """Some drafts have waited for more than a week."""
    old = books.timestamp - timedelta(days=8)
    assert any(not order.is_approved and order.created_at < old for order in waiting(books))


def test_stages_are_free_text(books: Ledger) -> None:
    """Stages that only this account has occur, in more than one spelling."""
    stages = {order.stage for order in waiting(books)}
    assert {"Awaiting Supplier (PO Pending)", "awaiting supplier (PO pending) "} <= stages


def test_sized_lines_ship_unevenly(books: Ledger) -> None:
    """Of some lines a part has left that is not the same share of every size."""
    uneven = [
        (order, line)
        for order in books.sales_orders
        for line in order.lines
        if line.sizes and 0 < line.done < line.quantity and line.done * 2 != line.quantity
    ]
    assert all(len({size.quantity for size in line.sizes}) > 1 for _, line in uneven)
    assert {bool(order.dispatched_at) for order, _ in uneven} == {True, False}


def test_some_orders_name_a_customer_nobody_knows(books: Ledger) -> None:
    """A few orders have a member id that no contact has."""
    known = {contact.id for contact in books.contacts}
    strangers = [each for each in books.sales_orders if each.member_id not in known | {0}]
    assert 0 < len(strangers) < 20


def test_orders_belong_to_customers_with_and_without_a_usable_address(books: Ledger) -> None:
    """The customers of orders have a valid address, an invalid one, or none."""
    emails = {contact.id: contact.email for contact in books.contacts}
    found = {emails.get(order.member_id, "") for order in books.sales_orders}
    assert "" in found
    assert any(ADDRESS.fullmatch(email) for email in found)
    assert any(email and not ADDRESS.fullmatch(email) for email in found)


def test_some_orders_have_a_surcharge_or_a_discount(books: Ledger) -> None:
    """Surcharges and order discounts occur, together and alone."""
    found = {(bool(each.surcharge), bool(each.discount_total)) for each in books.sales_orders}
    assert {(True, False), (False, True), (False, False)} <= found


def test_few_orders_say_a_wrong_sum(books: Ledger) -> None:
    """The sum of the lines or of the parts was written over on a few orders."""
    orders = books.sales_orders
    for wrong in (
        [order for order in orders if order.product_total_error],
        [order for order in orders if order.total_error],
    ):
        assert 3 < len(wrong) < 0.05 * len(orders)
    assert {abs(order.total_error) > Decimal("0.05") for order in orders} == {True, False}


def _number(text: str | None) -> str:
    return (text or "").strip().removeprefix("#").lower()


def _same(one: SalesOrder, other: SalesOrder) -> set[str]:
    """By what two orders are the same."""
    found = set()
    if _number(one.customer_order_no) and _number(one.customer_order_no) == _number(
        other.customer_order_no
    ):
        found.add("customer's number")
    if _number(one.reference) == _number(other.reference):
        found.add("reference")
    if _number(one.reference) == _number(other.customer_order_no):
        found.add("reference as customer's number")
    return found


def test_orders_are_entered_twice_in_several_ways(books: Ledger) -> None:
    """Within three days: by number, reference or both crosswise; a week later; by the same system."""
    shipped = [each for each in books.sales_orders if each.dispatched_at and not each.deleted_at]
    soon, late, by_itself = set[str](), 0, 0
    for one, other in combinations(shipped, 2):
        same = _same(one, other)
        apart = other.created_at - one.created_at
        if one.source == other.source:
            by_itself += one.reference == other.reference and apart < timedelta(days=3)
        elif same and apart < timedelta(days=3):
            assert other.source == "Backend"
            soon |= same
        elif same:
            late += 1
    assert soon == {"customer's number", "reference", "reference as customer's number"}
    assert late
    assert by_itself


def test_custom_fields_say_what_the_account_made_of_them(books: Ledger) -> None:
    """Orders carry a 3PL code, products a tariff code, and some of each carry none."""
    orders = [order.custom_fields.get("orders_1000") for order in books.sales_orders]
    products = [product.custom_fields.get("products_1011") for product in books.products]
    for found in (orders, products):
        assert None in found
        assert any(found)
