"""This module makes the table `replenishments`: what is coming, when, and whether it counts."""

from collections.abc import Iterable
from datetime import date, timedelta

from tests.expected.expected_dates import ExpectedDate, UsualDays
from tests.expected.purchase_order_lines import PurchaseEntry, purchase_expected
from tests.expected.transfer_lines import TransferEntry, transfer_expected
from tests.expected.values import Calendar, Row, id_or_none
from tests.expected.warehouses import UNMAPPED, Warehouses

ON_TIME = timedelta()


def replenishments(rows: Iterable[Row], warehouses: Warehouses) -> list[Row]:
    """Return the table `replenishments`: what suppliers and warehouses bring, and whether it counts."""
    reasons = ((row, why_not_counted(row, warehouses)) for row in rows)
    return [row | {"is_counted": why is None, "why_not_counted": why} for row, why in reasons]


def from_suppliers(
    entries: Iterable[PurchaseEntry],
    history: tuple[UsualDays, UsualDays],
    names: dict[int, str],
    warehouses: Warehouses,
    calendar: Calendar,
) -> list[Row]:
    """Return what purchase orders bring; `history` is that of `supplier_history`."""
    days, lateness = history
    rows = []
    for entry in entries:
        supplier_id = entry.document.member_id
        late_by = lateness.of(supplier_id) or ON_TIME
        place = {
            "source": names[supplier_id],
            "destination_warehouse": warehouses.of(entry.document.branch_id),
            "source_branch_or_supplier_id": id_or_none(supplier_id),
        }
        expected = purchase_expected(entry, days, calendar)
        rows.append(place | _row(entry, expected, late_by, calendar.today))
    return rows


def from_warehouses(
    entries: Iterable[TransferEntry], usual: UsualDays, calendar: Calendar
) -> list[Row]:
    """Return what transfers bring; how late a transfer comes is not known."""
    rows = []
    for entry in entries:
        place = {
            "source": entry.lane[0],
            "destination_warehouse": entry.lane[1],
            "source_branch_or_supplier_id": id_or_none(entry.document.source_branch_id),
        }
        expected = transfer_expected(entry, usual, calendar)
        rows.append(place | _row(entry, expected, ON_TIME, calendar.today))
    return rows


def _row(
    entry: PurchaseEntry | TransferEntry, expected: ExpectedDate, late_by: timedelta, today: date
) -> Row:
    is_coming = entry.state == "Active" and entry.open_quantity > 0
    is_overdue = is_coming and expected.on is not None and expected.on < today
    return {
        "kind": entry.kind,
        **entry.columns("document_id"),
        "state": entry.state,
        "open_quantity": entry.open_quantity,
        "expected_on": today + late_by if is_overdue else expected.on,
        "expected_on_basis": expected.basis,
        "promised_on": expected.on,
        "is_overdue": is_overdue,
    }


def why_not_counted(row: Row, warehouses: Warehouses) -> str | None:
    """Return the first reason why nothing of a row is projected, or None."""
    destination = row["destination_warehouse"]
    reasons = {
        "draft": row["state"] == "Draft",
        "archived": row["state"] == "Archived",
        "delivered": row["state"] == "Delivered",
        "nothing open": not row["open_quantity"],
        "warehouse unmapped": destination == UNMAPPED,
        "warehouse disabled": warehouses.is_disabled(destination),
        # A supplier may be called like a warehouse.
        "same warehouse": row["kind"] == "transfer" and row["source"] == destination,
        "no expected date": row["promised_on"] is None,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
