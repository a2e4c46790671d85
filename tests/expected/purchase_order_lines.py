"""This module makes the table `purchase_order_lines`, and says when open purchase orders are expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Contact, PurchaseOrder
from tests.expected.entries import Entry
from tests.expected.expected_dates import ExpectedDate, History
from tests.expected.items import Items, LinePart
from tests.expected.known_documents import KnownDocument
from tests.expected.values import ZERO, Calendar, Row, as_read, id_or_none, rounded
from tests.expected.warehouses import Warehouses

DEFAULT_LEAD_DAYS = 30


@dataclass(frozen=True)
class PurchaseEntry(Entry):
    """A part of a purchase order's line, with the state of the whole order."""

    document: PurchaseOrder
    state: str

    @property
    def open_quantity(self) -> Decimal:
        """What is still to come; nothing once the order is delivered or archived."""
        if self.state not in ("Draft", "Active"):
            return ZERO
        return max(self.part.ordered - self.part.done, ZERO)


def purchases(
    orders: Iterable[KnownDocument], items: Items, calendar: Calendar
) -> list[PurchaseEntry]:
    """Return every part of every known purchase order."""
    entries = []
    for known in orders:
        order, parts = known.document, items.parts_of(known.document)
        state = _state(order, parts, calendar)
        # Cin7 purges voids after months: a void order that is deleted stays, as Archived.
        gone = ("gone",) if known.is_deleted and not order.is_void else ()
        for part in parts:
            value = rounded(part.ordered * as_read(part.line.unit_price))
            of_part = (part, part.ordered, value, gone + part.rules)
            entries.append(PurchaseEntry("purchase_order", order, *of_part, state))
    return entries


def _state(order: PurchaseOrder, parts: Iterable[LinePart], calendar: Calendar) -> str:
    """Return Draft, Active, Delivered or Archived."""
    if order.is_void:
        return "Archived"
    if not order.is_approved:
        return "Draft"
    # Fees and other lines without an item do not keep an order open.
    lines = [part.line for part in parts if not part.rules and part.line.quantity > 0]
    is_all_received = bool(lines) and all(line.done >= line.quantity for line in lines)
    is_received = bool(calendar.past(order.received_at)) or is_all_received
    return "Delivered" if is_received else "Active"


def purchase_order_lines(
    entries: Iterable[PurchaseEntry], warehouses: Warehouses, calendar: Calendar
) -> list[Row]:
    """Return the table `purchase_order_lines`."""
    return [_row(entry, warehouses, calendar) for entry in entries]


def _row(entry: PurchaseEntry, warehouses: Warehouses, calendar: Calendar) -> Row:
    order = entry.document
    approved = "APPROVED" if order.is_approved else "DRAFT"
    return {
        **entry.columns("purchase_order_id"),
        "status": "VOID" if order.is_void else approved,
        "state": entry.state,
        "supplier_id": id_or_none(order.member_id),
        "branch_id": id_or_none(order.branch_id),
        "warehouse": warehouses.of(order.branch_id),
        "ordered_quantity": entry.part.ordered,
        "received_quantity": entry.part.done,
        "open_quantity": entry.open_quantity,
        "unit_cost": as_read(entry.part.line.unit_price),
        "currency": order.currency,
        "created_on": calendar.plausible(order.created_at),
        "eta_on": calendar.plausible(order.eta_at),
        "received_on": calendar.past(order.received_at),
        "etd_on": calendar.plausible(order.etd_at),
    }


def supplier_history(orders: Iterable[KnownDocument], calendar: Calendar) -> History:
    """Return how many days each supplier's orders usually take, and how late they come.

    An order takes from its creation to its full receipt; one that comes early is not late. One that was
    entered when its goods had come tells nothing.
    """
    history = History(DEFAULT_LEAD_DAYS)
    for known in orders:
        order = known.document
        is_observed = order.is_approved and not order.is_void and not known.is_deleted
        received_on = calendar.past(order.received_at)
        created_on = calendar.plausible(order.created_at)
        if not (is_observed and received_on and order.member_id):
            continue
        if created_on is None or received_on > created_on:
            history.observe(order.member_id, created_on, received_on, _promised_on(order, calendar))
    return history


def _promised_on(order: PurchaseOrder, calendar: Calendar) -> date | None:
    """Return the day the supplier promised: the ETA, else Cin7's estimated time of delivery."""
    return _promise(order, order.eta_at, calendar) or _promise(order, order.etd_at, calendar)


def _promise(order: PurchaseOrder, moment: datetime | None, calendar: Calendar) -> date | None:
    """Return the day of a promise, which is none where it was before the order."""
    day, created_on = calendar.plausible(moment), calendar.plausible(order.created_at)
    return None if day and created_on and day < created_on else day


def purchase_expected(entry: PurchaseEntry, history: History, calendar: Calendar) -> ExpectedDate:
    """Return when the order's goods are expected or were received, and the basis of that date."""
    order = entry.document
    received_on = calendar.past(order.received_at)
    if entry.state == "Delivered" and received_on:
        return ExpectedDate(received_on, "received")
    for basis, day in (
        ("received", calendar.to_come(order.received_at)),
        ("eta", _promise(order, order.eta_at, calendar)),
        ("etd", _promise(order, order.etd_at, calendar)),
    ):
        if day:
            return ExpectedDate(day, basis)
    started_on = calendar.plausible(order.created_at)
    if entry.state == "Active":
        started_on = started_on or calendar.today
    return history.after(order.member_id, started_on)


def supplier_names(orders: Iterable[KnownDocument], contacts: Iterable[Contact]) -> dict[int, str]:
    """Return the company of each supplier that orders name, or its id where it has none."""
    companies = {contact.id: contact.company for contact in contacts}
    ids = {known.document.member_id for known in orders}
    unnamed = {id_: f"Supplier {id_}" if id_ else "unknown" for id_ in ids}
    return {id_: companies.get(id_) or name for id_, name in unnamed.items()}
