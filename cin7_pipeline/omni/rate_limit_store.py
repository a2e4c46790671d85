"""The record of an account's calls and pauses: one SQLite file that all processes share.

Kept here: how the record outlives kills, damage and a clock that is set back. What the limits are, and
who may call when, is decided in `budget`.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.files import PRIVATE_FILE, private_file, private_folder

DAY_SECONDS = 86_400
# Calls arrive less evenly than they are sent, so a day is kept a little longer than Cin7's.
DAY_WINDOW_SECONDS = DAY_SECONDS + 60.0
LOCK_SECONDS = 30
# What was called in the last minute is lost with a damaged file: it has passed when this is over.
PAUSE_AFTER_LOSS_SECONDS = 61.0
# How the names of SQLite's errors begin that say so; each has variants.
DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")

SCHEMA = """
create table if not exists calls (
    account text not null,
    at real not null,
    is_sent integer not null
);
create index if not exists calls_by_time on calls (account, at);
create table if not exists pauses (
    account text primary key,
    paused_until real not null default 0,
    exhausted_until real not null default 0
);
create table if not exists clock (seen_at real not null);
"""

logger = logging.getLogger(__name__)

# How many calls, in how many seconds.
Window = tuple[int, float]


@dataclass(frozen=True)
class Call:
    """A place in the order of calls: sent already, or to be asked for again after `wait` seconds."""

    id: int
    wait: float
    is_sent: bool


class CallStore:
    """The calls and pauses of one account inside one transaction, at one moment."""

    def __init__(self, db: sqlite3.Connection, account: str, now: float) -> None:
        self.now = now
        self._db = db
        self._account = account
        db.execute("delete from calls where at <= ?", (now - DAY_WINDOW_SECONDS,))

    @property
    def paused_until(self) -> float:
        """Until when everybody waits."""
        return self._one("select paused_until from pauses where account = ?")

    @property
    def exhausted_until(self) -> float:
        """Until when everybody is refused."""
        return self._one("select exhausted_until from pauses where account = ?")

    @property
    def used(self) -> int:
        """Calls of the last 24 hours, places in the order included."""
        return int(self._one("select count(*) from calls where account = ?"))

    def nth_oldest(self, n: int) -> float:
        """When the `n`-th call (from 0) was made; now, where there are fewer."""
        query = "select at from calls where account = ? order by at limit 1 offset ?"
        return self._one(query, n, otherwise=self.now)

    def reserve(self, windows: Iterable[Window]) -> Call:
        """Take the first moment that keeps to the windows behind every earlier booking."""
        at = self._first_free(windows, "at")
        is_sent = at <= self.now
        cursor = self._db.execute(
            "insert into calls (account, at, is_sent) values (?, ?, ?)",
            (self._account, at, is_sent),
        )
        return Call(cursor.lastrowid or 0, at - self.now, is_sent)

    def confirm(self, call: Call, windows: Iterable[Window]) -> Call:
        """Count the call as sent now, or move it where others, woken late, went just before."""
        at = self._first_free(windows, "case when is_sent then at end")
        is_sent = at <= self.now
        self._db.execute(
            "update calls set at = ?, is_sent = ? where rowid = ?", (at, is_sent, call.id)
        )
        return Call(call.id, at - self.now, is_sent)

    def release(self, call: Call) -> None:
        """Give an unsent place back."""
        self._db.execute("delete from calls where rowid = ? and not is_sent", (call.id,))

    def pause(self, column: str, seconds: float) -> None:
        """Set `paused_until` or `exhausted_until`; a pause that already lasts longer stays."""
        self._db.execute("insert or ignore into pauses (account) values (?)", (self._account,))
        self._db.execute(
            f"update pauses set {column} = max({column}, ?) where account = ?",
            (self.now + seconds, self._account),
        )

    def _first_free(self, windows: Iterable[Window], at: str) -> float:
        """The first moment from now on at which no window holds its limit of calls already."""
        query = f"select {at} as at from calls where account = ? order by 1 desc limit 1 offset ?"
        earlier = [
            self._one(query, count - 1, otherwise=-seconds) + seconds for count, seconds in windows
        ]
        return max(self.now, self.paused_until, *earlier)

    def _one(self, query: str, *values: float, otherwise: float = 0.0) -> float:
        row = self._db.execute(query, (self._account, *values)).fetchone()
        return otherwise if row is None or row[0] is None else float(row[0])


@contextmanager
def open_store(path: Path, account: str, clock: Callable[[], float]) -> Iterator[CallStore]:
    """The account's store in a transaction that the end of the block commits.

    A folder or a file that vanished is made anew. A damaged file is set aside as `<path>.damaged`: the
    calls it counted are lost, so that the account pauses for a minute; of the day, Cin7 itself knows.

    Raises:
        SettingsError: the file cannot be read or written; the message names it.
    """
    try:
        private_folder(path.parent)
        db, was_damaged = _begin_or_start_anew(path)
        with closing(db):
            now = clock()
            _follow_clock(db, now)
            store = CallStore(db, account, now)
            if was_damaged:
                store.pause("paused_until", PAUSE_AFTER_LOSS_SECONDS)
            yield store
            db.execute("commit")
    except (sqlite3.Error, OSError) as error:
        msg = f"The call budget cannot be kept in {path}: {error}. Check that the folder can be written to."
        raise SettingsError(msg) from None


def _begin(path: Path) -> sqlite3.Connection:
    """A connection to the whole file, in a transaction that nobody else can write in."""
    private_file(path)
    db = sqlite3.connect(path, LOCK_SECONDS, isolation_level=None)
    try:
        db.execute("pragma synchronous = normal")
        db.execute("begin immediate")
        [(fault,)] = db.execute("pragma integrity_check(1)").fetchall()
        if fault != "ok":
            raise _Damaged(fault)
        for statement in SCHEMA.split(";"):
            db.execute(statement)
    except BaseException:
        db.close()
        raise
    return db


class _Damaged(Exception):
    """The file is no longer what SQLite wrote."""


def _begin_or_start_anew(path: Path) -> tuple[sqlite3.Connection, bool]:
    """A connection, and whether the file that was there before it had to be set aside."""
    with suppress(_Damaged):
        return _begin_undamaged(path), False
    # Of two processes that see the damage, one mends it.
    with FileLock(f"{path}.lock", mode=PRIVATE_FILE):
        with suppress(_Damaged):
            return _begin_undamaged(path), False
        _set_aside(path)
        return _begin_undamaged(path), True


def _begin_undamaged(path: Path) -> sqlite3.Connection:
    try:
        return _begin(path)
    except sqlite3.DatabaseError as error:
        if not getattr(error, "sqlite_errorname", "").startswith(DAMAGED):
            raise
        raise _Damaged(str(error)) from None


def _set_aside(path: Path) -> None:
    """Move the damaged file away, with the journal that would be played into the next one."""
    for suffix in ("-journal", ""):
        file = path.with_name(f"{path.name}{suffix}")
        if file.exists():
            file.replace(path.with_name(f"{path.name}.damaged{suffix}"))
    logger.warning(
        "The call budget in %s was damaged and starts anew; the calls it had counted today are lost"
        " (kept as %s.damaged). Calls go on in %.0f s.",
        path,
        path.name,
        PAUSE_AFTER_LOSS_SECONDS,
    )


def _follow_clock(db: sqlite3.Connection, now: float) -> None:
    """Where the clock was set back, set all moments back with it, as if no time had passed since.

    Otherwise calls would lie in the future, and everybody would wait until the clock is there again.
    """
    row = db.execute("select seen_at from clock").fetchone()
    back = row[0] - now if row else 0.0
    if back > 0:
        db.execute("update calls set at = at - ?", (back,))
        db.execute(
            "update pauses set paused_until = paused_until - ?, exhausted_until = exhausted_until - ?",
            (back, back),
        )
    db.execute("insert or replace into clock (rowid, seen_at) values (1, ?)", (now,))
