"""The account a run talks to: the company's own, or the sandbox where no credentials are given."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.rate_limit import Limits, RateLimiter
from cin7_pipeline.settings import Settings


def rate_limiter_of(settings: Settings) -> RateLimiter:
    """The account's rate limiter, shared with every other process that uses the same key."""
    limits = Limits(
        per_second=settings.calls_per_second,
        per_minute=settings.calls_per_minute,
        per_day=settings.calls_per_day,
        reserve=settings.calls_reserved,
    )
    return RateLimiter(settings.state_dir / "calls.sqlite", settings.key_id, limits)


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
                rate_limiter=rate_limiter_of(settings),
                may_use_reserve=may_use_reserve,
            )
        )


def _address(settings: Settings, stack: ExitStack) -> tuple[str, str, str]:
    """Where the account is and how it is opened; a sandbox is served as long as `stack` is open."""
    if settings.username is None or settings.api_key is None:
        from cin7_pipeline.sandbox_account import SANDBOX_KEY, SANDBOX_USERNAME, sandbox_server

        server = stack.enter_context(sandbox_server(settings))
        return server.base_url, SANDBOX_USERNAME, SANDBOX_KEY
    username, api_key = settings.username.get_secret_value(), settings.api_key.get_secret_value()
    return settings.base_url, username, api_key
