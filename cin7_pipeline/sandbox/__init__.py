"""This package is a Cin7 Omni account that runs on this machine; all of its data are invented.

`simulation` computes what a merchant's account holds at a time, as the facts of `ledger`;
`serializers` write them as Cin7 does; `server` answers over HTTP. The rest of the product may import
`Sandbox` and nothing else, and nothing here imports the rest of the product.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.market import LIVELY
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size

__all__ = ["Sandbox"]

SIZE = Size(products=100, orders_per_day=7, purchase_orders_per_week=7, transfers_per_week=4)


class Sandbox(SandboxServer):
    """A server of the demo account, open to its own `username` and `api_key`; a context manager.

    The account opened on `opened_on` and is as it is at `now()`, which is read by the minute, since
    what it holds is costly to compute. Port 0 is any free one.
    """

    def __init__(
        self, opened_on: date, now: Callable[[], datetime], time_zone: str, port: int = 0
    ) -> None:
        def clock() -> datetime:
            return now().replace(second=0, microsecond=0)

        account = _account(opened_on, time_zone)
        # Simulated now: the first request would wait several seconds.
        account.merchant.ledger(clock())
        super().__init__(account, clock=clock, port=port)


@lru_cache(maxsize=1)
def _account(opened_on: date, time_zone: str) -> MerchantAccount:
    """Return the account, simulated once in a process that opens it again for each month of a re-sync."""
    return MerchantAccount(
        Merchant(opened_on=opened_on, size=SIZE, time_zone=time_zone, market=LIVELY)
    )
