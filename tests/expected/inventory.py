"""This module makes `inventory` and `inventory_daily`: stock by warehouse and what is in transit to it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from tests.expected.items import Items
from tests.expected.known_documents import Snapshot
from tests.expected.transfer_lines import TransferEntry
from tests.expected.values import ZERO, Calendar, Row, naive_utc, rounded
from tests.expected.warehouses import Warehouses

Key = tuple[int, str, str]
FIGURES = ("on_hand", "open_sales", "available", "incoming", "holding", "virtual")


def inventory(
    now: Snapshot, transfers: Iterable[TransferEntry], items: Items, warehouses: Warehouses
) -> list[Row]:
    """Return the table `inventory`."""
    coming = ((entry, entry.open_quantity) for entry in transfers if entry.state == "Active")
    return _rows(now, _in_transit(coming), items, warehouses)


def inventory_daily(
    snapshots: Mapping[date, Snapshot],
    transfers: Iterable[TransferEntry],
    items: Items,
    warehouses: Warehouses,
    calendar: Calendar,
) -> list[Row]:
    """Return the table `inventory_daily`: only days that have a snapshot."""
    rows = []
    for day, snapshot in snapshots.items():
        in_transit = _in_transit(_under_way(day, transfers, calendar))
        of_day = _rows(snapshot, in_transit, items, warehouses)
        rows += [{"snapshot_on": day, **row} for row in of_day]
    return rows


def _under_way(
    day: date, transfers: Iterable[TransferEntry], calendar: Calendar
) -> Iterator[tuple[TransferEntry, Decimal]]:
    """Yield what had left and not arrived by the end of `day`; of transfers received since, all of it."""
    for entry in transfers:
        dispatched_on = calendar.past(entry.document.dispatched_at)
        received_on = calendar.past(entry.document.received_at)
        if entry.state == "Archived" or dispatched_on is None or dispatched_on > day:
            continue
        if received_on is None:
            yield entry, entry.open_quantity
        elif received_on > day:
            yield entry, entry.quantity


def _in_transit(coming: Iterable[tuple[TransferEntry, Decimal]]) -> dict[Key, Decimal]:
    """Add up what is under way by its destination; inside one warehouse nothing is."""
    totals: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for entry, quantity in coming:
        source, destination = entry.lane
        if source != destination:
            totals[(*entry.part.item.key, destination)] += quantity
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
