"""The store of calls: a damaged file is refused, an earlier version's and a clock set back are not."""

import sqlite3
from contextlib import closing

import pytest

from cin7_pipeline.errors import QuotaExhausted, SettingsError
from cin7_pipeline.omni.rate_limit import MINUTE_WINDOW_SECONDS, SECOND_WINDOW_SECONDS
from cin7_pipeline.omni.rate_limit_store import DAY_WINDOW_SECONDS
from tests.unit.omni.clock import send

EARLIER_SCHEMA = """
create table calls (account text not null, at real not null, is_sent integer not null);
create index calls_by_time on calls (account, at);
create table pauses (
    account text primary key,
    held_until real not null default 0,
    spent_until real not null default 0
);
create table clock (seen_at real not null);
"""


def overwritten(content: bytes) -> bytes:
    """A file that holds something else."""
    return b"x" * len(content)


def torn(content: bytes) -> bytes:
    """A file whose beginning is right."""
    return content[: len(content) // 2]


def spoilt(content: bytes) -> bytes:
    """A file with rubbish in the pages behind the first."""
    return content[:4096] + b"\xff" * (len(content) - 4096)


@pytest.mark.parametrize("damage", [overwritten, torn, spoilt])
def test_a_damaged_file_is_named_and_may_be_deleted(rate_limiter_for, tmp_path, damage):
    """A damaged store refuses calls in one line that names the file; deleted, it starts anew."""
    rate_limiter = rate_limiter_for()
    send(rate_limiter)
    path = tmp_path / "state" / "rate_limiter.db"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SettingsError, match=r"is damaged .*: delete this file") as refused:
        send(rate_limiter)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    path.unlink()
    send(rate_limiter)
    assert rate_limiter.used() == 1


def test_a_file_of_an_earlier_version_keeps_its_calls(rate_limiter_for, clock, tmp_path):
    """A store whose pauses had other columns is used on: its calls count, and pauses work."""
    path = tmp_path / "state" / "rate_limiter.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.executescript(EARLIER_SCHEMA)
        db.execute("insert into calls values ('shared', ?, 1)", (clock.now() - 60,))
        db.execute("insert into pauses values ('shared', 0, 0)")
        db.execute("insert into clock (rowid, seen_at) values (1, ?)", (clock.now() - 60,))
        db.commit()
    rate_limiter = rate_limiter_for()
    rate_limiter.pause_all(20)
    send(rate_limiter)
    assert clock.passed == 20
    assert rate_limiter.used() == 2


def test_a_clock_that_is_set_back_blocks_nobody_and_breaks_no_limit(rate_limiter_for, clock):
    """After the clock was set back an hour, the next call waits as if it had not been."""
    rate_limiter = rate_limiter_for(per_second=1, per_minute=2)
    send(rate_limiter)
    send(rate_limiter)
    clock.time -= 3600
    before = clock.now()
    send(rate_limiter)
    waited = clock.now() - before
    assert waited == pytest.approx(MINUTE_WINDOW_SECONDS - SECOND_WINDOW_SECONDS)
    assert rate_limiter.used() == 3


def test_a_pause_outlasts_a_clock_that_is_set_back_by_as_much_as_was_left(rate_limiter_for, clock):
    """A hold and a spent day end when they would have, not hours later."""
    rate_limiter = rate_limiter_for()
    rate_limiter.pause_all(20)
    rate_limiter.mark_exhausted(50)
    clock.time -= 7200
    returns_at = rate_limiter.returns_at()
    assert returns_at is not None
    assert returns_at.timestamp() - clock.now() == pytest.approx(50)
    clock.time += 50
    send(rate_limiter)
    assert clock.passed == pytest.approx(50 - 7200)


def test_who_waits_while_the_clock_is_set_back_waits_no_longer(rate_limiter_for, clock):
    """A caller that is asleep when the clock is set back is served when its time has passed."""

    def set_back(seconds: float) -> None:
        """Sleep, and find the clock an hour earlier after the first time."""
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            clock.time -= 3600

    rate_limiter = rate_limiter_for(per_second=1, sleep=set_back)
    send(rate_limiter)
    send(rate_limiter)
    assert sum(clock.slept) <= 2 * SECOND_WINDOW_SECONDS


def test_the_day_still_counts_what_was_called_before_the_clock_was_set_back(
    rate_limiter_for, clock
):
    """Setting the clock back gives no call back."""
    rate_limiter = rate_limiter_for(per_day=2, reserve=0)
    send(rate_limiter)
    send(rate_limiter)
    clock.time -= 2 * DAY_WINDOW_SECONDS
    with pytest.raises(QuotaExhausted):
        send(rate_limiter)
