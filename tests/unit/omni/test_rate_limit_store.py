"""The store of calls outlives a damaged file and a clock that is set back."""

import sqlite3
from contextlib import closing

import pytest

from cin7_pipeline.errors import QuotaExhausted
from cin7_pipeline.omni.rate_limit import MINUTE_WINDOW_SECONDS, SECOND_WINDOW_SECONDS
from cin7_pipeline.omni.rate_limit_store import DAY_WINDOW_SECONDS, PAUSE_AFTER_LOSS_SECONDS


def overwritten(content: bytes) -> bytes:
    """A file that holds something else."""
    return b"x" * len(content)


def torn(content: bytes) -> bytes:
    """A file whose beginning is right."""
    return content[: len(content) // 2]


def spoilt(content: bytes) -> bytes:
    """A file with rubbish in the middle of its pages."""
    middle = len(content) // 2
    return content[:middle] + b"\xff" * 4096 + content[middle + 4096 :]


def misindexed(content: bytes) -> bytes:
    """A file whose index is not that of its table, so that no old call could be removed any more."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(content)
        db.execute("pragma writable_schema = on")
        db.execute("update sqlite_master set sql = replace(sql, '(account, at)', '(at, account)')")
        db.commit()
        return db.serialize()


@pytest.mark.parametrize("damage", [overwritten, torn, spoilt, misindexed])
def test_a_damaged_file_is_set_aside_and_the_last_minute_waited_out(
    rate_limiter_for, clock, tmp_path, caplog, damage
):
    """No run ends for a damaged store: it is kept beside a new one, and the pace is still kept."""
    rate_limiter = rate_limiter_for()
    rate_limiter.acquire()
    path = tmp_path / "state" / "rate_limiter.db"
    path.write_bytes(damage(path.read_bytes()))
    clock.time += 1
    rate_limiter.acquire()
    assert clock.passed == pytest.approx(1 + PAUSE_AFTER_LOSS_SECONDS)
    assert path.with_name("rate_limiter.db.damaged").exists()
    assert "was damaged and starts anew" in caplog.text
    rate_limiter.acquire()
    assert rate_limiter.used() == 2


def test_a_clock_that_is_set_back_blocks_nobody_and_breaks_no_limit(rate_limiter_for, clock):
    """After the clock was set back an hour, the next call waits as if it had not been."""
    rate_limiter = rate_limiter_for(per_second=1, per_minute=2)
    rate_limiter.acquire()
    rate_limiter.acquire()
    clock.time -= 3600
    before = clock.now()
    rate_limiter.acquire()
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
    rate_limiter.acquire()
    assert clock.passed == pytest.approx(50 - 7200)


def test_who_waits_while_the_clock_is_set_back_waits_no_longer(rate_limiter_for, clock):
    """A caller that is asleep when the clock is set back is served when its time has passed."""

    def set_back(seconds: float) -> None:
        """Sleep, and find the clock an hour earlier after the first time."""
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            clock.time -= 3600

    rate_limiter = rate_limiter_for(per_second=1, sleep=set_back)
    rate_limiter.acquire()
    rate_limiter.acquire()
    assert sum(clock.slept) <= 2 * SECOND_WINDOW_SECONDS


def test_the_day_still_counts_what_was_called_before_the_clock_was_set_back(
    rate_limiter_for, clock
):
    """Setting the clock back gives no call back."""
    rate_limiter = rate_limiter_for(per_day=2, reserve=0)
    rate_limiter.acquire()
    rate_limiter.acquire()
    clock.time -= 2 * DAY_WINDOW_SECONDS
    with pytest.raises(QuotaExhausted):
        rate_limiter.acquire()
