"""The simulated account that stands in where no credentials are given: who opens it, and since when it lives.

How it lives and answers is in `sandbox`; that a run talks to it is decided in `account`.
"""

from datetime import date, datetime, timedelta

from cin7_pipeline.files import private_folder, write_atomic
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from cin7_pipeline.settings.environment import SANDBOX_TIME_ZONE, Settings

DAYS_OF_LIFE = 120
SANDBOX_USERNAME = "sandbox"
SANDBOX_KEY = "sandbox-key"  # opens nothing but a server of this process


def sandbox_server(settings: Settings, port: int = 0) -> SandboxServer:
    """The simulated account over HTTP; its clock moves by the minute, as a moment is costly to compute."""
    merchant = Merchant(opened_on=_opened_on(settings), time_zone=SANDBOX_TIME_ZONE)

    def clock() -> datetime:
        return settings.now().replace(second=0, microsecond=0)

    # Living the life takes seconds: before the first call, or its answer would come late.
    merchant.ledger(clock())
    return SandboxServer(
        MerchantAccount(merchant),
        clock=clock,
        username=SANDBOX_USERNAME,
        api_key=SANDBOX_KEY,
        port=port,
    )


def _opened_on(settings: Settings) -> date:
    """The day the simulated account opened: set by the first run, so that the next one sees it grow."""
    path = settings.state_dir / "sandbox_opened_on"
    if not path.exists():
        private_folder(path.parent)
        opened_on = settings.now().date() - timedelta(days=DAYS_OF_LIFE)
        write_atomic(path, opened_on.isoformat().encode())
    return date.fromisoformat(path.read_text().strip())
