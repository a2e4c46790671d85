"""Branch transfers: their state, what of them is on its way and when it is expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Transfer
from tests.expected.entries import Entry
from tests.expected.items import Items, Part
from tests.expected.lanes import UNKNOWN, Expected, UsualDays
from tests.expected.measures import ZERO, Calendar, Row, id_or_none, rounded
from tests.expected.reading import Held
from tests.expected.warehouses import Warehouses

Lane = tuple[str, str]


@dataclass(frozen=True)
class Movement(Entry[Transfer]):
    """A part of a transfer's line, with the warehouses and the state of the whole transfer."""

    state: str
    lane: Lane

    @property
    def received_quantity(self) -> Decimal:
        """What arrived: Cin7's figure where it gives one, else all of a received transfer."""
        if self.part.line.done > 0:
            return self.part.done
        return self.quantity if self.state == "Delivered" else ZERO

    @property
    def open_quantity(self) -> Decimal:
        """What is still to come; nothing once the transfer is delivered or archived."""
        if self.state not in ("Draft", "Active"):
            return ZERO
        return max(self.quantity - self.received_quantity, ZERO)

    @property
    def is_between_warehouses(self) -> bool:
        """False where the goods only change branch inside one warehouse."""
        return self.lane[0] != self.lane[1]


def transfers(
    documents: Iterable[Held[Transfer]], items: Items, warehouses: Warehouses
) -> list[Movement]:
    """Every part of every known transfer."""
    return [
        _movement(held, part, _lane(held.document, warehouses))
        for held in documents
        for line in held.document.lines
        for part in items.parts(line)
    ]


def transfer_state(held: Held[Transfer]) -> str:
    """Draft, Active, Delivered or Archived; Cin7 has no word for a void transfer."""
    if held.document.received_at:
        return "Delivered"
    if held.is_gone:
        return "Archived"
    return "Active" if held.document.dispatched_at else "Draft"


def _movement(held: Held[Transfer], part: Part, lane: Lane) -> Movement:
    gone = ("gone",) if held.is_gone and held.document.received_at else ()
    return Movement(
        kind="transfer",
        document=held.document,
        is_gone=held.is_gone,
        part=part,
        quantity=part.ordered,
        value=rounded(part.ordered * rounded(part.line.unit_price)),
        rules=gone + part.rules,
        state=transfer_state(held),
        lane=lane,
    )


def _lane(transfer: Transfer, warehouses: Warehouses) -> Lane:
    return warehouses.of(transfer.source_branch_id), warehouses.of(transfer.destination_branch_id)


def usual_days_of_lanes(
    documents: Iterable[Held[Transfer]], warehouses: Warehouses, calendar: Calendar
) -> UsualDays[Lane]:
    """How many days transfers between two warehouses usually take from dispatch to receipt."""
    usual = UsualDays[Lane]()
    for held in documents:
        transfer = held.document
        if transfer.dispatched_at and transfer.received_at and not held.is_gone:
            usual.observe(
                _lane(transfer, warehouses),
                calendar.on(transfer.dispatched_at),
                calendar.on(transfer.received_at),
            )
    return usual


def transfer_lines(
    entries: Iterable[Movement], usual: UsualDays[Lane], calendar: Calendar
) -> list[Row]:
    """The table `transfer_lines`."""
    return [_row(entry, usual, calendar) for entry in entries if entry.is_included]


def _row(entry: Movement, usual: UsualDays[Lane], calendar: Calendar) -> Row:
    transfer = entry.document
    expected_on, basis = expected(entry, usual, calendar)
    return {
        **entry.identity("transfer_id"),
        **entry.item(),
        "order_number": transfer.reference,
        "source_branch_id": id_or_none(transfer.source_branch_id),
        "destination_branch_id": id_or_none(transfer.destination_branch_id),
        "source_warehouse": entry.lane[0],
        "destination_warehouse": entry.lane[1],
        "state": entry.state,
        "quantity": entry.quantity,
        "received_quantity": entry.received_quantity,
        "open_quantity": entry.open_quantity,
        "approved_on": calendar.on(transfer.approved_at),
        "dispatched_on": calendar.on(transfer.dispatched_at),
        "received_on": calendar.on(transfer.received_at),
        "expected_on": expected_on,
        "age_days": (calendar.today - _started_on(transfer, calendar)).days,
        "expected_on_basis": basis,
    }


def _started_on(transfer: Transfer, calendar: Calendar) -> date:
    started_at = transfer.dispatched_at or transfer.approved_at or transfer.created_at
    return calendar.on(started_at)


def expected(entry: Movement, usual: UsualDays[Lane], calendar: Calendar) -> Expected:
    """When the goods come (or came), and where that date is from."""
    transfer = entry.document
    if entry.state == "Delivered":
        return Expected(calendar.on(transfer.received_at), "received")
    if entry.state == "Active" and transfer.dispatched_at:
        return usual.after(entry.lane, calendar.on(transfer.dispatched_at))
    return UNKNOWN
