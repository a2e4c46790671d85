"""This module connects a run to its account: the company's own, or the sandbox without credentials."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.files import private_folder, write_atomic
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.rate_limit import Limits, RateLimiter
from cin7_pipeline.omni.retry import RetryPolicy
from cin7_pipeline.settings import SANDBOX_TIME_ZONE, Settings

if TYPE_CHECKING:
    from cin7_pipeline.sandbox import Sandbox

SANDBOX_AGE_DAYS, SANDBOX_OLDEST_DAYS = 730, 1830


def rate_limiter_of(settings: Settings) -> RateLimiter:
    """Return the account's rate limiter, shared with every other process that uses the same key."""
    limits = Limits(
        per_second=settings.calls_per_second,
        per_minute=settings.calls_per_minute,
        per_day=settings.calls_per_day,
        reserve=settings.calls_reserved,
    )
    return RateLimiter(settings.calls_path, settings.key_id, limits)


def calls_left(settings: Settings) -> str:
    """Return in words what is left of the day's calls, and that some more are not for everybody."""
    left = rate_limiter_of(settings).left()
    kept = f"{settings.calls_reserved:,} more are kept for the schedule"
    return f"Calls left today: {left:,} of {settings.calls_per_day:,}; {kept}"


@contextmanager
def connect(
    settings: Settings, *, may_use_reserve: bool = False, retry_policy: RetryPolicy | None = None
) -> Iterator[Cin7Client]:
    """Yield a client of the account; a scheduled run may use the calls kept in reserve for it."""
    with ExitStack() as stack:
        if settings.username is None or settings.api_key is None:
            sandbox = stack.enter_context(sandbox_of(settings))
            address = (sandbox.base_url, sandbox.username, sandbox.api_key)
        else:
            key = (settings.username.get_secret_value(), settings.api_key.get_secret_value())
            address = (settings.base_url, *key)
        base_url, username, api_key = address
        yield stack.enter_context(
            Cin7Client(
                base_url=base_url,
                username=username,
                api_key=api_key,
                rate_limiter=rate_limiter_of(settings),
                may_use_reserve=may_use_reserve,
                retry_policy=retry_policy,
            )
        )


def sandbox_of(settings: Settings, port: int = 0) -> "Sandbox":
    """Return the sandbox, to be served in a `with` block.

    The first run writes down its opening day, so that the account has grown when the next one looks.

    Raises:
        SettingsError: the opening day that is asked for is another one, or none that can be simulated.
    """
    from cin7_pipeline.sandbox import Sandbox

    path, asked = settings.state_dir / "sandbox_opened_on", settings.sandbox_opened_on
    if not path.exists():
        opened_on = _opening_day(settings)
        private_folder(path.parent)
        write_atomic(path, opened_on.isoformat().encode())
    opened_on = date.fromisoformat(path.read_text().strip())
    if asked and asked != opened_on:
        msg = (
            f"CIN7_SANDBOX_OPENED_ON={asked}, but the sandbox account in {settings.data_dir} opened on"
            f" {opened_on}, and two accounts are never mixed; name another CIN7_DATA_DIR, or `make clean`."
        )
        raise SettingsError(msg)
    return Sandbox(opened_on, settings.now, SANDBOX_TIME_ZONE, port)


def _opening_day(settings: Settings) -> date:
    """Return the day on which a new sandbox account opens."""
    today = settings.now().date()
    opened_on = settings.sandbox_opened_on or today - timedelta(days=SANDBOX_AGE_DAYS)
    oldest = today - timedelta(days=SANDBOX_OLDEST_DAYS)
    if not oldest <= opened_on < today:
        msg = (
            f"CIN7_SANDBOX_OPENED_ON={opened_on} cannot be simulated;"
            f" choose one from {oldest} to yesterday."
        )
        raise SettingsError(msg)
    return opened_on
