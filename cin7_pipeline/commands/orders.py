"""`cin7 orders`: what is to be ordered by when, on the screen and as files to import into Cin7."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

from cin7_pipeline.console import console, settings_with_warnings, table_of
from cin7_pipeline.errors import PipelineError
from cin7_pipeline.explain.source import Row, Source, open_source
from cin7_pipeline.files import public_folder, write_atomic

SHOWN = 20
FILES = {"purchase_order": "purchase_orders.csv", "transfer": "branch_transfers.csv"}
LIST = """
    select
        order_by_on as "order by", split_part(kind, '_', 1) as kind, source as "from",
        warehouse as "to", sku, name, quantity as units, value, currency
    from planning.suggested_orders where order_by_on <= $until
    order by order_by_on, value desc nulls last, sku, warehouse, kind
"""
# The columns of Cin7's own imports; of a transfer, the company is the branch that sends. Each source and
# destination is one order, and a warehouse of several branches stands for the first of them.
IMPORT = """
    with branches as (
        select warehouse, arg_min(branch_name, branch_id) as branch
        from planning.branch_warehouses where is_active group by warehouse
    )
    select
        $prefix || dense_rank() over (order by orders.source, orders.warehouse)
            as "Order Reference",
        coalesce(senders.branch, orders.source) as "Company",
        coalesce(receivers.branch, orders.warehouse) as "Branch",
        orders.sku as "Code", orders.name as "Name", orders.quantity as "Qty",
        orders.order_by_on as "Order By", orders.needed_on as "Required On"
    from planning.suggested_orders as orders
    left join branches as receivers using (warehouse)
    left join branches as senders on orders.kind = 'transfer' and orders.source = senders.warehouse
    where orders.kind = $kind and orders.order_by_on <= $until
    order by "Order Reference", "Code", "Branch"
"""


def run(days: int, folder: Path | None) -> None:
    """Show what is to be ordered within these days, and write it where a folder is given.

    Raises:
        PipelineError: nothing is published, or the folder cannot be written to.
    """
    settings, screen = settings_with_warnings(), console()
    today = settings.local_date(settings.now())
    with open_source(settings.alias_path) as source:
        rows = source.rows(LIST, {"until": today + timedelta(days=days)})
        if not rows:
            screen.print(f"Nothing is to be ordered within {days} days.")
        else:
            limited = f", the first {SHOWN} of {len(rows):,}" if len(rows) > SHOWN else ""
            # The base currency of the account, where a cost is known at all.
            currency = {row.pop("currency") for row in rows} - {None}
            basis = f", values at cost in {currency.pop()}" if currency else ""
            title = f"To be ordered within {days} days{limited}{basis}"
            cells = [list(row.values()) for row in rows[:SHOWN]]
            screen.print(table_of(title, list(rows[0]), cells))
        if folder is not None:
            for path in _write(source, folder, today, today + timedelta(days=days)):
                screen.print(f"Written: {path}", markup=False)


def _write(source: Source, folder: Path, today: date, until: date) -> list[Path]:
    """Write a file for each kind of order and return where they are."""
    paths = []
    for kind, name in FILES.items():
        asked = {"kind": kind, "until": until, "prefix": f"PLAN-{today:%Y%m%d}-{kind[0].upper()}"}
        path = folder / name
        try:
            public_folder(folder)
            write_atomic(path, _csv(source.rows(IMPORT, asked)))
        except OSError as error:
            msg = f"{path} cannot be written ({error.strerror}); name a folder of yours"
            raise PipelineError(msg) from None
        paths.append(path)
    return paths


def _csv(rows: list[Row]) -> bytes:
    """Return rows as a spreadsheet reads them, with whole numbers as such."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        shown = row | {"Qty": f"{row['Qty'].normalize():f}"}
        writer.writerow(shown.values())
    return text.getvalue().encode("utf-8-sig")
