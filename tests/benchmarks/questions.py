"""Ten questions that planners ask of the published file every day, each in a process that just began.

First of a file that the operating system has forgotten, then, in another process, of one that it still
holds in memory.
"""

import json
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measuring import Finding, Way, cost

ROUNDS = 3
MOST_MILLISECONDS = 100
HELD = FROM_DISK, FROM_MEMORY = ("disk", "memory")
# What they ask about is `$sku` at `$warehouse`, the `$unique_id` of the two, and `$order_number`.
QUERIES = {
    "a year of one series": """
        select ds, y, is_in_stock from planning.demand_series
        inner join planning.demand_series_days using (unique_id, ds)
        where unique_id = $unique_id and ds >= $today::date - 365 order by ds
    """,
    "an item's sales by channel, 90 days": """
        select channel, sum(net_quantity), sum(order_count) from planning.demand_daily
        where sku = $sku and warehouse = $warehouse and sold_on >= $today::date - 90
        group by channel
    """,
    "an item's stock everywhere": """
        select warehouse, on_hand, available, incoming, in_transit from planning.inventory
        where sku = $sku
    """,
    "an item's stock day by day, 90 days": """
        select snapshot_on, on_hand, available from planning.inventory_daily
        where sku = $sku and warehouse = $warehouse and snapshot_on >= $today::date - 90
        order by snapshot_on
    """,
    "an item's projection": """
        select day_on, projected_known, projected from planning.projected_stock
        where sku = $sku and warehouse = $warehouse order by day_on
    """,
    "the movements behind it": """
        select day_on, kind, order_number, quantity from planning.projected_stock_explained
        where sku = $sku and warehouse = $warehouse order by day_on
    """,
    "what runs out within 30 days": """
        select sku, min(day_on) from planning.projected_stock
        where warehouse = $warehouse and is_stockout and day_on < $today::date + 30
        group by sku order by min(day_on)
    """,
    "what arrives within 14 days": """
        select expected_on, order_number, sku, open_quantity from planning.replenishments
        where destination_warehouse = $warehouse and is_counted and expected_on < $today::date + 14
        order by expected_on
    """,
    "the best sellers of 30 days": """
        select sku, sum(quantity), sum(net_amount) from planning.sales_lines
        where warehouse = $warehouse and sold_on >= $today::date - 30
        group by sku order by sum(quantity) desc limit 20
    """,
    "one order's lines": """
        select sku, quantity, dispatched_on from planning.sales_lines
        where order_number = $order_number
    """,
}

CHOSEN = """
    select sku, warehouse, sku || '|' || warehouse as unique_id, min(order_number) as order_number,
        max(sold_on)::varchar as today
    from planning.sales_lines
    group by sku, warehouse order by count(*) desc, sku, warehouse limit 1
"""


def findings(release: Path, note: Path) -> Iterator[Finding]:
    """How long readers of a release wait; `note` is where their processes write it down."""
    gigabytes = release.resolve().stat().st_size / 1e9
    yield Finding("Size of the file", f"{gigabytes:.2f} GB")
    parameters = json.dumps(choose(release))
    for _ in range(ROUNDS):
        for query in QUERIES:
            _forget(release)
            for held in HELD:
                cost(Way("questions:ask", (release, parameters, query, note, held)).command)
    answers = _answers(note)
    for query in QUERIES:
        from_disk, from_memory = (answers[query, held] for held in HELD)
        figures = f"{from_disk:.0f} ms from disk, {from_memory:.0f} ms from memory"
        is_met = from_disk < MOST_MILLISECONDS
        yield Finding(f"A planner asks: {query}", figures, "< 100 ms from disk", is_met)


def _forget(file: Path) -> None:
    """Let the operating system read the file from its disk again (where it can be told to)."""
    if hasattr(os, "posix_fadvise"):
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _answers(note: Path) -> dict[tuple[str, str], float]:
    """The median wall milliseconds by query, and whether the file was held in memory."""
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    for line in note.read_text(encoding="utf-8").splitlines():
        query, held, milliseconds = json.loads(line)
        taken[query, held].append(milliseconds)
    return {asked: statistics.median(each) for asked, each in taken.items()}


def choose(release: Path) -> dict[str, str]:
    """The item that sold most often, one of its orders, and the last day: what all queries ask about."""
    import duckdb

    with duckdb.connect(release, read_only=True) as connection:
        cursor = connection.execute(CHOSEN)
        names = [column[0] for column in cursor.description or []]
        return dict(zip(names, cursor.fetchall()[0], strict=True))


def ask(release: str, parameters: str, query: str, note: str, held: str) -> None:
    """Open the file, ask, fetch all rows; the wall milliseconds of it are added to the note."""
    import duckdb

    text = QUERIES[query]
    used = {name: value for name, value in json.loads(parameters).items() if f"${name}" in text}
    started = time.perf_counter()
    with duckdb.connect(release, read_only=True) as connection:
        connection.execute(text, used).fetchall()
        milliseconds = (time.perf_counter() - started) * 1000
    with Path(note).open("a", encoding="utf-8") as file:
        file.write(json.dumps([query, held, milliseconds]) + "\n")
