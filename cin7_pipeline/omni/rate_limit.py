"""The pace and the daily budget of calls, shared by every process that uses the same key.

What is remembered of calls, and where, is told in `rate_limit_store`. What Cin7 answers, and whether to ask
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
from cin7_pipeline.omni.rate_limit_store import DAY_WINDOW_SECONDS, CallStore, open_store

# Calls arrive less evenly than they are sent, so each window is kept a little longer than Cin7's;
# so is the day (`rate_limit_store`).
SECOND_WINDOW_SECONDS = 1.6
MINUTE_WINDOW_SECONDS = 61.0


@dataclass(frozen=True)
class Limits:
    """Cin7's limits for one key (`cin7-omni-api.md` §2); `reserve` calls a day are kept back.

    `minute_seconds` is how long a minute is kept; tests shorten it together with the sandbox's.
    """

    per_second: int = 3
    per_minute: int = 60
    per_day: int = 5000
    reserve: int = 500
    minute_seconds: float = MINUTE_WINDOW_SECONDS

    def cap(self, may_use_reserve: bool) -> int:
        """How many calls a day a caller may bring the account to."""
        return self.per_day if may_use_reserve else max(self.per_day - self.reserve, 0)

    @property
    def windows(self) -> tuple[tuple[int, float], ...]:
        """Calls and the seconds they may not be exceeded in."""
        return (self.per_second, SECOND_WINDOW_SECONDS), (self.per_minute, self.minute_seconds)


class RateLimiter:
    """The calls one account may make, whoever makes them: threads, runs, people.

    A call books the next free moment and sleeps until it, so callers are served in the order they
    came and none starves. A process that is killed leaves at most one booked call behind, which
    counts as used and blocks nobody.

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
        self._lock = threading.Lock()

    def acquire(self, *, may_use_reserve: bool = False) -> None:
        """Return when one call may be sent, and count it.

        Raises:
            QuotaExhausted: the day's calls are used up; nothing was counted.
        """
        with self._store() as store:
            self._refuse_when_spent(store, may_use_reserve)
            call = store.reserve(self._limits.windows)
        try:
            while not call.is_sent:
                self._sleep(call.wait)
                with self._store() as store:
                    if store.exhausted_until > store.now:
                        raise self._spent(store, may_use_reserve)
                    call = store.confirm(call, self._limits.windows)
        except BaseException:
            with self._store() as store:
                store.release(call)
            raise

    def pause_all(self, seconds: float) -> None:
        """Make every process wait that long before its next call (a short `Retry-After`)."""
        with self._store() as store:
            store.pause("paused_until", seconds)

    def mark_exhausted(self, seconds: float) -> None:
        """Declare the day spent for that long (a long `Retry-After`): calls are then refused."""
        with self._store() as store:
            store.pause("exhausted_until", seconds)

    def used(self) -> int:
        """Calls counted in the last 24 hours."""
        with self._store() as store:
            return store.used

    def left(self, *, may_use_reserve: bool = False) -> int:
        """Calls that may still be made now; 0 while the day is declared spent."""
        with self._store() as store:
            if store.exhausted_until > store.now:
                return 0
            return max(self._limits.cap(may_use_reserve) - store.used, 0)

    def returns_at(self, *, may_use_reserve: bool = False) -> datetime | None:
        """When the next call will be free again (UTC); None while calls are left."""
        with self._store() as store:
            moment = self._returns_at(store, may_use_reserve)
        return None if moment is None else datetime.fromtimestamp(moment, UTC)

    def _returns_at(self, store: CallStore, may_use_reserve: bool) -> float | None:
        cap = self._limits.cap(may_use_reserve)
        over = store.used - cap
        capped_until = store.nth_oldest(over) + DAY_WINDOW_SECONDS if over >= 0 else 0.0
        moment = max(store.exhausted_until, capped_until)
        return moment if moment > store.now else None

    def _refuse_when_spent(self, store: CallStore, may_use_reserve: bool) -> None:
        if self._returns_at(store, may_use_reserve) is not None:
            raise self._spent(store, may_use_reserve)

    def _spent(self, store: CallStore, may_use_reserve: bool) -> QuotaExhausted:
        moment = self._returns_at(store, may_use_reserve) or store.now
        returns_at = datetime.fromtimestamp(moment, UTC)
        kept = "" if may_use_reserve else f", {self._limits.reserve} kept for the scheduled run"
        declared = " and Cin7 itself refuses more" if store.exhausted_until > store.now else ""
        msg = (
            f"The daily budget of Cin7 calls is spent: {store.used} of {self._limits.per_day}"
            f" used in the last 24 hours{kept}{declared}."
            f" It returns at {returns_at:%Y-%m-%d %H:%M:%S} UTC: run again then."
        )
        return QuotaExhausted(msg, returns_at)

    @contextmanager
    def _store(self) -> Iterator[CallStore]:
        """The shared record; threads of one process do not compete for the file's lock."""
        with self._lock, open_store(self._path, self._account, self._now) as store:
            yield store
