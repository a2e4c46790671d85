"""This module opens the account of a chaos run: a small merchant over HTTP, its clock, data folder and runs.

It does not say what is done to the account (`sabotage`) nor on which days (`schedule`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb

from cin7_pipeline.pipeline import history_slices
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import Faults, SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.owner import last_written_at
from cin7_pipeline.window import Window
from tests.end_to_end.chaos.child import Order
from tests.end_to_end.mistyped import MistypedMerchant
from tests.end_to_end.rules import COMPANY, Rules
from tests.end_to_end.scenario import TIME_ZONE, environment
from tests.expected import Oracle

SIZE = Size(products=24, orders_per_day=4, purchase_orders_per_week=4, transfers_per_week=4)
OPENED_ON = date(2026, 3, 1)
LOOKBACK_DAYS = 14
# Four in the morning in Sydney: nobody works, so that seconds more or less change nothing.
FIRST_NIGHT = datetime(2026, 4, 9, 18, tzinfo=UTC)


@dataclass
class Account:
    """One account and one data folder; `asked` are the windows that the run of a moment reads.

    `refused` are the resources that the key may not read, and for how many days more.
    """

    merchant: Merchant
    server: SandboxServer
    clock: list[datetime]
    folder: Path
    rules: Rules = COMPANY
    asked: dict[datetime, list[Window]] = field(default_factory=dict)
    seen: dict[datetime, datetime] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    runs: int = 0

    @property
    def now(self) -> datetime:
        """The account's timestamp."""
        return self.clock[0]

    @property
    def faults(self) -> Faults:
        """The server's switches."""
        return self.server.faults

    @cached_property
    def settings(self) -> Settings:
        """The settings that every run has, but for its moment."""
        given = environment(self.folder, self.server.base_url, LOOKBACK_DAYS)
        return load_settings(**{name[5:].lower(): value for name, value in given.items()})

    @property
    def temporary(self) -> Path:
        """Where runs put what they throw away."""
        return self.folder / "tmp"

    def move_to(self, moment: datetime) -> None:
        """Set the account's clock."""
        self.clock[0] = moment

    def obey_rules(self, rules: Rules) -> None:
        """Edit the settings files."""
        self.rules = rules
        rules.write(self.settings.rules_dir)

    def sync(self, days: int = LOOKBACK_DAYS, **limits: Any) -> Order:
        """Return the order for `cin7 sync`."""
        moment = self._next_moment()
        self.asked[moment] = [Window.lookback(moment, days)]
        return self._order("cin7 sync", moment, arguments=("sync", "--days", str(days)), **limits)

    def publish(self) -> Order:
        """Return the order for `cin7 publish` after the last run, which may have found nothing new."""
        return self._order("cin7 publish", list(self.asked)[-1], arguments=("publish",))

    def last_written_at(self) -> datetime:
        """Return when the last read of the account was, by its own clock."""
        with open_warehouse(self.settings.warehouse_path, read_only=True) as connection:
            return last_written_at(connection) or self.now

    def wrong_run(self, *arguments: str, moment: datetime | None = None, **given: str) -> Order:
        """Return the order for a command that has to be refused: at another time, or in another environment.

        Of the environment there is what is `given` and the data folder, where anything is given.
        """
        self.runs += 1
        order = self._order("a wrong run", moment or self.now, arguments=arguments)
        if not given:
            return order
        kept = ("CIN7_DATA_DIR", "CIN7_AS_OF", "TMPDIR", "DAGSTER_HOME")
        return replace(order, environment={n: order.environment[n] for n in kept} | given)

    def sync_ahead(self, by: timedelta) -> Order:
        """Return the order for `cin7 sync` on a machine whose clock is ahead: it reads the present."""
        now = self._next_moment()
        self.asked[now] = [Window.lookback(now + by, LOOKBACK_DAYS)]
        arguments = ("sync", "--days", str(LOOKBACK_DAYS))
        return self._order("cin7 sync, ahead", now + by, arguments=arguments)

    def forget_clock(self) -> Order:
        """Return the order for `cin7 forget clock`, at the time of the sync that was ahead."""
        return self._order("cin7 forget", list(self.asked)[-1], arguments=("forget", "clock"))

    def publish_as_of(self, moment: datetime) -> Order:
        """Return the order for `cin7 publish` with CIN7_AS_OF, as on an account of Cin7's own."""
        self.runs += 1
        return self._order("cin7 publish, as of", moment, arguments=("publish",), is_live=True)

    def sync_as_of(self, moment: datetime) -> Order:
        """Return the order for `cin7 sync` with CIN7_AS_OF, which an account of Cin7's own refuses."""
        self.runs += 1
        return self._order("a wrong run", moment, arguments=("sync",), is_live=True)

    def daily_sync(self, **limits: Any) -> Order:
        """Return the order for the job as the schedule starts it."""
        moment = self._next_moment()
        self.asked[moment] = [Window.lookback(moment, LOOKBACK_DAYS)]
        return self._order("daily_sync", moment, **limits)

    def resync(self, first: date, last: date, **limits: Any) -> Order:
        """Return the order for `cin7 resync` of some days."""
        moment = self._next_moment()
        self.asked[moment] = history_slices(self.settings, Window.days(first, last))
        arguments = ("resync", "--from", f"{first}", "--to", f"{last}")
        return self._order("cin7 resync", moment, arguments=arguments, **limits)

    def historical_resync(self, first: date, last: date, **limits: Any) -> Order:
        """Return the order for the job that reads some days, as one run."""
        moment = self._next_moment()
        self.asked[moment] = [Window.days(first, last)]
        tags = {
            "dagster/asset_partition_range_start": f"{first}",
            "dagster/asset_partition_range_end": f"{last}",
        }
        return self._order("historical_resync", moment, tags=tags, **limits)

    def _next_moment(self) -> datetime:
        """Return a timestamp for the next run alone, by which its rows are known."""
        self.runs += 1
        return max([self.now, *(moment + timedelta(seconds=1) for moment in list(self.asked)[-1:])])

    def _order(self, name: str, moment: datetime, **details: Any) -> Order:
        given = environment(self.folder, self.server.base_url, LOOKBACK_DAYS)
        folders = {"TMPDIR": str(self.temporary), "DAGSTER_HOME": str(self.folder)}
        self.temporary.mkdir(exist_ok=True)
        return Order(
            name,
            given | folders | self.rules.variables | {"CIN7_AS_OF": moment.isoformat()},
            log=self.folder / "log" / f"{self.runs:04d}.txt",
            clock_ahead=self.now.timestamp() - time.time(),
            **details,
        )

    def oracle(self) -> Oracle:
        """Return the oracle under the settings of now."""
        return replace(self.rules.oracle(self.merchant, TIME_ZONE), ledger=self._ledger)

    @cached_property
    def _ledger(self) -> Any:
        return lru_cache(maxsize=None)(self.merchant.ledger)

    def published(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of the published file, as a planner reads them."""
        release = self.settings.published_path.resolve()
        with duckdb.connect(str(release), read_only=True) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def open_account(folder: Path, seed: int) -> Iterator[Account]:
    """Serve an account of its own while the block lasts."""
    clock = [FIRST_NIGHT]
    merchant = MistypedMerchant(seed=seed, opened_on=OPENED_ON, size=SIZE)
    with SandboxServer(MerchantAccount(merchant), clock=lambda: clock[0], limits=None) as server:
        account = Account(merchant, server, clock, folder)
        (folder / "log").mkdir(parents=True)
        account.obey_rules(COMPANY)
        yield account
