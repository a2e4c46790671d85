"""The ledger of calls outlives a damaged file and a clock that is set back."""

import sqlite3
from contextlib import closing

import pytest

from cin7_pipeline.api.budget import MINUTE_WINDOW_SECONDS, SECOND_WINDOW_SECONDS
from cin7_pipeline.api.call_ledger import DAY_WINDOW_SECONDS, PAUSE_AFTER_LOSS_SECONDS
from cin7_pipeline.errors import BudgetSpent


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
    budget_for, clock, tmp_path, caplog, damage
):
    """No run ends for a damaged ledger: it is kept beside a new one, and the pace is still kept."""
    budget = budget_for()
    budget.take()
    path = tmp_path / "state" / "budget.db"
    path.write_bytes(damage(path.read_bytes()))
    clock.time += 1
    budget.take()
    assert clock.passed == pytest.approx(1 + PAUSE_AFTER_LOSS_SECONDS)
    assert path.with_name("budget.db.damaged").exists()
    assert "was damaged and starts anew" in caplog.text
    budget.take()
    assert budget.used() == 2


def test_a_clock_that_is_set_back_blocks_nobody_and_breaks_no_limit(budget_for, clock):
    """After the clock was set back an hour, the next call waits as if it had not been."""
    budget = budget_for(per_second=1, per_minute=2)
    budget.take()
    budget.take()
    clock.time -= 3600
    before = clock.now()
    budget.take()
    waited = clock.now() - before
    assert waited == pytest.approx(MINUTE_WINDOW_SECONDS - SECOND_WINDOW_SECONDS)
    assert budget.used() == 3


def test_a_pause_outlasts_a_clock_that_is_set_back_by_as_much_as_was_left(budget_for, clock):
    """A hold and a spent day end when they would have, not hours later."""
    budget = budget_for()
    budget.hold(20)
    budget.spend_until(50)
    clock.time -= 7200
    returns_at = budget.returns_at()
    assert returns_at is not None
    assert returns_at.timestamp() - clock.now() == pytest.approx(50)
    clock.time += 50
    budget.take()
    assert clock.passed == pytest.approx(50 - 7200)


def test_who_waits_while_the_clock_is_set_back_waits_no_longer(budget_for, clock):
    """A caller that is asleep when the clock is set back is served when its time has passed."""

    def set_back(seconds: float) -> None:
        """Sleep, and find the clock an hour earlier after the first time."""
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            clock.time -= 3600

    budget = budget_for(per_second=1, sleep=set_back)
    budget.take()
    budget.take()
    assert sum(clock.slept) <= 2 * SECOND_WINDOW_SECONDS


def test_the_day_still_counts_what_was_called_before_the_clock_was_set_back(budget_for, clock):
    """Setting the clock back gives no call back."""
    budget = budget_for(per_day=2, reserve=0)
    budget.take()
    budget.take()
    clock.time -= 2 * DAY_WINDOW_SECONDS
    with pytest.raises(BudgetSpent):
        budget.take()
