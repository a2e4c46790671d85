"""This module makes the table `transfer_lines`, and says when transfers under way are expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Transfer
from tests.expected.entries import Entry
from tests.expected.expected_dates import UNKNOWN, ExpectedDate, History
from tests.expected.items import Items
from tests.expected.known_documents import KnownDocument
from tests.expected.values import ZERO, Calendar, Row, as_read, id_or_none, rounded
from tests.expected.warehouses import Warehouses

Lane = tuple[str, str]

DEFAULT_TRANSFER_DAYS = 7


@dataclass(frozen=True)
class TransferEntry(Entry):
    """A part of a transfer's line, with the state of the whole transfer; a lane is two warehouses."""

    document: Transfer
    state: str
    lane: Lane
    is_contradicted: bool

    @property
    def received_quantity(self) -> Decimal:
        """What arrived: Cin7's figure where it gives one, else all of a received transfer.

        Cin7's figure counts for nothing where it says of all of a transfer under way that it was moved.
        """
        if self.is_contradicted:
            return ZERO
        if self.part.line.done > 0:
            return self.part.done
        return self.quantity if self.state == "Delivered" else ZERO

    @property
    def open_quantity(self) -> Decimal:
        """What is still to come; nothing once the transfer is delivered or archived."""
        if self.state not in ("Draft", "Active"):
            return ZERO
        return max(self.quantity - self.received_quantity, ZERO)


def transfers(
    documents: Iterable[KnownDocument], items: Items, warehouses: Warehouses, calendar: Calendar
) -> list[TransferEntry]:
    """Return every part of every known transfer."""
    entries = []
    for known in documents:
        transfer, lane = known.document, _lane(known.document, warehouses)
        state = _state(known, calendar)
        # A transfer cannot be voided: one that was deleted under way stays, as Archived.
        gone = ("gone",) if known.is_deleted and state == "Delivered" else ()
        parts = items.parts_of(transfer)
        moved = [part for part in parts if not part.rules]
        is_contradicted = (
            state == "Active"
            and any(part.done > 0 for part in moved)
            and all(part.done >= part.ordered for part in moved)
        )
        for part in parts:
            value = rounded(part.ordered * as_read(part.line.unit_price))
            of_part = (part, part.ordered, value, gone + part.rules)
            entries.append(
                TransferEntry("transfer", transfer, *of_part, state, lane, is_contradicted)
            )
    return entries


def _state(known: KnownDocument, calendar: Calendar) -> str:
    """Return Draft, Active, Delivered or Archived."""
    if calendar.past(known.document.received_at):
        return "Delivered"
    if known.is_deleted:
        return "Archived"
    return "Active" if calendar.past(known.document.dispatched_at) else "Draft"


def _lane(transfer: Transfer, warehouses: Warehouses) -> Lane:
    return warehouses.of(transfer.source_branch_id), warehouses.of(transfer.destination_branch_id)


def lane_history(
    documents: Iterable[KnownDocument], warehouses: Warehouses, calendar: Calendar
) -> History:
    """Return how many days transfers between two warehouses usually take from dispatch to receipt."""
    history = History(DEFAULT_TRANSFER_DAYS)
    for known in documents:
        dispatched_on = calendar.past(known.document.dispatched_at)
        received_on = calendar.past(known.document.received_at)
        if dispatched_on and received_on and not known.is_deleted and received_on >= dispatched_on:
            history.observe(_lane(known.document, warehouses), dispatched_on, received_on)
    return history


def transfer_lines(
    entries: Iterable[TransferEntry], history: History, calendar: Calendar
) -> list[Row]:
    """Return the table `transfer_lines`."""
    return [_row(entry, history, calendar) for entry in entries]


def _row(entry: TransferEntry, history: History, calendar: Calendar) -> Row:
    transfer = entry.document
    expected_on, basis = transfer_expected(entry, history, calendar)
    started_on = calendar.past(transfer.dispatched_at) or calendar.on(
        transfer.approved_at or transfer.created_at
    )
    return {
        **entry.columns("transfer_id"),
        "source_branch_id": id_or_none(transfer.source_branch_id),
        "destination_branch_id": id_or_none(transfer.destination_branch_id),
        "source_warehouse": entry.lane[0],
        "destination_warehouse": entry.lane[1],
        "state": entry.state,
        "quantity": entry.quantity,
        "received_quantity": entry.received_quantity,
        "open_quantity": entry.open_quantity,
        "approved_on": calendar.on(transfer.approved_at),
        "dispatched_on": calendar.past(transfer.dispatched_at),
        "received_on": calendar.past(transfer.received_at),
        "expected_on": expected_on,
        "age_days": (calendar.today - started_on).days,
        "expected_on_basis": basis,
    }


def transfer_expected(entry: TransferEntry, history: History, calendar: Calendar) -> ExpectedDate:
    """Return when the goods are expected or were received, and the basis of that date."""
    transfer = entry.document
    if entry.state == "Delivered":
        return ExpectedDate(calendar.past(transfer.received_at), "received")
    if entry.state != "Active":
        return UNKNOWN
    if day := calendar.to_come(transfer.received_at):
        return ExpectedDate(day, "received")
    return history.after(entry.lane, calendar.past(transfer.dispatched_at))
