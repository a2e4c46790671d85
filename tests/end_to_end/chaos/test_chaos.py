"""A few days of chaos, with a kill in every phase: what `make chaos` does for hundreds of days."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.chaos import sabotage
from tests.end_to_end.chaos.account import open_account
from tests.end_to_end.chaos.checks import WrongError, require_expected_tables
from tests.end_to_end.chaos.child import PHASES
from tests.end_to_end.chaos.counters import Counters
from tests.end_to_end.chaos.processes import Kill
from tests.end_to_end.chaos.sabotage import Day, Trouble, inflict
from tests.end_to_end.chaos.schedule import Schedule
from tests.end_to_end.rules import Rules

SEED = 7
# The troubles of each day, and the phases that its runs are killed in, one after the other.
DAYS: list[tuple[tuple[Trouble, ...], tuple[Kill, ...]]] = [
    ((sabotage.failing_calls,), (Kill(0.0, "committing the load", 1),)),
    (
        (sabotage.ties_longer_than_a_page, sabotage.overlapping_runs),
        (Kill(0.0, "reading", 1), Kill(0.0, "writing a release", 1)),
    ),
    ((sabotage.odd_values,), ()),
    ((sabotage.a_clock_set_ahead, sabotage.a_fixed_time), ()),
    ((sabotage.edits_while_pages_are_read, sabotage.a_full_disk), ()),
    ((sabotage.lost_folders, sabotage.an_ignored_id_filter), (Kill(0.0, "merging with dlt", 1),)),
    (
        (sabotage.edited_settings, sabotage.rows_that_come_twice),
        (Kill(0.0, "auditing a model", 60),),
    ),
    (
        (sabotage.lists_that_leave_ids_out, sabotage.refused_resources),
        (Kill(0.0, "flipping a link", 2),),
    ),
]


def planned() -> Callable[[Day], None]:
    """What is done to the days, one after the other."""
    days = iter(DAYS)

    def spoil(day: Day) -> None:
        troubles, kills = next(days)
        day.orders.append(day.account.sync)
        for trouble in troubles:
            inflict(day, trouble)
        day.kills.update(enumerate(kills))

    return spoil


@pytest.mark.slow
def test_days_of_trouble_lose_and_double_nothing(tmp_path: Path) -> None:
    """After kills in every phase, one sync makes every row right; other rules are noticed."""
    counters = Counters()
    with open_account(tmp_path / "account", SEED) as account:
        schedule = Schedule(account, SEED, counters, spoil=planned())
        assert list(schedule.days(len(DAYS))) == list(range(1, len(DAYS) + 1))
        assert counters.kills.keys() >= set(PHASES), counters.kills
        assert (counters.settlements, counters.faulted_days) == (1, len(DAYS))
        assert counters.rows > 5_000
        account.obey_rules(Rules())
        with pytest.raises(WrongError, match="rows missing"):
            require_expected_tables(account, counters)
