"""This module stores an account's calls and pauses, in one SQLite file that all processes share.

The file outlives kills and a clock that is set back. What the limits are, and who may call when, is decided
in `rate_limit`.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.files import private_file, private_folder

DAY_SECONDS = 86_400
# Calls arrive less evenly than they are sent, so a day is kept a little longer than Cin7's.
DAY_WINDOW_SECONDS = DAY_SECONDS + 60.0
LOCK_SECONDS = 30
# A call that was let go and of which nothing is heard for so long was lost with its process.
LOST_SECONDS = 30.0
# How the names of SQLite's errors begin that say so; each has variants.
DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")

# A file of an earlier version has a table `pauses` of another shape, which is left alone.
SCHEMA = """
create table if not exists calls (account text not null, at real not null, is_sent integer not null);
create index if not exists calls_by_time on calls (account, at);
create table if not exists account_pauses (
    account text primary key,
    paused_until real not null default 0,
    exhausted_until real not null default 0
);
create table if not exists clock (seen_at real not null);
"""

# How many calls, in how many seconds.
Rate = tuple[int, float]
# What becomes of a call; the column has the name that it had when there were only the first two.
WAITING, SENT, LEAVING = range(3)


@dataclass(frozen=True)
class Call:
    """A call that was counted; it may be sent now, or is to ask again at `at`."""

    id: int
    at: float
    may_leave: bool = False


class CallStore:
    """The calls and pauses of one account inside one transaction, at the time `now`."""

    def __init__(self, db: sqlite3.Connection, account: str, now: float) -> None:
        self.now = now
        self._db = db
        self._account = account
        db.execute("delete from calls where at <= ?", (now - DAY_WINDOW_SECONDS,))

    @property
    def paused_until(self) -> float:
        """Until when everybody waits."""
        return self._one("select paused_until from account_pauses where account = ?")

    @property
    def exhausted_until(self) -> float:
        """Until when everybody is refused."""
        return self._one("select exhausted_until from account_pauses where account = ?")

    @property
    def used(self) -> int:
        """Calls of the last 24 hours, reserved ones included."""
        return int(self._one("select count(*) from calls where account = ?"))

    def nth_oldest(self, n: int) -> float:
        """Return when the `n`-th call (from 0) was made; now, where there are fewer."""
        query = "select at from calls where account = ? order by at limit 1 offset ?"
        return self._one(query, n, otherwise=self.now)

    def reserve(self, rates: Iterable[Rate]) -> Call:
        """Count a call at the first time that keeps to the rates behind every earlier call."""
        at = self._first_free(rates, "at")
        query = "insert into calls (account, at, is_sent) values (?, ?, ?)"
        cursor = self._db.execute(query, (self._account, at, WAITING))
        call = Call(cursor.lastrowid or 0, at)
        return self.let_go(call, rates) if at <= self.now else call

    def let_go(self, call: Call, rates: Iterable[Rate]) -> Call:
        """Let the call be sent now, or move it where others were sent just before or are about to be.

        One that was let go counts as of this moment until it is said to be sent: whatever holds its
        process up, it cannot be sent earlier.
        """
        at = self._first_free(
            rates,
            f"case when is_sent = {SENT} then at"
            f" when is_sent = {LEAVING} then iif(at > {self.now - LOST_SECONDS!r}, {self.now!r}, at) end",
        )
        may_leave = at <= self.now
        query = "update calls set at = ?, is_sent = ? where rowid = ?"
        self._db.execute(query, (at, LEAVING if may_leave else WAITING, call.id))
        return Call(call.id, at, may_leave)

    def mark_sent(self, call: Call) -> None:
        """Count the call as sent now."""
        query = "update calls set at = ?, is_sent = ? where rowid = ?"
        self._db.execute(query, (self.now, SENT, call.id))

    def release(self, call: Call) -> None:
        """Take back a call that was not sent."""
        self._db.execute("delete from calls where rowid = ?", (call.id,))

    def pause(self, column: str, seconds: float) -> None:
        """Set `paused_until` or `exhausted_until`; a pause that already lasts longer stays."""
        query = f"""
            insert into account_pauses (account, {column}) values (?, ?)
            on conflict do update set {column} = max({column}, excluded.{column})
        """
        self._db.execute(query, (self._account, self.now + seconds))

    def end_pauses(self) -> None:
        """Let everybody call again now."""
        self._db.execute("delete from account_pauses where account = ?", (self._account,))

    def _first_free(self, rates: Iterable[Rate], at: str) -> float:
        """Return the first time from now on at which no rate has its number of calls already."""
        query = f"select {at} as at from calls where account = ? order by 1 desc limit 1 offset ?"
        earlier = (self._one(query, n - 1, otherwise=-seconds) + seconds for n, seconds in rates)
        return max(self.now, self.paused_until, *earlier)

    def _one(self, query: str, *values: float, otherwise: float = 0.0) -> float:
        row = self._db.execute(query, (self._account, *values)).fetchone()
        return otherwise if row is None or row[0] is None else float(row[0])


@contextmanager
def open_store(path: Path, account: str, clock: Callable[[], float]) -> Iterator[CallStore]:
    """Open the account's store in a transaction that the end of the block commits.

    A folder or a file that vanished is made anew.

    Raises:
        SettingsError: the file is damaged, or cannot be read or written; the message names it.
    """
    try:
        private_folder(path.parent)
        private_file(path)
        with closing(sqlite3.connect(path, LOCK_SECONDS, isolation_level=None)) as db:
            db.execute("pragma synchronous = normal")
            db.execute("begin immediate")
            for statement in SCHEMA.split(";"):
                db.execute(statement)
            now = clock()
            _follow_clock(db, now)
            yield CallStore(db, account, now)
            db.execute("commit")
    except (sqlite3.Error, OSError) as error:
        msg = f"The calls cannot be counted in {path}: {error}. Check that the folder can be written to."
        if getattr(error, "sqlite_errorname", "").startswith(DAMAGED):
            msg = (
                f"The count of calls in {path} is damaged ({error}): delete this file and run again."
                " The calls counted today are then forgotten here; Cin7 itself still counts them."
            )
        raise SettingsError(msg) from None


def _follow_clock(db: sqlite3.Connection, now: float) -> None:
    """Where the clock was set back, set all times back with it, as if no time had passed since.

    Otherwise calls would lie in the future, and everybody would wait until the clock is there again.
    """
    row = db.execute("select seen_at from clock").fetchone()
    back = row[0] - now if row else 0.0
    if back > 0:
        db.execute("update calls set at = at - ?", (back,))
        for column in ("paused_until", "exhausted_until"):
            db.execute(f"update account_pauses set {column} = {column} - ?", (back,))
    db.execute("insert or replace into clock (rowid, seen_at) values (1, ?)", (now,))
