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


class Backoff:
    """The waits of one call; stamina asks for one after each failed attempt.

    A 429 concerns everybody who uses the key, so it pauses the shared rate limiter and the next attempt
    waits there; after any other failure this call alone waits.
    """

    def __init__(self, retry_policy: RetryPolicy, rate_limiter: RateLimiter) -> None:
        self.failures = 0
        self.exhausted_for: float | None = None
        """Seconds for which the day's calls are used up, by what Cin7 answered last."""
        self._policy = retry_policy
        self._rate_limiter = rate_limiter
        self._throttles = 0

    def __call__(self, error: Exception) -> bool | float:
        """Return the seconds until the next attempt; False where there should be none."""
        if not isinstance(error, RetryableError):
            return False
        self.failures += 1
        is_throttled = error.status == HTTPStatus.TOO_MANY_REQUESTS
        asked_for = error.retry_after
        self._throttles = self._throttles + 1 if is_throttled and asked_for is None else 0
        if asked_for is not None and asked_for > self._policy.retry_after_limit:
            self.exhausted_for = asked_for
        elif self._throttles > len(self._policy.backoff):
            # Throttled at every step of the backoff: not the minute's limit, but the day's.
            self.exhausted_for = self._policy.quota_recheck
        if self.exhausted_for is not None or self.failures >= self._policy.attempts:
            return False
        if not is_throttled:
            is_maintenance = error.status == HTTPStatus.SERVICE_UNAVAILABLE
            return self._policy.wait(self.failures, maintenance=is_maintenance)
        if asked_for is None:
            self._rate_limiter.pause_all(self._policy.wait(self._throttles))
        else:
            self._rate_limiter.pause_all(asked_for * self._policy.scale)
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
