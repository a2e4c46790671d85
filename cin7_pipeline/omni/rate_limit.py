"""This module limits the calls of an account, for every process that uses the same key.

What is remembered of calls, and where, is in `rate_limit_store`. What Cin7 answers, and whether to ask
again, is the client's business.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cin7_pipeline.errors import QuotaExhausted
from cin7_pipeline.omni.rate_limit_store import (
    DAY_WINDOW_SECONDS,
    Call,
    CallStore,
    Rate,
    open_store,
)

# Calls arrive less evenly than they are sent, so each window is kept a little longer than Cin7's.
SECOND_WINDOW_SECONDS = 1.1
MINUTE_WINDOW_SECONDS = 61.0
# A machine without time delivers calls late as it wakes callers late: so much more is kept at most.
MOST_LAG_SECONDS = 0.5


@dataclass(frozen=True)
class Limits:
    """Cin7's limits for one key (`README.md`, Limits); `reserve` calls a day are kept for the schedule.

    `minute_seconds` is how long a minute is kept; tests shorten it together with the sandbox's.
    """

    per_second: int = 3
    per_minute: int = 60
    per_day: int = 5000
    reserve: int = 500
    minute_seconds: float = MINUTE_WINDOW_SECONDS

    def cap(self, may_use_reserve: bool) -> int:
        """Return how many calls a day a caller may bring the account to."""
        return self.per_day if may_use_reserve else max(self.per_day - self.reserve, 0)

    def rates(self, lag: float) -> tuple[Rate, ...]:
        """Return calls and the seconds in which there may be no more of them, where the machine lags."""
        second = SECOND_WINDOW_SECONDS + min(lag, MOST_LAG_SECONDS)
        return (self.per_second, second), (self.per_minute, self.minute_seconds)


class RateLimiter:
    """The calls one account may make, whoever makes them: threads, runs, people.

    A call reserves the next free time and sleeps until then, so callers are served in the order they
    came and none starves. A process that is killed leaves at most one reserved call a thread behind,
    which counts as used; where it was about to be sent, others take it for that for half a minute.

    Args:
        path: The SQLite file all processes share; it and its folder are created.
        account: What the calls are counted by: a hash, never a credential.
        limits: What the key allows.
        now: The wall clock, in seconds; processes compare theirs.
        sleep: Waits that many seconds.
    """

    def __init__(
        self,
        path: Path,
        account: str,
        limits: Limits | None = None,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._account = account
        self._limits = limits or Limits()
        self._now = now
        self._sleep = sleep
        self._lag = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, *, may_use_reserve: bool = False) -> Iterator[Callable[[], None]]:
        """Open the block when one call may be sent, and count it; the block says when it has sent it.

        The calls behind it keep their distance from the moment that was said, or from the end of the
        block: a process that got no time to send its call in between cannot come too close to them.

        Raises:
            QuotaExhausted: the day's calls are used up; nothing was counted.
        """
        call = self._wait_for_turn(may_use_reserve)
        is_sent = False

        def mark_sent() -> None:
            nonlocal is_sent
            if not is_sent:
                with self._store() as store:
                    store.mark_sent(call)
                is_sent = True

        try:
            yield mark_sent
        finally:
            mark_sent()

    def _wait_for_turn(self, may_use_reserve: bool) -> Call:
        with self._store() as store:
            if self._blocked_until(store, may_use_reserve) > store.now:
                raise self._exhausted(store, may_use_reserve)
            call = store.reserve(self._limits.rates(self._lag))
        try:
            while not call.may_leave:
                self._sleep(max(call.at - self._now(), 0.0))
                with self._store() as store:
                    # The latest lags count most; the clock may also have been set.
                    self._lag = max(0.8 * self._lag, store.now - call.at)
                    if store.exhausted_until > store.now:
                        raise self._exhausted(store, may_use_reserve)
                    call = store.let_go(call, self._limits.rates(self._lag))
        except BaseException:
            with self._store() as store:
                store.release(call)
            raise
        return call

    def pause_all(self, seconds: float) -> None:
        """Make every process wait that long before its next call (a short `Retry-After`)."""
        with self._store() as store:
            store.pause("paused_until", seconds)

    def mark_exhausted(self, seconds: float) -> None:
        """Refuse all calls for that long (a long `Retry-After`)."""
        with self._store() as store:
            store.pause("exhausted_until", seconds)

    def forget_pauses(self) -> None:
        """Let calls go out again, whatever Cin7 asked for."""
        with self._store() as store:
            store.end_pauses()

    def used(self) -> int:
        """Return the calls counted in the last 24 hours."""
        with self._store() as store:
            return store.used

    def left(self, *, may_use_reserve: bool = False) -> int:
        """Return how many calls may still be made now; 0 while Cin7 itself refuses more."""
        with self._store() as store:
            if store.exhausted_until > store.now:
                return 0
            return max(self._limits.cap(may_use_reserve) - store.used, 0)

    def returns_at(self, *, may_use_reserve: bool = False) -> datetime | None:
        """Return when the next call will be free again (UTC); None while calls are left."""
        with self._store() as store:
            until = self._blocked_until(store, may_use_reserve)
            return datetime.fromtimestamp(until, UTC) if until > store.now else None

    def _blocked_until(self, store: CallStore, may_use_reserve: bool) -> float:
        over = store.used - self._limits.cap(may_use_reserve)
        capped_until = store.nth_oldest(over) + DAY_WINDOW_SECONDS if over >= 0 else 0.0
        return max(store.exhausted_until, capped_until)

    def _exhausted(self, store: CallStore, may_use_reserve: bool) -> QuotaExhausted:
        returns_at = datetime.fromtimestamp(self._blocked_until(store, may_use_reserve), UTC)
        kept = "" if may_use_reserve else f", {self._limits.reserve} kept for the scheduled run"
        is_declared = store.exhausted_until > store.now
        declared = " and Cin7 itself refuses more" if is_declared else ""
        msg = (
            f"The daily budget of Cin7 calls is spent: {store.used} of {self._limits.per_day}"
            f" used in the last 24 hours{kept}{declared}."
            f" It returns at {returns_at:%Y-%m-%d %H:%M:%S} UTC: run again then"
            f"{', or end the pause with `cin7 forget pause`' if is_declared else ''}."
        )
        return QuotaExhausted(msg, returns_at)

    @contextmanager
    def _store(self) -> Iterator[CallStore]:
        """Open the shared store; threads of one process do not compete for the file's lock."""
        with self._lock, open_store(self._path, self._account, self._now) as store:
            yield store
