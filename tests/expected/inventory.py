"""This module makes `inventory` and `inventory_daily`: stock by warehouse and what is in transit to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.expected.items import Items
from tests.expected.known_documents import Snapshot
from tests.expected.transfer_lines import TransferEntry, transfers
from tests.expected.values import ZERO, Calendar, Row, naive_utc, rounded
from tests.expected.warehouses import Warehouses

Key = tuple[int, str, str]
FIGURES = ("on_hand", "open_sales", "available", "incoming", "holding", "virtual")


def inventory(
    now: Snapshot, moved: Iterable[TransferEntry], items: Items, warehouses: Warehouses
) -> list[Row]:
    """Return the table `inventory`."""
    return _rows(now, _in_transit(moved), items, warehouses)


def inventory_daily(
    snapshots: Mapping[date, Snapshot], items: Items, warehouses: Warehouses, calendar: Calendar
) -> list[Row]:
    """Return the table `inventory_daily`: only days that have a snapshot, each as it was then."""
    rows = []
    for day, snapshot in snapshots.items():
        then = replace(calendar, as_of=snapshot.taken_at)
        in_transit = _in_transit(transfers(snapshot.transfers, items, warehouses, then))
        of_day = _rows(snapshot, in_transit, items, warehouses)
        rows += [{"snapshot_on": day, **row} for row in of_day]
    return rows


def _in_transit(moved: Iterable[TransferEntry]) -> dict[Key, Decimal]:
    """Add up what is under way by its destination; inside one warehouse nothing is."""
    totals: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for entry in moved:
        source, destination = entry.lane
        if entry.state == "Active" and entry.is_included and source != destination:
            totals[(*entry.part.item.key, destination)] += entry.open_quantity
    return totals


def _rows(
    snapshot: Snapshot, in_transit: Mapping[Key, Decimal], items: Items, warehouses: Warehouses
) -> list[Row]:
    stock: dict[Key, Row] = defaultdict(lambda: dict.fromkeys(FIGURES, ZERO))
    for row in snapshot.rows:
        figures = stock[row.option_id, row.size, warehouses.of(row.branch_id)]
        for name in FIGURES:
            figures[name] += rounded(getattr(row, name))
    # Stock of something that is no item goes by the code of the stock list.
    codes = {(row.option_id, row.size): row.code for row in snapshot.rows}
    return [
        {
            "product_option_id": key[0],
            "size": key[1],
            "warehouse": key[2],
            "sku": items.sku(key[:2]) or codes.get(key[:2]) or "",
            **stock[key],
            "in_transit": in_transit.get(key, ZERO),
            "as_of_at": naive_utc(snapshot.taken_at),
        }
        for key in stock.keys() | in_transit.keys()
    ]
