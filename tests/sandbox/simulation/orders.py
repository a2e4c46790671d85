"""What tests ask of the orders in the merchant's books: how each changed, and what goods it is about."""

from collections import defaultdict

from cin7_pipeline.sandbox.ledger import Ledger, Line, SalesOrder


def versions(along: list[Ledger]) -> dict[int, list[SalesOrder]]:
    """Every order as it was at each look at the books."""
    found = defaultdict(list)
    for books in along:
        for order in books.sales_orders:
            found[order.id].append(order)
    return found


def goods(order: SalesOrder) -> list[Line]:
    """The lines that are about an item and no part of a kit above them."""
    return [line for line in order.lines if line.option_id and not line.parent_id]
