"""Which order a reference goes back to: a split leaves the rest on an order with a letter added."""

import re
from collections.abc import Iterable

from cin7_pipeline.sandbox.ledger import SalesOrder

SPLIT = re.compile(r"-[A-Z]\Z")


class OrderRoots:
    """The sales orders of an account in any state, by reference and customer."""

    def __init__(self, orders: Iterable[SalesOrder]) -> None:
        self._known = {(order.reference, order.member_id) for order in orders}

    def of(self, order: SalesOrder) -> str:
        """The reference of the order it was split from, else its own."""
        root = SPLIT.sub("", order.reference)
        return root if (root, order.member_id) in self._known else order.reference
