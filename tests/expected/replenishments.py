"""Purchase orders and transfers side by side: what is coming, when, and whether it counts."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from tests.expected.lanes import Expected
from tests.expected.measures import Row, id_or_none
from tests.expected.purchases import Purchase
from tests.expected.transfers import Movement
from tests.expected.warehouses import UNMAPPED, Warehouses

ON_TIME = timedelta()


def of_purchase(
    entry: Purchase,
    expected: Expected,
    *,
    supplier: str,
    lateness: timedelta,
    warehouses: Warehouses,
    today: date,
) -> Row:
    """The row of a purchase order's part; `lateness` is what its supplier usually is late by."""
    order = entry.document
    destination = warehouses.of(order.branch_id)
    why_not = why_not_counted(
        entry.state, entry.open_quantity, (None, destination), expected, warehouses
    )
    return {
        **_row(entry, expected, lateness, today),
        "source": supplier,
        "destination_warehouse": destination,
        "source_branch_or_supplier_id": id_or_none(order.member_id),
        "is_counted": why_not is None,
        "why_not_counted": why_not,
    }


def of_transfer(entry: Movement, expected: Expected, warehouses: Warehouses, today: date) -> Row:
    """The row of a transfer's part."""
    source, destination = entry.lane
    why_not = why_not_counted(entry.state, entry.open_quantity, entry.lane, expected, warehouses)
    return {
        **_row(entry, expected, ON_TIME, today),
        "source": source,
        "destination_warehouse": destination,
        "source_branch_or_supplier_id": id_or_none(entry.document.source_branch_id),
        "is_counted": why_not is None,
        "why_not_counted": why_not,
    }


def why_not_counted(
    state: str,
    open_quantity: Decimal,
    lane: tuple[str | None, str],
    expected: Expected,
    warehouses: Warehouses,
) -> str | None:
    """The first reason why nothing of this is projected, or None; `lane` ends at a warehouse."""
    source, destination = lane
    reasons: Iterable[tuple[str, bool]] = (
        ("draft", state == "Draft"),
        ("archived", state == "Archived"),
        ("delivered", state == "Delivered"),
        ("nothing open", not open_quantity),
        ("warehouse unmapped", destination == UNMAPPED),
        ("warehouse disabled", warehouses.is_disabled(destination)),
        ("same warehouse", source == destination),
        ("no expected date", expected.on is None),
    )
    return next((reason for reason, applies in reasons if applies), None)


def _row(entry: Purchase | Movement, promised: Expected, lateness: timedelta, today: date) -> Row:
    is_coming = entry.state == "Active" and entry.open_quantity > 0
    is_overdue = is_coming and promised.on is not None and promised.on < today
    return {
        "kind": entry.kind,
        **entry.identity("document_id"),
        **entry.item(),
        "order_number": entry.document.reference,
        "state": entry.state,
        "open_quantity": entry.open_quantity,
        "expected_on": today + lateness if is_overdue else promised.on,
        "expected_on_basis": promised.basis,
        "is_overdue": is_overdue,
        "promised_on": promised.on,
    }
