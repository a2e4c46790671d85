"""This module makes the table `replenishments`: what is coming, when, and whether it counts."""

from collections.abc import Hashable, Iterable
from datetime import date

from tests.expected.expected_dates import ExpectedDate, History
from tests.expected.items import Items
from tests.expected.purchase_order_lines import PurchaseEntry, purchase_expected
from tests.expected.transfer_lines import TransferEntry, transfer_expected
from tests.expected.values import Calendar, Row, id_or_none
from tests.expected.warehouses import UNMAPPED, Warehouses


def replenishments(rows: Iterable[Row], warehouses: Warehouses, items: Items) -> list[Row]:
    """Return the table `replenishments`: what suppliers and warehouses bring, and whether it counts."""
    counted = []
    for row in rows:
        is_too_late = row.pop("is_too_late")
        why = why_not_counted(row, warehouses, items, is_too_late=is_too_late)
        counted.append(row | {"is_counted": why is None, "why_not_counted": why})
    return counted


def from_suppliers(
    entries: Iterable[PurchaseEntry],
    history: History,
    names: dict[int, str],
    warehouses: Warehouses,
    calendar: Calendar,
) -> list[Row]:
    """Return what purchase orders bring; `history` is that of `supplier_history`."""
    rows = []
    for entry in entries:
        supplier_id = entry.document.member_id
        place = {
            "source": names[supplier_id],
            "destination_warehouse": warehouses.of(entry.document.branch_id),
            "source_branch_or_supplier_id": id_or_none(supplier_id),
        }
        expected = purchase_expected(entry, history, calendar)
        rows.append(place | _row(entry, expected, history, supplier_id, calendar.today))
    return rows


def from_warehouses(
    entries: Iterable[TransferEntry], history: History, calendar: Calendar
) -> list[Row]:
    """Return what transfers bring; `history` is that of `lane_history`."""
    rows = []
    for entry in entries:
        place = {
            "source": entry.lane[0],
            "destination_warehouse": entry.lane[1],
            "source_branch_or_supplier_id": id_or_none(entry.document.source_branch_id),
        }
        expected = transfer_expected(entry, history, calendar)
        rows.append(place | _row(entry, expected, history, entry.lane, calendar.today))
    return rows


def _row(
    entry: PurchaseEntry | TransferEntry,
    expected: ExpectedDate,
    history: History,
    lane: Hashable,
    today: date,
) -> Row:
    is_coming = entry.state == "Active" and entry.open_quantity > 0
    is_overdue = is_coming and expected.on is not None and expected.on < today
    is_too_late = is_overdue and today - expected.on > history.lateness_limit(lane)
    return {
        "kind": entry.kind,
        **entry.columns("document_id"),
        "state": entry.state,
        "open_quantity": entry.open_quantity,
        "expected_on": today + history.usual_lateness(lane)
        if is_overdue and not is_too_late
        else expected.on,
        "expected_on_basis": expected.basis,
        "promised_on": expected.on,
        "is_overdue": is_overdue,
        "is_too_late": is_too_late,
    }


def why_not_counted(
    row: Row, warehouses: Warehouses, items: Items, *, is_too_late: bool
) -> str | None:
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
        "not kept in stock": not items.is_stocked(row),
        "overdue too long": is_too_late,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
