"""How long to wait for Cin7, and how often to ask again.

Only waits are decided here; which answers deserve another attempt is told in `answers`.
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
    """Attempts and seconds; the defaults follow what clients of Cin7 found to work.

    `backoff` is waited after a failure, step by step; `backoff_503` after a 503. A
    `Retry-After` above `retry_after_limit` means that the day is spent. So do 429s that outlast the
    backoff: Cin7 does not say when its day ends, so one call probes again after `quota_recheck`.
    `scale` multiplies every wait; tests make it small.
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
        """Seconds to wait after that many failures in a row, a little apart from other callers."""
        backoff = self.backoff_503 if maintenance else self.backoff
        step = backoff[min(failures, len(backoff)) - 1]
        return step * random.uniform(1, 1.25) * self.scale  # noqa: S311 - spreads callers


class RetryableError(Exception):
    """One attempt failed in a way that another may not; the text says how, without a credential."""

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
    """The waits of one call: asked by stamina after each failed attempt.

    A 429 concerns everybody who uses the key, so it holds the shared budget and the next attempt
    waits there; any other failure is waited for by this call alone.
    """

    def __init__(self, retry_policy: RetryPolicy, rate_limiter: RateLimiter) -> None:
        self._retry_policy = retry_policy
        self._rate_limiter = rate_limiter
        self.failures = 0
        self._throttles = 0

    @property
    def means_spent(self) -> bool:
        """True where Cin7 throttled at every step of the backoff: not the minute, but the day."""
        return self._throttles > len(self._retry_policy.backoff)

    def __call__(self, error: Exception) -> bool | float:
        """Seconds until the next attempt; False where there should be none."""
        if not isinstance(error, RetryableError):
            return False
        self.failures += 1
        self._throttles = self._throttles + 1 if error.is_unexplained_throttle else 0
        if self.means_spent or self.failures >= self._retry_policy.attempts:
            return False
        if error.status != HTTPStatus.TOO_MANY_REQUESTS:
            maintenance = error.status == HTTPStatus.SERVICE_UNAVAILABLE
            return self._retry_policy.wait(self.failures, maintenance=maintenance)
        self._rate_limiter.pause_all(self._throttle_wait(error))
        return 0.0

    def _throttle_wait(self, error: RetryableError) -> float:
        if error.retry_after is None:
            return self._retry_policy.wait(self._throttles)
        return error.retry_after * self._retry_policy.scale


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, at most a day; None where it says nothing.

    It is a number of seconds or an HTTP date (RFC 9110 §10.2.3).
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), DAY_SECONDS))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), float(DAY_SECONDS))
