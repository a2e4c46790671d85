"""This module runs one account day after day, each with its troubles, and settles every few days.

The seed fixes the account, the days, the troubles and the times of the kills; how threads and processes
meet inside a day is the machine's, as it is elsewhere.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cin7_pipeline.sandbox.simulation.clock import seeded_rng
from tests.end_to_end.chaos import checks
from tests.end_to_end.chaos.account import FIRST_NIGHT, LOOKBACK_DAYS, Account
from tests.end_to_end.chaos.child import Order
from tests.end_to_end.chaos.counters import Counters
from tests.end_to_end.chaos.processes import Ending, Start, run_all
from tests.end_to_end.chaos.readers import Readers
from tests.end_to_end.chaos.sabotage import JOB_CHANCE, Day, met, spoil

EPISODE_DAYS = 10
# Longer than the longest that Cin7 asks to be left alone for.
PAUSE = timedelta(hours=5)


@dataclass
class Schedule:
    """One account and its seed; `counters` counts what is done and found."""

    account: Account
    seed: int
    counters: Counters = field(default_factory=Counters)
    spoil: Callable[[Day], None] = spoil
    doubtful_since: datetime | None = None

    def days(self, count: int, episode: int = EPISODE_DAYS) -> Iterator[int]:
        """Run so many days; each is yielded when it is over.

        Raises:
            WrongError: a row is wrong, missing or doubled, or somebody was blocked.
        """
        readers = Readers(self.account, self.counters)
        started = time.monotonic()
        for number in range(1, count + 1):
            self.run_day(number)
            readers.run_day(seeded_rng(self.seed, number, "readers"))
            if number % episode == 0 or number == count:
                self.settle(number)
            self.counters.seconds = time.monotonic() - started
            yield number
        readers.leave()

    def run_day(self, number: int) -> None:
        """Run one day: its troubles, its runs, and the checks after them."""
        account = self.account
        account.move_to(FIRST_NIGHT + timedelta(days=number))
        day = Day(account, seeded_rng(self.seed, number))
        self.spoil(day)
        account.faults.refused = frozenset(account.refused)
        account.refused = {name: left - 1 for name, left in account.refused.items() if left > 1}
        endings = self._run(*day.starts())
        self._remember(day)
        self._count(day, endings)
        account.faults.switch_off()
        account.obey_rules(account.rules)
        self._require(day, endings)
        self._require_refusals(day)
        self._publish_as_of(day)
        self._run_ahead(day)
        if day.ends_with_a_sync:
            account.move_to(account.now + PAUSE)
            self._require_success(self._run(Start(account.sync())))

    def settle(self, number: int) -> None:
        """Run once without trouble, and require that every compared table is as expected.

        Where the account changed under a reader's hands, nobody can say what it saw of a change; the
        run then looks back to where the first such reader began.
        """
        account = self.account
        account.move_to(account.now + PAUSE)
        dice = seeded_rng(self.seed, number, "settling")
        if self.doubtful_since is not None:
            order = account.sync(
                days=max(LOOKBACK_DAYS, (account.now - self.doubtful_since).days + 1)
            )
        else:
            order = account.daily_sync() if dice.random() < JOB_CHANCE else account.sync()
        self.doubtful_since = None
        self._require_success(self._run(Start(order)))
        self._require_success(self._run(Start(account.publish())))
        checks.require_expected_tables(account, self.counters)

    def _run(self, *starts: Start) -> list[Ending]:
        endings = run_all(starts)
        for ending in endings:
            self.counters.note(ending)
        return endings

    def _remember(self, day: Day) -> None:
        """Keep what the oracle has to know about a day on which the clock ran on."""
        if not day.is_moving:
            return
        moment = list(self.account.asked)[-1]
        self.account.seen[moment] = self.account.now
        start = min(window.start for window in self.account.asked[moment] if window.start)
        self.doubtful_since = min(start, self.doubtful_since or start)

    def _count(self, day: Day, endings: list[Ending]) -> None:
        troubles = met(day, was_killed=any(ending.killed_in for ending in endings))
        requests = self.account.server.requests
        self.counters.days += 1
        self.counters.faulted_days += bool(troubles)
        self.counters.troubles.update(troubles)
        self.counters.calls += len(requests)
        self.counters.answers.update(Counter(str(request.status) for request in requests))
        self.counters.failures.update(self.account.faults.taken)
        requests.clear()

    def _require(self, day: Day, endings: list[Ending]) -> None:
        account = self.account
        checks.require_free_queue(account)
        checks.require_plain_words(endings)
        checks.require_no_doubles(account)
        self.counters.releases_checked += checks.require_whole_release(account)
        if [trouble.__name__ for trouble in day.troubles] == ["refused_resources"]:
            checks.require_snapshot(account)
        if [trouble.__name__ for trouble in day.troubles] == ["odd_values"]:
            self._require_success(endings)
        if day.refuses_settings and any(ending.exit_code == 0 for ending in endings):
            msg = "a run passed although a settings file was wrong"
            raise checks.WrongError(msg)

    def _require_refusals(self, day: Day) -> None:
        """Require that wrong runs say no, in a sentence, once something stands there that they could harm."""
        if not self.account.settings.published_path.exists():
            return
        for make in day.wrong_runs:
            self._require_refusal(make())

    def _require_refusal(self, order: Order) -> None:
        """Require that a run says no, and touches neither what cannot be read again nor what people read."""
        before = checks.what_people_keep(self.account)
        endings = self._run(Start(order))
        checks.require_plain_words(endings)
        if endings[0].exit_code == 0 or before != checks.what_people_keep(self.account):
            msg = (
                f"{' '.join(order.arguments)} did something in an environment that it has to refuse"
            )
            raise checks.WrongError(msg)

    def _publish_as_of(self, day: Day) -> None:
        """Require that what is published as of another time is called so, and nothing else changes."""
        account = self.account
        if day.as_of is None or not account.settings.published_path.exists():
            return
        before = checks.what_cannot_be_read_again(account)
        self._require_success(self._run(Start(account.publish_as_of(day.as_of))))
        checks.require_whole_release(account)
        checks.require_named_as_of(account, day.as_of)
        if before != checks.what_cannot_be_read_again(account):
            msg = f"publishing as of {day.as_of} changed snapshots, coverage or the log"
            raise checks.WrongError(msg)

    def _run_ahead(self, day: Day) -> None:
        """Require that runs are refused after one whose clock was ahead, until somebody says that it was."""
        account = self.account
        if day.ahead is None:
            return
        account.move_to(account.now + PAUSE)
        self._require_success(self._run(Start(account.sync_ahead(day.ahead))))
        self._require_refusal(account.wrong_run("sync"))
        self._require_success(self._run(Start(account.forget_clock())))
        self._require_success(self._run(Start(account.sync())))

    def _require_success(self, endings: list[Ending]) -> None:
        for ending in endings:
            if ending.exit_code:
                said = ending.order.log.read_text(errors="replace")[-3000:]
                msg = f"{ending.order.name} failed on a quiet day ({ending.exit_code}):\n{said}"
                raise checks.WrongError(msg)
