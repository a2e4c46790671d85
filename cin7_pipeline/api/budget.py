"""The pace and the daily budget of calls, shared by every process that uses the same key.

The state is one SQLite file. What Cin7 answers, and whether to ask again, is the client's business.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cin7_pipeline.errors import BudgetSpent, SettingsError

DAY_SECONDS = 86_400
LOCK_SECONDS = 30
# Calls arrive less evenly than they are sent, so each window is kept a little longer than Cin7's.
SECOND_WINDOW_SECONDS = 1.3
MINUTE_WINDOW_SECONDS = 61.0

SCHEMA = """
create table if not exists calls (
    account text not null,
    at real not null,
    is_sent integer not null
);
create index if not exists calls_by_time on calls (account, at);
create table if not exists pauses (
    account text primary key,
    held_until real not null default 0,
    spent_until real not null default 0
);
"""


@dataclass(frozen=True)
class Limits:
    """Cin7's limits for one key (`cin7-omni-api.md` §2); `reserve` calls a day are kept back."""

    per_second: int = 3
    per_minute: int = 60
    per_day: int = 5000
    reserve: int = 500

    def cap(self, may_use_reserve: bool) -> int:
        """How many calls a day a caller may bring the account to."""
        return self.per_day if may_use_reserve else max(self.per_day - self.reserve, 0)

    @property
    def windows(self) -> tuple[tuple[int, float], ...]:
        """Calls and the seconds they may not be exceeded in."""
        return (self.per_second, SECOND_WINDOW_SECONDS), (self.per_minute, MINUTE_WINDOW_SECONDS)


