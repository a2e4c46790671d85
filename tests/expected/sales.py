"""What was sold, what is still to be dispatched and what came back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cin7_pipeline.sandbox.ledger import CreditNote, SalesOrder
from tests.expected.entries import Entry
from tests.expected.items import Items, Part
from tests.expected.measures import Calendar, Row, id_or_none, rounded
from tests.expected.order_roots import OrderRoots
from tests.expected.reading import Held
from tests.expected.trade import Trade, Trades


@dataclass(frozen=True)
class Sale(Entry[SalesOrder]):
    """A part of a sales order's line."""

    trade: Trade


@dataclass(frozen=True)
class Return(Entry[CreditNote]):
    """A part of a credit note's line."""

    trade: Trade


def sales(orders: Iterable[Held[SalesOrder]], items: Items, trades: Trades) -> list[Sale]:
    """Every part of every known sales order, sold or not."""
    entries = []
    for held in orders:
        trade = trades.of(held.document)
        rules = (*_state_of_sale(held), *trade.rules)
        for line in held.document.lines:
            entries += [_sale(held, part, trade, rules) for part in items.parts(line)]
    return entries


def returns(notes: Iterable[Held[CreditNote]], items: Items, trades: Trades) -> list[Return]:
    """Every part of every known credit note, completed or not."""
    entries = []
    for held in notes:
        trade = trades.of(held.document)
        rules = (*_state_of_return(held), *trade.rules)
        for line in held.document.lines:
            entries += [_return(held, part, trade, rules) for part in items.parts(line)]
    return entries


def _sale(held: Held[SalesOrder], part: Part, trade: Trade, rules: tuple[str, ...]) -> Sale:
    quantity = part.done if part.line.done > 0 else part.ordered
    price = rounded(part.line.unit_price)
    return Sale(
        kind="sales_order",
        document=held.document,
        is_gone=held.is_gone,
        part=part,
        quantity=quantity,
        value=rounded(quantity * price - part.discount),
        rules=rules + part.rules,
        trade=trade,
    )


def _return(held: Held[CreditNote], part: Part, trade: Trade, rules: tuple[str, ...]) -> Return:
    quantity = abs(part.ordered)
    return Return(
        kind="credit_note",
        document=held.document,
        is_gone=held.is_gone,
        part=part,
        quantity=quantity,
        value=rounded(quantity * rounded(part.line.unit_price)),
        rules=rules + part.rules,
        trade=trade,
    )


def _state_of_sale(held: Held[SalesOrder]) -> tuple[str, ...]:
    order = held.document
    return _state(held, "undispatched" if order.dispatched_at is None else None)


def _state_of_return(held: Held[CreditNote]) -> tuple[str, ...]:
    note = held.document
    return _state(held, "not_completed" if note.completed_at is None else None)


def _state(held: Held[SalesOrder] | Held[CreditNote], unfinished: str | None) -> tuple[str, ...]:
    """The one rule about the document's own state: the first that applies."""
    if held.is_gone:
        return ("gone",)
    if held.document.is_void:
        return ("void",)
    if not held.document.is_approved:
        return ("draft",)
    return () if unfinished is None else (unfinished,)


def sales_lines(entries: Iterable[Sale], calendar: Calendar, roots: OrderRoots) -> list[Row]:
    """The table `sales_lines`: dispatched sales that no rule leaves out."""
    return [_sales_line(entry, calendar, roots) for entry in entries if entry.is_included]


def _sales_line(entry: Sale, calendar: Calendar, roots: OrderRoots) -> Row:
    order, line = entry.document, entry.part.line
    return {
        **entry.identity("sales_order_id"),
        **entry.item(),
        "order_number": order.reference,
        "channel": entry.trade.channel,
        "source": order.source,
        "branch_id": id_or_none(order.branch_id),
        "warehouse": entry.trade.warehouse,
        "quantity": entry.quantity,
        "unit_price": rounded(line.unit_price),
        "discount": entry.part.discount,
        "net_amount": entry.value,
        "currency": order.currency,
        "created_on": calendar.on(order.created_at),
        "dispatched_on": calendar.on(order.dispatched_at),
        "invoiced_on": calendar.on(order.invoiced_at),
        "sold_on": sold_on(order, calendar),
        "sold_on_basis": "invoice" if order.invoiced_at else "dispatch",
        "customer_id": entry.trade.customer_id,
        "customer_group": entry.trade.customer_group,
        "ordered_quantity": entry.part.ordered,
        "tax_status": order.tax_status,
        "order_root": roots.of(order),
    }


def sold_on(order: SalesOrder, calendar: Calendar) -> date | None:
    """The day a sale counts on: its invoice's, or else its dispatch's."""
    return calendar.on(order.invoiced_at or order.dispatched_at)


def open_sales_lines(
    entries: Iterable[Sale], calendar: Calendar, stale_after_days: int, roots: OrderRoots
) -> list[Row]:
    """The table `open_sales_lines`: approved demand that waits, in every channel and warehouse."""
    return [
        _open_sales_line(entry, calendar, stale_after_days)
        | {"order_root": roots.of(entry.document)}
        for entry in entries
        if "undispatched" in entry.rules
        and not entry.part.rules
        and entry.part.ordered > entry.part.done
    ]


def _open_sales_line(entry: Sale, calendar: Calendar, stale_after_days: int) -> Row:
    order, part = entry.document, entry.part
    age_days = (calendar.today - calendar.on(order.created_at)).days
    return {
        **entry.identity("sales_order_id"),
        **entry.item(),
        "order_number": order.reference,
        "channel": entry.trade.channel,
        "warehouse": entry.trade.warehouse,
        "ordered_quantity": part.ordered,
        "shipped_quantity": part.done,
        "open_quantity": part.ordered - part.done,
        "due_on": calendar.on(order.due_at),
        "stage": order.stage,
        "age_days": age_days,
        "is_stale": age_days > stale_after_days,
        "branch_id": id_or_none(order.branch_id),
        "customer_id": entry.trade.customer_id,
        "is_included": not entry.trade.rules,
    }


def return_lines(entries: Iterable[Return], calendar: Calendar) -> list[Row]:
    """The table `return_lines`: completed returns that no rule leaves out."""
    return [_return_line(entry, calendar) for entry in entries if entry.is_included]


def _return_line(entry: Return, calendar: Calendar) -> Row:
    note = entry.document
    return {
        **entry.identity("credit_note_id"),
        **entry.item(),
        "order_number": note.reference,
        "sales_reference": note.sales_reference,
        "warehouse": entry.trade.warehouse,
        "quantity": entry.quantity,
        "returned_on": calendar.on(note.completed_at),
        "branch_id": id_or_none(note.branch_id),
        "channel": entry.trade.channel,
        "customer_id": entry.trade.customer_id,
        "value": entry.value,
    }
