"""Purchase orders: their state, what of them is still open and when it is expected."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Contact, PurchaseOrder
from tests.expected.entries import Entry
from tests.expected.items import Items, Part
from tests.expected.lanes import Expected, UsualDays
from tests.expected.measures import ZERO, Calendar, Row, id_or_none, rounded
from tests.expected.reading import Held
from tests.expected.warehouses import Warehouses


@dataclass(frozen=True)
class Purchase(Entry[PurchaseOrder]):
    """A part of a purchase order's line, with the state of the whole order."""

    state: str

    @property
    def open_quantity(self) -> Decimal:
        """What is still to come; nothing once the order is delivered or archived."""
        if self.state not in ("Draft", "Active"):
            return ZERO
        return max(self.part.ordered - self.part.done, ZERO)


def purchases(orders: Iterable[Held[PurchaseOrder]], items: Items) -> list[Purchase]:
    """Every part of every known purchase order."""
    entries = []
    for held in orders:
        parts = [part for line in held.document.lines for part in items.parts(line)]
        state = purchase_state(held.document, parts)
        entries += [_purchase(held, part, state) for part in parts]
    return entries


def purchase_state(order: PurchaseOrder, parts: Iterable[Part]) -> str:
    """Draft, Active, Delivered or Archived."""
    if order.is_void:
        return "Archived"
    if not order.is_approved:
        return "Draft"
    return "Delivered" if order.received_at or _is_all_received(parts) else "Active"


def _is_all_received(parts: Iterable[Part]) -> bool:
    lines = [part.line for part in parts if not part.rules and part.line.quantity > 0]
    return bool(lines) and all(line.done >= line.quantity for line in lines)


def _purchase(held: Held[PurchaseOrder], part: Part, state: str) -> Purchase:
    gone = ("gone",) if held.is_gone and not held.document.is_void else ()
    return Purchase(
        kind="purchase_order",
        document=held.document,
        is_gone=held.is_gone,
        part=part,
        quantity=part.ordered,
        value=rounded(part.ordered * rounded(part.line.unit_price)),
        rules=gone + part.rules,
        state=state,
    )


def purchase_order_lines(
    entries: Iterable[Purchase], warehouses: Warehouses, calendar: Calendar
) -> list[Row]:
    """The table `purchase_order_lines`."""
    return [_row(entry, warehouses, calendar) for entry in entries if entry.is_included]


def _row(entry: Purchase, warehouses: Warehouses, calendar: Calendar) -> Row:
    order = entry.document
    return {
        **entry.identity("purchase_order_id"),
        **entry.item(),
        "order_number": order.reference,
        "status": _status(order),
        "state": entry.state,
        "supplier_id": id_or_none(order.member_id),
        "branch_id": id_or_none(order.branch_id),
        "warehouse": warehouses.of(order.branch_id),
        "ordered_quantity": entry.part.ordered,
        "received_quantity": entry.part.done,
        "open_quantity": entry.open_quantity,
        "unit_cost": rounded(entry.part.line.unit_price),
        "currency": order.currency,
        "created_on": calendar.on(order.created_at),
        "eta_on": calendar.on(order.eta_at),
        "received_on": calendar.on(order.received_at),
        "etd_on": calendar.on(order.etd_at),
    }


def _status(order: PurchaseOrder) -> str:
    """Cin7's own word for it."""
    if order.is_void:
        return "VOID"
    return "APPROVED" if order.is_approved else "DRAFT"


def usual_days_of_suppliers(
    orders: Iterable[Held[PurchaseOrder]], calendar: Calendar
) -> UsualDays[int]:
    """How many days each supplier's orders usually take from creation to full receipt."""
    usual = UsualDays[int]()
    for order, received_on in _received(orders, calendar):
        usual.observe(order.member_id, calendar.on(order.created_at), received_on)
    return usual


def usual_lateness_of_suppliers(
    orders: Iterable[Held[PurchaseOrder]], calendar: Calendar
) -> UsualDays[int]:
    """How many days after its ETA each supplier's goods usually come; early is not late."""
    usual = UsualDays[int]()
    for order, received_on in _received(orders, calendar):
        if order.eta_at:
            eta_on = calendar.on(order.eta_at)
            usual.observe(order.member_id, eta_on, max(received_on, eta_on))
    return usual


def _received(
    orders: Iterable[Held[PurchaseOrder]], calendar: Calendar
) -> Iterator[tuple[PurchaseOrder, date]]:
    """Orders that tell something about their supplier, with the day all of it was there."""
    for held in orders:
        order = held.document
        is_observed = order.is_approved and not order.is_void and not held.is_gone
        if is_observed and order.received_at and order.member_id:
            yield order, calendar.on(order.received_at)


def expected(entry: Purchase, usual: UsualDays[int], calendar: Calendar) -> Expected:
    """When the order's goods come (or came), and where that date is from."""
    order = entry.document
    if entry.state == "Delivered" and order.received_at:
        return Expected(calendar.on(order.received_at), "received")
    if order.eta_at:
        return Expected(calendar.on(order.eta_at), "eta")
    return usual.after(order.member_id, calendar.on(order.created_at))


def supplier_name(supplier_id: int, contacts: dict[int, Contact]) -> str:
    """The supplier's company, or else what can be said of it."""
    contact = contacts.get(supplier_id)
    if contact and contact.company:
        return contact.company
    return f"Supplier {supplier_id}" if supplier_id else "unknown"
