"""The account a run talks to: the company's own, or the sandbox where no credentials are given."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from cin7_pipeline.api.budget import Budget, Limits
from cin7_pipeline.api.client import Cin7Client
from cin7_pipeline.sandbox.merchant import Merchant
from cin7_pipeline.sandbox.payloads import MerchantAccount
from cin7_pipeline.sandbox.server import SandboxServer
from cin7_pipeline.settings import Settings

SANDBOX_DAYS_OF_LIFE = 120
SANDBOX_USERNAME = "sandbox"
SANDBOX_KEY = "sandbox-key"  # opens nothing but a server of this process


def budget_of(settings: Settings) -> Budget:
    """The account's call budget, shared with every other process that uses the same key."""
    limits = Limits(
        per_second=settings.calls_per_second,
        per_minute=settings.calls_per_minute,
        per_day=settings.calls_per_day,
        reserve=settings.calls_reserved,
    )
    return Budget(settings.state_dir / "calls.sqlite", settings.account, limits)


@contextmanager
def connect(settings: Settings, *, may_use_reserve: bool = False) -> Iterator[Cin7Client]:
    """A client of the account; a scheduled run may use the calls kept in reserve for it."""
    if settings.username is not None and settings.api_key is not None:
        with Cin7Client(
            base_url=settings.base_url,
            username=settings.username.get_secret_value(),
            api_key=settings.api_key.get_secret_value(),
            budget=budget_of(settings),
            may_use_reserve=may_use_reserve,
        ) as client:
            yield client
        return
    with _sandbox_client(settings, may_use_reserve) as client:
        yield client


@contextmanager
def _sandbox_client(settings: Settings, may_use_reserve: bool) -> Iterator[Cin7Client]:
    moment = settings.now()
    merchant = Merchant(opened_on=_sandbox_opened_on(settings), time_zone=settings.time_zone)
    with (
        SandboxServer(
            MerchantAccount(merchant),
            clock=lambda: moment,
            username=SANDBOX_USERNAME,
            api_key=SANDBOX_KEY,
        ) as server,
        Cin7Client(
            base_url=server.base_url,
            username=SANDBOX_USERNAME,
            api_key=SANDBOX_KEY,
            budget=budget_of(settings),
            may_use_reserve=may_use_reserve,
        ) as client,
    ):
        yield client


def _sandbox_opened_on(settings: Settings) -> date:
    """The day the simulated account opened: set by the first run, so that the next one sees it grow."""
    path = settings.state_dir / "sandbox_opened_on"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        opened_on = settings.now().date() - timedelta(days=SANDBOX_DAYS_OF_LIFE)
        path.write_text(opened_on.isoformat())
    return date.fromisoformat(path.read_text().strip())
