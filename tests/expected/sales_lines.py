"""This module makes the tables `sales_lines`, `open_sales_lines` and `return_lines`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cin7_pipeline.sandbox.ledger import CreditNote, SalesOrder
from tests.expected.document_attributes import Attributes, DocumentAttributes
from tests.expected.entries import Entry
from tests.expected.items import Items, LinePart
from tests.expected.known_documents import KnownDocument
from tests.expected.values import Calendar, Row, as_read, id_or_none, rounded

STALE_AFTER_DAYS = 60
SPLIT = re.compile(r"-[A-Z]\Z")


@dataclass(frozen=True)
class SaleEntry(Entry):
    """A part of a sales order's line; a split order's `original` is the order it was split from."""

    document: SalesOrder
    attributes: Attributes
    original: str


@dataclass(frozen=True)
class ReturnEntry(Entry):
    """A part of a credit note's line."""

    document: CreditNote
    attributes: Attributes


def sales(
    orders: Iterable[KnownDocument],
    items: Items,
    attributes: DocumentAttributes,
    calendar: Calendar,
) -> list[SaleEntry]:
    """Return every part of every known sales order, sold or not."""
    orders = list(orders)
    numbers = {(known.document.reference, known.document.member_id) for known in orders}
    entries = []
    for known in orders:
        order, header = known.document, attributes.of(known.document)
        # Splitting leaves the rest on an order with a letter added; the original may be in any state.
        original = SPLIT.sub("", order.reference)
        if (original, order.member_id) not in numbers:
            original = order.reference
        state = _state_rule(known, calendar.past(order.dispatched_at), "undispatched")
        for part in items.parts_of(order):
            quantity = part.done if part.line.done > 0 else part.ordered
            value = rounded(quantity * as_read(part.line.unit_price) - part.discount)
            unshipped = ("not_shipped",) if is_unshipped(part, order, items) else ()
            rules = (state or unshipped) + header.rules + part.rules
            of_part = (part, quantity, value, rules)
            entries.append(SaleEntry("sales_order", order, *of_part, header, original))
    return entries


def is_unshipped(part: LinePart, order: SalesOrder, items: Items) -> bool:
    """Tell whether nothing of the line was shipped although something else was, of the order or its kit.

    What is no goods is never shipped, nor need a kit be whose components were.
    """
    line = part.line
    shipped = [each for each in order.lines if each.done > 0]
    if line.done > 0 or line.quantity <= 0 or not shipped:
        return False
    if part.is_component:
        return any(each.parent_id == line.parent_id for each in shipped)
    is_goods = part.item is not None and part.item.key not in items.not_stocked
    return is_goods and all(each.parent_id != line.id for each in shipped)


def returns(
    notes: Iterable[KnownDocument], items: Items, attributes: DocumentAttributes, calendar: Calendar
) -> list[ReturnEntry]:
    """Return every part of every known credit note, completed or not."""
    entries = []
    for known in notes:
        note, header = known.document, attributes.of(known.document)
        rules = (
            *_state_rule(known, calendar.past(note.completed_at), "not_completed"),
            *header.rules,
        )
        for part in items.parts_of(note):
            quantity = abs(part.ordered)
            value = rounded(quantity * as_read(part.line.unit_price) - abs(part.discount))
            of_part = (part, quantity, value, rules + part.rules)
            entries.append(ReturnEntry("credit_note", note, *of_part, header))
    return entries


def _state_rule(known: KnownDocument, finished_on: date | None, unfinished: str) -> tuple[str, ...]:
    """Return the one rule about the document's own state: the first that applies."""
    rules = {
        "gone": known.is_deleted,
        "void": known.document.is_void,
        "draft": not known.document.is_approved,
        unfinished: finished_on is None,
    }
    return tuple(rule for rule, applies in rules.items() if applies)[:1]


def sales_lines(entries: Iterable[SaleEntry], calendar: Calendar) -> list[Row]:
    """Return the table `sales_lines`, if `entries` are dispatched sales that no rule leaves out."""
    return [_sales_line(entry, calendar) for entry in entries]


def _sales_line(entry: SaleEntry, calendar: Calendar) -> Row:
    order, amount = entry.document, entry.base_amount(entry.value)
    return {
        **entry.columns("sales_order_id"),
        "channel": entry.attributes.channel,
        "source": order.source,
        "branch_id": id_or_none(order.branch_id),
        "warehouse": entry.attributes.warehouse,
        "quantity": entry.quantity,
        "unit_price": as_read(entry.part.line.unit_price),
        "discount": entry.part.discount,
        "net_amount": entry.value,
        "currency": order.currency,
        "created_on": calendar.on(order.created_at),
        "dispatched_on": calendar.on(order.dispatched_at),
        "invoiced_on": calendar.past(order.invoiced_at),
        "sold_on": sold_on(order, calendar),
        "sold_on_basis": "invoice" if calendar.past(order.invoiced_at) else "dispatch",
        "customer_id": entry.attributes.customer_id,
        "customer_group": entry.attributes.customer_group,
        "ordered_quantity": entry.part.ordered,
        "tax_status": order.tax_status,
        "order_root": entry.original,
        "net_amount_excl_tax": amount["excl_tax"],
        "net_amount_base": amount["base"],
        "amount_basis": amount["amount_basis"],
        "order_discount": rounded(entry.value * entry.discount_share),
    }


def sold_on(order: SalesOrder, calendar: Calendar) -> date | None:
    """Return the day a sale counts on: its invoice's where that has come, or else its dispatch's."""
    return calendar.past(order.invoiced_at) or calendar.past(order.dispatched_at)


def open_sales_lines(entries: Iterable[SaleEntry], calendar: Calendar) -> list[Row]:
    """Return the table `open_sales_lines`: approved demand that waits, in every channel and warehouse."""
    return [
        _open_sales_line(entry, calendar)
        for entry in entries
        if "undispatched" in entry.rules
        and not entry.part.rules
        and entry.part.ordered > entry.part.done
    ]


def _open_sales_line(entry: SaleEntry, calendar: Calendar) -> Row:
    order, part = entry.document, entry.part
    age_days = (calendar.today - calendar.on(order.created_at)).days
    return {
        **entry.columns("sales_order_id"),
        "channel": entry.attributes.channel,
        "warehouse": entry.attributes.warehouse,
        "ordered_quantity": part.ordered,
        "shipped_quantity": part.done,
        "open_quantity": part.ordered - part.done,
        "due_on": calendar.plausible(order.due_at),
        "stage": order.stage,
        "age_days": age_days,
        "is_stale": age_days > STALE_AFTER_DAYS,
        "branch_id": id_or_none(order.branch_id),
        "customer_id": entry.attributes.customer_id,
        "is_included": not entry.attributes.rules,
        "order_root": entry.original,
    }


def return_lines(entries: Iterable[ReturnEntry], calendar: Calendar) -> list[Row]:
    """Return the table `return_lines`, if `entries` are completed returns that no rule leaves out."""
    return [
        {
            **entry.columns("credit_note_id"),
            "sales_reference": entry.document.sales_reference,
            "warehouse": entry.attributes.warehouse,
            "quantity": entry.quantity,
            "returned_on": calendar.on(entry.document.completed_at),
            "branch_id": id_or_none(entry.document.branch_id),
            "channel": entry.attributes.channel,
            "customer_id": entry.attributes.customer_id,
            "value": entry.value,
            "currency": entry.document.currency,
            "value_excl_tax": amount["excl_tax"],
            "value_base": amount["base"],
            "amount_basis": amount["amount_basis"],
        }
        for entry in entries
        for amount in [entry.base_amount(entry.value)]
    ]
