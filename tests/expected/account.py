"""All planning tables of an account, put together from what is known of it and its settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cin7_pipeline.sandbox.ledger import Document
from tests.expected import (
    exclusions,
    issues,
    offers,
    purchases,
    reconciliation,
    replenishments,
    sales,
    stock,
    sync,
    transfers,
)
from tests.expected.boms import Boms
from tests.expected.custom_fields import CustomField, custom_fields
from tests.expected.customers import customers, email_issues, member_email_issues
from tests.expected.demand import demand_daily
from tests.expected.entries import Entry
from tests.expected.items import Items
from tests.expected.kits import Kits
from tests.expected.lanes import UsualDays
from tests.expected.lead_times import lead_times
from tests.expected.measures import Calendar, Row
from tests.expected.order_issues import order_issues
from tests.expected.order_roots import OrderRoots
from tests.expected.order_totals import total_issues
from tests.expected.products import products
from tests.expected.projection import Projection
from tests.expected.purchases import Purchase
from tests.expected.readiness import order_readiness
from tests.expected.reading import Known, Snapshot
from tests.expected.sales import Return, Sale
from tests.expected.series import Demand, Shelves, SyncedDays
from tests.expected.sold_twice import sold_twice
from tests.expected.trade import Trades
from tests.expected.transfers import Movement
from tests.expected.warehouses import Warehouses

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
    custom_fields: Sequence[CustomField]

    def tables(self) -> Tables:
        """Every planning table by name."""
        documents = self._trade_tables() | self._supply_tables()
        of_stock = self._stock_tables()
        return (
            documents
            | of_stock
            | self._reference_tables()
            | self._demand_tables(documents | of_stock)
            | self._tables_for_other_systems(documents | of_stock)
            | self._review_tables(of_stock["inventory"])
            | self._sync_tables()
        )

    @cached_property
    def _sold(self) -> list[Sale]:
        return sales.sales(self.known.sales_orders, self.items, self.trades)

    @cached_property
    def _returned(self) -> list[Return]:
        return sales.returns(self.known.credit_notes, self.items, self.trades)

    @cached_property
    def _bought(self) -> list[Purchase]:
        return purchases.purchases(self.known.purchase_orders, self.items)

    @cached_property
    def _moved(self) -> list[Movement]:
        return transfers.transfers(self.known.branch_transfers, self.items, self.warehouses)

    @cached_property
    def _boms(self) -> Boms:
        return Boms(self.known.books.bom_masters, self.items)

    def _reference_tables(self) -> Tables:
        by_id = {product.id: product for product in self.known.books.products}
        return {
            "products": products(self.items.all, by_id, self.price_tier, self.calendar),
            "warehouses": self.warehouses.rows(),
            "branch_warehouses": self.warehouses.branch_rows(),
        }

    def _trade_tables(self) -> Tables:
        roots = OrderRoots(held.document for held in self.known.sales_orders)
        return {
            "sales_lines": sales.sales_lines(self._sold, self.calendar, roots),
            "open_sales_lines": sales.open_sales_lines(
                self._sold, self.calendar, self.stale_after_days, roots
            ),
            "return_lines": sales.return_lines(self._returned, self.calendar),
        }

    def _supply_tables(self) -> Tables:
        usual = transfers.usual_days_of_lanes(
            self.known.branch_transfers, self.warehouses, self.calendar
        )
        ordered = purchases.purchase_order_lines(self._bought, self.warehouses, self.calendar)
        transferred = transfers.transfer_lines(self._moved, usual, self.calendar)
        return {
            "purchase_order_lines": ordered,
            "transfer_lines": transferred,
            "lead_times": lead_times(ordered, transferred, self._suppliers),
            "replenishments": [
                *self._coming_from_suppliers(),
                *self._coming_from_warehouses(usual),
            ],
        }

    @cached_property
    def _suppliers(self) -> dict[int, str]:
        contacts = {contact.id: contact for contact in self.known.books.contacts}
        ids = {held.document.member_id for held in self.known.purchase_orders}
        return {id_: purchases.supplier_name(id_, contacts) for id_ in ids}

    def _coming_from_suppliers(self) -> list[Row]:
        orders, calendar = self.known.purchase_orders, self.calendar
        usual = purchases.usual_days_of_suppliers(orders, calendar)
        late = purchases.usual_lateness_of_suppliers(orders, calendar)
        return [
            replenishments.of_purchase(
                entry,
                purchases.expected(entry, usual, calendar),
                supplier=self._suppliers[entry.document.member_id],
                lateness=late.of(entry.document.member_id) or replenishments.ON_TIME,
                warehouses=self.warehouses,
                today=calendar.today,
            )
            for entry in self._bought
            if entry.is_included
        ]

    def _coming_from_warehouses(self, usual: UsualDays[tuple[str, str]]) -> list[Row]:
        return [
            replenishments.of_transfer(
                entry,
                transfers.expected(entry, usual, self.calendar),
                self.warehouses,
                self.calendar.today,
            )
            for entry in self._moved
            if entry.is_included
        ]

    def _stock_tables(self) -> Tables:
        now = Snapshot(self.known.reads[-1].moment, self.known.books.stock)
        return {
            "inventory": stock.inventory(now, self._moved, self.items, self.warehouses),
            "inventory_daily": stock.inventory_daily(
                self.known.snapshots, self._moved, self.items, self.warehouses, self.calendar
            ),
        }

    def _demand_tables(self, tables: Tables) -> Tables:
        daily = demand_daily(tables["sales_lines"], tables["return_lines"])
        demand = Demand(
            daily,
            SyncedDays(self.known.reads, self.calendar.zone),
            Shelves(tables["inventory_daily"]),
            self.calendar.today,
            {option.key: self.calendar.on(option.created_at) for option in self.items.all},
        )
        projection = Projection(
            tables["inventory"],
            tables["replenishments"],
            demand.paces(),
            self.items,
            self.calendar.today,
        )
        return {
            "demand_daily": daily,
            "component_demand_daily": self._component_demand(),
            "demand_series": demand.series(),
            "projected_stock": projection.stock(),
            "projected_stock_explained": projection.explained(),
        }

    def _component_demand(self) -> list[Row]:
        by_id = {product.id: product for product in self.known.books.products}
        return Kits(self._sold, by_id, self._boms, self.items).component_demand(self.calendar)

    def _tables_for_other_systems(self, tables: Tables) -> Tables:
        orders, contacts = self.known.sales_orders.existing(), self.known.books.contacts
        return {
            "available_to_sell": offers.available_to_sell(tables["inventory"]),
            "price_list": offers.price_list(self.items.all, self.price_tier),
            "order_readiness": order_readiness(orders, self.calendar),
            "customers": customers(contacts, tables["sales_lines"]),
            "custom_fields": custom_fields(self.known, self.custom_fields),
        }

    def _review_tables(self, inventory: list[Row]) -> Tables:
        entries = [*self._sold, *self._returned, *self._bought, *self._moved]
        ours = {
            "incoming": reconciliation.incoming(self._bought, self.warehouses),
            "open_sales": reconciliation.open_sales(self._sold),
            "holding": reconciliation.holding(self._moved),
        }
        return {
            "excluded_lines": exclusions.excluded_lines(entries),
            "reconciliation": reconciliation.reconciliation(inventory, ours, self.items),
            "data_issues": self._data_issues(entries),
        }

    def _data_issues(self, entries: Sequence[Entry[Document]]) -> list[Row]:
        orders, contacts = list(self.known.sales_orders.existing()), self.known.books.contacts
        return [
            *issues.description_only_lines(entries),
            *issues.branch_issues(self.known, self.warehouses),
            *issues.duplicate_skus(self.items),
            *issues.near_twins(self.items),
            *issues.dispatched_without_shipping(self._sold),
            *issues.stuck_transfers(self._moved, self.calendar),
            *order_issues(orders, contacts, self.calendar),
            *total_issues(orders),
            *sold_twice(self._sold, self.calendar),
            *email_issues(contacts),
            *member_email_issues(orders, contacts),
            *self._boms.issues(),
        ]

    def _sync_tables(self) -> Tables:
        return {
            "sync_status": sync.sync_status(self.known),
            "sync_coverage": sync.sync_coverage(self.known.reads),
        }