class Budget:
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

    def take(self, *, may_use_reserve: bool = False) -> None:
        """Return when one call may be sent, and count it.

        Raises:
            BudgetSpent: the day's calls are used up; nothing was counted.
        """
        with self._ledger() as ledger:
            self._refuse_when_spent(ledger, may_use_reserve)
            call = ledger.book(self._limits)
        try:
            while not call.is_sent:
                self._sleep(max(call.at - self._now(), 0))
                with self._ledger() as ledger:
                    if ledger.spent_until > ledger.now:
                        raise self._spent(ledger, may_use_reserve)
                    call = ledger.send(call, self._limits)
        except BaseException:
            with self._ledger() as ledger:
                ledger.forget(call)
            raise

    def hold(self, seconds: float) -> None:
        """Make every process wait that long before its next call (a short `Retry-After`)."""
        with self._ledger() as ledger:
            ledger.pause("held_until", ledger.now + seconds)

    def spend_until(self, seconds: float) -> None:
        """Declare the day spent for that long (a long `Retry-After`): calls are then refused."""
        with self._ledger() as ledger:
            ledger.pause("spent_until", ledger.now + seconds)

    def used(self) -> int:
        """Calls counted in the last 24 hours."""
        with self._ledger() as ledger:
            return ledger.used

    def left(self, *, may_use_reserve: bool = False) -> int:
        """Calls that may still be made now; 0 while the day is declared spent."""
        with self._ledger() as ledger:
            if ledger.spent_until > ledger.now:
                return 0
            return max(self._limits.cap(may_use_reserve) - ledger.used, 0)

    def returns_at(self, *, may_use_reserve: bool = False) -> datetime | None:
        """When the next call will be free again (UTC); None while calls are left."""
        with self._ledger() as ledger:
            moment = self._returns_at(ledger, may_use_reserve)
        return None if moment is None else datetime.fromtimestamp(moment, UTC)

    def _returns_at(self, ledger: "_Ledger", may_use_reserve: bool) -> float | None:
        cap = self._limits.cap(may_use_reserve)
        over = ledger.used - cap
        capped_until = ledger.nth_oldest(over) + DAY_SECONDS if over >= 0 else 0.0
        moment = max(ledger.spent_until, capped_until)
        return moment if moment > ledger.now else None

    def _refuse_when_spent(self, ledger: "_Ledger", may_use_reserve: bool) -> None:
        if self._returns_at(ledger, may_use_reserve) is not None:
            raise self._spent(ledger, may_use_reserve)

    def _spent(self, ledger: "_Ledger", may_use_reserve: bool) -> BudgetSpent:
        moment = self._returns_at(ledger, may_use_reserve) or ledger.now
        returns_at = datetime.fromtimestamp(moment, UTC)
        kept = "" if may_use_reserve else f", {self._limits.reserve} kept for the scheduled run"
        declared = " and Cin7 itself refuses more" if ledger.spent_until > ledger.now else ""
        msg = (
            f"The daily budget of Cin7 calls is spent: {ledger.used} of {self._limits.per_day}"
            f" used in the last 24 hours{kept}{declared}."
            f" It returns at {returns_at:%Y-%m-%d %H:%M:%S} UTC: run again then."
        )
        return BudgetSpent(msg, returns_at)

    @contextmanager
    def _ledger(self) -> Iterator["_Ledger"]:
        """One transaction on the shared file; the folder or the file may have vanished before."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with (
                self._lock,
                closing(sqlite3.connect(self._path, LOCK_SECONDS, isolation_level=None)) as db,
            ):
                db.execute("pragma synchronous = normal")
                db.execute("begin immediate")
                for statement in SCHEMA.split(";"):
                    db.execute(statement)
                yield _Ledger(db, self._account, self._now())
                db.execute("commit")
        except (sqlite3.Error, OSError) as error:
            msg = (
                f"The call budget cannot be kept in {self._path}: {error}. Check that the folder"
                " can be written to; a damaged file may be deleted, the calls it counted are lost."
            )
            raise SettingsError(msg) from None


@dataclass(frozen=True)
class _Call:
    id: int
    at: float
    is_sent: bool


class _Ledger:
    """The calls and pauses of one account inside one transaction, at one moment."""

    def __init__(self, db: sqlite3.Connection, account: str, now: float) -> None:
        self.now = now
        self._db = db
        self._account = account
        db.execute("delete from calls where at <= ?", (now - DAY_SECONDS,))
        self.held_until = self._one("select held_until from pauses where account = ?")
        self.spent_until = self._one("select spent_until from pauses where account = ?")

    @property
    def used(self) -> int:
        return int(self._one("select count(*) from calls where account = ?"))

    def nth_oldest(self, n: int) -> float:
        """When the `n`-th call (from 0) was made; now, where there are fewer."""
        query = "select at from calls where account = ? order by at limit 1 offset ?"
        return self._one(query, n, otherwise=self.now)

    def book(self, limits: Limits) -> _Call:
        """Take the first moment that keeps to the windows behind every earlier booking."""
        at = self._first_free(limits, "at")
        is_sent = at <= self.now
        cursor = self._db.execute(
            "insert into calls (account, at, is_sent) values (?, ?, ?)",
            (self._account, at, is_sent),
        )
        return _Call(cursor.lastrowid or 0, at, is_sent)

    def send(self, call: _Call, limits: Limits) -> _Call:
        """Count the call as sent now, or move it where others, woken late, went just before."""
        at = self._first_free(limits, "case when is_sent then at end")
        is_sent = at <= self.now
        self._db.execute(
            "update calls set at = ?, is_sent = ? where rowid = ?", (at, is_sent, call.id)
        )
        return _Call(call.id, at, is_sent)

    def forget(self, call: _Call) -> None:
        self._db.execute("delete from calls where rowid = ? and not is_sent", (call.id,))

    def pause(self, column: str, until: float) -> None:
        """Set `held_until` or `spent_until`; a pause that already lasts longer stays."""
        self._db.execute("insert or ignore into pauses (account) values (?)", (self._account,))
        self._db.execute(
            f"update pauses set {column} = max({column}, ?) where account = ?",
            (until, self._account),
        )

    def _first_free(self, limits: Limits, at: str) -> float:
        """The first moment from now on at which no window holds its limit of calls already."""
        query = f"select {at} as at from calls where account = ? order by 1 desc limit 1 offset ?"
        earlier = [
            self._one(query, count - 1, otherwise=-seconds) + seconds
            for count, seconds in limits.windows
        ]
        return max(self.now, self.held_until, *earlier)

    def _one(self, query: str, *values: float, otherwise: float = 0.0) -> float:
        row = self._db.execute(query, (self._account, *values)).fetchone()
        return otherwise if row is None or row[0] is None else float(row[0])
