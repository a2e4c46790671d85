"""All planning tables of an account, put together from what is known of it and its settings."""

from dataclasses import dataclass

from cin7_pipeline.sandbox.truth import (
    exclusions,
    issues,
    purchases,
    replenishments,
    sales,
    stock,
    sync,
    transfers,
)
from cin7_pipeline.sandbox.truth.items import Items
from cin7_pipeline.sandbox.truth.lanes import UsualDays
from cin7_pipeline.sandbox.truth.measures import Calendar, Row
from cin7_pipeline.sandbox.truth.products import products
from cin7_pipeline.sandbox.truth.purchases import Purchase
from cin7_pipeline.sandbox.truth.reading import Known, Snapshot
from cin7_pipeline.sandbox.truth.sales import Return, Sale
from cin7_pipeline.sandbox.truth.trade import Trades
from cin7_pipeline.sandbox.truth.transfers import Movement
from cin7_pipeline.sandbox.truth.warehouses import Warehouses

Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Account:
    """What is known, and the settings by which it is read."""

    known: Known
    calendar: Calendar
    items: Items
    warehouses: Warehouses
    trades: Trades
    price_tier: str
    stale_after_days: int

    def tables(self) -> Tables:
        """Every planning table by name."""
        sold = sales.sales(self.known.sales_orders, self.items, self.trades)
        returned = sales.returns(self.known.credit_notes, self.items, self.trades)
        bought = purchases.purchases(self.known.purchase_orders, self.items)
        moved = transfers.transfers(self.known.branch_transfers, self.items, self.warehouses)
        return (
            self._reference_tables()
            | self._trade_tables(sold, returned)
            | self._supply_tables(bought, moved)
            | self._stock_tables(moved)
            | self._review_tables(sold, returned, bought, moved)
            | self._sync_tables()
        )

    def _reference_tables(self) -> Tables:
        by_id = {product.id: product for product in self.known.books.products}
        return {
            "products": products(self.items.all, by_id, self.price_tier, self.calendar),
            "warehouses": self.warehouses.rows(),
            "branch_warehouses": self.warehouses.branch_rows(),
        }

    def _trade_tables(self, sold: list[Sale], returned: list[Return]) -> Tables:
        return {
            "sales_lines": sales.sales_lines(sold, self.calendar),
            "open_sales_lines": sales.open_sales_lines(sold, self.calendar, self.stale_after_days),
            "return_lines": sales.return_lines(returned, self.calendar),
        }

    def _supply_tables(self, bought: list[Purchase], moved: list[Movement]) -> Tables:
        usual = transfers.usual_days_of_lanes(
            self.known.branch_transfers, self.warehouses, self.calendar
        )
        return {
            "purchase_order_lines": purchases.purchase_order_lines(
                bought, self.warehouses, self.calendar
            ),
            "transfer_lines": transfers.transfer_lines(moved, usual, self.calendar),
            "replenishments": [
                *self._coming_from_suppliers(bought),
                *self._coming_from_warehouses(moved, usual),
            ],
        }

    def _coming_from_suppliers(self, bought: list[Purchase]) -> list[Row]:
        usual = purchases.usual_days_of_suppliers(self.known.purchase_orders, self.calendar)
        contacts = {contact.id: contact for contact in self.known.books.contacts}
        return [
            replenishments.of_purchase(
                entry,
                purchases.supplier_name(entry.document.member_id, contacts),
                purchases.expected(entry, usual, self.calendar),
                self.warehouses,
                self.calendar.today,
            )
            for entry in bought
            if entry.is_included
        ]

    def _coming_from_warehouses(
        self, moved: list[Movement], usual: UsualDays[tuple[str, str]]
    ) -> list[Row]:
        return [
            replenishments.of_transfer(
                entry,
                transfers.expected(entry, usual, self.calendar),
                self.warehouses,
                self.calendar.today,
            )
            for entry in moved
            if entry.is_included
        ]

    def _stock_tables(self, moved: list[Movement]) -> Tables:
        now = Snapshot(self.known.reads[-1].moment, self.known.books.stock)
        return {
            "inventory": stock.inventory(now, moved, self.items, self.warehouses),
            "inventory_daily": stock.inventory_daily(
                self.known.snapshots, moved, self.items, self.warehouses, self.calendar
            ),
        }

    def _review_tables(
        self,
        sold: list[Sale],
        returned: list[Return],
        bought: list[Purchase],
        moved: list[Movement],
    ) -> Tables:
        entries = [*sold, *returned, *bought, *moved]
        return {
            "excluded_lines": exclusions.excluded_lines(entries),
            "data_issues": [
                *issues.description_only_lines(entries),
                *issues.branch_issues(self.known, self.warehouses),
                *issues.duplicate_skus(self.items),
                *issues.dispatched_without_shipping(sold),
            ],
        }

    def _sync_tables(self) -> Tables:
        return {
            "sync_status": sync.sync_status(self.known),
            "sync_coverage": sync.sync_coverage(self.known.reads),
        }
