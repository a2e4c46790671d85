"""This module says how long to wait for Cin7, and how often to ask again.

Which answers deserve another attempt is decided in `responses`.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from cin7_pipeline.omni.rate_limit import RateLimiter
from cin7_pipeline.omni.rate_limit_store import DAY_SECONDS


@dataclass(frozen=True)
class RetryPolicy:
    """Attempts, and waits in seconds; the defaults are what clients of Cin7 found to work.

    `backoff` is waited after a failure, step by step; `backoff_503` after a 503 (maintenance). A
    `Retry-After` above `retry_after_limit` means that the day's calls are used up. So do 429s that
    outlast the backoff: Cin7 does not say when its day ends, so the next call is made after
    `quota_recheck`. `scale` multiplies every wait; tests make it small.
    """

    attempts: int = 5
    backoff: tuple[float, ...] = (1, 5, 30, 60)
    backoff_503: tuple[float, ...] = (30, 60, 120, 300)
    retry_after_limit: float = 120
    quota_recheck: float = 3600
    connect_timeout: float = 10
    read_timeout: float = 120
    answer_timeout: float = 300
    scale: float = 1.0

    def wait(self, failures: int, *, maintenance: bool = False) -> float:
        """Return the seconds to wait after that many failures in a row, up to a quarter longer."""
        backoff = self.backoff_503 if maintenance else self.backoff
        step = backoff[min(failures, len(backoff)) - 1]
        return step * random.uniform(1, 1.25) * self.scale  # noqa: S311 - spreads callers


class RetryableError(Exception):
    """A failed attempt that another may not repeat; the text says how it failed, without a credential."""

    def __init__(
        self, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after

    @property
    def is_unexplained_throttle(self) -> bool:
        """True for a 429 that does not say how long to wait."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS and self.retry_after is None


class Backoff:
    """The waits of one call; stamina asks for one after each failed attempt.

    A 429 concerns everybody who uses the key, so it pauses the shared rate limiter and the next attempt
    waits there; after any other failure this call alone waits.
    """

    def __init__(self, retry_policy: RetryPolicy, rate_limiter: RateLimiter) -> None:
        self._retry_policy = retry_policy
        self._rate_limiter = rate_limiter
        self.failures = 0
        self._throttles = 0

    @property
    def is_quota_exhausted(self) -> bool:
        """True where Cin7 throttled at every step of the backoff: the day's limit, not the minute's."""
        return self._throttles > len(self._retry_policy.backoff)

    def __call__(self, error: Exception) -> bool | float:
        """Return the seconds until the next attempt; False where there should be none."""
        if not isinstance(error, RetryableError):
            return False
        self.failures += 1
        self._throttles = self._throttles + 1 if error.is_unexplained_throttle else 0
        if self.is_quota_exhausted or self.failures >= self._retry_policy.attempts:
            return False
        if error.status != HTTPStatus.TOO_MANY_REQUESTS:
            maintenance = error.status == HTTPStatus.SERVICE_UNAVAILABLE
            return self._retry_policy.wait(self.failures, maintenance=maintenance)
        if error.retry_after is None:
            self._rate_limiter.pause_all(self._retry_policy.wait(self._throttles))
        else:
            self._rate_limiter.pause_all(error.retry_after * self._retry_policy.scale)
        return 0.0


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, at most a day; None where it says nothing.

    It is a number of seconds or an HTTP date (RFC 9110 §10.2.3).
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), DAY_SECONDS))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), float(DAY_SECONDS))
