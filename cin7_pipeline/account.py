"""The account a run talks to: the company's own, or the sandbox where no credentials are given."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta

from cin7_pipeline.api.budget import Budget, Limits
from cin7_pipeline.api.client import Cin7Client
from cin7_pipeline.sandbox.life.merchant import Merchant
from cin7_pipeline.sandbox.payloads.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.settings import SANDBOX_TIME_ZONE, Settings

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
    with ExitStack() as stack:
        base_url, username, api_key = _address(settings, stack)
        yield stack.enter_context(
            Cin7Client(
                base_url=base_url,
                username=username,
                api_key=api_key,
                budget=budget_of(settings),
                may_use_reserve=may_use_reserve,
            )
        )


def _address(settings: Settings, stack: ExitStack) -> tuple[str, str, str]:
    """Where the account is and how it is opened; a sandbox is served as long as `stack` is open."""
    if settings.username is None or settings.api_key is None:
        server = stack.enter_context(sandbox_server(settings))
        return server.base_url, SANDBOX_USERNAME, SANDBOX_KEY
    username, api_key = settings.username.get_secret_value(), settings.api_key.get_secret_value()
    return settings.base_url, username, api_key


def sandbox_server(settings: Settings, port: int = 0) -> SandboxServer:
    """The simulated account over HTTP; its clock moves by the minute, as a moment is costly to compute."""
    merchant = Merchant(opened_on=_sandbox_opened_on(settings), time_zone=SANDBOX_TIME_ZONE)

    def clock() -> datetime:
        return settings.now().replace(second=0, microsecond=0)

    # Living the life takes seconds: before the first call, or its answer would come late.
    merchant.books(clock())
    return SandboxServer(
        MerchantAccount(merchant),
        clock=clock,
        username=SANDBOX_USERNAME,
        api_key=SANDBOX_KEY,
        port=port,
    )


def _sandbox_opened_on(settings: Settings) -> date:
    """The day the simulated account opened: set by the first run, so that the next one sees it grow."""
    path = settings.state_dir / "sandbox_opened_on"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        opened_on = settings.now().date() - timedelta(days=SANDBOX_DAYS_OF_LIFE)
        path.write_text(opened_on.isoformat())
    return date.fromisoformat(path.read_text().strip())
