"""A handful of documents behind a real HTTP server, and loads of them into a folder of their own."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from msgspec import Raw

from cin7_pipeline.account import connect
from cin7_pipeline.load.report import LoadOutcome, LoadReport
from cin7_pipeline.load.sync import sync_endpoints
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.omni.page import Page, PageReader
from cin7_pipeline.sandbox.server.server import Faults, SandboxServer
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.window import Window

NOW = datetime(2026, 6, 30, 20, tzinfo=UTC)
RESOURCES = (
    "SalesOrders",
    "PurchaseOrders",
    "BranchTransfers",
    "CreditNotes",
    "Adjustments",
    "ProductionJobs",
    "v2/BomMasters",
    "Products",
    "ProductOptions",
    "Contacts",
    "Branches",
    "Stock",
)


def days_ago(days: float) -> str:
    """A moment before NOW as Cin7 writes it."""
    return f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def order(
    order_id: int, created: float, changed: float | None = None, **fields: Any
) -> dict[str, Any]:
    """A sales order with one line, created and last changed so many days ago."""
    line = {"id": order_id * 10, "productOptionId": 7, "qty": 1.0, "code": "A"}
    return {
        "id": order_id,
        "createdDate": days_ago(created),
        "modifiedDate": days_ago(created if changed is None else changed),
        "isApproved": True,
        "status": "APPROVED",
        "dispatchedDate": days_ago(created),
        "lineItems": [line],
        **fields,
    }


def page_of(endpoint: Endpoint, records: list[Any]) -> Page:
    """Records, or their JSON, as the page that Cin7 answers with."""
    raws = [r if isinstance(r, Raw) else Raw(msgspec.json.encode(r)) for r in records]
    return PageReader(None, endpoint).page_of(raws)  # type: ignore[arg-type]


@dataclass
class Company:
    """Records by resource that tests edit, served as an account; `load` reads them for real."""

    folder: Path
    records_by_resource: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {name: [] for name in RESOURCES}
    )
    server: SandboxServer | None = None

    def records(self, resource: str, _moment: datetime) -> list[dict[str, Any]]:
        """What the server lists."""
        return self.records_by_resource[resource]

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The sales orders, to be edited in place."""
        return self.records_by_resource["SalesOrders"]

    @property
    def faults(self) -> Faults:
        """The server's switches."""
        assert self.server is not None
        return self.server.faults

    def settings(self, **overrides: Any) -> Settings:
        """Settings that point at this company."""
        assert self.server is not None
        values: dict[str, Any] = {
            "username": "sandbox",
            "api_key": "sandbox-key",
            "base_url": self.server.base_url,
            "time_zone": "Australia/Sydney",
            "data_dir": self.folder,
            "as_of": NOW,
            "calls_per_second": 1000,
            "calls_per_minute": 100_000,
            "calls_per_day": 1_000_000,
            "threads": 1,  # of so few rows, a second one takes longer than it saves
        }
        return load_settings(**{**values, **overrides})

    def sync_endpoints(
        self,
        *entities: str,
        window: Window | None = None,
        behind_stock: Collection[str] = (),
        **overrides: Any,
    ) -> LoadOutcome:
        """Load entities over one window, or each over its own."""
        settings = self.settings(**overrides)
        with connect(settings) as client:
            windows = dict.fromkeys(entities or ("sales_orders",), window)
            return sync_endpoints(
                ENDPOINTS, windows, client, settings, documents_behind_stock=behind_stock
            )

    def load_one(self, entity: str = "sales_orders", **options: Any) -> LoadReport:
        """Load one entity that is expected to succeed."""
        outcome = self.sync_endpoints(entity, **options)
        outcome.raise_failures()
        (report,) = outcome.reports
        return report

    def raw(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            return connection.execute(query, values).fetchall()


@contextmanager
def open_company(folder: Path, forbidden: Collection[str] = ()) -> Iterator[Company]:
    """Serve a company while the block lasts; edits show at once, `forbidden` resources answer 403."""
    company = Company(folder)
    ticks = iter(range(10**9))

    def clock() -> datetime:
        # Every call is another second, so that the server's view is never an old one.
        return NOW + timedelta(seconds=next(ticks))

    with SandboxServer(company, clock=clock, limits=None, forbidden=forbidden) as server:
        company.server = server
        yield company
