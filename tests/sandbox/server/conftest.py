"""A tiny account behind one real server, put back into its first state before every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from cin7_pipeline.sandbox.server.server import Faults, SandboxServer

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


class TinyAccount:
    """Lists of records that a test may change, and a record of what it was asked for."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The first state: seven orders, two sizes of one option, two rows of stock, a few more."""
        self.asked: list[tuple[str, datetime]] = []
        self.lists: dict[str, list[dict[str, Any]]] = {
            "SalesOrders": [_order(number) for number in (3, 1, 2, 7, 5, 4, 6)],
            "ProductOptions": [_option("S"), _option("M")],
            "Stock": [_stock(branch_id) for branch_id in (1, 2)],
            "Users": [],
            "Voucher": [{"id": 1, "code": "GIFT"}, {"id": 2, "code": "OTHER"}],
            "BomMasters": [{"id": 1, "product": {"id": 2}}],
            "v2/BomMasters": [{"id": 1, "products": [{"id": 2}, {"id": 3}]}],
        }

    def records(self, resource: str, timestamp: datetime) -> list[dict[str, Any]]:
        """What the account holds, whatever the time."""
        self.asked.append((resource, timestamp))
        return self.lists.get(resource, [])


def _order(number: int) -> dict[str, Any]:
    is_even = number % 2 == 0
    return {
        "id": number,
        "createdDate": "2026-06-01T00:00:00Z",
        "modifiedDate": f"2026-06-0{number}T00:00:00Z",
        "isApproved": is_even,
        "reference": f"#10{number}",
        "branchId": 3 if is_even else None,
        "company": "O'Brien & Sons" if number == 1 else f"Shop {number}",
        "total": number + 0.5,
        "status": "APPROVED" if is_even else "DRAFT",
        "invoiceDate": None,
        "dispatchedDate": "2026-06-10T14:00:03Z" if number == 6 else None,
        "categoryIdArray": [12, 363] if number == 2 else [],
        "customFields": {"orders_1000": "x"},
        "lineItems": [
            {"id": 10 * number + place, "code": f"A-{place}", "qty": 2.0, "sizes": []}
            for place in (1, 2)
        ],
    }


def _option(size: str) -> dict[str, Any]:
    prices = {"wholesaleAUD": 20.0, "costAUD": 8.5}
    return {"id": 34010, "size": size, "code": f"WTX-922  -{size}", "priceColumns": prices}


def _stock(branch_id: int) -> dict[str, Any]:
    return {
        "productOptionId": 34010,
        "branchId": branch_id,
        "barcode": f"930000000001{branch_id}",
        "available": 2.0,
        "modifiedDate": "2026-06-30T00:00:00Z",
    }


class ManualClock:
    """A clock that a test moves by hand; `seconds` is the same time for the limits."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def seconds(self) -> float:
        """Seconds since the epoch."""
        return self.now.timestamp()


Get = Callable[..., httpx.Response]


@pytest.fixture
def wall() -> ManualClock:
    """A clock at noon."""
    return ManualClock()


@pytest.fixture(scope="session")
def _shared() -> Iterator[tuple[SandboxServer, TinyAccount, ManualClock]]:
    account, clock = TinyAccount(), ManualClock()
    with SandboxServer(account, clock=clock, limits=None) as server:
        yield server, account, clock


@pytest.fixture
def server(_shared) -> SandboxServer:
    """A running server without limits, without faults and with nothing on record."""
    server, account, clock = _shared
    account.reset()
    # A new second makes the server ask the account anew.
    clock.now = datetime.fromtimestamp(clock.now.timestamp() + 1, UTC)
    vars(server.faults).update(vars(Faults()))
    server.requests.clear()
    server.calls.clear()
    return server


@pytest.fixture
def account(server, _shared) -> TinyAccount:
    return _shared[1]


@pytest.fixture
def clock(server, _shared) -> ManualClock:
    return _shared[2]


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A client with the right key."""
    with httpx.Client(auth=("sandbox", "sandbox-key"), timeout=60) as client:
        yield client


@pytest.fixture
def get(server, http) -> Get:
    """GETs a path of `server` with the right key; parameters are keyword arguments."""

    def get(path: str, **params: Any) -> httpx.Response:
        return http.get(f"{server.base_url}/v1/{path}", params=params)

    return get


@pytest.fixture
def ids(get) -> Callable[..., list[int]]:
    """The ids of the sales orders that the parameters select, in the answer's order."""

    def ids(**params: Any) -> list[int]:
        response = get("SalesOrders", **params)
        assert response.status_code == 200, response.text
        return [record["id"] for record in response.json()]

    return ids


@pytest.fixture
def serve(http) -> Iterator[Callable[..., Get]]:
    """Starts a server of its own with these settings and gives its `get`, with `.server` on it."""
    with ExitStack() as stack:

        def serve(**settings: Any) -> Get:
            settings = {"clock": ManualClock(), "limits": None, **settings}
            server = stack.enter_context(SandboxServer(TinyAccount(), **settings))

            def get(path: str, **params: Any) -> httpx.Response:
                return http.get(f"{server.base_url}/v1/{path}", params=params)

            get.server = server  # type: ignore[attr-defined]
            return get

        yield serve
