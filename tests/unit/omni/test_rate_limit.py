"""The rate limiter: within every window, fair between processes, and never beyond the day."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cin7_pipeline.errors import QuotaExhausted, SettingsError
from cin7_pipeline.omni.rate_limit import (
    MOST_LAG_SECONDS,
    SECOND_WINDOW_SECONDS,
    Limits,
    RateLimiter,
)
from cin7_pipeline.omni.rate_limit_store import DAY_WINDOW_SECONDS, LOST_SECONDS
from cin7_pipeline.sandbox.server.app import CallWindows
from cin7_pipeline.sandbox.server.app import Limits as SandboxLimits
from tests.unit.omni.clock import START, Clock, send

A_DAY = timedelta(seconds=DAY_WINDOW_SECONDS)


def busiest(moments: list[float], seconds: float) -> int:
    """The most calls that any window of that length holds."""
    return max(sum(start <= moment < start + seconds for moment in moments) for start in moments)


def test_a_long_run_keeps_to_every_window(rate_limiter_for, clock):
    """However long calls are made without a pause, no second and no minute holds too many."""
    rate_limiter = rate_limiter_for()
    moments = []
    for _ in range(130):
        send(rate_limiter)
        moments.append(clock.now())
    assert busiest(moments, 1.0) == 3
    assert busiest(moments, 60.0) == 60
    assert moments[-1] - moments[0] < 3 * 61


def test_calls_within_the_limits_do_not_wait(rate_limiter_for, clock):
    """The first calls of a second are sent at once."""
    rate_limiter = rate_limiter_for()
    for _ in range(3):
        send(rate_limiter)
    assert clock.slept == []


def test_a_caller_woken_late_makes_room_for_those_before_it(rate_limiter_for, clock):
    """A process that oversleeps its turn keeps away from the call that came instead, as far as it lags."""
    other = rate_limiter_for(per_second=1)
    send(other)

    def oversleep(seconds: float) -> None:
        """The first time, wake late, just when another call was sent."""
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            clock.sleep(SECOND_WINDOW_SECONDS)
            send(other)

    send(rate_limiter_for(per_second=1, sleep=oversleep))
    sent_by_other = 2 * SECOND_WINDOW_SECONDS
    assert clock.passed == pytest.approx(sent_by_other + SECOND_WINDOW_SECONDS + MOST_LAG_SECONDS)


def test_a_caller_kept_from_sending_keeps_the_others_behind_it(rate_limiter_for, clock):
    """A process that gets no time to send when it may counts from when it did send."""
    starved = rate_limiter_for(per_second=1)
    moments = []
    with starved.turn() as mark_sent:
        clock.time += 5

        def sleep(seconds: float) -> None:
            """While the other waits, the starved one gets its time."""
            clock.sleep(seconds)
            if len(clock.slept) == 3:
                mark_sent()
                moments.append(clock.now())

        send(rate_limiter_for(per_second=1, sleep=sleep))
        moments.append(clock.now())
    assert moments[1] - moments[0] == pytest.approx(SECOND_WINDOW_SECONDS)
    assert starved.used() == 2


def test_a_call_lost_with_its_process_is_waited_for_only_so_long(rate_limiter_for, clock):
    """A process killed as it was about to send holds the others up for half a minute at most."""
    lost = rate_limiter_for(per_second=1).turn()
    lost.__enter__()
    send(rate_limiter_for(per_second=1))
    assert LOST_SECONDS <= clock.passed <= LOST_SECONDS + SECOND_WINDOW_SECONDS


def test_an_interrupted_wait_gives_its_place_back(rate_limiter_for, clock):
    """A person who stops the program while it waits has not used a call."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    rate_limiter = rate_limiter_for(per_second=1, sleep=interrupt)
    send(rate_limiter)
    with pytest.raises(KeyboardInterrupt):
        send(rate_limiter)
    assert rate_limiter.used() == 1


def test_the_day_ends_before_the_cap_and_keeps_a_reserve(rate_limiter_for):
    """Ordinary calls stop where the reserve begins, the scheduled run at the cap."""
    rate_limiter = rate_limiter_for(per_day=5, reserve=2)
    for _ in range(3):
        send(rate_limiter)
    assert (rate_limiter.left(), rate_limiter.left(may_use_reserve=True)) == (0, 2)
    with pytest.raises(QuotaExhausted):
        send(rate_limiter)
    for _ in range(2):
        send(rate_limiter, may_use_reserve=True)
    with pytest.raises(QuotaExhausted):
        send(rate_limiter, may_use_reserve=True)
    assert rate_limiter.used() == 5


def test_a_spent_day_says_how_much_was_used_and_when_it_returns(rate_limiter_for, clock):
    """The message has the calls used, the cap, the reserve, and the moment in UTC with its date."""
    rate_limiter = rate_limiter_for(per_day=5, reserve=2)
    for _ in range(3):
        send(rate_limiter)
        clock.time += 60
    with pytest.raises(QuotaExhausted) as spent:
        send(rate_limiter)
    assert spent.value.returns_at == START + A_DAY == rate_limiter.returns_at()
    assert "3 of 5 used in the last 24 hours, 2 kept" in str(spent.value)
    assert "2026-03-02 06:01:00 UTC" in str(spent.value)


