"""This module works out all compared tables of an account from its ledger, its reads and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from zoneinfo import ZoneInfo

from tests.expected.component_demand_daily import ComponentDemand
from tests.expected.demand_daily import demand_daily
from tests.expected.demand_series import Demand, StockDays, SyncedDays
from tests.expected.document_attributes import ChannelRule, DocumentAttributes
from tests.expected.excluded_lines import excluded_lines
from tests.expected.implausible import judged
from tests.expected.inventory import inventory, inventory_daily
from tests.expected.items import Items
from tests.expected.known_documents import LedgerAt, Read, Snapshot, known_after
from tests.expected.lead_times import lead_times
from tests.expected.purchase_order_lines import (
    purchase_order_lines,
    purchases,
    supplier_history,
    supplier_names,
)
from tests.expected.replenishments import from_suppliers, from_warehouses, replenishments
from tests.expected.sales_lines import open_sales_lines, return_lines, returns, sales, sales_lines
from tests.expected.sync import sync_coverage, sync_status
from tests.expected.transfer_lines import lane_history, transfer_lines, transfers
from tests.expected.values import Calendar, Row
from tests.expected.warehouses import Warehouses

Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Oracle:
    """The compared planning tables of one account under given settings.

    `ledger` returns the account's ledger at a timestamp, `warehouses` maps a branch id to (warehouse,
    is_enabled), `customer_groups` a group to whether it is included; rows of `channels` are in the order
    of `ChannelRule`, those of `not_stocked` a field and a pattern; `ships_from` is that of the settings.
    """

    ledger: LedgerAt
    _: KW_ONLY
    time_zone: str
    warehouses: Mapping[int, tuple[str, bool]] | None = None
    channels: Sequence[tuple[int, str, str, str, bool]] = ()
    customer_groups: Mapping[str, bool] = field(default_factory=dict)
    not_stocked: Sequence[tuple[str, str]] = ()
    ships_from: str = "branch"

    def tables(self, reads: Sequence[Read], past_stock: Sequence[Row] = ()) -> Tables:
        """Return each table's rows after `reads`, made in this order, at the time of the last one.

        What is known of stock before the first of them is not computed here: `past_stock` is the table
        `stock_history`.

        Raises:
            ValueError: `reads` is empty.
        """
        zone = ZoneInfo(self.time_zone)
        known = known_after(reads, self.ledger, zone)
        ledger, last = known.ledger, reads[-1].started_at
        documents = {name: list(map(judged, each)) for name, each in known.documents.items()}
        calendar = Calendar(zone, last, known.oldest_at)
        items = Items(ledger.options, ledger.products, self.not_stocked)
        warehouses = Warehouses(ledger.branches, self.warehouses)
        rules = [ChannelRule(*row) for row in self.channels]
        headers = DocumentAttributes(
            rules,
            self.customer_groups,
            ledger.contacts,
            warehouses,
            documents["sales_orders"],
            ships_from=self.ships_from,
        )

        sold = sales(documents["sales_orders"], items, headers, calendar)
        returned = returns(documents["credit_notes"], items, headers, calendar)
        bought = purchases(documents["purchase_orders"], items, calendar)
        moved = transfers(documents["branch_transfers"], items, warehouses, calendar)
        excluded = excluded_lines([*sold, *returned, *bought, *moved])
        bought = [entry for entry in bought if entry.is_included]
        moved = [entry for entry in moved if entry.is_included]
        left = [entry for entry in sold if entry.moved_stock]
        came_back = [entry for entry in returned if entry.moved_stock]
        returned = [entry for entry in returned if entry.is_included]

        suppliers = supplier_names(documents["purchase_orders"], ledger.contacts)
        history = supplier_history(documents["purchase_orders"], calendar)
        lanes = lane_history(documents["branch_transfers"], warehouses, calendar)
        coming = from_suppliers(bought, history, suppliers, warehouses, calendar)
        coming += from_warehouses(moved, lanes, calendar)

        tables: Tables = {
            "sales_lines": sales_lines((e for e in sold if e.is_included), calendar),
            "open_sales_lines": open_sales_lines(sold, calendar),
            "return_lines": return_lines(returned, calendar),
            "excluded_lines": excluded,
            "component_demand_daily": ComponentDemand(ledger, items).rows(sold, calendar),
            "purchase_order_lines": purchase_order_lines(bought, warehouses, calendar),
            "transfer_lines": transfer_lines(moved, lanes, calendar),
            "replenishments": replenishments(coming, warehouses, items),
            "inventory": inventory(Snapshot(last, ledger.stock), moved, items, warehouses),
            "inventory_daily": inventory_daily(known.snapshots, items, warehouses, calendar),
            "sync_status": sync_status(known, reads),
            "sync_coverage": sync_coverage(reads),
        }
        orders, receipts = tables["purchase_order_lines"], tables["transfer_lines"]
        tables["lead_times"] = lead_times(
            filter(items.is_stocked, orders), filter(items.is_stocked, receipts), suppliers
        )
        daily = demand_daily(tables["sales_lines"], tables["return_lines"])
        goods = [row for row in daily if items.is_stocked(row)]
        depleted = demand_daily(sales_lines(left, calendar), return_lines(came_back, calendar))
        taken_at = {day: of.taken_at.astimezone(zone) for day, of in known.snapshots.items()}
        stock_days = StockDays(
            tables["inventory_daily"], taken_at, past_stock, depleted, items.stockless
        )
        synced = SyncedDays(reads, zone)
        demand = Demand(
            goods, synced, stock_days, lambda row: items.exists_on(row, calendar), calendar.today
        )
        return tables | {"demand_daily": daily} | demand.tables()
