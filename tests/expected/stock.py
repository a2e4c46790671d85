"""Stock per item and warehouse, now and on the days it was photographed, with what is on its way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import StockRow
from tests.expected.items import Items
from tests.expected.measures import ZERO, Calendar, Row, naive_utc, rounded
from tests.expected.reading import Snapshot
from tests.expected.transfers import Movement
from tests.expected.warehouses import Warehouses

Key = tuple[int, str, str]
Quantities = dict[str, Decimal]
NOTHING = dict.fromkeys(
    ("on_hand", "open_sales", "available", "incoming", "holding", "virtual"), ZERO
)


def inventory(
    now: Snapshot, movements: Iterable[Movement], items: Items, warehouses: Warehouses
) -> list[Row]:
    """The table `inventory`."""
    coming = [
        (movement, movement.open_quantity) for movement in movements if movement.state == "Active"
    ]
    return _rows(now, _in_transit(coming), items, warehouses)


def inventory_daily(
    snapshots: Mapping[date, Snapshot],
    movements: Iterable[Movement],
    items: Items,
    warehouses: Warehouses,
    calendar: Calendar,
) -> list[Row]:
    """The table `inventory_daily`: only days that have a snapshot."""
    movements = list(movements)
    rows = []
    for day, snapshot in snapshots.items():
        in_transit = _in_transit(_on_the_way(day, movements, calendar))
        of_day = _rows(snapshot, in_transit, items, warehouses)
        rows += [{"snapshot_on": day, **row} for row in of_day]
    return rows


def _on_the_way(
    day: date, movements: Iterable[Movement], calendar: Calendar
) -> Iterator[tuple[Movement, Decimal]]:
    """What had left and not arrived by the end of `day`; of transfers received since, all of it."""
    for movement in movements:
        dispatched_on = calendar.on(movement.document.dispatched_at)
        received_on = calendar.on(movement.document.received_at)
        if movement.state == "Archived" or dispatched_on is None or dispatched_on > day:
            continue
        if received_on is None:
            yield movement, movement.open_quantity
        elif received_on > day:
            yield movement, movement.quantity


def _in_transit(coming: Iterable[tuple[Movement, Decimal]]) -> dict[Key, Decimal]:
    totals: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for movement, quantity in coming:
        item = movement.part.item
        if item and movement.is_included and movement.is_between_warehouses:
            totals[(*item.key, movement.lane[1])] += quantity
    return totals


def _rows(
    snapshot: Snapshot, in_transit: Mapping[Key, Decimal], items: Items, warehouses: Warehouses
) -> list[Row]:
    stock = _by_warehouse(snapshot.rows, warehouses)
    codes = {(row.option_id, row.size): row.code for row in snapshot.rows}
    return [
        {
            "product_option_id": key[0],
            "size": key[1],
            "warehouse": key[2],
            "sku": items.sku(key[:2]) or codes.get(key[:2]) or "",
            **stock.get(key, NOTHING),
            "in_transit": in_transit.get(key, ZERO),
            "as_of_at": naive_utc(snapshot.moment),
        }
        for key in sorted(stock.keys() | in_transit.keys())
    ]


def _by_warehouse(rows: Iterable[StockRow], warehouses: Warehouses) -> dict[Key, Quantities]:
    totals: dict[Key, Quantities] = {}
    for row in rows:
        key = (row.option_id, row.size, warehouses.of(row.branch_id))
        total = totals.setdefault(key, dict(NOTHING))
        for name in total:
            total[name] += rounded(getattr(row, name))
    return totals