def test_the_day_is_the_last_24_hours(rate_limiter_for, clock):
    """Each call comes back a day after it was made, not at a midnight of somebody's."""
    rate_limiter = rate_limiter_for(per_day=2, reserve=0)
    send(rate_limiter)
    clock.time += 3600
    send(rate_limiter)
    clock.time = START.timestamp() + DAY_WINDOW_SECONDS - 1
    assert (rate_limiter.left(), rate_limiter.used()) == (0, 2)
    clock.time += 1
    assert (rate_limiter.left(), rate_limiter.used(), rate_limiter.returns_at()) == (1, 1, None)
    send(rate_limiter)
    assert rate_limiter.returns_at() == START + A_DAY + timedelta(hours=1)


def test_beyond_the_reserve_the_ordinary_budget_returns_later(rate_limiter_for, clock):
    """What the scheduled run took from the reserve has to come back before ordinary calls do."""
    rate_limiter = rate_limiter_for(per_day=4, reserve=2)
    for _ in range(4):
        send(rate_limiter, may_use_reserve=True)
        clock.time += 600
    assert rate_limiter.returns_at(may_use_reserve=True) == START + A_DAY
    assert rate_limiter.returns_at() == START + A_DAY + timedelta(minutes=20)


def test_a_hold_makes_everybody_wait(rate_limiter_for, clock):
    """A pause that one process was asked for holds the calls of every other."""
    rate_limiter_for().pause_all(20)
    rate_limiter_for().pause_all(5)
    send(rate_limiter_for())
    assert clock.passed == 20


def test_a_hold_reaches_those_who_already_wait(rate_limiter_for, clock):
    """A caller that wakes during a pause waits on instead of sending."""

    def hold_meanwhile(seconds: float) -> None:
        """The first time, another process is told to pause."""
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            rate_limiter_for().pause_all(30)

    rate_limiter = rate_limiter_for(per_second=1, sleep=hold_meanwhile)
    send(rate_limiter)
    send(rate_limiter)
    assert clock.passed == pytest.approx(SECOND_WINDOW_SECONDS + 30)


def test_a_day_declared_spent_refuses_everybody(rate_limiter_for, clock):
    """After a long `Retry-After` nobody may call, not even from the reserve, until it is over."""
    rate_limiter_for().mark_exhausted(7200)
    rate_limiter = rate_limiter_for()
    assert rate_limiter.left(may_use_reserve=True) == 0
    assert rate_limiter.returns_at() == START + timedelta(hours=2)
    with pytest.raises(QuotaExhausted, match=r"Cin7 itself refuses more.*2026-03-01 08:00:00 UTC"):
        send(rate_limiter, may_use_reserve=True)
    assert rate_limiter.used() == 0
    clock.time += 7200
    send(rate_limiter)
    assert rate_limiter.returns_at() is None


def test_a_day_spent_meanwhile_refuses_those_who_already_wait(rate_limiter_for, clock):
    """A caller that wakes on a spent day is refused, and its place is given back."""

    def spend_meanwhile(seconds: float) -> None:
        """Another process is told that the day is over."""
        clock.sleep(seconds)
        rate_limiter_for().mark_exhausted(7200)

    rate_limiter = rate_limiter_for(per_second=1, sleep=spend_meanwhile)
    send(rate_limiter)
    with pytest.raises(QuotaExhausted):
        send(rate_limiter)
    assert rate_limiter.used() == 1


def test_accounts_do_not_share_their_calls(rate_limiter_for):
    """Calls and pauses of one account are nothing to another in the same file."""
    send(rate_limiter_for("a", per_day=1, reserve=0))
    rate_limiter_for("a").mark_exhausted(60)
    other = rate_limiter_for("b", per_day=1, reserve=0)
    assert (other.left(), other.used(), other.returns_at()) == (1, 0, None)
    send(other)


def test_the_file_may_vanish(rate_limiter_for, tmp_path):
    """A state folder that somebody deletes is made anew by the next call."""
    rate_limiter = rate_limiter_for()
    send(rate_limiter)
    (tmp_path / "state" / "rate_limiter.db").unlink()
    (tmp_path / "state").rmdir()
    send(rate_limiter)
    assert rate_limiter.used() == 1


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    """A folder in the file's place ends in one line that names it."""
    path = tmp_path / "rate_limiter.db"
    path.mkdir()
    with pytest.raises(SettingsError, match=r"rate_limiter\.db"):
        send(RateLimiter(path, "account"))


gaps = st.one_of(st.just(0.0), st.floats(0, 3), st.floats(0, 200), st.floats(0, 30_000))


@given(
    st.lists(st.tuples(gaps, st.integers(1, 40)), max_size=20), st.sampled_from(["rolling", "utc"])
)
@settings(max_examples=15, deadline=None)
def test_an_account_that_counts_never_refuses(bursts, day):
    """Whenever bursts of calls come, no window of Cin7's, and no day by either meaning, overflows."""
    clock = Clock()
    account = CallWindows(
        SandboxLimits(per_second=3, per_minute=20, per_day=90, day=day), clock.now
    )
    with TemporaryDirectory() as folder:
        limits = Limits(per_second=3, per_minute=20, per_day=90, reserve=10)
        rate_limiter = RateLimiter(
            Path(folder) / "b.db", "a", limits, now=clock.now, sleep=clock.sleep
        )
        for gap, calls in bursts:
            clock.time += gap
            for _ in range(calls):
                try:
                    send(rate_limiter, may_use_reserve=calls % 2 == 0)
                except QuotaExhausted:
                    break
                assert account.admit() == 0
